package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/**
 * What clients see and what the server survives when streams fail, clients misbehave, or both are
 * too many.
 */
class ServerFaultTest {

    private static final int DROP = 1000;
    private static final String HUGE = "/drawing/1000000000";

    @TempDir static Path folder;
    private static ServerProcess healthy;
    // at row N of the seeds N and 1,000,000 + N; it has two streams
    private static ServerProcess failing;
    private static ServerProcess impatient; // with clients that stall

    @BeforeAll static void start() throws IOException {
        healthy = ServerProcess.start();
        impatient = ServerProcess.start("--stall-seconds", "1");

        Path program = programThatFirstRuns("""
                if (SEED < 2 * 1_000_000 && INDEX == SEED % 1_000_000) {
                    if (SEED < 1_000_000) {
                        throw new IllegalStateException("test");
                    }
                    throw new StackOverflowError("test");
                }
                """, folder);
        Files.writeString(program, Files.readString(program).replace("String logLine() {\n", """
                String logLine() {
                    if (exchange.getRequestURI().getPath().startsWith("/unloggable")) {
                        throw new StackOverflowError("test");
                    }
                """).replace("String problem() {\n", """
                String problem() {
                    if (getMessage().contains("unspeakable")) {
                        throw new StackOverflowError("test");
                    }
                """));
        failing = ServerProcess.start(folder,
                Run.java(program.toString(), "--port", "0", "--max-streams", "2"));
    }

    /**
     * A copy of the program in a folder, where these statements run before a ticket is made, of its
     * SEED and INDEX. Its source is changed, as no request makes a healthy server fail at a row.
     */
    private static Path programThatFirstRuns(String statements, Path folder) throws IOException {
        Path program = ServerProcess.copyOfSource(folder);
        String source = Files.readString(program);
        Matcher of = Pattern.compile("static Ticket of\\(long (\\w+), long (\\w+)\\) \\{\n")
                .matcher(source);
        assertTrue(of.find(), "where are tickets made?");
        String real = statements.replace("SEED", of.group(1)).replace("INDEX", of.group(2));
        Files.writeString(program, source.substring(0, of.end()) + real
                + source.substring(of.end()));
        return program;
    }

    @AfterAll static void stop() {
        healthy.close();
        impatient.close();
        failing.close();
    }

    private static void assertHealthy(ServerProcess server) {
        // A stream is over for its client before it is for the server.
        Run.await("a free stream", () -> server.get("/drawing/1?seed=5000000").statusCode() == 200);
    }

