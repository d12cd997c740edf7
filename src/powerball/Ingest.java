package powerball;

import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.sql.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;

/**
 * Asks how many rows, streams them from a Powerball server and stores them in SQLite, table {@code powerball_results}.
 * It needs a JDK, 17 or newer, the driver in {@code lib/} ({@code ./build.sh} fetches it), and a server:
 *
 * <pre>
 * $ java --enable-native-access=ALL-UNNAMED -cp 'lib/*' src/powerball/Ingest.java 1000 --seed 42
 * Asking http://127.0.0.1:8000 for 1,000 rows of seed 42
 * Stored 1,000 rows in powerball_data.db (0 already there) in 0.4 s, 2,500 rows/s
 * </pre>
 *
 * A row is stored once however often it comes: its id is the primary key, and ids are the same whenever the same seed is
 * asked for. So a broken stream is asked for again from the first row that is missing, and a whole run that failed is
 * finished by the same command.
 *
 * <p>How to read it: {@link #main}, {@link #run}, {@link #storeRows}. Two threads share the work: {@link Receiver} reads
 * rows from the network, where {@link RowParser} checks them; the main thread puts them into the {@link Store}. A bounded
 * queue between the two keeps either from running ahead. The progress bar and the options come last.
 */
public class Ingest {

    private static final int MAX_ROWS = 1_000_000_000;
    private static final long MAX_SEED = 1_000_000_000_000_000_000L;
    private static final int MAX_ROW_BYTES = 4096; // and of what a server says when it refuses
    private static final int TRIES = 5; // in a row without a new row
    private static final long FIRST_PAUSE_MILLIS = 100; // before a stream is asked for again; the next is three times that
    private static final long LOCKED_SECONDS = 30; // to wait for another program that is writing
    private static final long COMMIT_MILLIS = 900; // so that with the commit itself it is at least once a second
    private static final int BATCH_ROWS = 512; // taken from the queue at once

    private static final String TABLE = "powerball_results";
    private static final String COLUMNS = "transaction_id TEXT PRIMARY KEY, first_name TEXT, last_name TEXT, city TEXT, "
            + "state TEXT, customer_id TEXT, powerball_1 INTEGER, powerball_2 INTEGER, powerball_3 INTEGER, "
            + "powerball_4 INTEGER, powerball_5 INTEGER, powerball_number INTEGER";

    private final Options options;
    private final Progress progress = new Progress();
    private final BlockingQueue<Object[]> queue = new ArrayBlockingQueue<>(8 * BATCH_ROWS); // rows: their values, as in COLUMNS
    private final Semaphore jobEnded = new Semaphore(0);
    private volatile boolean interrupted; // by Ctrl-C

