package powerball.ingest;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import powerball.database.Failure;

/**
 * Receives the body of a stream: parses the rows as they arrive, and queues them for the thread
 * that stores them. An InputStream would not do: what has arrived but has not been read is lost
 * when the connection breaks.
 *
 * <p><b>Threads.</b> The HTTP client calls {@link #onNext} and the other methods that begin with
 * {@code on}, on threads of its own but never two at once, and each call sees what the one before
 * has written (Reactive Streams, 1.3); so the parser and the count need no lock. The storing thread
 * calls {@link #poll} and the methods below it. They share the queue and the subscription alone.
 *
 * <p><b>Memory.</b> No more than {@link #BUFFERS} are on their way or in the queue at once, as the
 * storing thread requests another for each one that it takes. So a slow database holds the server
 * back (back-pressure).
 */
final class RowReceiver implements HttpResponse.BodySubscriber<String> {

    private static final int BUFFERS = 8; // of 16 KB

    /** How a stream has ended, in words, or the failure if it held what is not a row of the job. */
    record Ending(String words, Failure failure) {
    }

    /** Rows, or the ending, after which nothing comes. */
    record Arrival(List<Object[]> rows, Ending ending) {
    }

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private volatile Flow.Subscription subscription;

    private final RowParser parser;
    private final long rowsOfJob;
    private long rowsOfJobSoFar;

    /** Takes how many rows the job had before this stream, and how many it is to have after it. */
    RowReceiver(long rowsBefore, long rowsOfJob) {
        parser = new RowParser(rowsBefore);
        rowsOfJobSoFar = rowsBefore;
        this.rowsOfJob = rowsOfJob;
    }

    // ---- On the storing thread ------------------------------------------------------------------

    /** What has arrived, in order; null if nothing does in this time. */
    Arrival poll(long millis) throws InterruptedException {
        return arrivals.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** All rows that are in the queue. */
    List<Object[]> rowsLeft() {
        List<Arrival> left = new ArrayList<>();
        arrivals.drainTo(left);
        return left.stream().flatMap(arrival -> arrival.rows().stream()).toList();
    }

    void requestMore() {
        subscription.request(1);
    }

    /** Ends the response, if it goes on. What has arrived stays in the queue. */
    void close() {
        if (subscription != null) subscription.cancel();
    }

    // ---- On the threads of the HTTP client ------------------------------------------------------

    /** Nothing to wait for: the response is at hand as soon as its headers are there. */
    @Override public CompletionStage<String> getBody() {
        return CompletableFuture.completedStage("");
    }

    @Override public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(BUFFERS);
    }

    @Override public void onNext(List<ByteBuffer> buffers) {
        List<Object[]> rows = new ArrayList<>();
        Failure failure = null;
        try {
            for (ByteBuffer buffer : buffers) {
                parser.parse(buffer, rows);
            }
        } catch (Failure notARow) {
            failure = notARow;
        }
        if (rowsOfJobSoFar + rows.size() > rowsOfJob) {
            rows.subList((int) (rowsOfJob - rowsOfJobSoFar), rows.size()).clear();
            failure = new Failure("The server sends more than %,d rows.", rowsOfJob);
        }
        rowsOfJobSoFar += rows.size();
        arrivals.add(new Arrival(rows, null));
        if (failure != null) {
            subscription.cancel();
            end(new Ending("", failure));
        }
    }

    @Override public void onComplete() {
        String where = parser.isInsideRow() ? " inside a row" : "";
        end(new Ending("The stream ended" + where, null));
    }

    @Override public void onError(Throwable cause) {
        end(new Ending("The stream broke", null));
    }

    private void end(Ending ending) {
        arrivals.add(new Arrival(List.of(), ending));
    }
}
