package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** How many rows are stored, and how far a job goes back when a database has lost commits. */
class CommitsTest {

    private final Commits commits = new Commits();

    @Test void beforeTheFirstCommitThereIsNothing() {
        assertHolds(0, 0, null);
        commits.forgetLast();
        assertHolds(0, 0, null);
    }

    @Test void rowsAreAddedUp() {
        commits.add(1000, 0, "a");
        commits.add(500, 200, "b");
        assertHolds(1500, 200, "b");
    }

    @Test void eachLostCommitLeadsBackToTheOneBefore() {
        commits.add(1000, 10, "a");
        commits.add(500, 20, "b");
        commits.add(300, 30, "c");
        commits.forgetLast();
        assertHolds(1500, 30, "b");
        commits.forgetLast();
        assertHolds(1000, 10, "a");
        commits.add(700, 0, "d");
        assertHolds(1700, 10, "d");
    }

    @Test void whereAllAreLostTheJobBeginsAnew() {
        commits.add(1000, 10, "a");
        commits.add(500, 20, "b");
        commits.forgetLast();
        commits.forgetLast();
        assertHolds(0, 0, null);
        commits.add(1000, 0, "a");
        assertHolds(1000, 0, "a");
    }

    /** A job of days must not fill the memory; one that lost so much begins anew, and skips. */
    @Test void onlyTheLastThousandAreKept() {
        for (int i = 1; i <= 100_000; i++) {
            commits.add(10, 1, "id " + i);
        }
        assertHolds(1_000_000, 100_000, "id 100000");
        for (int lost = 1; lost < 1000; lost++) {
            commits.forgetLast();
        }
        assertHolds(990_010, 99_001, "id 99001");
        commits.forgetLast();
        assertHolds(0, 0, null);
    }

    private void assertHolds(long rows, long alreadyThere, String lastId) {
        assertEquals(rows, commits.rows());
        assertEquals(alreadyThere, commits.alreadyThere());
        if (lastId == null) assertNull(commits.lastId());
        assertEquals(lastId, commits.lastId());
    }
}
