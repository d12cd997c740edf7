package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import powerball.database.Failure;
import powerball.database.TransientFailure;

/** What the ingest's recovery rests on, without a process: its patience, and what is committed. */
class RecoveryTest {

    private static final TransientFailure LOCKED = new TransientFailure("The file is locked.");

    @Test void pausesGrowToFiveSecondsAndBeginAnewAfterANewRow() throws Failure {
        Patience patience = new Patience(60);
        List<Long> pauses = new ArrayList<>();
        for (int failure = 0; failure < 7; failure++) {
            pauses.add(patience.pauseAfter(LOCKED));
        }
        assertEquals(List.of(100L, 300L, 900L, 2700L, 5000L, 5000L, 5000L), pauses);
        patience.renew();
        assertEquals(100, patience.pauseAfter(LOCKED));
    }

    @Test void aServerMaySayWhenToAskAgain() throws Failure {
        Patience patience = new Patience(60);
        assertEquals(7000, patience.pauseAfter(new TransientFailure(7, "It is busy.")));
        assertEquals(300, patience.pauseAfter(LOCKED));
    }

    @Test void theLastAttemptIsMadeWhenPatienceIsAtItsEnd() throws Failure {
        long pause = new Patience(2).pauseAfter(new TransientFailure(3600, "It is busy."));
        assertTrue(pause > 1900 && pause <= 2000, "pause: " + pause);
    }

    @Test void withoutPatienceTheFirstFailureIsTheLast() {
        Failure failure = assertThrows(Failure.class, () -> new Patience(0).pauseAfter(LOCKED));
        assertEquals("The file is locked. For 0 s (--patience-seconds), no new row could be"
                + " stored.", failure.getMessage());
        assertTrue(failure.isMendable());
    }

    @Test void commitsAddUpAndCanBeLostOneByOne() {
        Commits commits = new Commits();
        assertEquals(0, commits.rows());
        assertNull(commits.lastId());
        commits.add(10, 2, "id 9");
        commits.add(5, 0, "id 14");
        assertEquals(15, commits.rows());
        assertEquals(2, commits.alreadyThere());
        assertEquals("id 14", commits.lastId());
        commits.forgetLast();
        assertEquals(10, commits.rows());
        assertEquals("id 9", commits.lastId());
        commits.forgetLast();
        assertEquals(0, commits.rows());
        assertNull(commits.lastId());
    }

    /** A job may run for days: what it remembers is bounded, and beyond that it begins anew. */
    @Test void ofManyCommitsOnlyTheLastThousandAreRemembered() {
        Commits commits = new Commits();
        for (int second = 1; second <= 5_000; second++) {
            commits.add(1, 0, "id " + second);
        }
        assertEquals(5_000, commits.rows());
        for (int lost = 0; lost < 999; lost++) {
            commits.forgetLast();
        }
        assertEquals(4_001, commits.rows());
        commits.forgetLast();
        assertEquals(0, commits.rows());
    }
}
