package powerball.winners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Programs;
import powerball.tools.Row;
import powerball.tools.Run;
import powerball.tools.SqliteDatabase;

/** What the tests of Winners share: a folder with a database of tickets, and the program. */
abstract class WinnersRuns {

    static final String[] WINNING = {"10", "20", "30", "40", "50", "6"};

    @TempDir Path folder;

    Path db() {
        return folder.resolve("powerball_data.db");
    }

    List<Path> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- Tickets --------------------------------------------------------------------------------

    /** A row with these five white balls and the Powerball. */
    static Row ticket(int id, int... balls) {
        return Row.of(id).with("transaction_id", String.format("id-%08d", id))
                .with("first_name", "Ann").with("last_name", String.valueOf(id)).withBalls(balls);
    }

    static List<Row> tickets(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> ticket(i, 1, 2, 3, 4, 5, 6)).toList();
    }

    static Connection connect(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file.toUri());
    }

    void store(List<Row> tickets) {
        store(db(), tickets);
    }

    /** Stores rows in a new file. */
    static void store(Path file, List<Row> tickets) {
        store(file, SqliteDatabase.CREATE_TABLE, tickets);
    }

    static void store(Path file, String create, List<Row> tickets) {
        try {
            Files.deleteIfExists(file);
            try (Connection connection = connect(
                    file); Statement sql = connection.createStatement()) {
                sql.execute(create);
                sql.execute("BEGIN");
                SqliteDatabase.insert(connection, tickets);
                sql.execute("COMMIT");
            }
        } catch (IOException | SQLException e) {
            throw new AssertionError(e);
        }
    }

    // ---- The program ----------------------------------------------------------------------------

    /** The command that starts Winners, as compiled, with options for the JVM. */
    static List<String> command(List<String> jvm, String... arguments) {
        return Programs.command("Winners", jvm, arguments);
    }

    Run start(String... arguments) {
        List<String> utf8 = List.of("-Dfile.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8");
        return Run.start(folder, command(utf8, arguments));
    }

    PrintedReport run(String... arguments) {
        try (Run run = start(arguments)) {
            assertEquals(0, run.exitCode(), run.err());
            assertEquals("", run.err());
            return new PrintedReport(run.out());
        }
    }

    /** What is printed for these tickets and WINNING. */
    PrintedReport report(Row... tickets) {
        return report(List.of(), tickets);
    }

    PrintedReport report(List<String> options, Row... tickets) {
        store(List.of(tickets));
        return run(Stream.concat(Stream.of(WINNING), options.stream()).toArray(String[]::new));
    }

    /** The same, with the drums. */
    PrintedReport fairness(Row... tickets) {
        return report(List.of("--fairness"), tickets);
    }

    /** The command that starts Winners, as a shell takes it. */
    String quoted(String... arguments) {
        return "'" + String.join("' '", command(List.of(), arguments)) + "'";
    }

    /** Checks that a command of a shell ends with 1 and these sentences. */
    void refused(String command, String sentences) {
        refusedAs(command, Pattern.quote(sentences));
    }

    /** Checks that a command of a shell ends with 1 and a line that fits a pattern. */
    void refusedAs(String command, String pattern) {
        List<String> shell = List.of("bash", "-c", command);
        // in a namespace of its own, which takes the mounts with it
        if (command.contains("mount ")) {
            shell = List.of("unshare", "-m", "bash", "-c", command);
        }
        try (Run run = Run.start(folder, shell)) {
            assertEquals(1, run.exitCode(), run.out() + run.err());
            assertTrue(run.err().matches(pattern + "\n"), pattern + "\nis not\n" + run.err());
        }
    }

    /** Skips a test where a command does not work: it is not there, or needs root. */
    static void assumeWorks(String command) {
        try (Run run = Run.start(Run.PROJECT, List.of("bash", "-c", command))) {
            assumeTrue(run.exitCode() == 0, "needs a command that works: " + command + "\n"
                    + run.err());
        }
    }
}
