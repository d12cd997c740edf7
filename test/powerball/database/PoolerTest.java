package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.PgBouncer;
import powerball.tools.Postgres;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/**
 * The ingest and a pooler before PostgreSQL, which keeps its connection when the server behind it
 * dies or is another one.
 */
class PoolerTest {

    private static final int ROWS = 60_000;
    private static final int RATE = 6_000; // a second: ten seconds in which a server can fail
    private static final Pattern LOST = Pattern.compile("(?m)^.*[1-9][0-9,]* rows that were"
            + " committed are not in .* any more\\..*$");
    private static final Pattern SESSION_SETTING =
            Pattern.compile("(?i)SESSION CHARACTERISTICS|SET .*default_transaction");

    private static ServerProcess server;

    @TempDir Path folder;
    private Postgres postgres;
    private PgBouncer pooler;

    @BeforeAll static void startServer() {
        server = ServerProcess.start();
    }

    @AfterAll static void stopServer() {
        server.close();
    }

    @BeforeEach void startBoth(@TempDir Path serverFolder, @TempDir Path poolerFolder) {
        postgres = Postgres.start(serverFolder);
        postgres.freshDatabase();
        pooler = PgBouncer.start(poolerFolder, postgres);
    }

    @AfterEach void stopBoth() {
        if (pooler != null) pooler.close();
        if (postgres != null) postgres.close();
    }

    /** More jobs than sessions: each job meets what the others have left in them. */
    @Test void threeJobsAtOnceShareTwoSessions() {
        int slice = ROWS / 3;
        List<Run> ingests = new ArrayList<>();
        try {
            for (int from = 0; from < ROWS; from += slice) {
                ingests.add(ingest(slice, "--from", "" + from));
            }
            for (Run ingest : ingests) {
                assertEquals(0, ingest.exitCode(), ingest.err());
                assertEquals("", ingest.said());
            }
        } finally {
            ingests.forEach(Run::close);
        }
        assertEveryRowOnceIn(postgres);
    }

    @Test void aServerThatIsKilledBehindItAndStartedAgainHasEveryRowOnce() throws SQLException {
        postgres.beforeRow(ids().get(ROWS / 3), Postgres.PASS_GATE);
        try (Postgres.Gate gate = postgres.shutGate();
                Run ingest = ingest(ROWS, "--rate", "" + RATE)) {
            ingest.awaitMeanwhile("a transaction", () -> postgres.sessionsThatWait() == 1);
            postgres.kill9();
            gate.open();
            ingest.awaitFailure();
            postgres.startAgain();
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("server conn crashed?"), ingest.err());
            assertFalse(LOST.matcher(ingest.err()).find(), "none were: " + ingest.err());
        }
        assertEveryRowOnceIn(postgres);
    }

    /** The standby has not heard of the last commits, and the ingest not of the failover. */
    @Test void aFailoverBehindItLosesNoRow(@TempDir Path standbyFolder) {
        try (Postgres standby = postgres.standby(standbyFolder);
                Run ingest = ingest(ROWS, "--rate", "" + RATE)) {
            ingest.awaitMeanwhile("rows", () -> standby.count() > 10_000);
            standby.stopFollowing();
            long heardOf = standby.count();
            ingest.awaitMeanwhile("more rows", () -> postgres.count() > heardOf + 10_000);
            standby.promote();
            pooler.leadTo(standby);
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertSaysOnceWhatWasLost(ingest);
            assertEveryRowOnceIn(standby);
        }
    }

    /** The driver is told nothing either: commits return before the disk has them. */
    @Test void aCrashBehindItThatLosesCommitsLosesNoRow() {
        try (Run ingest = ingest(ROWS, "--rate", "" + RATE)) {
            ingest.awaitMeanwhile("rows", () -> postgres.count() > 5_000);
            postgres.keepCommitsFromTheDisk();
            long onDisk = postgres.count();
            ingest.awaitMeanwhile("more rows", () -> postgres.count() > onDisk + 5_000);
            postgres.kill9();
            postgres.startAgain();
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertSaysOnceWhatWasLost(ingest);
        }
        assertEveryRowOnceIn(postgres);
    }

    private static void assertSaysOnceWhatWasLost(Run ingest) {
        assertEquals(1, LOST.matcher(ingest.err()).results().count(), ingest.err());
    }

    /** What a program sets for its session would be there for the next one that gets it. */
    @Test void winnersLeavesNothingInTheSessionThatItUsed() throws SQLException {
        stores(1_000);
        List<String> before = settings();
        postgres.logStatements();
        try (Run winners = Run.start(folder,
                postgres.command("Winners", List.of(), "--db", pooler.url()))) {
            assertEquals(0, winners.exitCode(), winners.err());
        }
        // The pooler ends a session that was left in a transaction; so not all would be seen below.
        assertEquals(List.of(), postgres.log().lines()
                .filter(line -> SESSION_SETTING.matcher(line).find()).toList());
        assertEquals(before, settings());
        stores(2_000);
    }

    private void stores(int rows) {
        try (Run ingest = ingest(rows)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEquals(rows, postgres.count());
    }

    /** As a program sees them that comes through the pooler. */
    private List<String> settings() throws SQLException {
        try (Connection connection = postgres.connect(pooler.url() + "&prepareThreshold=0")) {
            return List.of(
                    Postgres.show(connection, "default_transaction_isolation"),
                    Postgres.show(connection, "default_transaction_read_only"),
                    Postgres.show(connection, "transaction_isolation"),
                    Postgres.show(connection, "transaction_read_only"));
        }
    }

    private Run ingest(int rows, String... options) {
        List<String> all = new ArrayList<>(List.of("" + rows));
        all.addAll(List.of(options));
        all.addAll(List.of("--seed", "7", "--url", server.url, "--db", pooler.url()));
        return Run.start(folder, postgres.command("Ingest", List.of(), all.toArray(String[]::new)));
    }

    private static List<String> ids() {
        String csv = server.get("/drawing/" + ROWS + "?format=csv&seed=7").body();
        return csv.lines().skip(1).map(line -> line.split(",")[0]).toList();
    }

    private static void assertEveryRowOnceIn(Postgres database) {
        List<String> stored =
                database.query("SELECT transaction_id FROM powerball_results ORDER BY 1");
        assertEquals(ROWS, stored.size());
        assertTrue(ids().equals(stored), "as many rows as were asked for, but others");
    }
}
