package powerball.tools;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pooler before a PostgreSQL server: pgbouncer, on a free port of 127.0.0.1. Each transaction may
 * get another of its two sessions ({@code pool_mode = transaction}). Debian's package
 * {@code pgbouncer} is enough.
 */
public final class PgBouncer implements AutoCloseable {

    private static final String PROGRAM = "/usr/sbin/pgbouncer"; // not on everybody's PATH

    private final Path folder;
    private final int port;
    private final String database;
    private final Run pooler;

    private PgBouncer(Path folder, Postgres server) throws IOException {
        this.folder = folder;
        port = Postgres.freePort();
        database = server.database();
        configure(server);
        pooler = Run.start(folder, Postgres.asUser(PROGRAM, configuration().toString()));
    }

    /** Starts one in a folder, before the database that a server uses now. */
    public static PgBouncer start(Path folder, Postgres server) {
        assumeTrue(Files.isExecutable(Path.of(PROGRAM)), "needs the package pgbouncer");
        try {
            Path own = Files.createDirectory(folder.resolve("pooler"));
            Postgres.letTheUserIn(folder, own);
            PgBouncer pooler = new PgBouncer(own, server);
            Run.await("pgbouncer", () -> pooler.pooler.err().contains("process up"),
                    pooler.pooler::err);
            return pooler;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path configuration() {
        return folder.resolve("pgbouncer.ini");
    }

    private void configure(Postgres server) throws IOException {
        Files.writeString(folder.resolve("users"), "\"postgres\" \"\"\n");
        Files.writeString(configuration(), String.join("\n",
                "[databases]",
                database + " = host=127.0.0.1 port=" + server.port,
                "[pgbouncer]",
                "listen_addr = 127.0.0.1",
                "listen_port = " + port,
                "unix_socket_dir =", // its path would have to be short
                "auth_type = trust",
                "auth_file = " + folder.resolve("users"),
                "pool_mode = transaction",
                "default_pool_size = 2",
                "server_login_retry = 1", // second, after a server that does not answer
                "ignore_startup_parameters = extra_float_digits", // that the driver sends
                ""));
    }

    /**
     * Leads to another server from now on. A transaction that is under way is finished where it
     * began.
     */
    public void leadTo(Postgres server) {
        try {
            configure(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Run.succeeds("kill", "-HUP", "" + pooler.process.pid());
    }

    /** What --db takes. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
    }

    /** What it says of itself. */
    public String log() {
        return pooler.err();
    }

    @Override public void close() {
        pooler.close();
    }
}
