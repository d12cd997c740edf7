package powerball.database;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where the tickets are: a file for SQLite, or a database that a JDBC URL leads to. For one thread,
 * as are its connections.
 */
public interface Database {

    /**
     * A user before an @, an option for a secret (but not the one that names a file of them), an
     * option whose name is encoded, and a URL that is not JDBC's. DuckDB's are paths of files.
     */
    Pattern MAY_HOLD_PASSWORD = Pattern.compile("(?is)"
            + "jdbc:(?!duckdb:)[^?]*@.*|.*//[^/]*@.*|(?!jdbc:)[^/\\\\]*:[^/\\\\]*@.*"
            + "|.*(pass(?!file)|pwd|secret|token)\\w*\\s*=.*"
            + "|.*[?&;(][^=&;(]*%[^=&;]*=.*"
            + "|(?!jdbc:).*://.*");

    /**
     * The database that the user has named.
     *
     * @throws IllegalArgumentException if it is neither a path nor a URL that is accepted; the
     * message says what is, and repeats nothing
     */
    static Database named(String db) {
        if (MAY_HOLD_PASSWORD.matcher(db).matches()) {
            throw new IllegalArgumentException(accepted());
        }
        boolean isUrl = db.regionMatches(true, 0, "jdbc:", 0, "jdbc:".length());
        return isUrl ? JdbcDatabase.at(db) : SqliteFile.at(db);
    }

    /** A sentence that says which databases --db takes. */
    static String accepted() {
        List<String> prefixes = Dialect.prefixes();
        int last = prefixes.size() - 1;
        return "--db must be the path of a file, for SQLite, without a question mark, or a JDBC URL"
                + " that begins with " + String.join(", ", prefixes.subList(0, last)) + " or "
                + prefixes.get(last) + ", without a password and without a user before an @: the"
                + " user is an option, as in ?user=ana, and the password comes from the environment"
                + " variable " + JdbcDatabase.PASSWORD_VARIABLE;
    }

    /** The name by which messages call it. */
    String name();

    Dialect dialect();

    /** A connection for storing rows. */
    Connection openToWrite() throws Failure;

    /** A connection for reading, in a transaction that sees the rows as they are at its start. */
    Connection openToRead() throws Failure;

    /** From now on, the first statement begins a transaction. */
    default void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }

    /** Commits, unless it can be seen that the rows would be lost. */
    void commit(Connection connection) throws SQLException, Failure;

    /** The meaning of a failure. It is a {@link TransientFailure} if it may pass. */
    default Failure explain(SQLException failure) {
        SQLException first = firstWithState(failure);
        String sentence = "The database " + name() + " says: " + message(first) + ".";
        return dialect().isFinal(first)
                ? Failure.resumable("%s", sentence) : new TransientFailure("%s", sentence);
    }

    /**
     * The meaning of a failure of a statement.
     *
     * @param sentence said if the database has refused the statement: a format for the name of the
     * database and its words
     */
    default Failure explain(SQLException failure, String sentence) {
        SQLException first = firstWithState(failure);
        boolean isRefused = dialect().isFinal(first) && dialect().isOfStatement(first);
        if (!isRefused) return explain(failure);
        return Failure.resumable(sentence, name(), message(first));
    }

    /** The exception that says what happened: one of a batch may only say that it failed. */
    private static SQLException firstWithState(SQLException failure) {
        SQLException next = failure.getNextException();
        boolean isOfBatch = failure instanceof BatchUpdateException && next != null;
        SQLException start = isOfBatch ? next : failure;
        for (Throwable cause : start) { // it, its causes, and those that follow them
            if (cause instanceof SQLException e && e.getSQLState() != null) return e;
        }
        return start;
    }

    /** The driver's message, that of the cause if it says more, and the SQLState. */
    private static String message(SQLException failure) {
        String message = String.valueOf(failure.getMessage()).replaceAll("\\s+", " ")
                .replaceFirst("\\.$", "");
        String cause = Failure.message(failure);
        String more = message.contains(cause) ? "" : " (" + cause + ")";
        String state = failure.getSQLState();
        return message + more + (state == null ? "" : " (" + state + ")");
    }

    /** Closes a connection of no further use, as something has failed. */
    static void closeAfter(Exception failure, Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }
}
