package powerball.database;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
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
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.FakeServer;
import powerball.tools.Programs;
import powerball.tools.Row;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.SqliteDatabase;

/**
 * Ingest and the database file: what it may be, other programs that use it, the disk, and a power
 * cut.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SqliteTest {

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
            LOCKED.add(new Locked(new SqliteDatabase.Lock(db),
                    Run.ingest(lockedFolder, "1000", "--db", db.toString(), "--url", server.url,
                            "--patience-seconds", "12")));
        }
    }

    @BeforeEach void nameDatabase() {
        db = folder.resolve("powerball_data.db");
    }

    private static void create(Path db, String journal) {
        SqliteDatabase.query(db, "PRAGMA journal_mode = " + journal);
        SqliteDatabase.createTable(db);
    }

    // ---- What it may be

    /** How a test makes what --db leads to. */
    private interface Make {
        void at(Path db) throws IOException;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unfitDatabases")
    void aPathThatIsNoFitDatabaseIsRefusedAndLeftAlone(String name, String reason, Make make)
            throws IOException {
        Path unfit = folder.resolve(name);
        make.at(unfit);
        boolean isFile = Files.isRegularFile(unfit);
        byte[] before = isFile ? Files.readAllBytes(unfit) : new byte[0];
        try (Run ingest = Run.ingest(folder, "10", "--url", server.url, "--db", name)) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains(name) && ingest.err().contains(reason), ingest.err());
            assertFalse(ingest.err().contains("Exception"), ingest.err());
        }
        assertArrayEquals(before, isFile ? Files.readAllBytes(unfit) : new byte[0]);
    }

    private static Stream<Arguments> unfitDatabases() {
        return Stream.of(
                Arguments.of("missing/a.db", "unable to open database file", (Make) db -> { }),
                Arguments.of("folder", "unable to open database file",
                        (Make) Files::createDirectory),
                Arguments.of("/", "unable to open database file", (Make) db -> { }),
                Arguments.of("letter.txt", "file is not a database",
                        (Make) db -> Files.writeString(db, "Dear diary, ".repeat(170))),
                Arguments.of("note.txt", "file is not a database", (Make) db ->
                        Files.writeString(db, "buy milk\n")));
    }

    /** The first system of this kind made it so, in a file of the same name. */
    @Test void theTableOfTheFirstSystemIsRefusedWithWhatToDo() {
        String text = String.join(" TEXT, ", Row.NAMES) + " TEXT";
        SqliteDatabase.execute(db, "CREATE TABLE powerball_results (" + text + ")");
        String values = Row.NAMES.stream().map(name -> "'(37,)'").collect(Collectors.joining(", "));
        SqliteDatabase.execute(db, "INSERT INTO powerball_results VALUES (" + values + ")");
        try (Run ingest = Run.ingest(folder, "100", "--url", server.url)) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().startsWith("Table powerball_results of powerball_data.db does"
                    + " not take the rows: "), ingest.err());
            assertTrue(ingest.err().contains("--db") && ingest.err().contains("rename"),
                    ingest.err());
        }
        assertEquals(1, SqliteDatabase.count(db));
    }

    @Test void aTableThatWasMadeByHandIsTaken() {
        SqliteDatabase.createTable(db);
        try (Run ingest = Run.ingest(folder, "100", "--url", server.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEquals(100, SqliteDatabase.count(db));
    }

    @Test void aStatementThatFailsInTheMiddleLeavesNothingBehind() {
        String row20 = "00000000-0000-703e-%"; // 42 + 20 is 0x3e
        SqliteDatabase.createTable(db,
                "transaction_id TEXT PRIMARY KEY CHECK (transaction_id NOT LIKE '" + row20 + "')");
        try (Run ingest = Run.ingest(folder, "100", "--seed", "42", "--url", server.url)) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains(" does not take the rows: ")
                    && ingest.err().contains("CHECK"), ingest.err());
            assertTrue(ingest.err().contains("0 of 100 rows were received and stored"),
                    ingest.err());
        }
        assertEquals(0, SqliteDatabase.count(db));
    }

    /** In a folder that is mounted noexec, the driver cannot run its native code. */
    @ParameterizedTest
    @ValueSource(strings = {"ingest.jar 10", "winners.jar"})
    void aTemporaryFolderThatRunsNothingIsTold(String program) throws IOException {
        Path disk = Files.createDirectory(folder.resolve("noexec"));
        SqliteDatabase.createTable(db);
        try (Run mount = Run.start(folder, List.of("mount", "-t", "tmpfs", "-o", "noexec", "tmpfs",
                disk.toString()))) {
            Assumptions.assumeTrue(mount.exitCode() == 0, "no disk can be mounted here: "
                    + mount.err());
        }
        try {
            String java = Run.JAVA + " -Djava.io.tmpdir=" + disk + " -jar build/" + program
                    + " --db " + db + (program.startsWith("ingest") ? " --url " + server.url : "");
            try (Run run = Run.start(Run.PROJECT, List.of("sh", "-c", java))) {
                assertEquals(1, run.exitCode(), run.err());
                assertTrue(run.err().contains("No native library found"), run.err());
                assertFalse(run.err().contains("\tat "), "a stack trace: " + run.err());
            }
        } finally {
            Run.unmount(disk);
        }
    }

    // ---- Other programs that use the database

    @Test void anotherWriterIsWaitedForWithoutHoardingRows() throws SQLException {
        create(db, "WAL"); // so that it is the storing that waits, not the opening
        try (SqliteDatabase.Lock lock = new SqliteDatabase.Lock(db); Run ingest = Run.start(folder,
                Programs.command("Ingest", List.of("-Xmx64m"), "300000", "--url", server.url,
                        "--stall-seconds", "1"))) {
            ingest.awaitOutput("locked.*" + Run.TRIES_AGAIN);
            lock.release();
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertFalse(ingest.err().contains("No row came"),
                    "the database was slow, not the server: " + ingest.err());
        }
        assertEquals(300_000, SqliteDatabase.count(db));
    }

    /** An ingest into a database that stays locked. */
    private record Locked(SqliteDatabase.Lock lock, Run ingest) {
    }

    @Order(Integer.MAX_VALUE) // the other tests run while these wait
    @Test void aLockThatStaysEndsIt() {
        for (Locked locked : LOCKED) {
            assertEquals(1, locked.ingest.exitCode());
            String err = locked.ingest.err();
            assertTrue(err.contains("locked"), err);
            assertTrue(err.contains(" No new row could be stored for 12 s (--patience-seconds).\n"
                    + "0 of 1,000 rows"), err);
            assertTrue(err.contains(Run.TRIES_AGAIN), err);
            assertTrue(err.contains(" To finish: java -jar build/ingest.jar 1000"), err);
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
            Run.await("the first rows", () -> SqliteDatabase.hasRows(db), ingest::err);
            for (int i = 0; i < 3; i++) {
                try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + db
                        + "?busy_timeout=15000");
                        Statement sql = other.createStatement()) {
                    sql.execute("CREATE TABLE IF NOT EXISTS diary (day TEXT)");
                    sql.execute("INSERT INTO diary VALUES ('today')");
                }
            }
            assertTrue(ingest.process.isAlive(), ingest.err());
        }
        assertEquals(List.of("3"), SqliteDatabase.query(db, "SELECT count(*) FROM diary"));
    }

    @Test void twoIngestsIntoOneFileBothSucceed() {
        try (Run one = Run.ingest(folder, "50000", "--seed", "1", "--url", server.url);
                Run two = Run.ingest(folder, "50000", "--seed", "1000000", "--url", server.url)) {
            assertEquals(0, one.exitCode(), one.err());
            assertEquals(0, two.exitCode(), two.err());
        }
        assertEquals(100_000, SqliteDatabase.count(db));
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
            assertTrue(ingest.out()
                    .contains("Stored 100 rows in powerball_data.db (0 already there)"),
                    ingest.out());
            seeds.add(ingest.seed());
            ingest.close();
        }
        assertEquals(12, seeds.size(), "seeds: " + seeds);
        assertEquals(1200, SqliteDatabase.count(db));
    }

    @Test void readersAndItDoNotDisturbEachOther() throws IOException, SQLException {
        String countUntilAll = "until [ \"$n\" = 2000 ]; do "
                + "n=$(sqlite3 powerball_data.db 'SELECT count(*) FROM powerball_results') || "
                + "exit; done";
        Run.tool("sqlite3"); // the other reader
        CountDownLatch gate = new CountDownLatch(1);
        try (FakeServer halves = new FakeServer(twoHalves(gate));
                Run ingest = Run.ingest(folder, "2000", "--url", halves.url)) {
            Run.await("the first half", () -> SqliteDatabase.hasRows(db));
            try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + db);
                    Statement sql = reader.createStatement();
                    ResultSet rows = sql.executeQuery(
                            "SELECT transaction_id FROM powerball_results");
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
        assertEquals(2000, SqliteDatabase.count(db));
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
    @ValueSource(strings = {"rm -r sub",
        "mv sub/powerball_data.db old.db; : >sub/powerball_data.db"})
    void aDatabaseThatIsRemovedOrReplacedMeanwhileEndsIt(String command) throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        CountDownLatch gate = new CountDownLatch(1);
        try (FakeServer halves = new FakeServer(twoHalves(gate));
                Run ingest = Run.ingest(sub, "2000", "--url", halves.url)) {
            Path subDb = sub.resolve("powerball_data.db");
            Run.await("the first half", () -> SqliteDatabase.hasRows(subDb));
            Run.succeeds("sh", "-c", "cd '" + folder + "'; " + command);
            gate.countDown();
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("powerball_data.db was removed or replaced during the"
                    + " run, so some stored rows may be gone.\n"
                    + "1,000 of 2,000 rows"), ingest.err());
            assertFalse(ingest.err().contains("Exception"), ingest.err());
        }
    }

    private String strace() {
        String strace = Run.tool("strace");
        try (Run trial = Run.start(folder, List.of(strace, "-o", "calls", "true"))) {
            Assumptions.assumeTrue(trial.exitCode() == 0, "strace may not trace here: "
                    + trial.err());
        }
        return strace;
    }

    /** The rest of 2,000 rows from where it is asked for; a gate stands before row 1,000. */
    private static FakeServer.Answer resumedHalves(CountDownLatch gate) {
        return (request, out) -> {
            int from = FakeServer.from(request);
            String first = from < 1000 ? FakeServer.rows(from, 1000) + ", " : "";
            FakeServer.send(out, "HTTP/1.1 200 OK\r\nDrawing-Seed: 3\r\n\r\n" + first);
            if (from < 1000) gate.await();
            FakeServer.send(out, FakeServer.rows(Math.max(from, 1000), 2000));
        };
    }

    /**
     * Between two attempts the database is closed; that it is another one afterwards must not go
     * unseen.
     */
    @Test void aDatabaseThatIsReplacedBetweenTwoAttemptsEndsIt() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (FakeServer server = new FakeServer(resumedHalves(gate));
                Run ingest = Run.ingest(folder, "2000", "--seed", "3", "--url", server.url)) {
            Run.await("the first half", () -> SqliteDatabase.hasRows(db));
            try (SqliteDatabase.Lock lock = new SqliteDatabase.Lock(db)) {
                gate.countDown();
                ingest.awaitOutput("is locked");
                Run.succeeds("sh", "-c", "cd '" + folder
                        + "'; mkdir old; mv powerball_data.db* old");
                lock.release();
            }
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err()
                    .contains("powerball_data.db was removed or replaced during the run, "),
                    ingest.err());
        }
        assertFalse(Files.exists(db), "an empty database in its place");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"no file", "DELETE", "WAL"})
    void whatMayNotBeWrittenIsNotWritten(String journal) throws IOException {
        List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534",
                "--clear-groups");
        Run.tool("setpriv");
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")),
                "only root can become a user who may not write");
        List<String> command = new ArrayList<>(nobody);
        command.addAll(Programs.command("Ingest", List.of(), "10", "--url", server.url));
        if (!journal.equals("no file")) {
            create(db, journal);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Run help = Run.start(folder, Stream.concat(command.stream(), Stream.of("--help"))
                .toList())) {
            Assumptions.assumeTrue(help.exitCode() == 0,
                    "the user nobody may not read the project: " + help.err());
        }
        try (Run ingest = Run.start(folder, command)) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().startsWith("The database powerball_data.db says: "),
                    ingest.err());
            assertFalse(ingest.err().contains("Exception"), ingest.err());
        }
        assertEquals(!journal.equals("no file"), Files.exists(db));
        if (Files.exists(db)) assertEquals(0, SqliteDatabase.count(db));
    }

    /**
     * What was removed between two attempts must not be made anew. strace sees how the file is
     * opened.
     */
    @Test void onlyTheFirstAttemptMayMakeTheFile() throws Exception {
        String strace = strace();
        CountDownLatch gate = new CountDownLatch(1);
        try (FakeServer server = new FakeServer(resumedHalves(gate))) {
            List<String> command = new ArrayList<>(
                    List.of(strace, "-f", "-e", "trace=open,openat", "-o", "calls"));
            command.addAll(Programs.command("Ingest", List.of(), "2000", "--seed", "3", "--url",
                    server.url));
            try (Run ingest = Run.start(folder, command)) {
                Run.await("the first half", () -> SqliteDatabase.hasRows(db));
                try (SqliteDatabase.Lock lock = new SqliteDatabase.Lock(db)) {
                    gate.countDown();
                    ingest.awaitOutput("is locked");
                    lock.release();
                }
                assertEquals(0, ingest.exitCode(), ingest.err());
            }
        }
        List<String> opened = Files.readAllLines(folder.resolve("calls")).stream()
                .filter(line -> line.contains("powerball_data.db\", O_RDWR")).toList();
        assertTrue(opened.size() > 1, opened.toString());
        assertEquals(1, opened.stream().filter(line -> line.contains("O_CREAT")).count(),
                opened.toString());
    }

    /**
     * FULL: what is committed survives a power cut. strace sees the calls by which the disk is
     * asked to have it.
     */
    @Test void everyCommitIsSyncedToTheDisk() throws IOException {
        String strace = strace();
        List<String> command = new ArrayList<>(
                List.of(strace, "-f", "-y", "-e", "trace=fdatasync,fsync", "-o", "calls"));
        command.addAll(Programs.command("Ingest", List.of(), "4000", "--rate", "1000", "--url",
                server.url));
        try (Run ingest = Run.start(folder, command)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        long syncs = Files.readAllLines(folder.resolve("calls")).stream()
                .filter(line -> line.contains("sync(") && line.contains("powerball_data.db-wal"))
                        .count();
        // 4 s are 4 commits or more, and each is in the log. Without FULL, the log would be synced
        // only before it is emptied.
        assertTrue(syncs >= 4, syncs + " calls");
        assertEquals(4000, SqliteDatabase.count(db));
    }

    /**
     * Without shared memory maps a write-ahead log breaks the database for everyone; bindfs makes
     * such a file system.
     */
    @Test void aFileSystemWithoutSharedMemoryKeepsTheJournal() throws IOException {
        Run.tool("bindfs");
        Path under = Files.createDirectory(folder.resolve("under"));
        Path odd = Files.createDirectory(folder.resolve("odd"));
        try (Run mount = Run.start(folder, List.of("bindfs", "-o", "direct_io", under.toString(),
                odd.toString()))) {
            Assumptions.assumeTrue(mount.exitCode() == 0, "bindfs cannot mount here: "
                    + mount.err());
        }
        try {
            Path file = odd.resolve("powerball_data.db");
            SqliteDatabase.execute(file, "CREATE TABLE diary (day TEXT)");
            SqliteDatabase.execute(file, "INSERT INTO diary VALUES ('Monday')");
            // as other programs leave it: nobody can read it now
            SqliteDatabase.query(file, "PRAGMA journal_mode = WAL");
            for (int run = 1; run <= 2; run++) {
                try (Run ingest = Run.ingest(odd, "" + 2000 * run, "--seed", "5", "--url",
                        server.url)) {
                    assertEquals(0, ingest.exitCode(), ingest.err());
                }
                assertEquals(2000 * run, SqliteDatabase.count(file));
                assertEquals(List.of("Monday"),
                        SqliteDatabase.query(file, "SELECT day FROM diary"));
                assertEquals(List.of("delete"), SqliteDatabase.query(file, "PRAGMA journal_mode"));
                assertEquals(List.of("ok"), SqliteDatabase.query(file, "PRAGMA integrity_check"));
            }
        } finally {
            Run.unmount(odd);
        }
    }

    @Test void nullIsNoTextThatReadsLikeIt() throws SQLException {
        Object[] sent = Row.of(1).with("last_name", "null").values();
        Path db = folder.resolve("null.db");
        SqliteDatabase.execute(db, SqliteDatabase.CREATE_TABLE);
        SqliteDatabase.execute(db, "INSERT INTO powerball_results (transaction_id, first_name)"
                + " VALUES ('" + sent[0] + "', '" + sent[1] + "')");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db)) {
            StoredRows stored = new StoredRows(connection, "null.db");
            Failure failure = assertThrows(Failure.class,
                    () -> stored.compare(List.<Object[]>of(sent), 0, false));
            assertTrue(failure.getMessage().contains("last_name null (String), and table"
                    + " powerball_results of null.db gives back NULL"), failure.getMessage());
        }
    }

    @Test void afterAFullDiskTheSameCommandFinishesTheJob() throws IOException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        List<String> command = List.of("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs",
                disk.toString());
        try (Run mount = Run.start(folder, command)) {
            Assumptions.assumeTrue(mount.exitCode() == 0, "a small disk cannot be mounted here: "
                    + mount.err());
        }
        try {
            Path small = disk.resolve("powerball_data.db");
            int[][] runs = {{5_000, 0}, {60_000, 1}, {60_000, 0}}; // rows, exit code
            for (int[] run : runs) {
                try (Run ingest = Run.ingest(disk, "" + run[0], "--seed", "6", "--url",
                        server.url)) {
                    assertEquals(run[1], ingest.exitCode(), ingest.err());
                    assertEquals(run[1] == 1, ingest.err().contains("disk is full"), ingest.err());
                    assertFalse(ingest.err().contains("Exception"), ingest.err());
                }
                if (run[1] == 1) {
                    Run.succeeds("mount", "-o", "remount,size=64m", disk.toString());
                    assertTrue(SqliteDatabase.count(small) >= 5_000);
                } else {
                    assertEquals(run[0], SqliteDatabase.count(small));
                }
                assertEquals(List.of("ok"), SqliteDatabase.query(small, "PRAGMA integrity_check"));
            }
        } finally {
            Run.unmount(disk);
        }
    }
}
