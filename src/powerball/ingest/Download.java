package powerball.ingest;

import java.net.URI;
import java.net.http.HttpClient;
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
 * {@link #begin} once and {@link #next} until {@link #isComplete}. The threads of the HTTP client
 * only add to the queue of {@link Arrival}s.
 */
final class Download implements AutoCloseable {

    private static final long POLL_MILLIS = 50; // for rows, before the caller checks other things

    private final Options options;
    private final long firstRow;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final RowReceiver receiver;

    private Optional<StreamName> stream;
    private CompletableFuture<HttpResponse<String>> response;
    private boolean hasBegun; // the stream of this response
    private long rowsTaken;
    private long nanosWithoutRow; // spent in waiting: a slow database is not the server's fault
    private boolean isComplete;

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
        arrivals.add(new Arrival.Headers(StreamName.of(info.headers())));
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
    boolean isComplete() {
        return isComplete;
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
        List<Object[]> rows = List.of();
        if (arrival instanceof Arrival.Rows come) {
            receiver.requestMore();
            rows = come.rows();
            rowsTaken += rows.size();
        }
        nanosWithoutRow = rows.isEmpty() ? nanosWithoutRow + System.nanoTime() - start : 0;
        if (arrival instanceof Arrival.Headers headers) check(headers.stream());
        if (arrival instanceof Arrival.End end) {
            endUnlessRowsMiss("The stream ended" + (end.isInsideRow() ? " inside a row" : ""));
        }
        if (arrival instanceof Arrival.Break broken) breakBecause(broken.cause());
        if (arrival instanceof Arrival.Malformed malformed) throw malformed.failure();
        if (arrival instanceof Arrival.Fault fault) throw new IllegalStateException(fault.cause());
        if (arrival instanceof Arrival.Refusal refusal) {
            throw ServerFailure.refusal(refusal.response());
        }
        checkStall();
        return rows;
    }

    private void checkStall() throws Failure {
        if (nanosWithoutRow < TimeUnit.SECONDS.toNanos(options.stallSeconds())) return;
        endUnlessRowsMiss(String.format("No row came for %,d s", options.stallSeconds()));
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

    private void breakBecause(Throwable cause) throws Failure {
        if (!hasBegun) throw ServerFailure.noResponse(options.url(), cause);
        endUnlessRowsMiss("The stream broke (" + Failure.message(cause) + ")");
    }

    /** With all rows, only the end of the stream is missing, and not missed. */
    private void endUnlessRowsMiss(String happened) throws Failure {
        long rows = firstRow + rowsTaken;
        isComplete = hasBegun && rows == options.rows();
        if (isComplete) return;
        boolean isResumable = stream.map(StreamName::isResumable).orElse(true);
        throw ServerFailure.missingRows(happened, rows, options.rows(), isResumable);
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
