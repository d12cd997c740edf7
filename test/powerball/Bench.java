package powerball;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;
import powerball.tools.Postgres;
import powerball.tools.Row;
import powerball.tools.SqliteDatabase;

/**
 * Measures the programs beside the tools that people would use instead: {@code ./build.sh bench
 * [rows]}. Every figure is taken several times, ours and the peer's in turn, so that both see the
 * same machine; ratios travel, seconds do not. It prints, and neither passes nor fails. It needs
 * Linux and bash; peers that are not installed are named and left out.
 */
final class Bench {

    private static final int RUNS = 5;
    private static final int FEWER_RUNS = 3; // of what takes long
    private static final int TIMES = 5; // as many rows, where a start matters less
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java")
            .toString();

    // What follows "java", as the README has it; the server also as a jar.
    private static final String SERVER = "src/powerball/Server.java";
    private static final String SERVER_JAR = "-jar build/server.jar";
    private static final String INGEST = "-jar build/ingest.jar";

    /**
     * The floor for one row a statement: the same table, the same durability, no checks, rows from
     * a file.
     */
    private static final String C_LOOP = """
            #include <sqlite3.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <time.h>
            int main(int argc, char **argv) {
              sqlite3 *db; sqlite3_stmt *insert; char line[4096]; time_t begun = time(0);
              FILE *in = fopen(argv[2], "r");
              sqlite3_open(argv[1], &db);
              sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA cache_size=-65536; TABLE; BEGIN", 0, 0, 0);
              sqlite3_prepare_v2(db, "INSERT INTO powerball_results"
                " VALUES (?MORE)"
                " ON CONFLICT (transaction_id) DO NOTHING", -1, &insert, 0);
              fgets(line, sizeof line, in);
              while (fgets(line, sizeof line, in)) {
                char *field = line;
                const char *kinds = "KINDS";
                for (int i = 1; kinds[i - 1]; i++) {
                  size_t n = strcspn(field, ",\\n");
                  if (kinds[i - 1] == 't') sqlite3_bind_text(insert, i, field, n, SQLITE_STATIC);
                  else sqlite3_bind_int(insert, i, atoi(field));
                  field += n + 1;
                }
                if (sqlite3_step(insert) != SQLITE_DONE) return 1;
                sqlite3_reset(insert);
                if (time(0) != begun) {
                  sqlite3_exec(db, "COMMIT; BEGIN", 0, 0, 0);
                  begun = time(0);
                }
              }
              sqlite3_exec(db, "COMMIT", 0, 0, 0);
              sqlite3_finalize(insert);
              return sqlite3_close(db);
            }
            """;

    /** The recipe of the manual, which skips stored rows as the ingest does. */
    private static final String LOAD_BEGIN = "printf '%s\\n' 'BEGIN;'"
            + " 'CREATE TEMP TABLE fresh (LIKE powerball_results);'"
            + " '\\copy fresh FROM STDIN (FORMAT csv, HEADER)'";
    private static final String LOAD_END = "printf '%s\\n' '\\.'"
            + " 'INSERT INTO powerball_results SELECT * FROM fresh"
            + " ON CONFLICT (transaction_id) DO NOTHING;' 'COMMIT;'";

    private final long rows;
    private final Path folder;
    private final Set<String> leftOut = new HashSet<>(); // the peers that are not installed
    private String url;
    // the next stream's: all ids ascend, as they do without --seed
    private long seed = 7_000_000_000_000_000L;

