package powerball.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Stores many rows in one statement, {@code INSERT … VALUES (…), (…)}, and many such at once. */
final class ValuesInserter implements Inserter {

    private final Connection connection;
    private final Dialect dialect;
    private final int rowsPerStatement;
    private final PreparedStatement insertMany;

    ValuesInserter(Connection connection, Dialect dialect, int rowsPerStatement)
            throws SQLException {
        this.connection = connection;
        this.dialect = dialect;
        this.rowsPerStatement = rowsPerStatement;
        insertMany = connection.prepareStatement(statement(rowsPerStatement, dialect));
    }

    private static String statement(int rows, Dialect dialect) {
        String row = "(" + "?, ".repeat(Table.COLUMNS.size() - 1) + "?)";
        return "INSERT INTO " + Table.NAME + " (" + Table.NAMES + ") VALUES "
                + (row + ", ").repeat(rows - 1) + row + " " + dialect.skipsStoredRow();
    }

    @Override public int insert(List<Object[]> rows) throws SQLException {
        int rest = rows.size() % rowsPerStatement;
        int many = rows.size() - rest;
        int rowsStored = insert(rows.subList(0, many), insertMany, rowsPerStatement);
        if (rest == 0) return rowsStored;
        try (PreparedStatement insertRest = connection.prepareStatement(statement(rest, dialect))) {
            return rowsStored + insert(rows.subList(many, rows.size()), insertRest, rest);
        }
    }

    private static int insert(List<Object[]> rows, PreparedStatement statement, int rowsEach)
            throws SQLException {
        int rowsBound = 0;
        for (Object[] row : rows) {
            bind(row, statement, rowsBound * row.length);
            rowsBound++;
            if (rowsBound == rowsEach) {
                statement.addBatch();
                rowsBound = 0;
            }
        }
        int rowsStored = 0;
        for (int count : statement.executeBatch()) {
            rowsStored += count < 0 ? rowsEach : count; // below 0: the driver cannot tell
        }
        return rowsStored;
    }

    /** Binds a row to the parameters after these. By type, as setObject takes 4 % more time. */
    private static void bind(Object[] row, PreparedStatement statement, int parametersBefore)
            throws SQLException {
        int parameter = parametersBefore;
        for (Object value : row) {
            parameter++;
            if (value instanceof Integer number) {
                statement.setInt(parameter, number);
            } else if (value instanceof String text) {
                statement.setString(parameter, text);
            } else {
                statement.setObject(parameter, value);
            }
        }
    }
}
