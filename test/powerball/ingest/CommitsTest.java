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
        assertHolds(0, 0, Optional.empty());
        assertFalse(commits.newestFirst().hasNext());
    }

    @Test void rowsAreAddedUp() {
        add(1000, 0, "a");
        add(500, 200, "b");
        assertHolds(1500, 200, Optional.of("b"));
    }

    /** A row that was there before would be there, too, if the commits before it were lost. */
    @Test void aCommitThatAddsNoRowIsKeptByTheOneBefore() {
        commits.add(1000, 1000, Optional.empty());
        assertHolds(1000, 1000, Optional.empty());
        add(500, 200, "b");
        commits.add(300, 300, Optional.empty());
        assertHolds(1800, 1500, Optional.of("b"));
    }

    @Test void aJobGoesBackToTheNewestCommitThatIsThere() {
        add(1000, 10, "a");
        add(500, 20, "b");
        add(300, 30, "c");
        Iterator<Commits.Commit> newestFirst = commits.newestFirst();
        assertEquals(Optional.of("c"), lastNew(newestFirst.next()));
        assertEquals(Optional.of("b"), lastNew(newestFirst.next()));
        commits.goBackTo(newestFirst.next());
        assertHolds(1000, 10, Optional.of("a"));
        add(700, 0, "d");
        assertHolds(1700, 10, Optional.of("d"));
    }

    /** A job of days must not fill the memory. */
    @Test void onlyTheLastThousandAreKept() {
        for (int i = 1; i <= 100_000; i++) {
            add(10, 1, "id " + i);
        }
        assertHolds(1_000_000, 100_000, Optional.of("id 100000"));
        Iterator<Commits.Commit> newestFirst = commits.newestFirst();
        IntStream.range(0, 999).forEach(i -> newestFirst.next());
        commits.goBackTo(newestFirst.next());
        assertFalse(newestFirst.hasNext());
        assertHolds(990_010, 99_001, Optional.of("id 99001"));
    }

    private void add(long rows, long alreadyThere, String lastNew) {
        Object[] row = {lastNew};
        commits.add(rows, alreadyThere, Optional.of(new Commits.NewRow(row, rows)));
    }

    private static Optional<Object> lastNew(Commits.Commit commit) {
        return commit.lastNew().map(last -> last.row()[0]);
    }

    private void assertHolds(long rows, long alreadyThere, Optional<String> lastNew) {
        assertEquals(rows, commits.last().rows());
        assertEquals(alreadyThere, commits.last().alreadyThere());
        assertEquals(lastNew, lastNew(commits.last()));
    }
}
