package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.terminal.Arguments;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/** The server as it is launched, as it answers, and as it refuses. */
class ServerTest {

    private static final String ROWS =
            "rows must be a whole number from 0 to 1,000,000,000, not \"%s\"";
    private static final String SEED =
            "seed must be a whole number from 0 to 1,000,000,000,000,000,000, not \"%s\"";
    private static final String FROM =
            "from must be a whole number from 0 to 2,000,000,000, not \"%s\"";
    private static final String RATE =
            "rate must be a whole number from 1 to 1,000,000, not \"%s\"";
    private static final String FORMAT = "format must be " + formats() + ", not \"%s\"";
    private static final String PART =
            "a query parameter must be seed, from, format, rate or drop, not \"%s\"";
    private static final String DROP =
            "drop must be a whole number from 1 to 1,000,000,000, not \"%s\"";
    private static final String TWICE = "%s must be given once, not twice";
    private static final String PATH =
            "path must be /, /drawing/{rows} or /openapi.json, not \"%s\"";
    private static final String METHOD = "method must be GET or HEAD, not \"%s\"";

    private static ServerProcess server;

    @BeforeAll static void startAsTheReadmeSays() {
        server = ServerProcess.start(Run.PROJECT,
                Run.java("src/powerball/Server.java", "--port", "0"));
    }

    @AfterAll static void stop() {
        server.close();
    }

    /** sql, csv or ndjson, in the words of a refusal. */
    private static String formats() {
        return Stream.of(Server.Format.values()).map(Object::toString)
                .collect(Collectors.joining(", ")).replaceFirst(", ([a-z]+)$", " or $1");
    }

    private static void assertHealthy() {
        assertEquals(200, server.get("/drawing/1").statusCode());
    }

    // ---- Launch ---------------------------------------------------------------------------------

    @Test void itStartsFromAnyFolder(@TempDir Path elsewhere) {
        Path program = Run.PROJECT.resolve("src/powerball/Server.java");
        List<String> command = Run.java(program.toString(), "--port", "0");
        try (ServerProcess other = ServerProcess.start(elsewhere, command)) {
            assertEquals(server.get("/drawing/100?seed=1").body(), other.get("/drawing/100?seed=1")
                    .body());
            assertEquals(server.get("/").body(), other.get("/").body());
        }
    }

    @Test void itAnswersWhereTheReadyLineSays() {
        assertEquals("http://127.0.0.1:" + server.port, server.url);
        String home = server.url + "/";
        assertEquals(List.of("Serving tickets on " + home, "Try curl " + home
                + "drawing/10 (Ctrl-C stops the server)"),
                server.run.out().lines().limit(2).toList());
        assertEquals(200, server.get("/drawing/10").statusCode());
    }

