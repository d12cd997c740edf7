package powerball;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.*;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.*;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
 * <p>How to read it: {@link #main} and {@link #run}; then {@link Receiver}, a thread that reads rows from the network;
 * then {@link Store}, which puts them into the database, on the main thread; between them there is a bounded queue, so
 * that neither runs ahead of the other; then the progress bar and the options.
 */
public class Ingest {

    private static final int MAX_ROWS = 1_000_000_000;
    private static final long MAX_SEED = 1_000_000_000_000_000_000L;
    private static final int MAX_ROW_BYTES = 4096;
    private static final int TRIES = 5; // in a row without a new row
    private static final long FIRST_PAUSE_MILLIS = 100; // before a stream is asked for again; the next is three times that
    private static final long LOCKED_SECONDS = 30; // to wait for another program that is writing
    private static final long COMMIT_MILLIS = 900; // so that with the commit itself it is at least once a second
    private static final long TICK_MILLIS = 100; // the bar is redrawn as often, whether rows come or not
    private static final long PLAIN_PROGRESS_SECONDS = 5; // where there is no terminal
    private static final int BATCH_ROWS = 512; // handed over at once, unless more are slow to come
    private static final int QUEUED_BATCHES = 8;

    private static final String INTERRUPTED = "Interrupted.";
    private static final String TABLE = "powerball_results";
    private static final int TEXTS = 6; // columns; the first and the last of them hold UUIDs
    private static final int BALLS = 6; // columns
    private static final List<String> COLUMNS = List.of("transaction_id TEXT PRIMARY KEY", "first_name TEXT",
            "last_name TEXT", "city TEXT", "state TEXT", "customer_id TEXT", "powerball_1 INTEGER", "powerball_2 INTEGER",
            "powerball_3 INTEGER", "powerball_4 INTEGER", "powerball_5 INTEGER", "powerball_number INTEGER");

    private final Options options;
    private final Progress progress;
    private final BlockingQueue<List<Row>> queue = new ArrayBlockingQueue<>(QUEUED_BATCHES);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean interrupted; // by Ctrl-C

    private Ingest(Options options) {
        this.options = options;
        this.progress = new Progress(options.rows);
    }

    public static void main(String[] args) throws InterruptedException {
        if (List.of(args).contains("--help")) {
            System.out.println(Options.USAGE);
            return;
        }
        Ingest ingest = null;
        try {
            ingest = new Ingest(Options.parse(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(ingest::interrupt));
        int exitCode = 1;
        try {
            exitCode = ingest.run();
        } finally {
            ingest.ended.countDown();
        }
        System.exit(exitCode);
    }

    /** The job, and what is said of it. Returns the exit code. */
    private int run() throws InterruptedException {
        System.out.printf(Locale.ROOT, "Asking %s for %,d rows of seed %d%n", options.url, options.rows, options.seed);
        Store store = new Store();
        String failure;
        try (store) {
            store.openExisting();
            failure = storeRows(store);
        } catch (SQLException e) {
            failure = interrupted ? INTERRUPTED : store.explain(e); // it may have waited for a lock
        } catch (Failure e) {
            failure = e.getMessage();
        }
        progress.end(failure == null ? store.done : store.committed);
        if (failure == null) {
            double seconds = progress.seconds();
            System.out.printf(Locale.ROOT, "Stored %,d rows in %s (%,d already there) in %.1f s, %,.0f rows/s%n",
                    store.done - store.alreadyThere, options.db, store.alreadyThere, seconds, store.done / seconds);
        } else {
            System.err.printf(Locale.ROOT, "%s%n%,d of %,d rows were received and stored in %s. To finish: %s%n",
                    failure, store.committed, options.rows, options.db, options.command());
        }
        return failure == null ? 0 : interrupted ? 130 : 1;
    }

    /** Moves rows from the queue to the store until there are no more. Returns what went wrong, or null. */
    private String storeRows(Store store) throws SQLException, InterruptedException, Failure {
        Receiver receiver = new Receiver();
        receiver.start();
        while (true) {
            if (interrupted) {
                List<List<Row>> received = new ArrayList<>();
                queue.drainTo(received);
                for (List<Row> rows : received) {
                    store.add(rows);
                }
                store.commit();
                return INTERRUPTED;
            }
            List<Row> batch = queue.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
            if (batch == Receiver.END) {
                store.commit();
                return receiver.failure;
            }
            if (batch != null) {
                store.add(batch);
            }
            store.commitIfDue();
            receiver.cutIfStalled();
            progress.show(store.done);
        }
    }

    /** Ctrl-C: lets the main thread commit and say how to finish. Runs at a normal exit, too, when all that is done. */
    private void interrupt() {
        if (ended.getCount() > 0) {
            interrupted = true;
            try {
                ended.await();
            } catch (InterruptedException e) {
                // Nobody interrupts this thread; if somebody did, it would be one more reason to end now.
            }
            Runtime.getRuntime().halt(130);
        }
    }

    /** What ends the job: a sentence for the user. All else that goes wrong with a stream is an IOException: try again. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String sentence, Object... arguments) {
            super(String.format(Locale.ROOT, sentence, arguments));
        }
    }

    // ---- From the network -------------------------------------------------------------------------------------------

    /** Asks for the rows, again if need be, and queues them in batches. */
    private final class Receiver extends Thread {
        private static final List<Row> END = new ArrayList<>(); // queued last, told by its identity
        private static final String NO_SERVER = "No server answers";

        private final HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // else it would first try to upgrade to HTTP/2
                .connectTimeout(Duration.ofSeconds(options.stallSeconds)).build();
        private List<Row> batch = new ArrayList<>();
        private long received; // rows
        private boolean resumable; // the server has named the seed
        private long retryAfterMillis; // what the server wishes
        private volatile InputStream body;
        private volatile long deadline = Long.MAX_VALUE; // in System.nanoTime(), for the next row to be complete
        private volatile boolean stalled;
        private volatile String failure; // set before END is queued

        Receiver() {
            setDaemon(true);
        }

        @Override public void run() {
            try {
                try {
                    receive();
                } catch (Failure e) {
                    failure = e.getMessage();
                } catch (RuntimeException | Error e) {
                    failure = "Receiving failed: " + e;
                }
                queueBatch();
                queue.put(END);
            } catch (InterruptedException e) {
                // Nobody interrupts this thread: it ends with the program.
            }
        }

        /** Asks until all rows are here. */
        private void receive() throws Failure, InterruptedException {
            int vain = 0; // tries in a row without a new row
            while (true) {
                long before = received;
                String trouble;
                try {
                    request();
                    return;
                } catch (IOException e) {
                    trouble = e instanceof ConnectException ? NO_SERVER
                            : stalled || e instanceof HttpTimeoutException ? "No row came for " + options.stallSeconds + " s"
                            : retryAfterMillis > 0 ? "The server is busy" : "The stream broke";
                }
                queueBatch();
                if (received == options.rows) {
                    return; // whatever became of the end
                }
                vain = received > before ? 0 : vain + 1;
                if (received == 0 && vain == 1 && trouble.equals(NO_SERVER)) {
                    throw new Failure("No server answers at %s. Start one: java src/powerball/Server.java", options.url);
                }
                trouble = String.format(Locale.ROOT, "%s after %,d of %,d rows", trouble, received, options.rows);
                if (received > 0 && !resumable) {
                    throw new Failure("%s, and this server cannot resume: it names no Drawing-Seed.", trouble);
                }
                if (vain == TRIES) {
                    throw new Failure("%s, and %d tries in a row have brought nothing.", trouble, TRIES);
                }
                long pause = Math.max(retryAfterMillis, FIRST_PAUSE_MILLIS * (long) Math.pow(3, vain));
                progress.say(String.format(Locale.ROOT, "%s. Asking for the rest in %.1f s.", trouble, pause / 1e3));
                Thread.sleep(pause);
            }
        }

        /** Asks once, for all that is missing, and reads to the end. An IOException means that it can be tried again. */
        private void request() throws IOException, InterruptedException, Failure {
            stalled = false;
            retryAfterMillis = 0;
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(options.url + "/drawing/"
                    + (options.rows - received) + "?seed=" + options.seed + (received == 0 ? "" : "&from=" + received)));
            Duration patience = Duration.ofSeconds(options.stallSeconds); // for the headers: it ends with them
            HttpResponse<InputStream> response =
                    client.send(request.timeout(patience).build(), HttpResponse.BodyHandlers.ofInputStream());
            body = response.body();
            try (InputStream in = body) {
                waitForRow();
                check(response);
                queue(List.of()); // there is a server: time to open the database
                waitForRow();
                RowParser parser = new RowParser(received + 1);
                do {
                    while (received < options.rows && parser.hasByte()) {
                        Row row = parser.next();
                        if (row == null) {
                            break;
                        }
                        batch.add(row);
                        received++;
                    }
                    if (received == options.rows && parser.hasByte()) {
                        throw new Failure("The server sends more than the %,d rows asked for.", options.rows);
                    }
                    if (batch.size() >= BATCH_ROWS || !batch.isEmpty() && in.available() == 0) {
                        queueBatch();
                        waitForRow();
                    }
                } while (parser.read(in));
                if (received < options.rows) {
                    Set<String> headers = response.headers().map().keySet(); // in lower case, from HttpClient
                    throw new Failure("The server %s after %,d of %,d rows%s.",
                            headers.contains("transfer-encoding") || headers.contains("content-length")
                                    ? "ends its answer" : "closes the connection",
                            received, options.rows, parser.hasByte() ? ", inside a row" : "");
                }
            } finally {
                deadline = Long.MAX_VALUE;
            }
        }

        private void check(HttpResponse<InputStream> response) throws IOException, Failure {
            HttpHeaders headers = response.headers();
            int status = response.statusCode();
            if (status == 503) {
                String seconds = headers.firstValue("Retry-After").orElse("");
                retryAfterMillis = seconds.matches("[0-9]{1,2}") ? 1000 * Long.parseLong(seconds) : FIRST_PAUSE_MILLIS;
                throw new IOException("busy");
            }
            if (status >= 300 && status < 400) {
                throw new Failure("The server redirects to %s. Name that address with --url.",
                        printable(headers.firstValue("Location").orElse("nowhere")));
            }
            if (status != 200) {
                String problem = new String(response.body().readNBytes(MAX_ROW_BYTES), StandardCharsets.UTF_8);
                Matcher detail = Pattern.compile("\"detail\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"").matcher(problem);
                throw new Failure("The server answers with status %d%s.", status,
                        detail.find() ? ": " + printable(detail.group(1).replaceAll("\\\\(.)", "$1")) : "");
            }
            String seed = headers.firstValue("Drawing-Seed").orElse(null);
            if (seed != null && !seed.equals(String.valueOf(options.seed))) {
                throw new Failure("The server sends rows of seed %s, not %d.", printable(seed), options.seed);
            }
            resumable = seed != null;
            if (received > 0 && !resumable) {
                throw new Failure("The server names no Drawing-Seed now, so it may send other rows than those that are missing.");
            }
        }

        private void queueBatch() throws InterruptedException {
            if (!batch.isEmpty()) { // an empty one would say that there is a server
                queue(batch);
                batch = new ArrayList<>();
            }
        }

        private void queue(List<Row> rows) throws InterruptedException {
            deadline = Long.MAX_VALUE; // not the network's time: the database may be slow
            queue.put(rows);
        }

        private void waitForRow() {
            deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.stallSeconds);
        }

        /** Called by the main thread: only closing the body frees a thread that reads from it. */
        void cutIfStalled() {
            if (System.nanoTime() > deadline) {
                deadline = Long.MAX_VALUE;
                stalled = true;
                try {
                    body.close();
                } catch (IOException e) {
                    // It is given up anyway; the reading thread gets an exception of its own.
                }
            }
        }
    }

    /** One row: the values of the text columns and of the number columns. */
    private record Row(String[] texts, int[] numbers) {
    }

    /** Finds rows in the bytes of a stream as they come, and checks them. It never holds more than its buffer. */
    private static final class RowParser {
        private static final String TOO_LONG = "it is longer than " + MAX_ROW_BYTES + " bytes";
        private final ByteBuffer bytes = ByteBuffer.allocate(16 * MAX_ROW_BYTES).flip(); // that have come
        private long number; // of the row, from 1
        private int start; // of the row

        RowParser(long firstNumber) {
            number = firstNumber;
        }

        /** Reads what comes next, at least one byte; false at the end of the stream. */
        boolean read(InputStream in) throws IOException, Failure {
            if (bytes.remaining() > MAX_ROW_BYTES) {
                throw notARow(TOO_LONG);
            }
            bytes.compact();
            int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
            bytes.position(bytes.position() + Math.max(read, 0)).flip();
            start = 0;
            return read >= 0;
        }

        /** Skips what stands between rows. Returns whether there is a byte of a row behind it. */
        boolean hasByte() {
            while (bytes.hasRemaining()) {
                byte b = bytes.get();
                if (b != ',' && b != ' ' && b != '\n' && b != '\r') {
                    start = back();
                    return true;
                }
            }
            return false;
        }

        /** The next row, or null if not all of it has come: then it is begun again when there is more. */
        Row next() throws Failure {
            try {
                expect('(', bytes.get());
                String[] texts = new String[TEXTS];
                for (int i = 0; i < TEXTS; i++) {
                    texts[i] = text();
                }
                checkUuid(texts[0]);
                checkUuid(texts[TEXTS - 1]);
                int[] numbers = new int[BALLS];
                for (int i = 0; i < BALLS; i++) {
                    boolean last = i == BALLS - 1;
                    numbers[i] = number(last ? 26 : 69, last ? ')' : ',');
                }
                if (bytes.position() - start > MAX_ROW_BYTES) {
                    throw notARow(TOO_LONG);
                }
                number++;
                return new Row(texts, numbers);
            } catch (BufferUnderflowException e) {
                bytes.position(start);
                return null;
            }
        }

        private int back() {
            bytes.position(bytes.position() - 1);
            return bytes.position();
        }

        private byte nonSpace() {
            byte b = bytes.get();
            while (b == ' ') {
                b = bytes.get();
            }
            return b;
        }

        private void expect(char mark, byte found) throws Failure {
            if (found != mark) {
                throw notARow("a row is 12 fields in round brackets, with commas between them and text in single quotes");
            }
        }

        /**
         * A text and the comma behind it. An apostrophe in it is doubled or, by the oldest servers, is not: a quote that
         * stands before a comma is the end, any other belongs to the text.
         */
        private String text() throws Failure {
            expect('\'', nonSpace());
            int from = bytes.position();
            boolean doubled = false;
            while (true) {
                int quote = bytes.position();
                while (quote < bytes.limit() && bytes.array()[quote] != '\'') { // by index: get() checks and counts each
                    quote++;
                }
                bytes.position(quote).get();
                byte next = bytes.get();
                if (next == ',') {
                    break;
                } else if (next == '\'') {
                    doubled = true;
                } else {
                    back();
                }
            }
            String text = new String(bytes.array(), from, bytes.position() - 2 - from, StandardCharsets.UTF_8);
            if (text.indexOf('\uFFFD') >= 0) { // what Java puts in the place of other bytes
                throw notARow("it holds bytes that are not UTF-8");
            }
            return doubled ? text.replace("''", "'") : text;
        }

        private void checkUuid(String text) throws Failure {
            boolean valid = text.length() == 36;
            for (int i = 0; valid && i < 36; i++) {
                boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
                valid = hyphen ? text.charAt(i) == '-' : HexFormat.isHexDigit(text.charAt(i));
            }
            if (!valid) {
                throw notARow("\"" + printable(text) + "\" is not a UUID");
            }
        }

        /** A number and what stands behind it. The oldest servers write 12 as (12,). */
        private int number(int max, char behind) throws Failure {
            byte b = nonSpace();
            boolean bracketed = b == '(';
            if (bracketed) {
                b = bytes.get();
            }
            int number = 0;
            for (; b >= '0' && b <= '9' && number <= max; b = bytes.get()) {
                number = 10 * number + b - '0';
            }
            if (number < 1 || number > max) {
                throw notARow("a ball must be a whole number from 1 to " + max);
            }
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
            return new Failure("Row %,d is not a row, %s: %s", number, why, printable(text));
        }
    }

    // ---- Into the database ------------------------------------------------------------------------------------------

    /** The table. Rows are stored in transactions of about a second; what is committed survives a power cut. */
    private final class Store implements AutoCloseable {
        private static final int ROWS_A_STATEMENT = 32; // 1.5 times as fast as one
        private static final int BUSY = 5; // SQLite's code

        private Connection connection; // null: not open yet
        private Statement sql;
        private PreparedStatement insert; // of so many rows
        private Object file; // what the path led to when it was opened
        private List<Row> waiting = new ArrayList<>(); // fewer than a statement takes
        private boolean inTransaction;
        private long uncommittedSince; // in System.nanoTime(), when the first of the rows came; 0: all are committed
        private long done; // rows, stored or already there
        private long alreadyThere;
        private long committed; // of the rows that are done

        /** Looks at the database, if there is one; makes none, lest an empty one be left where no server answers. */
        void openExisting() throws SQLException, Failure {
            if (Files.isDirectory(options.db)) {
                throw new Failure("%s is a folder, not a database.", options.db);
            }
            if (!Files.isDirectory(options.db.toAbsolutePath().getParent())) {
                throw new Failure("%s: there is no such folder.", options.db);
            }
            if (Files.exists(options.db)) {
                open();
            }
        }

        private void open() throws SQLException, Failure {
            Properties driver = new Properties();
            driver.setProperty("busy_timeout", "0"); // patiently() does the waiting, and says so
            driver.setProperty("jdbc.get_generated_keys", "false"); // else it asks for a key after every statement
            connection = DriverManager.getConnection("jdbc:sqlite:" + options.db.toAbsolutePath(), driver);
            sql = connection.createStatement();
            List<String> columns = patiently(this::columns);
            if (!columns.isEmpty() && !columns.equals(COLUMNS)) {
                throw new Failure("%s has a table %s with other columns: %s. Name another file with --db.",
                        options.db, TABLE, printable(String.join(", ", columns)));
            }
            try {
                // With a write-ahead log, who reads and who writes do not wait for each other.
                patiently(() -> sql.execute("PRAGMA journal_mode = WAL"));
            } catch (SQLException e) {
                // Some file systems cannot have one. The rollback journal, which then stays, is as safe, only slower for
                // readers. If it is a read-only file instead, the first write will say so.
                if (e.getErrorCode() == BUSY) {
                    throw e;
                }
            }
            sql.execute("PRAGMA synchronous = FULL"); // a commit returns when the disk has it: it survives a power cut
            patiently(() -> sql.execute("CREATE TABLE IF NOT EXISTS " + TABLE + " ("
                    + String.join(" NOT NULL, ", COLUMNS) + " NOT NULL)"));
            sql.execute("PRAGMA cache_size = -65536"); // KB: holds what a second brings, else it is written twice
            insert = prepareInsert(ROWS_A_STATEMENT);
            file = file();
        }

        private List<String> columns() throws SQLException {
            List<String> columns = new ArrayList<>();
            try (ResultSet found = sql.executeQuery("SELECT name || ' ' || type || iif(pk, ' PRIMARY KEY', '')"
                    + " FROM pragma_table_info('" + TABLE + "')")) {
                while (found.next()) {
                    columns.add(found.getString(1));
                }
            }
            return columns;
        }

        private PreparedStatement prepareInsert(int rows) throws SQLException {
            String values = "(?" + ", ?".repeat(COLUMNS.size() - 1) + ")";
            return connection.prepareStatement("INSERT INTO " + TABLE + " VALUES " + values + (", " + values).repeat(rows - 1)
                    + " ON CONFLICT (transaction_id) DO NOTHING");
        }

        void add(List<Row> rows) throws SQLException, Failure {
            if (connection == null) {
                open();
            }
            for (Row row : rows) {
                if (uncommittedSince == 0) {
                    uncommittedSince = System.nanoTime();
                }
                waiting.add(row);
                if (waiting.size() == ROWS_A_STATEMENT) {
                    store(insert);
                }
            }
        }

        /** Stores the waiting rows by a statement for as many. */
        private void store(PreparedStatement insert) throws SQLException {
            if (!inTransaction) {
                patiently(() -> sql.execute("BEGIN IMMEDIATE"));
                inTransaction = true;
            }
            int parameter = 0;
            for (Row row : waiting) {
                for (String text : row.texts) {
                    insert.setString(++parameter, text);
                }
                for (int number : row.numbers) {
                    insert.setInt(++parameter, number);
                }
            }
            alreadyThere += waiting.size() - insert.executeUpdate();
            done += waiting.size();
            waiting.clear();
        }

        void commitIfDue() throws SQLException, Failure {
            if (uncommittedSince != 0 && System.nanoTime() - uncommittedSince > COMMIT_MILLIS * 1_000_000) {
                commit();
                LockSupport.parkNanos(3_000_000); // three of the waits in patiently(): another program gets its turn
            }
        }

        void commit() throws SQLException, Failure {
            if (!waiting.isEmpty()) {
                try (PreparedStatement insertRest = prepareInsert(waiting.size())) {
                    store(insertRest);
                }
            }
            if (inTransaction) {
                if (!Objects.equals(file, file())) { // SQLite would go on writing to a file that nobody can find
                    committed = 0;
                    throw new Failure("%s has been removed or replaced meanwhile.", options.db);
                }
                patiently(() -> sql.execute("COMMIT"));
                inTransaction = false;
            }
            uncommittedSince = 0;
            committed = done;
        }

        /** What the path leads to now: a file has the same key for as long as it exists. */
        private Object file() {
            try {
                return Files.readAttributes(options.db, BasicFileAttributes.class).fileKey();
            } catch (IOException e) {
                return e;
            }
        }

        private interface Step<T> {
            T run() throws SQLException;
        }

        /** Runs a statement that needs a lock, again every millisecond while another program has it. */
        private <T> T patiently(Step<T> step) throws SQLException {
            long start = System.nanoTime();
            boolean said = false;
            while (true) {
                try {
                    return step.run();
                } catch (SQLException e) {
                    double seconds = (System.nanoTime() - start) / 1e9;
                    if (e.getErrorCode() != BUSY || seconds > LOCKED_SECONDS || interrupted) {
                        throw e;
                    }
                    if (seconds > 1 && !said) {
                        progress.say(options.db + " is locked by another program; waiting up to " + LOCKED_SECONDS + " s.");
                        said = true;
                    }
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }

        /** After a failure, what is not committed is taken back; on a full disk SQLite has done so itself. */
        @Override public void close() throws SQLException {
            if (connection != null) {
                try {
                    if (inTransaction) {
                        sql.execute("ROLLBACK");
                    }
                } finally {
                    connection.close();
                }
            }
        }

        String explain(SQLException e) {
            String why = switch (e.getErrorCode()) {
                case BUSY -> "is still locked by another program after " + LOCKED_SECONDS + " s";
                case 8 -> "cannot be written: the file or its folder is read-only";
                case 13 -> "cannot grow: the disk is full";
                case 14 -> "cannot be opened";
                case 26 -> "is not a SQLite database";
                default -> "cannot be written: " + printable(e.getMessage());
            };
            return options.db + " " + why + ".";
        }
    }

    // ---- On the terminal --------------------------------------------------------------------------------------------

    /** How far it is, on stderr: a bar that is redrawn in place on a terminal, else a plain line now and then. */
    private static final class Progress {
        private static final int SHORT_BAR = 20; // columns, with the per cent: a figure that would leave less is left out
        private final long rows;
        private final int width = terminalWidth(); // 0: not a terminal
        private final long start = System.nanoTime();
        private final long interval = TimeUnit.MILLISECONDS.toNanos(width > 0 ? TICK_MILLIS : 1000 * PLAIN_PROGRESS_SECONDS);
        private long shown = start; // when, last
        private String bar = "";

        Progress(long rows) {
            this.rows = rows;
        }

        /** Asks the terminal behind stderr for its width, as the JDK cannot: it only knows of stdin and stdout together. */
        private static int terminalWidth() {
            try {
                Process stty = new ProcessBuilder("sh", "-c", "stty size <&2 2>/dev/null")
                        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
                String[] size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim().split(" ");
                return size.length < 2 ? 0 : size[1].equals("0") ? 80 : Integer.parseInt(size[1]);
            } catch (IOException | NumberFormatException e) {
                return 0; // no such command: plain lines do for every terminal
            }
        }

        double seconds() {
            return (System.nanoTime() - start) / 1e9;
        }

        /** Shows how many rows are done, now and then. */
        synchronized void show(long done) {
            if (System.nanoTime() - shown > interval) {
                shown = System.nanoTime();
                if (width > 0) {
                    draw(line(done));
                } else {
                    System.err.println(line(done));
                }
            }
        }

        /** Prints a line above the bar. */
        synchronized void say(String sentence) {
            String below = bar;
            draw("");
            System.err.println(sentence);
            draw(below);
        }

        /** Leaves the last state on the screen, if there is anything to tell. */
        synchronized void end(long done) {
            if (done == 0) {
                draw("");
            } else {
                draw(line(done));
                System.err.println(width > 0 ? "" : line(done));
            }
        }

        private void draw(String line) {
            if (width > 0 && !line.equals(bar)) {
                System.err.print("\r" + line + " ".repeat(Math.max(0, bar.length() - line.length()))
                        + (line.isEmpty() ? "\r" : ""));
                bar = line;
            }
        }

        private String line(long done) {
            double seconds = seconds();
            double part = rows == 0 ? 1 : (double) done / rows;
            String line = String.format(Locale.ROOT, " %,d of %,d rows", done, rows);
            for (String figure : List.of(clock(seconds),
                    (done == 0 ? "?" : clock(Math.ceil((rows - done) * seconds / done))) + " left",
                    String.format(Locale.ROOT, "%,.0f rows/s", done / seconds))) {
                line += width == 0 || width > SHORT_BAR + line.length() + figure.length() ? ", " + figure : "";
            }
            String percent = String.format(width == 0 ? "%d%%" : "%3d%% ", (int) (100 * part));
            int room = Math.min(50, width - 8 - line.length()); // 8: per cent, brackets, and the last column
            String bar = "#".repeat(Math.max(0, (int) (part * room)));
            String all = room < 1 ? percent + line : percent + "[" + bar + "-".repeat(room - bar.length()) + "]" + line;
            return width == 0 ? all : all.substring(0, Math.min(all.length(), width - 1));
        }

        private static String clock(double seconds) {
            long s = (long) seconds;
            return s < 3600 ? String.format("%02d:%02d", s / 60, s % 60)
                    : String.format("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
        }
    }

    /** Text from elsewhere, fit for a terminal: without control characters, and not too long. */
    private static String printable(String text) {
        String clean = text.replaceAll("\\p{Cc}", "?");
        return clean.length() <= 300 ? clean : clean.substring(0, 300) + "...";
    }

    // ---- Options ----------------------------------------------------------------------------------------------------

    private record Options(String url, Path db, long seed, long stallSeconds, long rows) {
        private static final String DEFAULT_URL = "http://127.0.0.1:8000";
        private static final String DEFAULT_DB = "powerball_data.db";
        private static final long DEFAULT_STALL_SECONDS = 30;
        private static final String USAGE = """
                Usage: java -cp 'lib/*' src/powerball/Ingest.java [rows] [options]

                  rows               0 to 1,000,000,000; asked for if not given
                  --url URL          the server (http://127.0.0.1:8000)
                  --db FILE          the database (powerball_data.db)
                  --seed S           the stream, 0 to 10^18 (the present moment); the same seed gives the same rows
                  --stall-seconds S  ask again when no row has come for so long, 1 to 86,400 (30)
                  --help             show this""";

        static Options parse(String[] args) {
            Map<String, String> given = new HashMap<>();
            for (int i = 0; i < args.length; i++) {
                String name = args[i].startsWith("--") ? args[i] : "rows";
                if (!List.of("rows", "--url", "--db", "--seed", "--stall-seconds").contains(name)) {
                    throw new IllegalArgumentException("no such option: " + printable(name));
                }
                String value = name.equals("rows") ? args[i] : ++i < args.length ? args[i] : "";
                if (given.put(name, value) != null) {
                    throw new IllegalArgumentException(name + " must be given once, not twice");
                }
            }
            return new Options(
                    url(given.getOrDefault("--url", DEFAULT_URL)),
                    db(given.getOrDefault("--db", DEFAULT_DB)),
                    wholeNumber(given, "--seed", 0, MAX_SEED, presentMoment()),
                    wholeNumber(given, "--stall-seconds", 1, 86_400, DEFAULT_STALL_SECONDS),
                    given.containsKey("rows") ? rows(given.get("rows")) : askForRows());
        }

        private static String url(String text) {
            if (!text.matches("https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?") 
                    || URI.create(text).getHost() == null || URI.create(text).getPort() > 65_535) {
                throw new IllegalArgumentException("--url must be like " + DEFAULT_URL + ", not \"" + printable(text) + "\"");
            }
            return text.replaceAll("/+$", "");
        }

        private static Path db(String text) {
            if (text.isEmpty() || text.contains("?") || !text.equals(text.strip())) { // the driver would change these
                throw new IllegalArgumentException("--db must be a file's path without a question mark, or spaces at its ends,"
                        + " not \"" + printable(text) + "\"");
            }
            return Path.of(text);
        }

        /** A number of rows, as people write it: 1000, 1,000 or 1_000. */
        private static long rows(String text) {
            boolean grouped = text.matches("[0-9]{1,3}([,_][0-9]{3})+");
            return wholeNumber(Map.of("rows", grouped ? text.replaceAll("[,_]", "") : text), "rows", 0, MAX_ROWS, 0);
        }

        private static long askForRows() {
            Scanner in = new Scanner(System.in);
            while (true) {
                System.out.print("How many lucky winners today? ");
                System.out.flush();
                if (!in.hasNextLine()) {
                    System.out.println();
                    throw new IllegalArgumentException("rows must be given: the input ended without a number");
                }
                try {
                    return rows(in.nextLine().strip());
                } catch (IllegalArgumentException e) {
                    System.out.println(e.getMessage());
                }
            }
        }

        private static long wholeNumber(Map<String, String> given, String name, long min, long max, long byDefault) {
            String text = given.get(name);
            if (text == null) {
                return byDefault;
            }
            long number = text.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(text) : -1; // past 2^63 it is negative
            if (number < min || number > max) {
                throw new IllegalArgumentException(String.format(Locale.ROOT,
                        "%s must be a whole number from %,d to %,d, not \"%s\"", name, min, max, printable(text)));
            }
            return number;
        }

        /** In units of 1/4096 ms since 1970, so that ids ascend from one run to the next. */
        private static long presentMoment() {
            return Instant.EPOCH.until(Instant.now(), ChronoUnit.MICROS) * 512 / 125;
        }

        /** The command that does the same, or what is left of it. */
        String command() {
            return "java -cp 'lib/*' src/powerball/Ingest.java " + rows + " --seed " + seed
                    + (url.equals(DEFAULT_URL) ? "" : " --url " + url)
                    + (db.equals(Path.of(DEFAULT_DB)) ? "" : " --db '" + db.toString().replace("'", "'\\''") + "'")
                    + (stallSeconds == DEFAULT_STALL_SECONDS ? "" : " --stall-seconds " + stallSeconds);
        }
    }
}
