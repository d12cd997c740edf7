package powerball.ingest;

import java.net.http.HttpClient;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** The HTTP client, made and ended so that a small job is quick. */
final class Http {

    private Http() {
    }

    /** A client for this address. */
    static HttpClient client(String url) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1); // or it would ask to upgrade to HTTP/2
        if (url.startsWith("http:")) {
            builder.sslContext(new NoEncryption()).sslParameters(new SSLParameters());
        }
        return builder.build();
    }

    /**
     * Ends the selector thread of a client that has nothing left to do: the JVM would wait 0.3 s
     * for it. (From JDK 21 on, a client can be closed, but waits for each response to end, and a
     * refusal may be endless.)
     */
    static void end() {
        Thread[] threads = new Thread[Thread.activeCount()];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i].getName().endsWith("SelectorManager")) threads[i].interrupt();
        }
    }

    /**
     * A placeholder: a client of http: URLs never uses it. The JDK's own context would load
     * ciphers and certificates, and then be asked for its parameters: together a fifth of the time
     * that a job of one row takes.
     */
    private static final class NoEncryption extends SSLContext {

        NoEncryption() {
            super(null, null, "none");
        }
    }
}
