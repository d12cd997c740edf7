package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ingest when the network, the server, the disk, other programs or its user get in the way: no row lost or twice. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ResumeTest {

    private static final Pattern SEED = Pattern.compile("seed (\\d+)\n"); // as it is printed at the start
    private static final String ASKED_AGAIN = "Asking for the rest";
    private static final List<Locked> LOCKED = new ArrayList<>();
    @TempDir private static Path lockedFolder;
    @AutoClose private static ServerProcess server;

    @TempDir private Path folder;
    private Path db;

    @BeforeAll static void startServer() throws SQLException {
        server = ServerProcess.start();
        for (String journal : List.of("WAL", "DELETE")) {
            Path db = lockedFolder.resolve(journal + ".db");
            create(db, journal);
            LOCKED.add(new Locked(new Lock(db),
                    Run.ingest(lockedFolder, "1000", "--db", db.toString(), "--url", server.url)));
        }
    }

    @BeforeEach void nameDatabase() {
        db = folder.resolve("powerball_data.db");
    }

    private static void create(Path db, String journal) {
        Database.query(db, "PRAGMA journal_mode = " + journal);
        Database.createTable(db, "transaction_id TEXT PRIMARY KEY");
    }

    // ---- The network and the server

    @Test void aStreamThatIsCutFiftyTimesIsWhole() throws IOException {
        Random random = new Random(50);
        AtomicInteger connections = new AtomicInteger();
        try (Proxy proxy = new Proxy(server.port, () -> {
            int n = connections.incrementAndGet();
            return n > 60 ? Proxy.Break.NEVER
                    : new Proxy.Break(1000 + random.nextInt(700_000), n % 2 == 0 ? Proxy.Fault.RST : Proxy.Fault.FIN);
        }); Run ingest = Run.ingest(folder, "200,000", "--seed", "8", "--url", proxy.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            long said = ingest.err().lines().filter(line -> line.startsWith("The stream broke after "))
                    .filter(line -> line.contains(ASKED_AGAIN)).count();
            // A cut before the first byte of an answer is not seen: the HTTP client asks again by itself.
            assertTrue(said >= 50 && said <= proxy.broken.get(), said + " of " + proxy.broken + "\n" + ingest.err());
            assertTrue(ingest.out().contains("Stored 200,000 rows in "), ingest.out());
        }
        assertHoldsWhatTheServerSends(200_000, 8);
    }

    private void assertHoldsWhatTheServerSends(int rows, long seed) {
        String csv = server.get("/drawing/" + rows + "?format=csv&seed=" + seed).body();
        assertEquals(csv.lines().skip(1).map(line -> line.replace(',', '|')).toList(),
                Database.query(db, "SELECT * FROM powerball_results ORDER BY transaction_id"));
    }

    @Test void aStreamThatStallsIsAskedForAgain() throws IOException {
        Iterator<Proxy.Break> breaks =
                List.of(new Proxy.Break(100_000, Proxy.Fault.STALL), Proxy.Break.NEVER).iterator();
        try (Proxy proxy = new Proxy(server.port, breaks::next);
                Run ingest = Run.ingest(folder, "5000", "--seed", "8", "--url", proxy.url, "--stall-seconds", "1")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("No row came for 1 s after "), ingest.err());
        }
        assertHoldsWhatTheServerSends(5000, 8);
    }

    @Test void aServerThatDropsEveryStreamIsAskedUntilAllIsThere() {
        try (ServerProcess dropping = ServerProcess.start("--drop-after", "4000");
                Run ingest = Run.ingest(folder, "82000", "--seed", "8", "--url", dropping.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            for (int rows = 4000; rows <= 80_000; rows += 4000) { // the drill leaves time for every row to come
                String broken = String.format(Locale.ROOT, "The stream broke after %,d of 82,000 rows. ", rows);
                assertTrue(ingest.err().contains(broken + ASKED_AGAIN), broken + ingest.err());
            }
        }
        assertHoldsWhatTheServerSends(82_000, 8);
    }

    @Test void aServerThatIsKilledAndStartedAgainIsAskedForTheRest() throws SQLException, InterruptedException {
        create(db, "WAL"); // a lock then stops the first row, not the opening: it waits in mid-stream
        try (ServerProcess first = ServerProcess.start(); Lock lock = new Lock(db);
                Run ingest = Run.ingest(folder, "200000", "--url", first.url)) {
            ingest.awaitOutput("locked");
            first.run.process.destroyForcibly().waitFor();
            try (ServerProcess second = ServerProcess.start("--port", "" + first.port)) {
                lock.release();
                assertEquals(0, ingest.exitCode(), ingest.err());
                assertTrue(ingest.err().contains(ASKED_AGAIN), ingest.err());
                assertEquals(first.url, second.url);
            }
        }
        assertEquals(200_000, Database.count(db));
    }

    // ---- Its user

    @Test void killedAtAnyMomentTheSameCommandFinishesTheJob() throws InterruptedException {
        Random random = new Random(9);
        String seed = null;
        int before = 0;
        for (int trial = 1; trial <= 20; trial++) {
            String[] command = {"200000", "--url", server.url, "--seed", seed};
            try (Run ingest = Run.ingest(folder, seed == null ? Arrays.copyOf(command, 3) : command)) {
                Run.await("the seed", () -> SEED.matcher(ingest.out()).find());
                seed = SEED.matcher(ingest.out()).results().findFirst().orElseThrow().group(1);
                if (trial % 5 > 0) {
                    Thread.sleep(random.nextInt(1500)); // any moment
                    ingest.process.destroyForcibly();
                    ingest.exitCode(); // 137, or 0 where the machine was faster
                } else {
                    assertEquals(0, ingest.exitCode(), ingest.err());
                }
            }
            if (Files.exists(db)) {
                assertEquals(List.of("ok"), Database.query(db, "PRAGMA integrity_check"));
            }
            int now = Database.hasRows(db) ? Database.count(db) : 0;
            assertTrue(now >= before, "what was stored stays stored: " + before + ", now " + now);
            before = now;
            if (trial % 5 == 0) {
                assertEquals(200_000, now);
                Database.execute(db, "DELETE FROM powerball_results");
                before = 0;
            }
        }
    }

    @Test void controlCKeepsWhatHasComeAndSaysHowToFinish() {
        try (Run ingest = Run.ingest(folder, "1,000,000,000", "--seed", "3", "--url", server.url)) {
            Run.await("the first rows", () -> Database.hasRows(db));
            interrupt(ingest);
            assertEquals(130, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("Ingest.java 1000000000 --seed 3 --url " + server.url), ingest.err());
            String stored = String.format(Locale.ROOT, "\n%,d of 1,000,000,000 rows", Database.count(db));
            assertTrue(ingest.err().contains(stored), stored + " in " + ingest.err());
        }
    }

    @Test void controlCCommitsTheLastRowsToo() throws IOException, InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch silence = new CountDownLatch(1);
        FakeServer.Answer halting = (request, out) -> {
            FakeServer.send(out, "HTTP/1.1 200 OK\r\n\r\n" + FakeServer.rows(0, 10));
            gate.await();
            FakeServer.send(out, ", " + FakeServer.rows(10, 20));
            silence.await();
        };
        try (FakeServer server = new FakeServer(halting); Run ingest = Run.ingest(folder, "30", "--url", server.url)) {
            Run.await("the first commit", () -> Database.hasRows(db));
            gate.countDown();
            Thread.sleep(400); // the rows must arrive, and not yet be committed: that is due after 900
            interrupt(ingest);
            assertEquals(130, ingest.exitCode(), ingest.err());
        } finally {
            silence.countDown();
        }
        assertEquals(20, Database.count(db));
    }

    @Test void controlCEndsTheQuestion() {
        try (Run ingest = Run.ingest(folder)) {
            ingest.awaitOutput("winners today\\? ");
            interrupt(ingest);
            assertEquals(130, ingest.exitCode());
            assertEquals("How many lucky winners today? \n", ingest.out(), "what comes next begins on a line of its own");
        }
        assertFalse(Files.exists(db));
    }

    /** The hook returns, so the driver tidies up and the exit code is the signal's own. */
    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void aSignalEndsItWithItsCodeAndLeavesNothingInTheTemporaryFolder(String signal, int code) throws IOException {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        List<String> jvm = List.of("-Djava.io.tmpdir=" + temporary);
        try (Run ingest = Run.start(folder, Run.ingestCommand(jvm, "1000000", "--rate", "1000", "--url", server.url))) {
            Run.await("the first rows", () -> Database.hasRows(db), ingest::err);
            succeeds("kill", "-" + signal, "" + ingest.process.pid());
            assertEquals(code, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("Interrupted.\n" + String.format(Locale.ROOT, "%,d of", Database.count(db))),
                    ingest.err());
            assertEquals(1, ingest.err().split("Interrupted\\.", -1).length - 1, ingest.err());
        }
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"waiting for a server", "waiting for a pause", "waiting for a lock"})
    void controlCEndsEveryWait(String wait) throws IOException, SQLException {
        CountDownLatch silence = new CountDownLatch(1);
        create(db, "WAL");
        try (FakeServer silent = new FakeServer((request, out) -> silence.await());
                Lock lock = wait.endsWith("lock") ? new Lock(db) : null;
                Run ingest = Run.ingest(folder, "1000", "--url", wait.endsWith("server") ? silent.url
                        : wait.endsWith("lock") ? server.url : "http://127.0.0.1:1")) {
            if (wait.endsWith("pause")) {
                ingest.awaitOutput("Asking for the rest in 0.9 s");
            } else {
                ingest.awaitOutput("Asking http");
                Run.await("a request", () -> lock != null || !silent.requests.isEmpty());
            }
            interrupt(ingest);
            assertEquals(130, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("Interrupted.\n0 of 1,000 rows"), ingest.err());
            silence.countDown();
        }
    }

    private static void interrupt(Run run) {
        succeeds("kill", "-INT", "" + run.process.pid());
    }

    private static void succeeds(String... command) {
        try (Run run = Run.start(Run.PROJECT, List.of(command))) {
            assertEquals(0, run.exitCode(), String.join(" ", command) + ": " + run.err());
        }
    }

    // ---- Other programs that use the database

    /** Another program that writes, until it is closed. */
    private static final class Lock implements AutoCloseable {
        private final Connection connection;

        Lock(Path db) throws SQLException {
            connection = DriverManager.getConnection("jdbc:sqlite:" + db);
            try (Statement sql = connection.createStatement()) {
                sql.execute("BEGIN IMMEDIATE");
            }
        }

        void release() throws SQLException {
            connection.close();
        }

        @Override public void close() throws SQLException {
            release();
        }
    }

    @Test void anotherWriterIsWaitedForWithoutHoardingRows() throws SQLException {
        create(db, "WAL"); // so that it is the storing that waits, not the opening
        try (Lock lock = new Lock(db); Run ingest = Run.start(folder,
                Run.ingestCommand(List.of("-Xmx64m"), "300000", "--url", server.url, "--stall-seconds", "1"))) {
            ingest.awaitOutput("powerball_data.db is locked after 0 of 300,000 rows. Asking for the rest in 0.3 s.");
            lock.release();
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertFalse(ingest.err().contains("No row came"), "the database was slow, not the server: " + ingest.err());
        }
        assertEquals(300_000, Database.count(db));
    }

    /** An ingest into a database that stays locked. */
    private record Locked(Lock lock, Run ingest) {
    }

    @Order(Integer.MAX_VALUE) // the other tests run while these wait
    @Test void aLockThatStaysEndsIt() {
        for (Locked locked : LOCKED) {
            assertEquals(1, locked.ingest.exitCode());
            String err = locked.ingest.err();
            assertTrue(err.contains(".db is locked after 0 of 1,000 rows, and 5 attempts in a row"), err);
            assertEquals(4, err.lines().filter(line -> line.contains(ASKED_AGAIN)).count(), err);
        }
    }

    @AfterAll static void unlock() throws SQLException {
        for (Locked locked : LOCKED) {
            locked.ingest.close();
            locked.lock.close();
        }
    }

    @Test void betweenItsCommitsAnotherProgramCanWrite() throws SQLException {
        try (Run ingest = Run.ingest(folder, "1000000", "--rate", "1000", "--url", server.url)) {
            Run.await("the first rows", () -> Database.hasRows(db), ingest::err);
            for (int i = 0; i < 3; i++) {
                try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + db + "?busy_timeout=15000");
                        Statement sql = other.createStatement()) {
                    sql.execute("CREATE TABLE IF NOT EXISTS diary (day TEXT)");
                    sql.execute("INSERT INTO diary VALUES ('today')");
                }
            }
            assertTrue(ingest.process.isAlive(), ingest.err());
        }
        assertEquals(List.of("3"), Database.query(db, "SELECT count(*) FROM diary"));
    }

    @Test void twoIngestsIntoOneFileBothSucceed() {
        try (Run one = Run.ingest(folder, "50000", "--seed", "1", "--url", server.url);
                Run two = Run.ingest(folder, "50000", "--seed", "1000000", "--url", server.url)) {
            assertEquals(0, one.exitCode(), one.err());
            assertEquals(0, two.exitCode(), two.err());
        }
        assertEquals(100_000, Database.count(db));
    }

    /** A clock is no identity: programs that start at the same moment must not share a stream. */
    @Test void manyIngestsThatChooseTheirSeedAtTheSameMomentStoreAllTheirRows() {
        List<Run> ingests = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ingests.add(Run.ingest(folder, "100", "--url", server.url));
        }
        Set<String> seeds = new HashSet<>();
        for (Run ingest : ingests) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.out().contains("Stored 100 rows in powerball_data.db (0 already there)"), ingest.out());
            seeds.add(SEED.matcher(ingest.out()).results().findFirst().orElseThrow().group(1));
            ingest.close();
        }
        assertEquals(12, seeds.size(), "seeds: " + seeds);
        assertEquals(1200, Database.count(db));
    }

    @Test void readersAndItDoNotDisturbEachOther() throws IOException, SQLException {
        String countUntilAll = "until [ \"$n\" = 2000 ]; do "
                + "n=$(sqlite3 powerball_data.db 'SELECT count(*) FROM powerball_results') || exit; done";
        Assumptions.assumeTrue(Run.onPath("sqlite3"), "the sqlite3 shell is the other reader");
        CountDownLatch gate = new CountDownLatch(1);
        try (FakeServer halves = new FakeServer(twoHalves(gate));
                Run ingest = Run.ingest(folder, "2000", "--url", halves.url)) {
            Run.await("the first half", () -> Database.hasRows(db));
            try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + db);
                    Statement sql = reader.createStatement();
                    ResultSet rows = sql.executeQuery("SELECT transaction_id FROM powerball_results");
                    Run counting = Run.start(folder, List.of("sh", "-c", countUntilAll))) {
                assertTrue(rows.next());
                gate.countDown();
                assertEquals(0, ingest.exitCode(), ingest.err());
                assertFalse(ingest.err().contains("locked"), ingest.err());
                assertEquals(0, counting.exitCode(), counting.err());
                int seen = 1;
                while (rows.next()) {
                    seen++;
                }
                assertEquals(1000, seen, "the reader sees the table as it was");
            }
        }
        assertEquals(2000, Database.count(db));
    }

    /** 1,000 rows, and 1,000 more once the gate is open. */
    private static FakeServer.Answer twoHalves(CountDownLatch gate) {
        return (request, out) -> {
            FakeServer.send(out, "HTTP/1.1 200 OK\r\n\r\n" + FakeServer.rows(0, 1000) + ", ");
            gate.await();
            FakeServer.send(out, FakeServer.rows(1000, 2000));
        };
    }

    // ---- The disk

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"rm -r sub", "mv sub/powerball_data.db old.db; : >sub/powerball_data.db",
        "rm sub/powerball_data.db-wal", "mv sub/powerball_data.db-wal sub/w; cp sub/w sub/powerball_data.db-wal"})
    void aDatabaseThatIsRemovedOrReplacedMeanwhileEndsIt(String command) throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        CountDownLatch gate = new CountDownLatch(1);
        try (FakeServer halves = new FakeServer(twoHalves(gate));
                Run ingest = Run.ingest(sub, "2000", "--url", halves.url)) {
            Run.await("the first half", () -> Database.hasRows(sub.resolve("powerball_data.db")));
            succeeds("sh", "-c", "cd '" + folder + "'; " + command);
            gate.countDown();
            assertEquals(1, ingest.exitCode(), ingest.err());
            String which = command.contains("-wal") ? "powerball_data.db-wal" : "powerball_data.db";
            assertTrue(ingest.err().contains(which + " was removed or replaced during the run.\nHow many of the 1,000 rows"),
                    ingest.err());
            assertFalse(ingest.err().contains("Exception"), ingest.err());
        }
    }

    /** SQLite keeps the log beside the file, not beside a link to it. */
    @Test void theLogOfALinkedDatabaseIsLookedAtToo() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Files.createSymbolicLink(db, real.resolve("data.db"));
        CountDownLatch gate = new CountDownLatch(1);
        try (FakeServer halves = new FakeServer(twoHalves(gate));
                Run ingest = Run.ingest(folder, "2000", "--url", halves.url)) {
            Run.await("the first half", () -> Database.hasRows(db));
            Files.delete(real.resolve("data.db-wal"));
            gate.countDown();
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("-wal was removed or replaced during the run."), ingest.err());
        }
    }

    /** Between two attempts the database is closed; that it is another one afterwards must not go unseen. */
    @Test void aDatabaseThatIsReplacedBetweenTwoAttemptsEndsIt() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        FakeServer.Answer halves = (request, out) -> {
            int from = FakeServer.from(request);
            FakeServer.send(out, "HTTP/1.1 200 OK\r\nDrawing-Seed: 3\r\n\r\n" + FakeServer.rows(from, 1000) + ", ");
            if (from < 1000) gate.await();
            FakeServer.send(out, FakeServer.rows(Math.max(from, 1000), 2000));
        };
        try (FakeServer server = new FakeServer(halves);
                Run ingest = Run.ingest(folder, "2000", "--seed", "3", "--url", server.url)) {
            Run.await("the first half", () -> Database.hasRows(db));
            try (Lock lock = new Lock(db)) {
                gate.countDown();
                ingest.awaitOutput("is locked after 1,000 of 2,000 rows");
                succeeds("sh", "-c", "cd '" + folder + "'; mkdir old; mv powerball_data.db* old");
                lock.release();
            }
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("powerball_data.db was removed or replaced during the run."), ingest.err());
        }
        assertFalse(Files.exists(db), "an empty database in its place");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"no file", "DELETE", "WAL"})
    void whatMayNotBeWrittenIsNotWritten(String journal) throws IOException {
        List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")) && Run.onPath("setpriv"),
                "only root can become a user who may not write");
        List<String> command = new ArrayList<>(nobody);
        command.addAll(Run.ingestCommand(List.of(), "10", "--url", server.url));
        if (!journal.equals("no file")) {
            create(db, journal);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Run help = Run.start(folder, Stream.concat(command.stream(), Stream.of("--help")).toList())) {
            Assumptions.assumeTrue(help.exitCode() == 0, "the user nobody may not read the project: " + help.err());
        }
        try (Run ingest = Run.start(folder, command)) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("powerball_data.db cannot be "), ingest.err());
            assertFalse(ingest.err().contains("Exception"), ingest.err());
        }
        assertEquals(journal.equals("no file") ? 0 : 1, Files.exists(db) ? 1 + Database.count(db) : 0);
    }

    /** FULL: what is committed survives a power cut. strace sees the calls by which the disk is asked to have it. */
    @Test void everyCommitIsSyncedToTheDisk() throws IOException {
        String strace = ServerProcess.tool("strace");
        List<String> command = new ArrayList<>(List.of(strace, "-f", "-e", "trace=fdatasync,fsync", "-o", "calls"));
        command.addAll(Run.ingestCommand(List.of(), "4000", "--rate", "1000", "--url", server.url));
        try (Run ingest = Run.start(folder, command)) {
            Assumptions.assumeTrue(ingest.exitCode() == 0, "strace may not trace here: " + ingest.err());
        }
        long syncs = Files.readAllLines(folder.resolve("calls")).stream().filter(line -> line.contains("sync(")).count();
        // 4 s are 4 commits or more. Without FULL there would be two calls or three, at the end and for the table.
        assertTrue(syncs >= 6, syncs + " calls");
        assertEquals(4000, Database.count(db));
    }

    /** Without shared memory maps a write-ahead log breaks the database for everyone; bindfs makes such a file system. */
    @Test void aFileSystemWithoutSharedMemoryKeepsTheJournal() throws IOException {
        Assumptions.assumeTrue(Run.onPath("bindfs"), "needs the command bindfs");
        Path under = Files.createDirectory(folder.resolve("under"));
        Path odd = Files.createDirectory(folder.resolve("odd"));
        try (Run mount = Run.start(folder, List.of("bindfs", "-o", "direct_io", under.toString(), odd.toString()))) {
            Assumptions.assumeTrue(mount.exitCode() == 0, "bindfs cannot mount here: " + mount.err());
        }
        try {
            Path file = odd.resolve("powerball_data.db");
            Database.execute(file, "CREATE TABLE diary (day TEXT)");
            Database.execute(file, "INSERT INTO diary VALUES ('Monday')");
            Database.query(file, "PRAGMA journal_mode = WAL"); // as other programs leave it: nobody can read it now
            for (int run = 1; run <= 2; run++) {
                try (Run ingest = Run.ingest(odd, "" + 2000 * run, "--seed", "5", "--url", server.url)) {
                    assertEquals(0, ingest.exitCode(), ingest.err());
                }
                assertEquals(2000 * run, Database.count(file));
                assertEquals(List.of("Monday"), Database.query(file, "SELECT day FROM diary"));
                assertEquals(List.of("delete"), Database.query(file, "PRAGMA journal_mode"));
                assertEquals(List.of("ok"), Database.query(file, "PRAGMA integrity_check"));
            }
        } finally {
            succeeds("umount", odd.toString());
        }
    }

    @Test void afterAFullDiskTheSameCommandFinishesTheJob() throws IOException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        List<String> command = List.of("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString());
        try (Run mount = Run.start(folder, command)) {
            Assumptions.assumeTrue(mount.exitCode() == 0, "a small disk cannot be mounted here: " + mount.err());
        }
        try {
            Path small = disk.resolve("powerball_data.db");
            int[][] runs = {{5_000, 0}, {60_000, 1}, {60_000, 0}}; // rows, exit code
            for (int[] run : runs) {
                try (Run ingest = Run.ingest(disk, "" + run[0], "--seed", "6", "--url", server.url)) {
                    assertEquals(run[1], ingest.exitCode(), ingest.err());
                    assertEquals(run[1] == 1, ingest.err().contains("disk is full"), ingest.err());
                    assertFalse(ingest.err().contains("Exception"), ingest.err());
                }
                if (run[1] == 1) {
                    succeeds("mount", "-o", "remount,size=64m", disk.toString());
                    assertTrue(Database.count(small) >= 5_000);
                } else {
                    assertEquals(run[0], Database.count(small));
                }
                assertEquals(List.of("ok"), Database.query(small, "PRAGMA integrity_check"));
            }
        } finally {
            succeeds("umount", disk.toString());
        }
    }
}
