package powerball.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Stores many rows in one statement that takes an array for each column,
 * {@code INSERT … SELECT unnest(?), …}. In DuckDB, that is ten times as fast as {@code VALUES}.
 */
final class ArrayInserter implements Inserter {

    private final Connection connection;
    private final PreparedStatement insert;

    ArrayInserter(Connection connection, Dialect dialect) throws SQLException {
        this.connection = connection;
        List<String> arrays = Table.COLUMNS.stream()
                .map(column -> "unnest(?::" + column.kind().sqlType() + "[])").toList();
        insert = connection.prepareStatement("INSERT INTO " + Table.NAME + " (" + Table.NAMES
                + ") SELECT " + String.join(", ", arrays) + " " + dialect.skipsStoredRow());
    }

    @Override public int insert(List<Object[]> rows) throws SQLException {
        for (int i = 0; i < Table.COLUMNS.size(); i++) {
            int column = i;
            Object[] values = rows.stream().map(row -> row[column]).toArray();
            String type = Table.COLUMNS.get(column).kind().sqlType();
            insert.setArray(column + 1, connection.createArrayOf(type, values));
        }
        return insert.executeUpdate();
    }
}
