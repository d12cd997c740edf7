package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.FakeServer;
import powerball.tools.Row;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.SqliteDatabase;

/**
 * Ingest and a server that sends other rows than those that are stored under the same ids: not one
 * of them is stored.
 */
class OtherRowsTest {

    private static final Path FIRST_NAMES =
            Run.PROJECT.resolve("src/powerball/names/first.txt");
    private static final String NOW_SENDS = ", and the server now sends ";

    private static ServerProcess server;
    private static ServerProcess edited; // with one name more
    @TempDir private static Path listFolder;

    @TempDir private Path folder;

    @BeforeAll static void startServers() throws IOException {
        server = ServerProcess.start();
        String names = Files.readString(FIRST_NAMES) + "Zaphod\n";
        edited = ServerProcess.start(listFolder,
                ServerProcess.withList(listFolder, "first.txt", names));
    }

    @AfterAll static void stopServers() {
        server.close();
        edited.close();
    }

    /** Two servers behind one address, of which the second goes on where the first broke. */
    @Test void aStreamThatAnotherServerGoesOnWithEndsTheJob() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        FakeServer.Answer oneAfterTheOther = (request, out) -> {
            int from = FakeServer.from(request);
            boolean isFirst = asked.incrementAndGet() == 1;
            ServerProcess next = isFirst ? server : edited;
            String rows = next.get("/drawing/" + (isFirst ? 3000 : 5000 - from) + "?seed=42&from="
                    + from).body();
            FakeServer.send(out, "HTTP/1.1 200 OK\r\nDrawing-Seed: 42\r\n\r\n" + rows);
        };
        try (FakeServer balancer = new FakeServer(oneAfterTheOther);
                Run ingest = ingest(balancer.url, "5000")) {
            assertEnds(ingest, "Row 3,000 is stored with the first_name ", 3000);
            assertEquals("GET /drawing/2001?seed=42&from=2999 HTTP/1.1", balancer.requests.get(1));
        }
    }

    @Test void aJobThatIsFinishedAfterSomebodyEditedAListEndsBeforeTheFirstRow() {
        stores(3000, 0);
        try (Run ingest = ingest(edited.url, "5000")) {
            assertEnds(ingest, "Row 1 is stored with the first_name ", 3000);
        }
        stores(5000, 3000);
    }

    @Test void slicesThatOverlapAreComparedWhereTheyDo() {
        try (Run ingest = ingest(server.url, "2000", "--from", "1500")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        try (Run ingest = ingest(edited.url, "2000")) {
            ingest.exitCode();
            assertEnds(ingest, "Row 1,501 is stored with the first_name ",
                    2000 + committed(ingest.err()));
        }
    }

    /** None, unless the machine is so busy that a commit was due before row 1,501 had come. */
    private static int committed(String err) {
        String rows = err.replaceFirst("(?s).*\n([\\d,]+) of 2,000 rows were received.*", "$1");
        return Integer.parseInt(rows.replace(",", ""));
    }

    /** The stream is named, but its rows have other ids. */
    @Test void aRowOfAnotherIdEndsTheJob() throws IOException {
        FakeServer.Answer shifted = (request, out) -> {
            int from = FakeServer.from(request) == 0 ? 0 : 2000;
            FakeServer.send(out, "HTTP/1.1 200 OK\r\nDrawing-Seed: 42\r\n\r\n"
                    + FakeServer.rows(from, from + 500));
        };
        try (FakeServer other = new FakeServer(shifted); Run ingest = ingest(other.url, "1000")) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("The server was asked for row 500, whose id is "
                    + FakeServer.id(499) + ", and sends " + FakeServer.id(2000)), ingest.err());
        }
        assertEquals(500, SqliteDatabase.count(database()));
    }

    @Test void aRowThatTheTableSwallowsEndsTheJob() {
        try (Run ingest = ingest(server.url, "0")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        SqliteDatabase.execute(database(), "CREATE TRIGGER swallow BEFORE INSERT ON"
                + " powerball_results WHEN NEW.state = 'CA' BEGIN SELECT RAISE(IGNORE); END");
        try (Run ingest = ingest(server.url, "1000")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains(" has been sent to table powerball_results, which does"
                    + " not hold it: there is no row with the id "), ingest.err());
        }
        assertEquals(0, SqliteDatabase.count(database()));
    }

    @Test void oneIdForTwoRowsOfAStreamEndsTheJob() throws IOException {
        String other = Row.of(3).with("last_name", "Nobody").sql();
        FakeServer.Answer twice = FakeServer.chunked("HTTP/1.1 200 OK\r\nDrawing-Seed: 42",
                FakeServer.rows(0, 5), ", " + other);
        try (FakeServer odd = new FakeServer(twice); Run ingest = ingest(odd.url, "6")) {
            assertEnds(ingest, "Row 6 is stored with the last_name O'Brien" + NOW_SENDS
                    + "Nobody: ", 0);
        }
    }

    private void stores(int rows, int alreadyThere) {
        try (Run ingest = ingest(server.url, "" + rows)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.out().contains("Stored " + String.format("%,d", rows - alreadyThere)
                    + " rows in "), ingest.out());
        }
    }

    private Run ingest(String url, String... arguments) {
        String[] all = new String[arguments.length + 4];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        System.arraycopy(new String[] {"--seed", "42", "--url", url}, 0, all, arguments.length, 4);
        return Run.ingest(folder, all);
    }

    private Path database() {
        return folder.resolve("powerball_data.db");
    }

    private void assertEnds(Run ingest, String sentence, int kept) {
        assertEquals(1, ingest.exitCode(), ingest.out());
        assertTrue(ingest.err().contains(sentence), sentence + " is not in " + ingest.err());
        assertTrue(ingest.err().contains(NOW_SENDS), ingest.err());
        assertFalse(ingest.err().contains("To finish"), "it meets the same: " + ingest.err());
        assertEquals(kept, SqliteDatabase.count(database()));
    }
}
