package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Postgres;
import powerball.tools.Proxy;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/**
 * A line to PostgreSQL that lets a COMMIT through and breaks before the answer comes back: the rows
 * are stored, and the ingest cannot know.
 */
class LostAcknowledgementTest {

    /** How PostgreSQL says that a transaction is committed: the tag of CommandComplete. */
    private static final String ACKNOWLEDGEMENT = "COMMIT\0";
    private static final Pattern STORED =
            Pattern.compile("\nStored ([0-9,]+) rows in \\S+ \\(([0-9,]+) already there\\) in ");

    @TempDir private static Path clusterFolder;
    private static Postgres postgres;
    private static ServerProcess server;

    @TempDir private Path folder;

    @BeforeAll static void start() {
        postgres = Postgres.start(clusterFolder);
        server = ServerProcess.start();
    }

    @AfterAll static void stop() {
        if (server != null) server.close();
        if (postgres != null) postgres.close();
    }

    @BeforeEach void freshDatabase() {
        postgres.freshDatabase();
    }

    @Test void everyRowIsThereOnceThoughAcknowledgementsAreLostInMidRun() throws IOException {
        int rows = 40_000; // for four commits at this rate, the first of which is lost twice
        try (Proxy line = losingAcknowledgements(Proxy.Fault.FIN, Proxy.Fault.RST);
                Run ingest = ingest(line, "" + rows, "--rate", "10000")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals(2, line.broken.get(), ingest.err());
            assertTrue(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());

            Matcher stored = STORED.matcher(ingest.out());
            assertTrue(stored.find(), ingest.out());
            assertTrue(number(stored.group(2)) > 0, "rows of the lost commits: " + ingest.out());
            assertEquals(rows, number(stored.group(1)) + number(stored.group(2)), ingest.out());
        }
        assertEveryRowOnce(rows);
    }

    /** Nothing is left to be asked for, which the ingest cannot know either. */
    @Test void theLastAcknowledgementMayBeLost() throws IOException {
        try (Proxy line = losingAcknowledgements(Proxy.Fault.FIN);
                Run ingest = ingest(line, "1000")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals(1, line.broken.get(), ingest.err());
            assertTrue(ingest.out().contains("\nStored 0 rows in "), ingest.out());
            assertTrue(ingest.out().contains(" (1,000 already there) in "), ingest.out());
        }
        assertEveryRowOnce(1000);
    }

    @Test void afterALostAcknowledgementTheSameCommandFinishesTheJob() throws IOException {
        try (Proxy line = losingAcknowledgements(Proxy.Fault.FIN);
                Run ingest = ingest(line, "1000", "--patience-seconds", "0")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains(" To finish: "), ingest.err());
        }
        try (Proxy line = losingAcknowledgements(); Run ingest = ingest(line, "1000")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce(1000);
    }

    /** Breaks each of the first connections before its first acknowledgement, and no other. */
    private static Proxy losingAcknowledgements(Proxy.Fault... faults) throws IOException {
        Iterator<Proxy.Fault> next = List.of(faults).iterator();
        return new Proxy(postgres.port, () -> next.hasNext()
                ? Proxy.Break.before(ACKNOWLEDGEMENT, next.next()) : Proxy.Break.NEVER);
    }

    private Run ingest(Proxy line, String... arguments) {
        String url = postgres.url()
                .replace("127.0.0.1:" + postgres.port, line.url.substring("http://".length()));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--seed", "7", "--url", server.url, "--db", url));
        return Run.start(folder, postgres.command("Ingest", List.of(), all.toArray(String[]::new)));
    }

    private static long number(String text) {
        return Long.parseLong(text.replace(",", ""));
    }

    private static void assertEveryRowOnce(int rows) {
        String csv = server.get("/drawing/" + rows + "?format=csv&seed=7").body();
        List<String> sent = csv.lines().skip(1).toList();
        List<String> stored =
                postgres.query("SELECT * FROM powerball_results ORDER BY transaction_id");
        assertEquals(rows, stored.size());
        assertTrue(sent.equals(stored), "as many rows as were asked for, but others");
    }
}
