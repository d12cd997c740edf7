package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.FakeServer;
import powerball.tools.Programs;
import powerball.tools.Row;
import powerball.tools.Run;
import powerball.tools.SqliteDatabase;

/**
 * Ingest and servers that are broken, odd or hostile: it says what is wrong, and keeps the good
 * rows, in 64 MB.
 */
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
        try (FakeServer server = new FakeServer(wrong.answer); Run ingest = ingest(folder,
                server)) {
            assertFailed(ingest, folder, wrong, false);
        }
    }

    private static Stream<Case> aWrongAnswerEndsIt() {
        String threeRowsAndAHalf = FakeServer.rows(0, 4).substring(0, 500);
        String problem = "\r\nContent-Type: application/problem+json\r\nConnection: close";
        return Stream.of(
                new Case("301", FakeServer.closeDelimited(
                        "HTTP/1.1 301 Moved\r\nLocation: "
                        + "https://elsewhere.test/api/drawing/1000?seed=42\r\nContent-Length: 0",
                        ""), 0, "status 301",
                                "redirects to https://elsewhere.test/api/drawing/1000"),
                new Case("307 to nowhere", FakeServer.closeDelimited(
                        "HTTP/1.1 307 Moved\r\nContent-Length: 0", ""), 0, "status 307"),
                new Case("403", FakeServer.closeDelimited(
                        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0", ""), 0, "status 403"),
                new Case("404", FakeServer.closeDelimited("HTTP/1.1 404 Not Found" + problem,
                        "{\"status\": 404, \"detail\": \"no such "
                        + "\\\"\u001b[31m\u0007\u009b31m\\\" path\"}"),
                        0, "status 404: no such \"", "path"),
                new Case("404 without end", (request, out) -> {
                    FakeServer.send(out, "HTTP/1.1 404 Oh" + problem + "\r\n\r\n{\"detail\": \"");
                    endlessly(1, () -> FakeServer.send(out, "x".repeat(10_000)));
                }, 0, "status 404"),
                new Case("another seed", FakeServer.closeDelimited(OK.replace("42", "43"),
                        FakeServer.rows(0, ROWS)), 0,
                        "sent seed 43, not 42"),
                new Case("a web page", FakeServer.chunked(OK,
                        "<html>\r\n<body>Welcome!</body></html>\r\n"), 0,
                        "Row 1 ", "<html>??<body>"),
                new Case("too few rows", FakeServer.chunked(UNNAMED, FakeServer.rows(0, 3)), 3,
                        "The stream ended after 3 of 1,000 rows"),
                new Case("an end inside a row", FakeServer.chunked(UNNAMED, threeRowsAndAHalf), 3,
                        "ended inside a row after 3 of 1,000 rows"),
                new Case("an early close", FakeServer.closeDelimited(UNNAMED,
                        FakeServer.rows(0, 3)), 3,
                        "The stream ended after 3 of 1,000 rows"),
                new Case("an early close inside a row",
                        FakeServer.closeDelimited(UNNAMED, threeRowsAndAHalf), 3,
                        "ended inside a row after 3 of 1,000 rows"),
                new Case("a break without Drawing-Seed", (request, out) -> {
                    FakeServer.send(out, UNNAMED + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                    FakeServer.chunk(out, FakeServer.rows(0, 3));
                }, 3, "The stream broke ", " after 3 of 1,000 rows. ", "no Drawing-Seed"),
                new Case("a rest without Drawing-Seed", (request, out) -> {
                    boolean first = FakeServer.from(request) == 0;
                    FakeServer.send(out, (first ? OK : UNNAMED)
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                    // an old server: it knows no from
                    FakeServer.chunk(out, FakeServer.rows(0, first ? 3 : ROWS - 3));
                    FakeServer.send(out, first ? "" : "0\r\n\r\n");
                }, 3, "no Drawing-Seed"),
                new Case("one row too many", FakeServer.chunked(OK, FakeServer.rows(0, ROWS + 1)),
                        ROWS,
                        "more than 1,000 rows"),
                new Case("rows without end", (request, out) -> {
                    FakeServer.send(out, OK + "\r\n\r\n");
                    int[] next = {0};
                    endlessly(1, () -> FakeServer.send(out,
                            FakeServer.rows(next[0], next[0] += 100) + ", "));
                }, ROWS, "more than 1,000 rows"),
                new Case("a row without end", (request, out) -> {
                    FakeServer.send(out, OK + "\r\n\r\n" + FakeServer.rows(0, 3) + ", ('" + ID
                            + "', 'xxx");
                    endlessly(1, () -> FakeServer.send(out, "x".repeat(10_000)));
                }, 3, "Row 4 ", "longer than", "('" + ID + "', 'xxx"),
                new Case("a malformed row", FakeServer.chunked(OK, FakeServer.rows(0, 3)
                        + ", \u001b[2J\u0007(, " + FakeServer.rows(4, ROWS)), 3, "Row 4 ",
                                Row.NAMES.size() + " fields", "?[2J?("));
    }

    /**
     * Servers that never bring a row, or no row after the third; all asked at once, as each takes
     * 12 s and more.
     */
    @BeforeAll static void askHopelessServers() throws IOException {
        ask(new Case("silent", (request, out) -> silence(), 0, "No row came for 1 s"), 5);
        ask(new Case("busy", FakeServer.closeDelimited(
                "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0", ""), 0,
                "The server answers with status 503"), 5);
        ask(new Case("no HTTP", (request, out) ->
                FakeServer.send(out, "220 mail.test ESMTP\r\n\r\n"), 0,
                "220 mail.test ESMTP"), 5);
        ask(new Case("separators", (request, out) -> {
            FakeServer.send(out, OK + "\r\n\r\n");
            endlessly(1, () -> FakeServer.send(out, ", \r\n".repeat(2500)));
        }, 0, "No row came for 1 s"), 5);
        ask(new Case("halting", threeRowsAnd(out -> silence()), 3, "No row came for 1 s"), 6);
        ask(new Case("trickling", threeRowsAnd(out ->
                endlessly(200, () -> FakeServer.send(out, "'"))), 3,
                "No row came for 1 s"), 6);
    }

    /** An ingest from such a server, and how often it is to ask at least. */
    private record Hopeless(Case expected, int minTries, Path folder, FakeServer server,
            Run ingest) {
    }

    private static void ask(Case expected, int minTries) throws IOException {
        Path folder = Files.createDirectory(hopelessFolder.resolve(expected.name));
        FakeServer server = new FakeServer(expected.answer);
        Run ingest = ingest(folder, server, "--stall-seconds", "1", "--patience-seconds", "12");
        HOPELESS.add(new Hopeless(expected, minTries, folder, server, ingest));
    }

    @AfterAll static void closeHopelessServers() throws IOException {
        for (Hopeless hopeless : HOPELESS) {
            hopeless.ingest.close();
            hopeless.server.close();
        }
    }

    @Order(Integer.MAX_VALUE) // the other tests run while these wait
    @Test void aServerThatBringsNothingIsGivenUpWhenPatienceIsAtItsEnd() {
        for (Hopeless hopeless : HOPELESS) {
            assertFailed(hopeless.ingest, hopeless.folder, hopeless.expected, true);
            String err = hopeless.ingest.err();
            assertTrue(err.contains("No new row could be stored for 12 s (--patience-seconds)."),
                    err);
            int requests = hopeless.server.requests.size();
            assertTrue(requests >= hopeless.minTries, hopeless.expected.name + requests + err);
            long said = lines(err, Run.TRIES_AGAIN);
            assertTrue(said > 0 && said < requests, "once for each reason: " + err);
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
            FakeServer.send(out, FakeServer.from(request) == 0 ? FakeServer.rows(0, 3) + ", ("
                    : "(");
            rest.to(out);
        };
    }

    /** Repeats a step until the client goes away. */
    private static void endlessly(int pauseMillis, Step step) throws IOException,
            InterruptedException {
        while (true) {
            step.run();
            Thread.sleep(pauseMillis); // the server's pace
        }
    }

    private static void silence() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** An HTTP client that is closed would wait for the end of the refusal. */
    @Test void aRefusalThatNeverEndsDoesNotHoldTheJobBack() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        FakeServer.Answer endlessAtFirst = (request, out) -> {
            if (asked.getAndIncrement() == 0) {
                FakeServer.send(out, "HTTP/1.1 503 Busy\r\nContent-Length: 1000\r\n\r\nwait");
                silence();
            }
            FakeServer.closeDelimited(OK, FakeServer.rows(0, ROWS)).to(request, out);
        };
        try (FakeServer server = new FakeServer(endlessAtFirst);
                Run ingest = ingest(folder, server)) {
            ingest.awaitOutput("Stored 1,000 rows");
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
    }

    /** Only the end of the stream is missing: asking again could bring no row. */
    @Test void aBreakAfterTheLastRowIsAnEnd() throws IOException {
        FakeServer.Answer breaking = (request, out) -> {
            FakeServer.send(out, OK + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            FakeServer.chunk(out, FakeServer.rows(0, ROWS));
        };
        try (FakeServer server = new FakeServer(breaking); Run ingest = ingest(folder, server)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals(1, server.requests.size());
        }
        assertEquals(ROWS, SqliteDatabase.count(folder.resolve("powerball_data.db")));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void aStatusThatMayPassIsToldAndTriedAgain(int status) throws IOException {
        String detail = "{\"detail\": \"the reason\"}";
        String failing = "HTTP/1.1 " + status + " Oh\r\nContent-Length: " + detail.length();
        AtomicInteger asked = new AtomicInteger();
        FakeServer.Answer failingTwice = (request, out) -> {
            boolean fails = asked.incrementAndGet() <= 2;
            FakeServer.closeDelimited(fails ? failing : OK, fails ? detail
                    : FakeServer.rows(0, ROWS)).to(request, out);
        };
        try (FakeServer server = new FakeServer(failingTwice);
                Run ingest = ingest(folder, server)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains("status " + status + ": the reason. "
                    + Run.TRIES_AGAIN), ingest.err());
        }
        assertEquals(ROWS, SqliteDatabase.count(folder.resolve("powerball_data.db")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"503 | 1 | 1", "429 | in 3 s | 2",
        "504 | Sat, 01 Jan 2000 00:00:00 GMT | 0", "503 | soon | 0"})
    void aBusyServerIsAskedAgainWhenItSaidSo(int status, String retryAfter, long minSeconds)
            throws IOException {
        List<Long> asked = new CopyOnWriteArrayList<>(); // in nanoseconds
        FakeServer.Answer busyAtFirst = (request, out) -> {
            asked.add(System.nanoTime());
            boolean first = asked.size() == 1;
            ZonedDateTime inThreeSeconds = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(3);
            String value = retryAfter.replace("in 3 s",
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(inThreeSeconds));
            String busy = "HTTP/1.1 " + status + " Busy\r\nRetry-After: " + value
                    + "\r\nContent-Length: 0";
            FakeServer.closeDelimited(first ? busy : OK, first ? "" : FakeServer.rows(0, ROWS))
                    .to(request, out);
        };
        try (FakeServer server = new FakeServer(busyAtFirst); Run ingest = ingest(folder, server)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            long waited = asked.get(1) - asked.get(0);
            assertTrue(waited >= TimeUnit.SECONDS.toNanos(minSeconds), waited + " ns");
            assertEquals(minSeconds > 0, ingest.err().contains(", and asks for a wait of "),
                    ingest.err());
        }
        assertEquals(ROWS, SqliteDatabase.count(folder.resolve("powerball_data.db")));
    }

    @Test void aServerThatAsksForALongWaitIsAskedWhenPatienceIsAtItsEnd() throws IOException {
        FakeServer.Answer busy = FakeServer.closeDelimited(
                "HTTP/1.1 503 Busy\r\nRetry-After: 99999\r\nContent-Length: 0", "");
        try (FakeServer server = new FakeServer(busy);
                Run ingest = ingest(folder, server, "--patience-seconds", "2")) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("status 503, and asks for a wait of 99,999 s. "
                    + Run.TRIES_AGAIN), ingest.err());
            assertEquals(2, server.requests.size(), ingest.err());
        }
    }

    /**
     * A server that cannot be resumed closes the connection, or resets it: all rows that came are
     * kept.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allThatCameBeforeABreakIsKept(boolean reset) throws IOException {
        for (int trial = 1; trial <= 5; trial++) {
            Path db = folder.resolve(trial + ".db");
            FakeServer.Answer breaking = (request, out) -> {
                FakeServer.send(out, UNNAMED + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                FakeServer.chunk(out, FakeServer.rows(0, 50));
                if (reset) throw new FakeServer.Reset();
            };
            try (FakeServer server = new FakeServer(breaking); Run ingest = Run.start(folder,
                    Programs.command("Ingest", List.of(), "1000", "--url", server.url, "--db",
                            db.toString()))) {
                assertEquals(1, ingest.exitCode(), ingest.err());
                int kept = Files.exists(db) ? SqliteDatabase.count(db) : 0;
                assertTrue(reset ? kept <= 50 : kept == 50, kept + " kept: " + ingest.err());
                assertTrue(ingest.err().contains("\n" + kept
                        + " of 1,000 rows were received and stored"), ingest.err());
            }
        }
    }

    @Test void aStreamThatEndsTooEarlyIsABreakWhereTheServerNamedTheSeed() throws IOException {
        FakeServer.Answer halfByHalf = (request, out) -> {
            // HTTP/1.0, as through some proxies: no chunks, so no break is seen
            int from = FakeServer.from(request);
            FakeServer.send(out, OK.replace("1.1", "1.0") + "\r\n\r\n"
                    + FakeServer.rows(from, Math.min(ROWS, from + 400)));
        };
        try (FakeServer server = new FakeServer(halfByHalf); Run ingest = ingest(folder, server)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err()
                    .contains("The stream ended after 400 of 1,000 rows. " + Run.TRIES_AGAIN),
                    ingest.err());
        }
        assertEquals(ROWS, SqliteDatabase.count(folder.resolve("powerball_data.db")));
    }

    @Test void aSliceIsAskedForWithItsFirstRowAndItsPace() throws IOException {
        FakeServer.Answer slice = FakeServer.chunked(OK, FakeServer.rows(5000, 6000));
        try (FakeServer server = new FakeServer(slice); Run ingest = Run.start(folder,
                Programs.command("Ingest", List.of(), "1000",
                "--seed", "42", "--url", server.url, "--from", "5,000", "--rate", "20000"))) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals("GET /drawing/1000?seed=42&from=5000&rate=20000 HTTP/1.1",
                    server.requests.get(0));
            assertTrue(ingest.out().contains("for 1,000 rows of seed 42, from row 5,000\n"),
                    ingest.out());
        }
    }

    @Test void rowsThatHaveAllComeAreEnoughThoughTheEndDoesNotCome() throws IOException {
        FakeServer.Answer endless = (request, out) -> {
            FakeServer.send(out, OK + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            FakeServer.chunk(out, FakeServer.rows(0, ROWS));
            silence();
        };
        try (FakeServer server = new FakeServer(endless);
                Run ingest = ingest(folder, server, "--stall-seconds", "1")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEquals(ROWS, SqliteDatabase.count(folder.resolve("powerball_data.db")));
    }

    /** The JDK's client tells that now as a broken body, and now as no answer at all. */
    @Test void aStreamThatBreaksWithItsHeadersIsAskedForAgain() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        FakeServer.Answer badAtOnce = (request, out) -> {
            boolean isGood = asked.incrementAndGet() > 6;
            FakeServer.send(out, OK + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + (isGood ? "" : "zz\r\n"));
            FakeServer.chunk(out, FakeServer.rows(0, ROWS));
            FakeServer.chunk(out, "");
        };
        try (FakeServer server = new FakeServer(badAtOnce); Run ingest = ingest(folder, server)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
            assertEquals(7, server.requests.size(), ingest.err());
        }
    }

    @Test void aServerThatHangsUpIsAskedAgain() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        FakeServer.Answer hangingUp = (request, out) -> {
            if (asked.incrementAndGet() > 3) FakeServer.send(out, OK + "\r\n\r\n"
                    + FakeServer.rows(0, ROWS));
        };
        try (FakeServer server = new FakeServer(hangingUp); Run ingest = ingest(folder, server)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.said().startsWith("The connection to " + server.url + " broke ("),
                    ingest.err());
            assertTrue(ingest.err().contains("). " + Run.TRIES_AGAIN), ingest.err());
            assertFalse(ingest.err().contains("The stream broke"), "none had begun: "
                    + ingest.err());
        }
    }

    @Test void anUnknownHostIsToldAtOnceAndTriedAgain() {
        try (Run ingest = Run.ingest(folder, "10", "--url", "http://nosuch.invalid:8000",
                "--patience-seconds", "2")) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            String reason = "The host name in http://nosuch.invalid:8000 is unknown. ";
            assertTrue(ingest.said().startsWith(reason + Run.TRIES_AGAIN), ingest.err());
            assertTrue(ingest.said().contains(reason + "No new row could be stored for 2 s"),
                    ingest.err());
            assertTrue(ingest.said().contains(" To finish: "), ingest.err());
        }
    }

    /** As when the name server is started again. The JVM takes its hosts from a file here. */
    @ParameterizedTest
    @ValueSource(strings = {"before the first response", "after a status", "after half the rows"})
    void aHostMayBeUnknownForAWhile(String when) throws IOException {
        Path hosts = folder.resolve("hosts");
        String known = "127.0.0.1 rows.test\n";
        Files.writeString(hosts, when.startsWith("before") ? "" : known);
        AtomicInteger asked = new AtomicInteger();
        FakeServer.Answer forgottenAtOnce = (request, out) -> {
            boolean isForgotten = asked.incrementAndGet() == 1 && !when.startsWith("before");
            if (isForgotten) Files.writeString(hosts, "");
            boolean isRefused = isForgotten && when.endsWith("status");
            FakeServer.send(out, isRefused ? "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
                    : OK + "\r\n\r\n" + FakeServer.rows(FakeServer.from(request),
                            isForgotten ? ROWS / 2 : ROWS));
        };
        try (FakeServer server = new FakeServer(forgottenAtOnce)) {
            String url = server.url.replace("127.0.0.1", "rows.test");
            List<String> jvm = List.of("-Djdk.net.hosts.file=" + hosts,
                    "-Dsun.net.inetaddr.ttl=0", "-Dsun.net.inetaddr.negative.ttl=0");
            try (Run ingest = Run.start(folder, Programs.command("Ingest", jvm, "" + ROWS,
                    "--seed", "42", "--url", url))) {
                ingest.awaitOutput("The host name in \\S+ is unknown. " + Run.TRIES_AGAIN);
                Files.writeString(hosts, known);
                assertEquals(0, ingest.exitCode(), ingest.err());
            }
        }
        assertEquals(ROWS, SqliteDatabase.count(folder.resolve("powerball_data.db")));
    }

    /**
     * A proxy on the way, as the JVM's properties set one, that lets nobody through. What it says
     * of a tunnel, the JDK's client tells by words alone: patience decides.
     */
    @ParameterizedTest
    @CsvSource({"http, 403", "http, 407", "https, 403", "https, 407"})
    void aProxyThatRefusesIsTold(String scheme, int status) throws IOException {
        FakeServer.Answer refusing = FakeServer.closeDelimited("HTTP/1.1 " + status
                + " No\r\nContent-Length: 0"
                + (status == 407 ? "\r\nProxy-Authenticate: Basic realm=x" : ""), "");
        try (FakeServer proxy = new FakeServer(refusing)) {
            String port = proxy.url.substring(proxy.url.lastIndexOf(':') + 1);
            List<String> jvm = List.of("-D" + scheme + ".proxyHost=127.0.0.1", "-D" + scheme
                    + ".proxyPort=" + port,
                    "-Dhttp.nonProxyHosts=");
            try (Run ingest = Run.start(folder, Programs.command("Ingest", jvm, "10", "--url",
                    scheme + "://rows.test", "--patience-seconds", "2"))) {
                assertEquals(1, ingest.exitCode(), ingest.err());
                assertTrue(ingest.said().lines().findFirst().orElse("").contains("" + status),
                        ingest.err());
                if (scheme.equals("http")) assertEquals(1, proxy.requests.size(), ingest.err());
            }
        }
    }

    @Test void aRowThatTheDatabaseRefusesEndsIt() throws IOException {
        Path db = folder.resolve("powerball_data.db");
        try (FakeServer server = new FakeServer(FakeServer.chunked(OK, FakeServer.rows(0, ROWS)))) {
            SqliteDatabase.createTable(db);
            SqliteDatabase.execute(db,
                    "CREATE TRIGGER no BEFORE INSERT ON powerball_results WHEN "
                    + "NEW.transaction_id = '"
                    + FakeServer.id(500)
                            + "' BEGIN SELECT RAISE(ABORT, 'nobody of that name'); END");
            try (Run ingest = ingest(folder, server)) {
                assertFailed(ingest, folder, new Case("refused", null, 0,
                        "Table powerball_results of powerball_data.db does not take the rows: ",
                        "nobody of that name"), true);
            }
        }
    }

    private static Run ingest(Path folder, FakeServer server, String... options) {
        List<String> jvm = List.of("-Xmx64m", "-Dfile.encoding=UTF-8", "-Dstderr.encoding=UTF-8");
        List<String> command = Programs.command("Ingest", jvm, "" + ROWS, "--seed", "42", "--url",
                server.url);
        command.addAll(List.of(options));
        return Run.start(folder, command);
    }

    private static void assertFailed(Run ingest, Path folder, Case expected,
            boolean canBeFinished) {
        assertEquals(1, ingest.exitCode(), ingest.err());
        String err = ingest.err();
        for (String part : expected.said) {
            assertTrue(err.contains(part), part + " in " + err);
        }
        assertEquals(canBeFinished,
                err.contains(" To finish: java -jar build/ingest.jar 1000 --seed 42"), err);
        assertFalse(err.contains("Exception"), err);
        assertTrue(err.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), err);
        Path db = folder.resolve("powerball_data.db");
        assertEquals(expected.kept, Files.exists(db) ? SqliteDatabase.count(db) : 0);
        assertTrue(err.contains(String.format(Locale.ROOT, "%,d of 1,000 rows", expected.kept)),
                err);
        if (Files.exists(db)) {
            assertEquals(List.of("ok"), SqliteDatabase.query(db, "PRAGMA integrity_check"));
        }
    }
}
