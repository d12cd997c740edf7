package powerball.ingest;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The commits of a job, each with the id of its last row. A database of many machines may lose
 * commits, when a machine takes over that has not heard of them all. It has heard of them in order,
 * so where a commit's last row is still there, nothing before it is lost.
 */
final class Commits {

    private static final int MAX_KEPT = 1000; // a commit a second: a quarter of an hour
    private static final Commit NONE = new Commit(0, 0, null);

    private record Commit(long rows, long alreadyThere, String lastId) {
    }

    private final Deque<Commit> kept = new ArrayDeque<>();

    /** How many rows of the job are committed. */
    long rows() {
        return last().rows;
    }

    /** How many of them were in the table before they were sent to it. */
    long alreadyThere() {
        return last().alreadyThere;
    }

    /** The id of the last committed row; null if none is known. */
    String lastId() {
        return last().lastId;
    }

    void add(long rows, long alreadyThere, String lastId) {
        kept.addLast(new Commit(rows() + rows, alreadyThere() + alreadyThere, lastId));
        if (kept.size() > MAX_KEPT) kept.removeFirst();
    }

    /** The last commit was lost. Beyond those that are kept, the job begins anew. */
    void forgetLast() {
        kept.pollLast();
    }

    private Commit last() {
        return kept.isEmpty() ? NONE : kept.getLast();
    }
}
