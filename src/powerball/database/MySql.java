package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** MySQL and MariaDB, alone or as a Galera cluster, with the driver of either. */
final class MySql implements Dialect {

    private static final String MYSQLS_OWN_DRIVER = "jdbc:mysql:";

    /** SQLStates that can pass. */
    private static final Pattern TRANSIENT_STATES = Pattern.compile(
            "08..." // the connection is lost, or a node of a cluster takes no statements
            + "|25S0." // the driver has gone to another node: the transaction is lost
            + "|40..." // the transaction was rolled back, and is to be tried again
            + "|70100" // an administrator has ended the session
            + "|S1009"); // MySQL's driver, when the connection was lost within a batch
    /** Error codes of the server that can pass, although their state, HY000, can be anything. */
    private static final Set<Integer> TRANSIENT_CODES = Set.of(
            1180, // a node of a cluster has lost the others while it was to commit
            1040, 1226, // too many connections
            1205, // waited too long for a lock
            1290, // read-only: a replica that has not taken over yet
            1412); // another ingest has made the table at the same moment

    static {
        // MariaDB's driver prints warnings. What there is to say, its exceptions say.
        System.setProperty("mariadb.logging.disable", "true");
    }

    @Override public Map<String, String> driversByUrl() {
        Map<String, String> drivers = new LinkedHashMap<>();
        drivers.put("jdbc:mariadb:", "org.mariadb.jdbc.Driver");
        drivers.put(MYSQLS_OWN_DRIVER, "com.mysql.cj.jdbc.Driver");
        return drivers;
    }

    @Override public String exampleUrl() {
        return "jdbc:mariadb://localhost/lesson?user=ana";
    }

    /** Without one, a table of any database would be taken for ours. */
    @Override public boolean namesDatabase(String url) {
        return url.matches(".*//[^/]+/[^/?]+.*");
    }

    @Override public String driverCoordinate() {
        return "org.mariadb.jdbc:mariadb-java-client or com.mysql:mysql-connector-j";
    }

    @Override public String keyType() {
        return "CHAR(36)";
    }

    @Override public String tableOptions() {
        return " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    }

    /** Whatever the character set of the database is, the table's own decides. */
    @Override public String unfitForLetters(Connection connection) throws SQLException {
        String names = Table.COLUMNS.stream()
                .filter(column -> column.kind() == Table.Kind.NAME)
                .map(column -> "'" + column.name() + "'").collect(Collectors.joining(", "));
        return Dialect.answer("SELECT concat(column_name, ' has the character set ',"
                + " character_set_name) FROM information_schema.columns"
                + " WHERE table_schema = database() AND table_name = '" + Table.NAME + "'"
                + " AND column_name IN (" + names + ") AND character_set_name NOT LIKE 'utf%'",
                connection);
    }

    /** INSERT IGNORE would skip other errors, too: a value that is too long. */
    @Override public String skipsStoredRow() {
        return "ON DUPLICATE KEY UPDATE " + Table.KEY + " = " + Table.KEY;
    }

    @Override public Map<String, String> properties(String url) {
        Map<String, String> properties = new HashMap<>();
        properties.put("connectTimeout", "10000"); // milliseconds
        properties.put("socketTimeout", "20000");
        // Without the mode, what is too long for a column would be cut off.
        properties.put("sessionVariables", "innodb_lock_wait_timeout=10,lock_wait_timeout=10,"
                + "sql_mode='STRICT_ALL_TABLES'");
        // Or each statement of a batch would wait for the lock that the first has waited for.
        properties.put("continueBatchOnError", "false");
        properties.put("disablePipeline", "true");
        properties.put("useServerPrepStmts", "true"); // 1.5 times as fast
        properties.put("useAffectedRows", "true"); // a row that is there already counts 0
        // MariaDB's driver needs no more than a fetch size to pass on a few rows at a time.
        if (url.startsWith(MYSQLS_OWN_DRIVER)) properties.put("useCursorFetch", "true");
        return properties;
    }

    @Override public void beginToRead(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
    }

    @Override public boolean canPass(SQLException failure) {
        return TRANSIENT_STATES.matcher(String.valueOf(failure.getSQLState())).matches()
                || TRANSIENT_CODES.contains(failure.getErrorCode());
    }
}
