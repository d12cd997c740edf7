package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import powerball.database.Failure;
import powerball.database.TransientFailure;

/** How long a job pauses after a failure that can pass, and when it is given up. */
class PatienceTest {

    private static final TransientFailure FAILURE = new TransientFailure("The stream broke.");
    private static final long DAY_SECONDS = 86_400;

    @Test void pausesGrowThreefoldUpToFiveSeconds() throws Failure {
        assertEquals(List.of(100L, 300L, 900L, 2700L, 5000L, 5000L, 5000L),
                pauses(new Patience(DAY_SECONDS), 7));
    }

    private static List<Long> pauses(Patience patience, int failures) throws Failure {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < failures; i++) {
            pauses.add(patience.pauseAfter(FAILURE));
        }
        return pauses;
    }

    @Test void newRowsMakePausesShortAgain() throws Failure {
        Patience patience = new Patience(DAY_SECONDS);
        assertEquals(List.of(100L, 300L, 900L), pauses(patience, 3));
        patience.renew();
        assertEquals(List.of(100L, 300L), pauses(patience, 2));
    }

    @Test void aServerMayAskForALongerPauseButNotForAShorterOne() throws Failure {
        Patience patience = new Patience(DAY_SECONDS);
        assertEquals(7000, patience.pauseAfter(busyFor(7)));
        assertEquals(300, patience.pauseAfter(FAILURE));
        assertEquals(List.of(900L, 2700L, 5000L), pauses(patience, 3));
        assertEquals(5000, patience.pauseAfter(busyFor(1)));
    }

    private static TransientFailure busyFor(long seconds) {
        return new TransientFailure(seconds, "The server answers with status 503.");
    }

    /** The last attempt is made when the time is over, not seconds before. */
    @Test void noPauseIsLongerThanTheTimeThatIsLeft() throws Failure {
        long pause = new Patience(3).pauseAfter(busyFor(999_999_999));
        assertTrue(pause > 2000 && pause <= 3000, "3 s, but was " + pause + " ms");
    }

    @Test void whenTheTimeIsOverTheFailureIsNoLongerOneThatCanPass() throws Exception {
        Patience patience = new Patience(1);
        Thread.sleep(patience.pauseAfter(busyFor(5))); // to the end of the second
        Failure failure = assertThrows(Failure.class, () -> patience.pauseAfter(FAILURE));
        assertEquals("The stream broke. No new row could be stored for 1 s (--patience-seconds).",
                failure.getMessage());
        assertFalse(failure instanceof TransientFailure);
        assertTrue(failure.isResumable(), "the same command may find that it has passed");
        assertSame(FAILURE, failure.getCause());
    }

    @Test void newRowsGiveItAllItsTimeAgain() throws Exception {
        Patience patience = new Patience(1);
        Thread.sleep(patience.pauseAfter(busyFor(5))); // to the end of the second
        patience.renew();
        assertEquals(100, patience.pauseAfter(FAILURE));
    }

    /** Lost commits: there is nothing to wait for, but it must not go on for ever. */
    @Test void aFailureForTheNextAttemptNeedsNoPauseButThePatienceGoesOn() throws Exception {
        TransientFailure lost = TransientFailure.atOnce("Rows are lost.");
        Patience patience = new Patience(1);
        assertEquals(0, patience.pauseAfter(lost));
        Thread.sleep(patience.pauseAfter(busyFor(5))); // to the end of the second
        assertThrows(Failure.class, () -> patience.pauseAfter(lost));
    }

    @Test void withoutPatienceTheFirstFailureEndsTheJob() {
        assertThrows(Failure.class, () -> new Patience(0).pauseAfter(FAILURE));
    }
}
