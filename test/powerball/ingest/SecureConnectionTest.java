package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.FakeServer;
import powerball.tools.Programs;
import powerball.tools.Proxy;
import powerball.tools.Run;
import powerball.tools.SqliteDatabase;

/** Ingest over https: what can pass, and what cannot. */
class SecureConnectionTest {

    private static final int ROWS = 20_000;
    private static final int ROUNDS = 3;
    private static final byte[] REFUSAL = {21, 3, 3, 0, 2, 2, 40}; // a fatal alert, 40

    @TempDir private static Path keyFolder;
    private static Path keys;
    private static HttpsServer server;

    @TempDir private Path folder;

    @BeforeAll static void startServer() throws IOException, GeneralSecurityException {
        keys = keyFolder.resolve("keys");
        String keytool = Path.of(Run.JAVA).resolveSibling("keytool").toString();
        Run.succeeds(keytool, "-genkeypair", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
                "SAN=dns:localhost", "-keystore", keys.toString(), "-storepass", "secret",
                "-alias", "a");
        KeyStore store = KeyStore.getInstance(keys.toFile(), "secret".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(store, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", SecureConnectionTest::answer);
        server.start();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String rows = FakeServer.rows(FakeServer.from(exchange.getRequestURI().toString()), ROWS);
        exchange.getResponseHeaders().set("Drawing-Seed", "42");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(rows.getBytes(StandardCharsets.UTF_8));
        }
    }

    @AfterAll static void stopServer() {
        server.stop(0);
    }

    /**
     * Again and again the stream is cut after some rows, and then a handshake: at once, in the
     * first message, after it, in the middle of the certificate, and by a reset.
     */
    @Test void aGatewayThatRestartsIsWaitedFor() throws IOException {
        List<Proxy.Break> handshakes = List.of(new Proxy.Break(0, Proxy.Fault.FIN),
                new Proxy.Break(3, Proxy.Fault.FIN), new Proxy.Break(100, Proxy.Fault.FIN),
                new Proxy.Break(539, Proxy.Fault.FIN), new Proxy.Break(0, Proxy.Fault.RST));
        List<Proxy.Break> breaks = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Proxy.Break handshake : handshakes) {
                breaks.add(new Proxy.Break(100_000, Proxy.Fault.RST));
                breaks.add(handshake);
            }
        }
        Iterator<Proxy.Break> next = breaks.iterator();
        try (Proxy gateway = new Proxy(server.getAddress().getPort(),
                () -> next.hasNext() ? next.next() : Proxy.Break.NEVER);
                Run ingest = ingest(keys, "localhost", port(gateway.url))) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals(breaks.size(), gateway.broken.get(), ingest.err());
            // Some are tried again by the JDK's client itself.
            long said = ingest.err().lines().filter(line ->
                    line.startsWith("The connection to https://localhost:")
                            && line.contains(Run.TRIES_AGAIN)).count();
            assertTrue(said > ROUNDS, ingest.err());
        }
        assertEquals(ROWS, SqliteDatabase.count(folder.resolve("powerball_data.db")));
    }

    @Test void aCertificateThatNobodyVouchesForEndsItAtOnce() {
        Path usual = Path.of(System.getProperty("java.home"), "lib/security/cacerts");
        try (Run ingest = ingest(usual, "localhost", server.getAddress().getPort())) {
            assertRefused(ingest, "certification path");
        }
    }

    @Test void aCertificateOfAnotherNameEndsItAtOnce() {
        try (Run ingest = ingest(keys, "127.0.0.1", server.getAddress().getPort())) {
            assertRefused(ingest, "No subject alternative names");
        }
    }

    @Test void aServerThatRefusesTheHandshakeIsTriedAgain() throws IOException {
        isTriedAgain(REFUSAL, "handshake_failure");
    }

    @Test void aServerWithoutTlsIsTriedAgain() throws IOException {
        isTriedAgain("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII), " SSL message");
    }

    /** Nobody has called it wrong, so patience decides. */
    private void isTriedAgain(byte[] answer, String reason) throws IOException {
        try (ServerSocket odd = answeringEach(answer);
                Run ingest = ingest(keys, "localhost", odd.getLocalPort(),
                        "--stall-seconds", "1", "--patience-seconds", "3")) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.said().contains(reason), ingest.err());
            assertTrue(ingest.said().contains(Run.TRIES_AGAIN), ingest.err());
            assertTrue(ingest.said().contains(" To finish: "), ingest.err());
        }
    }

    /** Answers each connection, whatever it says, until the socket is closed. */
    private static ServerSocket answeringEach(byte[] answer) throws IOException {
        ServerSocket socket = new ServerSocket(0);
        new Thread(() -> {
            while (!socket.isClosed()) {
                try (Socket client = socket.accept()) {
                    client.getOutputStream().write(answer);
                    client.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // The client has left, or the test is over.
                }
            }
        }).start();
        return socket;
    }

    private Run ingest(Path trusted, String host, int port, String... options) {
        List<String> command = Programs.command("Ingest",
                List.of("-Djavax.net.ssl.trustStore=" + trusted,
                        "-Djavax.net.ssl.trustStorePassword=secret"),
                "" + ROWS, "--seed", "42", "--url", "https://" + host + ":" + port);
        if (trusted != keys) command.removeIf(word -> word.contains("trustStorePassword"));
        command.addAll(List.of(options));
        return Run.start(folder, command);
    }

    private static int port(String url) {
        return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
    }

    private static void assertRefused(Run ingest, String reason) {
        assertEquals(1, ingest.exitCode(), ingest.err());
        assertTrue(ingest.said().startsWith("The certificate of https://"), ingest.err());
        assertTrue(ingest.said().contains(reason), ingest.err());
        assertFalse(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
    }
}
