package powerball.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A line to a port of this machine that breaks between a statement and its answer: the server
 * carries the statement out, and nobody hears of it.
 */
public final class LostAnswer implements AutoCloseable {

    public final int port;
    private final ServerSocket socket;
    private final int serverPort;
    private final String statement;
    private final AtomicInteger left;

    /**
     * Passes on what comes, but not the answer to the statement when it is sent this many times.
     */
    public LostAnswer(int serverPort, String statement, int times) throws IOException {
        this.serverPort = serverPort;
        this.statement = statement;
        left = new AtomicInteger(times);
        socket = new ServerSocket(0);
        port = socket.getLocalPort();
        start(this::accept);
    }

    /** Whether an answer has been lost. */
    public boolean isLost() {
        return left.get() <= 0;
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                start(() -> serve(client));
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }

    private void serve(Socket client) {
        try (client; Socket server = new Socket("127.0.0.1", serverPort)) {
            boolean[] isAnswerToBeLost = new boolean[1];
            start(() -> requests(client, server, isAnswerToBeLost));
            byte[] buffer = new byte[16 * 1024];
            InputStream in = server.getInputStream();
            OutputStream out = client.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                synchronized (isAnswerToBeLost) {
                    if (isAnswerToBeLost[0]) return; // it has answered, so it is done
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // One of them has left.
        }
    }

    private void requests(Socket client, Socket server, boolean[] isAnswerToBeLost) {
        try {
            byte[] buffer = new byte[16 * 1024];
            InputStream in = client.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                if (text.contains(statement) && left.decrementAndGet() == 0) {
                    synchronized (isAnswerToBeLost) {
                        isAnswerToBeLost[0] = true;
                    }
                }
                server.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException e) {
            // One of them has left.
        }
    }

    @Override public void close() throws IOException {
        socket.close();
    }
}
