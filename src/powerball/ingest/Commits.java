package powerball.ingest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * The commits of a job. A database may lose commits, when a machine takes over that has not heard
 * of them all, or when one crashes that had not written them yet. The newest are lost first: where
 * a row that a commit has added is still there, nothing before it is lost. A row that was there
 * before says nothing.
 */
final class Commits {

    private static final int MAX_KEPT = 1000; // a commit a second: a quarter of an hour

    /** A row that was not there before, and its number in the job. */
    record NewRow(Object[] row, long number) {
    }

    /**
     * A commit.
     *
     * @param rows how many rows of the job are committed with it
     * @param alreadyThere how many of them were in the table before they were sent to it
     * @param lastNew the last row that it has added; if it has added none, the one of the commit
     * before
     */
    record Commit(long rows, long alreadyThere, Optional<NewRow> lastNew) {
    }

    private static final Commit NONE = new Commit(0, 0, Optional.empty());

    private final Deque<Commit> kept = new ArrayDeque<>();

    Commit last() {
        return kept.isEmpty() ? NONE : kept.getLast();
    }

    /** Takes how many rows a commit has, and how many of them were there before. */
    void add(long rows, long alreadyThere, Optional<NewRow> lastNew) {
        Commit before = last();
        kept.addLast(new Commit(before.rows + rows, before.alreadyThere + alreadyThere,
                lastNew.or(before::lastNew)));
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
