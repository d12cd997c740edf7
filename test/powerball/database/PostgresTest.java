package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.Postgres;
import powerball.tools.Proxy;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.SqliteDatabase;

/**
 * What PostgreSQL has that other databases have not: its errors, roles, schemas and sessions. A
 * fresh database for each test. What is promised of every database is in {@link DatabasePromises}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostgresTest {

    private static final int SEED = 7; // of every job here
    private static final String SECRET = "geheim"; // a password, which nobody may print
    private static final String OTHER_SECRET = "schluessel"; // the right one

    @TempDir static Path clusterFolder;
    private static Postgres postgres;
    private static ServerProcess server;
    private static Proxy silentLine;
    private static Run silenced;

    @TempDir Path folder;

    @BeforeAll static void start() throws IOException {
        postgres = Postgres.start(clusterFolder);
        server = ServerProcess.start();
        postgres.execute("CREATE ROLE writer LOGIN; CREATE ROLE "
                + Postgres.PASSWORD_ROLE + " LOGIN PASSWORD '" + OTHER_SECRET + "'");
        startThroughASilentLine();
    }

    /**
     * An ingest through a line that falls silent twice, for the 30 s that it waits; the other tests
     * run meanwhile.
     */
    private static void startThroughASilentLine() throws IOException {
        postgres.execute("CREATE DATABASE silent");
        // at the login
        Iterator<Proxy.Break> breaks = List.of(new Proxy.Break(10, Proxy.Fault.STALL),
                new Proxy.Break(12_000, Proxy.Fault.STALL), Proxy.Break.NEVER).iterator();
        silentLine = new Proxy(postgres.port, breaks::next);
        String url = postgres.urlOf("silent", "postgres")
                .replace(":" + postgres.port, silentLine.url.substring(16));
        silenced = Run.start(clusterFolder, command("Ingest", List.of(), "50000", "--seed", ""
                + SEED,
                "--url", server.url, "--db", url));
    }

    @Order(Integer.MAX_VALUE)
    @Test void aDatabaseThatFallsSilentIsTriedAgain() throws IOException {
        assertEquals(0, silenced.exitCode(), silenced.err());
        assertEquals(2, silentLine.broken.get(), silenced.err());
        assertTrue(silenced.out().contains("\nStored 50,000 rows in "), silenced.out());
    }

    @AfterAll static void stop() throws IOException {
        if (silenced != null) silenced.close();
        if (silentLine != null) silentLine.close();
        if (server != null) server.close();
        if (postgres != null) postgres.close();
    }

    @BeforeEach void freshDatabase() {
        postgres.freshDatabase();
    }

    // ---- The table ------------------------------------------------------------------------------

    @Test void theTableHasTheColumnsOfTheDesign() {
        stores(10, 0, 10);
        List<String> columns = postgres.query("SELECT column_name || ' ' || upper(data_type) "
                + "FROM information_schema.columns WHERE table_name = 'powerball_results' "
                + "ORDER BY ordinal_position");
        String wanted = SqliteDatabase.COLUMNS.replace(" PRIMARY KEY", "");
        assertEquals(wanted, String.join(", ", columns));
        assertEquals(List.of("PRIMARY KEY (transaction_id)"), postgres.query(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
                + "WHERE conrelid = 'powerball_results'::regclass AND contype = 'p'"));
    }

    /** A whole job, and what it says of the rows. Afterwards there are so many in the table. */
    private void stores(int rows, int alreadyThere, int afterwards) {
        try (Run ingest = ingest(postgres.url(), "" + rows)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            String wanted = String.format(Locale.ROOT,
                    "Stored %,d rows in \\S+ \\(%,d already there\\) in ",
                    rows - alreadyThere, alreadyThere);
            assertTrue(Pattern.compile(wanted).matcher(ingest.out()).find(), ingest.out());
        }
        assertEquals(afterwards, postgres.count());
    }

    // ---- What may pass --------------------------------------------------------------------------

    /** Raises an error so many times. The sequence counts: what it has given is not rolled back. */
    private static void failBeforeRow(int row, int times, String sqlState) {
        postgres.execute("CREATE SEQUENCE tries");
        postgres.beforeRow(id(row), "IF nextval('tries') <= " + times + " THEN RAISE EXCEPTION "
                + "'the test interferes' USING ERRCODE = '" + sqlState + "'; END IF;");
    }

    private static long tries() {
        return postgres.number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM tries");
    }

    /** How a database goes away in the middle of a job. */
    private interface Trouble {
        void make();
    }

    /**
     * A job that stands still at its row 40,000, when the first are committed and many are to come.
     * Then there is trouble, and the job must end well nevertheless.
     */
    private void everyRowIsStoredOnceDespite(Trouble trouble, Trouble end) throws SQLException {
        postgres.beforeRow(id(40_000), Postgres.PASS_GATE);
        try (Postgres.Gate gate = postgres.shutGate();
                Run ingest = ingest(postgres.url(), "60000", "--rate", "20000")) {
            awaitThatAllWait(List.of(ingest));
            long before = postgres.count();
            assertTrue(before > 0 && before <= 40_000, "committed in mid-run: " + before);
            String saidBefore = ingest.said();
            trouble.make();
            // So it is sure that the job has met the trouble, and not only what came after it.
            Run.await("a word of the trouble", () -> !ingest.said().equals(saidBefore)
                    || !ingest.process.isAlive(), ingest::err);
            end.make();
            gate.open();
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.out().contains("\nStored "), ingest.out());
        }
        assertEveryRowOnce(60_000);
    }

    /** Waits until each of these jobs stands at the gate. */
    private static void awaitThatAllWait(List<Run> ingests) {
        Run.await("all to wait", () -> postgres.sessionsThatWait() == ingests.size()
                || ingests.stream().anyMatch(ingest -> !ingest.process.isAlive()),
                postgres::sessions);
        for (Run ingest : ingests) {
            assertTrue(ingest.process.isAlive(), () -> "it ended too soon: " + ingest.err());
        }
    }

    private static void assertEveryRowOnce(int rows) {
        assertEquals(rows, postgres.count());
        List<String> stored =
                postgres.query("SELECT transaction_id FROM powerball_results ORDER BY 1");
        String csv = server.get("/drawing/" + rows + "?format=csv&seed=" + SEED).body();
        List<String> sent = csv.lines().skip(1).map(line -> line.split(",")[0]).toList();
        assertTrue(sent.equals(stored), "as many rows as were asked for, but others");
    }

    @Test void aDatabaseThatIsKilledAndStartedAgainHasEveryRowOnce() throws SQLException {
        everyRowIsStoredOnceDespite(postgres::kill9, postgres::startAgain);
    }

    @Test void aDatabaseThatIsShutDownAndStartedAgainHasEveryRowOnce() throws SQLException {
        everyRowIsStoredOnceDespite(postgres::shutDown, postgres::startAgain);
    }

    @Test void aSessionThatIsTerminatedIsFollowedByAnotherThatStoresTheRest() throws SQLException {
        everyRowIsStoredOnceDespite(PostgresTest::terminateWhoWaits, () -> { });
    }

    private static void terminateWhoWaits() {
        assertEquals(List.of("t"), postgres.query("SELECT pg_terminate_backend(pid) "
                + "FROM pg_stat_activity WHERE wait_event = 'advisory'"));
    }

    /** As when the name server is started again. The JVM takes its hosts from a file here. */
    @Test void aHostThatHasAnsweredMayBeUnknownForAWhile() throws IOException {
        Path hosts = folder.resolve("hosts");
        String known = "127.0.0.1 database.test\n";
        Files.writeString(hosts, known);
        String db = postgres.url().replace("127.0.0.1", "database.test");
        List<String> jvm = List.of("-Djdk.net.hosts.file=" + hosts, "-Dsun.net.inetaddr.ttl=0",
                "-Dsun.net.inetaddr.negative.ttl=0");
        try (Run ingest = Run.start(folder, postgres.command("Ingest", jvm, "40000", "--rate",
                "8000", "--seed", "" + SEED, "--url", server.url, "--db", db))) {
            ingest.awaitOutput("[1-9][0-9,]+ of 40,000 rows");
            Files.writeString(hosts, "");
            postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
            ingest.awaitOutput("database.test.*" + Run.TRIES_AGAIN);
            Files.writeString(hosts, known);
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce(40_000);
    }

    /** Roll-backs, locks, limits of time, space and memory, a standby, and faults of any kind. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"40001", "40P01", "55P03", "57014", "53100", "53200", "25006", "58030",
        "XX000", "08P01"})
    void whatNobodyHasCalledWrongIsTriedAgain(String sqlState) {
        failBeforeRow(2_500, 3, sqlState);
        try (Run ingest = ingest(postgres.url(), "5000")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertTrue(tries() > 3, "tries: " + tries());
        assertEveryRowOnce(5_000);
    }

    /** Whoever has a connection waits for rows outside of a transaction. */
    @Test void aServerThatEndsIdleTransactionsIsNoHindrance() {
        postgres.execute("ALTER DATABASE " + postgres.query("SELECT current_database()").get(0)
                + " SET idle_in_transaction_session_timeout = '300ms'");
        try (Run ingest = ingest(postgres.url(), "8", "--rate", "1")) {
            Run.await("rows", () -> postgres.count() > 2);
            postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertFalse(ingest.said().contains("25P03"), ingest.err());
        }
        assertEveryRowOnce(8);
    }

    @Test void tooManyConnectionsMayPass() {
        postgres.createTable();
        String db = postgres.urlOfClerk("SELECT, INSERT");
        postgres.execute("ALTER ROLE clerk CONNECTION LIMIT 0");
        try (Run ingest = ingest(db, "1000")) {
            ingest.awaitFailure();
            assertTrue(ingest.err().contains("too many connections"), ingest.err());
            postgres.execute("ALTER ROLE clerk CONNECTION LIMIT -1");
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce(1_000);
    }

    @Test void aFullDiskThatIsGivenSpaceHasEveryRowOnce(@TempDir Path disks) throws IOException {
        Path disk = Files.createDirectory(disks.resolve("disk"));
        try (Run mount = Run.start(folder, List.of("mount", "-t", "tmpfs", "-o", "size=4m",
                "tmpfs", disk.toString()))) {
            assumeTrue(mount.exitCode() == 0, "a small disk cannot be mounted here: "
                    + mount.err());
        }
        try {
            Postgres.letTheUserIn(disks, disk);
            postgres.execute("CREATE TABLESPACE small LOCATION '" + disk + "'");
            postgres.createTable();
            postgres.execute("ALTER TABLE powerball_results SET TABLESPACE small");
            try (Run ingest = ingest(postgres.url(), "60000")) {
                ingest.awaitFailure();
                assertTrue(ingest.err().contains("No space left on device"), ingest.err());
                Run.succeeds("mount", "-o", "remount,size=64m", disk.toString());
                assertEquals(0, ingest.exitCode(), ingest.err());
            }
            assertEveryRowOnce(60_000);
        } finally {
            postgres.freshDatabase();
            postgres.execute("DROP TABLESPACE IF EXISTS small");
            Run.unmount(disk);
        }
    }

    @Test void aTransactionThatFailsAgainAndAgainEndsTheJobUntilTheSameCommandFinishesIt() {
        failBeforeRow(0, 1_000, "40001");
        String err = failure(postgres.url(), "1000", "--patience-seconds", "2");
        assertTrue(tries() > 2, err);
        assertTrue(err.contains("No new row could be stored for 2 s (--patience-seconds)."), err);
        assertTrue(err.contains("the test interferes"), err);
        assertTrue(err.contains("To finish: "), err);
        assertEquals(0, postgres.count());
        postgres.execute("DROP TRIGGER interfere ON powerball_results");
        stores(1_000, 0, 1_000);
    }

    /** The row, the right, the statement, the trigger. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"22001", "23514", "23505", "42501", "42P10", "44000", "0A000", "P0001"})
    void whatIsCalledWrongEndsTheJobAtOnceInTheDatabasesWords(String sqlState) {
        failBeforeRow(500, 1_000, sqlState);
        String err = failure(postgres.url(), "1000");
        assertEquals(1, tries(), err);
        assertTrue(err.contains("the test interferes"), err);
        assertEquals(0, postgres.count());
    }

    @Test void aCommitWaitsForTheDisk() {
        postgres.beforeRow(id(5), "RAISE EXCEPTION 'synchronous_commit is %', "
                + "current_setting('synchronous_commit');");
        String err = failure(postgres.url(), "10");
        assertTrue(err.contains("synchronous_commit is on"), err);
    }

    // ---- Many at once ---------------------------------------------------------------------------

    @Test void ingestsThatMakeTheTableAtTheSameMomentAllSucceed() throws SQLException {
        // All of them come to the statement that makes the table before one of them may run it.
        postgres.execute("CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql AS "
                + "$$ BEGIN " + Postgres.PASS_GATE + " END $$");
        postgres.execute("CREATE EVENT TRIGGER wait ON ddl_command_start "
                + "WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION wait()");
        List<Run> ingests = new ArrayList<>();
        try (Postgres.Gate gate = postgres.shutGate()) {
            for (int from = 0; from < 4_000; from += 1_000) {
                ingests.add(ingest(postgres.url(), "1000", "--from", "" + from));
            }
            awaitThatAllWait(ingests);
            gate.open();
            allEndWell(ingests);
        } finally {
            ingests.forEach(Run::close);
        }
        assertEveryRowOnce(4_000);
    }

    @Test void fourSlicesAtOnceAreTheWholeStream() {
        List<Run> ingests = new ArrayList<>();
        try {
            for (int from = 0; from < 400_000; from += 100_000) {
                ingests.add(Run.start(folder, command("Ingest", List.of("-Xmx64m"), "100000",
                        "--from", "" + from, "--seed", "" + SEED, "--url", server.url,
                        "--db", postgres.url())));
            }
            allEndWell(ingests);
        } finally {
            ingests.forEach(Run::close);
        }
        assertEquals(400_000, postgres.count());
        for (int from = 0; from < 400_000; from += 100_000) {
            String slice = "BETWEEN '" + id(from) + "' AND '" + id(from + 99_999) + "'";
            assertEquals(100_000, postgres.number(
                    "SELECT count(*) FROM powerball_results WHERE transaction_id " + slice));
        }
        // So many that a driver which took them in as a whole would need more.
        try (Run winners = Run.start(folder, command("Winners", List.of("-Xmx32m"), "--db",
                postgres.url()))) {
            assertEquals(0, winners.exitCode(), winners.err());
            assertTrue(winners.out().contains("Tickets: 400,000 in "), winners.out());
        }
    }

    private static void allEndWell(List<Run> ingests) {
        for (Run ingest : ingests) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
    }

    // ---- Tables that are there already ----------------------------------------------------------

    @Test void aTableOfAnotherSchemaIsNotLookedAt() {
        postgres.execute("CREATE SCHEMA archive");
        postgres.execute("CREATE TABLE archive.powerball_results (id INTEGER)");
        storesTenRowsInto("public", postgres.url());
    }

    @Test void theSchemaThatTheUrlNamesIsUsed() {
        postgres.execute("CREATE SCHEMA lesson");
        postgres.execute("CREATE TABLE public.powerball_results (id INTEGER)");
        storesTenRowsInto("lesson", postgres.url() + "&currentSchema=lesson");
    }

    // Where a driver is asked for a table, an underscore in its name stands for any character.

    @Test void aTableOfASimilarNameIsNotLookedAt() {
        postgres.execute("CREATE TABLE powerball1results (id INTEGER)");
        storesTenRowsInto("public", postgres.url());
    }

    @Test void aTableOfASchemaOfASimilarNameIsNotLookedAt() {
        postgres.execute("CREATE SCHEMA my_lesson");
        postgres.execute("CREATE SCHEMA my1lesson");
        postgres.execute("CREATE TABLE my1lesson.powerball_results (id INTEGER)");
        storesTenRowsInto("my_lesson", postgres.url() + "&currentSchema=my_lesson");
    }

    private void storesTenRowsInto(String schema, String db) {
        try (Run ingest = ingest(db, "10")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEquals(10, postgres.number("SELECT count(*) FROM " + schema + ".powerball_results"));
    }

    // ---- Who may do what ------------------------------------------------------------------------

    @Test void aWrongPasswordIsToldAndNotPrinted() {
        String err = failureWithPassword(SECRET, postgres.url(Postgres.PASSWORD_ROLE), "10");
        assertToldOnce("password authentication failed", err);
    }

    /** By its code, the driver takes it for a lost connection. */
    @Test void aPasswordThatIsMissingIsToldAtOnce() {
        try (Run ingest = ingest(postgres.url(Postgres.PASSWORD_ROLE), "10",
                "--patience-seconds", "2")) {
            ingest.awaitOutput("no password was provided");
            assertEquals(1, ingest.exitCode(), ingest.err());
        }
    }

    /** Where the URL holds no secret, the command is whole, and can be pasted. */
    @Test void theFinishingCommandStoresTheRest() {
        failBeforeRow(500, 1, "42501");
        try (Run ingest = ingest(postgres.url(), "1000")) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            try (Run finish = postgres.finish(folder, ingest)) {
                assertEquals(0, finish.exitCode(), finish.err());
            }
        }
        assertEveryRowOnce(1_000);
    }

    @Test void aRightPasswordIsNotPrintedEither() {
        failBeforeRow(500, 1, "42501");
        postgres.execute("GRANT SELECT, INSERT ON powerball_results TO " + Postgres.PASSWORD_ROLE);
        postgres.execute("GRANT USAGE ON tries TO " + Postgres.PASSWORD_ROLE);
        String db = postgres.url(Postgres.PASSWORD_ROLE);
        String err = failureWithPassword(OTHER_SECRET, db, "1000");
        assertTrue(err.contains("To finish: java "), err);
        try (Run ingest = ingestWithPassword(OTHER_SECRET, db, "1000")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertNoSecret(ingest);
        }
        assertEveryRowOnce(1_000);
    }

    @Test void aRoleThatMayNotMakeTheTableIsToldSo() {
        // As it is anyway from version 15 on.
        postgres.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        String err = failure(postgres.url("writer"), "10");
        assertToldOnce("permission denied for schema public", err);
    }

    @Test void aCertificateThatIsNotTrustedEndsTheJobAtOnce() {
        postgres.speakTls();
        try (Run ingest = ingest(postgres.url() + "&sslmode=verify-ca&sslrootcert="
                + postgres.otherCertificate(), "10")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("trust"), ingest.err());
            assertFalse(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
        }
    }

    // ---- No database ----------------------------------------------------------------------------

    @Test void aDriverThatIsMissingIsAskedFor() {
        String db = "jdbc:mysql://x/y?user=ana";
        try (Run ingest = ingest(db, "10")) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.said().startsWith("No driver for jdbc:mysql: is in lib/. Run"
                    + " ./build.sh driver mysql, or put org.mariadb.jdbc:mariadb-java-client or"
                    + " com.mysql:mysql-connector-j there and run ./build.sh.\n"), ingest.err());
        }
    }

    @Test void aUrlThatTheDriverDoesNotAcceptIsTold() {
        String err = failure("jdbc:postgresql://x:y/z", "10");
        assertTrue(err.startsWith("The driver does not accept "), err);
        assertFalse(err.contains("To finish"), err);
    }

    @Test void aDatabaseThatIsDownEndsTheJobWhenPatienceIsAtItsEnd() throws IOException {
        String db = "jdbc:postgresql://127.0.0.1:" + Postgres.freePort() + "/lesson?user=ana";
        String err = failure(db, "10", "--patience-seconds", "2");
        assertTrue(err.contains("efused"), err); // the cause, in the driver's words
        assertTrue(err.contains("No new row could be stored for 2 s (--patience-seconds)."), err);
        assertTrue(err.contains(" To finish: java -jar build/ingest.jar 10 --seed " + SEED
                + " --patience-seconds 2 "), err);
        assertTrue(err.contains("--db \"" + db + "\""), err);
    }

    // ---- Winners --------------------------------------------------------------------------------

    @Test void winnersTakesThePasswordFromTheEnvironmentAndPrintsItNowhere() {
        String db = postgres.url(Postgres.PASSWORD_ROLE);
        try (Run winners = winners(SECRET, List.of("--db", db))) {
            assertEquals(1, winners.exitCode(), winners.out() + winners.err());
            assertTrue(winners.err().contains("password authentication failed"), winners.err());
            assertNoSecret(winners);
        }
        stores(1_000, 0, 1_000);
        postgres.execute("GRANT SELECT ON powerball_results TO " + Postgres.PASSWORD_ROLE);
        try (Run winners = winners(OTHER_SECRET, List.of("--db", db))) {
            assertEquals(0, winners.exitCode(), winners.err());
            assertNoSecret(winners);
        }
    }

    private Run winners(String password, List<String> arguments) {
        return Run.start(folder, withPassword(password,
                command("Winners", List.of(), arguments.toArray(String[]::new))));
    }

    // ---- Common to all --------------------------------------------------------------------------

    /** Starts Ingest, for a database, with the seed of the tests. */
    private Run ingest(String db, String... arguments) {
        return Run.start(folder, ingestCommand(db, arguments));
    }

    /** The same, with a password. */
    private Run ingestWithPassword(String password, String db, String rows) {
        return Run.start(folder, withPassword(password, ingestCommand(db, rows)));
    }

    private static List<String> withPassword(String password, List<String> command) {
        List<String> all = new ArrayList<>(List.of("env", "DB_PASSWORD=" + password));
        all.addAll(command);
        return all;
    }

    private static List<String> ingestCommand(String db, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--seed", "" + SEED, "--url", server.url, "--db", db));
        return command("Ingest", List.of(), all.toArray(String[]::new));
    }

    private static List<String> command(String program, List<String> jvm, String... arguments) {
        return postgres.command(program, jvm, arguments);
    }

    /** Runs Ingest to its end, which must be a decent failure. Returns what it says on stderr. */
    private String failure(String db, String... arguments) {
        return failure(ingest(db, arguments));
    }

    /** The same, with a password. */
    private String failureWithPassword(String password, String db, String rows) {
        return failure(ingestWithPassword(password, db, rows));
    }

    private static String failure(Run started) {
        try (Run ingest = started) {
            assertEquals(1, ingest.exitCode(), ingest.out() + ingest.err());
            assertFalse(ingest.out().contains("\nStored "), ingest.out());
            assertFalse(ingest.err().contains("Exception"), ingest.err());
            assertNoSecret(ingest);
            return ingest.said();
        }
    }

    private static void assertNoSecret(Run run) {
        String said = run.out() + run.err();
        assertFalse(said.contains(SECRET) || said.contains(OTHER_SECRET), said);
    }

    /** A second time would mean a second attempt at what cannot pass. */
    private static void assertToldOnce(String words, String err) {
        assertEquals(2, err.split(Pattern.quote(words), -1).length, err);
    }

    /** The transaction id of a row. */
    private static String id(int row) {
        String csv = server.get("/drawing/1?format=csv&seed=" + SEED + "&from=" + row).body();
        String line = csv.lines().skip(1).findFirst().orElseThrow();
        return line.substring(0, line.indexOf(','));
    }
}
