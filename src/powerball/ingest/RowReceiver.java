package powerball.ingest;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import powerball.database.Failure;

/**
 * Receives the body of a stream: parses the rows as they arrive, and queues them for the thread
 * that stores them. An InputStream would not do: the client throws away bytes that have arrived but
 * have not been read when the connection breaks.
 *
 * <p><b>Threads.</b> The HTTP client calls the methods that begin with {@code on}, on threads of
 * its own or within {@link #requestMore}, but never two at once, and each call sees the fields as
 * the one before has left them (Reactive Streams, 1.3); so the parser needs no lock. The storing
 * thread calls {@link #requestMore} and {@link #cancel}.
 *
 * <p><b>Memory.</b> No more than {@link #BUFFERS} are on their way or in the queue at once, as the
 * storing thread requests another for each one that it takes. So a slow database holds the server
 * back (back-pressure).
 */
final class RowReceiver implements HttpResponse.BodySubscriber<String> {

    private static final int BUFFERS = 128; // of 16 KB, so 13,000 rows

    private final Queue<Arrival> arrivals;
    private final RowParser parser;
    private volatile Flow.Subscription subscription;

    RowReceiver(RowParser parser, Queue<Arrival> arrivals) {
        this.parser = parser;
        this.arrivals = arrivals;
    }

    void requestMore() {
        subscription.request(1);
    }

    /** Ends the response, if it goes on. Rows that have arrived stay in the queue. */
    void cancel() {
        if (subscription != null) subscription.cancel();
    }

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
        try {
            for (ByteBuffer buffer : buffers) {
                parser.parse(buffer, rows);
            }
            arrivals.add(new Arrival.Rows(rows));
        } catch (Failure failure) {
            arrivals.add(new Arrival.Rows(rows));
            arrivals.add(new Arrival.Malformed(failure));
            subscription.cancel();
        } catch (RuntimeException | Error fault) { // the client would take it for a break
            arrivals.add(new Arrival.Fault(fault));
            subscription.cancel();
        }
    }

    @Override public void onComplete() {
        arrivals.add(new Arrival.End(parser.isInsideRow()));
    }

    @Override public void onError(Throwable cause) {
        arrivals.add(new Arrival.Break(cause));
    }
}