    private Ingest(Options options) {
        this.options = options;
    }

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // 1,000.5 is written so everywhere
        try {
            if (List.of(args).contains("--help")) System.out.println(Options.USAGE);
            else System.exit(new Ingest(Options.parse(args)).run());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
        }
    }

    /** The job, and what is said of it. Returns the exit code. */
    private int run() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt));
        System.out.printf("Asking %s for %,d rows of seed %d%n", options.url, options.rows, options.seed);
        Store store = new Store();
        String failure = null;
        try (store) {
            storeRows(store);
        } catch (Throwable e) { // whatever it is, people are told what is stored, and how to finish
            failure = interrupted ? "Interrupted." : e instanceof Failure ? e.getMessage()
                    : e instanceof SQLException sql ? store.explain(sql) : "It failed: " + e;
        }
        progress.end(store.committed);
        if (failure == null) {
            System.out.printf("Stored %,d rows in %s (%,d already there) in %.1f s, %,.0f rows/s%n", store.done - store.known,
                    options.db, store.known, progress.seconds(), store.done / progress.seconds());
        } else {
            System.err.printf("%s%n%,d of %,d rows were received and stored in %s. To finish: %s%n",
                    failure, store.committed, options.rows, options.db, options.command());
        }
        jobEnded.release();
        return failure == null ? 0 : interrupted ? 130 : 1;
    }

    /** Moves rows from the queue to the store until there are no more. */
    private void storeRows(Store store) throws Exception {
        Receiver receiver = new Receiver();
        receiver.start();
        System.gc(); // frees what compiling this file has used: it halves the peak of memory
        DriverManager.getConnection("jdbc:sqlite:").close(); // in memory: loads the driver while the server is asked
        List<Object[]> rows = new ArrayList<>();
        while (!interrupted && (receiver.isAlive() || !queue.isEmpty())) {
            Object[] row = queue.poll(20, TimeUnit.MILLISECONDS); // so that the bar moves, and an end is seen
            if (row == null) {
                receiver.cutIfStalled();
            } else {
                // Here, not where it was received: while the database is slow, the server is not to blame.
                receiver.lastRow = System.nanoTime();
                rows.add(row);
                queue.drainTo(rows, BATCH_ROWS - 1);
                store.add(rows);
                rows.clear();
            }
            store.commitIfDue();
            progress.show(store.done);
        }
        Failure failure = interrupted ? new Failure("Interrupted.") : receiver.failure;
        queue.drainTo(rows);
        if (failure == null || !rows.isEmpty()) store.add(rows); // no database is made for a failure without a row
        store.commit();
        if (failure != null) throw failure;
    }

    /** Ctrl-C: lets the main thread commit and say how to finish. Runs at a normal exit, too, when all that is done. */
    private void interrupt() {
        if (!jobEnded.tryAcquire()) {
            interrupted = true;
            jobEnded.acquireUninterruptibly();
            Runtime.getRuntime().halt(130);
        }
    }

    /** What ends the job: a sentence for the user. All else that goes wrong with a stream is an IOException: try again. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String sentence, Object... arguments) {
            super(printable(String.format(sentence, arguments))); // the arguments may come from elsewhere
        }
    }

    private static void require(boolean condition, String otherwise, Object... arguments) throws Failure {
        if (!condition) throw new Failure(otherwise, arguments);
    }

    // ---- From the network -------------------------------------------------------------------------------------------

    /** Asks for the rows, again if need be, and queues them. */
    private final class Receiver extends Thread {
        private final Duration patience = Duration.ofSeconds(options.stallSeconds);
        private final HttpClient client = HttpClient.newBuilder().connectTimeout(patience)
                .version(HttpClient.Version.HTTP_1_1).build(); // else it would first try to upgrade to HTTP/2
        private long received; // rows
        private boolean resumable; // the server has named the seed
        private long retryAfterMillis; // what the server wishes
        private volatile InputStream body; // null: none is being read
        private volatile long lastRow; // System.nanoTime() when the body began or, later, one was taken from the queue
        private volatile boolean stalled;
        private volatile Failure failure;

        @Override public void run() {
            try {
                receive();
            } catch (Throwable e) { // whatever it is, rows may be missing
                failure = e instanceof Failure sentence ? sentence : new Failure("Receiving failed: %s", e);
            }
        }

        /** Asks until all rows are here. */
        private void receive() throws Failure, InterruptedException {
            for (int triesInVain = 0; true; ) {
                long before = received;
                try {
                    request();
                    return;
                } catch (IOException e) {
                    if (received > 0 && received == options.rows) return; // only the end was lost
                    triesInVain = received > before ? 0 : triesInVain + 1;
                    require(received > 0 || triesInVain > 1 || !(e instanceof ConnectException), // at the first try
                            "No server answers at %s. Start one: java src/powerball/Server.java", options.url);
                    String trouble = e instanceof ConnectException ? "No server answers"
                            : stalled || e instanceof HttpTimeoutException ? "No row came for " + options.stallSeconds + " s"
                            : retryAfterMillis > 0 ? "The server is busy" : "The stream broke";
                    trouble = String.format("%s after %,d of %,d rows", trouble, received, options.rows);
                    require(received == 0 || resumable, "%s, and this server cannot resume: it names no Drawing-Seed.", trouble);
                    require(triesInVain < TRIES, "%s, and %d tries in a row have brought nothing.", trouble, TRIES);
                    long pause = Math.max(retryAfterMillis, FIRST_PAUSE_MILLIS * (long) Math.pow(3, triesInVain));
                    progress.print(String.format("%s. Asking for the rest in %.1f s.", trouble, pause / 1e3), "\n");
                    Thread.sleep(pause);
                }
            }
        }

        /** Asks once, for all that is missing, and reads to the end. An IOException means that it can be tried again. */
        private void request() throws IOException, InterruptedException, Failure {
            stalled = false;
            retryAfterMillis = 0;
            URI uri = URI.create(options.url + "/drawing/" + (options.rows - received) + "?seed=" + options.seed
                    + (received == 0 ? "" : "&from=" + received));
            HttpResponse<InputStream> response = client.send(HttpRequest.newBuilder(uri).timeout(patience).build(),
                    HttpResponse.BodyHandlers.ofInputStream()); // the timeout ends with the headers
            lastRow = System.nanoTime();
            try (InputStream in = response.body()) {
                body = in;
                checkHeaders(response);
                RowParser parser = new RowParser();
                for (Object[] row = parser.next(in, received); row != null; row = parser.next(in, ++received)) {
                    if (received == options.rows) throw new Failure("The server sends more than %,d rows.", received);
                    queue.put(row);
                }
                boolean endUnmarked = Collections.disjoint(response.headers().map().keySet(),
                        Set.of("transfer-encoding", "content-length")); // then nobody can tell an end from a break
                require(received == options.rows, "The server %s after %,d of %,d rows%s.", endUnmarked ? "closes the connection"
                        : "ends its answer", received, options.rows, parser.bytes.hasRemaining() ? ", inside a row" : "");
            } finally {
                body = null;
            }
        }

        private void checkHeaders(HttpResponse<InputStream> response) throws IOException, Failure {
            HttpHeaders headers = response.headers();
            int status = response.statusCode();
            if (status == 503) {
                String seconds = headers.firstValue("Retry-After").filter(value -> value.matches("[0-9]{1,3}")).orElse("0");
                retryAfterMillis = Math.max(FIRST_PAUSE_MILLIS, 1000 * Long.parseLong(seconds));
                throw new IOException("busy");
            }
            require(status < 300 || status >= 400, "The server redirects to %s. Name that address with --url.",
                    headers.firstValue("Location").orElse("nowhere"));
            if (status != 200) {
                String problem = new String(response.body().readNBytes(MAX_ROW_BYTES), StandardCharsets.UTF_8);
                Matcher detail = Pattern.compile("\"detail\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"").matcher(problem);
                throw new Failure("The server answers with status %d%s.", status,
                        detail.find() ? ": " + detail.group(1).replaceAll("\\\\(.)", "$1") : "");
            }
            String seed = headers.firstValue("Drawing-Seed").orElse(null);
            resumable = seed != null;
            require(!resumable || seed.equals("" + options.seed), "The server sends seed %s, not %d.", seed, options.seed);
            require(received == 0 || resumable,
                    "The server names no Drawing-Seed now, so it may send other rows than those that are missing.");
        }

        /** Called by the main thread: only closing the body frees who reads from it. */
        void cutIfStalled() throws IOException {
            InputStream reading = body;
            if (reading != null && System.nanoTime() - lastRow > patience.toNanos()) {
                stalled = true;
                reading.close();
            }
        }
    }

    /**
     * Finds rows in the bytes of a stream as they come. It never holds more than its buffer. It checks the form of a row,
     * the UUIDs and the range of each ball. The order of the balls, and one that comes twice, pass: the oldest servers of
     * this API, which were written in Python, send both.
     */
    private static final class RowParser {
        private static final String TOO_LONG = "it is longer than " + MAX_ROW_BYTES + " bytes";
        private final ByteBuffer bytes = ByteBuffer.allocate(16 * MAX_ROW_BYTES).flip(); // that have come
        private int start; // of the row
        private long rowsBefore;

        /** The next row, or null at the end of the stream; then the buffer has what there is of an unfinished one. */
        Object[] next(InputStream in, long rowsBefore) throws IOException, Failure {
            this.rowsBefore = rowsBefore;
            while (true) {
                try {
                    return row();
                } catch (BufferUnderflowException e) { // not all of it has come: it is begun again when there is more
                    bytes.position(start);
                    if (bytes.remaining() > MAX_ROW_BYTES) throw notARow(TOO_LONG);
                    bytes.compact();
                    start = 0;
                    int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
                    bytes.position(bytes.position() + Math.max(read, 0)).flip();
                    if (read < 0) return null;
                }
            }
        }

        private Object[] row() throws Failure {
            byte b = bytes.get();
            for (start = bytes.position() - 1; b == ',' || b == ' ' || b == '\n' || b == '\r'; b = bytes.get()) start++;
            expect('(', b);
            Object[] row = new Object[12]; // filled in loops: the JVM compiles them in a quarter of the time of 12 calls
            for (int i = 0; i < 6; i++) row[i] = i == 0 || i == 5 ? uuid() : text();
            for (int i = 6; i < 12; i++) row[i] = i < 11 ? number(69, ',') : number(26, ')');
            if (bytes.position() - start > MAX_ROW_BYTES) throw notARow(TOO_LONG);
            start = bytes.position();
            return row;
        }

        private byte nonSpace() {
            byte b = ' ';
            while (b == ' ') b = bytes.get();
            return b;
        }

        private void expect(char mark, byte found) throws Failure {
            if (found != mark) throw notARow("a row is 12 fields in round brackets, text in quotes, commas between");
        }

        /**
         * A text and the comma behind it. An apostrophe in it is doubled or, by the oldest servers, is not: a quote that
         * stands before a comma is the end, any other belongs to the text.
         */
        private String text() throws Failure {
            expect('\'', nonSpace());
            int from = bytes.position();
            boolean doubled = false;
            byte next = 0; // behind a quote
            while (next != ',') {
                if (bytes.get() == '\'') {
                    next = bytes.get();
                    doubled |= next == '\'';
                }
            }
            String text = new String(bytes.array(), from, bytes.position() - 2 - from, StandardCharsets.UTF_8);
            if (text.indexOf('\uFFFD') >= 0) throw notARow("it holds bytes that are not UTF-8"); // Java puts that for them
            return doubled ? text.replace("''", "'") : text;
        }

        private String uuid() throws Failure {
            String text = text();
            boolean valid = text.length() == 36;
            for (int i = 0; valid && i < 36; i++) { // a regular expression takes ten times as long
                char c = text.charAt(i);
                valid = i == 8 || i == 13 || i == 18 || i == 23 ? c == '-' : HexFormat.isHexDigit(c);
            }
            if (!valid) throw notARow("\"" + text + "\" is not a UUID");
            return text;
        }

        /** A number and what stands behind it. The oldest servers write 12 as (12,). */
        private int number(int max, char behind) throws Failure {
            byte b = nonSpace();
            boolean bracketed = b == '(';
            if (bracketed) b = bytes.get();
            int number = 0;
            for (; b >= '0' && b <= '9' && number <= max; b = bytes.get()) number = 10 * number + b - '0';
            if (number < 1 || number > max) throw notARow("a ball must be a whole number from 1 to " + max);
            if (bracketed) {
                expect(',', b);
                expect(')', bytes.get());
                b = nonSpace();
            }
            expect(behind, b);
            return number;
        }

        private Failure notARow(String why) {
            String text = new String(bytes.array(), start, Math.min(bytes.limit() - start, 80), StandardCharsets.UTF_8);
            return new Failure("Row %,d is not a row, %s: %s", rowsBefore + 1, why, text);
        }
    }

    // ---- Into the database ------------------------------------------------------------------------------------------

    /** The table. Rows are stored in transactions of about a second; what is committed survives a power cut. */
    private final class Store implements AutoCloseable {
        private static final int ROWS_A_STATEMENT = 32; // 1.5 times as fast as one
        private static final int BUSY = 5; // SQLite's code

        private Connection connection; // null: not open yet
        private Statement statement;
        private PreparedStatement insertOne;
        private PreparedStatement insertMany; // ROWS_A_STATEMENT
        private Object file; // its key: a file has the same one for as long as it exists
        private long uncommittedSince; // in System.nanoTime(); 0: not in a transaction
        private long done; // rows, stored or already there
        private long known; // of these: they were already there
        private long committed; // of the rows that are done

        /** Not before there is a row to store: no empty database is left where no server answers. */
        private void open() throws Exception {
            Path path = options.db.toAbsolutePath();
            require(!Files.isDirectory(path), "%s is a folder, not a database.", path);
            require(Files.isDirectory(path.getParent()), "%s: there is no such folder.", path);
            // Mode 32774 (0x8006): read, write, create, and no mutex, as one thread uses it. FULL: a commit returns when the
            // disk has it, so it survives a power cut. Pages of 8 KB take half the calls of the usual 4 KB, and 8 MB of them
            // are as fast a cache as 64. Locks are waited for by patiently(), which says so. Without the last, the driver
            // would ask for a key after every statement.
            connection = patiently(() -> DriverManager.getConnection("jdbc:sqlite:" + path + "?open_mode=32774&synchronous=FULL"
                    + "&page_size=8192&cache_size=-8192&busy_timeout=0&jdbc.get_generated_keys=false"));
            statement = connection.createStatement();
            patiently(() -> statement.execute("CREATE TABLE IF NOT EXISTS " + TABLE + " ("
                    + COLUMNS.replace(",", " NOT NULL,") + " NOT NULL)"));
            String columns = patiently(() -> statement.executeQuery("SELECT group_concat(name || ' ' || type || "
                    + "iif(pk, ' PRIMARY KEY', ''), ', ') FROM pragma_table_info('" + TABLE + "')").getString(1));
            require(columns.equals(COLUMNS), "%s has a table %s with other columns: %s. Name another file with --db.",
                    options.db, TABLE, columns);
            try {
                // With a write-ahead log, who reads and who writes do not wait for each other.
                patiently(() -> statement.execute("PRAGMA journal_mode = WAL"));
            } catch (SQLException e) {
                // Some file systems cannot have one. The rollback journal, which then stays, is as safe, only slower for
                // readers. If it is a read-only file instead, the first write will say so.
                if (e.getErrorCode() == BUSY) throw e;
            }
            insertOne = prepareInsert(1);
            insertMany = prepareInsert(ROWS_A_STATEMENT);
            file = Files.getAttribute(options.db, "fileKey");
        }

        /** FAIL: else SQLite copies what a statement changes, to take that back alone. Here a failure takes back all. */
        private PreparedStatement prepareInsert(int rows) throws SQLException {
            String row = ", (?" + ", ?".repeat(COLUMNS.split(",").length - 1) + ")";
            return connection.prepareStatement("INSERT OR FAIL INTO " + TABLE + " VALUES " + row.repeat(rows).substring(2)
                    + " ON CONFLICT (transaction_id) DO NOTHING");
        }

        void add(List<Object[]> rows) throws Exception {
            if (connection == null) open();
            if (uncommittedSince == 0 && !rows.isEmpty()) {
                patiently(() -> statement.execute("BEGIN IMMEDIATE"));
                uncommittedSince = System.nanoTime();
            }
            for (int at = 0, end; at < rows.size(); at = end) {
                boolean many = rows.size() - at >= ROWS_A_STATEMENT;
                end = at + (many ? ROWS_A_STATEMENT : 1);
                store(rows.subList(at, end), many ? insertMany : insertOne);
            }
        }

        private void store(List<Object[]> rows, PreparedStatement insert) throws SQLException {
            int parameter = 0;
            for (Object[] row : rows) {
                for (Object value : row) insert.setObject(++parameter, value);
            }
            known += rows.size() - insert.executeUpdate();
            done += rows.size();
        }

        void commitIfDue() throws Exception {
            if (uncommittedSince == 0 || System.nanoTime() - uncommittedSince < COMMIT_MILLIS * 1_000_000) return;
            commit();
            Thread.sleep(3); // three of the waits in patiently(): another program gets its turn
        }

        void commit() throws Exception {
            if (uncommittedSince == 0) return;
            // SQLite would not notice that the file is gone.
            if (!Files.exists(options.db) || !Objects.equals(file, Files.getAttribute(options.db, "fileKey"))) {
                committed = 0;
                throw new Failure("%s has been removed or replaced meanwhile.", options.db);
            }
            patiently(() -> statement.execute("COMMIT"));
            uncommittedSince = 0;
            committed = done;
        }

        /** Runs a statement that needs a lock, again every millisecond while another program has it. */
        private <T> T patiently(Callable<T> statement) throws Exception {
            boolean said = false;
            for (long start = System.nanoTime(); true; Thread.sleep(1)) {
                try {
                    return statement.call();
                } catch (SQLException e) {
                    double seconds = (System.nanoTime() - start) / 1e9;
                    if (e.getErrorCode() != BUSY || seconds > LOCKED_SECONDS || interrupted) throw e;
                    String locked = options.db + " is locked by another program; waiting up to " + LOCKED_SECONDS + " s.";
                    if (seconds > 1 && !said) progress.print(locked, "\n");
                    said = seconds > 1;
                }
            }
        }

        /** After a failure, this takes back what is not committed. */
        @Override public void close() throws SQLException {
            if (connection != null) connection.close();
        }

        String explain(SQLException e) {
            return options.db + switch (e.getErrorCode()) {
                case 0 -> " cannot be opened: " + printable(e.getMessage())
                        + ". The driver needs -cp 'lib/*' and a temporary folder that can be written.";
                case BUSY -> " is still locked by another program after " + LOCKED_SECONDS + " s.";
                case 8, 14 /* SQLITE_READONLY, SQLITE_CANTOPEN */ -> " cannot be written: it or its folder does not allow it.";
                case 13 /* SQLITE_FULL */ -> " cannot grow: the disk is full.";
                case 26 /* SQLITE_NOTADB */ -> " is not a SQLite database.";
                default -> " cannot be written: " + printable(e.getMessage()) + ".";
            };
        }
    }

    // ---- On the terminal --------------------------------------------------------------------------------------------

    /** How far it is, on stderr: a bar that is redrawn in place on a terminal, else a plain line now and then. */
    private final class Progress {
        private final int width = terminalWidth(); // 0: not a terminal
        private final long start = System.nanoTime();
        private double shown; // when, last, in seconds

        /** Asks the terminal behind stderr for its width, as the JDK cannot: it only knows of stdin and stdout together. */
        private static int terminalWidth() {
            try {
                ProcessBuilder stty = new ProcessBuilder("sh", "-c", "stty size <&2 2>/dev/null");
                String size = stty.redirectError(ProcessBuilder.Redirect.INHERIT).start().inputReader().readLine();
                return size == null ? 0 : Integer.parseInt(size.substring(size.indexOf(' ') + 1)); // behind the rows
            } catch (IOException | NumberFormatException e) {
                return 0; // no terminal, or no such command: plain lines do everywhere
            }
        }

        double seconds() {
            return (System.nanoTime() - start) / 1e9;
        }

        /** Shows how many rows are done, now and then. */
        void show(long done) {
            if (seconds() - shown < (width > 0 ? 0.1 : 5)) return;
            shown = seconds();
            print(line(done), "");
        }

        /** Leaves the last state on the screen, if there is anything to tell. */
        void end(long done) {
            if (done > 0 || shown > 0) print(line(done), "\n");
        }

        /** On a terminal a line takes the place of the bar, and clears what a longer one has left. */
        synchronized void print(String line, String endOnTerminal) {
            System.err.print(width > 0 ? "\r" + line + "\033[K" + endOnTerminal : line + "\n");
        }

        private String line(long done) {
            long percent = options.rows == 0 ? 100 : 100 * done / options.rows;
            String count = String.format("%,d of %,d rows", done, options.rows);
            String all = String.format("%s, %s, %s left, %,.0f rows/s", count, clock(seconds()),
                    done == 0 ? "?" : clock(Math.ceil((options.rows - done) * seconds() / done)), done / seconds());
            if (width == 0) return percent + "% " + all;
            String figures = width >= all.length() + 16 ? all : count; // a bar of less than five columns says nothing
            int room = Math.min(50, width - 11 - figures.length()); // 11: per cent, brackets, blanks, and for Ctrl-C
            int full = (int) Math.max(0, room * percent / 100);
            String bar = "[" + "#".repeat(full) + "-".repeat(Math.max(0, room - full)) + "] ";
            String line = String.format("%3d%% ", percent) + (room > 0 ? bar : "") + figures;
            return line.substring(0, Math.min(line.length(), width - 1));
        }

        private static String clock(double seconds) {
            return String.format("%02d:%02d", (long) seconds / 60, (long) seconds % 60);
        }
    }

    // ---- Options ----------------------------------------------------------------------------------------------------

    private record Options(String url, Path db, long seed, long stallSeconds, long rows, String otherOptions) {
        private static final String USAGE = """
                Usage: java -cp 'lib/*' src/powerball/Ingest.java [rows] [options]

                  rows               0 to 1,000,000,000; asked for if not given
                  --url URL          the server (http://127.0.0.1:8000)
                  --db FILE          the database (powerball_data.db)
                  --seed S           the stream, 0 to 10^18 (the present moment); the same seed gives the same rows
                  --stall-seconds S  ask again when no row has come for so long, 1 to 86,400 (30)
                  --help             show this""";

        static Options parse(String[] args) {
            Arguments given = Arguments.parse(args, List.of("--url", "--db", "--seed", "--stall-seconds"));
            check(given.words.size() <= 1, "rows must be given once, not as \"%s\"", String.join(" ", given.words));
            String url = given.text("--url", "http://127.0.0.1:8000");
            check(url.matches("https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
                    && URI.create(url).getHost() != null && URI.create(url).getPort() <= 65_535,
                    "--url must be like http://127.0.0.1:8000, not \"%s\"", url);
            String db = given.text("--db", "powerball_data.db");
            check(Path.of(db).toAbsolutePath().toString().matches("[^?]+") && db.matches("\\S|\\S.*\\S"),
                    "--db must be a path without a question mark in it or a blank at its ends, not \"%s\"", db);
            String others = ""; // as they were given
            for (Map.Entry<String, String> option : given.options.entrySet()) {
                String value = " '" + option.getValue().replace("'", "'\\''") + "'";
                if (!option.getKey().equals("--seed")) others += " " + option.getKey() + value;
            }
            return new Options(url.replaceAll("/+$", ""), Path.of(db),
                    given.number("--seed", 0, MAX_SEED, System.currentTimeMillis() * 4096), // ids ascend from run to run
                    given.number("--stall-seconds", 1, 86_400, 30),
                    given.words.isEmpty() ? askForRows() : rows(given.words.get(0)), others);
        }

        private static long rows(String text) {
            return wholeNumber("rows", ungrouped(text), 0, MAX_ROWS);
        }

        private static long askForRows() {
            Scanner in = new Scanner(System.in);
            while (true) {
                System.out.print("How many lucky winners today? ");
                if (!in.hasNextLine()) System.out.println(); // behind the question
                check(in.hasNextLine(), "rows must be given: the input ended without a number");
                try {
                    return rows(in.nextLine().strip());
                } catch (IllegalArgumentException e) {
                    System.out.println(e.getMessage());
                }
            }
        }

        /** The command that does the same, or what is left of it. */
        String command() {
            return "java -cp 'lib/*' src/powerball/Ingest.java " + rows + " --seed " + seed + otherOptions;
        }
    }

    // ==== Shared: the same in Server, Ingest and Winners, as each stands alone ===================

    /** What was typed behind the program's name: words, and options with a value each. */
    private record Arguments(List<String> words, Map<String, String> options) {

        /** Refuses an option that is not among these, has no value, or is given twice. */
        static Arguments parse(String[] args, List<String> names) {
            Arguments given = new Arguments(new ArrayList<>(), new LinkedHashMap<>());
            Iterator<String> rest = List.of(args).iterator();
            while (rest.hasNext()) {
                String word = rest.next();
                if (word.startsWith("--")) {
                    check(names.contains(word), "no such option: %s", word);
                    check(rest.hasNext(), "%s must be given with a value", word);
                    putOnce(given.options, word, rest.next());
                } else {
                    given.words.add(word);
                }
            }
            return given;
        }

        String text(String name, String otherwise) {
            return options.getOrDefault(name, otherwise);
        }

        long number(String name, long min, long max, long otherwise) {
            String text = options.get(name);
            return wholeNumber(name, text == null ? null : ungrouped(text), min, max, otherwise);
        }
    }

    private static void putOnce(Map<String, String> values, String name, String value) {
        check(values.put(name, value) == null, "%s must be given once, not twice", name);
    }

    /** A number as people write it: 1,000 and 1_000 are 1000. Any other text stays as it is. */
    private static String ungrouped(String text) {
        return text.matches("[0-9]{1,3}([,_][0-9]{3})+") ? text.replaceAll("[,_]", "") : text;
    }

    /**
     * The number that a text is; refused, if it is none or out of range, with a sentence that says
     * what is accepted.
     */
    private static long wholeNumber(String name, String text, long min, long max) {
        // From 2^63 on it is negative.
        long number = text.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(text) : -1;
        check(number >= min && number <= max,
                "%s must be a whole number from %,d to %,d, not \"%s\"", name, min, max, text);
        return number;
    }

    /** The same, where nothing may be given: a text of null. */
    private static long wholeNumber(String name, String text, long min, long max, long otherwise) {
        return text == null ? otherwise : wholeNumber(name, text, min, max);
    }

    private static void check(boolean accepted, String sentence, Object... arguments) {
        if (accepted) return;
        throw new IllegalArgumentException(printable(String.format(sentence, arguments)));
    }

    /** Text from elsewhere, fit for a terminal: without control characters, and not too long. */
    private static String printable(String text) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        return oneLine.replaceFirst("(.{500}).+", "$1...");
    }

    // ==== The end of what is shared ==============================================================
}
