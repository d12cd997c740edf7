package powerball.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.database.Failure;
import powerball.tools.FakeServer;
import powerball.tools.Row;

/**
 * How Ingest finds rows in a stream, and what it refuses: a malformed row is named, the good ones
 * before it are kept.
 */
class RowParserTest {

    private static final int LONGEST_ROW = 4096; // bytes
    private static final String ID = FakeServer.id(3);
    private static final String FIELDS = Row.NAMES.size() + " fields";

    private final List<Object[]> rows = new ArrayList<>();
    private RowParser parser = new RowParser(0, 1_000_000);

    private void parse(byte[] bytes) throws Failure {
        parser.parse(ByteBuffer.wrap(bytes), rows);
    }

    private void parse(String text) throws Failure {
        parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private Object value(int row, String column) {
        return rows.get(row)[Row.position(column)];
    }

    private List<String> ids() {
        return rows.stream().map(row -> (String) row[0]).toList();
    }

    private static List<String> ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(FakeServer::id).toList();
    }

    // ---- Rows -----------------------------------------------------------------------------------

    @Test void aRowIsAValueForEachColumn() throws Failure {
        parse(FakeServer.row(3));
        assertArrayEquals(Row.of(3).values(), rows.get(0));
        assertEquals("O'Brien", value(0, "last_name"));
        assertEquals(14, value(0, "powerball_2"));
    }

    /** A line's end, as this server writes it; a comma and a space, as the oldest do. */
    @ParameterizedTest
    @ValueSource(strings = {"\n", ", ", ",\n", "\r\n", ""})
    void rowsMayBeSeparatedInAnyWay(String separator) throws Failure {
        parse(IntStream.range(0, 5).mapToObj(FakeServer::row)
                .collect(Collectors.joining(separator)) + separator);
        assertEquals(ids(0, 5), ids());
        assertFalse(parser.isInsideRow());
    }

