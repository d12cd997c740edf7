package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * SQLite. How its file is treated, and what its errors mean to people, is in {@link SqliteFile}.
 */
final class Sqlite implements Dialect {

    static final String URL = "jdbc:sqlite:";
    /** An open_mode, as in {@link #properties}, but without making a file. */
    static final String WITHOUT_CREATE = "32770";
    private static final int BUSY = 5; // SQLite's error codes
    private static final int PROTOCOL = 15; // lost the race for the lock of a log too often

    @Override public Map<String, String> driversByUrl() {
        return Map.of(URL, "org.sqlite.JDBC");
    }

    @Override public String exampleUrl() {
        return "powerball_data.db";
    }

    @Override public String driverCoordinate() {
        return "org.xerial:sqlite-jdbc";
    }

    @Override public boolean hasPasswords() {
        return false;
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

    @Override public boolean canPass(SQLException failure) {
        return failure.getErrorCode() == BUSY || failure.getErrorCode() == PROTOCOL;
    }
}
