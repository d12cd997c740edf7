package powerball.ingest;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, and the other signals that end a program, in steps:
 *
 * <ol>
 * <li>The JVM runs {@link #interrupt} on a thread of its own. If the job is over, that is all.
 * <li>It sets a flag and interrupts the job's thread, which may be waiting for the server or for
 * the next attempt.
 * <li>The job's thread gets the interrupt, or sees the flag between two batches of rows. It stores
 * and commits what has arrived, and says how to finish.
 * <li>It calls {@link #jobFinished}. The hook returns, and the JVM ends with the signal's exit
 * code: 130 for Ctrl-C, 143 for TERM, 129 for HUP. (Halting it here would skip the driver's
 * cleanup: 1.1 MB in the temporary folder.)
 * </ol>
 */
final class Interruption {

    /** Longer than a driver waits for its server. One that never returns must not last longer. */
    private static final long MAX_WAIT_SECONDS = 45;

    private final Thread job = Thread.currentThread();
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean isRequested;

    /** From now on, a signal interrupts the thread that has made this object. */
    void watch() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt, "interruption"));
    }

    private void interrupt() {
        if (finished.getCount() == 0) return;
        isRequested = true;
        job.interrupt();
        try {
            finished.await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the JVM ends in any case
        }
    }

    /** An interrupt may have been lost, for example in a driver; the flag is not. */
    void check() throws InterruptedException {
        if (isRequested) throw new InterruptedException();
    }

    void jobFinished() {
        finished.countDown();
    }
}