    @Test void aStreamMayBeCutAnywhere() throws Failure {
        byte[] bytes = (FakeServer.rows(0, 3).replace("Ana", "Bjørn") + "\n")
                .getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size < bytes.length; size++) {
            parser = new RowParser(0, 1_000_000);
            rows.clear();
            for (int from = 0; from < bytes.length; from += size) {
                parser.parse(ByteBuffer.wrap(bytes, from, Math.min(size, bytes.length - from)),
                        rows);
            }
            assertEquals(ids(0, 3), ids(), "in pieces of " + size);
            for (int i = 0; i < 3; i++) {
                assertEquals("Bjørn", value(i, "first_name"), "in pieces of " + size);
            }
            assertFalse(parser.isInsideRow(), "in pieces of " + size);
        }
    }

    @Test void aBufferLargerThanTheParsersIsTakenWhole() throws Failure {
        parse(FakeServer.rows(0, 3000)); // 360 KB; the parser holds 64
        assertEquals(ids(0, 3000), ids());
    }

    @Test void anEndInsideARowIsSeen() throws Failure {
        String text = FakeServer.rows(0, 2);
        parse(text.substring(0, text.length() - 1));
        assertEquals(ids(0, 1), ids());
        assertTrue(parser.isInsideRow());
    }

    @Test void theLongestRowIsTaken() throws Failure {
        parse(rowOf(LONGEST_ROW));
        assertEquals(1, rows.size());
        assertTrue(assertThrows(Failure.class, () -> parse(rowOf(LONGEST_ROW + 1)))
                .getMessage()
                .startsWith("Row 2 is malformed (it is longer than 4096 bytes): ('" + ID));
    }

    /** A row of so many bytes. */
    private static String rowOf(int bytes) {
        String row = FakeServer.row(3);
        return row.replace("Ana", "A".repeat(bytes - row.length() + "Ana".length()));
    }

    /** The oldest servers do not double apostrophes. */
    @ParameterizedTest
    @ValueSource(strings = {"Robert'); DROP TABLE powerball_results;--", "O'Brien", "José",
            "D'Angelo, Jr.", "x", "", "'", "''",
        "it''s", "ends with '", "' begins"})
    void whateverTheDialectANameIsOnlyAName(String name) throws Failure {
        parse(FakeServer.row(3).replace("O''Brien", name.replace("'", "''")));
        assertEquals(name, value(0, "last_name"));
        boolean ambiguous = name.startsWith("'") || name.endsWith("'") || name.contains("''");
        if (ambiguous) return; // with single apostrophes it could be another name
        parse(FakeServer.row(3).replace("O''Brien", name));
        assertEquals(name, value(1, "last_name"));
    }

    @Test void numbersOfTheOldestServersAreNumbers() throws Failure {
        parse(FakeServer.row(3).replace("3, 14, 27, 40, 68, 9",
                "(40,), (3,), (3,), (69,), (1,), (26,)"));
        assertArrayEquals(Row.of(3).withBalls(40, 3, 3, 69, 1, 26).values(), rows.get(0));
    }

    // ---- What is not a row ----------------------------------------------------------------------

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedRows")
    void aMalformedRowIsNamedAndTheGoodOnesBeforeItAreKept(String name, String part,
            String replacement, String said) {
        String row = FakeServer.row(3).replace(part, replacement);
        String reason = refused(FakeServer.rows(0, 3) + ", " + row + ", "
                + FakeServer.rows(4, 100));
        assertTrue(reason.startsWith("Row 4 is malformed ("), reason);
        assertTrue(reason.contains(said), reason);
        assertTrue(reason.contains(": " + row.substring(0, 12)), reason);
        assertEquals(ids(0, 3), ids());
    }

    private static List<Arguments> malformedRows() {
        return List.of(
                Arguments.of("a row of 5,000 bytes", "'Ana'", "'" + "A".repeat(5000) + "'",
                        "longer than"),
                Arguments.of("a field too few", "'NV', ", "", FIELDS),
                Arguments.of("a field too many", "68, 9", "68, 9, 4", FIELDS),
                Arguments.of("no text", "'Ana'", "17", FIELDS),
                Arguments.of("no comma", "'Ana', ", "'Ana' ", FIELDS),
                Arguments.of("no UUID", ID, "12345", "\"12345\" is not a UUID"),
                Arguments.of("no UUID, but as long", ID, ID.replace('7', 'g'), "UUID"),
                Arguments.of("no UUID, with a dash too many", ID, ID.replace("7000", "70-0"),
                        "UUID"),
                Arguments.of("foreign digits in a UUID", ID, ID.replace('7', '\u0667'), "UUID"),
                Arguments.of("a customer without UUID", "'5d1c8d8e", "'5d1c8d8e-", "UUID"),
                Arguments.of("ball 70", "14", "70", "must be a whole number from 1 to 69"),
                Arguments.of("ball 0", "3, 14", "0, 14", "must be a whole number from 1 to 69"),
                Arguments.of("ball -3", "3, 14", "-3, 14", "must be a whole number from 1 to 69"),
                Arguments.of("ball 1.5", "14", "1.5", FIELDS),
                Arguments.of("ball 2^32 + 1", "68", "4294967297",
                        "must be a whole number from 1 to 69"),
                Arguments.of("no ball", "14", "", "must be a whole number from 1 to 69"),
                Arguments.of("Powerball 27", "68, 9", "68, 27",
                        "must be a whole number from 1 to 26"),
                Arguments.of("Powerball 0", "68, 9", "68, 0",
                        "must be a whole number from 1 to 26"),
                Arguments.of("a number as text", "14", "'14'", "must be a whole number"),
                Arguments.of("half a tuple", "14", "(14", FIELDS),
                Arguments.of("control characters", "'Ana'", "\u001b[2J\u0007'Ana'", FIELDS));
    }

    private String refused(String text) {
        return assertThrows(Failure.class, () -> parse(text)).getMessage();
    }

    @Test void aWebPageIsNoRow() {
        assertTrue(refused("<html>\r\n<body>Welcome!").startsWith("Row 1 is malformed ("));
        assertEquals(List.of(), rows);
    }

    @Test void bytesThatAreNotUtf8AreRefused() {
        byte[] latin1 = FakeServer.row(3).replace("Ana", "An\u00e1")
                .getBytes(StandardCharsets.ISO_8859_1);
        String reason = assertThrows(Failure.class, () -> parse(latin1)).getMessage();
        assertTrue(reason.contains("not UTF-8"), reason);
    }

    /** It holds no more than its buffer, whatever comes. */
    @Test void aRowWithoutEndIsRefusedSoon() {
        String reason = refused(FakeServer.row(3).replaceFirst("Ana.*", "x".repeat(LONGEST_ROW)));
        assertTrue(reason.contains("longer than 4096 bytes"), reason);
    }

    @Test void rowsAreCountedFromTheFirstOfTheJob() {
        parser = new RowParser(1_000, 1_000_000);
        assertTrue(refused(FakeServer.row(0) + "\noops").startsWith("Row 1,002 is malformed ("));
    }
}