    private Bench(long rows, Path folder) {
        this.rows = rows;
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        // where nginx may read, too
        Path folder = Files.createDirectory(Path.of("build/bench").toAbsolutePath());
        try {
            new Bench(args.length > 0 ? Long.parseLong(args[0].replaceAll("[,_]", "")) : 1_000_000,
                    folder).run();
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    private void run() throws Exception {
        System.out.printf("JDK %s, %d processors, %,d rows, medians of %d runs,"
                + " %d for %,d rows%n%n",
                System.getProperty("java.version"), Runtime.getRuntime().availableProcessors(),
                rows, RUNS, FEWER_RUNS, TIMES * rows);
        System.out.printf("%-44s %9s %9s %6s   %s%n", "", "ours", "peer", "ratio",
                "ours: min - median - max");
        Files.writeString(folder.resolve("Hello.java"),
                "public class Hello { public static void main(String[] a) { "
                + "System.out.println(\"hello\"); } }");
        DoubleSupplier hello = () -> seconds("'" + JAVA + "' " + folder + "/Hello.java");
        compare("start to ready line, s / hello world", () -> secondsToReady(SERVER), hello);
        compare("the jar, to ready line, s / hello world", // from source, as above
                () -> secondsToReady(SERVER_JAR), hello);
        try (Program server = server(SERVER)) {
            url = server.url;
            shell("curl -s '" + url + "/drawing/" + 3 * rows + "' -o /dev/null"); // warms it up
            ingest();
            postgres();
            long peak = server.peakMegabytes();
            streams();
            try (Program ingest = new Program(ingestCommand(INGEST, "memory.db"))) {
                System.out.printf("%npeak resident memory, MB: ingest %d, server %d, with 100 "
                        + "streams %d%n",
                        ingest.peakMegabytes(), peak, server.peakMegabytes());
            }
            growth();
        }
    }

    // ---- The figures ----------------------------------------------------------------------------

    private void ingest() throws Exception {
        DoubleSupplier shellPeer = peer("sqlite3", () -> secondsOfSqlite(rows));
        compare("ingest, whole process, s / curl | sqlite3",
                () -> seconds(ingestCommand(INGEST, "ours.db")), shellPeer);
        many();
        sqliteUtils();
        Files.writeString(folder.resolve("loop.c"), cLoop());
        boolean c = succeeds("cc -O2 loop.c -o loop -lsqlite3");
        shell("curl -s '" + url + "/drawing/" + rows + "?format=csv&seed=" + seed()
                + "' -o rows.csv");
        // What is left is without the start of anything.
        compare("ingest less one of a single row, s / C loop",
                () -> seconds(ingestCommand(INGEST, "ours.db"))
                        - seconds("rm -f ours.db*; " + ingestCommand(INGEST, "ours.db", 1)),
                c ? () -> seconds("rm -f peer.db*; ./loop peer.db rows.csv")
                        : peer("a C compiler with libsqlite3", null));
        try (Program small = server("-Xmx64m " + SERVER)) {
            String big = url;
            compare("rows/s with -Xmx64m in both / without", () -> {
                url = small.url;
                return ingestRate("-Xmx64m " + INGEST, "ours.db");
            }, () -> {
                url = big;
                return ingestRate(INGEST, "peer.db");
            });
            url = big;
        }
    }

    private static String cLoop() {
        String kinds = Stream.of(Row.of(0).values())
                .map(value -> value instanceof String ? "t" : "n").collect(Collectors.joining());
        return C_LOOP.replace("TABLE;", SqliteDatabase.CREATE_TABLE + ";")
                .replace("MORE", ",?".repeat(kinds.length() - 1)).replace("KINDS", kinds);
    }

    /** Many more rows, so that the start of the JVM and its compilers weighs less. */
    private void many() {
        long many = TIMES * rows;
        DoubleSupplier shellPeer = peer("sqlite3", () -> secondsOfSqlite(many));
        compare(FEWER_RUNS, String.format("ingest of %,d rows, s / curl | sqlite3", many),
                () -> seconds("rm -f ours.db*; " + ingestCommand(INGEST, "ours.db", many)),
                shellPeer);
    }

    private double secondsOfSqlite(long count) {
        shell("rm -f peer.db; sqlite3 peer.db '" + SqliteDatabase.CREATE_TABLE + "'");
        return seconds(stream("csv", count) + " | sqlite3 peer.db "
                + "'.import --csv --skip 1 /dev/stdin powerball_results'");
    }

    /** A tool that makes the table itself, and is told which column is the key. */
    private void sqliteUtils() {
        DoubleSupplier utils = peer("sqlite-utils", () -> seconds("rm -f peer.db; "
                + stream("ndjson", rows) + " | sqlite-utils insert peer.db powerball_results - "
                + "--nl --pk transaction_id"));
        if (utils == null) return; // what is ours has been measured above
        compare("ingest, whole process, s / sqlite-utils",
                () -> seconds(ingestCommand(INGEST, "ours.db")), utils);
    }

    /** With a database server of its own, where there is one. */
    private void postgres() throws IOException {
        Path home = Files.createDirectory(folder.resolve("postgres"));
        try (Postgres postgres = Postgres.start(home)) {
            String launch = "-cp 'build/ingest.jar:" + postgres.driverJar()
                    + "' powerball.ingest.Ingest";
            compare("ingest, PostgreSQL, rows/s / psql recipe", () -> {
                postgres.freshDatabase();
                return rows / seconds(ingestInto(postgres.url(), launch, rows));
            }, peer("psql", () -> {
                postgres.freshDatabase();
                postgres.createTable();
                String address = postgres.url().substring("jdbc:".length());
                return rows / seconds("(" + LOAD_BEGIN + "; " + stream("csv", rows) + "; "
                        + LOAD_END + ") | psql -q '" + address + "'");
            }));
        } catch (TestAbortedException e) { // so it tells a test what is missing
            System.out.println("(left out: PostgreSQL. " + e.getMessage() + ")");
        }
    }

    private void streams() throws Exception {
        long bytesFor = 4 * rows;
        shell("mkdir -p www; curl -s '" + url + "/drawing/" + bytesFor + "' -o www/rows");
        int port = freePort();
        Files.writeString(folder.resolve("nginx.conf"),
                "daemon off; pid nginx.pid; error_log stderr crit; events {}\n"
                + "http { access_log off; sendfile on; server { listen 127.0.0.1:" + port
                        + "; root " + folder + "/www; } }\n");
        boolean nginx = succeeds("command -v nginx");
        String file = "http://127.0.0.1:" + port + "/rows";
        Program peer = nginx ? new Program("exec nginx -p . -c nginx.conf") : null;
        if (nginx) {
            shell("curl -sfI --retry 20 --retry-connrefused --retry-delay 1 " + file);
        }
        compare("one stream, MB/s / nginx from a file", () ->
                megabytesASecond(url + "/drawing/" + bytesFor),
                nginx ? () -> megabytesASecond(file) : peer("nginx", null));
        if (nginx) {
            peer.close();
        }
        double[] evenness = new double[RUNS];
        int[] run = {0};
        compare("100 streams, MB/s / 2 streams", () -> {
            double[] each = atOnce(100);
            evenness[run[0]++ % RUNS] = each[0] / each[each.length - 1];
            return Arrays.stream(each).sum();
        }, () -> Arrays.stream(atOnce(2)).sum());
        Arrays.sort(evenness);
        System.out.printf("%-44s %9s %9s %6.2f%n", "slowest of 100 streams / fastest", "", "",
                evenness[RUNS / 2]);
    }

    /**
     * The megabytes a second of each of many endless streams that are read side by side for some
     * seconds, ascending.
     */
    private double[] atOnce(int streams) {
        String out = shell("for i in $(seq " + streams
                + "); do curl -s --max-time 10 -o /dev/null -w '%{size_download}\\n' '"
                + url + "/drawing/1000000000' & done; wait");
        return out.lines().mapToDouble(bytes -> Double.parseDouble(bytes) / 10e6).sorted()
                .toArray();
    }

    /**
     * What a row costs while one file grows tenfold, and into a file of its own right before: the
     * machine has its moods.
     */
    private void growth() {
        System.out.printf("%ncost of a row as the table grows, microseconds; in a fresh file%n");
        long[] parts = new long[11];
        Arrays.fill(parts, rows);
        parts[0] = rows / 10;
        parts[1] = rows - parts[0];
        long size = 0;
        for (long part : parts) {
            String freshIngest = ingestCommand(INGEST, "fresh.db", part);
            double fresh = 1e6 / rate(shell("rm -f fresh.db*; " + freshIngest));
            double micros = 1e6 / rate(shell(ingestCommand(INGEST, "growth.db", part)));
            size += part;
            System.out.printf("%,12d rows %6.2f %6.2f %s%n", size, micros, fresh,
                    "#".repeat((int) Math.round(micros * 10)));
        }
    }

    // ---- How they are taken ---------------------------------------------------------------------

    /** A line of the table. A peer of null is one that is not there. */
    private static void compare(String name, DoubleSupplier ours, DoubleSupplier peer) {
        compare(RUNS, name, ours, peer);
    }

    private static void compare(int runs, String name, DoubleSupplier ours, DoubleSupplier peer) {
        double[] our = new double[runs];
        double[] their = new double[runs];
        for (int i = 0; i < runs; i++) {
            our[i] = ours.getAsDouble();
            their[i] = peer == null ? Double.NaN : peer.getAsDouble();
        }
        Arrays.sort(our);
        Arrays.sort(their);
        double median = our[runs / 2];
        System.out.printf("%-44s %9.2f %9.2f %6.2f   %.2f - %.2f - %.2f%n", name, median,
                their[runs / 2], median / their[runs / 2], our[0], median, our[runs - 1]);
    }

    /** The figure of a peer, or null where the command is missing, which is said once. */
    private DoubleSupplier peer(String command, DoubleSupplier figure) {
        if (figure != null && succeeds("command -v " + command)) {
            return figure;
        }
        if (leftOut.add(command)) {
            System.out.println("(left out: " + command + " is not installed)");
        }
        return null;
    }

    private String seed() {
        return String.valueOf(seed += 100_000_000_000L);
    }

    /** The command for the rows of a new stream. Its failure is that of the whole pipe. */
    private String stream(String format, long count) {
        return "set -o pipefail; curl -sSf '" + url + "/drawing/" + count + "?format=" + format
                + "&seed=" + seed() + "'";
    }

    private String ingestCommand(String launch, String db) {
        return "rm -f " + db + "*; " + ingestCommand(launch, db, rows);
    }

    private String ingestCommand(String launch, String db, long count) {
        return ingestInto(folder + "/" + db, launch, count);
    }

    /** As the README has it, but for the folder. */
    private String ingestInto(String database, String launch, long count) {
        return "cd ../..; exec '" + JAVA + "' " + launch + " "
                + count + " --seed " + seed() + " --url " + url + " --db '" + database + "'";
    }

    private double ingestRate(String launch, String db) {
        return rate(shell(ingestCommand(launch, db)));
    }

    private static double rate(String stored) {
        Matcher rate = Pattern.compile("Stored .*, ([\\d,]+) rows/s").matcher(stored);
        if (!rate.find()) {
            throw new IllegalStateException(stored);
        }
        return Double.parseDouble(rate.group(1).replace(",", ""));
    }

    private double megabytesASecond(String address) {
        return Double.parseDouble(shell("curl -s -o /dev/null -w '%{speed_download}' '" + address
                + "'")) / 1e6;
    }

    private double seconds(String command) {
        return seconds(() -> shell(command));
    }

    private double secondsToReady(String launch) {
        long start = System.nanoTime();
        Program server = server(launch);
        double seconds = (System.nanoTime() - start) / 1e9;
        server.close();
        return seconds;
    }

    private static double seconds(Runnable task) {
        long start = System.nanoTime();
        task.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private Program server(String launch) {
        return new Program("cd ../..; exec '" + JAVA + "' " + launch + " --port 0").ready();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private boolean succeeds(String command) {
        try (Program program = new Program(command)) {
            program.output();
            return program.exitCode() == 0;
        }
    }

    /** Runs a command to its end. Returns what it prints. */
    private String shell(String command) {
        try (Program program = new Program(command)) {
            String output = program.output();
            if (program.exitCode() != 0) {
                throw new IllegalStateException(command + "\n" + output);
            }
            return output;
        }
    }

    /** A command that runs in the folder of the benchmark. */
    private final class Program implements AutoCloseable {
        private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");
        private final Process process;
        private final Path out;
        private String url; // of a server that is ready

        Program(String command) {
            try {
                out = Files.createTempFile(folder, "out", ".txt");
                process = new ProcessBuilder("bash", "-c", command).directory(folder.toFile())
                        .redirectErrorStream(true).redirectOutput(out.toFile()).start();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        Program ready() {
            Matcher ready = Pattern.compile("Serving tickets on (\\S+)/\n").matcher("");
            while (!ready.reset(printed()).find()) {
                LockSupport.parkNanos(1_000_000);
            }
            url = ready.group(1);
            return this;
        }

        String output() {
            exitCode();
            return printed();
        }

        private String printed() {
            try {
                return Files.readString(out);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        int exitCode() {
            try {
                return process.waitFor();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /**
         * The most that it has had in memory at once, up to now for a server, to its end for
         * another program.
         */
        long peakMegabytes() {
            long peak = 0;
            do {
                try {
                    Matcher line = PEAK.matcher(
                            Files.readString(Path.of("/proc/" + process.pid() + "/status")));
                    peak = line.find() ? Long.parseLong(line.group(1)) / 1024 : peak;
                } catch (IOException e) {
                    break; // it has ended
                }
                LockSupport.parkNanos(5_000_000);
            } while (url == null && process.isAlive());
            return peak;
        }

        @Override public void close() {
            process.destroy();
            exitCode();
        }
    }
}
