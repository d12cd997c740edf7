package powerball.ingest;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import powerball.database.Failure;
import powerball.database.Table;

/**
 * Finds rows in the bytes of a stream as they arrive. A row is {@code (}, a value for each column
 * of the {@link Table}, separated by commas, and {@code )}. If the last row is incomplete, the
 * parser goes back to its start and waits for more, so it never holds more than its buffer.
 *
 * <p>It checks the form of a row, the UUIDs and the range of each ball. Balls out of order and
 * balls that come up twice are accepted: the oldest servers of this API, which were written in
 * Python, send both. They also separate rows by a comma and a space instead of a line break, write
 * 12 as {@code (12,)}, and do not double apostrophes.
 *
 * <p>Not for several threads at once.
 */
final class RowParser {

    private static final int MAX_ROW_BYTES = 4096;
    private static final int SHOWN_BYTES_OF_BAD_ROW = 80;
    private static final String TOO_LONG = "it is longer than " + MAX_ROW_BYTES + " bytes";
    private static final String WRONG_FORM = "a row is " + Table.COLUMNS.size()
            + " fields in parentheses, text in quotes, separated by commas";
    private static final String SEPARATORS = ",\n\r ";
    private static final int UUID_LENGTH = 36;
    private static final Table.Kind[] KINDS =
            Table.COLUMNS.stream().map(Table.Column::kind).toArray(Table.Kind[]::new);

    private final ByteBuffer bytes = ByteBuffer.allocate(16 * MAX_ROW_BYTES).flip();
    private int rowStartPosition;
    private final long rowsOfJob;
    private long rowsSoFar; // of the job

    /** Takes how many rows the job had before this stream, and how many it is to have in all. */
    RowParser(long rowsBefore, long rowsOfJob) {
        rowsSoFar = rowsBefore;
        this.rowsOfJob = rowsOfJob;
    }

    /**
     * Adds the rows that end in this buffer, each as a String or an Integer a column.
     *
     * @throws Failure at the first row that is malformed or one too many; the rows before it have
     * been added
     */
    void parse(ByteBuffer buffer, List<Object[]> rows) throws Failure {
        while (buffer.hasRemaining()) {
            take(buffer);
            Object[] row = nextRow();
            while (row != null) {
                rows.add(row);
                row = nextRow();
            }
        }
    }

    /** Whether what has come ends in the middle of a row. */
    boolean isInsideRow() {
        return bytes.hasRemaining();
    }

    /** Takes what there is room for. There always is some: only part of a row is left over. */
    private void take(ByteBuffer buffer) {
        bytes.compact();
        int length = Math.min(buffer.remaining(), bytes.remaining());
        bytes.put(buffer.slice(buffer.position(), length)).flip();
        buffer.position(buffer.position() + length);
    }

    /** The next row, or null if it is incomplete. */
    private Object[] nextRow() throws Failure {
        skipSeparators();
        rowStartPosition = bytes.position();
        if (bytes.hasRemaining() && rowsSoFar == rowsOfJob) {
            throw new Failure("The server sends more than %,d rows.", rowsOfJob);
        }
        try {
            Object[] row = row();
            if (bytes.position() - rowStartPosition > MAX_ROW_BYTES) throw malformedRow(TOO_LONG);
            rowsSoFar++;
            return row;
        } catch (BufferUnderflowException e) { // once for each buffer, of a hundred rows
            bytes.position(rowStartPosition);
            if (bytes.remaining() > MAX_ROW_BYTES) throw malformedRow(TOO_LONG);
            return null;
        }
    }

    private void skipSeparators() {
        while (bytes.hasRemaining() && SEPARATORS.indexOf(peek()) >= 0) {
            advance();
        }
    }

    // ---- The grammar of a row -------------------------------------------------------------------

    private Object[] row() throws Failure {
        expect('(');
        Object[] row = new Object[KINDS.length];
        for (int i = 0; i < row.length; i++) {
            char end = i < row.length - 1 ? ',' : ')';
            skipBlanks();
            row[i] = switch (KINDS[i]) {
                case ID -> uuid(end);
                case NAME -> text(end);
                case WHITE_BALL -> ball(Table.WHITE_BALLS);
                case POWERBALL -> ball(Table.POWERBALLS);
            };
            expect(end);
        }
        return row;
    }

    private String uuid(char end) throws Failure {
        String text = text(end);
        boolean isValid = text.length() == UUID_LENGTH;
        // A regular expression takes ten times as long.
        for (int i = 0; isValid && i < UUID_LENGTH; i++) {
            boolean isDash = i == 8 || i == 13 || i == 18 || i == 23;
            char c = text.charAt(i);
            isValid = isDash ? c == '-' : HexFormat.isHexDigit(c);
        }
        if (!isValid) throw malformedRow("\"" + text + "\" is not a UUID");
        return text;
    }

    /**
     * A text in quotes. An apostrophe in it is doubled, but not by the oldest servers: so a quote
     * right before the end of the field closes the text, and any other belongs to it.
     */
    private String text(char end) throws Failure {
        expect('\'');
        int start = bytes.position();
        boolean hasDoubledQuote = false;
        boolean isClosed = false;
        while (!isClosed) {
            boolean isQuote = advance() == '\'';
            isClosed = isQuote && peek() == end;
            if (isQuote && peek() == '\'') {
                hasDoubledQuote = true;
                advance();
            }
        }
        String text = utf8(start, bytes.position() - 1 - start);
        // Java puts this in place of bytes that are not valid UTF-8.
        if (text.indexOf('\uFFFD') >= 0) throw malformedRow("it holds bytes that are not UTF-8");
        return hasDoubledQuote ? text.replace("''", "'") : text;
    }

    private int ball(int max) throws Failure {
        boolean isInParentheses = peek() == '(';
        if (isInParentheses) advance();
        int number = 0;
        while (isDigit(peek()) && number <= max) {
            number = 10 * number + advance() - '0';
        }
        if (number < 1 || number > max) {
            throw malformedRow("a ball must be a whole number from 1 to " + max);
        }
        if (isInParentheses) {
            expect(',');
            expect(')');
        }
        return number;
    }

    private void skipBlanks() {
        while (peek() == ' ') {
            advance();
        }
    }

    // ---- Bytes ----------------------------------------------------------------------------------

    private void expect(char mark) throws Failure {
        if (peek() != mark) throw malformedRow(WRONG_FORM);
        advance();
    }

    private byte peek() {
        if (!bytes.hasRemaining()) throw new BufferUnderflowException();
        return bytes.get(bytes.position());
    }

    private byte advance() {
        return bytes.get();
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private String utf8(int start, int length) {
        return new String(bytes.array(), start, length, StandardCharsets.UTF_8);
    }

    private Failure malformedRow(String why) {
        int length = Math.min(bytes.limit() - rowStartPosition, SHOWN_BYTES_OF_BAD_ROW);
        return new Failure("Row %,d is malformed (%s): %s",
                rowsSoFar + 1, why, utf8(rowStartPosition, length));
    }
}
