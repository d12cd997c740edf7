package powerball;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.SqliteDatabase;

/** Readers that follow the standards to the letter, and common tools, get the rows of a format. */
class FormatTest {

    private static final long SEED = 42;
    private static final int ROWS = 2_000;
    private static final List<String> COLUMNS = TicketTest.COLUMNS;
    private static final List<List<Object>> MADE = LongStream.range(0, ROWS)
            .mapToObj(FormatTest::made).toList();

    private static ServerProcess server;

    @TempDir Path folder;

    @BeforeAll static void start() {
        server = ServerProcess.start();
    }

    @AfterAll static void stop() {
        server.close();
    }

    private static List<Object> made(long index) {
        return TicketTest.values(Server.Ticket.of(SEED, index));
    }

    private static String fetch(Server.Format format) {
        return server.get("/drawing/" + ROWS + "?seed=" + SEED + "&format=" + format).body();
    }

    // ---- By the standards -----------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Server.Format.class)
    void whatIsReadIsWhatWasMade(Server.Format format) {
        assertEquals(MADE, new Reader(fetch(format)).rows(format));
    }

    @Test void theRowsThatAreReadHaveNamesThatNeedCare() {
        String names = MADE.stream().map(row -> row.get(1) + " " + row.get(2))
                .collect(Collectors.joining("\n"));
        assertTrue(names.contains("'"), "no apostrophe");
        assertTrue(names.matches("(?s).*[^\\x00-\\x7f].*"), "only ASCII");
    }

    @ParameterizedTest
    @EnumSource(Server.Format.class)
    void headersSayWhatComes(Server.Format format) {
        String contentType = switch (format) {
            case SQL -> "text/plain; charset=utf-8";
            case CSV -> "text/csv; charset=utf-8; header=present";
            case NDJSON -> "application/x-ndjson";
        };
        HttpHeaders headers = server.get("/drawing/3?seed=7&format=" + format).headers();
        assertEquals(List.of(contentType), headers.allValues("Content-Type"));
        assertEquals(List.of("7"), headers.allValues("Drawing-Seed"));
        assertEquals(List.of(hashOfNames()), headers.allValues("Drawing-Names"));
        assertEquals(List.of("no-store"), headers.allValues("Cache-Control"));
        assertEquals(List.of("nosniff"), headers.allValues("X-Content-Type-Options"));
        assertEquals(List.of("no"), headers.allValues("X-Accel-Buffering"));
        assertEquals(List.of("inline; filename=\"seed-7." + format + "\""),
                headers.allValues("Content-Disposition"));
    }

    /** So do browsers. */
    @ParameterizedTest
    @EnumSource(Server.Format.class)
    void curlSavesAStreamUnderItsSeedAndFormat(Server.Format format) throws IOException {
        String path = "/drawing/3?seed=42&format=" + format;
        try (Run run = Run.start(folder, List.of(Run.tool("curl"), "-sfOJ", server.url + path))) {
            assertEquals(0, run.exitCode(), run::err);
        }
        assertEquals(server.get(path).body(),
                Files.readString(folder.resolve("seed-42." + format)));
    }

    @ParameterizedTest
    @EnumSource(Server.Format.class)
    void theManualAndThePageListEveryFormat(Server.Format format) throws IOException {
        String type = server.get("/drawing/0?format=" + format).headers()
                .firstValue("Content-Type").orElseThrow();
        String manual = Files.readString(Run.PROJECT.resolve("src/MANUAL.md"));
        assertTrue(manual.contains("| `" + format + "` | `" + type + "` |"),
                () -> format + " is missing in the manual's table of formats");
        assertTrue(server.get("/").body().contains(type.split(";")[0]),
                () -> format + " is missing on the page, which has less room for a type");
    }

    /** Its table names powerball_1 and powerball_5, and those between by three dots. */
    @Test void theManualDescribesEveryColumn() throws IOException {
        String manual = Files.readString(Run.PROJECT.resolve("src/MANUAL.md"));
        for (Server.Column column : Server.Column.ALL) {
            String name = column.name().replaceFirst("^powerball_[2-4]$", "powerball_1");
            assertTrue(Pattern.compile("(?m)^\\|[^|]*\\b" + name + "\\b[^|]*\\|").matcher(manual)
                    .find(), () -> name + " is missing in the manual's table of columns");
        }
    }

