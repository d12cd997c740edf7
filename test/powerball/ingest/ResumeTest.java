package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.FakeServer;
import powerball.tools.Programs;
import powerball.tools.Proxy;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.SqliteDatabase;

/**
 * Ingest when the network, the server or its user get in the way: no row is lost, none is stored
 * twice.
 */
class ResumeTest {

    @AutoClose private static ServerProcess server;

    @TempDir private Path folder;
    private Path db;

    @BeforeAll static void startServer() {
        server = ServerProcess.start();
    }

    @BeforeEach void nameDatabase() {
        db = folder.resolve("powerball_data.db");
    }

    // ---- The network and the server

    @Test void aStreamThatIsCutFiftyTimesIsWhole() throws IOException {
        Random random = new Random(50);
        AtomicInteger connections = new AtomicInteger();
        try (Proxy proxy = new Proxy(server.port, () -> {
            int n = connections.incrementAndGet();
            return n > 60 ? Proxy.Break.NEVER
                    : new Proxy.Break(1000 + random.nextInt(350_000), n % 2 == 0 ? Proxy.Fault.RST
                            : Proxy.Fault.FIN);
        }); Run ingest = Run.ingest(folder, "100,000", "--seed", "8", "--url", proxy.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            long said = ingest.err().lines().filter(line ->
                    line.startsWith("The stream broke ") && line.contains(Run.TRIES_AGAIN))
                    .count();
            // A cut before the first byte of an answer is not seen: the HTTP client asks again by
            // itself.
            assertTrue(said >= 50 && said <= proxy.broken.get(), said + " of " + proxy.broken
                    + "\n" + ingest.err());
            assertTrue(ingest.out().contains("Stored 100,000 rows in "), ingest.out());
        }
        assertHoldsWhatTheServerSends(100_000, 8);
    }

    private void assertHoldsWhatTheServerSends(int rows, long seed) {
        String csv = server.get("/drawing/" + rows + "?format=csv&seed=" + seed).body();
        assertEquals(csv.lines().skip(1).map(line -> line.replace(',', '|')).toList(),
                SqliteDatabase.query(db,
                        "SELECT * FROM powerball_results ORDER BY transaction_id"));
    }

    @Test void aStreamThatStallsIsAskedForAgain() throws IOException {
        Iterator<Proxy.Break> breaks =
                List.of(new Proxy.Break(100_000, Proxy.Fault.STALL), Proxy.Break.NEVER).iterator();
        try (Proxy proxy = new Proxy(server.port, breaks::next);
                Run ingest = Run.ingest(folder, "5000", "--seed", "8", "--url", proxy.url,
                        "--stall-seconds", "1")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("No row came for 1 s after "), ingest.err());
        }
        assertHoldsWhatTheServerSends(5000, 8);
    }

    /** The drill leaves time for every row to come, and none is asked for twice. */
    @Test void aServerThatDropsEveryStreamIsAskedUntilAllIsThere() {
        try (Run ingest = Run.ingest(folder, "82000", "--seed", "8", "--url", server.url,
                "--drop", "4000")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            for (int rows = 4000; rows < 82_000; rows += 4000) {
                String broken = String.format(Locale.ROOT, " after %,d of 82,000 rows. ", rows);
                assertTrue(ingest.err().contains(broken + Run.TRIES_AGAIN),
                        broken + ingest.err());
            }
        }
        assertHoldsWhatTheServerSends(82_000, 8);
    }

    /** No server begins with a row beyond 10^9, so the job begins again with its first one. */
    @Test void aJobThatReachesBeyondTheHighestFirstRowIsResumedToo() throws IOException {
        Iterator<Proxy.Break> breaks = List.of(new Proxy.Break(100_000, Proxy.Fault.FIN),
                new Proxy.Break(300_000, Proxy.Fault.FIN), Proxy.Break.NEVER).iterator();
        try (Proxy proxy = new Proxy(server.port, breaks::next);
                Run ingest = Run.ingest(folder, "5000", "--seed", "8", "--from", "1000000000",
                        "--url", proxy.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.out().contains("Stored 5,000 rows in powerball_data.db (0 already"
                    + " there)"), ingest.out());
        }
        assertEquals(5000, SqliteDatabase.count(db));
    }

