package powerball.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A server on a free port that answers each connection with whatever bytes a test wants. */
public final class FakeServer implements AutoCloseable {

    /** Writes an answer to one request; the connection is closed when it returns. */
    public interface Answer {
        void to(String requestLine, OutputStream out) throws IOException, InterruptedException;
    }

    /** Thrown by an answer: the connection is to be reset. */
    public static final class Reset extends IOException {
        private static final long serialVersionUID = 1;
    }

    public final List<String> requests = new CopyOnWriteArrayList<>(); // their first lines
    public final String url;
    private final ServerSocket socket;

    public FakeServer(Answer answer) throws IOException {
        socket = new ServerSocket(0);
        url = "http://127.0.0.1:" + socket.getLocalPort();
        Thread acceptor = new Thread(() -> accept(answer));
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private void accept(Answer answer) {
        while (true) {
            try {
                Socket client = socket.accept();
                Thread handler = new Thread(() -> serve(client, answer));
                handler.setDaemon(true);
                handler.start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client, Answer answer) {
        try (client) {
            String line = requestLine(client.getInputStream());
            requests.add(line);
            try {
                answer.to(line, client.getOutputStream());
            } catch (Reset e) {
                client.setSoLinger(true, 0);
            }
        } catch (IOException | InterruptedException e) {
            // The client has left, or the test is over: what the test looks at is what the client
            // says of it.
        }
    }

    /** Reads a request's head. Returns its first line. */
    private static String requestLine(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no request");
            }
            head.append((char) b);
        }
        return head.substring(0, head.indexOf("\r\n"));
    }

    /** Rows from to to - 1, good ones in the dialect of today, separated by commas. */
    public static String rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(FakeServer::row)
                .collect(Collectors.joining(", "));
    }

    public static String row(int i) {
        return Row.of(i).sql();
    }

    /** The transaction id of row i. */
    public static String id(int i) {
        return (String) Row.of(i).values()[0];
    }

    /** The row a request begins with. */
    public static int from(String requestLine) {
        Matcher from = Pattern.compile("[?&]from=(\\d+)").matcher(requestLine);
        return from.find() ? Integer.parseInt(from.group(1)) : 0;
    }

    public static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Sends one chunk of a chunked body; an empty one ends it. */
    public static void chunk(OutputStream out, String text) throws IOException {
        send(out, Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + text
                + "\r\n");
    }

    /** A whole answer with its body in chunks. */
    public static Answer chunked(String head, String... chunks) {
        return (request, out) -> {
            send(out, head + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (String chunk : chunks) {
                chunk(out, chunk);
            }
            chunk(out, "");
        };
    }

    /** A whole answer: status and headers, then a body whose end is the end of the connection. */
    public static Answer closeDelimited(String head, String body) {
        return (request, out) -> send(out, head + "\r\n\r\n" + body);
    }

    @Override public void close() throws IOException {
        socket.close();
    }
}
