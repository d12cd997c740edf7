package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/** What openapi.json says of the server is so: every limit, every status and every header. */
class OpenApiTest {

    private static final Path FILE = Run.PROJECT.resolve("src/powerball/page/openapi.json");
    private static final Map<String, Object> API = read();
    private static final String DRAWING = "/drawing/{rows}";
    // HttpServer sends these itself, and HTTP says what they mean.
    private static final Set<String> OF_HTTP =
            Set.of("date", "content-length", "content-type", "transfer-encoding", "connection");

    @TempDir static Path folder;
    private static ServerProcess server;
    // In every stream, and where it reads a file. Its source is changed, as no request makes a
    // healthy server fail.
    private static ServerProcess failing;

    @BeforeAll static void start() throws IOException {
        server = ServerProcess.start("--max-streams", "1");
        Path program = ServerProcess.copyOfSource(folder);
        String of = "static Ticket of(long seed, long index) {\n";
        String source = Files.readString(program);
        assertTrue(source.contains(of), "where are tickets made?");
        Files.writeString(program, source.replace(of, of
                + "if (seed >= 0) throw new IllegalStateException(\"test\");\n"));
        failing = ServerProcess.start(folder, Run.java(program.toString(), "--port", "0"));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (file.toString().matches(".*[.](html|json)")) Files.delete(file);
            }
        }
    }

    @AfterAll static void stop() {
        server.close();
        failing.close();
    }

    // ---- The file -------------------------------------------------------------------------------

    @Test void theServerSendsTheFile() throws IOException {
        HttpResponse<String> response = server.get("/openapi.json");
        assertEquals(Files.readString(FILE), response.body());
        assertTrue(text(API, "openapi").startsWith("3.1."), response::body);
    }

    /** With "/", clients that are made from the description behind a proxy would miss its path. */
    @Test void theServerIsWhereItsDescriptionIs() {
        List<?> servers = list(API, "servers");
        assertEquals(1, servers.size());
        String relative = text(object(servers.get(0)), "url");
        for (String base : List.of(server.url + "/", "https://example.org/a/b/")) {
            assertEquals(base, URI.create(base + "openapi.json").resolve(relative).toString());
        }
    }

    @Test void everyPathIsNamedWhereAnotherIsRefused() {
        String detail = detail(server.get("/nope"));
        for (String path : map(API, "paths").keySet()) {
            assertTrue(detail.matches(".*[ ]\\Q" + path + "\\E[ ,].*"), detail);
        }
    }

    @Test void aTicketHasTheColumnsOfTheStream() {
        Map<String, Object> ticket = map(map(map(API, "components"), "schemas"), "Ticket");
        assertEquals(TicketTest.COLUMNS, List.copyOf(map(ticket, "properties").keySet()));
        assertEquals(TicketTest.COLUMNS, list(ticket, "required"));
    }

    // ---- Parameters -----------------------------------------------------------------------------

    private static List<Map<String, Object>> parameters() {
        return list(map(map(API, "paths"), DRAWING), "parameters").stream()
                .map(OpenApiTest::resolved).toList();
    }

    @Test void everyPartOfAQueryIsDescribedAndNoOther() {
        String names = parameters().stream()
                .filter(parameter -> text(parameter, "in").equals("query"))
                .map(parameter -> text(parameter, "name")).collect(Collectors.joining(", "));
        assertEquals("a query parameter must be " + names.replaceFirst(", (\\w+)$", " or $1")
                + ", not \"speed\"", detail(server.get("/drawing/1?speed=1")));
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void aParameterIsAcceptedUpToItsLimitsAndNotBeyond(Map<String, Object> parameter) {
        Map<String, Object> schema = map(parameter, "schema");
        if (schema.containsKey("enum")) {
            list(schema, "enum").forEach(value -> assertAccepted(200, parameter, value));
            assertAccepted(400, parameter, list(schema, "enum").get(0) + "x");
            return;
        }
        assertEquals("integer", schema.get("type"));
        BigInteger minimum = (BigInteger) schema.get("minimum");
        BigInteger maximum = (BigInteger) schema.get("maximum");
        assertAccepted(400, parameter, minimum.subtract(BigInteger.ONE));
        assertAccepted(200, parameter, minimum);
        assertAccepted(200, parameter, maximum);
        assertAccepted(400, parameter, maximum.add(BigInteger.ONE));
        assertAccepted(400, parameter, "x");
    }

    /** HEAD: it is answered as GET is, and no row is made. */
    private static void assertAccepted(int status, Map<String, Object> parameter, Object value) {
        String name = text(parameter, "name");
        String path = text(parameter, "in").equals("path") ? "/drawing/" + value
                : "/drawing/1?" + name + "=" + value;
        assertEquals(status, server.send("HEAD", path).statusCode(), path);
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void aDefaultIsWhatTheServerTakes(Map<String, Object> parameter) {
        Object value = map(parameter, "schema").get("default");
        if (value == null) return;
        HttpResponse<String> without = server.get("/drawing/5?seed=42");
        HttpResponse<String> with =
                server.get("/drawing/5?seed=42&" + text(parameter, "name") + "=" + value);
        assertEquals(without.body(), with.body());
    }

    // ---- Statuses and headers -------------------------------------------------------------------

    /** A response that is described. */
    private record Described(String path, String method, int status, Map<String, Object> response) {
        @Override public String toString() {
            return method.toUpperCase() + " " + path + " " + status;
        }
    }

    private static List<Described> responses() {
        List<Described> responses = new ArrayList<>();
        map(API, "paths").forEach((path, item) -> Stream.of("get", "head")
                .filter(method -> object(item).containsKey(method))
                .forEach(method -> map(map(object(item), method), "responses").forEach(
                        (status, response) -> responses.add(new Described(path, method,
                                Integer.parseInt(status), resolved(response))))));
        return responses;
    }

    @ParameterizedTest
    @MethodSource("responses")
    void aResponseHasTheHeadersAndTheBodyThatAreDescribed(Described described) throws IOException {
        Answer answer = provoke(described);
        assertEquals(described.status, answer.status, answer::body);

        Map<String, Object> headers = map(described.response, "headers");
        Set<String> sent = new TreeSet<>();
        answer.headers.keySet().forEach(name -> sent.add(name.toLowerCase()));
        sent.removeAll(OF_HTTP);
        assertEquals(headers.keySet().stream().map(String::toLowerCase)
                .collect(Collectors.toCollection(TreeSet::new)), sent);
        headers.forEach((name, header) -> assertFits(map(resolved(header), "schema"),
                answer.headers.get(name)));

        String type = answer.headers.get("Content-Type");
        if (described.method.equals("get")) {
            assertTrue(map(described.response, "content").containsKey(type), type);
        }
        if (type.equals("application/problem+json") && described.method.equals("get")) {
            Map<String, Object> schema = resolved(map(map(map(described.response, "content"), type),
                    "schema"));
            Map<String, Object> problem = new Json(answer.body).object();
            assertEquals(map(schema, "properties").keySet(), problem.keySet());
            assertEquals(list(schema, "required"), List.copyOf(problem.keySet()));
            assertEquals(BigInteger.valueOf(described.status), problem.get("status"));
        }
    }

    private static void assertFits(Map<String, Object> schema, String value) {
        if (schema.containsKey("const")) assertEquals(schema.get("const").toString(), value);
        if (schema.containsKey("pattern")) {
            assertTrue(value.matches(text(schema, "pattern")), value);
        }
        if (schema.get("type").equals("integer")) assertTrue(value.matches("[0-9]+"), value);
        assertNotEquals("", value);
    }

    /** What a server has sent; the names of its headers are found in any case of letters. */
    private record Answer(int status, Map<String, String> headers, String body) {

        static Answer of(HttpResponse<String> response) {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
            return new Answer(response.statusCode(), headers, response.body());
        }

        /** HttpClient does not speak HTTP/1.0. */
        static Answer overHttp10(String method, String path) throws IOException {
            String answer = server.rawAnswer(method + " " + path + " HTTP/1.0\r\n\r\n");
            String[] parts = answer.split("\r\n\r\n", 2);
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            parts[0].lines().skip(1).map(line -> line.split(": ", 2))
                    .forEach(header -> headers.put(header[0], header[1]));
            return new Answer(Integer.parseInt(answer.split(" ")[1]), headers, parts[1]);
        }
    }

    /** Has a server answer with a status. */
    private static Answer provoke(Described described) throws IOException {
        String path = described.path.replace("{rows}", "1");
        return described.status == 426
                ? Answer.overHttp10(described.method.toUpperCase(), path)
                : Answer.of(provokeOverHttp11(described));
    }

    private static HttpResponse<String> provokeOverHttp11(Described described) throws IOException {
        String path = described.path.replace("{rows}", "1");
        String method = described.method.toUpperCase();
        boolean isDrawing = described.path.equals(DRAWING);
        return switch (described.status) {
            case 200 -> server.send(method, path);
            case 400 -> isDrawing ? server.send(method, "/drawing/x") : withBody(path);
            case 404 -> server.send(method, path + "/2");
            case 405 -> server.send("POST", path);
            case 500 -> failing.send(method, path);
            case 503 -> whileTheOnlySlotIsTaken(method, path);
            default -> throw new AssertionError("how is " + described + " provoked?");
        };
    }

    private static HttpResponse<String> withBody(String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url + path))
                .version(HttpClient.Version.HTTP_1_1)
                .method("GET", HttpRequest.BodyPublishers.ofString("x")).build();
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<String> whileTheOnlySlotIsTaken(String method, String path)
            throws IOException {
        HttpResponse<String> response;
        try (Socket other = server.raw(ServerProcess.request("/drawing/1000000000?rate=1"))) {
            assertEquals('H', other.getInputStream().read());
            response = server.send(method, path);
            other.setSoLinger(true, 0);
        }
        Run.await("a free slot", () -> server.send("HEAD", "/drawing/1").statusCode() == 200);
        return response;
    }

    @Test void everyFormatHasAContentTypeThatIsDescribed() {
        Map<String, Object> get = map(map(map(API, "paths"), DRAWING), "get");
        Map<String, Object> content = map(map(map(get, "responses"), "200"), "content");
        List<String> sent = new ArrayList<>();
        for (Server.Format format : Server.Format.values()) {
            HttpResponse<String> response = server.get("/drawing/1?seed=42&format=" + format);
            sent.add(type(response));
            assertEquals(text(map(content, type(response)), "example"), response.body());
        }
        assertEquals(List.copyOf(content.keySet()), sent);
        Map<String, Object> parameter = parameters().stream()
                .filter(each -> text(each, "name").equals("format")).findFirst().orElseThrow();
        assertEquals(Stream.of(Server.Format.values()).map(Server.Format::toString).toList(),
                list(map(parameter, "schema"), "enum"));
    }

    private static String type(HttpResponse<String> response) {
        return response.headers().firstValue("Content-Type").orElseThrow();
    }

    // ---- The reader -----------------------------------------------------------------------------

    private static Map<String, Object> read() {
        try {
            return new Json(Files.readString(FILE)).object();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String detail(HttpResponse<String> refusal) {
        return text(new Json(refusal.body()).object(), "detail");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    private static Map<String, Object> map(Map<String, Object> object, String key) {
        assertTrue(object.containsKey(key), () -> "no " + key + " in " + object);
        return object(object.get(key));
    }

    private static List<?> list(Map<String, Object> object, String key) {
        return (List<?>) object.get(key);
    }

    private static String text(Map<String, Object> object, String key) {
        return (String) object.get(key);
    }

    /** What stands there or, where a reference does, what it refers to. */
    private static Map<String, Object> resolved(Object value) {
        Map<String, Object> object = object(value);
        if (!object.containsKey("$ref")) return object;
        Map<String, Object> found = API;
        for (String key : text(object, "$ref").substring("#/".length()).split("/")) {
            found = map(found, key);
        }
        return found;
    }

    /** Reads JSON whose texts escape nothing but quotes, backslashes, line ends and tabs. */
    private static final class Json {
        private static final String ESCAPES = "\"\\nt";
        private static final String ESCAPED = "\"\\\n\t"; // what they stand for
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        Map<String, Object> object() {
            return OpenApiTest.object(value());
        }

        private Object value() {
            return switch (next()) {
                case '{' -> members();
                case '[' -> elements();
                case '"' -> string();
                default -> word();
            };
        }

        private Map<String, Object> members() {
            Map<String, Object> members = new LinkedHashMap<>();
            skip('{');
            while (next() != '}') {
                if (!members.isEmpty()) skip(',');
                next();
                String key = string();
                skip(':');
                assertEquals(null, members.put(key, value()), key);
            }
            skip('}');
            return members;
        }

        private List<Object> elements() {
            List<Object> elements = new ArrayList<>();
            skip('[');
            while (next() != ']') {
                if (!elements.isEmpty()) skip(',');
                elements.add(value());
            }
            skip(']');
            return elements;
        }

        private String string() {
            skip('"');
            StringBuilder string = new StringBuilder();
            while (text.charAt(at) != '"') {
                boolean isEscaped = text.charAt(at) == '\\';
                if (isEscaped) at++;
                char c = text.charAt(at);
                int escape = isEscaped ? ESCAPES.indexOf(c) : 0;
                assertTrue(escape >= 0, () -> "an escape at " + at);
                string.append(isEscaped ? ESCAPED.charAt(escape) : c);
                at++;
            }
            at++;
            return string.toString();
        }

        private Object word() {
            int start = at;
            while (at < text.length() && "-0123456789truefalse".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            String word = text.substring(start, at);
            return word.matches("true|false") ? Boolean.valueOf(word) : new BigInteger(word);
        }

        /** The next character that is no space. */
        private char next() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.charAt(at);
        }

        private void skip(char expected) {
            assertEquals(expected, next(), () -> "at " + at);
            at++;
        }
    }
}
