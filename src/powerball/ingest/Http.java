package powerball.ingest;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** The HTTP client, made and closed so that a small job is quick. */
final class Http {

    private Http() {
    }

    /** A client for this address. */
    static HttpClient client(String url) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1); // or it would ask to upgrade to HTTP/2
        if (url.startsWith("http:")) builder.sslContext(withoutCertificates());
        return builder.build();
    }

    /** The usual context reads the JDK's certificates, in 0.1 s, even if nothing is encrypted. */
    private static SSLContext withoutCertificates() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has TLS
        }
    }

    /**
     * Ends the selector thread of a client that has nothing left to do. The JVM would wait 0.3 s
     * for it. From JDK 21 on, the client can be closed; before, an interrupt ends the thread.
     */
    static void close(HttpClient client) {
        if (client instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                // The program is about to end, and all rows are stored.
            }
            return;
        }
        Thread[] threads = new Thread[Thread.activeCount()];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i].getName().endsWith("SelectorManager")) threads[i].interrupt();
        }
    }
}
