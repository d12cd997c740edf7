package powerball.ingest;

import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import powerball.database.Failure;
import powerball.database.TransientFailure;

/**
 * The meaning of a server that does not answer, refuses, or breaks its stream. This is the one
 * place that decides which of these failures end the job: those that the other side has called
 * wrong by a type or a code. Every other one may pass.
 */
final class ServerFailure {

    /** Request timeout, too early, too many requests. All from 500 on may pass as well. */
    private static final Set<Integer> TRANSIENT_STATUS = Set.of(408, 425, 429);
    private static final Pattern DETAIL = // of a problem (RFC 9457), a JSON string
            Pattern.compile("\"detail\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"");

    private ServerFailure() {
    }

    /** No response. */
    static Failure noResponse(String url, Throwable cause) {
        String message = Failure.message(cause);
        if (Failure.isOrHas(cause, CertificateException.class)) {
            return Failure.resumable("The certificate of %s is refused: %s.", url, message);
        }
        if (Failure.isOrHas(cause, UnresolvedAddressException.class)) {
            return new TransientFailure("The host name in %s is unknown.", url);
        }
        if (Failure.isOrHas(cause, ConnectException.class)) {
            return new TransientFailure("No server answers at %s (start one in another terminal:"
                    + " java src/powerball/Server.java).", url);
        }
        return new TransientFailure("The connection to %s broke (%s).", url, message);
    }

    /** A response that is not a stream: a status other than 200. */
    static Failure refusal(HttpResponse<String> response) {
        int status = response.statusCode();
        String sentence = "The server answers with status " + status;
        if (status >= 300 && status < 400) {
            String location = response.headers().firstValue("Location").orElse("nowhere");
            return new Failure("%s: it redirects to %s. Give --url the start of that address.",
                    sentence, location);
        }
        // If a proxy refuses, the client leaves its body out.
        Matcher detail = DETAIL.matcher(Objects.requireNonNullElse(response.body(), ""));
        if (detail.find()) sentence += ": " + detail.group(1).replaceAll("\\\\(.)", "$1");
        if (status < 500 && !TRANSIENT_STATUS.contains(status)) {
            return new Failure("%s.", sentence);
        }
        long seconds = seconds(response.headers().firstValue("Retry-After").orElse("0").strip());
        if (seconds > 0) sentence += String.format(", and asks for a wait of %,d s", seconds);
        return new TransientFailure(seconds, sentence + ".");
    }

    /** Retry-After is a number of seconds, or the date of the next try (RFC 9110, 10.2.3). */
    private static long seconds(String retryAfter) {
        if (retryAfter.matches("[0-9]{1,9}")) return Long.parseLong(retryAfter);
        try {
            Instant date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(retryAfter));
            return Math.max(0, Duration.between(Instant.now(), date).toSeconds() + 1);
        } catch (DateTimeException e) {
            return 0; // neither: treated as no wait
        }
    }

    /**
     * A stream of which rows are missing.
     *
     * @param happened what happened, as the start of the sentence
     * @param isResumable whether the server has named its stream, so that the rest can be had
     */
    static Failure missingRows(String happened, long rows, long rowsOfJob, boolean isResumable) {
        String sentence = String.format("%s after %,d of %,d rows.", happened, rows, rowsOfJob);
        if (isResumable || rows == 0) return new TransientFailure("%s", sentence);
        return new Failure("%s This server cannot resume it: it sends no Drawing-Seed.", sentence);
    }
}
