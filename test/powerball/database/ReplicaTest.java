package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.MariaDb;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/** The ingest and a MariaDB server that dies for good, while its replica takes over. */
class ReplicaTest {

    private static final int ROWS = 60_000;
    private static final String LOST = " rows that were committed are not in ";

    @AutoClose private static ServerProcess server;

    @TempDir Path folder;
    @TempDir Path primaryFolder;
    @TempDir Path replicaFolder;
    private MariaDb primary;
    private MariaDb replica;

    @BeforeAll static void startServer() {
        server = ServerProcess.start();
    }

    private void startBoth(String scheme) {
        primary = MariaDb.start(primaryFolder, scheme);
        replica = primary.replica(replicaFolder);
    }

    @AfterEach void stopBoth() {
        if (replica != null) replica.close();
        if (primary != null) primary.close();
    }

    /** MySQL's driver takes the second of two hosts for one to read from, unless told otherwise. */
    @ParameterizedTest
    @ValueSource(strings = {"mariadb", "mysql"})
    void theReplicaTakesOver(String scheme) {
        startBoth(scheme);
        try (Run ingest = ingest()) {
            ingest.awaitMeanwhile("rows", () -> replica.count() > 10_000);
            primary.kill9();
            ingest.awaitFailure();
            replica.promote();
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce();
    }

    @Test void commitsThatTheReplicaHasNotHeardOfAreStoredAgain() {
        startBoth("mariadb");
        try (Run ingest = ingest()) {
            ingest.awaitMeanwhile("rows", () -> replica.count() > 10_000);
            replica.stopFollowing();
            long heardOf = replica.count();
            ingest.awaitMeanwhile("more rows", () -> primary.count() > heardOf + 10_000);
            primary.kill9();
            ingest.awaitFailure();
            replica.promote();
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals(1, ingest.err().split(LOST, -1).length - 1, ingest.err());
        }
        assertEveryRowOnce();
    }

    private Run ingest() {
        return Run.start(folder, primary.command("Ingest", List.of(), "" + ROWS,
                "--rate", "6000", "--seed", "7", "--url", server.url,
                "--db", primary.urlWith(replica)));
    }

    private void assertEveryRowOnce() {
        String csv = server.get("/drawing/" + ROWS + "?format=csv&seed=7").body();
        List<String> sent = csv.lines().skip(1).map(line -> line.split(",")[0]).toList();
        List<String> stored =
                replica.query("SELECT transaction_id FROM powerball_results ORDER BY 1");
        assertEquals(ROWS, stored.size());
        assertTrue(sent.equals(stored), "as many rows as were asked for, but others");
    }
}
