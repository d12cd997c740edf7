package powerball.database;

import java.security.cert.CertificateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The differences between one database and another. To add a database, write one of these and add
 * it to {@link #BY_URL}; everything else follows.
 */
public interface Dialect {

    /** Those that a JDBC URL names. */
    List<Dialect> BY_URL = List.of(new PostgreSql(), new MySql(), new DuckDb());

    /**
     * The classes of SQLState (SQL:2016, table 38) in which a database refuses a statement, a row,
     * a password, a right or a name. Trying again cannot fix these.
     */
    Pattern FINAL_STATES = Pattern.compile("(0A|22|23|28|3D|3F|42|44|45|P0)...");
    /** Those among them that speak of the statement or its rows, or of the right to both. */
    Pattern STATEMENT_STATES = Pattern.compile("(0A|22|23|42|44|45|P0)...");

    /** The classes of the drivers, by the start of the URLs that they take. */
    Map<String, String> driversByPrefix();

    /** The Maven coordinate of the driver, or of each, for people. */
    String driverCoordinate();

    /** The type of the primary key, for ids of 36 characters. */
    default String keyType() {
        return "TEXT";
    }

    /** The end of the statement that makes the table, after its columns. */
    default String tableOptions() {
        return "";
    }

    /** The end of an INSERT that skips a row whose key is there already. */
    default String skipsStoredRow() {
        return "ON CONFLICT (" + Table.KEY + ") DO NOTHING";
    }

    /**
     * Stores rows through a connection.
     *
     * @param types the names that the database has for the types of {@link Table#COLUMNS}
     */
    Inserter inserter(Connection connection, List<String> types) throws SQLException;

    /** How many rows are sent at once, at least: the database idles while the next ones wait. */
    default int rowsPerBatch() {
        return 8192;
    }

    /** Why the table would skip a row whose key is not there; "" if it would not. */
    default String skipsNewRowsBecause(Connection connection) throws SQLException {
        return "";
    }

    /** Properties for the driver. They bound each wait: a silent server must not stop Ctrl-C. */
    Map<String, String> properties(String url);

    /** Prepares a new connection for writing. */
    default void beginToWrite(Connection connection) throws SQLException {
        // It is ready.
    }

    /**
     * Lets a connection only read, in a transaction that sees the rows as they are at its start.
     * For this transaction alone: a pooler hands the session on.
     */
    default void beginToRead(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        }
    }

    /** Whether users have passwords. */
    default boolean hasPasswords() {
        return true;
    }

    /** Whether trying again cannot fix a failure. */
    default boolean isFinal(SQLException failure) {
        return Failure.isOrHas(failure, CertificateException.class)
                || FINAL_STATES.matcher(String.valueOf(failure.getSQLState())).matches();
    }

    /** Whether a final failure speaks of the statement or its rows. */
    default boolean isOfStatement(SQLException failure) {
        return STATEMENT_STATES.matcher(String.valueOf(failure.getSQLState())).matches();
    }

    /** The first column of an answer. */
    static List<String> answers(String sql, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            List<String> answers = new ArrayList<>();
            while (answer.next()) {
                answers.add(answer.getString(1));
            }
            return answers;
        }
    }

    /** The start of this URL among those of the dialects, "" if it is none of them. */
    static String prefix(String url) {
        return prefixes().stream().filter(url::startsWith).findFirst().orElse("");
    }

    static List<String> prefixes() {
        return BY_URL.stream().flatMap(dialect -> dialect.driversByPrefix().keySet().stream())
                .toList();
    }
}
