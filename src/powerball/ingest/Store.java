package powerball.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import powerball.database.Database;
import powerball.database.Failure;
import powerball.database.Inserter;
import powerball.database.StoredRows;
import powerball.database.Table;
import powerball.database.TransientFailure;

/**
 * Stores rows in transactions of about a second. When the database fails, the transaction is given
 * up and the connection closed; the next attempt opens it again.
 *
 * <p><b>A lost acknowledgement.</b> If the connection breaks while a commit is under way, nothing
 * here tells whether it was carried out. Its rows then count as not committed: they are asked for
 * and sent again, and those that are there are skipped, as {@code transaction_id} is the primary
 * key. Either way each row is there once; they are only counted as "already there".
 *
 * <p><b>Reading back.</b> Rather than inspect the table's definition, each transaction reads rows
 * back: the last new row of the commits before, its own first rows, and the first batch of which
 * the database has skipped rows. If rows differ from those that were sent, the job ends, whatever
 * the reason: the table, a trigger, another stream under the same ids ({@link StoredRows}). If the
 * row of the commits before is missing, commits were lost, even where a pooler hides that another
 * server has taken over: then the job goes back as far as it must ({@link Commits}).
 *
 * <p>All of it runs on one thread.
 */
final class Store {

    private static final long COMMIT_MILLIS = 900; // plus the commit: at least once a second
    private static final long MILLIS_FOR_OTHERS = 10;

    private final Database database;
    private final Commits commits = new Commits();
    private final List<Object[]> waitingRows = new ArrayList<>();
    private long mostCommitted;

    private Connection connection; // null while it is closed
    private Inserter inserter;
    private StoredRows storedRows;
    private Transaction transaction; // null while there is none

    /** The rows that have been sent since the last commit. */
    private static final class Transaction {
        private final long startNanos = System.nanoTime();
        private long rows;
        private long alreadyThere;
        private Optional<Commits.NewRow> lastNew = Optional.empty();
        private boolean hasComparedSkipped;
    }

    Store(Database database) {
        this.database = database;
    }

    /** How many rows of the job are committed. */
    long committed() {
        return commits.last().rows();
    }

    /** The most that have ever been committed: some may have been lost since. */
    long mostCommitted() {
        return mostCommitted;
    }

    /** How many of the committed rows were there before. */
    long alreadyThere() {
        return commits.last().alreadyThere();
    }

    /** How many rows of the job are committed, or sent in the open transaction. */
    long sent() {
        return committed() + (transaction == null ? 0 : transaction.rows);
    }

    /** Takes rows in their order, the first one being the first that is not committed. */
    void add(List<Object[]> rows) throws Failure {
        if (rows.isEmpty()) return;
        if (transaction == null) transaction = new Transaction();
        waitingRows.addAll(rows);
        if (waitingRows.size() >= database.dialect().rowsPerBatch()) send();
    }

    /** Commits about once a second, and gives other programs a turn. */
    void commitIfDue() throws Failure, InterruptedException {
        if (transaction == null) return;
        long age = System.nanoTime() - transaction.startNanos;
        if (age < TimeUnit.MILLISECONDS.toNanos(COMMIT_MILLIS)) return;
        commit();
        // SQLite checks only ten times a second whether a lock that it waits for is free.
        Thread.sleep(MILLIS_FOR_OTHERS);
    }

    /** Commits the rows that have come, if there are any. */
    void commit() throws Failure {
        if (transaction == null) return;
        send();
        inDatabase(() -> database.commit(connection));
        commits.add(transaction.rows, transaction.alreadyThere, transaction.lastNew);
        mostCommitted = Math.max(mostCommitted, committed());
        transaction = null;
    }

    /** Makes the table if it is missing. Storing rows makes it anyway. */
    void makeTable() throws Failure {
        inDatabase(this::open);
    }

    private void send() throws Failure {
        if (waitingRows.isEmpty()) return;
        inDatabase(() -> {
            open();
            database.begin(connection);
            int rows = waitingRows.size();
            int skipped = rows - inserter.insert(waitingRows);
            compare(skipped);
            transaction.rows += rows;
            transaction.alreadyThere += skipped;
            if (skipped == 0) {
                Object[] lastRow = waitingRows.get(rows - 1);
                transaction.lastNew = Optional.of(new Commits.NewRow(lastRow, sent()));
            }
            waitingRows.clear();
        });
    }

    /** Not before there are rows, so that no empty database is left if no server answers. */
    private void open() throws SQLException, Failure {
        if (connection != null) return;
        connection = database.openToWrite();
        List<String> types = Table.askOrMake(connection, database.dialect());
        String reason = database.dialect().skipsNewRowsBecause(connection);
        if (!reason.isEmpty()) {
            throw Failure.resumable(Table.REFUSES_ROWS, database.name(), reason);
        }
        inserter = database.dialect().inserter(connection, types);
        storedRows = new StoredRows(connection, database.name());
    }

    /** Reads back rows of the batch that was just sent, of which the database has skipped some. */
    private void compare(int skipped) throws SQLException, Failure {
        if (transaction.rows == 0) {
            Optional<Commits.NewRow> lastNew = commits.last().lastNew();
            if (lastNew.isPresent() && !isThere(lastNew.get())) throw goBack();
            int first = Math.min(StoredRows.ROWS_AT_ONCE, waitingRows.size());
            storedRows.compare(waitingRows.subList(0, first), sent(), skipped == 0);
        }
        if (skipped > 0 && !transaction.hasComparedSkipped) {
            transaction.hasComparedSkipped = true;
            storedRows.compare(waitingRows, sent(), false);
        }
    }

    private boolean isThere(Commits.NewRow committed) throws SQLException, Failure {
        return storedRows.holds(committed.row(), committed.number());
    }

    /** Goes back to the newest commit whose last new row is there. */
    private Failure goBack() throws SQLException, Failure {
        connection.rollback();
        Iterator<Commits.Commit> newestFirst = commits.newestFirst();
        while (newestFirst.hasNext()) {
            Commits.Commit commit = newestFirst.next();
            boolean isKept = commit.lastNew().isEmpty() || isThere(commit.lastNew().get());
            if (!isKept) continue;
            long lost = committed() - commit.rows();
            commits.goBackTo(commit);
            return TransientFailure.atOnce("%,d rows that were committed are not in %s any more."
                    + " Asking for them again.", lost, database.name());
        }
        commits.forgetAll();
        return Failure.resumable("The rows that were committed are not in %s any more, not even"
                + " those of the first commits.", database.name());
    }

    private interface Work {
        void run() throws SQLException, Failure;
    }

    private void inDatabase(Work work) throws Failure {
        try {
            work.run();
        } catch (SQLException e) {
            giveUp();
            throw database.explain(e, Table.REFUSES_ROWS);
        } catch (Failure e) {
            giveUp();
            throw e;
        }
    }

    /** Gives the transaction up. Closing its connection rolls it back. */
    private void giveUp() {
        waitingRows.clear();
        transaction = null;
        close();
    }

    void close() {
        try {
            if (connection != null) connection.close();
        } catch (SQLException e) {
            // Nothing is lost: all that is reported as stored is committed.
        }
        connection = null;
    }
}
