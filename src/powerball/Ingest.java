package powerball;

import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.*;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.SecureRandom;
import java.sql.*;
import java.time.*;
import java.time.format.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.logging.LogManager;
import java.util.regex.*;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * Asks how many rows to fetch, streams them from a Powerball server and stores them in table
 * {@code powerball_results} of a database. It needs a JDK, 17 or newer, the database's driver in
 * {@code lib/} ({@code ./build.sh} fetches the one for SQLite), and a server:
 *
 * <pre>
 * $ java -cp "lib/*" src/powerball/Ingest.java 1000 --seed 42
 * Asking http://127.0.0.1:8000 for 1,000 rows of seed 42
 * Stored 1,000 rows in powerball_data.db (0 already there) in 0.4 s, 2,500 rows/s
 * </pre>
 *
 * <b>How it recovers.</b> A job is a loop of attempts ({@link #job}). An attempt requests the rows
 * from the first uncommitted one on, and stores them ({@link #attempt}). A {@link Trouble} ends it
 * early. It can pass if a stream breaks or stalls, or if a server or a database is down, busy or
 * locked. Then all the rows that have arrived are committed, if possible, and after a pause the
 * next attempt begins. Five attempts in a row without progress end the job. No row is lost, as only
 * committed rows are not requested again. No row is stored twice, as its id is the primary key, and
 * the same seed gives the same ids. For the same reason, the same command finishes a job that has
 * failed. There is no other mechanism.
 *
 * <p>Read it from top to bottom: {@link #COLUMNS}; {@link #main}, {@link #run}, {@link #job} and
 * {@link #attempt}; the {@link Download} and its {@link RowParser}, which work on the threads of
 * the HTTP client; the {@link Store} with its {@link Database}, on the main thread;
 * {@link Interruption}, for Ctrl-C; the {@link Progress}; and the options.
 */
public class Ingest {

    /** What a column holds, and its type in SQL. */
    private enum Kind {
        UUID("TEXT"), TEXT("TEXT"), WHITE_BALL("INTEGER"), POWERBALL("INTEGER");

        private final String sqlType;

        Kind(String sqlType) {
            this.sqlType = sqlType;
        }
    }

    private record Column(String name, Kind kind) {
    }

    /**
     * The columns of the table, in order; the first is the primary key. The table and its check,
     * the statements and the parser are derived from this list.
     */
    private static final List<Column> COLUMNS = List.of(
            new Column("transaction_id", Kind.UUID),
            new Column("first_name", Kind.TEXT),
            new Column("last_name", Kind.TEXT),
            new Column("city", Kind.TEXT),
            new Column("state", Kind.TEXT),
            new Column("customer_id", Kind.UUID),
            new Column("powerball_1", Kind.WHITE_BALL),
            new Column("powerball_2", Kind.WHITE_BALL),
            new Column("powerball_3", Kind.WHITE_BALL),
            new Column("powerball_4", Kind.WHITE_BALL),
            new Column("powerball_5", Kind.WHITE_BALL),
            new Column("powerball_number", Kind.POWERBALL));

    private static final int WHITE_BALLS = 69; // in their drum
    private static final int POWERBALLS = 26; // in the other drum

    private static final int MAX_ROWS = 1_000_000_000; // per job; also the highest first row
    private static final long MAX_SEED = 1_000_000_000_000_000_000L;
    private static final int MAX_RATE = 1_000_000; // rows a second
    private static final int MAX_ROW_BYTES = 4096; // also the most that is read of a refusal

    private static final int ATTEMPTS = 5; // in a row without progress, before the job fails
    private static final long PAUSE_MILLIS = 100; // tripled after each attempt without progress
    private static final long MAX_PAUSE_SECONDS = 60; // however long a server asks for
    private static final long COMMIT_MILLIS = 900; // plus the commit itself: at least once a second
    private static final long TURN_MILLIS = 10; // after a commit, so another program can write
    private static final long MOMENT_MILLIS = 50; // to wait for rows, before other checks

    private final Options options;
    private final Database database;
    private final Progress progress;
    private final Store store = new Store();
    private final Interruption interruption = new Interruption();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).build(); // or it would ask to upgrade to HTTP/2
    private boolean resumable; // whether the last response named the seed
    private volatile Object firstId; // of the job, from the first row received

    private Ingest(Options options) {
        this.options = options;
        database = options.database;
        progress = new Progress(options.rows);
    }

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // formats 1,000.5 this way everywhere
        LogManager.getLogManager().reset(); // drivers log stack traces, and URLs with passwords
        try {
            if (List.of(args).contains("--help")) {
                System.out.println(Options.USAGE);
            } else {
                System.exit(new Ingest(Options.parse(args)).run());
            }
        } catch (NoAnswer e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
        }
    }

    // ---- The job --------------------------------------------------------------------------------

    /** Runs the job and reports on it. Returns the exit code. */
    private int run() {
        interruption.watch();
        String slice = options.from == 0 ? "" : String.format(", from row %,d", options.from);
        System.out.printf("Asking %s for %,d rows of seed %d%s%n",
                options.url, options.rows, options.seed, slice);
        System.gc(); // frees what compiling this file used, which halves peak memory
        try {
            job();
            store.close();
            progress.end(store.committed);
            System.out.printf("Stored %,d rows in %s (%,d already there) in %.1f s, %,.0f rows/s%n",
                    store.committed - store.alreadyThere, database.name(), store.alreadyThere,
                    progress.seconds(), store.committed / progress.seconds());
            if (System.out.checkError()) {
                System.err.println("The rows are stored, but this could not be printed.");
                return 1;
            }
            return 0;
        } catch (Trouble e) {
            tellHowToFinish(e.getMessage(), e.losesRows);
            return 1;
        } catch (InterruptedException e) {
            tellHowToFinish("Interrupted.", false);
            return 130;
        } catch (RuntimeException | Error e) { // a fault in this program or in a driver
            tellHowToFinish("It failed: " + e, false);
            return 1;
        } finally {
            store.close();
            interruption.jobFinished();
        }
    }

    private void tellHowToFinish(String failure, boolean losesRows) {
        progress.end(store.committed);
        String count = String.format("%,d of %,d rows were received and stored in %s.",
                store.committed, options.rows, database.name());
        if (losesRows) {
            count = String.format("It is not known how many of the %,d rows that were stored are"
                    + " still in %s.", store.committed, database.name());
        }
        String whole = database.isNameWhole() ? "" : ", with the whole URL of the database";
        System.err.printf("%s%n%s To finish%s: %s%n",
                printable(database.withoutPassword(failure)), count, whole, options.command());
    }

    /** Makes attempts until all rows are committed. Throws trouble that cannot or did not pass. */
    private void job() throws Trouble, InterruptedException {
        int withoutProgress = 0;
        while (true) {
            long before = store.committed;
            try {
                attempt();
                return;
            } catch (Trouble trouble) {
                if (!trouble.canPass) throw trouble;
                withoutProgress = store.committed > before ? 0 : withoutProgress + 1;
                String sentence = String.format("%s after %,d of %,d rows",
                        trouble.getMessage(), store.committed, options.rows);
                if (store.committed > 0 && !resumable) {
                    throw Trouble.lasting("%s, and this server cannot resume: it sends no"
                            + " Drawing-Seed.%s", sentence, trouble.more());
                }
                if (withoutProgress == ATTEMPTS) {
                    throw Trouble.lasting("%s, and %d attempts in a row made no progress.%s",
                            sentence, ATTEMPTS, trouble.more());
                }
                long pause = PAUSE_MILLIS * (long) Math.pow(3, withoutProgress);
                pause = Math.max(pause, trouble.pauseMillis);
                progress.say(String.format("%s. Asking for the rest in %.1f s.%s",
                        sentence, pause / 1e3, trouble.advice));
                pause(pause);
            }
        }
    }

    private void pause(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
            interruption.check();
            progress.show(store.committed);
            Thread.sleep(MOMENT_MILLIS);
        }
    }

    /** Requests the rows from the first uncommitted one on, and stores them. */
    private void attempt() throws Trouble, InterruptedException {
        Download download = new Download(store.committed);
        try {
            download.ask();
            database.loadDriver(); // while the server prepares its response
            while (!download.hasEnded()) {
                store.add(download.next());
                store.commitIfDue();
                progress.show(store.done());
                interruption.check();
            }
            store.commit();
        } catch (Trouble trouble) {
            store.commitReceived(); // nothing, if the trouble is the database's
            throw trouble;
        } catch (InterruptedException interrupt) {
            download.close();
            store.add(download.queued());
            store.commitReceived();
            throw interrupt;
        } finally {
            download.close();
        }
    }

    /**
     * What ends an attempt early. If it can pass, its message is the start of a sentence, which
     * continues with "after 10 of 20 rows"; if it cannot, it is a whole sentence.
     */
    static final class Trouble extends Exception {
        private static final long serialVersionUID = 1;
        private final boolean canPass;
        private long pauseMillis; // that the server asks for
        private boolean losesRows; // nobody knows how many committed rows are still there
        private String advice = ""; // a sentence after the message

        private Trouble(boolean canPass, String sentence, Throwable cause) {
            super(printable(sentence), cause);
            this.canPass = canPass;
        }

        static Trouble passing(Throwable cause, String sentence, Object... arguments) {
            return new Trouble(true, String.format(sentence, arguments), cause);
        }

        static Trouble lasting(String sentence, Object... arguments) {
            return new Trouble(false, String.format(sentence, arguments), null);
        }

        Trouble withLoss() {
            losesRows = true;
            return this;
        }

        Trouble withAdvice(String sentence) {
            advice = " " + sentence;
            return this;
        }

        /** What follows the last sentence of a job: the advice and the cause. */
        String more() {
            return getCause() == null ? advice : advice + " (" + reason(getCause()) + ")";
        }
    }

    /** The message of the innermost cause, or its class if it has none. */
    private static String reason(Throwable failure) {
        if (failure.getCause() != null) return reason(failure.getCause());
        String words = failure.getMessage();
        return words == null ? failure.getClass().getSimpleName() : words;
    }

    /** Whether a failure is of a class, or has a cause that is. */
    private static boolean isOrHas(Throwable failure, Class<?> kind) {
        return failure != null && (kind.isInstance(failure) || isOrHas(failure.getCause(), kind));
    }

    // ---- From the network -----------------------------------------------------------------------

    /**
     * One response of the server. The HTTP client calls {@link #onNext} and the like on threads of
     * its own, where the rows are parsed and queued. The main thread takes them with {@link #next},
     * and requests another buffer for each one taken: so no more than {@link #BUFFERS} are in
     * flight, and a slow database holds the server back (back-pressure). An InputStream would not
     * do: what has arrived but has not been read is lost when the connection breaks.
     */
    private final class Download implements HttpResponse.BodySubscriber<Void> {
        private static final int BUFFERS = 8; // in flight at once, of 16 KB
        private static final long PROBLEM_SECONDS = 2; // to wait for the words of a refusal
        private static final Set<Integer> PASSING_STATUS = Set.of(408, 425, 429, 502, 503, 504);

        /** Rows that have arrived. The last batch has none, only the trouble, if there is any. */
        private record Batch(List<Object[]> rows, boolean isLast, Trouble trouble) {
        }

        private final long first; // row of the job to start from
        private final long asked; // rows
        private final BlockingQueue<Batch> batches = new LinkedBlockingQueue<>();
        private final RowParser parser;
        private final CompletableFuture<String> problem = new CompletableFuture<>(); // as text
        private CompletableFuture<HttpResponse<Void>> answer;
        private volatile Flow.Subscription subscription;
        private boolean isStream; // of rows; otherwise the body is a problem
        private long received; // rows
        private long taken; // rows, by the main thread
        private boolean hasAnswer; // its headers
        private boolean ended;
        private long waitingSince; // for a row, in System.nanoTime()
        private boolean hasDeliveredRows; // so they are being stored, and no row is awaited

        Download(long first) {
            this.first = first;
            asked = options.rows - first;
            parser = new RowParser(first);
        }

        void ask() {
            long from = options.from + first;
            String uri = options.url + "/drawing/" + asked + "?seed=" + options.seed;
            if (from > 0) uri += "&from=" + from;
            if (options.rate > 0) uri += "&rate=" + options.rate;
            // No HttpRequest.timeout: from JDK 26 on, it would limit the whole stream.
            HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
            answer = client.sendAsync(request, this::receiver);
            waitingSince = System.nanoTime();
        }

        private HttpResponse.BodySubscriber<Void> receiver(HttpResponse.ResponseInfo info) {
            isStream = info.statusCode() == 200;
            return this;
        }

        /** Trouble before a response: the cause's class, never a guess, says if it can pass. */
        private Trouble noAnswer(Throwable cause) {
            if (isOrHas(cause, UnresolvedAddressException.class)) {
                return Trouble.lasting("The host name in %s is unknown.", options.url);
            }
            if (isOrHas(cause, SSLException.class)) {
                return Trouble.lasting("No secure connection to %s: %s.",
                        options.url, reason(cause));
            }
            if (cause instanceof ConnectException) {
                int port = URI.create(options.url).getPort();
                String other = port < 0 || port == 8000 ? "" : " --port " + port;
                return Trouble.passing(null, "No server answers at %s", options.url)
                        .withAdvice("Start one: java src/powerball/Server.java" + other);
            }
            if (isOrHas(cause, SocketException.class) || isOrHas(cause, EOFException.class)
                    || isOrHas(cause, ClosedChannelException.class)) {
                return Trouble.passing(cause, "The connection to %s broke", options.url);
            }
            return Trouble.lasting("No answer from %s: %s.", options.url, reason(cause));
        }

        private void check(HttpResponse<Void> response) throws Trouble, InterruptedException {
            int status = response.statusCode();
            HttpHeaders headers = response.headers();
            if (status >= 300 && status < 400) throw redirect(response);
            if (status != 200) throw refusal(status, headers);
            String seed = headers.firstValue("Drawing-Seed").orElse(null);
            if (seed != null && !seed.equals(String.valueOf(options.seed))) {
                throw Trouble.lasting("The server sent seed %s, not %d.", seed, options.seed);
            }
            if (seed == null && first > 0) {
                throw Trouble.lasting("The server sends no Drawing-Seed any more, so its rows may"
                        + " not be the missing ones.");
            }
            resumable = seed != null;
        }

        private Trouble redirect(HttpResponse<Void> response) {
            String location = response.headers().firstValue("Location").orElse("");
            try {
                URI target = response.uri().resolve(location);
                String base = target.toString().replaceFirst("/drawing/.*", "");
                boolean here = location.isEmpty() || !target.getPath().contains("/drawing/");
                String advice = here ? "" : " Try --url " + base;
                return Trouble.lasting("The server redirects to %s.%s", target, advice);
            } catch (IllegalArgumentException e) {
                return Trouble.lasting("The server redirects to \"%s\", which is not an address.",
                        location);
            }
        }

        /** Passes on the detail of a problem (RFC 9457). */
        private Trouble refusal(int status, HttpHeaders headers) throws InterruptedException {
            String sentence = "The server answers with status " + status;
            try {
                String text = problem.get(PROBLEM_SECONDS, TimeUnit.SECONDS);
                Matcher detail = Pattern.compile("\"detail\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"")
                        .matcher(text);
                if (detail.find()) sentence += ": " + detail.group(1).replaceAll("\\\\(.)", "$1");
            } catch (TimeoutException | ExecutionException e) {
                // Then the message has only the status.
            }
            if (!PASSING_STATUS.contains(status)) return Trouble.lasting("%s.", sentence);
            Trouble busy = Trouble.passing(null, "%s,", sentence);
            long seconds = retryAfterSeconds(headers.firstValue("Retry-After").orElse("0").strip());
            busy.pauseMillis = 1000 * Math.min(seconds, MAX_PAUSE_SECONDS);
            if (seconds > MAX_PAUSE_SECONDS) {
                busy.withAdvice(String.format("It asks for a wait of %,d s; here %d s is the most.",
                        seconds, MAX_PAUSE_SECONDS));
            }
            return busy;
        }

        /** The value is a number of seconds, or the date of the next try (RFC 9110, 10.2.3). */
        private static long retryAfterSeconds(String value) {
            if (value.matches("[0-9]{1,9}")) return Long.parseLong(value);
            if (value.matches("[0-9]+")) return 999_999_999;
            try {
                Instant date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value));
                return Math.max(0, Duration.between(Instant.now(), date).toSeconds() + 1);
            } catch (DateTimeException e) {
                return 0; // neither: treated as no wait
            }
        }

        boolean hasEnded() {
            return ended;
        }

        /** The next rows. An empty list: none arrived for a moment, or all have arrived. */
        List<Object[]> next() throws Trouble, InterruptedException {
            // A slow database is not the server's fault.
            if (hasDeliveredRows) waitingSince = System.nanoTime();
            hasDeliveredRows = false;
            if (!hasAnswer) awaitAnswer();
            Batch batch = hasAnswer ? batches.poll(MOMENT_MILLIS, TimeUnit.MILLISECONDS) : null;
            if (batch != null && batch.isLast) {
                ended = true;
                if (batch.trouble != null) throw batch.trouble;
                return List.of();
            }
            if (batch != null) subscription.request(1);
            if (batch == null || batch.rows.isEmpty()) {
                long silence = System.nanoTime() - waitingSince;
                if (silence > TimeUnit.SECONDS.toNanos(options.stallSeconds)) {
                    ended = taken == asked; // then only the end is missing
                    if (ended) return List.of();
                    throw Trouble.passing(null, "No row came for %d s", options.stallSeconds);
                }
                return List.of();
            }
            hasDeliveredRows = true;
            taken += batch.rows.size();
            return batch.rows;
        }

        private void awaitAnswer() throws Trouble, InterruptedException {
            try {
                check(answer.get(MOMENT_MILLIS, TimeUnit.MILLISECONDS));
                hasAnswer = true;
            } catch (TimeoutException e) {
                // Not yet: next() limits the wait.
            } catch (ExecutionException e) {
                throw noAnswer(e.getCause());
            }
        }

        /** All rows that have arrived and have not been taken. */
        List<Object[]> queued() {
            List<Object[]> rows = new ArrayList<>();
            batches.forEach(batch -> rows.addAll(batch.rows));
            return rows;
        }

        void close() {
            if (answer != null) answer.cancel(true);
            if (subscription != null) subscription.cancel();
        }

        // From here on, like receiver() above, on the threads of the HTTP client:

        @Override public CompletionStage<Void> getBody() {
            return CompletableFuture.completedStage(null); // the response is done with its headers
        }

        @Override public void onSubscribe(Flow.Subscription newSubscription) {
            subscription = newSubscription;
            newSubscription.request(BUFFERS);
        }

        @Override public void onNext(List<ByteBuffer> buffers) {
            if (!isStream) {
                ByteBuffer start = buffers.get(0);
                start.limit(Math.min(start.limit(), start.position() + MAX_ROW_BYTES));
                problem.complete(StandardCharsets.UTF_8.decode(start).toString());
                subscription.cancel();
                return;
            }
            List<Object[]> rows = new ArrayList<>();
            Trouble trouble = null;
            try {
                for (ByteBuffer buffer : buffers) {
                    parser.parse(buffer, rows);
                }
            } catch (Trouble notARow) {
                trouble = notARow;
            }
            if (received + rows.size() > asked) {
                rows.subList((int) (asked - received), rows.size()).clear();
                trouble = Trouble.lasting("The server sends more than %,d rows.", options.rows);
            }
            if (received == 0 && !rows.isEmpty()) {
                if (first == 0) firstId = rows.get(0)[0];
                if (first > 0 && rows.get(0)[0].equals(firstId)) {
                    rows.clear();
                    trouble = Trouble.lasting("The server began with the first row again,"
                            + " although row %,d was asked for: it cannot resume.",
                            options.from + first);
                }
            }
            received += rows.size();
            batches.add(new Batch(rows, false, null));
            if (trouble != null) {
                subscription.cancel();
                batches.add(new Batch(List.of(), true, trouble));
            }
        }

        @Override public void onComplete() {
            String where = parser.isInsideRow() ? " inside a row" : "";
            end(Trouble.passing(null, "The stream ended%s", where));
        }

        @Override public void onError(Throwable cause) {
            end(Trouble.passing(cause, "The stream broke"));
        }

        /** If all rows have arrived, only the end of the stream can be missing: no trouble. */
        private void end(Trouble early) {
            problem.complete("");
            batches.add(new Batch(List.of(), true, received == asked ? null : early));
        }
    }

    /**
     * Finds rows in the bytes of a stream as they arrive: it parses, and if a row is incomplete, it
     * rewinds to its start and waits for more. It never holds more than its buffer. It checks the
     * form of a row, the UUIDs and the range of each ball. Balls out of order and balls that come
     * up twice are accepted: the oldest servers of this API, which were written in Python, send
     * both. They also separate rows by a comma and a space instead of a line break.
     */
    static final class RowParser {
        private static final String TOO_LONG = "it is longer than " + MAX_ROW_BYTES + " bytes";
        private static final Kind[] KINDS =
                COLUMNS.stream().map(Column::kind).toArray(Kind[]::new);
        private final ByteBuffer bytes = ByteBuffer.allocate(16 * MAX_ROW_BYTES).flip();
        private int start; // of the row
        private long rowsBefore; // in the job

        RowParser(long rowsBefore) {
            this.rowsBefore = rowsBefore;
        }

        /** Adds the rows that end in this buffer to those found before. */
        void parse(ByteBuffer buffer, List<Object[]> rows) throws Trouble {
            while (buffer.hasRemaining()) {
                take(buffer);
                Object[] row = next();
                while (row != null) {
                    rows.add(row);
                    row = next();
                }
            }
        }

        /** Takes what there is room for. There always is room: only part of a row is left over. */
        private void take(ByteBuffer buffer) {
            bytes.compact();
            int length = Math.min(buffer.remaining(), bytes.remaining());
            bytes.put(buffer.slice(buffer.position(), length)).flip();
            buffer.position(buffer.position() + length);
        }

        /** The next row, or null if it is incomplete. */
        private Object[] next() throws Trouble {
            skipSeparators();
            start = bytes.position();
            try {
                Object[] row = row();
                if (bytes.position() - start > MAX_ROW_BYTES) throw notARow(TOO_LONG);
                rowsBefore++;
                return row;
            } catch (BufferUnderflowException e) {
                bytes.position(start);
                if (bytes.remaining() > MAX_ROW_BYTES) throw notARow(TOO_LONG);
                return null;
            }
        }

        boolean isInsideRow() {
            return bytes.hasRemaining();
        }

        private void skipSeparators() {
            while (bytes.hasRemaining() && ",\n\r ".indexOf(bytes.get(bytes.position())) >= 0) {
                bytes.get();
            }
        }

        private Object[] row() throws Trouble {
            expect('(', bytes.get());
            Object[] row = new Object[KINDS.length];
            for (int i = 0; i < row.length; i++) {
                char end = i < row.length - 1 ? ',' : ')';
                row[i] = switch (KINDS[i]) {
                    case UUID -> uuid(end);
                    case TEXT -> text(end);
                    case WHITE_BALL -> number(WHITE_BALLS, end);
                    case POWERBALL -> number(POWERBALLS, end);
                };
            }
            return row;
        }

        private byte nonBlank() {
            byte b = ' ';
            while (b == ' ') {
                b = bytes.get();
            }
            return b;
        }

        private void expect(char mark, byte found) throws Trouble {
            if (found == mark) return;
            throw notARow("a row is " + KINDS.length
                    + " fields in parentheses, text in quotes, separated by commas");
        }

        /**
         * Parses a text and what ends the field. An apostrophe in it is doubled, but not by the
         * oldest servers: a quote right before the end of the field closes the text, and any other
         * belongs to it.
         */
        private String text(char end) throws Trouble {
            expect('\'', nonBlank());
            int from = bytes.position();
            boolean doubled = false;
            byte afterQuote = 0;
            while (afterQuote != end) {
                if (bytes.get() == '\'') {
                    afterQuote = bytes.get();
                    doubled |= afterQuote == '\'';
                }
            }
            int length = bytes.position() - 2 - from;
            String text = new String(bytes.array(), from, length, StandardCharsets.UTF_8);
            // Java puts this in place of bytes that are not valid UTF-8.
            if (text.indexOf('\uFFFD') >= 0) throw notARow("it holds bytes that are not UTF-8");
            return doubled ? text.replace("''", "'") : text;
        }

        private String uuid(char end) throws Trouble {
            String text = text(end);
            boolean valid = text.length() == 36;
            for (int i = 0; valid && i < 36; i++) { // a regular expression takes ten times as long
                boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
                char c = text.charAt(i);
                valid = dash ? c == '-' : HexFormat.isHexDigit(c);
            }
            if (!valid) throw notARow("\"" + text + "\" is not a UUID");
            return text;
        }

        /** Parses a number and what ends the field. The oldest servers write 12 as (12,). */
        private int number(int max, char end) throws Trouble {
            byte b = nonBlank();
            boolean inParentheses = b == '(';
            if (inParentheses) b = bytes.get();
            int number = 0;
            while (b >= '0' && b <= '9' && number <= max) {
                number = 10 * number + b - '0';
                b = bytes.get();
            }
            if (number < 1 || number > max) {
                throw notARow("a ball must be a whole number from 1 to " + max);
            }
            if (inParentheses) {
                expect(',', b);
                expect(')', bytes.get());
                b = nonBlank();
            }
            expect(end, b);
            return number;
        }

        private Trouble notARow(String why) {
            int length = Math.min(bytes.limit() - start, 80);
            String text = new String(bytes.array(), start, length, StandardCharsets.UTF_8);
            return Trouble.lasting("Row %,d is not a row, %s: %s", rowsBefore + 1, why, text);
        }
    }

    // ---- Into the database ----------------------------------------------------------------------

    /**
     * The table. Rows are stored in transactions of about a second. When the database fails, the
     * transaction is rolled back and the connection closed; the next attempt opens it again.
     */
    private final class Store {
        private static final String TABLE = "powerball_results";
        /**
         * The columns in SQL. No NOT NULL, which costs SQLite a tenth of its speed: it would copy
         * what a statement of many rows changes, to be able to roll back that statement alone.
         */
        private static final String DEFINITIONS = COLUMNS.stream()
                .map(column -> column.name + " " + column.kind.sqlType)
                .collect(Collectors.joining(", ")).replaceFirst(",", " PRIMARY KEY,");
        private static final int BATCH_ROWS = 1024; // sent to the database together
        private static final int STATEMENT_ROWS = 64; // twice as fast as one row per statement

        private Connection connection; // null: not open
        private PreparedStatement insertMany; // STATEMENT_ROWS at a time
        private PreparedStatement insertOne;
        private final List<Object[]> waiting = new ArrayList<>(); // to be sent
        private long sent; // rows of this transaction
        private long duplicates; // of these, already there
        private long begun; // when it began, in System.nanoTime(); 0: no rows yet
        private long committed; // rows of the job
        private long alreadyThere; // of these

        long done() {
            return committed + sent;
        }

        void add(List<Object[]> rows) throws Trouble {
            if (rows.isEmpty()) return;
            if (begun == 0) begun = System.nanoTime();
            waiting.addAll(rows);
            if (waiting.size() >= BATCH_ROWS) send();
        }

        void commitIfDue() throws Trouble, InterruptedException {
            if (begun == 0 || System.nanoTime() - begun < COMMIT_MILLIS * 1_000_000) return;
            commit();
            // SQLite checks only ten times a second whether a lock that it waits for is free.
            Thread.sleep(TURN_MILLIS);
        }

        void commitReceived() throws Trouble {
            if (begun != 0) commit();
        }

        void commit() throws Trouble {
            send();
            try {
                database.checkBeforeCommit();
                // Commits, as JDBC specifies. After commit(), the SQLite driver would take the lock
                // for the next transaction at once, and no other program could ever write.
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                throw abandon(database.explain(e));
            } catch (Trouble e) {
                throw abandon(e);
            }
            committed += sent;
            alreadyThere += duplicates;
            forgetTransaction();
        }

        private void send() throws Trouble {
            try {
                // Not earlier, so that no empty database is left behind if no server answers.
                if (connection == null) open();
                connection.setAutoCommit(false); // begins a transaction if there is none
                int many = waiting.size() / STATEMENT_ROWS * STATEMENT_ROWS;
                insert(waiting.subList(0, many), insertMany, STATEMENT_ROWS);
                insert(waiting.subList(many, waiting.size()), insertOne, 1);
                waiting.clear();
            } catch (SQLException e) {
                throw abandon(database.explain(e));
            } catch (Trouble e) {
                throw abandon(e);
            }
        }

        private void insert(List<Object[]> rows, PreparedStatement statement, int rowsEach)
                throws SQLException {
            if (rows.isEmpty()) return;
            int parameter = 0;
            for (int i = 0; i < rows.size(); i++) {
                parameter = bind(rows.get(i), statement, parameter);
                if ((i + 1) % rowsEach == 0) {
                    statement.addBatch();
                    parameter = 0;
                }
            }
            sent += rows.size();
            duplicates += rows.size();
            for (int stored : statement.executeBatch()) {
                duplicates -= stored < 0 ? rowsEach : stored; // below 0: the driver does not say
            }
        }

        /** Returns the last parameter's index. Binds by type: setObject takes 4 % more time. */
        private static int bind(Object[] row, PreparedStatement statement, int lastParameter)
                throws SQLException {
            int parameter = lastParameter;
            for (Object value : row) {
                parameter++;
                if (value instanceof Integer number) {
                    statement.setInt(parameter, number);
                } else {
                    statement.setString(parameter, (String) value);
                }
            }
            return parameter;
        }

        private void open() throws SQLException, Trouble {
            connection = database.open();
            if (columns().isEmpty()) {
                try (Statement create = connection.createStatement()) {
                    create.execute("CREATE TABLE IF NOT EXISTS " + TABLE
                            + " (" + DEFINITIONS + ")");
                }
            }
            String columns = columns();
            if (!columns.equals(DEFINITIONS)) {
                throw Trouble.lasting("%s has a table %s with other columns: %s."
                        + " Name another one with --db.", database.name(), TABLE, columns);
            }
            // Only after that check: a database that is refused is left as it is.
            connection = database.prepareToWrite(connection);
            insertMany = prepareInsert(STATEMENT_ROWS);
            insertOne = prepareInsert(1);
        }

        /** The columns of the table, in the form of the definitions; "" if there is no table. */
        private String columns() throws SQLException, Trouble {
            DatabaseMetaData metadata = connection.getMetaData();
            String schema = connection.getSchema(); // null: SQLite has none
            String table = pattern(TABLE, metadata);
            String anySchema = schema == null ? null : pattern(schema, metadata);
            try (ResultSet found = metadata.getTables(null, anySchema, table, null)) {
                if (!found.next()) return "";
                if (found.getString("TABLE_TYPE").contains("VIEW")) {
                    throw Trouble.lasting("%s has a view %s, where a table must be."
                            + " Name another one with --db.", database.name(), TABLE);
                }
            }
            Set<String> keys = new HashSet<>();
            try (ResultSet key = metadata.getPrimaryKeys(null, schema, TABLE)) {
                while (key.next()) {
                    keys.add(key.getString("COLUMN_NAME"));
                }
            }
            StringJoiner columns = new StringJoiner(", ");
            try (ResultSet column = metadata.getColumns(null, anySchema, table, null)) {
                while (column.next()) {
                    String name = column.getString("COLUMN_NAME");
                    String type = switch (column.getInt("DATA_TYPE")) {
                        case Types.VARCHAR -> "TEXT";
                        case Types.INTEGER, Types.BIGINT -> "INTEGER"; // CockroachDB has the latter
                        default -> column.getString("TYPE_NAME");
                    };
                    columns.add(name + " " + type + (keys.contains(name) ? " PRIMARY KEY" : ""));
                }
            }
            return columns.toString();
        }

        /** JDBC treats a name as a pattern, in which _ matches any character. */
        private static String pattern(String name, DatabaseMetaData metadata) throws SQLException {
            return name.replace("_", metadata.getSearchStringEscape() + "_");
        }

        /** It is idempotent: a row that is already there is skipped. */
        private PreparedStatement prepareInsert(int rows) throws SQLException {
            String row = "(" + "?, ".repeat(COLUMNS.size() - 1) + "?)";
            return connection.prepareStatement("INSERT INTO " + TABLE + " VALUES "
                    + (row + ", ").repeat(rows - 1) + row
                    + " ON CONFLICT (" + COLUMNS.get(0).name + ") DO NOTHING");
        }

        /** Rolls the transaction back by closing the connection. Returns the trouble. */
        private Trouble abandon(Trouble trouble) {
            forgetTransaction();
            close();
            return trouble;
        }

        private void forgetTransaction() {
            waiting.clear();
            sent = 0;
            duplicates = 0;
            begun = 0;
        }

        void close() {
            try {
                if (connection != null) connection.close();
            } catch (SQLException e) {
                // Nothing is lost: all that is reported as stored is committed.
            }
            connection = null;
        }
    }

    /** What differs between SQLite, which is opened as a file, and a database server. */
    private interface Database {

        /** The name to show people: without a password. */
        String name();

        /** Whether the name is all that was given with --db. */
        boolean isNameWhole();

        /** Takes time, so it runs while the server is at work. open() reports a failure. */
        void loadDriver();

        Connection open() throws SQLException, Trouble;

        /** Returns this connection, or another in its place. */
        Connection prepareToWrite(Connection connection) throws SQLException;

        /** Throws if the rows to be committed would be lost. */
        void checkBeforeCommit() throws Trouble;

        /** What a failure means, and whether it can pass. */
        Trouble explain(SQLException failure);

        String withoutPassword(String text);
    }

    /** Throws if no driver on the class path accepts this URL. */
    private static void requireDriver(String url, String jar) throws Trouble {
        try {
            DriverManager.getDriver(url);
        } catch (SQLException e) {
            throw Trouble.lasting("No driver on the class path accepts a URL %s... Check the URL,"
                    + " in which %% is written %%25, put %s into lib/, and start with -cp \"lib/*\""
                    + " in the project's folder.",
                    url.replaceFirst("(?s)(jdbc:[^:/@?]*:?).*", "$1"), jar);
        }
    }

    private static final class SqliteFile implements Database {
        private static final int BUSY = 5; // SQLite's error codes
        private static final int IO_ERROR = 10;
        private static final int FULL = 13;
        private static final int NOT_A_DATABASE = 26;

        /**
         * Mode 32774 (0x8006): read, write, create, and no mutex, as only one thread uses it.
         * Synchronous FULL: a commit returns when it is on disk, so it survives a power cut. Pages
         * of 8 KB take half the calls of the usual 4 KB, and a cache of 8 MB is as fast as one of
         * 64. A transaction begins by waiting for the write lock. With generated keys, the driver
         * would query one after every statement, which leaves a quarter of the speed.
         */
        private static final String SETTINGS = "?open_mode=32774&synchronous=FULL&page_size=8192"
                + "&cache_size=-8192&transaction_mode=IMMEDIATE&busy_timeout=5000"
                + "&jdbc.get_generated_keys=false";
        private final Path path;
        private SQLException loadFailure; // of the driver
        private boolean hasLog; // whether it is in write-ahead log mode
        private String fileKey; // when it was first opened
        private String logKey; // when it was last opened

        SqliteFile(Path path) {
            this.path = path;
        }

        @Override public String name() {
            return printable(path.toString());
        }

        @Override public boolean isNameWhole() {
            return true;
        }

        @Override public void loadDriver() {
            try {
                DriverManager.getConnection("jdbc:sqlite:").close(); // in memory
            } catch (SQLException e) {
                loadFailure = e;
            }
        }

        @Override public Connection open() throws SQLException, Trouble {
            requireDriver("jdbc:sqlite:", "sqlite-jdbc (./build.sh fetches it)");
            checkPath();
            if (fileKey != null && !key("").equals(fileKey)) throw replaced("");
            if (loadFailure != null) throw loadFailure; // only the driver's first failure is clear
            try {
                return connect(SETTINGS);
            } catch (SQLException e) {
                if (e.getErrorCode() != IO_ERROR) throw e;
                return connectWithoutLog(); // somebody left it broken
            }
        }

        /**
         * With a write-ahead log, readers and a writer do not wait for each other. If a file system
         * has no shared memory for it, only the statement after the pragma fails, and the database
         * is broken for everyone until it is switched back to the rollback journal.
         */
        @Override public Connection prepareToWrite(Connection connection) throws SQLException {
            Connection ready = connection;
            try {
                hasLog = answer("PRAGMA journal_mode = WAL", connection).equals("wal");
                answer("SELECT count(*) FROM sqlite_master", connection);
            } catch (SQLException e) {
                if (e.getErrorCode() != IO_ERROR) throw e;
                hasLog = false;
                connection.close();
                ready = connectWithoutLog();
            }
            if (fileKey == null) fileKey = key("");
            logKey = key("-wal");
            return ready;
        }

        /** Uses the rollback journal: just as safe, but readers wait. */
        private Connection connectWithoutLog() throws SQLException {
            // An exclusive connection needs no shared memory. Other settings would read first.
            try (Connection alone = connect("?locking_mode=EXCLUSIVE")) {
                answer("PRAGMA journal_mode = DELETE", alone);
            }
            return connect(SETTINGS);
        }

        private static String answer(String sql, Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet answer = statement.executeQuery(sql)) {
                return answer.getString(1);
            }
        }

        private Connection connect(String settings) throws SQLException {
            return DriverManager.getConnection("jdbc:sqlite:" + path.toAbsolutePath() + settings);
        }

        private void checkPath() throws Trouble {
            Path absolute = path.toAbsolutePath();
            if (Files.isDirectory(absolute)) {
                throw Trouble.lasting("%s is a folder, not a database.", path);
            }
            if (!Files.isDirectory(absolute.getParent())) {
                throw Trouble.lasting("%s cannot be created: there is no such folder.", path);
            }
            if (Files.exists(absolute) && !Files.isRegularFile(absolute)) {
                throw Trouble.lasting("%s is not a regular file.", path);
            }
            // SQLite would keep a log beside each name, and two writers would destroy the database.
            if (links(absolute) > 1) {
                throw Trouble.lasting("%s is one of %d names (hard links) of a file, which a SQLite"
                        + " database must not have.", path, links(absolute));
            }
        }

        private static int links(Path file) {
            try {
                return (Integer) Files.getAttribute(file, "unix:nlink");
            } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
                return 1; // there is no file yet, or the system cannot tell
            }
        }

        /** SQLite does not notice that a file is gone, and would keep writing to it. */
        @Override public void checkBeforeCommit() throws Trouble {
            if (!key("").equals(fileKey)) throw replaced("");
            if (hasLog && !key("-wal").equals(logKey)) throw replaced("-wal");
        }

        private Trouble replaced(String suffix) {
            return Trouble.lasting("%s%s was removed or replaced during the run.",
                    name(), suffix).withLoss();
        }

        /** A file keeps its key as long as it exists. (On Windows, all files have the same key.) */
        private String key(String suffix) {
            try {
                Path real = path.toRealPath(); // SQLite keeps the log beside the file, not the link
                Path file = real.resolveSibling(real.getFileName() + suffix);
                return String.valueOf(Files.getAttribute(file, "fileKey"));
            } catch (IOException e) {
                return "no such file";
            }
        }

        @Override public Trouble explain(SQLException failure) {
            String words = reason(failure).replaceFirst("\\.$", "");
            return switch (failure.getErrorCode()) {
                case BUSY -> Trouble.passing(null, "%s is locked", path);
                case FULL -> Trouble.lasting("%s cannot grow: the disk is full.", path);
                case NOT_A_DATABASE -> Trouble.lasting("%s is not a SQLite database.", path);
                case 0 -> Trouble.lasting("%s cannot be opened: %s. The driver unpacks native code"
                        + " into %s. Where it may not do so or not run it, name another folder:"
                        + " java -Dorg.sqlite.tmpdir=FOLDER", path, words, temporaryFolder());
                default -> Trouble.lasting("%s cannot be written: %s.", path, words);
            };
        }

        private static String temporaryFolder() {
            return System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir"));
        }

        @Override public String withoutPassword(String text) {
            return text;
        }
    }

    private static final class DatabaseServer implements Database {
        private static final int ANSWER_SECONDS = 30; // after which its connection counts as lost

        /** In a URL, the values of options with such a name are passwords. */
        private static final Pattern PASSWORD_OPTION =
                Pattern.compile("(?i)(?:pass|pwd|secret|token)[^=&;]*=([^&;]+)");
        /** user:password@host and user/password@host; greedy, as a password may contain an @. */
        private static final Pattern BEFORE_HOST = Pattern.compile("(?s)jdbc:[^:/@]*:?(.*)@");

        /** States (SQL:2003's and PostgreSQL's) that can pass: the next attempt may succeed. */
        private static final Pattern PASSING_STATE = Pattern.compile(
                "08(?!004)..." // connection lost; but 08004: refused
                + "|40..." // transaction rolled back: try again
                + "|57P0[1-3]|53300" // shutting down, starting up, too many connections
                + "|55P03" // lock not available
                + "|23505|42P07|42710"); // another ingest made the table at the same moment

        /** Where a database is, and who asks: that may be seen. */
        private static final String WITHOUT_SECRETS = "[\\w:/.,-]+(\\?user=[\\w.-]+)?";

        private final String url;

        DatabaseServer(String url) {
            this.url = url;
        }

        /** The URL, without options that may be secret; if it contains an @, only its kind. */
        @Override public String name() {
            if (url.matches(WITHOUT_SECRETS)) return url;
            String shown = url.contains("@")
                    ? url.replaceFirst("(?s)^(jdbc:[^:/@]*:)?.*", "$1***")
                    : url.replaceFirst("(?s)[?;&].*|[:/]?\\w*=.*", "");
            return printable(shown);
        }

        @Override public boolean isNameWhole() {
            return name().equals(url);
        }

        @Override public void loadDriver() {
            // It is small, so it is loaded when it is needed.
        }

        @Override public Connection open() throws SQLException, Trouble {
            requireDriver(url, "the driver's jar");
            // Otherwise a lock or a hung server could hold up a statement, and Ctrl-C, forever.
            Properties limits = new Properties(); // PostgreSQL's driver ignores setLoginTimeout
            limits.setProperty("loginTimeout", String.valueOf(ANSWER_SECONDS));
            Connection connection = DriverManager.getConnection(url, limits);
            connection.setNetworkTimeout(Runnable::run, 1000 * ANSWER_SECONDS);
            return connection;
        }

        @Override public Connection prepareToWrite(Connection connection) {
            return connection;
        }

        @Override public void checkBeforeCommit() {
            // The server takes care of that.
        }

        @Override public Trouble explain(SQLException failure) {
            SQLException next = failure.getNextException();
            SQLException first = next == null ? failure : next; // a batch only says that it failed
            String state = String.valueOf(first.getSQLState());
            String words = withoutPassword(words(first));
            boolean noHost = isOrHas(first, UnknownHostException.class);
            if (PASSING_STATE.matcher(state).matches() && !noHost) {
                return Trouble.passing(null, "The database says: %s (%s),", words, state);
            }
            return Trouble.lasting("The database %s says: %s (%s).", name(), words, state);
        }

        /** The driver's message, and that of the cause if it is different. */
        private static String words(SQLException failure) {
            String words = String.valueOf(failure.getMessage());
            String cause = reason(failure);
            return words.contains(cause) ? words : words + " (" + cause + ")";
        }

        @Override public String withoutPassword(String text) {
            String clean = text.replace(url, name());
            for (String password : passwords()) {
                clean = clean.replace(password, "***");
            }
            return clean;
        }

        /** Everything in the URL that may be a password, as written there and decoded. */
        private Set<String> passwords() {
            // Longest first: masking a shorter one inside it would leave the rest readable.
            Set<String> found = new TreeSet<>(Comparator.comparing(String::length).reversed()
                    .thenComparing(Comparator.naturalOrder()));
            Matcher option = PASSWORD_OPTION.matcher(url);
            while (option.find()) {
                found.add(option.group(1));
                found.add(decoded(option.group(1)));
            }
            Matcher beforeHost = BEFORE_HOST.matcher(url);
            if (beforeHost.find()) {
                for (String word : beforeHost.group(1).split("[:/]")) {
                    found.add(word);
                    found.add(decoded(word));
                }
            }
            found.remove(""); // which would be found between any two characters
            return found;
        }

        private static String decoded(String text) {
            try {
                return URLDecoder.decode(text, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return text; // then it is not encoded
            }
        }
    }

    // ---- Ctrl-C ---------------------------------------------------------------------------------

    /**
     * Ctrl-C, and the other signals that end a program, in steps:
     *
     * <ol>
     * <li>The JVM runs {@link #interrupt} on a thread of its own. If the job is over, that is all.
     * <li>It sets a flag and interrupts the main thread, which may be waiting for the server or for
     * the next attempt.
     * <li>The main thread gets the interrupt, or sees the flag between two batches. It stores and
     * commits what has arrived, and says how to finish.
     * <li>It calls {@link #jobFinished}. The hook returns, and the JVM ends with the signal's exit
     * code: 130 for Ctrl-C, 143 for TERM, 129 for HUP. (Halting it here would skip the driver's
     * cleanup: 1.1 MB in the temporary folder.)
     * </ol>
     */
    private static final class Interruption {
        private final Thread job = Thread.currentThread();
        private final CountDownLatch finished = new CountDownLatch(1);
        private volatile boolean interruptRequested;

        void watch() {
            Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt, "interruption"));
        }

        private void interrupt() {
            if (finished.getCount() == 0) return;
            interruptRequested = true;
            job.interrupt();
            try {
                finished.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the JVM ends in any case
            }
        }

        /** An interrupt may have been lost, for example in a driver; the flag is not. */
        void check() throws InterruptedException {
            if (interruptRequested) throw new InterruptedException();
        }

        void jobFinished() {
            finished.countDown();
        }
    }

    // ---- On the terminal ------------------------------------------------------------------------

    /**
     * Shows progress on stderr: a bar that is redrawn in place on a terminal, otherwise a plain
     * line every few seconds.
     */
    private static final class Progress {
        private static final int NO_TERMINAL = 0;
        private static final int USUAL_WIDTH = 80;
        private static final int MIN_BAR = 20; // cells; figures are left out before it gets shorter
        private static final int MAX_BAR = 50;
        private static final int ROOM_FOR_CTRL_C = 3; // a terminal echoes ^C at the cursor

        private final long rows;
        private final boolean hasEscapes; // whether the terminal knows the usual ones
        private final int width;
        private final long start = System.nanoTime();
        private double shown; // when it was last shown, in seconds

        Progress(long rows) {
            this.rows = rows;
            String terminal = System.getenv("TERM");
            hasEscapes = terminal != null && !terminal.equals("dumb");
            width = "dumb".equals(terminal) ? NO_TERMINAL : terminalWidth();
        }

        /** The width of the terminal on stderr. The JDK cannot tell, so this asks a shell. */
        private static int terminalWidth() {
            try {
                Process stty = new ProcessBuilder("sh", "-c", "stty size <&2 2>/dev/null")
                        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
                String size = stty.inputReader().readLine(); // lines and columns
                if (size == null) return NO_TERMINAL;
                int columns = Integer.parseInt(size.substring(size.indexOf(' ') + 1));
                return columns > 0 ? columns : USUAL_WIDTH;
            } catch (IOException e) { // no shell: Windows
                // JDK 22's default console need not be a terminal.
                System.setProperty("jdk.console", "java.base");
                return System.console() == null ? NO_TERMINAL : USUAL_WIDTH;
            } catch (NumberFormatException e) {
                return NO_TERMINAL;
            }
        }

        double seconds() {
            return (System.nanoTime() - start) / 1e9;
        }

        /** Shows how many rows are done, but not too often. */
        void show(long done) {
            double pause = width == NO_TERMINAL ? 5 : 0.1;
            if (seconds() - shown < pause) return;
            shown = seconds();
            print(line(done), "");
        }

        /** Leaves the last state on the screen, if there is anything to show. */
        void end(long done) {
            if (done > 0 || shown > 0) print(line(done), "\n");
        }

        /** Prints a sentence above the bar. */
        void say(String sentence) {
            print(printable(sentence), "\n");
        }

        /** On a terminal, the text replaces the bar and clears what is left of it. */
        private void print(String text, String end) {
            if (width == NO_TERMINAL) {
                System.err.println(text);
            } else if (hasEscapes && end.isEmpty()) {
                // No wrapping: a bar that is too long for a narrowed window would flood it.
                System.err.print("\r\033[?7l" + text + "\033[K\033[?7h");
            } else if (hasEscapes) {
                System.err.print("\r" + text + "\033[K" + end);
            } else {
                int rest = Math.max(0, width - 1 - text.length());
                System.err.print("\r" + text + " ".repeat(rest) + end);
            }
        }

        private String line(long done) {
            long percent = rows == 0 ? 100 : 100 * done / rows;
            String left = done == 0 ? "?" : clock(Math.ceil((rows - done) * seconds() / done));
            String count = String.format("%,d of %,d rows", done, rows);
            String times = String.format("%s, %s elapsed, %s left", count, clock(seconds()), left);
            String all = String.format("%s, %,.0f rows/s", times, done / seconds());
            if (width == NO_TERMINAL) return percent + "% " + all;

            String figures = count;
            for (String longer : List.of(count + ", " + left + " left", times, all)) {
                if (barWidth(longer) >= MIN_BAR) figures = longer;
            }
            int cells = Math.max(0, Math.min(barWidth(figures), MAX_BAR));
            int full = (int) (cells * percent / 100);
            String bar = "[" + "#".repeat(full) + "-".repeat(cells - full) + "] ";
            String line = String.format("%3d%% %s%s", percent, cells > 0 ? bar : "", figures);
            return line.substring(0, Math.min(line.length(), width - 1));
        }

        /** The cells left for a bar beside the percentage, brackets, spaces and figures. */
        private int barWidth(String figures) {
            return width - "100% [] ".length() - figures.length() - ROOM_FOR_CTRL_C;
        }

        private static String clock(double seconds) {
            long whole = (long) seconds;
            String minutes = String.format("%02d:%02d", whole / 60 % 60, whole % 60);
            return whole < 3600 ? minutes : whole / 3600 + ":" + minutes;
        }
    }

    // ---- Options --------------------------------------------------------------------------------

    /** Nobody answered the question. The program then ends without printing its usage. */
    private static final class NoAnswer extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoAnswer(String sentence) {
            super(sentence);
        }
    }

    /** A rate of 0 means as fast as rows come. */
    record Options(String url, Database database, long seed, long from, long rate,
            long stallSeconds, long rows, String otherOptions) {

        /** Not the path of a file, but a URL that was meant for JDBC or another program. */
        private static final String ALMOST_A_URL =
                "(?is).*(://|jdbc:|(pass|pwd|secret|token)\\w*=).*|[^/\\\\]+:[^/\\\\]*@.*";
        private static final int QUESTIONS = 3; // to somebody who does not answer with a number
        private static final int MAX_ANSWER = 100; // characters

        private static final String USAGE = """
                Usage: java -cp "lib/*" src/powerball/Ingest.java [rows] [options]

                  rows               0 to 1,000,000,000; asked for if not given
                  --url URL          the server (http://127.0.0.1:8000)
                  --db DATABASE      a file, for SQLite, or a JDBC URL (powerball_data.db)
                  --seed S           the stream, 0 to 10^18 (the current time);
                                     the same seed gives the same rows
                  --from K           the first row of the stream, 0 to 1,000,000,000 (0)
                  --rate R           rows a second, 1 to 1,000,000 (as fast as they come)
                  --stall-seconds S  ask again when no row has arrived for S seconds,
                                     1 to 86,400 (30)
                  --help             show this""";

        static Options parse(String[] args) {
            refuseMisplacedUrl(args);
            Arguments given = Arguments.parse(args, List.of(
                    "--url", "--db", "--seed", "--from", "--rate", "--stall-seconds"));
            check(given.words.size() <= 1, "rows must be one number, not \"%s\"",
                    String.join(" ", given.words));
            String url = url(given.text("--url", "http://127.0.0.1:8000"));
            Database database = database(given.text("--db", "powerball_data.db"));
            return new Options(url, database,
                    given.number("--seed", 0, MAX_SEED, chooseSeed()),
                    given.number("--from", 0, MAX_ROWS, 0),
                    given.number("--rate", 1, MAX_RATE, 0),
                    given.number("--stall-seconds", 1, 86_400, 30),
                    given.words.isEmpty() ? askForRows() : rows(given.words.get(0)),
                    otherOptions(given, database));
        }

        /** Runs before a message can repeat anything: a URL may contain a password. */
        private static void refuseMisplacedUrl(String[] args) {
            String before = "";
            for (String word : args) {
                boolean database = word.toLowerCase().contains("jdbc:");
                check(!database || before.equals("--db"), "a JDBC URL must be given as --db URL");
                check(!word.contains("@") || before.equals("--db"),
                        "a URL must be given without user and password, unless it follows --db");
                before = word;
            }
        }

        private static String url(String text) {
            String host = "([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])";
            check(text.matches("https?://" + host + "(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
                    && URI.create(text).getHost() != null && URI.create(text).getPort() <= 65_535,
                    "--url must be like http://127.0.0.1:8000, not \"%s\"", text);
            return text.replaceAll("/+$", "");
        }

        private static Database database(String text) {
            check(!text.startsWith("jdbc:sqlite:"),
                    "--db must be the path of a SQLite database, without jdbc:sqlite:");
            if (text.startsWith("jdbc:")) return new DatabaseServer(text);
            check(!text.matches(ALMOST_A_URL),
                    "--db must be a path, or a JDBC URL, which begins with jdbc:");
            try {
                Path path = Path.of(text);
                boolean plain = !path.toAbsolutePath().toString().contains("?");
                check(plain && text.equals(text.strip()) && !text.isEmpty(),
                        "--db must be a path without a question mark, and without a space at either"
                        + " end, not \"%s\"", text);
                return new SqliteFile(path);
            } catch (InvalidPathException e) {
                String locale = System.getProperty("sun.jnu.encoding");
                throw new IllegalArgumentException(printable("--db must be a path that can"
                        + " be written in the locale's encoding, " + locale + ": "
                        + e.getMessage()), e);
            }
        }

        /**
         * The current time in units of 1/4096 ms since 1970, so that ids ascend from one run to the
         * next, plus 22 random bits, which are a second in that unit: runs that start at the same
         * moment, here or on other machines, must not share a stream.
         */
        private static long chooseSeed() {
            return System.currentTimeMillis() * 4096 + new SecureRandom().nextInt(1 << 22);
        }

        private static long rows(String text) {
            return wholeNumber("rows", ungrouped(text), 0, MAX_ROWS);
        }

        private static long askForRows() {
            Thread endLine = new Thread(System.out::println); // after the question, on Ctrl-C
            Runtime.getRuntime().addShutdownHook(endLine);
            for (int question = 1; question <= QUESTIONS; question++) {
                System.out.print("How many lucky winners today? ");
                String answer = readAnswer();
                if (answer == null) break;
                try {
                    long rows = rows(answer.strip());
                    Runtime.getRuntime().removeShutdownHook(endLine);
                    return rows;
                } catch (IllegalArgumentException e) {
                    System.out.println(answer.isBlank() ? "Type a number, for example 1,000."
                            : e.getMessage());
                }
            }
            throw new NoAnswer("rows must be given: no number was entered");
        }

        /** A line; null at the end of the input, or if the input is closed. */
        private static String readAnswer() {
            if (isInputClosed()) return null;
            try {
                int c = System.in.read();
                if (c < 0) return null;
                StringBuilder answer = new StringBuilder();
                while (c >= 0 && c != '\n') {
                    if (answer.length() < MAX_ANSWER) answer.append((char) c);
                    c = System.in.read();
                }
                return answer.toString();
            } catch (IOException e) {
                return null; // it cannot be read: nobody can answer
            }
        }

        /** If so, descriptor 0 is a file of the JVM's, whose bytes would be read as answers. */
        private static boolean isInputClosed() {
            try {
                Path input = Files.readSymbolicLink(Path.of("/proc/self/fd/0"));
                return input.startsWith(Path.of(System.getProperty("java.home")).toRealPath());
            } catch (IOException | UnsupportedOperationException e) {
                return false; // the system cannot tell
            }
        }

        /** As they were given, except for the seed and for any secrets in a database URL. */
        private static String otherOptions(Arguments given, Database database) {
            StringBuilder others = new StringBuilder();
            given.options.forEach((name, value) -> {
                if (name.equals("--seed")) return;
                String shown = name.equals("--db") ? database.name() : value;
                others.append(" ").append(name).append(" ").append(quoted(shown));
            });
            return others.toString();
        }

        /** A word for the command line: quoted if need be, in double quotes if they suffice. */
        private static String quoted(String word) {
            if (word.matches("[A-Za-z0-9_./:@%+-][A-Za-z0-9_./:~=,@%+-]*")) return word;
            if (word.matches("[^\"$`\\\\!]*")) return '"' + word + '"';
            return "'" + word.replace("'", "'\\''") + "'";
        }

        /** The command that does the same job, or finishes it. */
        String command() {
            return "java -cp \"lib/*\" src/powerball/Ingest.java " + rows + " --seed " + seed
                    + otherOptions;
        }
    }

    // ==== Shared: the same in Server, Ingest and Winners, as each stands alone ===================

    /** What was typed after the program's name: words, and options with one value each. */
    private record Arguments(List<String> words, Map<String, String> options) {

        /** Refuses an option that is not among the names, has no value, or is given twice. */
        static Arguments parse(String[] args, List<String> names) {
            Arguments given = new Arguments(new ArrayList<>(), new LinkedHashMap<>());
            Iterator<String> rest = List.of(args).iterator();
            while (rest.hasNext()) {
                String word = rest.next();
                if (word.startsWith("--")) {
                    check(names.contains(word), "no such option: %s", word);
                    String value = rest.hasNext() ? rest.next() : "--";
                    check(!value.startsWith("--"), "%s needs a value", word);
                    putOnce(given.options, word, value);
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
     * Parses a number. If the text is not one, or is out of range, refuses it with a sentence that
     * says what is accepted.
     */
    private static long wholeNumber(String name, String text, long min, long max) {
        // A number from 2^63 on becomes negative.
        long number = text.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(text) : -1;
        check(number >= min && number <= max,
                "%s must be a whole number from %,d to %,d, not \"%s\"", name, min, max, text);
        return number;
    }

    /** The same, but the text may be null: then no value was given. */
    private static long wholeNumber(String name, String text, long min, long max, long otherwise) {
        return text == null ? otherwise : wholeNumber(name, text, min, max);
    }

    private static void check(boolean accepted, String sentence, Object... arguments) {
        if (accepted) return;
        throw new IllegalArgumentException(printable(String.format(sentence, arguments)));
    }

    /** Text from elsewhere, fit for a terminal: no control characters, and not too long. */
    private static String printable(String text) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        return oneLine.replaceFirst("(.{500}).+", "$1...");
    }

    // ==== The end of what is shared ==============================================================
}
