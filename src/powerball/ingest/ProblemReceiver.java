package powerball.ingest;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

/**
 * Receives the body of a refusal: the start of its text, but not for long, as it may be endless or
 * may never come.
 */
final class ProblemReceiver implements HttpResponse.BodySubscriber<String> {

    private static final int MAX_BYTES = 4096;
    private static final long MAX_SECONDS = 2;

    private final CompletableFuture<String> text = new CompletableFuture<>();
    private Flow.Subscription subscription;

    @Override public CompletionStage<String> getBody() {
        return text.completeOnTimeout("", MAX_SECONDS, TimeUnit.SECONDS);
    }

    @Override public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(1);
    }

    @Override public void onNext(List<ByteBuffer> buffers) {
        ByteBuffer start = buffers.get(0);
        start.limit(Math.min(start.limit(), start.position() + MAX_BYTES));
        text.complete(StandardCharsets.UTF_8.decode(start).toString());
        subscription.cancel();
    }

    @Override public void onComplete() {
        text.complete("");
    }

    @Override public void onError(Throwable cause) {
        text.complete("");
    }
}
