package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/**
 * Where the tickets are: a file for SQLite, or what a JDBC URL leads to. Its connections are for
 * one thread; so is it, but for {@link #loadDriverMeanwhile}.
 */
public interface Database {

    /**
     * The database that somebody has named.
     *
     * @throws IllegalArgumentException if it is neither a path nor a URL that is accepted; the
     * message repeats nothing of it that may be a password
     */
    static Database named(String db) {
        boolean isUrl = db.strip().toLowerCase(Locale.ROOT).startsWith("jdbc:");
        return isUrl ? DatabaseServer.at(db) : SqliteFile.at(db);
    }

    /** Refuses a URL of a database in any other place than behind --db, without repeating it. */
    static void refuseMisplacedUrl(String[] typed) {
        String before = "";
        for (String word : typed) {
            boolean isUrl = word.toLowerCase(Locale.ROOT).contains("jdbc:");
            boolean isInPlace = before.equals("--db") || word.startsWith("--db=");
            if (isUrl && !isInPlace) {
                throw new IllegalArgumentException("a JDBC URL must be given as --db URL");
            }
            before = word;
        }
    }

    /** The name by which people know it: what they gave with --db. */
    String name();

    Dialect dialect();

    /**
     * Begins to load the driver on another thread. Whoever opens the database waits for the end.
     */
    default void loadDriverMeanwhile() {
        Thread loader = new Thread(() -> {
            try {
                loadDriver();
            } catch (SQLException | Failure e) {
                // Whoever opens the database meets it again.
            }
        }, "driver");
        loader.setDaemon(true);
        loader.start();
    }

    /** Loads the driver, unless it is loaded. */
    void loadDriver() throws SQLException, Failure;

    /** A connection for storing rows, to a database in which the table has been made or checked. */
    Connection openToWrite() throws SQLException, Failure;

    /** A connection for reading, to a database that has a table of this name. */
    Connection openToRead() throws SQLException, Failure;

    /** Begins a transaction, if none is under way. */
    void begin(Connection connection) throws SQLException;

    /** Commits, unless it can be seen that the rows would be lost. */
    void commit(Connection connection) throws SQLException, Failure;

    /** What a failure means. It is a {@link TransientFailure} if it can pass. */
    Failure explain(SQLException failure);

    /** The same connection, if there is a table to be read through it. Otherwise it is closed. */
    default Connection readable(Connection connection) throws SQLException, Failure {
        try {
            if (!Table.exists(connection)) {
                throw Failure.mendable("%s has no table %s. The ingest makes it.",
                        name(), Table.NAME);
            }
            dialect().beginToRead(connection);
            return connection;
        } catch (SQLException | Failure e) {
            closeAfter(e, connection);
            throw e;
        }
    }

    /** Closes a connection that nobody will use, as something has failed. */
    static void closeAfter(Exception failure, Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }
}
