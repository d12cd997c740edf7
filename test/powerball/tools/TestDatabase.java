package powerball.tools;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A database of a test's own: what the programs are told of it, and a way to look into it. */
public abstract class TestDatabase implements AutoCloseable {

    /** Where {@code ./build.sh driver} puts the drivers of other databases. */
    private static final Path DRIVERS = Run.PROJECT.resolve("build/drivers");

    private static final Pattern FINISH =
            Pattern.compile(" To finish: java -jar build/ingest\\.jar (.*)");

    /** What the programs are given with --db. */
    public abstract String url();

    /** How the programs call it. */
    public String name() {
        return url().replaceFirst("[?;].*", "");
    }

    /**
     * What the programs are given with --db by a user of few rights: these, on the table that is
     * there.
     */
    public String urlOfClerk(String rights) {
        assumeTrue(false, "there are no users");
        return url();
    }

    /** Variables of the environment that the programs need, as NAME=value. */
    public List<String> environment() {
        return List.of();
    }

    /** The jar of the driver, which a user would put into lib/. */
    public abstract Path driverJar();

    /** A session of its own. */
    public abstract Connection connect() throws SQLException;

    /** Makes an empty database. All that follows, url() too, is about it. */
    public abstract void freshDatabase();

    /** What keeps others from storing rows. It may be released twice. */
    public interface Lock extends AutoCloseable {

        void release() throws SQLException, IOException;

        @Override default void close() throws SQLException, IOException {
            release();
        }
    }

    public Lock lock() throws SQLException {
        return exclusive()::close;
    }

    /** A session that keeps others from storing rows until it is closed. */
    protected Connection exclusive() throws SQLException {
        throw new UnsupportedOperationException();
    }

    /** Whether a session waits for such a lock; false where that cannot be seen. */
    public boolean isLockWaitedFor() {
        return false;
    }

    /** Runs a statement between two transactions of the programs that store rows. */
    public void executeAlone(String sql) {
        try (Connection session = exclusive(); Statement statement = session.createStatement()) {
            statement.execute(sql);
            if (!session.getAutoCommit()) session.commit();
        } catch (SQLException e) {
            throw new AssertionError(sql + ": " + e.getMessage(), e);
        }
    }

    /** Kills the server and all its sessions, as a power cut would. */
    public void kill9() {
        assumeTrue(false, "there is no server to kill");
    }

    /** Starts the server again, on the same port. Returns when it answers. */
    public void startAgain() {
        assumeTrue(false, "there is no server to start");
    }

    /** The command of a program, with the driver and the environment that this database needs. */
    public List<String> command(String program, List<String> jvm, String... arguments) {
        List<String> command = Programs.command(program, jvm, arguments);
        int classPath = command.lastIndexOf("-cp") + 1;
        command.set(classPath, command.get(classPath) + ":" + driverJar());
        List<String> all = new ArrayList<>(List.of("env"));
        all.addAll(environment());
        all.addAll(command);
        return all;
    }

    /**
     * Runs the command by which an Ingest said that its job can be finished, word for word, but
     * with the programs as compiled.
     */
    public Run finish(Path folder, Run ingest) {
        Matcher command = FINISH.matcher(ingest.err());
        assertTrue(command.find(), "no command: " + ingest.err());
        List<String> launch = command("Ingest", List.of());
        String quoted = launch.stream().map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        return Run.start(folder, List.of("bash", "-c", quoted + " " + command.group(1)));
    }

    /** The rows of an answer, each with its columns joined by commas. */
    public List<String> query(String sql) {
        try (Connection connection = connect()) {
            return rows(connection, sql, ",");
        } catch (SQLException e) {
            throw new AssertionError(sql + ": " + e.getMessage(), e);
        }
    }

    /** The same, with any separator, through a connection. */
    static List<String> rows(Connection connection, String sql, String separator)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(found.getString(i));
                }
                rows.add(String.join(separator, row));
            }
            return rows;
        }
    }

    /** The one number that a query answers. */
    public long number(String sql) {
        return Long.parseLong(query(sql).get(0));
    }

    /** Runs a statement. */
    public void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql + ": " + e.getMessage(), e);
        }
    }

    /** How many rows are stored: those that are committed. 0 where there is no table. */
    public long count() {
        boolean isThere = number("SELECT count(*) FROM information_schema.tables"
                + " WHERE table_name = 'powerball_results'") > 0;
        return isThere ? number("SELECT count(*) FROM powerball_results") : 0;
    }

    /**
     * A driver that is not on the class path of the tests, as they must run where it is missing.
     */
    protected static Driver load(Path jar, String driverClass) {
        try {
            URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
            Class<?> driver = loader.loadClass(driverClass);
            return (Driver) driver.getDeclaredConstructor().newInstance();
        } catch (IOException | ReflectiveOperationException e) {
            throw new AssertionError(jar + ": " + e, e);
        }
    }

    /** The driver's jar with such a name. Skips the test where it is not there. */
    protected static Path driver(String glob) {
        return lastIn(DRIVERS, glob, "./build.sh driver");
    }

    /** The last of a folder's entries with such a name: of several versions, the newest. */
    protected static Path lastIn(Path folder, String glob, String provider) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
                entries.forEach(found::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        assumeTrue(!found.isEmpty(), "needs " + provider + ": no " + folder.resolve(glob));
        // "9" is older than "15": the shorter name first.
        Comparator<Path> byLength = Comparator.comparingInt(path -> path.toString().length());
        found.sort(byLength.thenComparing(Comparator.naturalOrder()));
        return found.get(found.size() - 1);
    }

    @Override public abstract void close();
}
