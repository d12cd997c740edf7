package powerball.tools;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;

/**
 * A PostgreSQL server with a cluster of its own in a test's folder, on a free port of 127.0.0.1.
 * What Debian's package {@code postgresql} brings is enough; a cluster that it has started is not
 * touched.
 */
public final class Postgres extends TestDatabase {

    private static final String USER = "postgres"; // of the machine, where root runs the tests
    private static final boolean IS_ROOT = "root".equals(System.getProperty("user.name"));
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    /** The role whose password is asked for. All others come in without. */
    public static final String PASSWORD_ROLE = "with_password";

    private final Path driverJar;
    private final Path programs;
    private final Path cluster;
    public final int port;
    private final Driver driver;
    private Run server;
    private String database = "postgres";
    private int databases; // made so far

    private Postgres(Path programs, Path driverJar, Path cluster) throws IOException {
        this.programs = programs;
        this.driverJar = driverJar;
        this.cluster = cluster;
        port = freePort();
        driver = load(driverJar, "org.postgresql.Driver");
    }

    /** Makes a cluster and starts it. Skips the test where something is missing, and says what. */
    public static Postgres start(Path folder) {
        Path programs = lastIn(VERSIONS, "*", "the package postgresql").resolve("bin");
        assumeTrue(Files.isExecutable(programs.resolve("postgres")), "no postgres in " + programs);
        Path driverJar = driver("postgresql-*.jar");
        try {
            Path cluster = Files.createDirectory(folder.resolve("cluster"));
            letTheUserIn(folder, cluster);
            Postgres postgres = new Postgres(programs, driverJar, cluster);
            postgres.makeCluster();
            postgres.startAgain();
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Gives a folder within another to the user who runs the server: PostgreSQL refuses to run as
     * root, and no other user may enter a folder of root's tests.
     */
    public static void letTheUserIn(Path folder, Path cluster) throws IOException {
        if (!IS_ROOT) return;
        Run.tool("setpriv"); // to run PostgreSQL not as root
        UserPrincipal user = null;
        try {
            user = cluster.getFileSystem().getUserPrincipalLookupService()
                    .lookupPrincipalByName(USER);
        } catch (IOException e) {
            assumeTrue(false, "needs the user " + USER + ", to run PostgreSQL not as root: " + e);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setOwner(cluster, user);
        List<String> enter = asUser("test", "-w", cluster.toString());
        try (Run test = Run.start(Path.of("/"), enter)) {
            assumeTrue(test.exitCode() == 0, USER + " may not enter " + folder + ": " + test.err());
        }
    }

    /** A command, run by a user who is not root. */
    static List<String> asUser(String... command) {
        List<String> all = new ArrayList<>();
        if (IS_ROOT) {
            all.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
        }
        all.addAll(List.of(command));
        return all;
    }

    /**
     * A free port below those that a system gives to clients. A client that tries a closed port
     * among its own again and again may be given that very port, and is then connected to itself.
     */
    public static int freePort() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        Random random = new Random();
        IOException taken = new IOException("no port was tried");
        for (int tries = 0; tries < 100; tries++) {
            int port = 10_000 + random.nextInt(20_000);
            try (ServerSocket free = new ServerSocket(port, 1, loopback)) {
                return free.getLocalPort();
            } catch (IOException e) {
                taken = e;
            }
        }
        throw taken;
    }

    private void makeCluster() throws IOException {
        // --no-sync is for these files alone: the server itself waits for the disk.
        List<String> initdb = asUser(programs.resolve("initdb").toString(), "--no-sync",
                "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C",
                "--pgdata=" + cluster.resolve("data"));
        try (Run run = Run.start(cluster, initdb)) {
            if (run.exitCode() != 0) throw new AssertionError("initdb: " + run.out() + run.err());
        }
        Files.writeString(cluster.resolve("data/pg_hba.conf"),
                "host all " + PASSWORD_ROLE + " 127.0.0.1/32 scram-sha-256\n"
                + "host all all 127.0.0.1/32 trust\n"
                + "host replication all 127.0.0.1/32 trust\n");
    }

    /** Starts the server, also after it was killed, on the same port. Returns when it answers. */
    @Override public void startAgain() {
        if (server != null) server.close();
        // No socket in the file system: its path would have to be short.
        server = Run.start(cluster, asUser(programs.resolve("postgres").toString(),
                "-D", cluster.resolve("data").toString(), "-p", "" + port, "-c", "fsync=on",
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="));
        Run.await("PostgreSQL", () -> answers() || !server.process.isAlive(), server::err);
        if (!server.process.isAlive()) {
            throw new AssertionError("it did not start: " + server.err());
        }
    }

    /** A standby: a copy of this server that follows it until it is promoted. */
    public Postgres standby(Path folder) {
        try {
            Path copy = Files.createDirectory(folder.resolve("standby"));
            letTheUserIn(folder, copy);
            Postgres standby = new Postgres(programs, driverJar, copy);
            List<String> backup = asUser(programs.resolve("pg_basebackup").toString(),
                    "--host=127.0.0.1", "--port=" + port, "--username=postgres",
                    "--pgdata=" + copy.resolve("data"), "--write-recovery-conf",
                    "--checkpoint=fast", "--no-sync");
            try (Run run = Run.start(copy, backup)) {
                if (run.exitCode() != 0) throw new AssertionError(backup + ": " + run.err());
            }
            standby.database = database;
            standby.startAgain();
            return standby;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets a commit wait, from now on, until a standby has it. */
    public void waitForStandby() {
        execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
        execute("SELECT pg_reload_conf()");
    }

    /** Lets a standby hear no more of the server that it follows. */
    public void stopFollowing() {
        execute("ALTER SYSTEM SET primary_conninfo = ''");
        execute("SELECT pg_reload_conf()");
        Run.await("the end of what it hears", () ->
                number("SELECT count(*) FROM pg_stat_wal_receiver") == 0);
    }

    /** Makes a standby take over. Returns when it has. */
    public void promote() {
        execute("SELECT pg_promote()");
    }

    /** The name of the database that is in use. */
    String database() {
        return database;
    }

    private boolean answers() {
        String url = urlOf("postgres", "postgres");
        try (Connection connection = driver.connect(url, new Properties())) {
            return connection.isValid(0);
        } catch (SQLException e) {
            return false; // not yet: it is asked again
        }
    }

    /** Kills it and all its sessions, as a power cut would. Returns when the port is free. */
    @Override public void kill9() {
        signal("-STOP"); // first, so that no session begins unseen
        List<ProcessHandle> all = new ArrayList<>(server.process.descendants().toList());
        all.add(server.process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        server.exitCode();
        Run.await("the end of PostgreSQL", () -> all.stream().allMatch(Postgres::hasEnded));
    }

    /** Shuts it down as an administrator would who does not wait for the sessions to end. */
    public void shutDown() {
        signal("-INT");
        server.exitCode();
    }

    private void signal(String signal) {
        Run.succeeds("kill", signal, "" + server.process.pid());
    }

    /**
     * Lets commits return before the disk has them, as synchronous_commit = off does, and keeps
     * them from it until the server is killed. What is committed from now on is lost then.
     */
    public void keepCommitsFromTheDisk() {
        execute("ALTER SYSTEM SET synchronous_commit = off");
        execute("SELECT pg_reload_conf()");
        Run.await("the setting", () ->
                query("SHOW synchronous_commit").equals(List.of("off")));
        Run.succeeds("kill", "-STOP", "" + number("SELECT pid FROM pg_stat_activity"
                + " WHERE backend_type = 'walwriter'"));
    }

    /** Where nobody asks how a killed orphan has ended, it stays in the list, without a program. */
    private static boolean hasEnded(ProcessHandle process) {
        return !process.isAlive() || process.info().command().isEmpty();
    }

    /** Makes an empty database. All that follows, url() too, is about it. */
    @Override public void freshDatabase() {
        freshDatabase("UTF8");
    }

    /** The same, for the letters of an encoding. */
    public void freshDatabase(String encoding) {
        if (!server.process.isAlive()) startAgain(); // a test that failed has left it so
        String old = database;
        database = "postgres"; // a database cannot be dropped from within
        if (!old.equals("postgres")) execute("DROP DATABASE " + old + " WITH (FORCE)");
        databases++;
        execute("CREATE DATABASE lesson_" + databases + " TEMPLATE template0 ENCODING '" + encoding
                + "'");
        database = "lesson_" + databases;
    }

    /** What Ingest and Winners are given with --db. */
    @Override public String url() {
        return url("postgres");
    }

    @Override public String urlOfClerk(String rights) {
        boolean isKnown = number("SELECT count(*) FROM pg_roles WHERE rolname = 'clerk'") > 0;
        if (!isKnown) execute("CREATE ROLE clerk LOGIN");
        execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC"); // as is usual from version 15 on
        execute("GRANT " + rights + " ON powerball_results TO clerk");
        return url("clerk");
    }

    @Override public Path driverJar() {
        return driverJar;
    }

    @Override protected Connection exclusive() throws SQLException {
        Connection session = connect();
        session.setAutoCommit(false);
        try (Statement statement = session.createStatement()) {
            statement.execute("LOCK TABLE powerball_results IN SHARE ROW EXCLUSIVE MODE");
        }
        return session;
    }

    @Override public boolean isLockWaitedFor() {
        return number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND wait_event_type = 'Lock'") > 0;
    }

    /** The same, for another role. Further parameters can be put behind it with an ampersand. */
    public String url(String role) {
        return urlOf(database, role);
    }

    /** The same, for any database. */
    public String urlOf(String name, String role) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name + "?user=" + role;
    }

    /** A session of its own, for a test that holds something. */
    @Override public Connection connect() throws SQLException {
        return connect(url());
    }

    /** A session at another URL. */
    public Connection connect(String url) throws SQLException {
        return driver.connect(url, new Properties());
    }

    /** A setting, as a session sees it. */
    public static String show(Connection session, String setting) throws SQLException {
        return rows(session, "SHOW " + setting, ",").get(0);
    }

    /** Makes the table, as somebody might by hand. */
    public void createTable() {
        execute(SqliteDatabase.CREATE_TABLE);
    }

    /**
     * Makes the table, and runs statements of PL/pgSQL whenever the row with this id is about to be
     * stored.
     */
    public void beforeRow(String id, String statements) {
        createTable();
        execute("CREATE FUNCTION interfere() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                + statements + " RETURN NEW; END $$");
        execute("CREATE TRIGGER interfere BEFORE INSERT ON powerball_results FOR EACH ROW "
                + "WHEN (NEW.transaction_id = '" + id + "') EXECUTE FUNCTION interfere()");
    }

    /** What a statement or a trigger runs that is to wait until the gate is open. */
    public static final String PASS_GATE = "PERFORM pg_advisory_xact_lock_shared(1);";

    /** What such statements wait for. */
    public interface Gate extends AutoCloseable {

        void open() throws SQLException;

        @Override default void close() throws SQLException {
            open();
        }
    }

    /** Shuts the gate. It also opens when the server is killed. */
    public Gate shutGate() throws SQLException {
        Connection session = connect();
        try (Statement statement = session.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(1)");
        }
        return session::close;
    }

    /** How many sessions wait for a lock that a test holds. */
    public long sessionsThatWait() {
        return number("SELECT count(*) FROM pg_stat_activity "
                + "WHERE datname = current_database() AND wait_event = 'advisory'");
    }

    /** Lets it speak TLS as well from now on, with a certificate that nobody vouches for. */
    public void speakTls() {
        Path data = cluster.resolve("data");
        succeedsAsUser(Run.makeCertificate(data.resolve("server.key"), data.resolve("server.crt")));
        execute("ALTER SYSTEM SET ssl = on"); // with files of these names
        execute("SELECT pg_reload_conf()");
        Run.await("the setting", () -> query("SHOW ssl").equals(List.of("on")));
    }

    /** Another certificate. */
    public Path otherCertificate() {
        Path certificate = cluster.resolve("other.crt");
        succeedsAsUser(Run.makeCertificate(cluster.resolve("other.key"), certificate));
        return certificate;
    }

    private static void succeedsAsUser(String... command) {
        Run.succeeds(asUser(command).toArray(String[]::new));
    }

    /** Lets it log all statements from now on. */
    public void logStatements() {
        execute("ALTER SYSTEM SET log_statement = 'all'");
        execute("SELECT pg_reload_conf()");
        Run.await("the setting", () -> query("SHOW log_statement").equals(List.of("all")));
    }

    /** What it says of itself. */
    public String log() {
        return server.err();
    }

    /** What the sessions do just now, for a test that has waited in vain. */
    public String sessions() {
        return String.join("\n", query("SELECT concat_ws(' ', pid, state, wait_event, "
                + "left(query, 100)) FROM pg_stat_activity WHERE datname = current_database()"));
    }

    @Override public void close() {
        if (server.process.isAlive()) kill9();
        server.close();
    }
}
