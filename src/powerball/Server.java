package powerball;

import com.sun.net.httpserver.*;
import java.io.*;
import java.lang.invoke.*;
import java.net.*;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.*;
import java.time.temporal.ChronoUnit;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.locks.LockSupport;
import java.util.function.*;
import java.util.regex.Pattern;
import java.util.stream.*;

/**
 * Streams mock Powerball drawings over HTTP while they are being made. It needs a JDK, 17 or newer, and nothing else:
 *
 * <pre>
 * $ java src/powerball/Server.java
 * Serving drawings on http://127.0.0.1:8000/ - try http://127.0.0.1:8000/drawing/10 (Ctrl-C stops)
 *
 * $ curl -s 'http://127.0.0.1:8000/drawing/1?seed=42'
 * ('00000000-0000-702a-98c4-2fc136081fd1', 'Ariel', 'Steele', 'Las Cruces', 'NM', '7f85f082-35d4-42ad-8b7c-3971ac340a66', 37, 43, 56, 60, 67, 12)
 * </pre>
 *
 * {@code GET /drawing/{rows}?seed=S&from=K&format=F&rate=R} answers with rows K to K + rows - 1 of the stream that is
 * named by its seed. A row is a pure function of seed and index ({@link Drawing#of}), so the server keeps no state: any
 * part of any stream can be asked for again, from this server or from another one, and comes out the same to the byte.
 *
 * <p>How to read it: {@link #main}, then a request's way down through {@link #handle}, {@link #answer} and
 * {@link #stream}; then the formats, and how a row is made; the options come last.
 */
public class Server {

    static final List<String> COLUMNS = List.of("transaction_id", "first_name", "last_name", "city", "state",
            "customer_id", "powerball_1", "powerball_2", "powerball_3", "powerball_4", "powerball_5", "powerball_number");
    private static final int DRAWN = 5; // white balls
    private static final int WHITE_BALLS = 69; // in their drum
    private static final int POWERBALLS = 26; // in theirs

    private static final int MAX_ROWS = 1_000_000_000; // in one request, and the highest first row
    private static final long MAX_SEED = 1_000_000_000_000_000_000L; // seed + index must fit 60 bits of a UUID
    private static final int MAX_RATE = 1_000_000; // rows a second

    private static final int REQUEST_SECONDS = 10; // for a client to get its whole request across
    private static final int SPARE_CONNECTIONS = 1024; // open at once, beyond those that carry a stream
    private static final int CHUNK_BYTES = 4096; // HttpServer never sends a larger chunk
    private static final int BUFFER_BYTES = 4 * CHUNK_BYTES; // made ahead of the socket, a buffer for each stream
    private static final int BUFFERS_A_TURN = 64; // a megabyte: the next one is made when it is the stream's turn
    private static final int MAX_ROW_BYTES = 4096; // more than the longest names allowed can make, in any format
    private static final long RESTING = 0; // as the time of a client's last progress: it is not waited for now

    private final Options options;
    private final Semaphore freeStreams;
    /** The line where streams wait for their turn. Without it, of 100 the fastest got four times as much as the slowest. */
    private final Semaphore turns = new Semaphore(Runtime.getRuntime().availableProcessors(), true); // true: a fair one
    private final Set<Reply> beingAnswered = ConcurrentHashMap.newKeySet(); // what is being answered now
    private final ExecutorService handlers = Executors.newCachedThreadPool();

