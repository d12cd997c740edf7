package powerball.tools;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A Galera cluster: MariaDB servers, its nodes, that each have all rows, on free ports of
 * 127.0.0.1. What Debian's packages {@code mariadb-server}, {@code galera-4} and {@code rsync}
 * bring is enough. Three nodes are there in some fifteen seconds.
 */
public final class Galera implements AutoCloseable {

    private static final Path PROVIDER = Path.of("/usr/lib/galera/libgalera_smm.so");

    private final List<MariaDb> nodes = new ArrayList<>();

    private Galera() {
    }

    /** Makes a cluster for this many nodes and starts the first of them. */
    public static Galera start(Path folder, int maxNodes) {
        assumeTrue(Files.exists(PROVIDER), "needs the package galera-4: no " + PROVIDER);
        Run.tool("rsync"); // by which a node gets all rows from another
        Galera cluster = new Galera();
        try {
            List<Integer> groupPorts = new ArrayList<>();
            for (int i = 0; i < maxNodes; i++) {
                groupPorts.add(Postgres.freePort());
            }
            for (int i = 0; i < maxNodes; i++) {
                MariaDb node = new MariaDb("mariadb", folder.resolve("node" + i),
                        Postgres.freePort(), options(i, groupPorts));
                node.makeFolder(folder);
                cluster.nodes.add(node);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        MariaDb first = cluster.nodes.get(0);
        first.launch("--wsrep-new-cluster");
        first.awaitAnswer();
        first.addUser();
        return cluster;
    }

    private static List<String> options(int node, List<Integer> groupPorts) throws IOException {
        List<String> group = groupPorts.stream().map(port -> "127.0.0.1:" + port).toList();
        String address = group.get(node);
        return List.of("--binlog-format=ROW", "--default-storage-engine=InnoDB",
                "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON", "--wsrep-provider=" + PROVIDER,
                "--wsrep-cluster-name=lesson",
                "--wsrep-cluster-address=gcomm://" + String.join(",", group),
                "--wsrep-provider-options=base_port=" + groupPorts.get(node)
                        + ";gmcast.listen_addr=tcp://" + address
                        + ";ist.recv_addr=127.0.0.1:" + Postgres.freePort(),
                "--wsrep-node-address=" + address, "--wsrep-sst-method=rsync",
                "--wsrep-sst-receive-address=127.0.0.1:" + Postgres.freePort());
    }

    /** A node, to look into. */
    public MariaDb node(int node) {
        return nodes.get(node);
    }

    /** What --db takes: the nodes in this order, tried as the driver's mode says. */
    public String url(String mode, int... order) {
        List<String> hosts = new ArrayList<>();
        for (int node : order) {
            hosts.add("127.0.0.1:" + nodes.get(node).port());
        }
        return "jdbc:mariadb:" + mode + "://" + String.join(",", hosts) + "/"
                + nodes.get(0).database() + "?user=ana";
    }

    /** Makes an empty database on all nodes. */
    public void freshDatabase() {
        nodes.get(0).freshDatabase();
        for (MariaDb node : nodes) {
            node.use(nodes.get(0).database());
        }
    }

    /** Starts a node, for the first time or again, and lets it come in while others work. */
    public void join(int node) {
        nodes.get(node).launch();
    }

    /** Waits until a node has all rows, and takes statements. */
    public void awaitSynced(int node) {
        MariaDb synced = nodes.get(node);
        synced.awaitAnswer();
        Run.await("node " + node, () -> holds(() ->
                synced.status("wsrep_local_state_comment").equals("Synced")), synced::log);
    }

    /** Whether a condition holds. A node that comes in, or has hung, may not take the question. */
    private static boolean holds(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (AssertionError e) {
            return false;
        }
    }

    /** Starts the nodes that are down, one by one, as each gets its rows from another. */
    public void joinAll() {
        for (int node = 0; node < nodes.size(); node++) {
            if (!nodes.get(node).isUp()) join(node);
            awaitSynced(node);
        }
    }

    /** Whether a node has so many rows. */
    public boolean hasRows(int node, long rows) {
        return holds(() -> nodes.get(node).count() >= rows);
    }

    /** Whether a node sees so many nodes, itself included. */
    public boolean hasSize(int node, int size) {
        String seen = String.valueOf(size);
        return holds(() -> nodes.get(node).status("wsrep_cluster_size").equals(seen));
    }

    public void kill9(int node) {
        nodes.get(node).kill9();
    }

    /** Stops a node where it is, as if its machine hung. */
    public void suspend(int node) {
        nodes.get(node).signal("STOP");
    }

    public void resume(int node) {
        nodes.get(node).signal("CONT");
    }

    @Override public void close() {
        nodes.forEach(MariaDb::close);
    }
}
