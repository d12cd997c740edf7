package powerball.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Compares rows that come with those that are stored under the same ids. They differ if another
 * server has sent those, or if somebody has edited its lists of names since. (A line more or less
 * changes all rows but one in 700; a line that is replaced, only the rows that have it.)
 */
public final class StoredRows {

    private static final int IDS_PER_STATEMENT = 64;

    private final PreparedStatement select;

    public StoredRows(Connection connection) throws SQLException {
        select = connection.prepareStatement("SELECT " + Table.NAMES + " FROM " + Table.NAME
                + " WHERE " + Table.KEY + " IN (" + "?, ".repeat(IDS_PER_STATEMENT - 1) + "?)");
    }

    /** Whether a row with this id is stored. */
    public boolean hasId(String id) throws SQLException {
        bind(List.of(id));
        try (ResultSet stored = select.executeQuery()) {
            return stored.next();
        }
    }

    /**
     * Compares rows that have been sent to the table with those that it holds.
     *
     * @param rowsBefore how many rows of the job come before these
     * @throws Failure if one is stored otherwise, or is not there: a trigger may have kept it out
     */
    public void compare(List<Object[]> rows, long rowsBefore) throws SQLException, Failure {
        for (int start = 0; start < rows.size(); start += IDS_PER_STATEMENT) {
            int end = Math.min(start + IDS_PER_STATEMENT, rows.size());
            compareSome(rows.subList(start, end), rowsBefore + start);
        }
    }

    private void compareSome(List<Object[]> rows, long rowsBefore) throws SQLException, Failure {
        List<String> ids = rows.stream().map(row -> (String) row[0]).toList();
        Map<String, Integer> indexes = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            indexes.put(ids.get(i).toLowerCase(Locale.ROOT), i);
        }
        TreeSet<Integer> missing = new TreeSet<>(indexes.values());
        bind(ids);
        try (ResultSet stored = select.executeQuery()) {
            while (stored.next()) {
                // A column of the type UUID gives back small letters, whatever was stored.
                Integer index = indexes.get(stored.getString(1).toLowerCase(Locale.ROOT));
                if (index == null) continue;
                compare(rows.get(index), stored, rowsBefore + index);
                missing.remove(index);
            }
        }
        if (!missing.isEmpty()) {
            throw Failure.mendable("Row %,d has been sent to table %s, which does not hold it:"
                    + " there is no row with the id %s.", rowsBefore + missing.first() + 1,
                    Table.NAME, ids.get(missing.first()));
        }
    }

    private static void compare(Object[] row, ResultSet stored, long rowsBefore)
            throws SQLException, Failure {
        for (int i = 0; i < row.length; i++) {
            if (isSame(row[i], stored, i + 1)) continue;
            throw new Failure("Row %,d is stored with the %s %s, and the server now sends %s:"
                    + " its rows differ from those stored under the same ids. Ask the server"
                    + " that has sent those, or name another database with --db.",
                    rowsBefore + 1, Table.COLUMNS.get(i).name(), stored.getString(i + 1), row[i]);
        }
    }

    private static boolean isSame(Object value, ResultSet stored, int column)
            throws SQLException {
        if (value instanceof Number number) {
            return number.doubleValue() == stored.getDouble(column); // of any type of number
        }
        String text = stored.getString(column);
        return Table.COLUMNS.get(column - 1).kind() == Table.Kind.ID
                ? value.toString().equalsIgnoreCase(text) : value.toString().equals(text);
    }

    /** Fills the statement; the last id fills what is left of it. */
    private void bind(List<String> ids) throws SQLException {
        for (int i = 0; i < IDS_PER_STATEMENT; i++) {
            select.setString(i + 1, ids.get(Math.min(i, ids.size() - 1)));
        }
    }
}
