package powerball.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * A database in a file, opened by the driver's own copy of SQLite, in write-ahead log mode: readers
 * and the writer do not wait for each other, and a commit returns when it is on the disk. Where a
 * file system has no shared memory, as the log needs, it is the rollback journal: just as safe, but
 * readers wait.
 */
final class SqliteFile implements Database {

    private static final int IO_ERROR = 10; // SQLite's error code
    private static final String NO_KEY = "no such file";

    /** Mode 1: only read, so that no file is made where there is none. */
    private static final Map<String, String> TO_READ =
            Map.of("open_mode", "1", "busy_timeout", "5000");
    /** Mode 32770: as {@link Sqlite#properties}, but no file is made. */
    private static final String WITHOUT_CREATE = "32770";
    /** An exclusive connection needs no shared memory. Other settings would read first. */
    private static final Map<String, String> ALONE = Map.of("locking_mode", "EXCLUSIVE");

    private final Dialect dialect = new Sqlite();
    private final Path path;
    private String fileKey = NO_KEY; // until the file has been opened once

    private SqliteFile(Path path) {
        this.path = path;
    }

    static Database at(String db) {
        try {
            if (!db.isEmpty() && !db.contains("?")) return new SqliteFile(Path.of(db));
            throw new IllegalArgumentException(Database.accepted());
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(Database.accepted() + ": " + e.getReason(), e);
        }
    }

    @Override public String name() {
        return path.toString();
    }

    @Override public Dialect dialect() {
        return dialect;
    }

    @Override public Connection openToWrite() throws Failure {
        loadDriver();
        if (!fileKey.equals(NO_KEY)) refuseReplacedFile();
        try {
            Connection connection = openWithLog();
            fileKey = key();
            return connection;
        } catch (SQLException e) {
            throw explain(e);
        }
    }

    private Connection openWithLog() throws SQLException {
        try {
            return switchedToLog(connect(toWrite()));
        } catch (SQLException e) {
            if (e.getErrorCode() != IO_ERROR) throw e;
            return openWithJournal();
        }
    }

    /** Without shared memory, the pragma succeeds, but every later statement fails. */
    private static Connection switchedToLog(Connection connection) throws SQLException {
        try {
            Dialect.answers("PRAGMA journal_mode = WAL", connection);
            Dialect.answers("SELECT count(*) FROM sqlite_master", connection);
            return connection;
        } catch (SQLException e) {
            Database.closeAfter(e, connection);
            throw e;
        }
    }

    private Connection openWithJournal() throws SQLException {
        try (Connection alone = connect(ALONE)) {
            Dialect.answers("PRAGMA journal_mode = DELETE", alone);
        }
        return connect(toWrite());
    }

    /** Makes the file only the first time: if it is missing later, it was removed. */
    private Map<String, String> toWrite() {
        Map<String, String> settings = new HashMap<>(dialect.properties(Sqlite.URL));
        if (!fileKey.equals(NO_KEY)) settings.put("open_mode", WITHOUT_CREATE);
        return settings;
    }

    @Override public Connection openToRead() throws Failure {
        loadDriver();
        if (!Files.exists(path)) {
            throw Failure.resumable("%s does not exist. The ingest makes it.", name());
        }
        try {
            Connection connection = connect(TO_READ);
            dialect.beginToRead(connection);
            return connection;
        } catch (SQLException e) {
            throw explain(e);
        }
    }

    private void loadDriver() throws Failure {
        try {
            Class.forName(dialect.driversByPrefix().get(Sqlite.URL));
        } catch (ClassNotFoundException e) {
            throw Failure.resumable("The SQLite driver is not in lib/. Run ./build.sh once.");
        }
    }

    private Connection connect(Map<String, String> settings) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(settings);
        return DriverManager.getConnection(Sqlite.URL + path.toAbsolutePath(), properties);
    }

    /**
     * Turning autocommit on commits, as JDBC specifies. After commit(), the driver would take the
     * lock for the next transaction at once, and no other program could ever write.
     */
    @Override public void commit(Connection connection) throws SQLException, Failure {
        refuseReplacedFile();
        connection.setAutoCommit(true);
    }

    /** SQLite does not notice that a file is gone, and would go on writing to it. */
    private void refuseReplacedFile() throws Failure {
        if (key().equals(fileKey)) return;
        throw Failure.resumable("%s was removed or replaced during the run, so some stored"
                + " rows may be gone.", name());
    }

    /** A file keeps its key as long as it exists. (On Windows, all files have the same key.) */
    private String key() {
        try {
            return String.valueOf(Files.getAttribute(path, "fileKey"));
        } catch (IOException e) {
            return NO_KEY;
        }
    }
}
