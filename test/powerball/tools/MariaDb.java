package powerball.tools;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A MariaDB server in a test's folder, on a free port of 127.0.0.1, used through the driver of
 * MariaDB or of MySQL. What Debian's package {@code mariadb-server} brings is enough.
 */
public final class MariaDb extends TestDatabase {

    /** Who stores the rows. The tests themselves look into the database as root. */
    private static final String USER = "ana";
    private static final String PASSWORD = "geheim";
    private static final List<String> HOSTS = List.of("localhost", "127.0.0.1"); // of users
    private static final String MACHINE_USER = "mysql"; // it refuses to run as root
    private static final boolean IS_ROOT = "root".equals(System.getProperty("user.name"));

    private final String scheme; // of the URL: mariadb or mysql
    private final Path driverJar;
    private final Driver driver;
    private final Path folder;
    private final List<String> options;
    private final int port;
    private Run server;
    private int databases; // made so far
    private String database = "";

    MariaDb(String scheme, Path folder, int port, List<String> options) {
        this.scheme = scheme;
        boolean isOwn = scheme.equals("mariadb");
        driverJar = driver(isOwn ? "mariadb-java-client-*.jar" : "mysql-connector-j-*.jar");
        System.setProperty("mariadb.logging.disable", "true");
        driver = load(driverJar, isOwn ? "org.mariadb.jdbc.Driver" : "com.mysql.cj.jdbc.Driver");
        this.folder = folder;
        this.port = port;
        this.options = options;
    }

    /**
     * Makes a server and starts it, for the driver of this scheme. Skips the test where one of the
     * two is missing.
     */
    public static MariaDb start(Path folder, String scheme) {
        // With a log, a replica can follow.
        MariaDb server = start(folder, scheme, "--log-bin", "--server-id=1");
        server.addUser();
        server.freshDatabase();
        return server;
    }

