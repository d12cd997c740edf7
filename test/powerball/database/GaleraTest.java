package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
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
        assertAllRowsOnceOn(0, 2);
        cluster.join(1);
        assertAllRowsOnceOn(1);
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
        assertAllRowsOnceOn(0, 1, 2);
    }

    /** Each reads on the node that it goes on with what it has committed on the one before. */
    @Test void nodesAreKilledOneAfterTheOther() {
        int rows = 3 * ROWS;
        try (Run ingest = ingest(cluster.url("sequential", 0, 1, 2), 0, rows)) {
            for (int node = 0; node < 2; node++) {
                long before = ROWS * (node + 1) / 2;
                int other = node + 1;
                ingest.awaitMeanwhile("rows", () -> cluster.hasRows(other, before));
                cluster.kill9(node);
                Run.await("a cluster of two", () -> cluster.hasSize(other, 2));
                cluster.join(node);
                cluster.awaitSynced(node);
            }
            endsWell(ingest);
        }
        assertEveryRowOnceOn(rows, 0, 1, 2);
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
        assertAllRowsOnceOn(0, 1, 2);
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
        assertAllRowsOnceOn(0, 1, 2);
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
        assertAllRowsOnceOn(0, 1, 2);
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

    private static void assertAllRowsOnceOn(int... nodes) {
        assertEveryRowOnceOn(ROWS, nodes);
    }

    private static void assertEveryRowOnceOn(int rows, int... nodes) {
        String csv = server.get("/drawing/" + rows + "?format=csv&seed=" + SEED).body();
        List<String> sent = csv.lines().skip(1).map(line -> line.split(",")[0]).toList();
        for (int node : nodes) {
            cluster.awaitSynced(node);
            // A node that has hung takes itself for synced until it hears of the others.
            Run.await("rows of node " + node, () -> cluster.hasRows(node, rows));
            List<String> stored = cluster.node(node)
                    .query("SELECT transaction_id FROM powerball_results ORDER BY 1");
            assertEquals(rows, stored.size(), "on node " + node);
            assertTrue(sent.equals(stored), "other rows than those that were sent, on " + node);
        }
    }
}
