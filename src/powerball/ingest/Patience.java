package powerball.ingest;

import java.util.concurrent.TimeUnit;
import powerball.database.Failure;
import powerball.database.TransientFailure;

/**
 * How long a job goes on without a new row, and how long it pauses between two attempts: 0.1 s
 * after the first failure, three times as long after each further one, and never more than 5 s,
 * unless the server asks for it.
 */
final class Patience {

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 5000;

    private final long limitSeconds;
    private boolean hasFailedSinceNewRow;
    private long firstFailureNanos;
    private long nextPauseMillis;

    /** Takes the time from the first failure without a new row to the end of the job. */
    Patience(long limitSeconds) {
        this.limitSeconds = limitSeconds;
    }

    /** New rows have been stored. */
    void renew() {
        hasFailedSinceNewRow = false;
    }

    /**
     * How many milliseconds to wait before the next attempt. The last attempt is made when the time
     * is over.
     *
     * @throws Failure the same failure, if the time was over already
     */
    long pauseAfter(TransientFailure failure) throws Failure {
        if (!hasFailedSinceNewRow) {
            hasFailedSinceNewRow = true;
            firstFailureNanos = System.nanoTime();
            nextPauseMillis = FIRST_PAUSE_MILLIS;
        }
        long spentMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - firstFailureNanos);
        long leftMillis = 1000 * limitSeconds - spentMillis;
        if (leftMillis <= 0) {
            throw failure.afterWaitingInVain(String.format(
                    "No new row could be stored for %,d s (--patience-seconds).", limitSeconds));
        }
        if (failure.needsNoPause()) return 0;
        long pause = Math.max(nextPauseMillis, 1000 * failure.waitSeconds());
        nextPauseMillis = Math.min(3 * nextPauseMillis, MAX_PAUSE_MILLIS);
        return Math.min(pause, leftMillis);
    }
}