    // ---- Streams that fail ----------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1001, ''", "50000, ''", "1002, &rate=1000000", "1000000000, ''",
            "1001, &from=5000"})
    void aDroppedStreamLooksBroken(int rows, String more) throws IOException {
        String path = drill(rows) + "&format=ndjson" + more;
        String answer = healthy.rawAnswer(ServerProcess.request(path));
        assertFalse(ServerProcess.isWhole(answer), "it looks whole");
        assertEquals(DROP, ServerProcess.dechunked(answer).lines()
                .filter(line -> line.endsWith("}")).count());
        healthy.run.awaitOutput(Pattern.quote(path)
                + " 200 1,000 rows \\d+\\.\\d\\d s broken: drop\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1000})
    void aStreamThatEndsBeforeTheDropIsWhole(int rows) throws IOException {
        String answer = healthy.rawAnswer(ServerProcess.request(drill(rows) + "&format=ndjson"));
        assertTrue(ServerProcess.isWhole(answer), "it looks broken");
        assertEquals(rows, ServerProcess.dechunked(answer).lines().count());
    }

    @Test void aDrillIsForTheRequestThatAsksForIt() throws IOException {
        try (Socket other = healthy.raw(ServerProcess.request("/drawing/1500?seed=3"))) {
            assertEquals('H', other.getInputStream().read());
            assertFalse(ServerProcess.isWhole(
                    healthy.rawAnswer(ServerProcess.request(drill(1500)))), "it looks whole");
            assertTrue(ServerProcess.isWhole(ServerProcess.untilItEnds(other)), "it looks broken");
        }
    }

    /** It has no rows to break after, and says what GET would begin with. */
    @Test void aDrillHasNoEffectOnHead() throws IOException {
        String answer = healthy.rawAnswer("HEAD " + drill(5000)
                + " HTTP/1.1\r\nHost: x\r\n\r\n"
                + ServerProcess.request("/drawing/0"));
        assertEquals(2, answer.split("HTTP/1.1 200 OK", -1).length - 1, answer);
        assertTrue(ServerProcess.isWhole(answer), "the connection broke");
    }

    private static String drill(int rows) {
        return "/drawing/" + rows + "?drop=" + DROP;
    }

    @ParameterizedTest
    @CsvSource({"0, sql, ''", "3, sql, ''", "3, csv, ''", "0, csv, &rate=100"})
    void aFailureBeforeTheFirstByteIsToldAsOne(int row, String format, String rate) {
        for (String seed : seeds(row)) {
            HttpResponse<String> response =
                    failing.get("/drawing/1000000?seed=" + seed + "&format=" + format + rate);
            assertEquals(500, response.statusCode());
            assertEquals(List.of("application/problem+json"), response.headers()
                    .allValues("Content-Type"));
            for (String ofStreams : List.of("Drawing-Seed", "Drawing-Names", "X-Accel-Buffering",
                    "Content-Disposition")) {
                assertEquals(List.of(), response.headers().allValues(ofStreams));
            }
            Map<String, Object> problem = FormatTest.json(response.body());
            assertEquals(500, problem.get("status"));
            assertFalse(problem.get("detail").toString().contains("test"),
                    "a failure's insides are not for clients");
            failing.run.awaitOutput("seed=" + seed + "&format=" + format + rate + " 500 0 rows ");
            failing.run.awaitOutput(failure(row, seed) + ": test\n");
            assertTrue(failing.run.err().contains(failure(row, seed) + ": test\n"),
                    failing.run::err);
            assertHealthy(failing);
        }
    }

    @ParameterizedTest
    @CsvSource({"100000, ''", "3, &rate=1000"})
    void aFailureInMidStreamLooksBroken(int row, String rate) throws IOException {
        for (String seed : seeds(row)) {
            String answer = failing.rawAnswer(
                    ServerProcess.request("/drawing/1000000?format=ndjson&seed=" + seed + rate));
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertFalse(ServerProcess.isWhole(answer), "it looks whole");
            String body = ServerProcess.dechunked(answer);
            assertTrue(body.contains("powerball_number"), "no row was sent");
            assertTrue(body.lines().count() <= row, "more rows than were made");
            failing.run.awaitOutput("seed=" + seed + rate + " 200 [1-9][^\n]* broken: "
                    + failure(row, seed) + ": test\n");
            assertHealthy(failing);
        }
    }

    /** The seeds whose stream fails at a row, with an exception and with an Error. */
    private static List<String> seeds(int row) {
        return List.of(String.valueOf(row), String.valueOf(row + 1_000_000));
    }

    private static String failure(int row, String seed) {
        return "java.lang." + (seed.equals(String.valueOf(row)) ? "IllegalStateException"
                : "StackOverflowError");
    }

    @Test void anErrorWhileARefusalIsWrittenLeavesNoClientWaiting() throws IOException {
        String answer = failing.rawAnswer("GET /unspeakable HTTP/1.1\r\nHost: x\r\n\r\n");
        assertEquals("", answer);
        failing.run.awaitOutput("GET /unspeakable [^\n]* broken: java.lang.StackOverflowError");
        assertHealthy(failing);
    }

    /** What answers a request, and what ends its connection, does not depend on the log. */
    @Test void aLineThatCannotBeMadeIsCountedAndItsReplyEndsAsItShould() throws IOException {
        String answer = failing.rawAnswer(ServerProcess.request("/unloggable"));
        assertTrue(answer.startsWith("HTTP/1.1 404 "), answer);
        assertEquals("", failing.rawAnswer(
                "GET /unloggable/unspeakable HTTP/1.1\r\nHost: x\r\n\r\n"));
        assertHealthy(failing);
        failing.run.awaitOutput("\\(\\d lines left out, which came faster than they were read or"
                + " could not be made\\)\n");
    }

    @Test void aPageThatCannotBeReadIsToldAsAFailure() throws IOException {
        Path page = folder.resolve("powerball/page/index.html");
        Path away = folder.resolve("powerball/page/away.html");
        assertEquals(200, failing.get("/").statusCode());
        Files.move(page, away);
        try {
            assertEquals(500, failing.get("/").statusCode());
            failing.run.awaitOutput("GET / 500 0 rows ");
        } finally {
            Files.move(away, page);
        }
        assertEquals(200, failing.get("/").statusCode());
    }

    /** HttpServer hides that its last write has failed: on JDK 25, of up to 4 KB of rows. */
    @Test void aStreamWhoseLastRowsNobodyTookIsLoggedAsBroken(@TempDir Path late)
            throws IOException {
        Path gone = late.resolve("gone");
        Path program = programThatFirstRuns("while (INDEX == 1"
                + " && !new java.io.File(\"" + gone + "\").exists()) Thread.onSpinWait();\n", late);
        try (ServerProcess server = ServerProcess.start(late,
                Run.java(program.toString(), "--port", "0"))) {
            // With a rate, the first row is sent before the second is made.
            try (Socket client = server.raw(ServerProcess.request("/drawing/2?rate=1"))) {
                assertEquals('H', client.getInputStream().read());
                client.setSoLinger(true, 0); // resets the connection when it is closed
            }
            Files.createFile(gone);
            server.run.awaitOutput("/drawing/2\\?rate=1 200 [^\n]* broken: gone\n");
        }
    }

    @Test void aStreamThatIsInterruptedAtItsVeryEndIsLoggedAsBroken(@TempDir Path changed)
            throws IOException {
        // In its source, as no client can choose the moment between two statements.
        Path program = ServerProcess.copyOfSource(changed);
        String source = Files.readString(program);
        assertTrue(source.contains("body.close();"), "where is a stream ended?");
        Files.writeString(program, source.replace("body.close();",
                "Thread.currentThread().interrupt();\nbody.close();"));
        try (ServerProcess server = ServerProcess.start(changed,
                Run.java(program.toString(), "--port", "0"))) {
            assertFalse(ServerProcess.isWhole(
                    server.rawAnswer(ServerProcess.request("/drawing/0"))), "it looks whole");
            server.run.awaitOutput("/drawing/0 200 0 rows [^\n]* broken: ");
        }
    }

    @Test void curlSeesThatAStreamIsBroken() {
        String curl = Run.tool("curl");
        for (String url : List.of(healthy.url + drill(1001), failing.url
                + "/drawing/200000?seed=100000")) {
            assertHealthy(failing);
            try (Run run = Run.start(folder, List.of(curl, "-s", "-o", "rows", url))) {
                assertEquals(18, run.exitCode(), url); // "partial file"
            }
        }
        try (Run run = Run.start(folder, List.of(curl, "-s", "-o", "rows", healthy.url
                + drill(1000)))) {
            assertEquals(0, run.exitCode());
        }
    }

    /**
     * The drill gives its client a moment: every row that was sent is there before the stream
     * breaks.
     */
    @Test void aDroppedStreamBringsAllItsRowsTwentyTimesOutOfTwenty() throws Exception {
        String curl = Run.tool("curl");
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            runs.add(Run.start(folder, List.of(curl, "-sN", healthy.url
                    + drill(100_000) + "&format=ndjson&seed=" + i)));
        }
        for (Run run : runs) {
            assertEquals(18, run.exitCode());
            assertEquals(DROP, run.out().lines().count());
            run.close();
        }
    }

    /**
     * nginx as the README advises: it would take a stream in as a whole, were it not asked to pass
     * rows on.
     */
    @Test void behindNginxRowsPassAsTheyAreReadAndABreakStaysABreak(@TempDir Path proxy)
            throws IOException {
        String curl = Run.tool("curl");
        int port = freePort();
        String url = "http://127.0.0.1:" + port;
        try (Run nginx = nginx(proxy, """
                server { listen 127.0.0.1:%d;
                  location / { proxy_pass %s; proxy_http_version 1.1; }
                  location = %s { proxy_pass %s; proxy_http_version 1.1; } }
                """.formatted(port, healthy.url, HUGE, impatient.url))) {
            awaitPage(nginx, url);
            try (Run first = Run.start(proxy, List.of(curl, "-sN", url + "/drawing/900?rate=2"))) {
                first.awaitOutput("(\\(.*\\)\n){3}"); // of 450 s
            }
            try (Run cut = Run.start(proxy, List.of(curl, "-s", url + drill(5000)))) {
                assertNotEquals(0, cut.exitCode(), "it looks whole");
                assertEquals(DROP, cut.out().lines().count());
            }
            try (Socket silent = new Socket("127.0.0.1", port)) {
                silent.getOutputStream().write(ServerProcess.request(HUGE)
                        .getBytes(StandardCharsets.ISO_8859_1));
                // It holds the server back, before a million rows: nginx could take six million of
                // them.
                impatient.run.awaitOutput("GET " + HUGE
                        + " 200 [0-9,]{1,7} rows [^\n]* broken: stalled\n");
            }
        }
    }

    /** As it is unless told otherwise, nginx asks over HTTP/1.0. */
    @Test void behindAnNginxWithItsDefaultsAStreamIsRefusedAndThePageIsSent(@TempDir Path proxy)
            throws IOException {
        String curl = Run.tool("curl");
        int port = freePort();
        int portOfHttp2 = freePort();
        String url = "http://127.0.0.1:" + port;
        try (Run nginx = nginx(proxy, """
                server { listen 127.0.0.1:%d; location / { proxy_pass %s; } }
                server { listen 127.0.0.1:%d http2; location / { proxy_pass %s; } }
                """.formatted(port, healthy.url, portOfHttp2, healthy.url))) {
            awaitPage(nginx, url);
            String http2 = "http://127.0.0.1:" + portOfHttp2;
            for (List<String> client : List.of(List.of("--http1.1", url),
                    List.of("--http2-prior-knowledge", http2))) {
                List<String> command = List.of(curl, "-s", "-w", "%{http_version} %{http_code}",
                        client.get(0), client.get(1) + "/drawing/100000");
                try (Run run = Run.start(proxy, command)) {
                    assertEquals(0, run.exitCode(), run::out);
                    assertTrue(run.out().contains("proxy_http_version 1.1"), run::out);
                    String version = client.get(0).contains("http2") ? "2" : "1.1";
                    assertTrue(run.out().endsWith(version + " 426"), run::out);
                }
                try (Run page = Run.start(proxy, List.of(curl, "-sf", client.get(0),
                        client.get(1) + "/"))) {
                    assertEquals(0, page.exitCode());
                    assertEquals(healthy.get("/").body(), page.out());
                }
            }
        }
    }

    /** Starts an nginx with these servers. */
    private static Run nginx(Path folder, String servers) throws IOException {
        String nginx = Run.tool("nginx");
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off; master_process off; pid nginx.pid; error_log stderr crit; events {}
                http { access_log off; client_body_temp_path b; proxy_temp_path p;
                  fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
                %s }
                """.formatted(servers));
        return Run.start(folder, List.of(nginx, "-p", folder + "/", "-c", "nginx.conf"));
    }

    private static void awaitPage(Run nginx, String url) {
        try (Run ready = Run.start(folder, List.of(Run.tool("curl"), "-sf", "--retry", "20",
                "--retry-connrefused", "--retry-delay", "1", "-o", "page", url))) {
            assertEquals(0, ready.exitCode(), nginx.err());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    @Test void aSlowServerDoesNotBlameItsClients(@TempDir Path slowFolder) throws IOException {
        Path program = programThatFirstRuns(
                "if (INDEX == 1) LockSupport.parkNanos(1_500_000_000);\n", slowFolder);
        List<String> command = Run.java(program.toString(), "--port", "0", "--stall-seconds", "1");
        try (ServerProcess server = ServerProcess.start(slowFolder, command)) {
            // With a rate, the first row is sent before the second is made.
            assertEquals(3, server.get("/drawing/3?format=ndjson&rate=1000").body().lines()
                    .count());
        }
    }

    // ---- Clients that misbehave -----------------------------------------------------------------

    @Test void clientsThatStopReadingAreCutAndNobodyElse() throws IOException {
        for (int round = 1; round <= 2; round++) {
            List<Socket> stalled = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    stalled.add(impatient.raw(ServerProcess.request(HUGE + "?from=" + round)));
                }
                // All the while others are served, in part by the threads whose clients have just
                // been cut.
                String cut = "(?s)(.*from=" + round + " 200 [^\n]* broken: stalled\n){8}.*";
                String expected = impatient.get("/drawing/2000?seed=3").body();
                Run.await("8 clients cut", () -> {
                    assertEquals(expected, impatient.get("/drawing/2000?seed=3").body());
                    return impatient.run.out().matches(cut);
                }, impatient.run::out);
                for (Socket socket : stalled) {
                    assertFalse(ServerProcess.isWhole(ServerProcess.untilItEnds(socket)),
                            "it looks whole");
                }
            } finally {
                for (Socket socket : stalled) {
                    socket.close();
                }
            }
        }
    }

    @Test void aSlowStreamIsNotAStalledOne() {
        // of 2 s, where 1 s is the patience
        HttpResponse<String> slow = impatient.get("/drawing/5?seed=1&rate=2");
        assertEquals(impatient.get("/drawing/5?seed=1").body(), slow.body());
    }

    @Test void aClientThatResetsFreesItsStream() throws IOException {
        for (int i = 0; i < 3; i++) { // of two streams
            try (Socket socket = failing.raw(ServerProcess.request(HUGE + "?seed=5000000"))) {
                assertEquals('H', socket.getInputStream().read());
                socket.setSoLinger(true, 0);
            }
            assertHealthy(failing);
        }
    }

    @Test void oneStreamTooManyIsAskedToComeBack() throws IOException {
        try (ServerProcess server = ServerProcess.start("--max-streams", "2");
                Socket one = server.raw(ServerProcess.request(HUGE + "?rate=1"))) {
            assertEquals('H', one.getInputStream().read());
            try (Socket two = server.raw(ServerProcess.request(HUGE))) {
                assertEquals('H', two.getInputStream().read());
                HttpResponse<String> third = server.get("/drawing/1");
                assertEquals(503, third.statusCode());
                assertEquals(List.of("1"), third.headers().allValues("Retry-After"));
                assertEquals(List.of("application/problem+json"), third.headers()
                        .allValues("Content-Type"));
                assertEquals(Map.of("title", "Service Unavailable", "status", 503,
                        "detail", "all streams are taken (2); try again"),
                                FormatTest.json(third.body()));
                String http10 = server.rawAnswer("GET /drawing/1 HTTP/1.0\r\n\r\n");
                assertTrue(http10.startsWith("HTTP/1.1 426 "), "to come back would not help");
                assertEquals(200, server.get("/").statusCode(), "the page needs no stream");
                assertEquals(200, server.get("/openapi.json").statusCode(), "nor does this");
                assertEquals(400, server.get("/drawing/x").statusCode(), "nor does a refusal");
            }
            assertHealthy(server);
        }
    }

    @Test void whenAllPlacesAreTakenTheLongestStalledClientMakesRoom() throws Exception {
        try (ServerProcess server = ServerProcess.start("--max-streams", "3");
                Socket steady = server.raw(ServerProcess.request(HUGE + "?seed=1&rate=100"));
                Socket first = server.raw(ServerProcess.request(HUGE + "?seed=2"))) {
            assertEquals('H', steady.getInputStream().read());
            assertEquals('H', first.getInputStream().read());
            Thread.sleep(1000); // so that one has been stalled longer
            try (Socket second = server.raw(ServerProcess.request(HUGE + "?seed=3"))) {
                assertEquals('H', second.getInputStream().read());
                assertEquals(503, server.get("/drawing/1").statusCode(),
                        "nobody has been stalled for long");
                Run.await("a place", () -> server.get("/drawing/1").statusCode() == 200,
                        server.run::out);
                server.run.awaitOutput("seed=2 200 [^\n]* broken: stalled\n");
                assertFalse(server.run.out().contains("seed=3 200"), server.run::out);
                assertFalse(server.run.out().contains("seed=1&rate=100 200"), server.run::out);
                assertFalse(ServerProcess.isWhole(ServerProcess.untilItEnds(first)),
                        "it looks whole");
            }
        }
    }

    @Test void aClientWithoutASlotIsNotCutForANewcomer() throws Exception {
        // more than the system buffers
        String pages = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(300);
        try (ServerProcess server = ServerProcess.start("--max-streams", "1");
                Socket longer = server.raw(pages)) {
            assertEquals('H', longer.getInputStream().read());
            Thread.sleep(1000); // so that it has been stalled longer
            try (Socket stream = server.raw(ServerProcess.request(HUGE))) {
                assertEquals('H', stream.getInputStream().read());
                Run.await("a slot", () -> server.get("/drawing/1").statusCode() == 200,
                        server.run::out);
                server.run.awaitOutput("GET " + HUGE + " 200 [^\n]* broken: stalled\n");
                assertFalse(Pattern.compile("GET / [^\n]* broken").matcher(server.run.out())
                        .find(), server.run::out);
            }
        }
    }

    /**
     * With its output going into pipes that nobody reads, a server must neither stop nor gather
     * threads.
     */
    @ParameterizedTest
    // the latter fails, and tells so on stderr
    @CsvSource({"/drawing/x?, 400", "/drawing/9?seed=0, 500"})
    void outputThatNobodyReadsStopsNoRequest(String path, int status) throws Exception {
        Process process = new ProcessBuilder(
                Run.java(folder.resolve("powerball/Server.java").toString(), "--port", "0"))
                        .start();
        try {
            BufferedReader out = process.inputReader();
            String url = out.readLine().replaceFirst("Serving tickets on (.*)/", "$1");
            String more = status == 400 ? "x".repeat(300) : "";
            try (Socket client = new Socket("127.0.0.1", URI.create(url).getPort())) {
                client.setSoTimeout(20_000);
                String request = "GET " + path + more + " HTTP/1.1\r\nHost: x\r\n";
                OutputStream requests = client.getOutputStream();
                Thread asking = new Thread(() -> {
                    try {
                        requests.write((request + "\r\n").repeat(2499)
                                .getBytes(StandardCharsets.US_ASCII));
                        requests.write((request + "Connection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                    } catch (IOException e) {
                        // Then the answers are too few.
                    }
                });
                asking.start();
                String answers = ServerProcess.untilItEnds(client);
                assertEquals(2500, answers.split("HTTP/1.1 " + status, -1).length - 1);
            }
            String threads = Files.readAllLines(Path.of("/proc", "" + process.pid(), "status"))
                    .stream()
                    .filter(line -> line.startsWith("Threads:")).findFirst().orElseThrow()
                            .replaceAll("\\D", "");
            assertTrue(Integer.parseInt(threads) < 100, threads + " threads");
            BufferedReader unread = status == 400 ? out : process.errorReader();
            assertTimeoutPreemptively(Duration.ofSeconds(20), () ->
                    assertTrue(unread.lines().anyMatch(line ->
                            line.contains(" lines left out, "))));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test void aStreamThatHasEndedIsFreeForTheNext() {
        try (ServerProcess server = ServerProcess.start("--max-streams", "1")) {
            for (int i = 0; i < 1000; i++) {
                assertEquals(200, server.get("/drawing/1").statusCode());
            }
        }
    }

    @Test void halfARequestIsDropped() throws IOException {
        try (Socket socket = impatient.raw("GET /drawing/1 HTTP/1.1\r\nHost: x\r\n")) {
            assertEnds(20, socket);
        }
    }

    private static void assertEnds(int seconds, Socket socket) {
        assertTimeoutPreemptively(Duration.ofSeconds(seconds), () ->
                ServerProcess.untilItEnds(socket));
    }

    @Test void pipelinedRequestsWhoseAnswersNobodyReadsAreCut() throws IOException {
        byte[] refused = "GET /nope HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000)
                .getBytes(StandardCharsets.ISO_8859_1);
        try (Socket socket = impatient.raw("")) {
            assertTimeoutPreemptively(Duration.ofSeconds(30), () ->
                    assertThrows(IOException.class, () -> {
                while (true) {
                    socket.getOutputStream().write(refused);
                }
            }));
        }
        assertHealthy(impatient);
    }

    // ---- Too many of them -----------------------------------------------------------------------

    @Test void silentClientsHoldNobodyUp() throws IOException {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                clients.add(impatient.raw("G"));
            }
            assertAnswersSoon(impatient);
        } finally {
            closeAll(clients);
        }
    }

    @Test void aConnectionBeyondTheLimitIsEndedAndTheOthersAreServed() throws IOException {
        List<Socket> clients = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start("--max-streams", "1")) {
            for (int i = 0; i < 1 + 1024; i++) {
                clients.add(server.raw(""));
            }
            clients.add(server.raw(ServerProcess.request("/drawing/1")));
            assertEquals("", ServerProcess.untilItEnds(clients.get(1025)));
            clients.get(0).getOutputStream().write(ServerProcess.request("/drawing/1")
                    .getBytes(StandardCharsets.US_ASCII));
            assertTrue(ServerProcess.isWhole(ServerProcess.untilItEnds(clients.get(0))),
                    "a client within the limit");
        } finally {
            closeAll(clients);
        }
    }

    @Test void crowdsAreServedInLittleMemory() throws Exception {
        List<Socket> clients = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(List.of("-Xmx64m"))) {
            for (int i = 0; i < 250; i++) {
                Socket socket = new Socket();
                clients.add(socket);
                // or the system's buffers would read ahead, by megabytes
                socket.setReceiveBufferSize(4096);
                socket.connect(new InetSocketAddress("127.0.0.1", server.port));
                socket.getOutputStream().write(ServerProcess.request(HUGE)
                        .getBytes(StandardCharsets.ISO_8859_1));
                assertEquals('H', socket.getInputStream().read());
            }
            List<Socket> readers = List.copyOf(clients);
            for (int i = 0; i < 300; i++) {
                clients.add(server.raw("G"));
            }
            Thread slowReader = new Thread(() -> readABit(readers));
            slowReader.start();
            try {
                assertAnswersSoon(server);
            } finally {
                slowReader.interrupt();
                slowReader.join();
            }
            for (Socket reader : readers) {
                assertTrue(reader.getInputStream().read() >= 0, "a slow reader was cut");
            }
            assertEquals("", server.run.err());
        } finally {
            closeAll(clients);
        }
    }

    /** Takes a little from each stream, again and again, until interrupted. */
    private static void readABit(List<Socket> streams) {
        try {
            while (true) {
                for (Socket stream : streams) {
                    InputStream in = stream.getInputStream();
                    in.skip(Math.min(1024, in.available()));
                }
                Thread.sleep(20); // the pace of these clients
            }
        } catch (IOException | InterruptedException e) {
            // The test is over, or looks at the streams itself.
        }
    }

    /** Within two seconds, in one of three trials: the machine may have others to serve. */
    private static void assertAnswersSoon(ServerProcess server) throws IOException {
        List<Double> seconds = new ArrayList<>();
        do {
            long start = System.nanoTime();
            String answer = server.rawAnswer(ServerProcess.request("/drawing/10?seed=5000000"));
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n") && ServerProcess.isWhole(answer),
                    answer);
            seconds.add((System.nanoTime() - start) / 1e9);
        } while (seconds.get(seconds.size() - 1) > 2 && seconds.size() < 3);
        assertTrue(seconds.get(seconds.size() - 1) <= 2, seconds::toString);
    }

    private static void closeAll(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    // ---- The end --------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalEndsItAndCutsItsStreams(String signal) throws Exception {
        try (ServerProcess server = ServerProcess.start();
                Socket slow = server.raw(ServerProcess.request(HUGE + "?rate=5"));
                Socket stalled = server.raw(ServerProcess.request(HUGE))) {
            String pid = String.valueOf(server.run.process.pid());
            assumeFalse(ignoresInterrupts(pid),
                    "started in the background, where Ctrl-C is ignored");
            assertEquals('H', slow.getInputStream().read());
            assertEquals('H', stalled.getInputStream().read());
            try (Run kill = Run.start(folder, List.of("kill", "-" + signal, pid))) {
                assertEquals(0, kill.exitCode());
            }
            assertTrue(server.run.process.waitFor(5, TimeUnit.SECONDS), "still there after 5 s");
            assertEquals(0, server.run.exitCode());
            assertFalse(ServerProcess.isWhole(ServerProcess.untilItEnds(slow)),
                    "the slow stream looks whole");
            assertFalse(ServerProcess.isWhole(ServerProcess.untilItEnds(stalled)),
                    "the stalled stream looks whole");
            assertEquals(2, server.run.out().split(" broken: stopped\n", -1).length - 1,
                    server.run.out());
            assertEquals("", server.run.err());
        }
    }

    /**
     * A shell without job control has what it starts with & ignore them, and every program started
     * from there.
     */
    private static boolean ignoresInterrupts(String pid) throws IOException {
        Path status = Path.of("/proc", pid, "status");
        return Files.exists(status) && Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(),
                        16) >> 1 & 1) == 1);
    }
}
