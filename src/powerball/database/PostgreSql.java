package powerball.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** PostgreSQL, and others that speak its protocol: CockroachDB, YugabyteDB, Citus. */
final class PostgreSql implements Dialect {

    @Override public Map<String, String> driversByPrefix() {
        return Map.of("jdbc:postgresql:", "org.postgresql.Driver");
    }

    @Override public String driverCoordinate() {
        return "org.postgresql:postgresql";
    }

    @Override public Inserter inserter(Connection connection, List<String> types)
            throws SQLException {
        return new ArrayInserter(connection, this, types);
    }

    @Override public Map<String, String> properties(String url) {
        return Map.of(
                "connectTimeout", "10", "socketTimeout", "30", // seconds
                // A pooler changes the server behind a connection: no statement may be kept there.
                "prepareThreshold", "0",
                "stringtype", "unspecified"); // text fits a column of the type uuid, too
    }
}
