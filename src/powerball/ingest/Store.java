package powerball.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import powerball.database.Database;
import powerball.database.Failure;
import powerball.database.Inserter;
import powerball.database.StoredRows;

/**
 * Stores rows in transactions of about a second. When the database fails, the transaction is given
 * up and the connection closed; the next attempt opens it again.
 *
 * <p><b>A lost acknowledgement.</b> If the connection breaks while a commit is under way, nobody
 * here knows whether it was carried out. Its rows then count as not committed: they are asked for
 * and sent again, and those that are there are skipped, as {@code transaction_id} is the primary
 * key. Either way each row is there once; they are only counted as "already there".
 *
 * <p><b>Lost commits.</b> After a connection was lost, {@link #forgetLostCommits} looks whether the
 * last committed row is still there, and goes back as far as it must ({@link Commits}).
 *
 * <p><b>Other rows.</b> Two servers behind one address, or a list of names that was edited, give
 * one id to different rows. So a row that is already there is not only skipped but compared
 * ({@link StoredRows}): the last committed row, which each attempt begins with, and, once in each
 * transaction that skips rows, all that are sent to the database at once, a thousand or more.
 *
 * <p>All of it runs on one thread.
 */
final class Store {

    private static final long COMMIT_MILLIS = 900; // plus the commit: at least once a second
    private static final long MILLIS_FOR_OTHERS = 10;

    private final Database database;
    private final Commits commits = new Commits();
    private final List<Object[]> waitingRows = new ArrayList<>();
    private long everCommitted;

    private Connection connection; // null while it is closed
    private Inserter inserter;
    private StoredRows storedRows;

    private long committedRowsToCome; // in this attempt
    private boolean hasOnlyCompared; // since the last new row
    private boolean isInTransaction;
    private long transactionStartNanos;
    private long rowsInTransaction; // those that are waiting not included
    private long alreadyThereInTransaction;
    private boolean hasComparedInTransaction;
    private String lastIdInTransaction;

    Store(Database database) {
        this.database = database;
    }

    /** How many rows of the job are committed. */
    long committed() {
        return commits.rows();
    }

    /** The same, with those that the database has lost since: it only grows. */
    long everCommitted() {
        return everCommitted;
    }

    /** How many of the committed rows were there before. */
    long alreadyThere() {
        return commits.alreadyThere();
    }

    /** How many rows of the job are committed, or have been sent to the database to be. */
    long sent() {
        return commits.rows() + rowsInTransaction;
    }

    /** Forgets commits that the database has lost. Returns how many rows they had. */
    long forgetLostCommits() throws Failure {
        long before = committed();
        boolean wasConnectionLost = connection == null && before > 0;
        if (!wasConnectionLost) return 0;
        inDatabase(() -> {
            open();
            while (commits.lastId() != null && !storedRows.hasId(commits.lastId())) {
                commits.forgetLast();
            }
            database.commit(connection); // what has only been read is no transaction to wait in
        });
        return before - committed();
    }

    /**
     * Begins an attempt. Returns the row of the job to ask for, counted from 0: the last committed
     * one, to be compared. Only if the attempt before has got no further than that, the next one:
     * otherwise a server that breaks after each row would never bring another.
     *
     * @param highest the highest row that a server can begin with; 0 or more
     */
    long beginAttempt(long highest) {
        boolean comparesLast = commits.lastId() != null && !hasOnlyCompared;
        long firstRow = Math.min(comparesLast ? committed() - 1 : committed(), highest);
        committedRowsToCome = committed() - firstRow;
        return firstRow;
    }

    /** Takes rows of the attempt that has begun, in their order. */
    void add(List<Object[]> rows) throws Failure {
        int stored = (int) Math.min(committedRowsToCome, rows.size());
        committedRowsToCome -= stored;
        if (stored > 0 && committedRowsToCome == 0) {
            inDatabase(() -> compareWithLast(rows.get(stored - 1)));
        }
        if (stored == rows.size()) return;

        if (!isInTransaction) {
            isInTransaction = true;
            transactionStartNanos = System.nanoTime();
        }
        waitingRows.addAll(rows.subList(stored, rows.size()));
        if (waitingRows.size() >= database.dialect().rowsPerBatch()) send();
    }

    private void compareWithLast(Object[] row) throws SQLException, Failure {
        hasOnlyCompared = true;
        if (!commits.lastId().equals(row[0])) {
            throw new Failure("The server was asked for row %,d, whose id is %s, and sends %s:"
                    + " it cannot resume this stream.", committed(), commits.lastId(), row[0]);
        }
        if (connection == null) open();
        storedRows.compare(List.<Object[]>of(row), committed() - 1);
        database.commit(connection); // of reading; see above
    }

    /** Commits about once a second, and gives other programs a turn. */
    void commitIfDue() throws Failure, InterruptedException {
        long age = System.nanoTime() - transactionStartNanos;
        if (!isInTransaction || age < TimeUnit.MILLISECONDS.toNanos(COMMIT_MILLIS)) return;
        commit();
        // SQLite checks only ten times a second whether a lock that it waits for is free.
        Thread.sleep(MILLIS_FOR_OTHERS);
    }

    /** Commits what has come, if anything has. */
    void commitReceived() throws Failure {
        if (isInTransaction) commit();
    }

    /** Commits; afterwards there is a table, even if there were no rows. */
    void commit() throws Failure {
        send();
        inDatabase(() -> database.commit(connection));
        if (rowsInTransaction > 0) {
            commits.add(rowsInTransaction, alreadyThereInTransaction, lastIdInTransaction);
            everCommitted += rowsInTransaction;
            hasOnlyCompared = false;
        }
        forgetTransaction();
    }

    private void send() throws Failure {
        inDatabase(() -> {
            // Not earlier, so that no empty database is left behind if no server answers.
            if (connection == null) open();
            database.begin(connection);
            insertWaitingRows();
        });
    }

    private void open() throws SQLException, Failure {
        connection = database.openToWrite();
        inserter = database.dialect().inserter(connection);
        storedRows = new StoredRows(connection);
    }

    private void insertWaitingRows() throws SQLException, Failure {
        if (waitingRows.isEmpty()) return;
        int rows = waitingRows.size();
        int rowsStored = inserter.insert(waitingRows);
        if (rowsStored < rows && !hasComparedInTransaction) {
            hasComparedInTransaction = true;
            storedRows.compare(waitingRows, sent());
        }
        rowsInTransaction += rows;
        alreadyThereInTransaction += rows - rowsStored;
        lastIdInTransaction = (String) waitingRows.get(rows - 1)[0];
        waitingRows.clear();
    }

    private interface Work {
        void run() throws SQLException, Failure;
    }

    private void inDatabase(Work work) throws Failure {
        try {
            work.run();
        } catch (SQLException e) {
            throw givenUp(database.explain(e));
        } catch (Failure e) {
            throw givenUp(e);
        }
    }

    /** Gives the transaction up by closing its connection. Returns the failure, to be thrown. */
    private Failure givenUp(Failure failure) {
        forgetTransaction();
        close();
        return failure;
    }

    private void forgetTransaction() {
        waitingRows.clear();
        isInTransaction = false;
        rowsInTransaction = 0;
        alreadyThereInTransaction = 0;
        hasComparedInTransaction = false;
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