    @Test void aServerThatBreaksAfterEachRowStillBringsThemAll() {
        try (Run ingest = Run.ingest(folder, "5", "--seed", "8", "--url", server.url,
                "--drop", "1")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertHoldsWhatTheServerSends(5, 8);
    }

    @Test void aServerThatIsKilledAndStartedAgainIsAskedForTheRest() throws SQLException,
            InterruptedException {
        createWithLog(); // a lock then stops the first row, not the opening: it waits in mid-stream
        try (ServerProcess first = ServerProcess.start();
                SqliteDatabase.Lock lock = new SqliteDatabase.Lock(db);
                Run ingest = Run.ingest(folder, "200000", "--url", first.url)) {
            ingest.awaitOutput("locked");
            first.run.process.destroyForcibly().waitFor();
            try (ServerProcess second = ServerProcess.start("--port", "" + first.port)) {
                lock.release();
                assertEquals(0, ingest.exitCode(), ingest.err());
                assertTrue(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
                second.run.awaitOutput("GET /drawing/\\d+\\?seed=" + ingest.seed() + "\\S* 200 ");
            }
        }
        assertEquals(200_000, SqliteDatabase.count(db));
    }

    // ---- Its user

    @Test void killedAtAnyMomentTheSameCommandFinishesTheJob() throws InterruptedException {
        Random random = new Random(9);
        String seed = null;
        int before = 0;
        for (int trial = 1; trial <= 20; trial++) {
            String[] command = {"100000", "--url", server.url, "--seed", seed};
            try (Run ingest = Run.ingest(folder, seed == null ? Arrays.copyOf(command, 3)
                    : command)) {
                ingest.awaitOutput("seed \\d+\n");
                seed = ingest.seed();
                if (trial % 5 > 0) {
                    Thread.sleep(random.nextInt(1200)); // any moment
                    ingest.process.destroyForcibly();
                    ingest.exitCode(); // 137, or 0 where the machine was faster
                } else {
                    assertEquals(0, ingest.exitCode(), ingest.err());
                }
            }
            if (Files.exists(db)) {
                assertEquals(List.of("ok"), SqliteDatabase.query(db, "PRAGMA integrity_check"));
            }
            int now = SqliteDatabase.hasRows(db) ? SqliteDatabase.count(db) : 0;
            assertTrue(now >= before, "what was stored stays stored: " + before + ", now " + now);
            before = now;
            if (trial % 5 == 0) {
                assertEquals(100_000, now);
                SqliteDatabase.execute(db, "DELETE FROM powerball_results");
                before = 0;
            }
        }
    }

    @Test void controlCKeepsWhatHasComeAndSaysHowToFinish() {
        try (Run ingest = Run.ingest(folder, "1,000,000,000", "--seed", "3", "--url", server.url)) {
            Run.await("the first rows", () -> SqliteDatabase.hasRows(db));
            interrupt(ingest);
            assertEquals(130, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("build/ingest.jar 1000000000 --seed 3 --url "
                    + server.url), ingest.err());
            String stored = String.format(Locale.ROOT, "\n%,d of 1,000,000,000 rows",
                    SqliteDatabase.count(db));
            assertTrue(ingest.err().contains(stored), stored + " in " + ingest.err());
        }
    }

    @Test void controlCCommitsTheLastRowsToo() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (FakeServer server = new FakeServer(tenRowsAndTenMore(gate));
                Run ingest = Run.ingest(folder, "30", "--url", server.url)) {
            Run.await("the first commit", () -> SqliteDatabase.hasRows(db));
            gate.countDown();
            Thread.sleep(400); // ten more have come, and are not committed: that is due after 900
            interrupt(ingest);
            assertEquals(130, ingest.exitCode(), ingest.err());
        }
        assertEquals(20, SqliteDatabase.count(db));
    }

    /** Rows that have come while the database was locked are kept, too. */
    @Test void controlCCommitsTheRowsThatHaveNotBeenTakenYet() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        createWithLog();
        try (FakeServer server = new FakeServer(tenRowsAndTenMore(gate));
                SqliteDatabase.Lock lock = new SqliteDatabase.Lock(db);
                Run ingest = Run.ingest(folder, "30", "--url", server.url)) {
            Run.await("a request", () -> !server.requests.isEmpty());
            Thread.sleep(2000); // ten rows have come, and wait for the lock since 900
            gate.countDown();
            Thread.sleep(500); // ten more have come, and wait in the queue
            interrupt(ingest);
            lock.release();
            assertEquals(130, ingest.exitCode(), ingest.err());
        }
        assertEquals(20, SqliteDatabase.count(db));
    }

    /** Ten rows, ten more once the gate is open, and then silence until the client has left. */
    private static FakeServer.Answer tenRowsAndTenMore(CountDownLatch gate) {
        return (request, out) -> {
            FakeServer.send(out, "HTTP/1.1 200 OK\r\n\r\n" + FakeServer.rows(0, 10));
            gate.await();
            FakeServer.send(out, ", " + FakeServer.rows(10, 20));
            new CountDownLatch(1).await();
        };
    }

    @Test void controlCEndsTheQuestion() {
        try (Run ingest = Run.ingest(folder)) {
            ingest.awaitOutput("winners today\\? ");
            interrupt(ingest);
            assertEquals(130, ingest.exitCode());
            assertEquals("How many lucky winners today? \n", ingest.out(),
                    "what comes next begins on a line of its own");
        }
        assertFalse(Files.exists(db));
    }

    /** The hook returns, so the driver tidies up and the exit code is the signal's own. */
    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void aSignalEndsItWithItsCodeAndLeavesNothingInTheTemporaryFolder(String signal, int code)
            throws IOException {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        List<String> jvm = List.of("-Djava.io.tmpdir=" + temporary,
                "-Dorg.sqlite.lib.path=/none"); // so that the driver unpacks itself, and there
        try (Run ingest = Run.start(folder, Programs.command("Ingest", jvm, "1000000",
                "--rate", "1000", "--url", server.url))) {
            Run.await("the first rows", () -> SqliteDatabase.hasRows(db), ingest::err);
            Run.succeeds("kill", "-" + signal, "" + ingest.process.pid());
            assertEquals(code, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("Interrupted.\n"
                    + String.format(Locale.ROOT, "%,d of", SqliteDatabase.count(db))),
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
        createWithLog();
        try (FakeServer silent = new FakeServer((request, out) -> silence.await());
                SqliteDatabase.Lock lock = wait.endsWith("lock")
                        ? new SqliteDatabase.Lock(db) : null;
                Run ingest = Run.ingest(folder, "1000", "--url", wait.endsWith("server")
                        ? silent.url
                        : wait.endsWith("lock") ? server.url : "http://127.0.0.1:1")) {
            if (wait.endsWith("pause")) {
                ingest.awaitFailure();
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
        Run.succeeds("kill", "-INT", "" + run.process.pid());
    }

    private void createWithLog() {
        SqliteDatabase.query(db, "PRAGMA journal_mode = WAL");
        SqliteDatabase.createTable(db);
    }
}
