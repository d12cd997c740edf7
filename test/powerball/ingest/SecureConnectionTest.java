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
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
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
    private static final String NO_SECURE_CONNECTION = "No secure connection to https://";
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

    /** The stream is cut, and then the handshake, six times, in three ways. */
    @Test void aGatewayThatRestartsIsWaitedFor() throws IOException {
        Proxy.Break atOnce = new Proxy.Break(0, Proxy.Fault.FIN);
        Proxy.Break afterFirstBytes = new Proxy.Break(100, Proxy.Fault.FIN);
        Proxy.Break reset = new Proxy.Break(0, Proxy.Fault.RST);
        Iterator<Proxy.Break> breaks = Stream.of(new Proxy.Break(200_000, Proxy.Fault.RST),
                atOnce, afterFirstBytes, reset, reset, afterFirstBytes, atOnce,
                Proxy.Break.NEVER).iterator();
        try (Proxy gateway = new Proxy(server.getAddress().getPort(), breaks::next);
                Run ingest = ingest(keys, "localhost", port(gateway.url))) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals(7, gateway.broken.get(), ingest.err());
            // Some are tried again by the JDK's client itself.
            assertTrue(ingest.said().contains("The connection to https://localhost:"),
                    ingest.err());
            assertTrue(ingest.said().contains(" broke (Remote host terminated the handshake)."
                    + " Asking for the rest in "), ingest.err());
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

    @Test void aServerThatRefusesTheHandshakeEndsItAtOnce() throws IOException {
        try (ServerSocket refusing = answeringEach(REFUSAL);
                Run ingest = ingest(keys, "localhost", refusing.getLocalPort())) {
            assertRefused(ingest, "handshake_failure");
        }
    }

    /** The JDK's client does not always notice at once; then the next attempt does. */
    @Test void aServerWithoutTlsEndsIt() throws IOException {
        byte[] plainText = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket plain = answeringEach(plainText);
                Run ingest = ingest(keys, "localhost", plain.getLocalPort(),
                        "--stall-seconds", "1")) {
            assertEquals(1, ingest.exitCode(), ingest.err());
            assertTrue(ingest.said().contains(NO_SECURE_CONNECTION), ingest.err());
            assertTrue(ingest.said().contains(" SSL message"), ingest.err());
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
        assertTrue(ingest.said().startsWith(NO_SECURE_CONNECTION), ingest.err());
        assertTrue(ingest.said().contains(reason), ingest.err());
        assertFalse(ingest.err().contains("Asking for the rest"), ingest.err());
    }
}
