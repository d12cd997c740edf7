package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** MySQL and MariaDB, alone or as a Galera cluster, with the driver of either. */
final class MySql implements Dialect {

    private static final Pattern TRANSIENT_STATES = Pattern.compile("08...|40...|70100");

    @Override public Map<String, String> driversByUrl() {
        Map<String, String> drivers = new LinkedHashMap<>();
        drivers.put("jdbc:mariadb:", "org.mariadb.jdbc.Driver");
        drivers.put("jdbc:mysql:", "com.mysql.cj.jdbc.Driver");
        return drivers;
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

    /** INSERT IGNORE would skip other errors, too: a value that is too long. */
    @Override public String skipsStoredRow() {
        return "ON DUPLICATE KEY UPDATE " + Table.KEY + " = " + Table.KEY;
    }

    @Override public Map<String, String> properties(String url) {
        return Map.of(
                "connectTimeout", "10000", "socketTimeout", "30000", // milliseconds
                "useAffectedRows", "true"); // a row that is there already counts 0
    }

    @Override public void beginToRead(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
    }

    @Override public boolean canPass(SQLException failure) {
        return TRANSIENT_STATES.matcher(String.valueOf(failure.getSQLState())).matches();
    }
}
