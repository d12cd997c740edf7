package powerball.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads back rows that have been sent to the table, by their ids, and compares every column with
 * the value that was sent. So a table that changes, cuts or drops rows shows, and so do rows of
 * another stream under the same ids.
 */
public final class StoredRows {

    /** How many rows one statement reads. */
    public static final int ROWS_AT_ONCE = 64;

    private final String database;
    private final PreparedStatement select;

    /** Takes the name of the database, for messages. */
    public StoredRows(Connection connection, String database) throws SQLException {
        this.database = database;
        select = connection.prepareStatement("SELECT " + Table.NAMES + " FROM " + Table.NAME
                + " WHERE " + Table.KEY + " IN (" + "?, ".repeat(ROWS_AT_ONCE - 1) + "?)");
    }

    /**
     * Whether there is a row with the id of this one. If so, compares it.
     *
     * @param number the number of the row in the job, for messages
     */
    public boolean holds(Object[] row, long number) throws SQLException, Failure {
        Map<String, Object[]> stored = read(List.<Object[]>of(row));
        if (stored.isEmpty()) return false;
        compare(row, stored.get(id(row)), number, true);
        return true;
    }

    /**
     * Compares rows that have been sent to the table with those that it holds.
     *
     * @param rowsBefore how many rows of the job come before these
     * @param areNew whether the database says that it has skipped none of their batch
     * @throws Failure if a row differs, is not there, or is there twice
     */
    public void compare(List<Object[]> rows, long rowsBefore, boolean areNew)
            throws SQLException, Failure {
        for (int start = 0; start < rows.size(); start += ROWS_AT_ONCE) {
            int end = Math.min(start + ROWS_AT_ONCE, rows.size());
            List<Object[]> sent = rows.subList(start, end);
            Map<String, Object[]> stored = read(sent);
            long number = rowsBefore + start;
            for (Object[] row : sent) {
                number++;
                compare(row, stored.get(id(row)), number, areNew);
            }
        }
    }

    /** The rows that are stored under the ids of up to 64 others, by {@link #id}. */
    private Map<String, Object[]> read(List<Object[]> rows) throws SQLException, Failure {
        for (int i = 0; i < ROWS_AT_ONCE; i++) {
            int index = Math.min(i, rows.size() - 1); // the last id fills the rest
            select.setString(i + 1, (String) rows.get(index)[0]);
        }
        Map<String, Object[]> stored = new HashMap<>();
        try (ResultSet result = select.executeQuery()) {
            while (result.next()) {
                Object[] row = new Object[Table.COLUMNS.size()];
                for (int i = 0; i < row.length; i++) {
                    row[i] = result.getObject(i + 1);
                }
                Object[] other = stored.put(id(row), row);
                if (other == null) continue;
                throw Failure.resumable("Table %s of %s holds the row with the id %s twice.",
                        Table.NAME, database, row[0]);
            }
        }
        return stored;
    }

    /** The key of a row. A column of the type UUID gives back small letters. */
    private static String id(Object[] row) {
        return String.valueOf(row[0]).toLowerCase(Locale.ROOT);
    }

    private void compare(Object[] sent, Object[] stored, long number, boolean areNew)
            throws Failure {
        if (stored == null) {
            throw Failure.resumable("Row %,d was sent to table %s of %s, which does not hold it:"
                    + " there is no row with the id %s. " + Table.ADVICE,
                    number, Table.NAME, database, sent[0]);
        }
        for (int i = 0; i < sent.length; i++) {
            if (isSame(sent[i], stored[i], Table.COLUMNS.get(i).kind())) continue;
            String difference = String.format("Row %,d was sent with %s %s, and table %s of %s"
                    + " gives back %s", number, Table.COLUMNS.get(i).name(),
                    described(sent[i], stored[i]), Table.NAME, database,
                    described(stored[i], sent[i]));
            if (areNew) {
                throw Failure.resumable("%s: the table changes it. %s", difference, Table.ADVICE);
            }
            throw new Failure("%s: the row was there before, from another stream. Use the server"
                    + " that sent it, or name another database with --db.", difference);
        }
    }

    private static boolean isSame(Object sent, Object stored, Table.Kind kind) {
        if (sent instanceof Number number) { // stored in any type of number
            return stored instanceof Number other && number.doubleValue() == other.doubleValue();
        }
        if (stored == null) return false;
        String text = stored.toString();
        return kind == Table.Kind.ID ? text.equalsIgnoreCase((String) sent) : text.equals(sent);
    }

    /** A value, with its type where it looks like the other. */
    private static String described(Object value, Object other) {
        if (value == null) return "NULL";
        boolean looksTheSame = value.toString().equals(String.valueOf(other));
        return looksTheSame ? value + " (" + value.getClass().getSimpleName() + ")"
                : "\"" + value + "\"";
    }
}
