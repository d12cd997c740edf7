package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Galera;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/** The ingest and a cluster of three nodes: whatever becomes of them, each row is there once. */
class GaleraTest {

    private static final int ROWS = 60_000;
    private static final int RATE = 6_000; // a second: ten seconds in which a node can fail
    private static final String SEED = "7";
    private static final String LOST = " rows that were committed are not in ";

    @TempDir static Path clusterFolder;
    private static Galera cluster;
    private static ServerProcess server;

    @TempDir Path folder;

    @BeforeAll static void start() {
        cluster = Galera.start(clusterFolder, 3);
        server = ServerProcess.start();
    }

    @AfterAll static void stop() {
        if (server != null) server.close();
        if (cluster != null) cluster.close();
    }

    @BeforeEach void freshDatabase() {
        cluster.joinAll();
        cluster.freshDatabase();
    }

    @Test void theNodeThatIsWrittenToIsKilled() {
        try (Run ingest = ingest(cluster.url("sequential", 1, 2, 0), 0, ROWS)) {
            ingest.awaitRows();
            cluster.kill9(1);
            endsWell(ingest);
            assertTrue(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
        }
        assertEveryRowOnceOn(0, 2);
        cluster.join(1);
        assertEveryRowOnceOn(1);
    }

    @Test void theNodeThatIsWrittenToHangsAndComesBack() {
        try (Run ingest = ingest(cluster.url("sequential", 1, 2, 0), 0, ROWS)) {
            ingest.awaitRows();
            cluster.suspend(1);
            endsWell(ingest);
            assertTrue(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
        } finally {
            cluster.resume(1);
        }
        assertEveryRowOnceOn(0, 1, 2);
    }

    /** What another node has committed is only on its way, and not lost. */
    @Test void theNodeThatIsGoneOnWithHasNotAppliedAllYet() throws SQLException {
        try (Connection session = cluster.node(1).connect();
                Statement statement = session.createStatement();
                Run ingest = ingest(cluster.url("sequential", 0, 1, 2), 0, ROWS)) {
            ingest.awaitMeanwhile("rows", () -> cluster.hasRows(1, 6_000));
            statement.execute("SET GLOBAL wsrep_desync = ON"); // or the others would wait for it
            statement.execute("FLUSH TABLES WITH READ LOCK");
            long applied = cluster.node(1).count();
            ingest.awaitMeanwhile("more rows", () -> cluster.hasRows(0, applied + 12_000));
            cluster.kill9(0);
            ingest.awaitMeanwhile("a session on the next node", () -> cluster.node(1).number(
                    "SELECT count(*) FROM information_schema.processlist WHERE user = 'ana'"
                    + " AND command <> 'Sleep'") > 0);
            statement.execute("UNLOCK TABLES");
            statement.execute("SET GLOBAL wsrep_desync = OFF");
            endsWell(ingest);
        }
        assertEveryRowOnceOn(1, 2);
    }

    @Test void aNodeJoinsInMidRun() {
        cluster.kill9(2);
        Run.await("a cluster of two", () -> cluster.hasSize(0, 2));
        try (Run ingest = ingest(cluster.url("sequential", 1, 0, 2), 0, ROWS)) {
            ingest.awaitRows();
            cluster.join(2);
            cluster.awaitSynced(2);
            endsWell(ingest);
        }
        assertEveryRowOnceOn(0, 1, 2);
    }

    /** One of three is no majority: it takes nothing, and the ingest waits until it does. */
    @Test void twoNodesAreLostAndComeBack() {
        try (Run ingest = ingest(cluster.url("sequential", 0, 1, 2), 0, ROWS)) {
            ingest.awaitRows();
            cluster.kill9(1);
            cluster.kill9(2);
            ingest.awaitFailure();
            cluster.join(1);
            cluster.join(2);
            endsWell(ingest);
        }
        assertEveryRowOnceOn(0, 1, 2);
    }

    @Test void fourSlicesAtOnceThroughDifferentNodes() {
        int slice = ROWS / 4;
        List<Run> ingests = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ingests.add(ingest(cluster.url("loadbalance", 0, 1, 2), i * slice, slice));
        }
        for (Run ingest : ingests) {
            endsWell(ingest);
            ingest.close();
        }
        assertEveryRowOnceOn(0, 1, 2);
    }

    private Run ingest(String db, int from, int rows) {
        return Run.start(folder, cluster.node(0).command("Ingest", List.of(), "" + rows,
                "--from", "" + from, "--rate", "" + RATE, "--seed", SEED, "--url", server.url,
                "--db", db));
    }

    /** A node that has not applied yet what another has committed has not lost it. */
    private static void endsWell(Run ingest) {
        assertEquals(0, ingest.exitCode(), ingest.out() + ingest.err());
        assertFalse(ingest.err().contains(LOST), ingest.err());
        assertTrue(ingest.out().contains("\nStored "), ingest.out());
    }

    private static void assertEveryRowOnceOn(int... nodes) {
        String csv = server.get("/drawing/" + ROWS + "?format=csv&seed=" + SEED).body();
        List<String> sent = csv.lines().skip(1).map(line -> line.split(",")[0]).toList();
        for (int node : nodes) {
            cluster.awaitSynced(node);
            // A node that has hung takes itself for synced until it hears of the others.
            Run.await("rows of node " + node, () -> cluster.hasRows(node, ROWS));
            List<String> stored = cluster.node(node)
                    .query("SELECT transaction_id FROM powerball_results ORDER BY 1");
            assertEquals(ROWS, stored.size(), "on node " + node);
            assertTrue(sent.equals(stored), "other rows than those that were sent, on " + node);
        }
    }
}
