package powerball.ingest;

import java.io.ByteArrayOutputStream;
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
final class RefusalReceiver implements HttpResponse.BodySubscriber<String> {

    private static final int MAX_BYTES = 4096;
    private static final long MAX_SECONDS = 2;

    private final CompletableFuture<String> text = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.Subscription subscription;

    @Override public CompletionStage<String> getBody() {
        return text.completeOnTimeout("", MAX_SECONDS, TimeUnit.SECONDS)
                .whenComplete((start, failure) -> subscription.cancel());
    }

    @Override public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(Long.MAX_VALUE);
    }

    @Override public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            byte[] part = new byte[Math.min(buffer.remaining(), MAX_BYTES - bytes.size())];
            buffer.get(part);
            bytes.writeBytes(part);
        }
        if (bytes.size() == MAX_BYTES) onComplete();
    }

    @Override public void onComplete() {
        text.complete(bytes.toString(StandardCharsets.UTF_8));
    }

    @Override public void onError(Throwable cause) {
        onComplete();
    }
}