    /**
     * Every form of address that Java accepts; what is printed can be pasted, and its line fits a
     * terminal.
     */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "127.1", "2130706433", "0.0.0.0", "::1",
            "[::1]", "0:0:0:0:0:0:0:1",
        "::", "[::]", "::ffff:127.0.0.1", "0000:0000:0000:0000:0000:0000:0000:0001"})
    void theReadyLineCanBePasted(String host) {
        try (ServerProcess other = ServerProcess.start("--host", host)) {
            List<String> ready = other.run.out().lines().limit(2).toList();
            assertTrue(ready.get(0).length() <= 80, ready.get(0));
            assertFalse(other.url.contains("[["), other.url);
            String curl = ready.get(1).replaceFirst("Try (.*) \\(Ctrl-C.*", "$1");
            try (Run pasted = Run.start(Run.PROJECT,
                    List.of("bash", "-c", curl.replace("curl", "curl -sSf --globoff")))) {
                assertEquals(0, pasted.exitCode(), curl + pasted.err());
                assertEquals(10, pasted.out().lines().count(), pasted.out());
            }
        }
    }

    private static Run launch(String... options) {
        List<String> command = Run.java("-cp", "build/main", "powerball.Server");
        command.addAll(List.of(options));
        return Run.start(Run.PROJECT, command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h"})
    void helpShowsEveryOption(String option) {
        try (Run run = launch(option)) {
            assertEquals(0, run.exitCode());
            for (String part : List.of("Usage: java src/powerball/Server.java", "--host",
                    "127.0.0.1", "--port", "8000",
                    "--max-streams", "256", "--stall-seconds", "(300)", "--help")) {
                assertTrue(run.out().contains(part), part);
            }
            assertEquals("", run.err());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--port 1 --port 2        | --port must be given once, not twice",
        "--prot 8001              | no such option: --prot",
        "8001                     | no such option: 8001",
        "--port                   | --port needs a value",
        "--port 65536             | --port must be a whole number from 0 to 65,535, not \"65536\"",
        "--port -1                | --port must be a whole number from 0 to 65,535, not \"-1\"",
        "--port 80a               | --port must be a whole number from 0 to 65,535, not \"80a\"",
        "--port 0 --host          | --host needs a value",
        "--max-streams 0          | --max-streams must be a whole number from 1 to 10,000, not "
        + "\"0\"",
        "--max-streams 10001      | --max-streams must be a whole number from 1 to 10,000, not "
        + "\"10001\"",
        "--stall-seconds 0        | --stall-seconds must be a whole number from 1 to 86,400, not "
        + "\"0\"",
        "--stall-seconds 86401    | --stall-seconds must be a whole number from 1 to 86,400, not "
        + "\"86401\"",
        "--drop-after 4000        | no such option: --drop-after",
    })
    void aWrongOptionIsExplained(String options, String message) {
        String said = assertThrows(IllegalArgumentException.class,
                () -> Server.Options.parse(options.split(" "))).getMessage();
        assertTrue(said.startsWith(message), said);
    }

    /**
     * It stands alone, so it reads its options itself. It takes no secrets, so it alone may add
     * what was typed.
     */
    @ParameterizedTest
    @ValueSource(strings = {"--prot 1", "--prot=1", "--port", "--port=", "--port --host",
            "--port -1", "--port=65536", "--port 99,999", "--port 99_999", "--port 1,00",
            "--port 9999999999999999999", "--port 99999999999999999999", "--port 1 --port=2",
            "--port 1 --port", "--port=a=b",
            "--port \u001b[31m", "--prot\n=1", "--", "--=1"})
    void aWrongOptionIsExplainedAsInTheOtherPrograms(String typed) {
        String[] words = typed.split(" ");
        String said = assertThrows(IllegalArgumentException.class,
                () -> Server.Options.parse(words)).getMessage();
        String expected = assertThrows(IllegalArgumentException.class, () ->
                Arguments.parse(words, List.of("--host", "--port"), List.of())
                        .number("--port", 0, 65_535, 8000)).getMessage();
        assertTrue(said.startsWith(expected), said);
    }

    @Test void aLongValueIsCutInAMessage() {
        String said = assertThrows(IllegalArgumentException.class, () ->
                Server.Options.parse(new String[] {"--port", "9".repeat(3000)})).getMessage();
        assertTrue(said.length() < 1010 && said.endsWith("9..."), said);
    }

    @Test void aMessageSaysWhatWasTypedWhateverItIs() {
        String said = assertThrows(IllegalArgumentException.class, () ->
                Server.Options.parse(new String[] {"--port=a=b"})).getMessage();
        assertEquals("--port must be a whole number from 0 to 65,535, not \"a=b\"", said);
    }

    @Test void aValueMayFollowAnEqualsSign() {
        assertEquals(Server.Options.parse(new String[] {"--host", "a=b", "--port", "1,000"}),
                Server.Options.parse(new String[] {"--host=a=b", "--port=1000"}));
    }

    @Test void aServerWithAWrongOptionDoesNotStart() {
        try (Run run = launch("--port", "80a")) {
            assertEquals(2, run.exitCode());
            assertEquals("", run.out());
            assertEquals("--port must be a whole number from 0 to 65,535, not \"80a\"\n"
                    + "See --help.\n", run.err());
        }
    }

    @Test void aPortThatIsTakenIsExplained() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Run run = launch("--port", String.valueOf(taken.getLocalPort()))) {
            assertEquals(1, run.exitCode());
            assertEquals("", run.out());
            assertEquals(1, run.err().lines().count(), run::err);
            assertTrue(run.err().contains("127.0.0.1 port " + taken.getLocalPort()), run::err);
        }
    }

    // ---- Streams --------------------------------------------------------------------------------

    @Test void aStreamIsChunkedAndEndsWithTheLastChunk() throws IOException {
        String answer = server.rawAnswer(ServerProcess.request("/drawing/1000?seed=3"));
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        assertEquals("chunked", fields(answer.substring(0, answer.indexOf("\r\n\r\n")))
                .get("Transfer-Encoding"));
        assertTrue(ServerProcess.isWhole(answer));
        byte[] body = ServerProcess.dechunked(answer).getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(server.get("/drawing/1000?seed=3").body(),
                new String(body, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/drawing/1000000000?format=ndjson",
            "/drawing/1000000?rate=1&format=ndjson"})
    void theFirstRowArrivesLongBeforeTheLastIsMade(String path) throws IOException {
        try (Socket socket = server.raw(ServerProcess.request(path))) {
            assertTrue(lineWith("powerball_number", socket).endsWith("}"));
        }
        assertHealthy();
    }

    private static String lineWith(String part, Socket socket) throws IOException {
        BufferedReader in = new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            if (line.contains(part)) {
                return line;
            }
        }
        throw new AssertionError("the answer ended without " + part);
    }

    @Test void rateHoldsRowsBack() {
        String expected = server.get("/drawing/21?seed=5").body();
        long start = System.nanoTime();
        String rows = server.get("/drawing/21?seed=5&rate=50").body();
        double seconds = (System.nanoTime() - start) / 1e9;
        assertEquals(expected, rows);
        assertTrue(seconds > 0.4, () -> seconds + " s for 20 rows after the first, 50 a second");
    }

    @Test void aStreamWithoutASeedNamesTheOneItTookForRepeating() {
        HttpResponse<String> one = server.get("/drawing/50");
        HttpResponse<String> two = server.get("/drawing/50");
        long first = seed(one);
        long second = seed(two);
        assertTrue(first < second, () -> first + " then " + second);
        assertEquals(System.currentTimeMillis(), second / 4096, 600_000,
                "in units of 1/4096 ms since 1970");
        assertEquals(one.body(), server.get("/drawing/50?seed=" + first).body());
        assertNotEquals(one.body(), two.body());
    }

    /** A clock is no identity: in a microsecond two may ask. */
    @Test void noTwoStreamsThatNameNoSeedGetTheSameOne() throws Exception {
        Callable<List<String>> twoThousand = () -> {
            String request = "HEAD /drawing/1 HTTP/1.1\r\nHost: x\r\n";
            String answers = server.rawAnswer((request + "\r\n").repeat(1999) + request
                    + "Connection: close\r\n\r\n");
            return Pattern.compile("(?i)Drawing-Seed: (\\d+)").matcher(answers).results()
                    .map(seed -> seed.group(1)).toList();
        };
        Set<String> seeds = new HashSet<>();
        ExecutorService clients = Executors.newFixedThreadPool(8);
        for (Future<List<String>> answer : clients.invokeAll(Collections.nCopies(8, twoThousand))) {
            seeds.addAll(answer.get());
        }
        clients.shutdown();
        assertEquals(16_000, seeds.size());
    }

    /** Keeps 400 connections; a limit of the JDK's server lets only 200 idle ones live. */
    @Test void keptConnectionsLive() throws IOException {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                clients.add(server.raw(""));
            }
            for (int round = 1; round <= 2; round++) {
                for (Socket client : clients) {
                    client.getOutputStream().write(
                            "HEAD /drawing/1 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
                    assertEquals("HTTP/1.1 200 OK", head(client).keySet().stream()
                            .filter(key -> key.startsWith("HTTP")).findFirst().orElse("no answer"),
                                    "round " + round);
                }
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static long seed(HttpResponse<String> response) {
        return Long.parseLong(response.headers().firstValue("Drawing-Seed").orElseThrow());
    }

    // ---- The page -------------------------------------------------------------------------------

    @Test void onlyFilesOfTheServerMayStyleThePageOrRunInIt() {
        HttpResponse<String> page = server.get("/");
        assertEquals(200, page.statusCode());
        assertEquals(List.of("text/html; charset=utf-8"), page.headers().allValues("Content-Type"));
        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.startsWith("default-src 'none'; "), policy);
        assertFalse(policy.matches(".*(unsafe|nonce|http|[*]).*"), policy);
        assertFalse(page.body().contains("<style") || page.body().contains(" style="), policy);
        assertEquals(page.body(), server.get("/?rows=%3Cscript%3E&nonsense").body());
    }

    /** With no-store, a browser that goes back to the page would have lost what it showed. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/page/page.css", "/page/main.js", "/openapi.json"})
    void aBrowserMayKeepThePage(String path) {
        assertEquals(List.of("no-cache"), server.get(path).headers().allValues("Cache-Control"));
    }

    static Stream<String> filesOfThePage() {
        return Stream.of(Run.PROJECT.resolve("src/powerball/page").toFile().list())
                .filter(name -> name.endsWith(".js") || name.endsWith(".css"));
    }

    @ParameterizedTest
    @MethodSource("filesOfThePage")
    void everyFileOfThePageIsServedAsItIs(String name) throws IOException {
        String type = name.endsWith(".css") ? "text/css" : "text/javascript";
        HttpResponse<String> file = server.get("/page/" + name);
        assertEquals(200, file.statusCode());
        assertEquals(List.of(type + "; charset=utf-8"), file.headers().allValues("Content-Type"));
        assertEquals(List.of("nosniff"), file.headers().allValues("X-Content-Type-Options"));
        assertEquals(Files.readString(Run.PROJECT.resolve("src/powerball/page/" + name)),
                file.body());
        HttpResponse<String> head = server.send("HEAD", "/page/" + name);
        assertEquals(file.headers().allValues("Content-Length"),
                head.headers().allValues("Content-Length"));
        assertEquals("", head.body());
    }

    @Test void aFileThatIsAddedToThePageIsServed(@TempDir Path folder) throws IOException {
        Path program = ServerProcess.copyOfSource(folder);
        Files.writeString(program.resolveSibling("page/added.js"), "added");
        Files.writeString(program.resolveSibling("page/added.html"), "hidden");
        try (ServerProcess other = ServerProcess.start(folder,
                Run.java(program.toString(), "--port", "0"))) {
            assertEquals("added", other.get("/page/added.js").body());
            assertEquals(404, other.get("/page/added.html").statusCode());
        }
    }

    /** Another program may have put such a file there, for its own purpose. */
    @Test void aJarServesNoFileThatLiesBesideIt(@TempDir Path folder) throws IOException {
        Path jar = Files.copy(Run.PROJECT.resolve("build/server.jar"),
                folder.resolve("server.jar"));
        for (String page : List.of("page", "powerball/page")) {
            Files.createDirectories(folder.resolve(page));
            Files.writeString(folder.resolve(page).resolve("beside.js"), "beside");
        }
        try (ServerProcess other = ServerProcess.start(folder,
                Run.java("-jar", jar.toString(), "--port", "0"))) {
            assertRefused(404, "Not Found", PATH.formatted("/page/beside.js"),
                    other.get("/page/beside.js"));
            assertEquals(server.get("/page/main.js").body(), other.get("/page/main.js").body());
        }
    }

    // ---- Refusals -------------------------------------------------------------------------------

    static Stream<List<String>> badQueries() {
        return Stream.of(
                List.of("abc", ROWS, "abc"),
                List.of("-1", ROWS, "-1"),
                List.of("+1", ROWS, "+1"),
                List.of("1.5", ROWS, "1.5"),
                List.of("1000000001", ROWS, "1000000001"),
                List.of("", ROWS, ""),
                List.of("99999999999999999999", ROWS, "99999999999999999999"),
                List.of("18446744073709551617", ROWS, "18446744073709551617"), // 2^64 + 1
                List.of("%31", ROWS, "%31"),
                List.of("%D9%A1", ROWS, "%D9%A1"), // an Arabic 1
                List.of("1?seed=abc", SEED, "abc"),
                List.of("1?seed=-1", SEED, "-1"),
                List.of("1?seed=1000000000000000001", SEED, "1000000000000000001"),
                List.of("1?seed=9223372036854775808", SEED, "9223372036854775808"), // 2^63
                List.of("1?seed=", SEED, ""),
                List.of("1?seed", SEED, ""),
                List.of("1?seed=1=1", SEED, "1=1"),
                List.of("1?from=2000000001", FROM, "2000000001"),
                List.of("1?from=x", FROM, "x"),
                List.of("1?rate=0", RATE, "0"),
                List.of("1?rate=1000001", RATE, "1000001"),
                List.of("1?rate=0.5", RATE, "0.5"),
                List.of("1?drop=0", DROP, "0"),
                List.of("1?drop=1000000001", DROP, "1000000001"),
                List.of("1?drop=", DROP, ""),
                List.of("1?format=xml", FORMAT, "xml"),
                List.of("1?format=SQL", FORMAT, "SQL"),
                List.of("1?format=", FORMAT, ""),
                List.of("1?seed=1&seed=1", TWICE, "seed"),
                List.of("1?from=1&seed=1&from=2", TWICE, "from"),
                List.of("1?format=csv&format=sql", TWICE, "format"),
                List.of("1?rate&rate", TWICE, "rate"),
                List.of("1?speed=1", PART, "speed"),
                List.of("1?Seed=1", PART, "Seed"),
                List.of("1?=", PART, ""),
                List.of("1?&=1", PART, ""));
    }

    @ParameterizedTest
    @MethodSource("badQueries")
    void aBadQueryIsExplained(List<String> query) {
        assertRefused(400, "Bad Request", query.get(1).formatted(query.get(2)),
                server.get("/drawing/" + query.get(0)));
    }

    /** Many clients send one. */
    @ParameterizedTest
    @ValueSource(strings = {"?seed=42&", "?&seed=42", "?seed=42&&from=0", "?seed=42&&"})
    void anEmptyPartOfAQueryIsNone(String query) {
        assertEquals(server.get("/drawing/2?seed=42").body(),
                server.get("/drawing/2" + query).body());
        assertEquals(200, server.get("/drawing/2?").statusCode());
        assertEquals(200, server.get("/drawing/2?&").statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/drawing", "/drawing/10/", "/drawing/1/2", "/Drawing/1",
            "/drawing/%2e%2e/x",
        "/%2e%2e/x", "/index.html", "/page/index.html", "/page/none.js", "/page/../Server.js",
        "/page/%2e%2e/names/first.txt", "/names/first.txt"})
    void anyOtherPathIsNotFound(String path) {
        assertRefused(404, "Not Found", PATH.formatted(path), server.get(path));
    }

    @ParameterizedTest
    @CsvSource({"POST, /drawing/1", "PUT, /drawing/1", "DELETE, /", "BREW, /drawing/1",
            "get, /drawing/1",
        "POST, /nope"})
    void anyOtherMethodIsNotAllowed(String method, String path) {
        HttpResponse<String> response = server.send(method, path);
        assertRefused(405, "Method Not Allowed", METHOD.formatted(method), response);
        assertEquals(List.of("GET, HEAD"), response.headers().allValues("Allow"));
    }

    @Test void aPageOfAnyOriginMayReadStreamsAndRefusals() {
        for (String path : List.of("/drawing/1", "/drawing/x", "/nope", "/openapi.json")) {
            HttpHeaders headers = server.get(path).headers();
            assertEquals(List.of("*"), headers.allValues("Access-Control-Allow-Origin"), path);
            assertEquals(List.of("Drawing-Seed, Drawing-Names"),
                    headers.allValues("Access-Control-Expose-Headers"), path);
        }
        assertEquals(List.of(), server.get("/").headers().allValues("Access-Control-Allow-Origin"));
    }

    private static void assertRefused(int status, String title, String detail,
            HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response::body);
        assertEquals(List.of("application/problem+json"), response.headers()
                .allValues("Content-Type"));
        assertEquals(Map.of("title", title, "status", status, "detail", detail),
                FormatTest.json(response.body()));
    }

    /** HttpServer itself refuses some of these, in its own way. */
    @ParameterizedTest
    @ValueSource(strings = {"/%2e%2e/x", "/drawing/%2e%2e", "/..%2fx", "//drawing/1", "/%zz",
            "/drawing/|",
        "*", "drawing/1", "http://x/nope", "/drawing/\"<script>"})
    void anOddPathIsRefused(String path) throws IOException {
        String answer = server.rawAnswer(ServerProcess.request(path));
        assertTrue(answer.matches("(?s)HTTP/1\\.1 4\\d\\d .*"), answer);
        assertHealthy();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"})
    void aRequestWithABodyIsRefused(String rest) throws IOException {
        // and the connection ends
        String answer = server.rawAnswer("GET /drawing/1 HTTP/1.1\r\nHost: x\r\n" + rest);
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertEquals("a request must not have a body",
                FormatTest.json(answer.substring(answer.indexOf("\r\n\r\n"))).get("detail"));
        assertHealthy();
    }

    /** Where servers disagree on where a request ends, a second one can be smuggled in. */
    @ParameterizedTest
    @ValueSource(strings = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 6\r\n\r\nhello!",
        "Content-Length: 6\r\nContent-Length: 0\r\n\r\nhello!",
        "Content-Length: -1\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\n",
    })
    void anUnclearEndOfARequestIsRefused(String rest) throws IOException {
        assertRefusedOrCut("GET /drawing/1 HTTP/1.1\r\nHost: x\r\n" + rest
                + ServerProcess.request("/drawing/2"));
    }

    @Test void tooManyHeadersAreRefused() throws IOException {
        StringBuilder headers = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            headers.append("X-").append(i).append(": 1\r\n");
        }
        assertRefusedOrCut("GET /drawing/1 HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    }

    @Test void aHugeHeaderIsRefused() throws IOException {
        assertRefusedOrCut("GET /drawing/1 HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(1_000_000)
                + "\r\n\r\n");
    }

    private static void assertRefusedOrCut(String request) throws IOException {
        try (Socket socket = server.raw("")) {
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            } catch (SocketException e) {
                // Cut before it had all been sent: that is one way to refuse.
            }
            String answer = ServerProcess.untilItEnds(socket);
            assertFalse(answer.contains(" 200 OK"), answer);
        }
        assertHealthy();
    }

    // ---- HEAD -----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nope", "/openapi.json", "/drawing/1000000000?seed=9&format=csv",
            "/drawing/10?seed=9", "/drawing/x"})
    void headHasTheHeadersOfGetAndNoBody(String path) throws IOException {
        try (Socket socket = server.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")) {
            Map<String, String> get = head(socket);
            String answers = server.rawAnswer("HEAD " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"
                    + ServerProcess.request("/drawing/0?seed=77"));
            int next = answers.indexOf("\r\n\r\n") + 4;
            assertTrue(answers.startsWith("HTTP/1.1 200 OK\r\n", next), answers);
            assertEquals(get, fields(answers.substring(0, next)));
        }
    }

    private static Map<String, String> head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) throw new AssertionError("the connection ended after \"" + head + "\"");
            head.append((char) next);
        }
        return fields(head.toString());
    }

    /** Status line and headers, but for the time. */
    private static Map<String, String> fields(String head) {
        Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        head.lines().filter(line -> !line.isEmpty()).map(line -> line.split(": ", 2))
                .forEach(field -> fields.put(field[0], field.length > 1 ? field[1] : ""));
        fields.remove("Date");
        return fields;
    }

    // ---- The log --------------------------------------------------------------------------------

    @Test void aStreamIsLoggedWhenItBeginsAndWhenItEnds() {
        server.get("/drawing/1234?seed=5150");
        server.get("/drawing/oops");
        server.run.awaitOutput("GET /drawing/oops 400 0 rows");
        List<String> lines = server.run.out().lines()
                .filter(line -> line.contains("5150") || line.contains("oops")).toList();
        List<String> expected = List.of("GET /drawing/1234\\?seed=5150 begins",
                "GET /drawing/1234\\?seed=5150 200 1,234 rows \\d+\\.\\d\\d s",
                        "GET /drawing/oops 400 0 rows \\d+\\.\\d\\d s");
        assertEquals(expected.size(), lines.size(), lines::toString);
        for (int i = 0; i < expected.size(); i++) {
            String[] parts = lines.get(i).split(" ", 2);
            assertEquals(25, parts[0].length(), lines.get(i));
            Duration age = Duration.between(OffsetDateTime.parse(parts[0]), OffsetDateTime.now());
            assertTrue(age.getSeconds() >= 0 && age.getSeconds() < 60, lines.get(i));
            assertTrue(parts[1].matches("127\\.0\\.0\\.1 " + expected.get(i)), lines.get(i));
        }
    }

    @Test void aStreamThatIsUnderWayIsInTheLog() throws IOException {
        try (Socket socket = server.raw(ServerProcess.request(
                "/drawing/1000000?rate=1&seed=616"))) {
            assertEquals('H', socket.getInputStream().read());
            server.run.awaitOutput("GET /drawing/1000000\\?rate=1&seed=616 begins\n");
        }
    }

    /** The request is cut in the log, and what became of it stands behind it. */
    @ParameterizedTest
    @ValueSource(ints = {900, 950, 1000, 5000})
    void theLogSaysHowALongRequestEnded(int length) {
        server.get("/drawing/" + length + "?rate=" + "0".repeat(length));
        server.run.awaitOutput("GET /drawing/" + length
                + "\\?rate=0{800,}(\\.\\.\\.)? 400 0 rows \\d+\\.\\d\\d s\n");
    }

    @Test void controlCharactersOfARequestStayOutOfTheLog() throws IOException {
        // On some JDKs HttpServer itself refuses those that are not valid HTTP; then there is no
        // line in the log.
        server.rawAnswer(ServerProcess.request("/drawing/red")
                .replace("GET", "\u001b[31mGE\u0007T\u009b\u00e9"));
        server.rawAnswer(ServerProcess.request("/drawing/%1b[31m%0aline"));
        server.rawAnswer(ServerProcess.request("/drawing/%1b%0ared?seed=%0d%0a"));
        server.rawAnswer(ServerProcess.request("/drawing/1?\u001b[31m"));
        server.rawAnswer(ServerProcess.request("/drawing/1").replace("1.1", "1.1\u001b[31m"));
        server.run.awaitOutput("seed=%0d%0a 400");
        // behind the others in the log, as they have been answered
        server.get("/drawing/1?seed=8888");
        server.run.awaitOutput("seed=8888 200");
        String log = server.run.out() + server.run.err();
        assertTrue(log.matches("[\n -~]*"), log);
    }

    // ---- HTTP/1.0 -------------------------------------------------------------------------------

    /** It has no last chunk, so that a broken stream would look like a whole one. */
    @ParameterizedTest
    @CsvSource({"GET, /drawing/5, HTTP/1.0", "GET, /drawing/0, HTTP/1.0",
            "HEAD, /drawing/5, HTTP/1.0", "GET, /drawing/5, http/1.0"})
    void aStreamOverHttp10IsRefusedWithTheCure(String method, String path, String version)
            throws IOException {
        String answer = server.rawAnswer(method + " " + path + " " + version + "\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 426 "), answer);
        Map<String, String> fields = fields(answer.substring(0, answer.indexOf("\r\n\r\n")));
        assertEquals("application/problem+json", fields.get("Content-Type"));
        assertFalse(fields.containsKey("Upgrade"), answer);
        if (method.equals("GET")) {
            assertEquals(Map.of("title", "Upgrade Required", "status", 426, "detail",
                    "a stream must be requested over HTTP/1.1: over HTTP/1.0, a broken one would"
                    + " look whole (nginx in front of this server needs proxy_http_version 1.1)"),
                    FormatTest.json(answer.substring(answer.indexOf("\r\n\r\n"))));
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /, 200", "GET, /page/main.js, 200", "GET, /openapi.json, 200",
            "HEAD, /, 200", "GET, /drawing/x, 400", "GET, /drawing/5?speed=1, 400",
            "GET, /nope, 404", "POST, /drawing/5, 405"})
    void anythingButAStreamIsAnsweredOverHttp10(String method, String path, int status)
            throws IOException {
        String request = method + " " + path + " HTTP/1.0\r\n";
        String answer = server.rawAnswer(request + "\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertEquals(method.equals("HEAD"), answer.endsWith("\r\n\r\n"), answer);

        String kept = server.rawAnswer(request + "Connection: Keep-Alive\r\n\r\n"
                + request + "\r\n");
        assertEquals(2, kept.split("HTTP/1.1 " + status, -1).length - 1, kept);
    }

    @Test void curlShowsWhyAStreamOverHttp10IsRefused() {
        try (Run run = Run.start(Run.PROJECT, List.of(Run.tool("curl"), "-s", "-0",
                server.url + "/drawing/5"))) {
            assertEquals(0, run.exitCode());
            assertTrue(run.out().contains("HTTP/1.1"), run.out());
        }
    }
}
