package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** DuckDB, which runs inside this program and keeps its database in a file. */
final class DuckDb implements Dialect {

    @Override public Map<String, String> driversByPrefix() {
        return Map.of("jdbc:duckdb:", "org.duckdb.DuckDBDriver");
    }

    @Override public String driverCoordinate() {
        return "org.duckdb:duckdb_jdbc";
    }

    @Override public boolean hasPasswords() {
        return false;
    }

    @Override public Inserter inserter(Connection connection, List<String> types)
            throws SQLException {
        return new ArrayInserter(connection, this, types);
    }

    @Override public Map<String, String> properties(String url) {
        return Map.of("jdbc_stream_results", "true"); // or a result is read whole
    }

    @Override public void beginToRead(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }

    /** It has no codes. Only one program at a time can have the file open to write. */
    @Override public boolean isFinal(SQLException failure) {
        return !String.valueOf(failure.getMessage()).contains("Could not set lock on file");
    }

    @Override public boolean isOfStatement(SQLException failure) {
        return true;
    }
}
