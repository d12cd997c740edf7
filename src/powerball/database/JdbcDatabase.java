package powerball.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** A database at a JDBC URL. Its {@link Dialect} is the difference from another. */
final class JdbcDatabase implements Database {

    static final String PASSWORD_VARIABLE = "DB_PASSWORD";

    private final String url;
    private final Dialect dialect;

    private JdbcDatabase(String url, Dialect dialect) {
        this.url = url;
        this.dialect = dialect;
    }

    static Database at(String url) {
        String prefix = Dialect.prefix(url);
        for (Dialect dialect : Dialect.BY_URL) {
            boolean isOfDialect = dialect.driversByPrefix().containsKey(prefix);
            // DuckDB without a path is in memory, and gone at the end.
            if (isOfDialect && !url.equals(prefix)) return new JdbcDatabase(url, dialect);
        }
        throw new IllegalArgumentException(Database.accepted());
    }

    /** The URL up to its options. */
    @Override public String name() {
        return url.replaceFirst("(?s)[?;].*", "");
    }

    @Override public Dialect dialect() {
        return dialect;
    }

    @Override public Connection openToWrite() throws Failure {
        return open(connection -> dialect.beginToWrite(connection));
    }

    @Override public Connection openToRead() throws Failure {
        return open(connection -> dialect.beginToRead(connection));
    }

    private interface Preparation {
        void of(Connection connection) throws SQLException;
    }

    private Connection open(Preparation preparation) throws Failure {
        loadDriver();
        Properties properties = new Properties();
        properties.putAll(dialect.properties(url));
        String password = System.getenv(PASSWORD_VARIABLE);
        if (password != null && dialect.hasPasswords()) properties.put("password", password);
        try {
            Connection connection = DriverManager.getConnection(url, properties);
            try {
                preparation.of(connection);
                return connection;
            } catch (SQLException e) {
                Database.closeAfter(e, connection);
                throw e;
            }
        } catch (SQLException e) {
            throw explain(e);
        }
    }

    private void loadDriver() throws Failure {
        String prefix = Dialect.prefix(url);
        try {
            Class.forName(dialect.driversByPrefix().get(prefix));
        } catch (ClassNotFoundException e) {
            throw Failure.resumable("No driver for %s is in lib/. Run ./build.sh driver %s, or put"
                    + " %s there and run ./build.sh.", prefix, prefix.split(":")[1],
                    dialect.driverCoordinate());
        }
        try {
            DriverManager.getDriver(url);
        } catch (SQLException e) {
            throw new Failure("The driver does not accept the URL after %s. In it, %% is written"
                    + " %%25.", prefix);
        }
    }

    @Override public void commit(Connection connection) throws SQLException {
        connection.commit();
    }
}
