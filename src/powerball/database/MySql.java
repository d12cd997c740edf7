package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** MySQL and MariaDB, alone or as a Galera cluster, with the driver of either. */
final class MySql implements Dialect {

    private static final String MYSQLS_OWN_DRIVER = "jdbc:mysql:";

    /**
     * Error codes that refuse a statement, although their state, HY000, can be anything: a view
     * that takes no rows (two), a column that must have a value, a letter that a column lacks.
     */
    private static final Set<Integer> FINAL_CODES = Set.of(1288, 1471, 1364, 1366);
    /** Error codes of too many connections, although the state, 42000, refuses the statement. */
    private static final Set<Integer> TRANSIENT_CODES = Set.of(1203, 1226);

    /** The unique indexes of the table that meet a condition. A part may be an expression. */
    private static final String UNIQUE_INDEXES = """
            SELECT index_name FROM information_schema.statistics AS part
            LEFT JOIN information_schema.columns AS col
            USING (table_schema, table_name, column_name)
            WHERE table_schema = database() AND table_name = '%s' AND non_unique = 0
            GROUP BY index_name HAVING %s""";
    private static final String OF_WHOLE_KEY =
            "max(coalesce(column_name = '" + Table.KEY + "' AND sub_part IS NULL, 0))";

    static {
        // MariaDB's driver prints warnings. Its exceptions say all there is to say.
        System.setProperty("mariadb.logging.disable", "true");
    }

    @Override public Map<String, String> driversByPrefix() {
        Map<String, String> drivers = new LinkedHashMap<>();
        drivers.put("jdbc:mariadb:", "org.mariadb.jdbc.Driver");
        drivers.put(MYSQLS_OWN_DRIVER, "com.mysql.cj.jdbc.Driver");
        return drivers;
    }

    @Override public String driverCoordinate() {
        return "org.mariadb.jdbc:mariadb-java-client or com.mysql:mysql-connector-j";
    }

    /** A key needs a length here. */
    @Override public String keyType() {
        return "CHAR(36)";
    }

    /** Other engines cannot roll back; other character sets lack letters. */
    @Override public String tableOptions() {
        return " ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    }

    /** INSERT IGNORE would skip other errors, too: a value that is too long. */
    @Override public String skipsStoredRow() {
        return "ON DUPLICATE KEY UPDATE " + Table.KEY + " = " + Table.KEY;
    }

    @Override public Inserter inserter(Connection connection, List<String> types)
            throws SQLException {
        return new ValuesInserter(connection, this, 512); // with 64, a fifth more time
    }

    /** ON DUPLICATE KEY means any unique index, and without one it skips nothing. */
    @Override public String skipsNewRowsBecause(Connection connection) throws SQLException {
        String isKey = OF_WHOLE_KEY + " AND count(*) = 1";
        // Values of AUTO_INCREMENT are the database's own, and new for each row.
        String isOther = "NOT " + OF_WHOLE_KEY
                + " AND NOT max(coalesce(extra LIKE '%auto_increment%', 0))";
        if (uniqueIndexes(isKey, connection).isEmpty()) {
            return "no unique index is of " + Table.KEY + " alone and whole";
        }
        List<String> others = uniqueIndexes(isOther, connection);
        return others.isEmpty() ? ""
                : "its unique index " + others.get(0) + " is not of " + Table.KEY;
    }

    private static List<String> uniqueIndexes(String condition, Connection connection)
            throws SQLException {
        return Dialect.answers(String.format(UNIQUE_INDEXES, Table.NAME, condition), connection);
    }

    @Override public Map<String, String> properties(String url) {
        Map<String, String> properties = new HashMap<>();
        properties.put("connectTimeout", "10000"); // milliseconds
        properties.put("socketTimeout", "20000");
        // Without the mode, a value that is too long for its column would be cut off.
        properties.put("sessionVariables", "innodb_lock_wait_timeout=10,lock_wait_timeout=10,"
                + "sql_mode='STRICT_ALL_TABLES'");
        // Or each statement of a batch would wait for the lock that the first has waited for.
        properties.put("continueBatchOnError", "false");
        properties.put("disablePipeline", "true");
        properties.put("useServerPrepStmts", "true"); // 1.5 times as fast
        properties.put("useAffectedRows", "true"); // a row that is there already counts 0
        properties.put("tinyInt1isBit", "false"); // a ball in TINYINT(1) is a number
        properties.put("failOverReadOnly", "false"); // the next of several hosts takes rows, too
        if (url.startsWith(MYSQLS_OWN_DRIVER)) {
            properties.put("useCursorFetch", "true"); // or a result is read whole
            properties.put("logger", "com.mysql.cj.log.NullLogger"); // it logs stack traces
        }
        return properties;
    }

    /**
     * Each SELECT sees all that is committed, where MySQL's usual isolation repeats the snapshot of
     * the first one. A node of a cluster waits until it has applied what the others have
     * committed: otherwise, rows that are on their way would seem to be lost.
     */
    @Override public void beginToWrite(Connection connection) throws SQLException {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        if (Dialect.answers("SHOW VARIABLES LIKE 'wsrep_sync_wait'", connection).isEmpty()) return;
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION wsrep_sync_wait = 5"); // 1: SELECT, 4: INSERT
        }
    }

    @Override public boolean isFinal(SQLException failure) {
        int code = failure.getErrorCode();
        if (FINAL_CODES.contains(code)) return true;
        return !TRANSIENT_CODES.contains(code) && Dialect.super.isFinal(failure);
    }

    @Override public boolean isOfStatement(SQLException failure) {
        return FINAL_CODES.contains(failure.getErrorCode())
                || Dialect.super.isOfStatement(failure);
    }
}
