package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Postgres;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/** The ingest and a PostgreSQL server that dies for good, while its standby takes over. */
class StandbyTest {

    private static final int ROWS = 60_000;
    private static final String LOST = " rows that were committed are not in ";

    private static ServerProcess server;

    @TempDir Path folder;
    private Postgres primary;
    private Postgres standby;

    @BeforeAll static void startServer() {
        server = ServerProcess.start();
    }

    @AfterAll static void stopServer() {
        server.close();
    }

    @BeforeEach void startBoth(@TempDir Path primaryFolder, @TempDir Path standbyFolder) {
        primary = Postgres.start(primaryFolder);
        primary.freshDatabase();
        standby = primary.standby(standbyFolder);
    }

    @AfterEach void stopBoth() {
        if (standby != null) standby.close();
        if (primary != null) primary.close();
    }

    @Test void withSynchronousReplicationNothingIsLost() {
        primary.waitForStandby();
        try (Run ingest = ingest()) {
            ingest.awaitMeanwhile("rows", () -> standby.count() > 10_000);
            primary.kill9();
            ingest.awaitFailure();
            standby.promote();
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertFalse(ingest.err().contains(LOST), ingest.err());
        }
        assertEveryRowOnce();
    }

    /** Without it, the standby may not have heard of the last commits: they are asked for again. */
    @Test void commitsThatTheStandbyHasNotHeardOfAreStoredAgain() {
        try (Run ingest = ingest()) {
            ingest.awaitMeanwhile("rows", () -> standby.count() > 10_000);
            standby.stopFollowing();
            long heardOf = standby.count();
            ingest.awaitMeanwhile("more rows", () -> primary.count() > heardOf + 10_000);
            primary.kill9();
            ingest.awaitFailure();
            standby.promote();
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains(LOST), ingest.err());
        }
        assertEveryRowOnce();
    }

    /** A client that is led to it by its name alone. */
    @Test void aStandbyThatIsOnlyReadFromIsTriedAgainUntilItTakesOver() {
        primary.createTable();
        Run.await("the table", () -> standby.query("SELECT to_regclass('powerball_results')")
                .equals(List.of("powerball_results")));
        try (Run ingest = ingestInto(standby.url())) {
            ingest.awaitFailure();
            assertTrue(ingest.err().contains("read-only"), ingest.err());
            standby.promote();
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce();
    }

    private Run ingest() {
        String both = primary.url().replace("/lesson", ",127.0.0.1:" + standby.port + "/lesson");
        return ingestInto(both + "&targetServerType=primary");
    }

    private Run ingestInto(String db) {
        return Run.start(folder, primary.command("Ingest", List.of(), "" + ROWS,
                "--rate", "6000", "--seed", "7", "--url", server.url, "--db", db));
    }

    private void assertEveryRowOnce() {
        String csv = server.get("/drawing/" + ROWS + "?format=csv&seed=7").body();
        List<String> sent = csv.lines().skip(1).map(line -> line.split(",")[0]).toList();
        List<String> stored =
                standby.query("SELECT transaction_id FROM powerball_results ORDER BY 1");
        assertEquals(ROWS, stored.size());
        assertTrue(sent.equals(stored), "as many rows as were asked for, but others");
    }
}
