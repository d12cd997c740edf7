package powerball.ingest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * The commits of a job, each with its last row. A database may lose commits, when a machine takes
 * over that has not heard of them all, or when one crashes that had not written them yet. They are
 * lost from the end, so where a commit's last row is still there, nothing before it is lost.
 */
final class Commits {

    private static final int MAX_KEPT = 1000; // a commit a second: a quarter of an hour

    /** Rows and those among them that were there before, in this commit and all before it. */
    record Commit(long rows, long alreadyThere, Object[] lastRow) {
    }

    private final Deque<Commit> kept = new ArrayDeque<>();

    /** How many rows of the job are committed. */
    long rows() {
        return last().map(Commit::rows).orElse(0L);
    }

    /** How many of them were in the table before they were sent to it. */
    long alreadyThere() {
        return last().map(Commit::alreadyThere).orElse(0L);
    }

    Optional<Commit> last() {
        return Optional.ofNullable(kept.peekLast());
    }

    void add(long rows, long alreadyThere, Object[] lastRow) {
        kept.addLast(new Commit(rows() + rows, alreadyThere() + alreadyThere, lastRow));
        if (kept.size() > MAX_KEPT) kept.removeFirst();
    }

    /** The commits, of up to a thousand, the newest first. */
    Iterator<Commit> newestFirst() {
        return kept.descendingIterator();
    }

    /** Forgets the commits after this one. */
    void goBackTo(Commit commit) {
        while (kept.getLast() != commit) {
            kept.removeLast();
        }
    }

    void forgetAll() {
        kept.clear();
    }
}
