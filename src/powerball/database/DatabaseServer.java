package powerball.database;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

/** A database at a JDBC URL. What differs from one to another is its {@link Dialect}. */
final class DatabaseServer implements Database {

    private static final String PASSWORD_VARIABLE = "DB_PASSWORD";
    /** SQLStates that say that the table does not take a row: it will not take it later. */
    private static final String ROW_REFUSED = "2[23]...";
    /** Options whose values are secret, but not the driver's option that names a file of them. */
    private static final String SECRET_OPTION =
            "(?is).*(?!passfile)(pass|pwd|secret|token)\\w*\\s*=.*";
    private static final String USER_BEFORE_HOST = "(?s).*@.*";
    /** Not the path of a file, but a URL that was meant for JDBC or for another program. */
    static final String ALMOST_A_URL =
            "(?is).*(://|jdbc:|(pass|pwd|secret|token)\\w*=).*|[^/\\\\]+:[^/\\\\]*@.*";

    private final String url;
    private final Dialect dialect;
    private boolean hasAnswered;

    private DatabaseServer(String url, Dialect dialect) {
        this.url = url;
        this.dialect = dialect;
    }

    /** Nothing of a URL that is refused is repeated: it may hold a password. */
    static Database at(String url) {
        Dialect dialect = Dialect.SERVERS.stream()
                .filter(server -> server.driversByUrl().containsKey(Dialect.prefix(url)))
                .findFirst().orElseThrow(() -> new IllegalArgumentException(accepted()));
        if (url.matches(SECRET_OPTION) || decoded(url).matches(SECRET_OPTION)
                || (dialect.hasPasswords() && url.matches(USER_BEFORE_HOST))) {
            throw new IllegalArgumentException("--db must hold no password, and no user before an"
                    + " @: append the user to the URL, as in ?user=ana, and put the password in the"
                    + " environment variable " + PASSWORD_VARIABLE);
        }
        if (!dialect.namesDatabase(url)) {
            throw new IllegalArgumentException("--db must name a database after "
                    + Dialect.prefix(url) + ", as in " + dialect.exampleUrl());
        }
        return new DatabaseServer(url, dialect);
    }

    /** What --db takes. */
    static String accepted() {
        List<String> prefixes = Dialect.prefixes();
        int last = prefixes.size() - 1;
        return "--db must be the path of a file, for SQLite, or a JDBC URL that begins with "
                + String.join(", ", prefixes.subList(0, last)) + " or " + prefixes.get(last);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // then it is not encoded
        }
    }

    @Override public String name() {
        return url;
    }

    @Override public Dialect dialect() {
        return dialect;
    }

    @Override public void loadDriver() throws Failure {
        String prefix = Dialect.prefix(url);
        try {
            Class.forName(dialect.driversByUrl().get(prefix));
        } catch (ClassNotFoundException e) {
            throw Failure.mendable("No driver for %s is in lib/. Put %s there, and run ./build.sh"
                    + " again.", prefix, dialect.driverCoordinate());
        }
        try {
            DriverManager.getDriver(url);
        } catch (SQLException e) {
            throw new Failure("The driver does not accept %s. In a URL, %% is written %%25.", url);
        }
    }

    @Override public Connection openToWrite() throws SQLException, Failure {
        Connection connection = connect();
        try {
            Table.makeOrCheck(connection, dialect, url);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException | Failure e) {
            Database.closeAfter(e, connection);
            throw e;
        }
    }

    @Override public Connection openToRead() throws SQLException, Failure {
        return readable(connect());
    }

    private Connection connect() throws SQLException, Failure {
        loadDriver();
        Properties properties = new Properties();
        properties.putAll(dialect.properties(url));
        String password = System.getenv(PASSWORD_VARIABLE);
        if (password != null && dialect.hasPasswords()) properties.put("password", password);
        Connection connection = DriverManager.getConnection(url, properties);
        hasAnswered = true;
        return connection;
    }

    @Override public void begin(Connection connection) {
        // Without autocommit, the first statement begins a transaction.
    }

    @Override public void commit(Connection connection) throws SQLException {
        connection.commit();
    }

    @Override public Failure explain(SQLException failure) {
        SQLException first = firstWithState(failure);
        String state = first.getSQLState() == null ? "" : first.getSQLState();
        String code = state.isEmpty() ? "" : " (" + state + ")";
        String sentence = "The database says: " + words(first) + code + ".";
        boolean isRefusal = Cause.isTlsRefusal(first)
                || (Cause.isUnknownHost(first) && !hasAnswered);
        if (dialect.canPass(first) && !isRefusal) return new TransientFailure("%s", sentence);
        return state.matches(ROW_REFUSED)
                ? new Failure("%s", sentence) : Failure.mendable("%s", sentence);
    }

    /** The exception that says what happened: a batch may only say that it failed. */
    private static SQLException firstWithState(SQLException failure) {
        SQLException next = failure.getNextException();
        SQLException start = next == null ? failure : next;
        for (Throwable cause : start) { // it, its causes, and what follows them
            if (cause instanceof SQLException e && e.getSQLState() != null) return e;
        }
        return start;
    }

    /** The driver's message, and that of the cause if it is different. */
    private static String words(SQLException failure) {
        String words = String.valueOf(failure.getMessage()).replaceAll("\\s+", " ");
        String cause = Cause.words(failure).replaceAll("\\s+", " ");
        String all = words.contains(cause) ? words : words + " (" + cause + ")";
        return all.replaceFirst("\\.$", "");
    }
}
