package powerball.ingest;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.channels.ClosedChannelException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import powerball.database.Cause;
import powerball.database.Failure;
import powerball.database.TransientFailure;

/**
 * What it means that a server does not answer, refuses, or breaks its stream: this is the one place
 * that decides which of these failures can pass.
 */
final class ServerFailure {

    /** Request timeout, too early, too many requests, bad gateway, unavailable, gateway timeout. */
    private static final Set<Integer> TRANSIENT_STATUS = Set.of(408, 425, 429, 502, 503, 504);
    private static final int USUAL_PORT = 8000;
    private static final Pattern DETAIL = // of a problem (RFC 9457), a JSON string
            Pattern.compile("\"detail\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"");

    private ServerFailure() {
    }

    /**
     * No response.
     *
     * @param hasAnswered whether the server has answered before in this job
     */
    static Failure noResponse(String url, Throwable failure, boolean hasAnswered) {
        String words = Cause.words(failure);
        if (Cause.isUnknownHost(failure)) {
            String sentence = "The host name in " + url + " is unknown.";
            return hasAnswered ? new TransientFailure("%s", sentence) : new Failure("%s", sentence);
        }
        if (Cause.isTlsRefusal(failure)) {
            return new Failure("No secure connection to %s: %s.", url, words);
        }
        boolean isClosed = Cause.isOrHas(failure, ClosedChannelException.class);
        if (failure instanceof ConnectException && isClosed) { // so HttpClient says: refused
            int port = URI.create(url).getPort();
            String other = port < 0 || port == USUAL_PORT ? "" : " --port " + port;
            return new TransientFailure("No server answers at %s (start one in another terminal:"
                    + " java src/powerball/Server.java%s).", url, other);
        }
        if (failure instanceof SSLException) { // its cause may speak of buffers
            return new TransientFailure("The connection to %s broke (%s).",
                    url, failure.getMessage());
        }
        if (isClosed || Cause.isOrHas(failure, SocketException.class)
                || Cause.isOrHas(failure, EOFException.class)) {
            return new TransientFailure("The connection to %s broke (%s).", url, words);
        }
        return new Failure("No answer from %s: %s.", url, words);
    }

    /** A response that is not a stream: a status other than 200. */
    static Failure refusal(HttpResponse<String> response) {
        int status = response.statusCode();
        if (status >= 300 && status < 400) return redirect(response);

        // A proxy that refuses leaves no body, in the client's eyes.
        Matcher detail = DETAIL.matcher(Objects.requireNonNullElse(response.body(), ""));
        boolean hasDetail = detail.find();
        String words = hasDetail ? ": " + detail.group(1).replaceAll("\\\\(.)", "$1") : "";
        String retryAfter = response.headers().firstValue("Retry-After").orElse("0");
        long waitSeconds = seconds(retryAfter.strip());
        String wait = waitSeconds == 0 ? ""
                : String.format(", and asks for a wait of %,d s", waitSeconds);
        String sentence = "The server answers with status " + status + words + wait + ".";
        if (!TRANSIENT_STATUS.contains(status)) {
            boolean isServersFault = status >= 500; // so that it can be mended there
            return isServersFault ? Failure.mendable("%s", sentence) : new Failure("%s", sentence);
        }
        return new TransientFailure(waitSeconds, sentence);
    }

    private static Failure redirect(HttpResponse<String> response) {
        String location = response.headers().firstValue("Location").orElse("");
        try {
            URI target = response.uri().resolve(location);
            String base = target.toString().replaceFirst("/drawing/.*", "");
            boolean isUseful = !location.isEmpty() && target.getPath().contains("/drawing/");
            String advice = isUseful ? " Try --url " + base : "";
            return new Failure("The server redirects to %s.%s", target, advice);
        } catch (IllegalArgumentException e) {
            return new Failure("The server redirects to \"%s\", which is not an address.",
                    location);
        }
    }

    /** Retry-After is a number of seconds, or the date of the next try (RFC 9110, 10.2.3). */
    private static long seconds(String retryAfter) {
        if (retryAfter.matches("[0-9]{1,9}")) return Long.parseLong(retryAfter);
        if (retryAfter.matches("[0-9]+")) return 999_999_999;
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
