package powerball.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A bad line: a TCP proxy on a free port that breaks each connection after as many bytes of the
 * answer as told, or right before certain words of it.
 */
public final class Proxy implements AutoCloseable {

    public enum Fault {
        FIN, RST, STALL // the end, a reset, or silence until the client leaves
    }

    /** What happens to a connection. */
    public record Break(long afterBytes, String beforeWords, Fault fault) {
        private static final String NO_WORDS = "\0never sent\0";
        public static final Break NEVER = new Break(Long.MAX_VALUE, Fault.FIN);

        public Break(long afterBytes, Fault fault) {
            this(afterBytes, NO_WORDS, fault);
        }

        /** These words of ASCII, and what is sent with them, never arrive. */
        public static Break before(String words, Fault fault) {
            return new Break(Long.MAX_VALUE, words, fault);
        }
    }

    public final String url;
    public final AtomicInteger broken = new AtomicInteger(); // connections
    private final ServerSocket socket;
    private final int port;
    private final Supplier<Break> breaks;

    /** Forwards to a port of this machine; asks for what is to happen once a connection. */
    public Proxy(int port, Supplier<Break> breaks) throws IOException {
        this.port = port;
        this.breaks = breaks;
        socket = new ServerSocket(0);
        url = "http://127.0.0.1:" + socket.getLocalPort();
        start(this::accept);
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Break next = breaks.get();
                start(() -> forward(client, next));
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }

    private void forward(Socket client, Break next) {
        try (client; Socket server = new Socket("127.0.0.1", port)) {
            Thread request = start(() -> pump(client, server, Break.NEVER));
            if (pump(server, client, next)) {
                broken.incrementAndGet();
                switch (next.fault) {
                    case FIN -> { }
                    case RST -> client.setSoLinger(true, 0);
                    case STALL -> request.join();
                }
            }
        } catch (IOException | InterruptedException e) {
            // The server is down: the client sees its connection closed.
        }
    }

    /** Forwards up to the break. Returns whether it came so far. */
    private static boolean pump(Socket from, Socket to, Break next) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            long left = next.afterBytes;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) return false;
                // Words that arrive in two parts are not found; short answers arrive whole.
                if (text(buffer, read).contains(next.beforeWords)) return true;
                out.write(buffer, 0, read);
                left -= read;
            }
            return true;
        } catch (IOException e) {
            return false; // one of them has left
        }
    }

    /** A character for each byte. */
    private static String text(byte[] buffer, int length) {
        return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
    }

    @Override public void close() throws IOException {
        socket.close();
    }
}
