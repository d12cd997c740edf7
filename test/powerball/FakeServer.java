package powerball;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on a free port that answers each connection with whatever bytes a test wants. */
final class FakeServer implements AutoCloseable {

    /** Writes an answer to one request; the connection is closed when it returns. */
    interface Answer {
        void to(String requestLine, OutputStream out) throws IOException, InterruptedException;
    }

    final List<String> requests = new CopyOnWriteArrayList<>(); // their first lines
    final String url;
    private final ServerSocket socket;

    FakeServer(Answer answer) throws IOException {
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
            answer.to(line, client.getOutputStream());
        } catch (IOException | InterruptedException e) {
            // The client has left, or the test is over: what the test looks at is what the client says of it.
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

    /** A whole answer: status and headers, then a body whose end is the end of the connection. */
    static Answer closeDelimited(String head, String body) {
        return (request, out) -> {
            out.write((head + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
            out.flush();
        };
    }

    @Override public void close() throws IOException {
        socket.close();
    }
}
