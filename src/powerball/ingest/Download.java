package powerball.ingest;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import powerball.database.Failure;

/**
 * One request for rows, and its response, as the thread that stores the rows sees it: it calls
 * {@link #begin} once and {@link #next} until {@link #hasEnded}. The threads of the HTTP client
 * only add to the queue of {@link Arrival}s.
 */
final class Download implements AutoCloseable {

    private static final long POLL_MILLIS = 50; // for rows, before the caller checks other things

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

    private final Options options;
    private final long firstRow;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final RowReceiver receiver;

    private Optional<StreamName> stream;
    private CompletableFuture<HttpResponse<String>> response;
    private boolean hasBegun; // the stream of this response
    private long rowsTaken;
    private long nanosWithoutRow; // spent in waiting: a slow database is not the server's fault
    private boolean hasEnded;

    /**
     * A request for the rows from this one on.
     *
     * @param firstRow counted in the job, from 0
     * @param stream the name of the stream, if the job has begun to receive one
     */
    Download(Options options, long firstRow, Optional<StreamName> stream) {
        this.options = options;
        this.firstRow = firstRow;
        this.stream = stream;
        receiver = new RowReceiver(new RowParser(firstRow, options.rows()), arrivals);
    }

    /** Sends the request. */
    void begin(HttpClient client) {
        // No HttpRequest.timeout: from JDK 26 on, it limits the whole stream.
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri())).build();
        response = client.sendAsync(request, this::receiverFor);
        response.whenComplete((whole, failure) -> {
            if (failure != null) {
                arrivals.add(new Arrival.Break(failure));
            } else if (whole.statusCode() != 200) {
                arrivals.add(new Arrival.Refusal(whole));
            }
        });
    }

    /** Called on a thread of the HTTP client, when the headers are there. */
    private HttpResponse.BodySubscriber<String> receiverFor(HttpResponse.ResponseInfo info) {
        if (info.statusCode() != 200) return new RefusalReceiver();
        arrivals.add(new Arrival.Headers(info.headers()));
        return receiver;
    }

    private String uri() {
        long from = options.from() + firstRow;
        long rows = options.rows() - firstRow;
        String uri = options.url() + "/drawing/" + rows + "?seed=" + options.seed();
        if (from > 0) uri += "&from=" + from;
        if (options.rate() > 0) uri += "&rate=" + options.rate();
        if (options.drop() > 0) uri += "&drop=" + options.drop();
        return uri;
    }

    /** Whether all rows have been taken. */
    boolean hasEnded() {
        return hasEnded;
    }

    /** The name of the stream, if this or an earlier response has begun one. */
    Optional<StreamName> stream() {
        return stream;
    }

    /** The next rows; none if none came for a moment, or at the end. */
    List<Object[]> next() throws Failure, InterruptedException {
        long start = System.nanoTime();
        Arrival arrival = Objects.requireNonNullElse(
                arrivals.poll(POLL_MILLIS, TimeUnit.MILLISECONDS), new Arrival.Nothing());
        if (arrival instanceof Arrival.Rows rows) {
            receiver.requestMore();
            return taken(rows.rows());
        }
        nanosWithoutRow += System.nanoTime() - start;
        if (arrival instanceof Arrival.Nothing) checkStall();
        if (arrival instanceof Arrival.Headers headers) check(StreamName.of(headers.headers()));
        if (arrival instanceof Arrival.End end) end(end.isInsideRow() ? " inside a row" : "");
        if (arrival instanceof Arrival.Break broken) throw failure(broken.cause());
        if (arrival instanceof Arrival.Malformed malformed) throw malformed.failure();
        if (arrival instanceof Arrival.Fault fault) throw new IllegalStateException(fault.cause());
        if (arrival instanceof Arrival.Refusal refusal) {
            throw ServerFailure.refusal(refusal.response());
        }
        return List.of();
    }

    private List<Object[]> taken(List<Object[]> rows) {
        if (!rows.isEmpty()) nanosWithoutRow = 0;
        rowsTaken += rows.size();
        return rows;
    }

    private void checkStall() throws Failure {
        if (nanosWithoutRow < TimeUnit.SECONDS.toNanos(options.stallSeconds())) return;
        hasEnded = hasAllRows(); // then only the end of the stream is missing
        if (hasEnded) return;
        throw missingRows(String.format("No row came for %,d s", options.stallSeconds()));
    }

    /** Rows of another stream would be stored beside those of the first. */
    private void check(StreamName name) throws Failure {
        if (name.isResumable() && !name.seed().equals(String.valueOf(options.seed()))) {
            throw new Failure("The server sent seed %s, not %d.", name.seed(), options.seed());
        }
        if (!name.isResumable() && options.from() + firstRow > 0) {
            throw new Failure("The server sends no Drawing-Seed, so the rows that it sends may not"
                    + " be those from row %,d on: it cannot begin in the middle of a stream.",
                    options.from() + firstRow);
        }
        if (stream.isPresent() && !stream.get().equals(name)) {
            throw new Failure("The server now sends another stream (%s) than at first (%s).",
                    name, stream.get());
        }
        stream = Optional.of(name);
        hasBegun = true;
    }

    private Failure failure(Throwable cause) {
        return hasBegun ? missingRows("The stream broke (" + Failure.message(cause) + ")")
                : ServerFailure.noResponse(options.url(), cause);
    }

    private void end(String where) throws Failure {
        hasEnded = hasAllRows();
        if (!hasEnded) throw missingRows("The stream ended" + where);
    }

    private boolean hasAllRows() {
        return hasBegun && firstRow + rowsTaken == options.rows();
    }

    private Failure missingRows(String happened) {
        boolean isResumable = stream.map(StreamName::isResumable).orElse(true);
        return ServerFailure.missingRows(happened, firstRow + rowsTaken, options.rows(),
                isResumable);
    }

    /** All rows that have arrived, up to a break. It does not wait. */
    List<Object[]> rowsLeft() {
        List<Object[]> left = new ArrayList<>();
        while (arrivals.peek() instanceof Arrival.Rows rows) {
            left.addAll(rows.rows());
            arrivals.remove();
        }
        return left;
    }

    /** Ends the response, if it goes on. */
    @Override public void close() {
        if (response != null) response.cancel(true);
        receiver.cancel();
    }
}
