package powerball.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What differs from one database to another. To add a database, write one of these and add it to
 * {@link #SERVERS}; everything else follows.
 */
public interface Dialect {

    /** Those that are named by a JDBC URL. */
    List<Dialect> SERVERS = List.of(new PostgreSql(), new MySql(), new DuckDb());

    /** How the URLs begin, each with the class of its driver. */
    Map<String, String> driversByUrl();

    /** A URL as somebody might type it. */
    String exampleUrl();

    /** Whether a URL says which database is meant, or which file. */
    default boolean namesDatabase(String url) {
        return true;
    }

    /** The Maven coordinate of the driver, or of each, for people. */
    String driverCoordinate();

    /** The type of the primary key, for ids of 36 characters. */
    default String keyType() {
        return "TEXT";
    }

    /** What follows the columns in the statement that makes the table. */
    default String tableOptions() {
        return "";
    }

    /** The end of an INSERT that makes it skip a row which is there already. */
    default String skipsStoredRow() {
        return "ON CONFLICT (" + Table.KEY + ") DO NOTHING";
    }

    /** What stores rows through a connection. */
    default Inserter inserter(Connection connection) throws SQLException {
        return new ValuesInserter(connection, this);
    }

    /** How many rows are sent at once, at least. */
    default int rowsPerBatch() {
        return 1024;
    }

    /** Properties for the driver. They bound each wait: a silent server must not stop Ctrl-C. */
    Map<String, String> properties(String url);

    /** What of the table cannot hold letters like ø, in a few words; "" if all of it can. */
    default String unfitForLetters(Connection connection) throws SQLException {
        return "";
    }

    /**
     * Lets a connection only read, in a transaction that sees the rows as they are at its start.
     */
    void beginToRead(Connection connection) throws SQLException;

    /** The fetch size with which a result comes a few rows at a time. */
    default int rowsPerFetch() {
        return 1000;
    }

    /** Whether users have passwords. */
    default boolean hasPasswords() {
        return true;
    }

    /** Whether a failure may have passed when the transaction is tried again. */
    boolean canPass(SQLException failure);

    /** The first column of the first row of an answer; "" if there is no row. */
    static String answer(String sql, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            return answer.next() ? answer.getString(1) : "";
        }
    }

    /** The start of this URL among those of the dialects, "" if it is none of them. */
    static String prefix(String url) {
        return prefixes().stream().filter(url::startsWith).findFirst().orElse("");
    }

    static List<String> prefixes() {
        return SERVERS.stream().flatMap(dialect -> dialect.driversByUrl().keySet().stream())
                .collect(Collectors.toList());
    }
}