    @Test void sqlIsTheFormatWhereNoneIsNamed() {
        String rows = server.get("/drawing/" + ROWS + "?seed=" + SEED).body();
        assertEquals(fetch(Server.Format.SQL), rows);
    }

    @ParameterizedTest
    @EnumSource(Server.Format.class)
    void noRowsAreAWholeAnswer(Server.Format format) throws IOException {
        String answer = server.rawAnswer(ServerProcess.request("/drawing/0?format=" + format));
        assertTrue(ServerProcess.isWhole(answer), answer);
        assertEquals(List.of(), new Reader(ServerProcess.dechunked(answer)).rows(format));
    }

    @Test void everySliceOfCsvHasTheHeaderLine() {
        String slice = server.get("/drawing/2?from=5&seed=" + SEED + "&format=csv").body();
        assertEquals(MADE.subList(5, 7), new Reader(slice).rows(Server.Format.CSV));
    }

    // ---- By tools -------------------------------------------------------------------------------

    @Test void aLineOfSqlIsARowForSqlite() {
        assertEquals(joined(MADE), stored(fetch(Server.Format.SQL)));
    }

    /** Has SQLite insert each line, into columns that convert nothing. Returns its rows. */
    private List<String> stored(String rows) {
        Path file = folder.resolve("values.db");
        SqliteDatabase.execute(file, "CREATE TABLE t (" + String.join(", ", COLUMNS) + ")");
        SqliteDatabase.execute(file,
                "INSERT INTO t VALUES " + rows.strip().replace(")\n(", "),\n("));
        assertEquals(List.of("text|integer|integer"),
                SqliteDatabase.query(file, "SELECT DISTINCT typeof(transaction_id), "
                + "typeof(powerball_1), typeof(powerball_number) FROM t"));
        return SqliteDatabase.query(file, "SELECT * FROM t ORDER BY rowid");
    }

