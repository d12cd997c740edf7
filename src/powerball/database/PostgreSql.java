package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.regex.Pattern;

/** PostgreSQL, and what speaks its protocol: CockroachDB, YugabyteDB, Citus. */
final class PostgreSql implements Dialect {

    private static final Pattern TRANSIENT_STATES = Pattern.compile(
            "08(?!004|P01)..." // the connection is lost; but 08004: refused, 08P01: not PostgreSQL
            + "|40..." // the transaction was rolled back, and is to be tried again
            + "|57P0[1-5]|25P03|53300" // shutting down, starting up, too many connections
            + "|57014" // a time limit of the server's
            + "|55P03" // a lock is not to be had
            + "|25006"); // read-only: a standby that has not taken over yet

    @Override public Map<String, String> driversByUrl() {
        return Map.of("jdbc:postgresql:", "org.postgresql.Driver");
    }

    @Override public String exampleUrl() {
        return "jdbc:postgresql://localhost/lesson?user=ana";
    }

    @Override public String driverCoordinate() {
        return "org.postgresql:postgresql";
    }

    @Override public Map<String, String> properties(String url) {
        return Map.of(
                "loginTimeout", "30", "connectTimeout", "10", "socketTimeout", "30", // seconds
                "stringtype", "unspecified"); // text fits a column of the type uuid, too
    }

    @Override public String unfitForLetters(Connection connection) throws SQLException {
        String encoding = Dialect.answer("SHOW server_encoding", connection);
        return encoding.equals("UTF8") ? "" : "the encoding of its database is " + encoding;
    }

    /** Without autocommit off, the driver reads all rows into memory before the first is seen. */
    @Override public void beginToRead(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
    }

    @Override public boolean canPass(SQLException failure) {
        return TRANSIENT_STATES.matcher(String.valueOf(failure.getSQLState())).matches();
    }
}
