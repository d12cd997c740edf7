package powerball.ingest;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, and the other signals that end a program, in steps:
 *
 * <ol>
 * <li>The JVM runs {@link #request} on a thread of its own. If the job is over, that is all.
 * <li>It sets a flag. The job's thread looks at it between two batches of rows and in each pause,
 * so 20 times a second. It is not interrupted: in a call of a driver, some drivers would fail and
 * some lose the interrupt. Their own limits bound such a call.
 * <li>The job's thread commits the rows that have arrived, and says how to finish.
 * <li>It calls {@link #jobFinished}. The hook returns, and the JVM ends with the signal's exit
 * code: 130 for Ctrl-C, 143 for TERM, 129 for HUP. (Halting it here would skip the driver's
 * cleanup: 1.1 MB in the temporary folder.)
 * </ol>
 */
final class Interruption {

    /** Longer than a driver waits for its server. A call that never returns is cut off then. */
    private static final long MAX_WAIT_SECONDS = 45;

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean isRequested;

    /** From now on, a signal requests the end of the job. */
    void watch() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::request, "interruption"));
    }

    private void request() {
        isRequested = true;
        try {
            finished.await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the JVM ends in any case
        }
    }

    /** Throws if a signal has requested the end. */
    void check() throws InterruptedException {
        if (isRequested) throw new InterruptedException();
    }

    void jobFinished() {
        finished.countDown();
    }
}
