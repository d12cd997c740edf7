package powerball.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import powerball.database.Database;
import powerball.database.Failure;
import powerball.database.Inserter;
import powerball.database.Table;

/**
 * Stores rows in transactions of about a second. When the database fails, the transaction is given
 * up and the connection closed; the next attempt opens it again.
 *
 * <p><b>A lost acknowledgement.</b> If the connection breaks while a commit is under way, nobody
 * here knows whether it was carried out. Its rows then count as not committed: they are asked for
 * and sent again, and those that are there are skipped, as {@code transaction_id} is the primary
 * key. Either way each row is there once; they are only counted as "already there".
 *
 * <p><b>Lost commits.</b> After a connection was lost, {@link #firstMissingRow} looks whether the
 * last committed row is still there, and goes back as far as it must ({@link Commits}).
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

    private boolean isInTransaction;
    private long transactionStartNanos;
    private long rowsInTransaction; // those that are waiting not included
    private long alreadyThereInTransaction;
    private String lastIdInTransaction;
    private String firstIdOfJob;

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

    /** The id of the job's first row; null until it has come. */
    String firstIdOfJob() {
        return firstIdOfJob;
    }

    /** The first row of the job that is not in the database, counted from 0. */
    long firstMissingRow() throws Failure {
        boolean wasLost = connection == null && committed() > 0;
        if (!wasLost) return committed();
        try {
            open();
            while (commits.lastId() != null && !isStored(commits.lastId())) {
                commits.forgetLast();
            }
        } catch (SQLException e) {
            throw givenUp(database.explain(e));
        }
        return committed();
    }

    private boolean isStored(String id) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(Table.findStatement())) {
            find.setString(1, id);
            try (ResultSet found = find.executeQuery()) {
                return found.next();
            }
        }
    }

    void add(List<Object[]> rows) throws Failure {
        if (rows.isEmpty()) return;
        if (firstIdOfJob == null) firstIdOfJob = (String) rows.get(0)[0];
        if (!isInTransaction) {
            isInTransaction = true;
            transactionStartNanos = System.nanoTime();
        }
        waitingRows.addAll(rows);
        if (waitingRows.size() >= database.dialect().rowsPerBatch()) send();
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
        try {
            database.commit(connection);
        } catch (SQLException e) {
            throw givenUp(database.explain(e));
        } catch (Failure e) {
            throw givenUp(e);
        }
        if (rowsInTransaction > 0) {
            commits.add(rowsInTransaction, alreadyThereInTransaction, lastIdInTransaction);
            everCommitted += rowsInTransaction;
        }
        forgetTransaction();
    }

    private void send() throws Failure {
        try {
            // Not earlier, so that no empty database is left behind if no server answers.
            if (connection == null) open();
            database.begin(connection);
            insertWaitingRows();
        } catch (SQLException e) {
            throw givenUp(database.explain(e));
        } catch (Failure e) {
            throw givenUp(e);
        }
    }

    private void open() throws SQLException, Failure {
        connection = database.openToWrite();
        inserter = database.dialect().inserter(connection);
    }

    private void insertWaitingRows() throws SQLException {
        if (waitingRows.isEmpty()) return;
        int rows = waitingRows.size();
        int rowsStored = inserter.insert(waitingRows);
        rowsInTransaction += rows;
        alreadyThereInTransaction += rows - rowsStored;
        lastIdInTransaction = (String) waitingRows.get(rows - 1)[0];
        waitingRows.clear();
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