    private static MariaDb start(Path folder, String scheme, String... options) {
        try {
            MariaDb server = new MariaDb(scheme, folder.resolve("server"), Postgres.freePort(),
                    List.of(options));
            server.makeFolder(folder);
            server.startAgain();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the files of a server, in a folder in which another user must be let in. */
    void makeFolder(Path parent) throws IOException {
        Run.tool("mariadbd");
        Run.tool("setpriv"); // to run it not as root
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> install = List.of("mariadb-install-db", "--no-defaults",
                "--user=" + (IS_ROOT ? MACHINE_USER : System.getProperty("user.name")),
                "--datadir=" + folder, "--auth-root-authentication-method=normal",
                "--skip-test-db");
        try (Run run = Run.start(parent, install)) {
            assumeTrue(run.exitCode() == 0, "MariaDB cannot be installed: " + run.err());
        }
    }

    /** Starts the server with options besides those that it always has. */
    void launch(String... moreOptions) {
        if (server != null) server.close();
        List<String> command = asUser("mariadbd", "--no-defaults", "--datadir=" + folder,
                "--socket=" + folder.resolve("s"), "--pid-file=" + folder.resolve("pid"),
                "--port=" + port, "--bind-address=127.0.0.1", "--innodb-buffer-pool-size=64M",
                // Text must come through whatever the server's usual characters are.
                "--character-set-server=latin1");
        command.addAll(options);
        command.addAll(List.of(moreOptions));
        server = Run.start(Path.of("/"), command);
    }

    @Override public void startAgain() {
        launch();
        awaitAnswer();
    }

    /** Starts it again, with TLS as well, and a certificate that nobody vouches for. */
    public void speakTls() {
        kill9();
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("certificate.pem");
        Run.succeeds(asUser(Run.makeCertificate(key, certificate)).toArray(String[]::new));
        launch("--ssl-key=" + key, "--ssl-cert=" + certificate);
        awaitAnswer();
    }

    /** A command, run by a user who is not root. */
    private static List<String> asUser(String... command) {
        List<String> all = new ArrayList<>();
        if (IS_ROOT) {
            all.addAll(List.of("setpriv", "--reuid=" + MACHINE_USER, "--regid=" + MACHINE_USER,
                    "--clear-groups"));
        }
        all.addAll(List.of(command));
        return all;
    }

    void awaitAnswer() {
        Run.await("MariaDB", () -> answers() || !server.process.isAlive(), server::err);
        if (!server.process.isAlive()) throw new AssertionError("it ended: " + server.err());
    }

    private boolean answers() {
        try (Connection connection = connectTo("")) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false; // not yet: it is asked again
        }
    }

    void addUser() {
        for (String host : HOSTS) {
            String user = USER + "@'" + host + "'";
            runAt("", "CREATE USER " + user + " IDENTIFIED BY '" + PASSWORD + "'");
            runAt("", "GRANT ALL ON *.* TO " + user);
        }
    }

    /** A replica: a server that follows this one, and is only read from until it is promoted. */
    public MariaDb replica(Path replicaFolder) {
        // They would let the user write to it before.
        runAt("", "REVOKE SUPER, READ_ONLY ADMIN ON *.* FROM " + USER + "@'127.0.0.1'");
        runAt("", "REVOKE SUPER, READ_ONLY ADMIN ON *.* FROM " + USER + "@'localhost'");
        MariaDb replica = start(replicaFolder, scheme, "--server-id=2", "--read-only");
        replica.runAt("", "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = " + port
                + ", MASTER_USER = '" + USER + "', MASTER_PASSWORD = '" + PASSWORD
                + "', MASTER_USE_GTID = slave_pos");
        replica.runAt("", "START SLAVE");
        replica.use(database);
        Run.await("the database on the replica", replica::hasDatabase, replica::log);
        return replica;
    }

    private boolean hasDatabase() {
        try (Connection connection = connectTo("")) {
            return rows(connection, "SHOW DATABASES", ",").contains(database);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Lets a replica hear no more of the server that it follows. */
    public void stopFollowing() {
        execute("STOP SLAVE");
    }

    /** Makes a replica take over. */
    public void promote() {
        stopFollowing();
        execute("SET GLOBAL read_only = 0");
    }

    /** What --db takes: this server, and if it does not answer, a replica. */
    public String urlWith(MariaDb replica) {
        String mode = scheme.equals("mariadb") ? ":sequential" : "";
        return "jdbc:" + scheme + mode + "://127.0.0.1:" + port + ",127.0.0.1:" + replica.port
                + "/" + database + "?user=" + USER;
    }

    private void runAt(String database, String sql) {
        try (Connection connection = connectTo(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql + ": " + e.getMessage(), e);
        }
    }

    @Override public void freshDatabase() {
        if (!server.process.isAlive()) startAgain(); // a test that failed has left it so
        if (!database.isEmpty()) runAt("", "DROP DATABASE " + database);
        databases++;
        database = "lesson_" + databases;
        runAt("", "CREATE DATABASE " + database);
    }

    /** The database that is in use. */
    String database() {
        return database;
    }

    /** Uses a database that another node has made. */
    void use(String otherDatabase) {
        database = otherDatabase;
    }

    /** A figure of the server's. */
    String status(String name) {
        List<String> answer = query("SHOW STATUS LIKE '" + name + "'");
        return answer.isEmpty() ? "" : answer.get(0).split(",")[1];
    }

    boolean isUp() {
        return server != null && server.process.isAlive();
    }

    /** What the server says of itself. */
    String log() {
        return server.err();
    }

    @Override public String url() {
        return urlOf(database);
    }

    @Override public String urlOfClerk(String rights) {
        for (String host : HOSTS) {
            String clerk = "clerk@'" + host + "'";
            runAt("", "CREATE USER IF NOT EXISTS " + clerk + " IDENTIFIED BY '" + PASSWORD + "'");
            runAt(database, "GRANT " + rights + " ON powerball_results TO " + clerk);
        }
        return url().replace("user=" + USER, "user=clerk");
    }

    /** The same, for any database. */
    public String urlOf(String name) {
        return "jdbc:" + scheme + "://127.0.0.1:" + port + "/" + name + "?user=" + USER;
    }

    int port() {
        return port;
    }

    @Override public List<String> environment() {
        return List.of("DB_PASSWORD=" + PASSWORD);
    }

    /** How many connections that user may have at once; 0: any number. */
    public void limitClerk(int connections) {
        for (String host : HOSTS) {
            runAt("", "ALTER USER clerk@'" + host + "' WITH MAX_USER_CONNECTIONS " + connections);
        }
    }

    /** A session of that user's. */
    public Connection connectAsClerk() throws SQLException {
        return connectTo(database, "clerk", PASSWORD);
    }

    @Override public Path driverJar() {
        return driverJar;
    }

    @Override public Connection connect() throws SQLException {
        return connectTo(database);
    }

    private Connection connectTo(String name) throws SQLException {
        return connectTo(name, "root", "");
    }

    private Connection connectTo(String name, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", user);
        properties.put("password", password);
        properties.put("connectTimeout", "2000");
        properties.put("socketTimeout", "20000");
        return driver.connect("jdbc:" + scheme + "://127.0.0.1:" + port + "/" + name, properties);
    }

    @Override public long count() {
        boolean isThere = number("SELECT count(*) FROM information_schema.tables"
                + " WHERE table_schema = database() AND table_name = 'powerball_results'") > 0;
        return isThere ? number("SELECT count(*) FROM powerball_results") : 0;
    }

    @Override protected Connection exclusive() throws SQLException {
        Connection session = connect();
        try (Statement statement = session.createStatement()) {
            statement.execute("LOCK TABLES powerball_results WRITE");
        }
        return session;
    }

    @Override public boolean isLockWaitedFor() {
        return number("SELECT count(*) FROM information_schema.processlist"
                + " WHERE state LIKE 'Waiting for table%'") > 0;
    }

    @Override public void kill9() {
        server.process.destroyForcibly();
        server.exitCode();
    }

    /** Stops it where it is, or lets it go on: STOP or CONT. */
    void signal(String name) {
        Run.succeeds("kill", "-" + name, "" + server.process.pid());
    }

    @Override public void close() {
        if (server != null) server.close();
    }
}
