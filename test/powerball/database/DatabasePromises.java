package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Row;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.TestDatabase;

/** What is promised of every database: each row once, whatever breaks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DatabasePromises {

    private static final String SEED = "7"; // of every job here
    /** Slow enough to be met in the middle, and fast enough to be soon at its end. */
    private static final String[] LONG_JOB = {"40000", "--rate", "8000"};

    private TestDatabase database;
    private ServerProcess server;

    @TempDir Path folder;

    /** Makes the database in a folder, or skips the tests. */
    abstract TestDatabase start(Path databaseFolder);

    /** The URL of a database that is not there; null if each name makes one. */
    abstract String urlOfNone(TestDatabase startedDatabase);

    @BeforeAll void startDatabase(@TempDir Path databaseFolder) {
        database = start(databaseFolder);
        server = ServerProcess.start();
    }

    @AfterAll void stopDatabase() {
        if (server != null) server.close();
        if (database != null) database.close();
    }

    @BeforeEach void freshDatabase() {
        database.freshDatabase();
    }

    TestDatabase database() {
        return database;
    }

    @Test void whatTheServerSendsIsStoredToTheByteAndOnlyOnce() {
        stores(5_000, 0);
        stores(6_000, 5_000);
        assertEveryRowOnce(6_000);
    }

    @Test void anIngestThatIsKilledIsFinishedByTheSameCommand() {
        for (int kills = 0; kills < 2; kills++) {
            try (Run ingest = ingest(LONG_JOB)) {
                awaitRowsOf(ingest);
                ingest.process.destroyForcibly();
                ingest.exitCode();
            }
        }
        assertTrue(database.count() < 40_000, "stored before it was killed: " + database.count());
        try (Run ingest = ingest("40000")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce(40_000);
    }

    @Test void controlCKeepsWhatHasComeAndSaysHowToFinish() {
        try (Run ingest = ingest("1000000", "--rate", "8000")) {
            awaitRowsOf(ingest);
            Run.succeeds("kill", "-INT", "" + ingest.process.pid());
            assertEquals(130, ingest.exitCode(), ingest.err());
            String kept = String.format(Locale.ROOT, "\n%,d of 1,000,000 rows were received and"
                    + " stored in %s. To finish: java -jar build/ingest.jar 1000000 ",
                    database.count(), database.url());
            assertTrue(ingest.err().contains(kept), kept + " is not in " + ingest.err());
        }
    }

    @Test void aDatabaseThatIsKilledInMidRunHasEveryRowOnceWhenItIsBack() {
        try (Run ingest = ingest(LONG_JOB)) {
            awaitRowsOf(ingest);
            database.kill9();
            await(ingest, "a failure", () -> ingest.err().contains("Asking for the rest in"));
            database.startAgain();
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce(40_000);
    }

    @Test void aLockIsWaitedFor() throws Exception {
        stores(10, 0);
        try (TestDatabase.Lock lock = database.lock(); Run ingest = ingest("2000")) {
            await(ingest, "a failure, or a lock that is waited for",
                    () -> ingest.err().contains("Asking for the rest in")
                            || ingest.err().contains("% "));
            assertTrue(ingest.process.isAlive(), ingest.err());
            lock.release();
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce(2_000);
    }

    @Test void aWrongPasswordIsToldAtOnce() {
        assumeTrue(!database.environment().isEmpty(), "there are no passwords");
        List<String> command = ingestCommand(database.url(), "10");
        command.replaceAll(word -> word.startsWith("DB_PASSWORD=") ? "DB_PASSWORD=wrong" : word);
        try (Run ingest = Run.start(folder, command)) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("The database says: "), ingest.err());
            assertTrue(ingest.err().contains(" To finish: "), ingest.err());
            assertFalse(ingest.err().contains("Asking for the rest"), ingest.err());
        }
    }

    @Test void aDatabaseThatIsNotThereIsToldAtOnce() {
        String none = urlOfNone(database);
        assumeTrue(none != null, "each name makes a database");
        try (Run ingest = Run.start(folder, ingestCommand(none, "10"))) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("nosuch"), ingest.err());
            assertFalse(ingest.err().contains("Asking for the rest"), ingest.err());
        }
    }

    @Test void aTableThatCannotHoldTheRowsIsRefusedBeforeTheFirstWithWhatIsWrong() {
        createTable("VARCHAR(36)", "VARCHAR(5)", "VARCHAR(10)", ", note INTEGER");
        try (Run ingest = ingest("10")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains(" has a table powerball_results that cannot hold"
                    + " these rows: "), ingest.err());
            assertTrue(ingest.err().contains("powerball_1 is VARCHAR")
                    || ingest.err().contains("powerball_1 is varchar"), ingest.err());
            assertTrue(ingest.err().contains("it also has note. Name another database with --db,"
                    + " or drop that table; the right one is made by CREATE TABLE"), ingest.err());
            assertFalse(ingest.err().contains("To finish"), ingest.err());
        }
        assertEquals(0, database.count());
    }

    @Test void aTableOfSomebodyElseIsTakenIfItHoldsTheRows() {
        createTable("CHAR(36)", "VARCHAR(50)", "SMALLINT", "");
        stores(5_000, 0);
        stores(5_000, 5_000); // and gives back what was stored
        assertEveryRowOnce(5_000);
    }

    @Test void aTableInWhichAnotherValueMustBeUniqueIsRefused() {
        createTable("VARCHAR(36)", "VARCHAR(50)", "INTEGER", "");
        database.execute("CREATE UNIQUE INDEX one_ticket ON powerball_results (customer_id)");
        try (Run ingest = ingest("10")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("its index one_ticket wants other values than"
                    + " transaction_id to be unique"), ingest.err());
        }
        assertEquals(0, database.count());
    }

    @Test void aRowThatIsStoredOtherwiseEndsTheJobBeforeAnotherIsStored() {
        stores(2_000, 0);
        String id = database.query("SELECT transaction_id FROM powerball_results"
                + " ORDER BY transaction_id LIMIT 1 OFFSET 600").get(0);
        database.execute("UPDATE powerball_results SET city = 'Elsewhere' WHERE transaction_id = '"
                + id + "'");
        try (Run ingest = ingest("3000")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("Row 601 is stored with the city Elsewhere, and the"
                    + " server now sends "), ingest.err());
        }
        assertEquals(2_000, database.count());
    }

    @Test void winnersReadsAllTicketsInLittleMemory() {
        stores(40_000, 0);
        try (Run winners = Run.start(folder, database.command("Winners", List.of("-Xmx32m"),
                "1", "2", "3", "4", "5", "6", "--db", database.url()))) {
            assertEquals(0, winners.exitCode(), winners.err());
            assertTrue(winners.out().contains("Tickets: 40,000 in " + database.url() + "\n"),
                    winners.out());
        }
    }

    @Test void winnersSaysThatThereIsNothingToRead() {
        createTable("VARCHAR(36)", "VARCHAR(50)", "INTEGER", "");
        try (Run winners = Run.start(folder,
                database.command("Winners", List.of(), "--db", database.url()))) {
            assertEquals(1, winners.exitCode(), winners.out());
            assertEquals(database.url() + " has no rows in table powerball_results. The ingest"
                    + " stores some.\n", winners.err());
        }
    }

    /** Makes the table, with these types for ids, names and balls, and more columns. */
    private void createTable(String id, String name, String ball, String more) {
        List<String> columns = new ArrayList<>();
        for (Table.Column column : Table.COLUMNS) {
            String type = switch (column.kind()) {
                case ID -> id;
                case NAME -> name;
                default -> ball; // all others are numbers
            };
            boolean isKey = column.name().equals(Table.KEY);
            columns.add(column.name() + " " + type + (isKey ? " PRIMARY KEY" : ""));
        }
        database.execute("CREATE TABLE powerball_results (" + String.join(", ", columns) + more
                + ")" + tableOptions());
    }

    /** What a statement that makes a table needs for letters like ø. */
    String tableOptions() {
        return "";
    }

    // ---- The job --------------------------------------------------------------------------------

    List<String> ingestCommand(String db, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--seed", SEED, "--url", server.url, "--db", db));
        return database.command("Ingest", List.of(), all.toArray(String[]::new));
    }

    Run ingest(String... arguments) {
        return Run.start(folder, ingestCommand(database.url(), arguments));
    }

    private void stores(int rows, int alreadyThere) {
        try (Run ingest = ingest("" + rows)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            String wanted = String.format(Locale.ROOT,
                    "\nStored %,d rows in %s (%,d already there)", rows - alreadyThere,
                    database.url(), alreadyThere);
            assertTrue(ingest.out().contains(wanted), ingest.out());
        }
    }

    /** Waits until rows have been stored, as the ingest itself shows: the file may be locked. */
    private static void awaitRowsOf(Run ingest) {
        await(ingest, "the first rows", () -> ingest.err().matches("(?s).*[1-9][0-9,]+ of .*"));
    }

    private static void await(Run ingest, String what, BooleanSupplier condition) {
        Run.await(what, () -> condition.getAsBoolean() || !ingest.process.isAlive(), ingest::err);
        assertTrue(ingest.process.isAlive(), () -> "it ended too soon: " + ingest.err());
    }

    /** The rows of the stream are in the table, to the byte, and nothing else is. */
    private void assertEveryRowOnce(int rows) {
        String csv = server.get("/drawing/" + rows + "?format=csv&seed=" + SEED).body();
        assertFalse(csv.contains("\""), "a field in quotes: the comparison would have to read csv");
        List<String> sent = csv.lines().skip(1).toList();
        List<String> stored = database.query("SELECT " + String.join(", ", Row.NAMES)
                + " FROM powerball_results ORDER BY transaction_id");
        assertEquals(rows, stored.size());
        for (int i = 0; i < rows; i++) {
            assertEquals(sent.get(i), stored.get(i), "row " + i);
        }
    }
}
