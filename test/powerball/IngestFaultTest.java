package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ingest and servers that are broken, odd or hostile: it says what is wrong, and keeps the good rows, in 64 MB. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class IngestFaultTest {

    private static final int ROWS = 1000; // asked for
    private static final String OK = "HTTP/1.1 200 OK\r\nDrawing-Seed: 42";
    private static final String UNNAMED = "HTTP/1.1 200 OK\r\nContent-Type: text/plain";
    private static final String ID = FakeServer.id(3);

    private static final List<Hopeless> HOPELESS = new ArrayList<>();
    @TempDir private static Path hopelessFolder;

    @TempDir private Path folder;

    /** A server's answer, how many rows of it are good, and what must be said. */
    private record Case(String name, FakeServer.Answer answer, int kept, String... said) {
        @Override public String toString() {
            return name;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aWrongAnswerEndsIt(Case wrong) throws IOException {
        try (FakeServer server = new FakeServer(wrong.answer); Run ingest = ingest(folder, server)) {
            assertFailed(ingest, folder, wrong);
        }
    }

    private static Stream<Case> aWrongAnswerEndsIt() {
        String threeRowsAndAHalf = FakeServer.rows(0, 4).substring(0, 500);
        String problem = "\r\nContent-Type: application/problem+json\r\nConnection: close";
        return Stream.of(
                new Case("a redirect", FakeServer.closeDelimited(
                        "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/\r\nContent-Length: 0", ""),
                        0, "redirects to http://elsewhere.test/", "--url"),
                new Case("404", FakeServer.closeDelimited("HTTP/1.1 404 Not Found" + problem,
                        "{\"status\": 404, \"detail\": \"no such \\\"\u001b[31m\u0007\u009b31m\\\" path\"}"),
                        0, "status 404: no such \"", "path"),
                new Case("500", FakeServer.closeDelimited("HTTP/1.1 500 Oh" + problem,
                        "{\"detail\": \"names/first.txt is lost\"}"), 0, "status 500: names/first.txt is lost"),
                new Case("500 without end", (request, out) -> {
                    FakeServer.send(out, "HTTP/1.1 500 Oh" + problem + "\r\n\r\n{\"detail\": \"");
                    endlessly(1, () -> FakeServer.send(out, "x".repeat(10_000)));
                }, 0, "status 500"),
                new Case("another seed", FakeServer.closeDelimited(OK.replace("42", "43"), FakeServer.rows(0, ROWS)), 0,
                        "seed 43, not 42"),
                new Case("a web page", FakeServer.chunked(OK, "<html>\r\n<body>Welcome!</body></html>\r\n"), 0,
                        "Row 1 ", "<html>??<body>"),
                new Case("too few rows", FakeServer.chunked(OK, FakeServer.rows(0, 3)), 3, "after 3 of 1,000 rows"),
                new Case("an end inside a row", FakeServer.chunked(OK, threeRowsAndAHalf), 3,
                        "after 3 of 1,000 rows", "inside a row"),
                new Case("an early close", FakeServer.closeDelimited(UNNAMED, FakeServer.rows(0, 3)), 3,
                        "closes the connection after 3 of 1,000 rows"),
                new Case("an early close inside a row", FakeServer.closeDelimited(UNNAMED, threeRowsAndAHalf), 3,
                        "closes the connection after 3 of 1,000 rows", "inside a row"),
                new Case("a break without Drawing-Seed", (request, out) -> {
                    FakeServer.send(out, UNNAMED + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                    FakeServer.chunk(out, FakeServer.rows(0, 3));
                }, 3, "broke after 3 of 1,000 rows", "no Drawing-Seed"),
                new Case("a rest without Drawing-Seed", (request, out) -> {
                    boolean first = FakeServer.from(request) == 0;
                    FakeServer.send(out, (first ? OK : UNNAMED) + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                    FakeServer.chunk(out, FakeServer.rows(0, first ? 3 : ROWS - 3)); // an old server: it knows no from
                    FakeServer.send(out, first ? "" : "0\r\n\r\n");
                }, 3, "no Drawing-Seed"),
                new Case("one row too many", FakeServer.chunked(OK, FakeServer.rows(0, ROWS + 1)), ROWS,
                        "more than 1,000 rows"),
                new Case("rows without end", (request, out) -> {
                    FakeServer.send(out, OK + "\r\n\r\n");
                    int[] next = {0};
                    endlessly(1, () -> FakeServer.send(out, FakeServer.rows(next[0], next[0] += 100) + ", "));
                }, ROWS, "more than 1,000 rows"),
                new Case("a row without end", (request, out) -> {
                    FakeServer.send(out, OK + "\r\n\r\n" + FakeServer.rows(0, 3) + ", ('" + ID + "', 'xxx");
                    endlessly(1, () -> FakeServer.send(out, "x".repeat(10_000)));
                }, 3, "Row 4 ", "longer than", "('" + ID + "', 'xxx"),
                bad("a row of 5,000 bytes", "'Ana'", "'" + "A".repeat(5000) + "'", "longer than"),
                bad("11 fields", "3, 14, ", "3, ", "12 fields"),
                bad("13 fields", "9)", "9, 4)", "12 fields"),
                bad("no UUID", ID, "12345", "UUID"),
                bad("no UUID, but as long", ID, ID.replace('7', 'g'), "UUID"),
                bad("foreign digits in a UUID", ID, ID.replace('7', '\u0667'), "UUID"),
                bad("a customer without UUID", "'5d1c8d8e", "'5d1c8d8e-", "UUID"),
                bad("ball 70", "14", "70", "must be a whole number from 1 to 69"),
                bad("ball 0", "3, 14", "0, 14", "must be a whole number from 1 to 69"),
                bad("ball 2^32 + 1", "68", "4294967297", "must be a whole number from 1 to 69"),
                bad("Powerball 27", "9)", "27)", "must be a whole number from 1 to 26"),
                bad("a number as text", "14", "'14'", "must be a whole number"),
                bad("control characters", "'Ana'", "\u001b[2J\u0007'Ana'", "12 fields", "?[2J?"),
                new Case("bytes that are not UTF-8", (request, out) -> {
                    FakeServer.send(out, OK + "\r\n\r\n");
                    out.write((FakeServer.rows(0, 3) + ", " + FakeServer.row(3).replace("Ana", "An\u00e1"))
                            .getBytes(StandardCharsets.ISO_8859_1));
                }, 3, "Row 4 ", "not UTF-8", "('" + ID));
    }

    /** Three good rows, then one with a part replaced, then more good ones. */
    private static Case bad(String name, String part, String replacement, String... said) {
        String row = FakeServer.row(3).replace(part, replacement);
        List<String> all = new ArrayList<>(List.of(said));
        all.addAll(List.of("Row 4 ", row.substring(0, 12)));
        String rows = FakeServer.rows(0, 3) + ", " + row + ", " + FakeServer.rows(4, ROWS);
        return new Case(name, FakeServer.chunked(OK, rows), 3, all.toArray(new String[0]));
    }

    /** Servers that never bring a row, or no row after the third; all asked at once, as each takes 12 s and more. */
    @BeforeAll static void askHopelessServers() throws IOException {
        ask(new Case("silent", (request, out) -> silence(), 0, "No row came for 1 s"), 5);
        ask(new Case("garbled", (request, out) -> FakeServer.send(out, "220 mail.test ESMTP\r\n\r\n"), 0), 5);
        ask(new Case("busy", FakeServer.closeDelimited("HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0", ""), 0,
                "The server is busy"), 5);
        ask(new Case("separators", (request, out) -> {
            FakeServer.send(out, OK + "\r\n\r\n");
            endlessly(1, () -> FakeServer.send(out, ", \r\n".repeat(2500)));
        }, 0, "No row came for 1 s"), 5);
        ask(new Case("halting", threeRowsAnd(out -> silence()), 3, "No row came for 1 s"), 6);
        ask(new Case("trickling", threeRowsAnd(out -> endlessly(200, () -> FakeServer.send(out, "'"))), 3,
                "No row came for 1 s"), 6);
    }

    /** An ingest from such a server, and how often it is to ask. */
    private record Hopeless(Case expected, int tries, Path folder, FakeServer server, Run ingest) {
    }

    private static void ask(Case expected, int tries) throws IOException {
        Path folder = Files.createDirectory(hopelessFolder.resolve(expected.name));
        FakeServer server = new FakeServer(expected.answer);
        HOPELESS.add(new Hopeless(expected, tries, folder, server, ingest(folder, server)));
    }

    @AfterAll static void closeHopelessServers() throws IOException {
        for (Hopeless hopeless : HOPELESS) {
            hopeless.ingest.close();
            hopeless.server.close();
        }
    }

    @Order(Integer.MAX_VALUE) // the other tests run while these wait
    @Test void aServerThatBringsNothingIsGivenUpAfterFiveTries() {
        for (Hopeless hopeless : HOPELESS) {
            assertFailed(hopeless.ingest, hopeless.folder, hopeless.expected);
            String err = hopeless.ingest.err();
            assertTrue(err.contains("5 tries in a row have brought nothing"), err);
            assertTrue(err.contains("after " + hopeless.expected.kept + " of 1,000 rows"), err);
            assertEquals(hopeless.tries, hopeless.server.requests.size(), hopeless.expected.name + err);
            assertEquals(hopeless.tries - 1, lines(err, "Asking for the rest"), err);
            assertTrue(lines(err, "% ") > 1, "progress every few seconds: " + err);
        }
    }

    private static long lines(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).count();
    }

    private interface Step {
        void run() throws IOException;
    }

    private interface Rest {
        void to(OutputStream out) throws IOException, InterruptedException;
    }

    private static FakeServer.Answer threeRowsAnd(Rest rest) {
        return (request, out) -> {
            FakeServer.send(out, OK + "\r\n\r\n");
            FakeServer.send(out, FakeServer.from(request) == 0 ? FakeServer.rows(0, 3) + ", (" : "(");
            rest.to(out);
        };
    }

    /** Repeats a step until the client goes away. */
    private static void endlessly(int pauseMillis, Step step) throws IOException, InterruptedException {
        while (true) {
            step.run();
            Thread.sleep(pauseMillis); // the server's pace
        }
    }

    private static void silence() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    @Test void aBusyServerIsAskedAgainWhenItSaidSo() throws IOException {
        List<Long> asked = new CopyOnWriteArrayList<>();
        FakeServer.Answer busyAtFirst = (request, out) -> {
            asked.add(System.nanoTime());
            boolean first = asked.size() == 1;
            FakeServer.closeDelimited(first ? "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0" : OK,
                    first ? "" : FakeServer.rows(0, ROWS)).to(request, out);
        };
        try (FakeServer server = new FakeServer(busyAtFirst); Run ingest = ingest(folder, server)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(asked.get(1) - asked.get(0) >= 1_000_000_000, "not before the second it was asked to wait");
        }
        assertEquals(ROWS, Database.count(folder.resolve("powerball_data.db")));
    }

    @Test void aRowThatTheDatabaseRefusesEndsIt() throws IOException {
        Path db = folder.resolve("powerball_data.db");
        try (FakeServer server = new FakeServer(FakeServer.chunked(OK, FakeServer.rows(0, ROWS)))) {
            Database.createTable(db, "transaction_id TEXT PRIMARY KEY");
            Database.execute(db, "CREATE TRIGGER no BEFORE INSERT ON powerball_results WHEN NEW.transaction_id = '"
                    + FakeServer.id(500) + "' BEGIN SELECT RAISE(ABORT, 'nobody of that name'); END");
            try (Run ingest = ingest(folder, server)) {
                assertFailed(ingest, folder, new Case("refused", null, 0, "nobody of that name"));
            }
        }
    }

    private static Run ingest(Path folder, FakeServer server) {
        List<String> jvm = List.of("-Xmx64m", "-Dfile.encoding=UTF-8", "-Dstderr.encoding=UTF-8");
        return Run.start(folder, Run.ingestCommand(jvm, "" + ROWS, "--seed", "42", "--url", server.url,
                "--stall-seconds", "1"));
    }

    private static void assertFailed(Run ingest, Path folder, Case expected) {
        assertEquals(1, ingest.exitCode(), ingest.err());
        String err = ingest.err();
        for (String part : expected.said) {
            assertTrue(err.contains(part), part + " in " + err);
        }
        assertTrue(err.contains("java -cp 'lib/*' src/powerball/Ingest.java 1000 --seed 42"), err);
        assertFalse(err.contains("Exception"), err);
        assertTrue(err.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), err);
        Path db = folder.resolve("powerball_data.db");
        assertEquals(expected.kept, Files.exists(db) ? Database.count(db) : 0);
        assertTrue(err.contains(String.format(Locale.ROOT, "%,d of 1,000 rows", expected.kept)), err);
        if (Files.exists(db)) {
            assertEquals(List.of("ok"), Database.query(db, "PRAGMA integrity_check"));
        }
    }
}
