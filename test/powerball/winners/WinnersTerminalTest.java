package powerball.winners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import powerball.Tickets;
import powerball.tools.Row;
import powerball.tools.Run;
import powerball.tools.SqliteDatabase;

/** Winners: what it prints, on a terminal and elsewhere, and how it is used. */
class WinnersTerminalTest extends WinnersRuns {

    private static final Pattern NOT_PRINTABLE = Pattern.compile("[\\p{Cc}&&[^\n]]");

    // ---- What is printed ------------------------------------------------------------------------

    @Test void theOutputIsPlainAndFitsEightyColumns() {
        List<Row> tickets = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            // very unfair: large figures everywhere
            tickets.add(ticket(i, 1 + i % 60, 10, 20, 30, 40, 6));
        }
        tickets.add(ticket(20_000, 10, 20, 30, 40, 50, 6).with("transaction_id", "a")
                .with("first_name", "Maximilian ".repeat(9)));
        PrintedReport report = report(List.of("--fairness", "--jackpot", "10000000000"),
                tickets.toArray(Row[]::new));
        for (String line : report.out().split("\n")) {
            assertTrue(line.codePointCount(0, line.length()) <= 80, line);
            assertEquals(line, line.stripTrailing());
        }
        assertFalse(NOT_PRINTABLE.matcher(report.out()).find());
        assertTrue(report.luckiest().get(0).matches("5 \\+ PB +\\$\\S+  Maximilian Maximilian .*"),
                report.out());
    }

    /** With the line of the next prompt, and the command above, it fills the terminal. */
    @Test void numbersTiersAndLuckiestFitATerminalOfTwentyFourLines() {
        List<Row> tickets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            tickets.add(ticket(i, Tickets.balls(42, i)));
        }
        store(tickets);
        String out = run("--seed", "2026").out();
        assertEquals(22, out.lines().count(), out);
        assertTrue(out.startsWith("Winning numbers: 20 26 27 44 49, Powerball 15\n"), out);
        assertEquals(5, new PrintedReport(out).luckiest().size(), out);
    }

    @Test void textFromRowsIsPrintedWithoutControlCharacters() {
        PrintedReport report = report(
                ticket(1, 10, 20, 30, 40, 50, 6).with("first_name", "Mia\033[31m\r\n")
                        .with("last_name", "O'Bri\u009ben\u0007")
                        .with("city", "Coeur d'\u202eAlene").with("state", "I\tD"),
                ticket(2, 10, 20, 30, 40, 50, 7).with("first_name", "Zoë")
                        .with("last_name", "100%d %n"));
        assertEquals(List.of("5 + PB    $20,000,000  Mia?[31m?? O'Bri?en?, Coeur d'?Alene, I?D",
                "5          $1,000,000  Zoë 100%d %n, Reno, NV"), report.luckiest());
        assertFalse(NOT_PRINTABLE.matcher(report.out()).find());
    }

    /**
     * Of 144 tickets 10.4 are expected to have a white ball, 5.5 a Powerball; deviations 3.1 and
     * 2.3.
     */
    @Test void barsShowStandardDeviations() {
        List<Row> tickets = new ArrayList<>();
        int[] white = IntStream.rangeClosed(1, 69).toArray();
        for (int i = 0; i < 144; i++) {
            int[] balls = new int[6];
            for (int j = 0; j < 5; j++) {
                balls[j] = white[(5 * i + j) % 69];
            }
            balls[0] = i < 12 ? 69 : balls[0];
            balls[5] = 1 + i % 12;
            tickets.add(ticket(i, balls));
        }
        PrintedReport report = fairness(tickets.toArray(Row[]::new));
        report.says("How often each white ball came up, beside the 10.4 times expected (|)\n"
                + "Each # is half a standard deviation (1.6); < and > go beyond the bar\n");
        report.says("How often each Powerball came up, beside the 5.5 times expected (|)\n"
                + "Each # is half a standard deviation (1.2); < and > go beyond the bar\n");
        assertTrue(report.cells().get("white 69").matches("2\\d       \\|#####>"), report.out());
        assertEquals("12       |######", report.cells().get("red 1"), "2.8 deviations, 5.6 halves");
        assertEquals(" 0  #####|", report.cells().get("red 13"), "2.4 deviations, 4.8 halves");
    }

    @Test void aNumberThatNeverComesUpIsOffTheBar() {
        List<Row> tickets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            tickets.add(ticket(i, 1, 2, 3, 4, 5, 6));
        }
        PrintedReport report = fairness(tickets.toArray(Row[]::new));
        assertEquals("1,000       |#####>", report.cells().get("white 1"));
        assertEquals("    0 <#####|", report.cells().get("red 26"));
    }

    @Test void theDrumsAreShownWhenAskedFor() {
        assertFalse(report(ticket(1, 1, 2, 3, 4, 5, 6)).out().contains("How often"));
    }

    @Test void outputThatCannotBeWrittenIsAFailure() {
        store(List.of(ticket(1, 10, 20, 30, 40, 50, 6)));
        refused(quoted(WINNING) + " >/dev/full", "The output could not be written completely.");
    }

    /** As {@code | head} is: it has what it wants. */
    @Test void aReaderOfAPipeThatHasGoneEndsItSilently() {
        store(List.of(ticket(1, 10, 20, 30, 40, 50, 6)));
        String pipe = "set -o pipefail; (" + quoted(WINNING) + ") | true";
        try (Run run = Run.start(folder, List.of("bash", "-c", pipe))) {
            assertEquals(1, run.exitCode(), "and the exit code says so");
            assertEquals("", run.out() + run.err());
        }
    }

    @Test void coloursAreForTerminalsOnly() {
        assumeScript();
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        String[] winning = Stream.concat(Stream.of(WINNING), Stream.of("--fairness"))
                .toArray(String[]::new);
        List<Run> runs = List.of(inTerminal("", "", winning), inTerminal("NO_COLOR= ", "", winning),
                inTerminal("NO_COLOR=1 ", "", winning), inTerminal("", " | cat", winning),
                inTerminal("TERM=dumb ", "", winning));
        List<String> outs = new ArrayList<>();
        for (Run run : runs) {
            try (run) {
                assertEquals(0, run.exitCode(), run.out());
                outs.add(run.out().replace("\r\n", "\n"));
            }
        }
        String coloured = outs.get(0);
        assertTrue(coloured.startsWith(
                "Winning numbers: \033[30;47m10 20 30 40 50\033[0m,"
                + " Powerball \033[97;41m6\033[0m\n"), coloured);
        assertTrue(coloured.contains(" 1 1       |\033[30;47m#####>\033[0m"), coloured);
        assertTrue(coloured.contains(" 6 1       |\033[97;41m#####>\033[0m"), coloured);
        assertFalse(NOT_PRINTABLE.matcher(coloured.replaceAll("\033\\[[0-9;]+m", "")).find(),
                "only colours");
        assertEquals(coloured, outs.get(1), "an empty NO_COLOR is none");
        assertEquals(outs.get(3), outs.get(2), "NO_COLOR is as plain as a pipe");
        assertEquals(outs.get(3), outs.get(4), "a dumb terminal takes no escape sequences");
        assertEquals(run(winning).out(), outs.get(2));
        assertEquals(coloured.replaceAll("\033\\[[0-9;]+m", "").replaceAll("(?m) +$", ""),
                outs.get(2));
    }

    // ---- Usage ----------------------------------------------------------------------------------

    @Test void wrongUsageIsExplained() {
        Map<List<String>, String> messages = new LinkedHashMap<>();
        String six = "the winning numbers must be five different white balls and one Powerball";
        messages.put(List.of("1"), six);
        messages.put(List.of("1", "2", "3", "4", "5"), six);
        messages.put(List.of("1", "2", "3", "4", "5", "6", "7"), six);
        messages.put(List.of("1", "2", "3", "4", "1", "6"), six);
        messages.put(List.of("0", "2", "3", "4", "5", "6"),
                "a white ball must be a whole number from 1 to 69");
        messages.put(List.of("1", "2", "3", "4", "70", "6"),
                "a white ball must be a whole number from 1 to 69");
        messages.put(List.of("1", "2", "x\033", "4", "5", "6"),
                "a white ball must be a whole number from 1 to 69");
        messages.put(List.of("1", "2", "3", "4", "-5", "6"), "no such option: -5");
        messages.put(List.of("1", "2", "3", "4", "5", "27"),
                "the Powerball must be a whole number from 1 to 26");
        messages.put(List.of("--seed", "-1"),
                "--seed must be a whole number from 0 to 1,000,000,000,000,000,000");
        messages.put(List.of("--seed", "1000000000000000001"),
                "--seed must be a whole number from 0 to 1,000,000,000,000,000,000");
        messages.put(List.of("--seed", "1", "1", "2", "3", "4", "5", "6"),
                "--seed is for drawing: give it or the winning numbers, not both");
        messages.put(List.of("--jackpot", "0"),
                "--jackpot must be a whole number from 1 to 10,000,000,000");
        messages.put(List.of("--jackpot", "lots"),
                "--jackpot must be a whole number from 1 to 10,000,000,000");
        messages.put(List.of("--luckiest", "1001"),
                "--luckiest must be a whole number from 0 to 1,000");
        messages.put(List.of("--db"), "--db needs a value");
        messages.put(List.of("jdbc:none:p"), // and its password is not repeated
                "a white ball must be a whole number from 1 to 69");
        messages.put(List.of("--db", "a", "--db", "b"), "--db must be given once, not twice");
        messages.put(List.of("--dbs", "a"), "no such option: --dbs");

        messages.forEach((arguments, message) ->
                assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> Options.parse(arguments.toArray(String[]::new))).getMessage()));

        try (Run run = start("1")) {
            assertEquals(2, run.exitCode());
            assertEquals("", run.out());
            assertEquals(six + "\nSee --help.\n", run.err());
        }
        assertEquals(List.of(), files());
    }

    @Test void helpIsNotAnError() {
        PrintedReport help = run("--help");
        assertTrue(help.out().startsWith("Usage: java -jar build/winners.jar [numbers]"),
                help.out());
        help.says("--jackpot DOLLARS");
    }

    // ---- A long run -----------------------------------------------------------------------------

    @Test void aMillionTicketsNeedLittleMemoryAndALongRunSaysHowFarItIs() throws SQLException {
        aMillionRows();
        try (Run run = Run.start(folder, command(List.of("-Xmx64m"), WINNING))) {
            pauseWhileReading(run, run.process.pid(), 5_200);
            assertEquals(0, run.exitCode(), run.err());
            PrintedReport report = new PrintedReport(run.out());
            report.says("Tickets: 1,000,000 in powerball_data.db\n");
            assertEquals(333_334, report.tier("PB").winners()); // more than there would be room for
            assertTrue(run.err().matches("(\\d+% [\\d,]+ of 1,000,000 tickets in [\\d:]+,"
                    + " [\\d:]+ left, [\\d,]+/s\n)+"), run.err());
        }
    }

    @Test void onATerminalALongRunIsShownInPlace() throws SQLException, IOException {
        assumeScript();
        aMillionRows();
        Path pid = folder.resolve("pid");
        try (Run run = inTerminal("echo $$ > pid; exec ", "", WINNING)) {
            Run.await("its process", () -> Files.exists(pid) && !read(pid).isBlank());
            pauseWhileReading(run, Long.parseLong(read(pid).strip()), 1_200);
            assertEquals(0, run.exitCode(), run.out());
            assertTrue(run.out().matches(
                    "(?s).*\r\033\\[\\?7l +\\d+% \\[[#-]+\\] [\\d,]+ of 1,000,000 tickets.*"
                    + "\r\033\\[\\?7l +\033\\[\\?7h\rtier .*"),
                    run.out());
        }
    }

    /**
     * A table of as many, of which none has a white ball that WINNING has, and every third has its
     * Powerball.
     */
    private void aMillionRows() throws SQLException {
        try (Connection connection = connect(db()); Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA synchronous = OFF");
            sql.execute(SqliteDatabase.CREATE_TABLE);
            sql.execute("WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE "
                    + "i < 999999)"
                    + " INSERT INTO powerball_results (transaction_id, first_name, last_name,"
                    + " city, state, powerball_1, powerball_2, powerball_3, powerball_4,"
                    + " powerball_5, powerball_number) SELECT "
                    + "printf('00000000-0000-7000-8000-%012d', i), 'Ann', 'Lee', 'Reno', 'NV',"
                    + " 1 + i % 9, 11, 22, 33, 51 + i % 19, iif(i % 3, 7, 6) FROM n");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Stops a process that has begun to read rows for a while, as a slow disk would. */
    private static void pauseWhileReading(Run run, long pid, long millis) {
        Run.await("the first lines", () -> run.out().contains("Tickets: ")
                || !run.process.isAlive());
        signal("STOP", pid);
        try {
            assertFalse(run.process.waitFor(millis, TimeUnit.MILLISECONDS), run.out() + run.err());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        signal("CONT", pid);
        signal("CONT", run.process.pid()); // script stops when its command does
    }

    private static void signal(String name, long pid) {
        try (Run kill = Run.start(Run.PROJECT,
                List.of("bash", "-c", "kill -" + name + " " + pid))) {
            assertEquals(0, kill.exitCode(), kill.err());
        }
    }

    // ---- Terminals ------------------------------------------------------------------------------

    private static void assumeScript() {
        assumeWorks("script --version"); // of util-linux: it makes a terminal
    }

    /**
     * Runs it in a terminal of its own, with text before and behind the command; both outputs are
     * one.
     */
    private Run inTerminal(String before, String behind, String... arguments) {
        String command = before + "'" + String.join("' '", command(List.of(), arguments)) + "'"
                + behind;
        return Run.start(folder, List.of("bash", "-c",
                "unset NO_COLOR; exec script -qec \"$0\" /dev/null", command));
    }
}
