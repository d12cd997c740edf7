package powerball.ingest;

import java.net.http.HttpHeaders;

/**
 * The headers in which a stream says what it is: its seed, and the hash of the server's lists
 * of names. Empty where a header is missing.
 */
record StreamName(String seed, String names) {

    static StreamName of(HttpHeaders headers) {
        return new StreamName(headers.firstValue("Drawing-Seed").orElse(""),
                headers.firstValue("Drawing-Names").orElse(""));
    }

    /** Whether the rest of the stream can be asked for after a break. */
    boolean isResumable() {
        return !seed.isEmpty();
    }

    @Override public String toString() {
        return String.format("Drawing-Seed \"%s\", Drawing-Names \"%s\"", seed, names);
    }
}
