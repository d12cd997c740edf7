package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
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
    private static final String SEED = "42"; // of every job here

    @AutoClose private static ServerProcess server;

    @TempDir private Path folder;

    @BeforeAll static void startServer() {
        server = ServerProcess.start();
    }

    // ---- In the middle of a job: the headers tell -----------------------------------------------

    /** Drawing-Names of the first response and of the second one; "" where there is none. */
    @ParameterizedTest
    @CsvSource({"5a165a3b, 5a165a3c", "5a165a3b, ''", "'', 5a165a3b"})
    void aRestOfAnotherStreamEndsTheJobBeforeItsFirstRow(String first, String second)
            throws IOException {
        List<String> names = List.of(first, second);
        try (FakeServer balancer = breakingAfter300Rows(names);
                Run ingest = ingest(balancer.url, "1000")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("Drawing-Names"), ingest.err());
            assertFalse(ingest.err().contains("To finish"), "it meets the same: " + ingest.err());
            assertEquals(2, balancer.requests.size(), ingest.err());
        }
        assertEquals(300, SqliteDatabase.count(database()));
    }

    @ParameterizedTest
    @CsvSource({"5a165a3b", "''"}) // that it is missing is a value, too
    void aRestOfTheSameStreamIsStored(String always) throws IOException {
        try (FakeServer balancer = breakingAfter300Rows(List.of(always, always));
                Run ingest = ingest(balancer.url, "1000")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals("GET /drawing/700?seed=42&from=300 HTTP/1.1", balancer.requests.get(1));
        }
        assertEquals(1000, SqliteDatabase.count(database()));
    }

    /** Names the streams so, one after the other; only the first one breaks. */
    private static FakeServer breakingAfter300Rows(List<String> names) throws IOException {
        AtomicInteger asked = new AtomicInteger();
        return new FakeServer((request, out) -> {
            int from = FakeServer.from(request);
            int number = Math.min(asked.getAndIncrement(), names.size() - 1);
            String name = names.get(number);
            FakeServer.send(out, "HTTP/1.1 200 OK\r\nDrawing-Seed: 42\r\n"
                    + (name.isEmpty() ? "" : "Drawing-Names: " + name + "\r\n") + "\r\n"
                    + FakeServer.rows(from, number == 0 ? 300 : 1000));
        });
    }

    @ParameterizedTest
    @CsvSource({"43", "''"})
    void aRestOfAnotherSeedEndsTheJobBeforeItsFirstRow(String seed) throws IOException {
        FakeServer.Answer other = (request, out) -> {
            int from = FakeServer.from(request);
            String named = from == 0 ? SEED : seed;
            FakeServer.send(out, "HTTP/1.1 200 OK\r\n"
                    + (named.isEmpty() ? "" : "Drawing-Seed: " + named + "\r\n") + "\r\n"
                    + FakeServer.rows(from, from == 0 ? 300 : 1000));
        };
        try (FakeServer balancer = new FakeServer(other);
                Run ingest = ingest(balancer.url, "1000")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().matches("(?s).*(seed 43|no Drawing-Seed).*"), ingest.err());
        }
        assertEquals(300, SqliteDatabase.count(database()));
    }

    /** Two servers behind one address, of which the second goes on where the first broke. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("edits")
    void aServerWithAnotherListCannotGoOn(String name, Consumer<List<String>> edit)
            throws IOException {
        try (ServerProcess edited = withFirstNames(edit)) {
            FakeServer.Answer oneAfterTheOther = (request, out) -> {
                int from = FakeServer.from(request);
                ServerProcess next = from == 0 ? server : edited;
                int rows = from == 0 ? 3000 : 5000 - from;
                HttpResponse<String> answer =
                        next.get("/drawing/" + rows + "?seed=42&from=" + from);
                FakeServer.send(out, "HTTP/1.1 200 OK\r\nDrawing-Seed: 42\r\nDrawing-Names: "
                        + answer.headers().firstValue("Drawing-Names").orElseThrow()
                        + "\r\n\r\n" + answer.body());
            };
            try (FakeServer balancer = new FakeServer(oneAfterTheOther);
                    Run ingest = ingest(balancer.url, "5000")) {
                assertEquals(1, ingest.exitCode(), ingest.out());
                assertTrue(ingest.err().contains("Drawing-Names"), ingest.err());
            }
        }
        assertEquals(3000, SqliteDatabase.count(database()));
    }

    // ---- Between two runs: the rows tell --------------------------------------------------------

    private static Stream<Arguments> edits() {
        Consumer<List<String>> more = names -> names.add("Zaphod");
        Consumer<List<String>> replaced = names -> // a name of one of the first thousand rows
                Collections.replaceAll(names, firstNameOf(500), "Zaphod");
        Consumer<List<String>> reordered = names -> Collections.rotate(names.subList(0, 15), 1);
        return Stream.of(Arguments.of("a line more", more),
                Arguments.of("a line replaced", replaced),
                Arguments.of("fifteen lines in another order", reordered));
    }

    private static String firstNameOf(int row) {
        return server.get("/drawing/1?format=csv&seed=42&from=" + row).body().lines().skip(1)
                .findFirst().orElseThrow().split(",")[Row.NAMES.indexOf("first_name")];
    }

    private ServerProcess withFirstNames(Consumer<List<String>> edit) throws IOException {
        List<String> names = new ArrayList<>(Files.readAllLines(FIRST_NAMES));
        edit.accept(names);
        return ServerProcess.start(folder, ServerProcess.withList(folder, "first.txt",
                String.join("\n", names) + "\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("edits")
    void aJobThatIsFinishedAfterAListWasEditedEndsBeforeTheFirstRow(String name,
            Consumer<List<String>> edit) throws IOException {
        stores(3000, 0);
        try (ServerProcess edited = withFirstNames(edit);
                Run ingest = ingest(edited.url, "5000")) {
            assertEnds(ingest, "Row [1-9][0-9,]{0,4} .*first_name", 3000);
        }
        stores(5000, 3000);
    }

    @Test void slicesThatOverlapAreComparedWhereTheyDo() throws IOException {
        try (Run ingest = ingest(server.url, "2000", "--from", "1500")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        try (ServerProcess edited = withFirstNames(names -> names.add("Zaphod"));
                Run ingest = ingest(edited.url, "2000")) {
            assertEnds(ingest, "Row 1,501 .*first_name");
            List<String> stored = SqliteDatabase.query(database(),
                    "SELECT * FROM powerball_results ORDER BY transaction_id");
            // None, unless the machine is so busy that a commit was due before row 1,501 came.
            int committed = stored.size() - 2000;
            assertTrue(committed <= 1500, committed + " rows before the slice");
            assertEquals(rows(edited, committed, 0), stored.subList(0, committed));
            assertEquals(rows(server, 2000, 1500), stored.subList(committed, stored.size()));
        }
    }

    /** What a server sends, with the columns joined by |. */
    private static List<String> rows(ServerProcess server, int rows, int from) {
        return server.get("/drawing/" + rows + "?format=csv&seed=" + SEED + "&from=" + from)
                .body().lines().skip(1).map(line -> line.replace(',', '|')).toList();
    }

    @Test void oneIdForTwoRowsOfAStreamEndsTheJob() throws IOException {
        String other = Row.of(3).with("last_name", "Nobody").sql();
        FakeServer.Answer twice = FakeServer.chunked("HTTP/1.1 200 OK\r\nDrawing-Seed: 42",
                FakeServer.rows(0, 5), ", " + other);
        try (FakeServer odd = new FakeServer(twice); Run ingest = ingest(odd.url, "6")) {
            assertEnds(ingest, "Row 6 .*last_name.*Nobody.*O'Brien", 0);
        }
    }

    private void stores(int rows, int alreadyThere) {
        try (Run ingest = ingest(server.url, "" + rows)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.out().contains(String.format(Locale.ROOT, "Stored %,d rows in ",
                    rows - alreadyThere)), ingest.out());
        }
    }

    private Run ingest(String url, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--seed", SEED, "--url", url));
        return Run.ingest(folder, all.toArray(String[]::new));
    }

    private Path database() {
        return folder.resolve("powerball_data.db");
    }

    /** Says this, as a pattern, and stores nothing more. */
    private void assertEnds(Run ingest, String said, int kept) {
        assertEnds(ingest, said);
        assertEquals(kept, SqliteDatabase.count(database()));
    }

    private static void assertEnds(Run ingest, String said) {
        assertEquals(1, ingest.exitCode(), ingest.out());
        assertTrue(ingest.err().matches("(?s).*" + said + ".*"), said + " is not in "
                + ingest.err());
        assertFalse(ingest.err().contains("To finish"), "it meets the same: " + ingest.err());
    }
}
