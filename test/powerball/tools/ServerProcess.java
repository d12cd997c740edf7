package powerball.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Server in a process of its own, on a free port unless told otherwise, and ways to ask it. */
public final class ServerProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile(
            "\\AServing tickets on (http://\\S+:(\\d+))/\n"
            + "Try curl \\S+/drawing/10 \\(Ctrl-C stops the server\\)\n");
    // for an answer: not a measure, only an end to a hanging test
    private static final int LIMIT_SECONDS = 20;
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).build();

    public final Run run;
    public final String url; // without a slash at its end
    public final int port;

    private ServerProcess(Run run) {
        this.run = run;
        Run.await("the ready line", () -> READY.matcher(run.out()).find()
                || !run.process.isAlive());
        Matcher ready = READY.matcher(run.out());
        if (!ready.find()) {
            throw new AssertionError("the server did not start: " + run.out() + run.err());
        }
        url = ready.group(1);
        port = Integer.parseInt(ready.group(2));
    }

    /** Starts it as compiled, on a free port, with these options besides. */
    public static ServerProcess start(String... options) {
        return start(List.of(), options);
    }

    /**
     * Starts it as compiled, with options for the JVM; --port among the options overrides the free
     * port.
     */
    public static ServerProcess start(List<String> jvm, String... options) {
        List<String> command = Programs.command("Server", jvm, options);
        if (!List.of(options).contains("--port")) {
            command.addAll(List.of("--port", "0"));
        }
        return start(Run.PROJECT, command);
    }

    /** The command that starts it, as compiled, with a list of names that somebody has edited. */
    public static List<String> withList(Path folder, String file, String text) throws IOException {
        Path names = Files.createDirectories(folder.resolve("powerball/names"));
        Files.writeString(names.resolve(file), text);
        String classes = folder + ":" + Run.PROJECT.resolve("build/main"); // the first is taken
        return Run.java("-cp", classes, "powerball.Server", "--port", "0");
    }

    /** Starts it by any command. */
    public static ServerProcess start(Path folder, List<String> command) {
        return new ServerProcess(Run.start(folder, command));
    }

    /** A request with the method GET. */
    public HttpResponse<String> get(String pathAndQuery) {
        return send("GET", pathAndQuery);
    }

    public HttpResponse<String> send(String method, String pathAndQuery) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + pathAndQuery))
                    .method(method, HttpRequest.BodyPublishers.noBody()).build();
            return CLIENT.sendAsync(
                    request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new AssertionError(method + " " + pathAndQuery + ": " + e, e);
        }
    }

    /** A connection that has sent these bytes, for what no decent client does. */
    public Socket raw(String bytes) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(LIMIT_SECONDS * 1000);
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** All that comes on a connection until its end, as it stands on the wire. */
    public String rawAnswer(String request) throws IOException {
        try (Socket socket = raw(request)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** The bytes of a GET after whose answer the server is to close the connection. */
    public static String request(String pathAndQuery) {
        return "GET " + pathAndQuery + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    }

    /** What comes on a connection until it ends, in order or by a reset. */
    public static String untilItEnds(Socket socket) throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int n; (n = socket.getInputStream().read(buffer)) >= 0; ) {
                received.write(buffer, 0, n);
            }
        } catch (SocketException e) {
            // Reset: an end as well.
        }
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    /** The body out of an answer in chunks, as far as it came. */
    public static String dechunked(String answer) {
        StringBuilder body = new StringBuilder();
        int at = answer.indexOf("\r\n\r\n") + 4;
        for (int line; (line = answer.indexOf("\r\n", at)) >= 0; ) {
            int start = line + 2;
            int end = start + Integer.parseInt(answer.substring(at, line), 16);
            body.append(answer, start, Math.min(end, answer.length()));
            at = end + 2;
        }
        return body.toString();
    }

    /** Does the answer end with the last chunk, which says that it is whole? */
    public static boolean isWhole(String answer) {
        return answer.endsWith("\r\n0\r\n\r\n");
    }

    /**
     * A copy of the program's source in a folder, to change and to launch. Returns the file to
     * launch.
     */
    public static Path copyOfSource(Path folder) throws IOException {
        Path source = Run.PROJECT.resolve("src");
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = folder.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return folder.resolve("powerball/Server.java");
    }

    @Override public void close() {
        run.close();
    }
}