    /**
     * The first client of this API, in Java: for every line, strip, drop the ends, split, bind
     * twelve strings.
     */
    @Test void theFirstClientStoresIntegers() throws SQLException {
        assumeTrue(COLUMNS.size() == 12,
                () -> "the first clients take twelve fields, not " + COLUMNS.size());
        Path file = folder.resolve("first-client.db");
        String body = server.get("/drawing/1000?seed=42").body();
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            database.createStatement().execute(
                    "CREATE TABLE t (transaction_id TEXT, first_name TEXT, last_name TEXT,"
                    + " city TEXT, state TEXT, customer_id TEXT, powerball_1 INTEGER, "
                    + "powerball_2 INTEGER,"
                    + " powerball_3 INTEGER, powerball_4 INTEGER, powerball_5 INTEGER, "
                    + "powerball_number INTEGER)");
            PreparedStatement insert =
                    database.prepareStatement(
                            "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            for (String line : body.split("\n")) {
                String row = line.strip();
                String[] fields = row.substring(1, row.length() - 1).split(", ");
                assertEquals(12, fields.length, line);
                for (int i = 0; i < fields.length; i++) {
                    insert.setString(i + 1, fields[i]);
                }
                insert.execute();
            }
        }
        assertEquals(List.of("1000|integer|integer|integer|integer|integer|integer"),
                SqliteDatabase.query(file,
                "SELECT count(*), typeof(powerball_1), typeof(powerball_2), typeof(powerball_3), "
                + "typeof(powerball_4),"
                + " typeof(powerball_5), typeof(powerball_number) FROM t"
                + " GROUP BY 2, 3, 4, 5, 6, 7"));
        assertEquals(MADE.subList(0, 1000).stream().map(row -> row.subList(6, 12)).toList()
                .toString()
                .replaceAll("[\\[\\] ]", ""),
                        String.join(",", SqliteDatabase.query(file, "SELECT powerball_1 || ','"
                + " || powerball_2 || ',' || powerball_3 || ',' || powerball_4 || ',' || "
                + "powerball_5 || ','"
                + " || powerball_number FROM t ORDER BY rowid")));
    }

    @ParameterizedTest
    @EnumSource(Server.Format.class)
    void everyRowIsALineInEveryFormat(Server.Format format) {
        long headerLines = server.get("/drawing/0?format=" + format).body().lines().count();
        for (int rows : new int[] {0, 1, 1000}) {
            String command = "curl -s '" + server.url + "/drawing/" + rows + "?format=" + format
                    + "' | wc -l";
            try (Run run = Run.start(folder, List.of("bash", "-c", command))) {
                assertEquals(0, run.exitCode(), run::err);
                assertEquals(rows + headerLines, Integer.parseInt(run.out().strip()), command);
            }
        }
    }

    @Test void csvIsImportedBySqlite() throws IOException {
        String sqlite = Run.tool("sqlite3");
        Files.writeString(folder.resolve("rows.csv"), fetch(Server.Format.CSV));
        try (Run run = Run.start(folder, List.of(sqlite, "rows.db", ".import --csv rows.csv t"))) {
            assertEquals(0, run.exitCode(), run::err);
        }
        Path file = folder.resolve("rows.db");
        assertEquals(COLUMNS,
                SqliteDatabase.query(file, "SELECT name FROM pragma_table_info('t')"));
        assertEquals(joined(MADE), SqliteDatabase.query(file, "SELECT * FROM t ORDER BY rowid"));
    }

    @Test void ndjsonIsReadByJq() throws IOException {
        String jq = Run.tool("jq");
        Files.writeString(folder.resolve("rows.ndjson"), fetch(Server.Format.NDJSON));
        try (Run run = Run.start(folder, List.of(jq, "-r", "map(tostring) | join(\"|\")",
                "rows.ndjson"))) {
            assertEquals(0, run.exitCode(), run::err);
            assertEquals(joined(MADE), run.out().lines().toList());
        }
    }

    private static List<String> joined(List<List<Object>> rows) {
        return rows.stream().map(row -> row.stream().map(Object::toString)
                .collect(Collectors.joining("|"))).toList();
    }

    // ---- Lists that a teacher has edited --------------------------------------------------------

    @Test void anyNameSurvivesEveryFormat() throws IOException {
        Set<String> names = Set.of("O'Neil,Jr.", "\"Doc\" Ray", "back\\slash", "\\", "'", "''",
                "\"", ",", "Ñandú 李");
        List<String> command = ServerProcess.withList(folder, "last.txt",
                String.join("\n", names) + "\n");
        try (ServerProcess edited = ServerProcess.start(folder, command)) {
            for (Server.Format format : Server.Format.values()) {
                String body = edited.get("/drawing/300?seed=1&format=" + format).body();
                assertEquals(names, new Reader(body).rows(format).stream()
                        .map(row -> row.get(2)).collect(Collectors.toSet()), format::toString);
            }
            String lastNames = stored(edited.get("/drawing/300?seed=1").body()).toString();
            assertAll(names.stream().map(name -> () ->
                    assertTrue(lastNames.contains("|" + name + "|"), name)));
        }
    }

    /** A client that resumes a stream at such a server would get other rows. */
    @ParameterizedTest
    @ValueSource(strings = {"first.txt", "last.txt", "places.txt"})
    void otherListsHaveAnotherHash(String file) throws IOException {
        String list = Files.readString(Run.PROJECT.resolve("src/powerball/names").resolve(file));
        String withoutTheLast = list.substring(0, list.strip().lastIndexOf('\n') + 1);
        List<String> command = ServerProcess.withList(folder, file, withoutTheLast);
        try (ServerProcess edited = ServerProcess.start(folder, command)) {
            String hash = edited.get("/drawing/1").headers().firstValue("Drawing-Names")
                    .orElseThrow();
            assertTrue(hash.matches("[0-9a-f]{8}") && !hash.equals(hashOfNames()), hash);
        }
    }

    /** By its definition, of the lists in the files: 5a165a3b as long as nobody edits them. */
    private static String hashOfNames() {
        List<String> places = TicketTest.PLACES;
        return String.format("%08x", List.of(TicketTest.FIRST, TicketTest.LAST,
                places.stream().map(place -> place.replaceFirst(",..$", "")).toList(),
                places.stream().map(place -> place.replaceFirst(".*,", "")).toList()).hashCode());
    }

    /** Some editors put one there, and the first exercise has people edit a list. */
    @ParameterizedTest
    @ValueSource(strings = {"first.txt", "last.txt", "places.txt"})
    void aByteOrderMarkAtTheHeadOfAListIsSkipped(String file) throws IOException {
        String list = Files.readString(Run.PROJECT.resolve("src/powerball/names").resolve(file));
        List<String> command = ServerProcess.withList(folder, file,
                "\uFEFF" + list.replace("\n", "\r\n"));
        try (ServerProcess edited = ServerProcess.start(folder, command)) {
            assertEquals(server.get("/drawing/3000?seed=1").body(),
                    edited.get("/drawing/3000?seed=1").body());
        }
    }

    static Stream<Arguments> aListWithABrokenLineStopsTheStart() {
        return Stream.of(
                arguments("first.txt", ""),
                arguments("first.txt", "Ann\n\nBob\n"),
                arguments("first.txt", "Ann\n  \nBob\n"),
                arguments("first.txt", "Ann\n\uFEFFBob\n"),
                arguments("first.txt", "\uFEFF"),
                arguments("first.txt", "\n"),
                arguments("first.txt", " Ann\n"),
                // the first clients split a row at comma and blank
                arguments("last.txt", "King, Jr.\n"),
                arguments("places.txt", "Washington, D.C.,DC\n"),
                arguments("first.txt", "\uFEFF\uFEFFAnn\n"),
                arguments("last.txt", "Ann\tBob\n"),
                arguments("last.txt", "Ann\177Bob\n"),
                arguments("last.txt", "Jos\uFFFD\n"), // what is read where bytes are not UTF-8
                arguments("last.txt", "A".repeat(101)),
                arguments("places.txt", "Reno,NV\nReno\n"),
                arguments("places.txt", "Reno,NV\n,NV\n"),
                arguments("places.txt", "Reno,NV\nReno,Nevada\n"));
    }

    @ParameterizedTest(name = "[{index}] {0}") // the texts are not fit for a terminal
    @MethodSource
    void aListWithABrokenLineStopsTheStart(String file, String text) throws IOException {
        try (Run run = Run.start(folder, ServerProcess.withList(folder, file, text))) {
            Run.await("an end, or a start", () -> !run.process.isAlive() || !run.out().isEmpty());
            assertEquals("", run.out(), "it started");
            assertEquals(1, run.exitCode());
            assertEquals(1, run.err().lines().count(), run::err);
            assertTrue(run.err().contains("names/" + file), run::err);
        }
    }

    @Test void aListThatIsMissingStopsTheStart() throws IOException {
        Path program = ServerProcess.copyOfSource(folder);
        Files.delete(program.resolveSibling("names/last.txt"));
        try (Run run = Run.start(folder, Run.java(program.toString(), "--port", "0"))) {
            assertEquals(1, run.exitCode());
            assertEquals("The lists of names cannot be read: there is no names/last.txt\n",
                    run.err());
        }
    }

    // ---- Columns that a student has added -------------------------------------------------------

    /** The list of columns is the server's own: only a change of its source can add one. */
    @Test void aColumnOfANewKindIsWrittenInEveryFormat() throws IOException {
        Path program = ServerProcess.copyOfSource(folder);
        String source = Files.readString(program);
        String first = "made(\"transaction_id\"";
        assertTrue(source.contains(first), "where are the columns?");
        Files.writeString(program, source.replace(first, """
                made("price", ticket -> 2.5),
                made("sold_at", ticket -> java.time.LocalTime.NOON),
                chosen("shop", List.of("none", "O'Neil, \\"Doc\\""), ticket -> 1),
                """ + first));
        try (ServerProcess changed = ServerProcess.start(folder,
                Run.java(program.toString(), "--port", "0"))) {
            assertRowsBegin(changed, "sql", "(2.5, '12:00', 'O''Neil, \"Doc\"', '");
            assertRowsBegin(changed, "csv", "2.5,12:00,\"O'Neil, \"\"Doc\"\"\",");
            assertRowsBegin(changed, "ndjson", "{\"price\":2.5,\"sold_at\":\"12:00\","
                    + "\"shop\":\"O'Neil, \\\"Doc\\\"\",\"transaction_id\":\"");
        }
    }

    private static void assertRowsBegin(ServerProcess server, String format, String begin) {
        String row = server.get("/drawing/1?format=" + format).body().lines()
                .filter(line -> !line.startsWith("price,")).findFirst().orElseThrow();
        assertTrue(row.startsWith(begin), row);
    }

    // ---- The reader -----------------------------------------------------------------------------

    /** A JSON object of texts and whole numbers, its keys in order. */
    static Map<String, Object> json(String text) {
        Reader reader = new Reader(text.strip());
        Map<String, Object> object = reader.object();
        reader.expectEnd();
        return object;
    }

    /** Reads what the server writes, strictly: whatever does not belong there is a failure. */
    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        List<List<Object>> rows(Server.Format format) {
            return switch (format) {
                case SQL -> rows("", this::sqlRow);
                case CSV -> rows(String.join(",", COLUMNS) + "\n", this::csvRow);
                case NDJSON -> rows("", this::ndjsonRow);
            };
        }

        private List<List<Object>> rows(String header, Supplier<List<Object>> row) {
            expect(header);
            List<List<Object>> rows = new ArrayList<>();
            while (at < text.length()) {
                rows.add(row.get());
            }
            return rows;
        }

        private List<Object> sqlRow() {
            expect("(");
            List<Object> row = new ArrayList<>();
            for (int i = 0; i < COLUMNS.size(); i++) {
                expect(i == 0 ? "" : ", ");
                row.add(next() == '\'' ? quoted('\'', '\'') : number());
            }
            expect(")\n");
            return row;
        }

        /** RFC 4180. */
        private List<Object> csvRow() {
            return separated(",", this::csvText);
        }

        /** Fields of which only the column tells a number from a text. */
        private List<Object> separated(String separator, Supplier<String> textField) {
            List<Object> row = new ArrayList<>();
            for (int i = 0; i < COLUMNS.size(); i++) {
                expect(i == 0 ? "" : separator);
                row.add(MADE.get(0).get(i) instanceof Number ? number() : textField.get());
            }
            expect("\n");
            return row;
        }

        private String csvText() {
            return next() == '"' ? quoted('"', '"') : upTo("[,\n\"]");
        }

        private List<Object> ndjsonRow() {
            Map<String, Object> object = object();
            expect("\n");
            assertEquals(COLUMNS, List.copyOf(object.keySet()));
            return List.copyOf(object.values());
        }

        private Map<String, Object> object() {
            Map<String, Object> object = new LinkedHashMap<>();
            expect("{");
            do {
                at += object.isEmpty() ? 0 : 1;
                skipSpace();
                String key = quoted('"', '\\');
                expect(":");
                skipSpace();
                object.put(key, next() == '"' ? quoted('"', '\\') : number());
            } while (next() == ',');
            expect("}");
            return object;
        }

        private void skipSpace() {
            at += next() == ' ' ? 1 : 0;
        }

        /**
         * A text in marks; after the escape comes a character for itself, and where it is the mark,
         * only the mark.
         */
        private String quoted(char mark, char escape) {
            expect(String.valueOf(mark));
            StringBuilder found = new StringBuilder();
            while (true) {
                char c = next();
                at++;
                if (c == escape && at < text.length()
                        && (next() == mark || escape != mark && next() == escape)) {
                    found.append(next());
                    at++;
                } else if (c == mark) {
                    return found.toString();
                } else if (c == escape || c < ' ') {
                    throw new AssertionError("not allowed in quotes: " + here());
                } else {
                    found.append(c);
                }
            }
        }

        private Integer number() {
            return Integer.valueOf(upTo("[^0-9]"));
        }

        private String upTo(String pattern) {
            int start = at;
            while (at < text.length() && !text.substring(at, at + 1).matches(pattern)) {
                at++;
            }
            return text.substring(start, at);
        }

        private char next() {
            if (at >= text.length()) {
                throw new AssertionError("ends too early: " + here());
            }
            return text.charAt(at);
        }

        private void expect(String expected) {
            assertTrue(text.startsWith(expected, at), () -> "no " + expected + " at: " + here());
            at += expected.length();
        }

        private void expectEnd() {
            assertEquals(text.length(), at, this::here);
        }

        private String here() {
            return text.substring(Math.max(0, at - 100), Math.min(text.length(), at + 20));
        }
    }
}
