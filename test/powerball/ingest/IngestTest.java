package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.database.Dialect;
import powerball.terminal.Text;
import powerball.tools.FakeServer;
import powerball.tools.Programs;
import powerball.tools.Row;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.SqliteDatabase;

/**
 * Ingest as people run it: what it asks and says, which options it takes, and what is in the
 * database afterwards.
 */
class IngestTest {

    private static final String PROMPT = "How many lucky winners today? ";
    private static final List<String> COLUMNS = Row.NAMES.stream()
            .map(name -> name + "|" + Row.sqlType(name) + "|" + (Row.position(name) == 0 ? 1 : 0))
            .toList();
    private static final Pattern PROGRESS =
            Pattern.compile("[0-9]{1,3}% [0-9,]+ of [0-9,]+ rows in [0-9:]+, ([0-9:]+|\\?) left, "
                    + "[0-9,]+/s");
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8";

    @AutoClose private static ServerProcess server;

    @TempDir private Path folder;

    @BeforeAll static void startServer() {
        server = ServerProcess.start();
    }

    @Test void itStoresWhatTheServerSends() {
        Path db = folder.resolve("a.db");
        try (Run ingest = Run.ingest(folder, "1000", "--seed", "42", "--url", server.url, "--db",
                db.toString())) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertTrue(ingest.out().contains("seed 42\n"), ingest.out());
            assertStored(ingest, 1000, db.toString(), 0);
        }
        assertEquals(COLUMNS, SqliteDatabase.query(db,
                "SELECT name, type, pk FROM pragma_table_info('powerball_results')"));
        for (String column : COLUMNS) {
            String[] nameAndType = column.split("\\|");
            assertEquals(List.of(nameAndType[1].toLowerCase(Locale.ROOT)),
                    SqliteDatabase.query(db, "SELECT DISTINCT typeof(" + nameAndType[0]
                            + ") FROM powerball_results"), column);
        }
        String csv = server.get("/drawing/1000?seed=42&format=csv").body();
        assertFalse(csv.contains("\""), "a field in quotes would need a real reader of csv here");
        assertEquals(csv.lines().skip(1).map(line -> line.replace(',', '|')).toList(),
                SqliteDatabase.query(db,
                        "SELECT * FROM powerball_results ORDER BY transaction_id"));
    }

    @Test void aRowIsStoredOnceHoweverOftenItIsAskedFor() {
        // rows asked for, already there
        int[][] runs = {{0, 0}, {5_000, 0}, {5_000, 5_000}, {20_000, 5_000}};
        for (int[] run : runs) {
            try (Run ingest = Run.ingest(folder, "" + run[0], "--seed", "7", "--url", server.url
                    + "/")) {
                assertEquals(0, ingest.exitCode(), ingest.err());
                assertStored(ingest, run[0] - run[1], "powerball_data.db", run[1]);
                assertEquals(run[0], SqliteDatabase.count(folder.resolve("powerball_data.db")));
                assertEquals(List.of(), ingest.err().lines()
                        .filter(line -> !PROGRESS.matcher(line).matches()).toList(),
                        "through a pipe, stderr is whole lines of progress and nothing else");
                String last = String.format(Locale.ROOT, "100%% %,d of %,d rows in ", run[0],
                        run[0]);
                assertTrue(run[0] == 0 || ingest.err().contains(last), ingest.err());
                assertFalse(ingest.err().contains("\r") || ingest.out().contains("%"), ingest.out()
                        + ingest.err());
            }
        }
    }

    @Test void withoutASeedEveryRunBringsNewRows() {
        for (int rows = 10; rows <= 20; rows += 10) {
            try (Run ingest = Run.ingest(folder, "10", "--url", server.url)) {
                assertEquals(0, ingest.exitCode(), ingest.err());
                assertTrue(Pattern.compile("seed [0-9]+\n").matcher(ingest.out()).find(),
                        ingest.out());
            }
            assertEquals(rows, SqliteDatabase.count(folder.resolve("powerball_data.db")));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"1000", "1,000", "many;-1;1_000", "1,00;1000000001;1000"})
    void itAsksUntilItGetsANumber(String typed) {
        String[] answers = typed.split(";");
        try (Run ingest = Run.ingest(folder, "--url", server.url)) {
            for (int i = 0; i < answers.length; i++) {
                int asked = i + 1;
                Run.await("question " + asked, () -> ingest.out().split(Pattern.quote(PROMPT), -1)
                        .length > asked
                        || !ingest.process.isAlive());
                ingest.type(answers[i] + "\n");
            }
            assertEquals(0, ingest.exitCode(), ingest.err());
            String[] said = ingest.out().split(Pattern.quote(PROMPT), -1);
            assertEquals("", said[0]);
            for (int i = 0; i + 1 < answers.length; i++) {
                assertEquals("rows must be a whole number from 0 to 1,000,000,000\n", said[i + 1]);
            }
            assertStored(ingest, 1000, "powerball_data.db", 0);
        }
    }

    @Test void wrongUseIsExplainedAndDoesNothing() throws IOException {
        try (Run ingest = Run.ingest(folder, "10", "--url", "jdbc:x://y?password=geheim")
                .typeEnd()) {
            assertEquals(2, ingest.exitCode(), ingest.err());
            assertEquals("--url must be like http://127.0.0.1:8000, without user and password\n"
                    + "See --help.\n", ingest.err());
            assertEquals("", ingest.out());
        }
        assertEquals(List.of(), list(folder));
    }

    /** Also where no rows are given: it asks for them only if nothing else is wrong. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongUse")
    void whatIsWrongIsNamed(String blamed, List<String> arguments) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
                () -> Options.parse(arguments.toArray(new String[0])));
        assertTrue(refusal.getMessage().contains(blamed), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("geheim"), "a password: " + refusal.getMessage());
    }

    private static Stream<Arguments> wrongUse() {
        return Stream.of(
                Arguments.of("--colour", List.of("10", "--colour", "red")),
                Arguments.of("--url", List.of("--url", "ftp://x")),
                Arguments.of("--url", List.of("10", "--url", "nonsense")),
                Arguments.of("--url", List.of("10", "--url", "http://127.0.0.1:99999")),
                Arguments.of("--url", List.of("10", "--url", "http://:80")),
                Arguments.of("--url", List.of("10", "--url", "http://[::1")),
                Arguments.of("--url", List.of("10", "--url", "http://a..b")),
                Arguments.of("--db", List.of("10", "--db", "")),
                Arguments.of("--db", List.of("10", "--db", "what?.db")),
                Arguments.of("--seed must be a whole number from 0 to 1,000,000,000,000,000,000",
                        List.of("--seed", "-1")),
                Arguments.of("--seed", List.of("10", "--seed", "1000000000000000001")),
                Arguments.of("--seed", List.of("10", "--seed")),
                Arguments.of("--stall-seconds must be a whole number from 1 to 86,400",
                        List.of("--stall-seconds", "0")),
                Arguments.of("--from must be a whole number from 0 to 1,000,000,000",
                        List.of("--from", "1000000001")),
                Arguments.of("--drop must be a whole number from 1 to 1,000,000,000",
                        List.of("--drop", "0")),
                Arguments.of("no such option: -v", List.of("-v")),
                Arguments.of("no such option: -p", List.of("10", "-pgeheim")),
                Arguments.of("rows must be a whole number",
                        List.of("jdbc:postgresql://u:geheim@x/y")),
                Arguments.of("--url must be like http://127.0.0.1:8000, without user and password",
                        List.of("10", "--url", "jdbc:x://y?password=geheim")),
                Arguments.of("--url must be like http://127.0.0.1:8000, without user and password",
                        List.of("10", "--url", "http://ana:geheim@x")),
                Arguments.of("no such option: --password", List.of("10", "--password=geheim")),
                Arguments.of("--quiet takes no value", List.of("10", "--quiet=yes")),
                Arguments.of("--seed must be given once, not twice",
                        List.of("10", "--seed=1", "--seed", "2")),
                Arguments.of("--patience-seconds must be a whole number from 0 to 86,400",
                        List.of("10", "--patience-seconds=")),
                Arguments.of("--db needs a value", List.of("10", "--db", "--url", "http://x")),
                Arguments.of("--rate must be a whole number from 1 to 1,000,000",
                        List.of("--rate", "0")),
                Arguments.of("rows", List.of("10", "20")),
                Arguments.of("rows", List.of("1000000001")));
    }

    /** A password may be in it anywhere: the answer is the same for all. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"postgresql://u:geheim@x/y", " JDBC:x://y?password=geheim",
        "ana:geheim@localhost:5432/y", "host=x user=y password=geheim", "jdbc:h2:geheim",
        "jdbc:sqlite:geheim.db", "JDBC:postgresql://x/y?password=geheim",
        "jdbc:postgresql://x/y?user=ana&password=geheim",
        "jdbc:postgresql://x/y?PASSWORD=geheim", "jdbc:postgresql://x/y?sslpassword=geheim",
        "jdbc:postgresql://ana:geheim@x/y", "jdbc:mysql://ana:geheim@x/y",
        "jdbc:mysql://address=(host=x)(password=geheim)/y", "jdbc:mariadb://x/y?pass%77ord=geheim",
        "jdbc:mariadb://x;user=ana;pwd=geheim", "jdbc:postgresql:ana/geheim@x",
        "jdbc:mariadb://ana:ge?heim@x/y", "jdbc:duckdb:https://ana:geheim@x/y.duckdb",
        "jdbc:mysql://address=(host=x)(pass%77ord=geheim)/y", "jdbc:duckdb:",
        "http://127.0.0.1:8000", "", "what?.db"})
    void otherThanAPathOrAUrlWithoutAPasswordIsRefusedAndNotRepeated(String db) {
        for (String[] typed : new String[][] {{"10", "--db", db}, {"10", "--db=" + db}}) {
            assertEquals("--db must be the path of a file, for SQLite, without a question mark, or"
                    + " a JDBC URL that begins with jdbc:postgresql:, jdbc:mariadb:, jdbc:mysql: or"
                    + " jdbc:duckdb:, without a password and without a user before an @: the user"
                    + " is an option, as in ?user=ana, and the password comes from the environment"
                    + " variable DB_PASSWORD",
                    assertThrows(IllegalArgumentException.class,
                            () -> Options.parse(typed)).getMessage());
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"postgresql://u:geheim@x/y", "--seed=mysql://u:geheim@x", "-pgeheim",
        "--rate=password=geheim", "--from=u:geheim@x", "1000 postgres://u:geheim@x/y",
        "PGPASSWORD=geheim", "--password=geheim", "--quiet=geheim", "--url=ftp://u:geheim@x"})
    void noMessageRepeatsWhatMayBeAPassword(String typed) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Options.parse(typed.split(" "))).getMessage();
        assertFalse(message.contains("geheim"), message);
    }

    @Test void aFolderThatIsMissingIsTheDatabasesOwnError() {
        Path db = folder.resolve("nosuch/x.db");
        try (Run ingest = Run.ingest(folder, "10", "--url", server.url, "--db", "" + db)) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.said().startsWith("The database " + db + " says: [SQLITE_CANTOPEN]"),
                    ingest.err());
        }
    }

    @Test void theUsageNamesEveryDatabase() {
        for (String prefix : Dialect.prefixes()) {
            assertTrue(Options.USAGE.contains(prefix), prefix);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"jdbc:postgresql://x/y?user=ana&passfile=/home/ana/.pgpass",
        "jdbc:postgresql://x/y?user=ana@work", "jdbc:mysql://x:3306,y:3307/z?user=ana",
        "jdbc:duckdb:/home/ana@work/tickets.duckdb", "ana@work/tickets.db", "/a:b/c.db"})
    void aUrlWithoutAPasswordIsTaken(String db) {
        Options options = Options.parse(new String[] {"10", "--db", db});
        assertEquals(db.replaceFirst("\\?.*", ""), options.database().name());
        assertTrue(options.command().endsWith("--db " + Text.quotedForShell(db)),
                options.command());
    }

    @Test void withQuietOnlyFailuresAreShown() {
        try (Run ingest = Run.ingest(folder, "100", "--url", server.url, "--quiet")) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals("", ingest.err());
        }
        try (Run ingest = Run.ingest(folder, "100", "--quiet", "--patience-seconds=0",
                "--url=http://127.0.0.1:1")) {
            assertEquals(1, ingest.exitCode());
            assertTrue(ingest.said().startsWith("No server answers at http://127.0.0.1:1"),
                    ingest.err());
        }
    }

    /**
     * A clock is no identity: programs that start in the same millisecond must not share a stream.
     */
    @Test void seedsThatAreChosenAtTheSameMomentDiffer() {
        Set<Long> seeds = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            seeds.add(Options.parse(new String[] {"10"}).seed());
        }
        assertEquals(50, seeds.size());
    }

    /** Three wrong answers, three empty lines, the end of the input: a question has an end. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '@', quoteCharacter = '"', value = {
        "yes | @ 3", "printf '\\n\\n\\n7\\n' | @ 3", "printf 'no' | @ 2", "</dev/null @ 1"})
    void aQuestionWithoutAnAnswerEnds(String input, int questions) throws IOException {
        String command = "'" + String.join("' '",
                Programs.command("Ingest", List.of(), "--url", server.url)) + "'";
        String line = input.endsWith("|") ? input + " " + command : command + " " + input;
        try (Run ingest = Run.start(folder, List.of("bash", "-c", "set +o pipefail; " + line))) {
            assertEquals(2, ingest.exitCode(), ingest.err());
            int asked = ingest.out().split(Pattern.quote(PROMPT), -1).length - 1;
            assertEquals(questions, asked, ingest.out());
            assertEquals("rows must be given: no number was entered\nSee --help.\n",
                    ingest.err());
        }
        assertEquals(List.of(), list(folder));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10"})
    void withoutAServerItSaysHowToStartOneAndLeavesNoFile(String rows) throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (Run ingest = Run.ingest(folder, rows, "--url", "http://127.0.0.1:" + free,
                "--patience-seconds", "1")) {
            assertEquals(1, ingest.exitCode());
            assertTrue(ingest.err().contains("No server answers at http://127.0.0.1:" + free),
                    ingest.err());
            assertTrue(ingest.err().contains(
                    "No new row could be stored for 1 s (--patience-seconds)."), ingest.err());
        }
        assertEquals(List.of(), list(folder));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ingest.jar 10", "winners.jar"})
    void aDriverThatIsMissingIsSaid(String start) throws IOException {
        Path jar = Files.createDirectory(folder.resolve("build")).resolve(start.split(" ")[0]);
        Files.copy(Run.PROJECT.resolve("build").resolve(jar.getFileName()), jar);
        Path db = folder.resolve("a.db");
        SqliteDatabase.createTable(db);
        String url = start.contains("ingest") ? " --url " + server.url : "";
        try (Run run = Run.start(folder, List.of("sh", "-c",
                Run.JAVA + " -jar build/" + start + " --db " + db + url))) {
            assertEquals(1, run.exitCode(), run.err());
            assertTrue(run.said().startsWith(
                    "The SQLite driver is not in lib/. Run ./build.sh once.\n"), run.err());
        }
    }

    /**
     * The oldest servers leave apostrophes single, write numbers as (12,), and make random ids and
     * unsorted balls.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"true, true", "false, true", "false, false"})
    void whateverTheDialectANameIsOnlyAName(boolean doubled, boolean chunked) throws IOException {
        List<String> names = List.of("Robert'); DROP TABLE powerball_results;--", "O'Brien",
                "José", "D'Angelo, Jr.",
                "x", "");
        List<String> sent = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            // not ascending
            String id = String.format("%x3b24110-e2bb-4255-8caf-4136c566a96%x", 9 - i, i);
            Row row = Row.of(i).with("transaction_id", id).with("last_name", names.get(i))
                    .with("city", "Coeur d'Alene").withBalls(40, 3, 3, 69, 1, 26);
            expected.add(Stream.of(row.values()).map(String::valueOf)
                    .collect(Collectors.joining("|")));
            String balls = "40, 3, 3, 69, 1, 26";
            sent.add(doubled ? row.sql() : row.sql().replaceAll("(?<=\\w)''", "'")
                    .replace(balls, "(" + balls.replace(", ", ",), (") + ",)"));
        }
        String body = String.join(", ", sent);
        FakeServer.Answer answer = chunked ? FakeServer.chunked(OK, body.substring(0, 500),
                body.substring(500))
                : FakeServer.closeDelimited(OK, body);
        try (FakeServer old = new FakeServer(answer); Run ingest = Run.ingest(folder, "6", "--url",
                old.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertStored(ingest, 6, "powerball_data.db", 0);
        }
        assertEquals(expected, SqliteDatabase.query(folder.resolve("powerball_data.db"),
                "SELECT * FROM powerball_results ORDER BY rowid"));
    }

    @Test void rowsAreCommittedWhileTheStreamIsStillComing() throws IOException {
        Path db = folder.resolve("powerball_data.db");
        FakeServer.Answer halting = (request, out) -> {
            FakeServer.send(out, OK + "\r\n\r\n" + FakeServer.rows(0, 40));
            Run.await("40 rows for others to read", () -> SqliteDatabase.hasRows(db)
                    && SqliteDatabase.count(db) == 40);
            FakeServer.send(out, ", " + FakeServer.row(40));
        };
        try (FakeServer slow = new FakeServer(halting); Run ingest = Run.ingest(folder, "41",
                "--url", slow.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEquals(41, SqliteDatabase.count(db));
    }

    @Test void aStreamThatLastsLongerThanItsPatienceIsNotAStalledOne() {
        try (Run ingest = Run.ingest(folder, "30", "--rate", "10", "--stall-seconds", "1", "--url",
                server.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertFalse(ingest.err().contains("No row came"), ingest.err());
        }
        assertEquals(30, SqliteDatabase.count(folder.resolve("powerball_data.db")));
    }

    @Test void theFinishingCommandCanBePasted() throws IOException {
        AtomicInteger answers = new AtomicInteger();
        FakeServer.Answer betterTheSecondTime = (request, out) -> {
            String seed = request.replaceFirst(".*seed=([0-9]+).*", "$1");
            int rows = answers.getAndIncrement() == 0 ? 5 : 1000;
            FakeServer.send(out, OK + "\r\nDrawing-Seed: " + seed + "\r\n\r\n"
                    + FakeServer.rows(0, rows));
        };
        Path db = folder.resolve("Ana's lucky $1 data.db");
        try (FakeServer fake = new FakeServer(betterTheSecondTime);
                Run ingest = Run.ingest(folder, "--url", fake.url + "/~ana/", "--db", db.toString(),
                        "--patience-seconds", "0")) {
            ingest.type("1,000\n");
            assertEquals(1, ingest.exitCode());
            assertEquals(5, SqliteDatabase.count(db));
            Matcher command = Pattern.compile("java -jar build/ingest\\.jar .*")
                    .matcher(ingest.err());
            assertTrue(command.find(), ingest.err());
            assertTrue(command.group().contains("--patience-seconds 0"), ingest.err());
            try (Run pasted = Run.start(Run.PROJECT, List.of("sh", "-c",
                    "PATH=" + Path.of(Run.JAVA).getParent() + ":$PATH; " + command.group()))) {
                assertEquals(0, pasted.exitCode(), command.group() + "\n" + pasted.err());
                assertStored(pasted, 995, db.toString(), 5);
            }
            assertEquals(fake.requests.get(0), fake.requests.get(1));
        }
        assertEquals(1000, SqliteDatabase.count(db));
    }

    /** The bar is on stdout: stderr may go into a log. */
    @Test void onATerminalTheBarIsRedrawnInPlace() throws IOException {
        try (Run terminal = inTerminal("", "2>errors.txt", "100000")) {
            assertEquals(0, terminal.exitCode(), terminal.out());
            List<String> drawn = Stream.of(terminal.out().replaceAll("\033\\[\\?7[lh]", "")
                    .split("[\r\n]+")).filter(line -> line.contains("%")).toList();
            assertTrue(drawn.size() > 2, terminal.out());
            assertTrue(drawn.stream().allMatch(line -> line.length() <= 79), terminal.out());
            assertTrue(drawn.get(drawn.size() - 1).startsWith("100% [###"), terminal.out());
            assertTrue(drawn.get(0).contains("-] "), "a bar");
            assertTrue(drawn.get(0).endsWith("/s"), drawn.get(0));
            assertEquals(3, terminal.out().split("\n").length, "in place: " + terminal.out());
            assertEquals("", Files.readString(folder.resolve("errors.txt")));
        }
    }

    /** An editor's shell, a pipe on either side: plain lines on stderr, and no escapes at all. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"TERM=dumb, ''", "'', '| cat'", "'', </dev/null"})
    void elsewhereThereAreNoEscapes(String setting, String redirection) {
        try (Run terminal = inTerminal("env " + setting + " ", redirection, "1000")) {
            assertEquals(0, terminal.exitCode(), terminal.out());
            assertFalse(terminal.out().contains("\033"), terminal.out());
            assertFalse(terminal.out().contains("] "), terminal.out());
            assertTrue(terminal.out().contains("100% 1,000 of 1,000 rows in "), terminal.out());
        }
    }

    /** As on Windows. */
    @Test void withoutTermThereIsABarWithoutEscapes() {
        try (Run terminal = inTerminal("env -u TERM ", "", "1000")) {
            assertEquals(0, terminal.exitCode(), terminal.out());
            assertFalse(terminal.out().contains("\033"), terminal.out());
            assertTrue(terminal.out().contains("100% [###"), terminal.out());
        }
    }

    @Test void aBarOfManyRowsFitsToo() {
        try (Run terminal = inTerminal("", "", "1,000,000,000")) {
            Pattern bar = Pattern.compile("\033\\[\\?7l( +0% [^\033]*/s) *\033");
            Run.await("a bar", () -> bar.matcher(terminal.out()).find(), terminal::out);
            Matcher drawn = bar.matcher(terminal.out());
            assertTrue(drawn.find());
            assertTrue(drawn.group(1).length() <= 79, drawn.group(1));
            assertTrue(drawn.group(1).contains(" of 1,000,000,000 rows in "), drawn.group(1));
        }
    }

    /** Starts an ingest in a terminal of its own. */
    private Run inTerminal(String before, String after, String rows) {
        Run.tool("script"); // of util-linux: it makes the terminal
        String command = String.join(" ",
                Programs.command("Ingest", List.of(), rows, "--url", server.url));
        return Run.start(folder, List.of("script", "-qec", before + command + " " + after,
                "/dev/null"));
    }

    /** A locale that cannot write the path's name: Java would look for another file. */
    @Test void aPathThatTheLocaleCannotWriteIsRefused() throws IOException {
        String command = "LC_ALL=C '" + String.join("' '",
                Programs.command("Ingest", List.of("-Dsun.jnu.encoding=ANSI_X3.4-1968"),
                "10", "--url", server.url, "--db")) + "' José.db";
        try (Run ingest = Run.start(folder, List.of("bash", "-c", command))) {
            Assumptions.assumeTrue(ingest.exitCode() != 0, "this system writes any path");
            assertEquals(2, ingest.exitCode(), ingest.err());
            assertTrue(ingest.err().startsWith(
                    "--db must be the path of a file, for SQLite,"), ingest.err());
        }
    }

    private static void assertStored(Run ingest, int rows, String db, int alreadyThere) {
        String line = String.format(Locale.ROOT,
                "\nStored %,d rows in \\Q%s\\E \\(%,d already there\\) "
                + "in [0-9]+\\.[0-9] s, [0-9,]+ rows/s\n\\z", rows, db, alreadyThere);
        assertTrue(Pattern.compile(line).matcher(ingest.out()).find(), ingest.out());
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
