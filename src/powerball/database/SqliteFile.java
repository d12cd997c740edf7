package powerball.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * A database in a file, opened by the driver's own copy of SQLite, in write-ahead log mode: readers
 * and the writer do not wait for each other, and a commit returns when it is on the disk.
 *
 * <p>Four things would destroy a database or lose rows without an error, and are looked for: a file
 * with two names ({@link #refuseHardLinks}), a file or a log that somebody has replaced meanwhile
 * ({@link #refuseReplacedFile}), a file system without shared memory ({@link #switchToLog}), and a
 * pipe, which would never answer ({@link #refuseOtherThanFile}).
 */
final class SqliteFile implements Database {

    private static final int IO_ERROR = 10; // SQLite's error codes
    private static final int FULL = 13;
    private static final int CANNOT_OPEN = 14;
    private static final int CONSTRAINT_FAILED = 19;
    private static final int NOT_A_DATABASE = 26;
    private static final String HOT_JOURNAL = "SQLITE_READONLY_ROLLBACK";

    /** Mode 1: only read, so that no file is made where there is none. */
    private static final Map<String, String> TO_READ =
            Map.of("open_mode", "1", "busy_timeout", "5000");
    /** An exclusive connection needs no shared memory. Other settings would read first. */
    private static final Map<String, String> ALONE = Map.of("locking_mode", "EXCLUSIVE");

    private final Dialect dialect = new Sqlite();
    private final Path path;
    private boolean isDriverLoaded;
    private SQLException loadFailure;
    private boolean hasWriteAheadLog;
    private String fileKeyAtFirst;
    private String logKeyWhenOpened;

    private SqliteFile(Path path) {
        this.path = path;
    }

    static Database at(String db) {
        if (db.matches(DatabaseServer.ALMOST_A_URL)) {
            throw new IllegalArgumentException(DatabaseServer.accepted());
        }
        try {
            Path path = Path.of(db);
            boolean isPlain = !path.toAbsolutePath().toString().contains("?");
            if (isPlain && db.equals(db.strip()) && !db.isEmpty()) return new SqliteFile(path);
            throw new IllegalArgumentException("--db must be a path without a question mark, and"
                    + " without a space at either end, not \"" + db + "\"");
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("--db must be a path that can be written in the"
                    + " locale's encoding, " + System.getProperty("sun.jnu.encoding") + ": "
                    + e.getReason(), e);
        }
    }

    @Override public String name() {
        return path.toString();
    }

    @Override public Dialect dialect() {
        return dialect;
    }

    // ---- To write -------------------------------------------------------------------------------

    @Override public Connection openToWrite() throws SQLException, Failure {
        loadDriver();
        refuseOtherThanFile();
        refuseHardLinks();
        if (fileKeyAtFirst != null) refuseReplacedFile("", fileKeyAtFirst);

        Connection connection = connectToWrite();
        try {
            Table.makeOrCheck(connection, dialect, name());
            // Only now: a database that is refused is left as it is.
            connection = switchToLog(connection);
        } catch (SQLException | Failure e) {
            Database.closeAfter(e, connection);
            throw e;
        }
        if (fileKeyAtFirst == null) fileKeyAtFirst = key("");
        logKeyWhenOpened = key("-wal");
        return connection;
    }

    @Override public void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }

    /**
     * Turning autocommit on commits, as JDBC specifies. After commit(), the driver would take the
     * lock for the next transaction at once, and no other program could ever write.
     */
    @Override public void commit(Connection connection) throws SQLException, Failure {
        refuseReplacedFile("", fileKeyAtFirst);
        if (hasWriteAheadLog) refuseReplacedFile("-wal", logKeyWhenOpened);
        connection.setAutoCommit(true);
    }

    private Connection connectToWrite() throws SQLException, Failure {
        try {
            return connect(toWrite());
        } catch (SQLException e) {
            if (fileKeyAtFirst != null) refuseReplacedFile("", fileKeyAtFirst);
            if (e.getErrorCode() != IO_ERROR) throw e;
            return connectWithoutLog(); // somebody has left it as switchToLog describes
        }
    }

    /** Makes the file only the first time: if it is missing later, somebody has removed it. */
    private Map<String, String> toWrite() {
        Map<String, String> settings = new HashMap<>(dialect.properties(Sqlite.URL));
        if (fileKeyAtFirst != null) settings.put("open_mode", Sqlite.WITHOUT_CREATE);
        return settings;
    }

    /**
     * If a file system has no shared memory for the log, only the statement after the pragma fails,
     * and the database is broken for everyone until it is switched back to the rollback journal.
     */
    private Connection switchToLog(Connection connection) throws SQLException {
        try {
            String mode = Dialect.answer("PRAGMA journal_mode = WAL", connection);
            hasWriteAheadLog = mode.equals("wal");
            Dialect.answer("SELECT count(*) FROM sqlite_master", connection);
            return connection;
        } catch (SQLException e) {
            if (e.getErrorCode() != IO_ERROR) throw e;
            hasWriteAheadLog = false;
            connection.close();
            return connectWithoutLog();
        }
    }

    /** Uses the rollback journal: just as safe, but readers wait. */
    private Connection connectWithoutLog() throws SQLException {
        try (Connection alone = connect(ALONE)) {
            Dialect.answer("PRAGMA journal_mode = DELETE", alone);
        }
        return connect(toWrite());
    }

    // ---- To read --------------------------------------------------------------------------------

    @Override public Connection openToRead() throws SQLException, Failure {
        loadDriver();
        refuseOtherThanFile();
        if (!Files.exists(path)) throw Failure.mendable("%s does not exist.", name());
        return readable(connect(TO_READ));
    }

    // ---- Both -----------------------------------------------------------------------------------

    /** Only the driver's first failure is clear, so it is kept. */
    @Override public synchronized void loadDriver() throws SQLException, Failure {
        if (!isDriverLoaded) {
            try {
                Class.forName(dialect.driversByUrl().get(Sqlite.URL));
                DriverManager.getConnection(Sqlite.URL).close(); // in memory
            } catch (ClassNotFoundException e) {
                throw Failure.mendable("The SQLite driver is not in lib/. Run ./build.sh once.");
            } catch (SQLException e) {
                loadFailure = e;
            }
            isDriverLoaded = true;
        }
        if (loadFailure != null) throw loadFailure;
    }

    private Connection connect(Map<String, String> settings) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(settings);
        return DriverManager.getConnection(Sqlite.URL + path.toAbsolutePath(), properties);
    }

    private void refuseOtherThanFile() throws Failure {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new Failure("%s is not a file.", name());
        }
    }

    /** SQLite keeps a log beside each name: two writers would destroy the database. */
    private void refuseHardLinks() throws Failure {
        try {
            int names = (Integer) Files.getAttribute(path, "unix:nlink");
            if (names == 1) return;
            throw new Failure("%s is one of %d names (hard links) of a file, which a SQLite"
                    + " database must not have.", name(), names);
        } catch (NoSuchFileException e) {
            // It is about to be made.
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            // The system cannot tell.
        }
    }

    /** SQLite does not notice that a file is gone, and would go on writing to it. */
    private void refuseReplacedFile(String suffix, String knownKey) throws Failure {
        if (key(suffix).equals(knownKey)) return;
        throw Failure.mendable("%s%s was removed or replaced during the run, so it is not known"
                + " which of the stored rows are still there.", name(), suffix);
    }

    /** A file keeps its key as long as it exists. (On Windows, all files have the same key.) */
    private String key(String suffix) {
        try {
            Path real = path.toRealPath(); // SQLite keeps the log beside the file, not the link
            Path file = real.resolveSibling(real.getFileName() + suffix);
            return String.valueOf(Files.getAttribute(file, "fileKey"));
        } catch (IOException e) {
            return "no such file";
        }
    }

    // ---- What its errors mean -------------------------------------------------------------------

    @Override public Failure explain(SQLException failure) {
        String words = Cause.words(failure).replaceFirst("\\.$", "");
        if (words.contains(HOT_JOURNAL)) {
            return Failure.mendable("%s was left in the middle of a transaction, and its journal,"
                    + " %s-journal, has to be rolled back before it can be read: open it once with"
                    + " a program that may write, such as sqlite3. Never move the database without"
                    + " that journal.", name(), name());
        }
        if (dialect.canPass(failure)) {
            return new TransientFailure("%s is locked.", name());
        }
        return switch (failure.getErrorCode()) {
            case FULL -> Failure.mendable("%s cannot grow: the disk is full.", name());
            case CONSTRAINT_FAILED -> new Failure("%s takes no such row: %s.", name(), words);
            case NOT_A_DATABASE -> new Failure("%s is not a SQLite database.", name());
            case CANNOT_OPEN -> Failure.mendable("%s cannot be opened: %s.%s", name(), words,
                    whatItTakesToOpen());
            case 0 -> Failure.mendable("%s cannot be opened: %s. The driver unpacks native code"
                    + " into %s. Where it may not do so or not run it, name another folder:"
                    + " java -Dorg.sqlite.tmpdir=FOLDER", name(), words, temporaryFolder());
            default -> Failure.mendable("%s cannot be used: SQLite says: %s.", name(), words);
        };
    }

    private String whatItTakesToOpen() {
        Path folder = path.toAbsolutePath().getParent();
        boolean hasFolder = folder == null || Files.isDirectory(folder);
        if (!hasFolder) return " There is no folder " + folder + ".";
        return " SQLite must be allowed to read it and to write in its folder, even for reading,"
                + " if it has a write-ahead log. Rows may be in " + name() + "-wal, which must stay"
                + " beside it.";
    }

    private static String temporaryFolder() {
        return System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir"));
    }
}