    private Server(Options options) {
        this.options = options;
        this.freeStreams = new Semaphore(options.maxStreams);
    }

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // 1,000.5 is written so everywhere
        try {
            boolean help = List.of(args).contains("--help");
            System.out.println(help ? Options.USAGE : new Server(Options.parse(List.of(args))).start());
            System.gc(); // frees what compiling this file has used: it halves the peak of memory
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
        } catch (IOException | ExceptionInInitializerError e) { // the latter comes from a list of names
            System.err.println(e instanceof IOException ? e.getMessage() : e.getCause().getMessage());
            System.exit(1);
        }
    }

    // ---- Start and stop ---------------------------------------------------------------------------------------------

    /** Begins to accept connections. Returns what to tell the user of it; throws if the address cannot be had. */
    private String start() throws IOException {
        Objects.requireNonNull(Names.LISTS); // read now: a spoilt list should stop the start, not the first request
        // HttpServer reads these once, when its class is loaded. Without the first, half a request holds a thread for ever;
        // without the second, connections are not bounded; without the last, a small answer in two flushes takes 44 ms.
        System.setProperty("sun.net.httpserver.maxReqTime", String.valueOf(REQUEST_SECONDS));
        System.setProperty("jdk.httpserver.maxConnections", String.valueOf(options.maxStreams + SPARE_CONNECTIONS));
        System.setProperty("sun.net.httpserver.nodelay", "true");

        HttpServer http = bind();
        http.setExecutor(handlers); // a thread a request: its blocking writes hold the stream to the client's pace
        http.createContext("/", this::handle);
        http.start();

        new Thread(this::cutStalledClients, "watchdog").start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));

        String host = options.host.contains(":") ? "[" + options.host + "]" : options.host;
        String url = "http://" + host + ":" + http.getAddress().getPort() + "/";
        return "Serving drawings on " + url + " - try " + url + "drawing/10 (Ctrl-C stops)";
    }

    private HttpServer bind() throws IOException {
        try {
            InetSocketAddress address = new InetSocketAddress(options.host, options.port);
            if (address.isUnresolved()) throw new IOException("no such host");
            return HttpServer.create(address, SPARE_CONNECTIONS); // as many may wait to be accepted, too
        } catch (IOException e) {
            throw new IOException(String.format("Cannot listen on %s port %d: %s."
                    + " Choose with --host and --port (0 picks a free one).", options.host, options.port, e.getMessage()), e);
        }
    }

    /** Ctrl-C: interrupts the open streams, so that each is logged as broken off, and ends with exit code 0. */
    private void stop() {
        handlers.shutdownNow();
        for (int i = 0; i < 100 && !beingAnswered.isEmpty(); i++) LockSupport.parkNanos(10_000_000); // at most a second
        Runtime.getRuntime().halt(0); // else the signal would decide
    }

    /** A client that takes nothing blocks its handler's write for ever; only an interrupt ends that, and the connection. */
    private void cutStalledClients() {
        while (true) {
            for (Reply reply : beingAnswered) reply.cutIfStalled(options.stallSeconds);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
        }
    }

    // ---- A request --------------------------------------------------------------------------------------------------

    private void handle(HttpExchange exchange) throws IOException {
        Reply reply = new Reply(exchange);
        beingAnswered.add(reply);
        try {
            try {
                answer(reply);
            } catch (Refusal refusal) {
                reply.refuse(refusal);
            }
        } catch (Throwable failure) { // of an Error, HttpServer would leave the connection open and the client waiting
            reply.fail(failure);
        } finally {
            reply.finish();
            System.out.println(reply.logLine());
            beingAnswered.remove(reply);
        }
    }

    private void answer(Reply reply) throws IOException, Refusal {
        URI uri = reply.exchange.getRequestURI();
        String method = reply.exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new Refusal(405, "method must be GET or HEAD, not \"" + method + "\"", "Allow", "GET, HEAD");
        }
        if (reply.requestHasBody()) throw new Refusal(400, "a request must have no body", "Connection", "close");
        String fragment = uri.getRawFragment();
        if (fragment != null) throw new Refusal(400, "a request must have no fragment, \"#" + fragment + "\"");
        String path = uri.getRawPath(); // raw: "%2e%2e" stays what it is, and is refused
        if (path.equals("/")) {
            page(reply);
        } else if (path.matches("/drawing/[^/]*")) {
            stream(Query.parse(path.substring("/drawing/".length()), uri.getRawQuery()), reply);
        } else {
            throw new Refusal(404, "path must be / or /drawing/{rows}, not \"" + path + "\"");
        }
    }

    /** The web page. Only its own script and style may run: they carry a nonce, which is another one in every answer. */
    private void page(Reply reply) throws IOException {
        String nonce = UUID.randomUUID().toString();
        try (InputStream in = resource("index.html").openStream()) {
            reply.headers.set("Content-Security-Policy", ("default-src 'none'; connect-src 'self'; "
                    + "script-src 'nonce-NONCE'; style-src 'nonce-NONCE'; img-src data:; base-uri 'none'; "
                    + "form-action 'none'; frame-ancestors 'none'").replace("NONCE", nonce));
            reply.send(200, "text/html; charset=utf-8",
                    new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("NONCE", nonce));
        }
    }

    private void stream(Query query, Reply reply) throws IOException, Refusal {
        if (!freeStreams.tryAcquire()) {
            throw new Refusal(503, "all " + options.maxStreams + " streams are taken; try again", "Retry-After", "1");
        }
        try {
            reply.headers.set("Drawing-Seed", String.valueOf(query.seed));
            if (!reply.isHead()) sendRows(query, reply);
        } finally {
            freeStreams.release(); // before the end is sent: who has read it may ask for the next at once
        }
        reply.beginStream(query.format); // still to be done for HEAD; GET began with its first write
        reply.endStream();
    }

    /** Makes rows and sends them: a buffer full at a time or, where there is a rate, each when it is due. */
    private void sendRows(Query query, Reply reply) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        int length = Format.put(buffer, 0, query.format.header);
        long end = Math.min(options.dropAfter, query.rows);
        long start = System.nanoTime();
        for (long row = 0, buffers = 0; row < end; buffers++) {
            long due = query.rate == 0 ? end : Math.min(end, 1 + (long) ((System.nanoTime() - start) * 1e-9 * query.rate));
            boolean inTurn = buffers % BUFFERS_A_TURN == 0;
            if (inTurn) turns.acquireUninterruptibly();
            try {
                for (; row < due && length <= buffer.length - MAX_ROW_BYTES; row++) {
                    length = query.format.put(buffer, length, row > 0, query.seed, query.from + row);
                }
            } finally {
                if (inTurn) turns.release();
            }
            reply.write(query.format, buffer, length, row);
            length = 0;
            if (query.rate > 0 && row < end) reply.rest(start + row * 1_000_000_000 / query.rate - System.nanoTime());
        }
        if (end < query.rows) {
            reply.rest(0);
            throw new IOException("dropped by --drop-after");
        }
        reply.write(query.format, buffer, length, end); // what stands before the rows, if there are none
    }

    /**
     * One answer: the exchange, what is known of it for the log, and the watch over its client. A stream is closed only
     * where it ends well ({@link #endStream}): closing it in a {@code finally} would send the last chunk, and a client
     * would take what it has for the whole.
     */
    private static final class Reply {
        private final HttpExchange exchange;
        private final Headers headers; // of the answer
        private final Thread handler = Thread.currentThread();
        private final long started = System.nanoTime();
        private volatile long lastProgress = RESTING; // of the client
        private boolean finished; // guarded by this: no interrupt once it is true
        private int status; // 0 until headers are sent
        private OutputStream out;
        private long rows;
        private String broken = "";

        Reply(HttpExchange exchange) {
            this.exchange = exchange;
            headers = exchange.getResponseHeaders();
        }

        boolean isHead() {
            return exchange.getRequestMethod().equals("HEAD");
        }

        boolean requestHasBody() {
            Headers request = exchange.getRequestHeaders();
            return request.containsKey("Transfer-Encoding")
                    || !request.getOrDefault("Content-Length", List.of("0")).equals(List.of("0"));
        }

        /** Sends a whole small answer. */
        void send(int status, String contentType, String text) throws IOException {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            headers.set("Content-Length", String.valueOf(body.length));
            sendHeaders(status, contentType, body.length);
            if (!isHead()) out.write(body);
            out.close();
        }

        void refuse(Refusal refusal) throws IOException {
            if (refusal.header.length > 0) headers.set(refusal.header[0], refusal.header[1]);
            send(refusal.status, "application/problem+json", refusal.problem());
        }

        /** Sends the headers of a stream, if that has not been done, at once: JDK 25 would keep them for the first chunk. */
        void beginStream(Format format) throws IOException {
            if (out != null) return;
            if (isHead()) headers.set("Transfer-Encoding", "chunked"); // HttpServer sets it for GET only
            sendHeaders(200, format.contentType, 0);
            out.flush();
        }

        private void sendHeaders(int status, String contentType, long length) throws IOException {
            headers.set("Content-Type", contentType);
            headers.set("Cache-Control", "no-store");
            headers.set("X-Content-Type-Options", "nosniff");
            this.status = status;
            lastProgress = System.nanoTime();
            exchange.sendResponseHeaders(status, isHead() ? -1 : length);
            out = exchange.getResponseBody();
        }

        /** Sends a buffer in chunks; each one that the client takes counts as progress. */
        void write(Format format, byte[] buffer, int length, long rowsSoFar) throws IOException {
            beginStream(format); // not before there is a row: until then a failure can be answered with 500
            for (int at = 0; at < length; at += CHUNK_BYTES) {
                lastProgress = System.nanoTime();
                out.write(buffer, at, Math.min(CHUNK_BYTES, length - at));
            }
            lastProgress = RESTING;
            rows = rowsSoFar;
        }

        /** Flushes and waits for the next row to be due; the client cannot be blamed for that time. */
        void rest(long nanos) throws IOException {
            lastProgress = System.nanoTime();
            out.flush();
            lastProgress = RESTING;
            LockSupport.parkNanos(nanos); // a sleep that throws nothing
        }

        /** The last chunk: tells the client that it has everything. */
        void endStream() throws IOException {
            lastProgress = System.nanoTime();
            out.close();
        }

        /** Answers with 500 if nothing has been sent; else ends the connection without the last chunk. */
        void fail(Throwable failure) throws IOException {
            boolean ourFault = status == 0 || !(failure instanceof IOException); // else the client is gone, or has been cut
            if (ourFault) failure.printStackTrace();
            if (status == 0) {
                refuse(new Refusal(500, "the server failed before the first row"));
            } else {
                String reason = failure.getMessage() == null ? "cut by the server" : failure.getMessage();
                broken = ", broken off: " + printable(ourFault ? failure.toString() : reason);
                throw new IOException(failure); // what HttpServer needs to see, to close the connection
            }
        }

        /** Interrupts the handler if its client has taken nothing for so long, and never after {@link #finish}. */
        synchronized void cutIfStalled(long seconds) {
            long since = lastProgress;
            if (!finished && since != RESTING && System.nanoTime() - since > TimeUnit.SECONDS.toNanos(seconds)) {
                handler.interrupt();
            }
        }

        /** After this no interrupt can come, and one that came too late is cleared: the thread's next request is safe. */
        synchronized void finish() {
            finished = true;
            Thread.interrupted();
        }

        /** Time, client, request line, status, rows sent, seconds, rows a second. */
        String logLine() {
            double seconds = (System.nanoTime() - started) / 1e9;
            return String.format("%tT %s \"%s %s %s\" %d %,d rows %.3f s %,.0f rows/s%s",
                    LocalTime.now(), exchange.getRemoteAddress().getAddress().getHostAddress(),
                    printable(exchange.getRequestMethod()), printable(exchange.getRequestURI().toString()),
                    printable(exchange.getProtocol()), status, rows, seconds, rows / seconds, broken);
        }
    }

    // ---- What is asked for ------------------------------------------------------------------------------------------

    /** The rows from to from + rows - 1 of the stream called seed. A rate of 0 means as fast as the client reads. */
    private record Query(long rows, long seed, long from, Format format, long rate) {
        static Query parse(String rows, String rawQuery) throws Refusal {
            // In units of 1/4096 ms since 1970: ids ascend from stream to stream, and two of one millisecond differ.
            long presentMoment = Instant.EPOCH.until(Instant.now(), ChronoUnit.MICROS) * 512 / 125;
            Map<String, String> given = new HashMap<>(Map.of("rows", rows));
            try {
                for (String part : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
                    String[] pair = part.split("=", 2);
                    check(List.of("seed", "from", "format", "rate").contains(pair[0]),
                            "a query part must be seed, from, format or rate, not \"%s\"", pair[0]);
                    String value = pair.length > 1 ? pair[1] : "";
                    check(given.put(pair[0], value) == null, "%s must be given once, not twice", pair[0]);
                }
                return new Query(wholeNumber(given, "rows", 0, MAX_ROWS, 0),
                        wholeNumber(given, "seed", 0, MAX_SEED, presentMoment),
                        wholeNumber(given, "from", 0, MAX_ROWS, 0),
                        Format.named(given.getOrDefault("format", "sql")),
                        wholeNumber(given, "rate", 1, MAX_RATE, 0));
            } catch (IllegalArgumentException e) {
                throw new Refusal(400, e.getMessage());
            }
        }
    }

    /** An answer other than rows, with a body as RFC 9457 has it. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private static final Map<Integer, String> TITLES = Map.of(400, "Bad Request", 404, "Not Found",
                405, "Method Not Allowed", 500, "Internal Server Error", 503, "Service Unavailable");
        private final int status;
        private final String[] header; // its name and value, or nothing

        Refusal(int status, String detail, String... header) {
            super(printable(detail));
            this.status = status;
            this.header = header;
        }

        String problem() {
            return String.format("{\"title\": \"%s\", \"status\": %d, \"detail\": %s}\n",
                    TITLES.get(status), status, Format.NDJSON.quote(getMessage()));
        }
    }

    /** The whole number given under a name, or its default; throws a sentence that says what came and what is accepted. */
    private static long wholeNumber(Map<String, String> given, String name, long min, long max, long byDefault) {
        String text = given.get(name);
        if (text == null) return byDefault;
        long number = text.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(text) : -1; // past 2^63 is negative: refused
        check(number >= min && number <= max, "%s must be a whole number from %,d to %,d, not \"%s\"", name, min, max, text);
        return number;
    }

    private static void check(boolean accepted, String otherwise, Object... arguments) {
        if (!accepted) throw new IllegalArgumentException(printable(String.format(otherwise, arguments)));
    }

    /** Text from a client, fit for a terminal: printable ASCII, and not too long. */
    private static String printable(String text) {
        return text.replaceAll("[^ -~]", "?").replaceFirst("(.{500}).+", "$1...");
    }

    // ---- Formats ----------------------------------------------------------------------------------------------------

    /**
     * How rows are written. All but the two ids of a row is a choice from a list, so every choice is kept as bytes that
     * are ready for their column, with quotes and separators: a row is 11 copies and 32 looked-up pairs of hex digits.
     */
    enum Format {
        SQL("text/plain; charset=utf-8", "", "(", ", ", ")", ", ", "'"),
        CSV("text/csv; charset=utf-8; header=present", String.join(",", COLUMNS) + "\n", "", ",", "\n", "", ""),
        NDJSON("application/x-ndjson", "", "{", ",", "}\n", "", "\"");

        private static final VarHandle PAIR = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
        private static final short[] HEX = new short[256]; // a pair of digits for each byte

        static {
            for (int i = 0; i < HEX.length; i++) {
                HEX[i] = (short) (Character.forDigit(i >> 4, 16) << 8 | Character.forDigit(i & 15, 16));
            }
        }

        private final String contentType;
        private final byte[] header; // before the first row
        private final byte[] rowStart; // from the start of a row to its transaction id
        private final byte[] between; // rows
        private final byte[][] firstNames; // from the end of the transaction id
        private final byte[][] lastNames;
        private final byte[][] places; // to the start of the customer id
        private final byte[][][] numbers = new byte[DRAWN + 1][WHITE_BALLS + 1][]; // to the end of the row

        /** Takes what stands before the rows, around and in a row, between rows, and around a text. */
        Format(String contentType, String header, String open, String comma, String close, String between, String mark) {
            this.contentType = contentType;
            this.header = bytes(header);
            this.between = bytes(between);
            String[] lead = new String[COLUMNS.size()];
            for (int i = 0; i < lead.length; i++) {
                lead[i] = (i == 0 ? open : comma) + (name().equals("NDJSON") ? quote(COLUMNS.get(i)) + ":" : "");
            }
            rowStart = bytes(lead[0] + mark);
            Names lists = Names.LISTS;
            firstNames = bytes(lists.first.length, i -> mark + lead[1] + quote(lists.first[i]));
            lastNames = bytes(lists.last.length, i -> lead[2] + quote(lists.last[i]));
            places = bytes(lists.places.length, i -> {
                String[] cityAndState = lists.places[i].split(",(?=..$)"); // at the last comma
                return lead[3] + quote(cityAndState[0]) + lead[4] + quote(cityAndState[1]) + lead[5] + mark;
            });
            for (int ball = 0; ball <= DRAWN; ball++) {
                String start = (ball == 0 ? mark : "") + lead[6 + ball];
                String end = ball == DRAWN ? close : "";
                numbers[ball] = bytes(WHITE_BALLS + 1, number -> start + number + end);
            }
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        private static byte[][] bytes(int length, IntFunction<String> text) {
            return IntStream.range(0, length).mapToObj(i -> bytes(text.apply(i))).toArray(byte[][]::new);
        }

        static Format named(String name) {
            check(List.of("sql", "csv", "ndjson").contains(name), "format must be sql, csv or ndjson, not \"%s\"", name);
            return valueOf(name.toUpperCase());
        }

        /** Quotes a text that has no control characters. */
        private String quote(String text) {
            return switch (name()) { // not "this": the constants are still being made when this is first called
                case "SQL" -> "'" + text.replace("'", "''") + "'";
                case "CSV" -> text.matches("[^\",]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
                default -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            };
        }

        /** Makes a row and puts it, after another one or not. Returns where it ends. Takes a third of what strings would take. */
        int put(byte[] buffer, int start, boolean afterAnother, long seed, long index) {
            Drawing drawing = Drawing.of(seed, index); // used here only, so the compiled code has no such object
            int at = afterAnother ? put(buffer, start, between) : start;
            at = put(buffer, at, rowStart);
            at = putUuid(buffer, at, drawing.transactionHigh, drawing.transactionLow);
            at = put(buffer, at, firstNames[drawing.first]);
            at = put(buffer, at, lastNames[drawing.last]);
            at = put(buffer, at, places[drawing.place]);
            at = putUuid(buffer, at, drawing.customerHigh, drawing.customerLow);
            for (int i = 0; i < DRAWN; i++) at = put(buffer, at, numbers[i][drawing.whiteBall(i)]);
            return put(buffer, at, numbers[DRAWN][drawing.powerball]);
        }

        private static int put(byte[] buffer, int at, byte[] bytes) {
            System.arraycopy(bytes, 0, buffer, at, bytes.length);
            return at + bytes.length;
        }

        private static int putUuid(byte[] buffer, int start, long high, long low) {
            int at = putHex(buffer, start, high >>> 32, 4, '-');
            at = putHex(buffer, at, high >>> 16, 2, '-');
            at = putHex(buffer, at, high, 2, '-');
            at = putHex(buffer, at, low >>> 48, 2, '-');
            return putHex(buffer, at, low, 6, '-') - 1; // without the last mark
        }

        /** Puts the lowest bytes of a number, highest first, and a mark. */
        private static int putHex(byte[] buffer, int start, long bits, int bytes, char mark) {
            int at = start;
            for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8, at += 2) {
                PAIR.set(buffer, at, HEX[(int) (bits >>> shift) & 0xff]);
            }
            buffer[at] = (byte) mark;
            return at + 1;
        }
    }

    // ---- How a row is made ------------------------------------------------------------------------------------------

    /**
     * One row: who bought which numbers. It holds no objects: as garbage they would cost many streams a fifth of their
     * speed, and twice the memory. Names are indices into {@link Names}, ids come in halves of 64 bits.
     *
     * @param transactionHigh version 7 (RFC 9562, 5.7): 48 and 12 bits of seed + index, then 62 random bits; so ids ascend
     * @param customerHigh version 4 (RFC 9562, 5.4)
     * @param whiteBalls five distinct numbers from 1 to 69, ascending, a byte each from the lowest; every set is equally likely
     * @param powerball 1 to 26, from a drum of its own
     */
    record Drawing(long transactionHigh, long transactionLow, int first, int last, int place, long customerHigh,
            long customerLow, long whiteBalls, int powerball) {

        /** Row index (0 to 2 * 10^9) of the stream named seed (0 to 10^18): always the same, on every JDK from 17 on. */
        static Drawing of(long seed, long index) {
            // SplittableRandom steps by a constant, so starts that differ by a multiple of it would give shifted copies
            // of the same numbers. A start that is mixed well is far from all others.
            SplittableRandom random = new SplittableRandom(mix(mix(seed) + index));
            Names names = Names.LISTS;
            long tick = seed + index;
            return new Drawing((tick >>> 12) << 16 | 7 << 12 | (tick & 0xfff), variant(random), // 48 bits, the version, 12 bits
                    random.nextInt(names.first.length),
                    random.nextInt(names.last.length),
                    random.nextInt(names.places.length),
                    random.nextLong() & ~0xf000L | 4 << 12, variant(random),
                    whiteBalls(random),
                    1 + random.nextInt(POWERBALLS));
        }

        /** What new SplittableRandom(start).nextLong() gives, without the object: Stafford's variant 13, as the JDK calls it. */
        private static long mix(long start) {
            long z = start + 0x9e3779b97f4a7c15L;
            z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            return z ^ z >>> 31;
        }

        /** The two highest bits say that the layout of the UUID is the RFC's; the other 62 are random. */
        private static long variant(SplittableRandom random) {
            return random.nextLong() >>> 2 | 1L << 63;
        }

        /** Draws until five different balls are out. Bits sort them: 25 ns a row less than inserting each into an array. */
        private static long whiteBalls(SplittableRandom random) {
            long low = 0; // bit n: ball n + 1
            long high = 0; // bit n: ball n + 65
            while (Long.bitCount(low) + Long.bitCount(high) < DRAWN) {
                int ball = random.nextInt(WHITE_BALLS);
                low |= ball < 64 ? 1L << ball : 0;
                high |= ball < 64 ? 0 : 1L << ball; // the shift counts modulo 64
            }
            long balls = 0; // the highest goes in first: in the end it is in the highest byte
            for (; high != 0; high ^= Long.highestOneBit(high)) balls = balls << 8 | 128 - Long.numberOfLeadingZeros(high);
            for (; low != 0; low ^= Long.highestOneBit(low)) balls = balls << 8 | 64 - Long.numberOfLeadingZeros(low);
            return balls;
        }

        /** A ball by its place, 0 to 4. */
        int whiteBall(int i) {
            return (int) (whiteBalls >>> 8 * i) & 0xff;
        }
    }

    /** The lists beside this file, one entry a line. Whoever changes them changes the rows of every seed. */
    record Names(String[] first, String[] last, String[] places) {

        static final Names LISTS = new Names(lines("first.txt", ""), lines("last.txt", ""), lines("places.txt", ",[A-Z]{2}"));

        private static String[] lines(String file, String end) {
            try (InputStream in = resource("names/" + file).openStream()) {
                String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\\R");
                Predicate<String> good = Pattern.compile("[^\\p{Cc}\\uFEFF\\uFFFD]{1,100}(?<=\\S)" + end).asMatchPredicate();
                for (String line : lines) {
                    check(good.test(line), "names/%s: every line must hold a %s of up to 100 characters in UTF-8, not \"%s\"",
                            file, end.isEmpty() ? "name" : "place as City,ST", line);
                }
                return lines;
            } catch (IOException e) {
                throw new IllegalArgumentException("names/" + file + ": " + e.getMessage(), e);
            }
        }
    }

    /** A file beside this one: on the class path, or, for a launch from source on a JDK before 22, in its folder. */
    private static URL resource(String name) throws IOException {
        URL found = Server.class.getResource(name);
        URL source = Server.class.getProtectionDomain().getCodeSource().getLocation();
        return found != null ? found : URI.create(source.toString()).resolve(name).toURL();
    }

    // ---- Options ----------------------------------------------------------------------------------------------------

    private record Options(String host, int port, int maxStreams, long stallSeconds, long dropAfter) {
        private static final String USAGE = """
                Usage: java src/powerball/Server.java [options]

                  --host HOST            listen on this address (127.0.0.1: this machine only)
                  --port PORT            0 to 65535, 0 picks a free one (8000)
                  --max-streams N        streams at once, 1 to 10,000; more are asked to come back (256)
                  --stall-seconds S      cut off a client that takes nothing for so long, 1 to 86,400 (30)
                  --drop-after K         failure drill: break every stream after K rows, 1 to 1,000,000,000
                  --help                 show this""";

        static Options parse(List<String> args) {
            Map<String, String> given = new HashMap<>();
            for (int i = 0; i < args.size(); i += 2) {
                check(List.of("--host", "--port", "--max-streams", "--stall-seconds", "--drop-after").contains(args.get(i)),
                        "no such option: %s", args.get(i));
                String value = i + 1 < args.size() ? args.get(i + 1) : "";
                check(given.put(args.get(i), value) == null, "%s must be given once, not twice", args.get(i));
            }
            check(!given.getOrDefault("--host", "any").isBlank(), "--host must be a name or an address, not \"\"");
            return new Options(given.getOrDefault("--host", "127.0.0.1"),
                    (int) wholeNumber(given, "--port", 0, 65_535, 8000),
                    (int) wholeNumber(given, "--max-streams", 1, 10_000, 256),
                    wholeNumber(given, "--stall-seconds", 1, 86_400, 30),
                    wholeNumber(given, "--drop-after", 1, MAX_ROWS, Long.MAX_VALUE)); // never
        }
    }
}
