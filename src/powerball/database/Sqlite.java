package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** SQLite. How its file is opened is in {@link SqliteFile}. */
final class Sqlite implements Dialect {

    static final String URL = "jdbc:sqlite:";

    /** SQLite's error codes for a locked file: busy, and a lost race for the lock of the log. */
    private static final Set<Integer> LOCKED = Set.of(5, 15);
    /** SQLite's error codes for a statement: an error in it, a constraint, a type. */
    private static final Set<Integer> OF_STATEMENT = Set.of(1, 19, 20);

    @Override public Map<String, String> driversByPrefix() {
        return Map.of(URL, "org.sqlite.JDBC");
    }

    @Override public String driverCoordinate() {
        return "org.xerial:sqlite-jdbc";
    }

    @Override public boolean hasPasswords() {
        return false;
    }

    @Override public Inserter inserter(Connection connection, List<String> types)
            throws SQLException {
        return new ValuesInserter(connection, this, 64); // twice as fast as one row each
    }

    /** There is no way to a server to save, and more rows would leave the processor's cache. */
    @Override public int rowsPerBatch() {
        return 1024;
    }

    /**
     * Mode 32774 (0x8006): read, write, create, and no mutex, as only one thread uses it.
     * Synchronous FULL: a commit returns when it is on disk, so it survives a power cut. Pages of
     * 8 KB take half the calls of the usual 4 KB, and a cache of 8 MB is as fast as one of 64. A
     * transaction begins by waiting for the write lock. With generated keys, the driver would query
     * one after every statement, which leaves a quarter of the speed.
     */
    @Override public Map<String, String> properties(String url) {
        return Map.of("open_mode", "32774", "synchronous", "FULL", "page_size", "8192",
                "cache_size", "-8192", "transaction_mode", "IMMEDIATE", "busy_timeout", "5000",
                "jdbc.get_generated_keys", "false");
    }

    @Override public void beginToRead(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }

    @Override public boolean isFinal(SQLException failure) {
        return !LOCKED.contains(failure.getErrorCode());
    }

    @Override public boolean isOfStatement(SQLException failure) {
        return OF_STATEMENT.contains(failure.getErrorCode());
    }
}
