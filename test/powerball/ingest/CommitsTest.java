package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Iterator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many rows are stored, and how far a job goes back when a database has lost commits. */
class CommitsTest {

    private final Commits commits = new Commits();

    @Test void beforeTheFirstCommitThereIsNothing() {
        assertHolds(0, 0);
        assertEquals(Optional.empty(), commits.last());
        assertFalse(commits.newestFirst().hasNext());
    }

    @Test void rowsAreAddedUp() {
        add(1000, 0, "a");
        add(500, 200, "b");
        assertHolds(1500, 200);
        assertEquals("b", commits.last().orElseThrow().lastRow()[0]);
    }

    @Test void aJobGoesBackToTheNewestCommitThatIsThere() {
        add(1000, 10, "a");
        add(500, 20, "b");
        add(300, 30, "c");
        Iterator<Commits.Commit> newestFirst = commits.newestFirst();
        assertEquals("c", newestFirst.next().lastRow()[0]);
        assertEquals("b", newestFirst.next().lastRow()[0]);
        commits.goBackTo(newestFirst.next());
        assertHolds(1000, 10);
        add(700, 0, "d");
        assertHolds(1700, 10);
        assertEquals("d", commits.last().orElseThrow().lastRow()[0]);
    }

    /** A job of days must not fill the memory. */
    @Test void onlyTheLastThousandAreKept() {
        for (int i = 1; i <= 100_000; i++) {
            add(10, 1, "id " + i);
        }
        assertHolds(1_000_000, 100_000);
        Iterator<Commits.Commit> newestFirst = commits.newestFirst();
        IntStream.range(0, 999).forEach(i -> newestFirst.next());
        commits.goBackTo(newestFirst.next());
        assertFalse(newestFirst.hasNext());
        assertHolds(990_010, 99_001);
    }

    private void add(long rows, long alreadyThere, String lastId) {
        commits.add(rows, alreadyThere, new Object[] {lastId});
    }

    private void assertHolds(long rows, long alreadyThere) {
        assertEquals(rows, commits.rows());
        assertEquals(alreadyThere, commits.alreadyThere());
    }
}
