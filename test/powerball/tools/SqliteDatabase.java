package powerball.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Looks into a database file with a connection of its own. */
public final class SqliteDatabase {

    private static final String PRIMARY_KEY = Row.NAMES.get(0) + " TEXT PRIMARY KEY";

    /** The columns, in SQL that any of the databases takes. */
    public static final String COLUMNS = PRIMARY_KEY + Row.NAMES.stream().skip(1)
            .map(name -> ", " + name + " " + Row.sqlType(name)).collect(Collectors.joining());
    public static final String CREATE_TABLE = "CREATE TABLE powerball_results (" + COLUMNS + ")";

    private SqliteDatabase() {
    }

    /** The rows of an answer, each with its columns joined by |. */
    public static List<String> query(Path file, String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            return TestDatabase.rows(connection, sql, "|");
        } catch (SQLException e) {
            throw new AssertionError(sql + ": " + e.getMessage(), e);
        }
    }

    public static void execute(Path file, String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql + ": " + e.getMessage(), e);
        }
    }

    /** Stores rows, whatever their values are. */
    public static void insert(Connection connection, List<Row> rows) throws SQLException {
        String marks = String.join(", ", Collections.nCopies(Row.NAMES.size(), "?"));
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO powerball_results VALUES (" + marks + ")")) {
            for (Row row : rows) {
                Object[] values = row.values();
                for (int i = 0; i < values.length; i++) {
                    insert.setObject(1 + i, values[i]);
                }
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Makes the table, as somebody might by hand. */
    public static void createTable(Path file) {
        execute(file, CREATE_TABLE);
    }

    /** The same, with the first column defined as told. */
    public static void createTable(Path file, String firstColumn) {
        execute(file, CREATE_TABLE.replace(PRIMARY_KEY, firstColumn));
    }

    /** Whether there are rows, also while another program is about to make the table. */
    public static boolean hasRows(Path file) {
        return Files.exists(file) && query(file, "SELECT 1 FROM sqlite_master").size() > 0
                && count(file) > 0;
    }

    /** How many rows are stored. */
    public static int count(Path file) {
        return Integer.parseInt(query(file, "SELECT count(*) FROM powerball_results").get(0));
    }

    /** Another program that writes, until it is closed. */
    public static final class Lock implements AutoCloseable {
        private final Connection connection;

        public Lock(Path file) throws SQLException {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement sql = connection.createStatement()) {
                sql.execute("BEGIN IMMEDIATE");
            }
        }

        public void release() throws SQLException {
            connection.close();
        }

        @Override public void close() throws SQLException {
            release();
        }
    }
}
