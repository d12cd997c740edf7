package powerball.database;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** DuckDB, which runs inside this program and keeps its database in a file. */
final class DuckDb implements Dialect {

    @Override public Map<String, String> driversByUrl() {
        return Map.of("jdbc:duckdb:", "org.duckdb.DuckDBDriver");
    }

    @Override public String exampleUrl() {
        return "jdbc:duckdb:tickets.duckdb";
    }

    /** A database in memory is gone when the program ends; a pipe would never answer. */
    @Override public boolean namesDatabase(String url) {
        if (!url.matches("jdbc:duckdb:(?!:memory:)[^;?].*")) return false;
        Path file = Path.of(url.replaceFirst("jdbc:duckdb:([^;?]*).*", "$1"));
        return !Files.exists(file) || Files.isRegularFile(file);
    }

    @Override public String driverCoordinate() {
        return "org.duckdb:duckdb_jdbc";
    }

    @Override public boolean hasPasswords() {
        return false;
    }

    @Override public Inserter inserter(Connection connection) throws SQLException {
        return new ArrayInserter(connection, this);
    }

    /** With a thousand, it takes twice as long. */
    @Override public int rowsPerBatch() {
        return 4096;
    }

    @Override public Map<String, String> properties(String url) {
        return Map.of("jdbc_stream_results", "true"); // or a result is read whole
    }

    @Override public void beginToRead(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }

    /** There are no SQLStates. Only one program at a time can have the file open to write. */
    @Override public boolean canPass(SQLException failure) {
        return String.valueOf(failure.getMessage()).contains("Could not set lock on file");
    }
}
