package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    static final String[] LONG_JOB = {"40000", "--rate", "4000"};

    private static final String ROWS_ARE_LOST = " rows that were committed are not in ";

    private TestDatabase database;
    private ServerProcess server;

    @TempDir Path folder;

    /** Makes the database in a folder, or skips the tests. */
    abstract TestDatabase start(Path databaseFolder);

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

    /** Of the server that sends the rows. */
    String serverUrl() {
        return server.url;
    }

    @Test void whatTheServerSendsIsStoredToTheByteAndOnlyOnce() {
        stores(5_000, 0);
        stores(6_000, 5_000);
        assertEveryRowOnce(6_000);
    }

    @Test void anIngestThatIsKilledIsFinishedByTheSameCommand() {
        for (int kills = 0; kills < 2; kills++) {
            try (Run ingest = ingest(LONG_JOB)) {
                ingest.awaitRows();
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

    // ---- Ctrl-C: what has come is kept, and the command that is printed finishes the job --------

    @Test void controlCInTheMiddleKeepsWhatHasCome() {
        try (Run ingest = ingest(LONG_JOB)) {
            ingest.awaitRows();
            isInterrupted(ingest);
            String kept = String.format(Locale.ROOT, "\n%,d of 40,000 rows were received and"
                    + " stored in %s. ", database.count(), database.name());
            assertTrue(ingest.err().contains(kept), kept + " is not in " + ingest.err());
            assertTrue(database.count() > 0, ingest.err());
            isFinishedByItsCommand(ingest);
        }
        assertEveryRowOnce(40_000);
    }

    @Test void controlCWhileItWaitsForALock() throws Exception {
        stores(10, 0);
        try (TestDatabase.Lock lock = database.lock();
                Run ingest = ingest("20000", "--rate", "8000")) {
            awaitThatItWaits(ingest);
            interrupt(ingest);
            lock.release();
            assertInterrupted(ingest);
            isFinishedByItsCommand(ingest);
        }
        assertEveryRowOnce(20_000);
    }

    static void isInterrupted(Run ingest) {
        interrupt(ingest);
        assertInterrupted(ingest);
    }

    private static void interrupt(Run ingest) {
        Run.succeeds("kill", "-INT", "" + ingest.process.pid());
    }

    private static void assertInterrupted(Run ingest) {
        assertEquals(130, ingest.exitCode(), ingest.err());
        assertTrue(ingest.err().contains("Interrupted.\n"), ingest.err());
        assertFalse(ingest.err().contains("xception"), "a driver's fault: " + ingest.err());
    }

    void isFinishedByItsCommand(Run ingest) {
        try (Run finish = database.finish(folder, ingest)) {
            assertEquals(0, finish.exitCode(), ingest.err() + finish.err());
        }
    }

    private void awaitThatItWaits(Run ingest) {
        ingest.awaitMeanwhile("a failure, or a lock that is waited for",
                () -> database.isLockWaitedFor() || ingest.err().contains(Run.TRIES_AGAIN));
    }

    // ---- Other programs -------------------------------------------------------------------------

    @Test void aLockIsWaitedFor() throws Exception {
        stores(10, 0);
        try (TestDatabase.Lock lock = database.lock(); Run ingest = ingest("2000")) {
            awaitThatItWaits(ingest);
            lock.release();
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce(2_000);
    }

    /** As a failover does, or a crash after commits that had not reached the disk. */
    @Test void newestRowsThatAreGoneAreStoredAgain() {
        assumeTrue(isShared(), "only one program at a time can have it open");
        try (Run ingest = ingest(LONG_JOB)) {
            ingest.awaitMeanwhile("a commit", () -> database.count() > 0);
            String newestOfCommit =
                    database.query("SELECT max(transaction_id) FROM powerball_results").get(0);
            long rows = database.count();
            ingest.awaitMeanwhile("more commits", () -> database.count() > rows + 8_000);
            database.executeAlone("DELETE FROM powerball_results WHERE transaction_id > '"
                    + newestOfCommit + "'");
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals(1, ingest.err().split(ROWS_ARE_LOST, -1).length - 1, ingest.err());
        }
        assertEveryRowOnce(40_000);
    }

    @Test void aJobWhoseRowsAreAllDeletedEnds() {
        assumeTrue(isShared(), "only one program at a time can have it open");
        try (Run ingest = ingest(LONG_JOB)) {
            ingest.awaitMeanwhile("commits", () -> database.count() > 8_000);
            database.executeAlone("DELETE FROM powerball_results");
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains(" are not in " + database.name()), ingest.err());
        }
        assertTrue(database.count() < 32_000, "stored again: " + database.count());
    }

    /** It would fill a table forever that another program empties. */
    @Test void aJobWhoseRowsAreDeletedAgainAndAgainEnds() {
        assumeTrue(isShared(), "only one program at a time can have it open");
        try (Run ingest = ingest("1000000", "--rate", "8000", "--patience-seconds", "5")) {
            ingest.awaitMeanwhile("a commit", () -> database.count() > 0);
            Run.await("the end", () -> {
                database.executeAlone("DELETE FROM powerball_results");
                return !ingest.process.isAlive();
            }, ingest::err);
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains(" of 1,000,000 rows were "), ingest.err());
        }
    }

    // ---- Tables that are there already: taken, as the rows come back as they were sent ----------

    @Test void aTableWithShorterTypesIsTaken() {
        Map<String, String> columns = columns();
        setBalls(columns, "SMALLINT");
        create(columns);
        takesTheRows();
    }

    @Test void aTableWithDecimalNumbersIsTaken() {
        Map<String, String> columns = columns();
        setBalls(columns, "NUMERIC(2)");
        create(columns);
        takesTheRows();
    }

    @Test void aTableWithItsColumnsInAnotherOrderIsTaken() {
        Map<String, String> reversed = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(Row.NAMES);
        Collections.reverse(names);
        names.forEach(name -> reversed.put(name, columns().get(name)));
        create(reversed);
        takesTheRows();
    }

    @Test void aTableWithMoreColumnsIsTaken() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("loaded_at", "TIMESTAMP DEFAULT CURRENT_TIMESTAMP");
        columns.putAll(columns());
        columns.put("note", "TEXT");
        columns.put("prize", "INTEGER DEFAULT 0 NOT NULL");
        create(columns);
        takesTheRows();
        assertEquals(0, database.number("SELECT count(*) FROM powerball_results"
                + " WHERE loaded_at IS NULL OR note IS NOT NULL OR prize <> 0"));
    }

    @Test void aTableWhoseIdsAreUuidsIsTaken() {
        assumeTrue(hasUuids(), "there is no such type");
        Map<String, String> columns = columns();
        columns.put("transaction_id", "UUID PRIMARY KEY");
        columns.put("customer_id", "UUID");
        create(columns);
        takesTheRows();
    }

    /** Stores rows, and meets them again. */
    void takesTheRows() {
        takesTheRowsAt(database.url());
    }

    void takesTheRowsAt(String db) {
        storesAt(db, 5_000, 0);
        storesAt(db, 6_000, 5_000);
        assertEveryRowOnce(6_000);
    }

    // ---- Refused, in the database's words -------------------------------------------------------

    /** A beginner meets this one: so the first system of this kind made its table. */
    @Test void aTableWithoutAKeyIsRefusedWithWhatToDo() {
        Map<String, String> columns = columns();
        columns.put("transaction_id", keyType());
        create(columns);
        refuses("powerball_results", "--db");
    }

    @Test void aTableThatLacksAColumnIsRefused() {
        Map<String, String> columns = columns();
        columns.remove("state");
        create(columns);
        refusesInItsOwnWords("state");
    }

    @Test void aColumnMoreThatMustHaveAValueIsRefused() {
        Map<String, String> columns = columns();
        columns.put("note", "VARCHAR(10) NOT NULL");
        create(columns);
        refusesInItsOwnWords("note");
    }

    @Test void aTableInWhichAnotherValueMustBeUniqueIsRefused() {
        create(columns());
        database.execute("CREATE UNIQUE INDEX one_a_state ON powerball_results (state)");
        refuses("powerball_results");
    }

    /** A view that stands for a table may take rows, where the database has such. */
    @Test void aViewThatTakesNoRowsIsRefused() {
        create("elsewhere", columns());
        database.execute("CREATE VIEW powerball_results AS SELECT DISTINCT "
                + String.join(", ", Row.NAMES) + " FROM elsewhere");
        refuses("powerball_results");
    }

    /** Nothing of the job is stored, and it says why. */
    void refuses(String... words) {
        try (Run ingest = ingest("1000", "--patience-seconds", "2")) {
            assertRefused(ingest, words);
        }
        assertEquals(0, database.count());
    }

    /** The same, as the database itself refuses the rows: at once. */
    void refusesInItsOwnWords(String... words) {
        try (Run ingest = ingest("1000")) {
            assertRefused(ingest, "Table powerball_results of " + database.name()
                    + " does not take the rows: ", "--db");
            assertRefused(ingest, words);
            assertFalse(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
        }
        assertEquals(0, database.count());
    }

    static void assertRefused(Run ingest, String... words) {
        assertEquals(1, ingest.exitCode(), ingest.out() + ingest.err());
        for (String word : words) {
            assertTrue(ingest.err().contains(word), word + " is not in " + ingest.err());
        }
        assertFalse(ingest.err().contains("\tat "), "a stack trace: " + ingest.err());
    }

    // ---- Refused, as the rows do not come back as they were sent --------------------------------

    @Test void aTableWhoseBallsAreTextIsRefused() {
        Map<String, String> columns = columns();
        setBalls(columns, "VARCHAR(5)");
        create(columns);
        refusesRow(1, "powerball_1", sent(0, "powerball_1"));
    }

    @Test void aTriggerThatChangesRowsIsRefused() {
        create(columns());
        changeRows("city", "upper(NEW.city)");
        String city = sent(0, "city");
        refusesRow(1, "city", city, city.toUpperCase(Locale.ROOT));
    }

    @Test void aTriggerThatCutsTextIsRefused() {
        create(columns());
        changeRows("customer_id", "substr(NEW.customer_id, 1, 30)");
        String id = sent(0, "customer_id");
        refusesRow(1, "customer_id", id, id.substring(0, 30));
    }

    @Test void aTriggerThatKeepsOutAllRowsIsRefused() {
        create(columns());
        keepOut("NEW.state <> ''");
        refusesRow(1);
    }

    /** One of 750: it is not among the first rows of the transaction. */
    @Test void aTriggerThatKeepsOutOneFirstNameIsRefused() {
        create(columns());
        List<String> names = sent("first_name", 1_000);
        int row = 200;
        while (names.indexOf(names.get(row)) < row) {
            row++;
        }
        keepOut("NEW.first_name = '" + names.get(row) + "'");
        refusesRow(row + 1);
    }

    /** Names the row, counted from 1, and what else is wrong with it. */
    void refusesRow(int row, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("powerball_results", String.format(Locale.ROOT, "Row %,d ", row)));
        refuses(all.toArray(String[]::new));
    }

    @Test void aRowThatIsStoredOtherwiseEndsTheJobBeforeAnotherIsStored() {
        stores(2_000, 0);
        String city = sent(600, "city");
        database.execute("UPDATE powerball_results SET city = 'Elsewhere' WHERE transaction_id = '"
                + sent(600, "transaction_id") + "'");
        try (Run ingest = ingest("3000")) {
            assertRefused(ingest, "Row 601 ", "city", "Elsewhere", city);
        }
        assertEquals(2_000, database.count());
    }

    // ---- Winners --------------------------------------------------------------------------------

    @Test void winnersReadsAllTicketsInLittleMemory() {
        stores(40_000, 0);
        try (Run winners = Run.start(folder, database.command("Winners", List.of("-Xmx32m"),
                "1", "2", "3", "4", "5", "6", "--db", database.url()))) {
            assertEquals(0, winners.exitCode(), winners.err());
            assertTrue(winners.out().contains("Tickets: 40,000 in " + database.name() + "\n"),
                    winners.out());
        }
    }

    @Test void winnersSaysThatThereIsNothingToRead() {
        create(columns());
        try (Run winners = Run.start(folder,
                database.command("Winners", List.of(), "--db", database.url()))) {
            assertEquals(1, winners.exitCode(), winners.out());
            assertEquals(database.name() + " has no rows in table powerball_results. The ingest"
                    + " stores some.\n", winners.err());
        }
    }

    // ---- The table ------------------------------------------------------------------------------

    /** The columns as another program may define them, by name, in their order. */
    Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        for (Table.Column column : Table.COLUMNS) {
            columns.put(column.name(), switch (column.kind()) {
                case ID -> keyType();
                case NAME -> "VARCHAR(50)";
                default -> "INTEGER"; // all others are numbers
            });
        }
        columns.put(Table.KEY, keyType() + " PRIMARY KEY");
        return columns;
    }

    void setBalls(Map<String, String> columns, String type) {
        columns.replaceAll((name, old) -> name.startsWith("powerball_") ? type : old);
    }

    void create(Map<String, String> columns) {
        create("powerball_results", columns);
    }

    private void create(String table, Map<String, String> columns) {
        create(table, columns, tableOptions());
    }

    /** Makes a table with what follows its columns in the statement. */
    void create(String table, Map<String, String> columns, String options) {
        List<String> definitions = new ArrayList<>();
        columns.forEach((name, type) -> definitions.add(name + " " + type));
        database.execute("CREATE TABLE " + table + " (" + String.join(", ", definitions) + ")"
                + options);
    }

    // What differs from one database to another:

    /** The type of an id that can be a key. */
    String keyType() {
        return "VARCHAR(36)";
    }

    /** What a statement that makes a table needs for letters like ø. */
    String tableOptions() {
        return "";
    }

    /** Whether other programs can use the database while a job runs. */
    boolean isShared() {
        return true;
    }

    boolean hasUuids() {
        return true;
    }

    /** Makes a trigger by which a column of each row that comes becomes an expression of NEW. */
    void changeRows(String column, String expression) {
        assumeTrue(false, "there are no triggers");
    }

    /** Makes a trigger that keeps out, without an error, rows of which a condition on NEW holds. */
    void keepOut(String condition) {
        assumeTrue(false, "there are no such triggers");
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
        storesAt(database.url(), rows, alreadyThere);
    }

    private void storesAt(String db, int rows, int alreadyThere) {
        try (Run ingest = Run.start(folder, ingestCommand(db, "" + rows))) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            String wanted = String.format(Locale.ROOT,
                    "\nStored %,d rows in %s (%,d already there)", rows - alreadyThere,
                    database.name(), alreadyThere);
            assertTrue(ingest.out().contains(wanted), ingest.out());
        }
    }

    /** The rows of the stream are in the table, to the byte, and nothing else is. */
    void assertEveryRowOnce(int rows) {
        List<String> sent = sent(rows);
        List<String> stored = database.query("SELECT " + String.join(", ", Row.NAMES)
                + " FROM powerball_results ORDER BY transaction_id");
        assertEquals(rows, stored.size());
        for (int i = 0; i < rows; i++) {
            assertEquals(sent.get(i), stored.get(i), "row " + i);
        }
    }

    /** The first rows as the server sends them, each with its columns joined by commas. */
    private List<String> sent(int rows) {
        String csv = server.get("/drawing/" + rows + "?format=csv&seed=" + SEED).body();
        assertFalse(csv.contains("\""), "a field in quotes: the comparison would have to read csv");
        return csv.lines().skip(1).toList();
    }

    /** A column of the first rows. */
    private List<String> sent(String column, int rows) {
        int position = Row.NAMES.indexOf(column);
        return sent(rows).stream().map(row -> row.split(",")[position]).toList();
    }

    /** A value of a row, counted from 0. */
    String sent(int row, String column) {
        return sent(column, row + 1).get(row);
    }
}
