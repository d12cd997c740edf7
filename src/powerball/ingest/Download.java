package powerball.ingest;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import powerball.database.Failure;

/**
 * One request for rows, and its response, as the thread that stores the rows sees it: it calls
 * {@link #begin} once and {@link #next} until {@link #hasEnded}. All fields belong to that thread,
 * but for the headers, which an HTTP client's thread sets once; what else those threads do is in
 * {@link RowReceiver}.
 */
final class Download implements AutoCloseable {

    private static final long POLL_MILLIS = 50; // for rows, before the caller checks other things

    private final Options options;
    private final long firstRow;
    private final boolean hasServerAnswered;
    private final RowReceiver receiver;

    private CompletableFuture<HttpResponse<String>> response;
    private volatile HttpHeaders streamHeaders; // null: it is not known that a stream has begun
    private boolean hasHeaders;
    private boolean isResumable = true; // unless the headers show that it is not
    private long rowsTaken;
    private long nanosWithoutRow; // spent in waiting: a slow database is not the server's fault
    private boolean hasEnded;

    /**
     * Takes the row to start from, counted in the job, and whether the server has answered before.
     */
    Download(Options options, long firstRow, boolean hasServerAnswered) {
        this.options = options;
        this.firstRow = firstRow;
        this.hasServerAnswered = hasServerAnswered;
        receiver = new RowReceiver(firstRow, options.rows());
    }

    /** Sends the request. */
    void begin(HttpClient client) {
        // No HttpRequest.timeout: from JDK 26 on, it limits the whole stream.
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri())).build();
        response = client.sendAsync(request, this::receiverFor);
    }

    /** Called on a thread of the HTTP client, when the headers are there. */
    private HttpResponse.BodySubscriber<String> receiverFor(HttpResponse.ResponseInfo info) {
        if (info.statusCode() != 200) return new ProblemReceiver();
        streamHeaders = info.headers();
        return receiver;
    }

    private String uri() {
        long from = options.from() + firstRow;
        long rows = options.rows() - firstRow;
        String uri = options.url() + "/drawing/" + rows + "?seed=" + options.seed();
        if (from > 0) uri += "&from=" + from;
        if (options.rate() > 0) uri += "&rate=" + options.rate();
        return uri;
    }

    /** Whether nothing more comes: all rows have been taken. */
    boolean hasEnded() {
        return hasEnded;
    }

    /** Whether the server has begun a stream, in this response or before. */
    boolean hasServerAnswered() {
        return hasServerAnswered || hasHeaders;
    }

    /** Whether the server has named its stream, so that the rest of it can be asked for. */
    boolean isResumable() {
        return isResumable;
    }

    /** The next rows; none if none came for a moment, or at the end. */
    List<Object[]> next() throws Failure, InterruptedException {
        long start = System.nanoTime();
        RowReceiver.Arrival arrival = null;
        if (!hasHeaders) awaitHeaders();
        if (hasHeaders) arrival = receiver.poll(POLL_MILLIS);

        if (arrival != null && arrival.ending() != null) {
            endAs(arrival.ending());
            return List.of();
        }
        List<Object[]> rows = List.of();
        if (arrival != null) {
            rows = arrival.rows();
            receiver.requestMore();
        }
        if (rows.isEmpty()) {
            nanosWithoutRow += System.nanoTime() - start;
            checkStall();
        } else {
            nanosWithoutRow = 0;
            rowsTaken += rows.size();
        }
        return rows;
    }

    private void awaitHeaders() throws Failure, InterruptedException {
        try {
            HttpResponse<String> answer = response.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            if (answer.statusCode() != 200) throw ServerFailure.refusal(answer);
        } catch (TimeoutException e) {
            return; // How long this may go on is limited as for a stream that stalls.
        } catch (ExecutionException e) {
            if (streamHeaders == null) {
                throw ServerFailure.noResponse(options.url(), e.getCause(), hasServerAnswered);
            }
            receiver.onError(e.getCause()); // a stream that broke at once
        }
        checkHeaders();
        hasHeaders = true;
    }

    private void checkHeaders() throws Failure {
        String seed = streamHeaders.firstValue("Drawing-Seed").orElse(null);
        isResumable = seed != null;
        if (!isResumable && options.from() + firstRow > 0) {
            throw new Failure("The server sends no Drawing-Seed, so the rows that it sends may not"
                    + " be those from row %,d on: it cannot begin in the middle of a stream.",
                    options.from() + firstRow);
        }
        if (isResumable && !seed.equals(String.valueOf(options.seed()))) {
            throw new Failure("The server sent seed %s, not %d.", seed, options.seed());
        }
    }

    private void checkStall() throws Failure {
        if (nanosWithoutRow < TimeUnit.SECONDS.toNanos(options.stallSeconds())) return;
        hasEnded = hasHeaders && hasAllRows(); // then only the end of the stream is missing
        if (hasEnded) return;
        throw missingRows(String.format("No row came for %,d s", options.stallSeconds()));
    }

    private void endAs(RowReceiver.Ending ending) throws Failure {
        hasEnded = true;
        if (ending.failure() != null) throw ending.failure();
        if (!hasAllRows()) throw missingRows(ending.words());
    }

    private boolean hasAllRows() {
        return firstRow + rowsTaken == options.rows();
    }

    private Failure missingRows(String happened) {
        long rows = firstRow + rowsTaken;
        return ServerFailure.missingRows(happened, rows, options.rows(), isResumable);
    }

    /**
     * All rows that have arrived and have not been taken; none if it is not known yet of which
     * stream they are. It does not wait, so an interrupt cannot stop it.
     */
    List<Object[]> rowsLeft() {
        return hasHeaders ? receiver.rowsLeft() : List.of();
    }

    /** Ends the response, if it goes on. */
    @Override public void close() {
        if (response != null) response.cancel(true);
        receiver.close();
    }
}
