package powerball.tools;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A SQLite file in a test's folder. */
public final class SqliteFileDatabase extends TestDatabase {

    private final Path folder;
    private int databases; // made so far

    public SqliteFileDatabase(Path folder) {
        this.folder = folder;
        freshDatabase();
    }

    @Override public void freshDatabase() {
        databases++;
    }

    @Override public String url() {
        return folder.resolve("tickets " + databases + ".db").toString();
    }

    @Override public Path driverJar() {
        return Run.driver();
    }

    @Override public Connection connect() throws SQLException {
        // Between two commits of an ingest, others have a turn; it may take some to get one.
        return DriverManager.getConnection("jdbc:sqlite:" + url() + "?busy_timeout=15000");
    }

    @Override public long count() {
        boolean isThere = number("SELECT count(*) FROM sqlite_master"
                + " WHERE name = 'powerball_results'") > 0;
        return isThere ? number("SELECT count(*) FROM powerball_results") : 0;
    }

    @Override public Lock lock() throws SQLException {
        return new SqliteDatabase.Lock(Path.of(url()))::release;
    }

    /** Only one program at a time can write. */
    @Override public void executeAlone(String sql) {
        execute(sql);
    }

    @Override public void close() {
        // There is no server, and its folder is the test's.
    }
}
