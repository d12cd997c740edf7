package powerball;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Streams mock Powerball tickets over HTTP as it makes them. It needs nothing but a JDK, 17 or
 * newer:
 *
 * <pre>
 * $ java src/powerball/Server.java
 * Serving tickets on http://127.0.0.1:8000/
 * Try curl http://127.0.0.1:8000/drawing/10 (Ctrl-C stops the server)
 *
 * $ curl -s 'http://127.0.0.1:8000/drawing/2?seed=42' | cut -d, -f2-5,7-
 *  'Ximena', 'Collins', 'Cedar Rapids', 'IA', 6, 42, 43, 51, 52, 10)
 *  'Alan', 'Moore', 'Warwick', 'RI', 15, 38, 64, 65, 66, 21)
 * </pre>
 *
 * {@code GET /drawing/{rows}?seed=S&from=K&format=F&rate=R&drop=D} returns rows K to K + rows - 1
 * of the stream named by seed S. A row is a pure function of seed, index and the lists of names
 * ({@link Ticket#of}), so the server keeps no state: any part of any stream can be requested again,
 * from this server or from another with the same lists, and is the same to the byte.
 *
 * <p>Read it from top to bottom: {@link #main} and {@link #start}; the path of a request through
 * {@link #handle}, {@link #answer}, {@link #route}, {@link #stream} and {@link #sendRows}, and how
 * a reply that fails ends as {@link #broken}; the {@link Reply}, and the {@link Watch} for a client
 * that stops reading; what may be requested; then a row: each {@link Column}, each {@link Format},
 * and how a {@link Ticket} is made. The options come last.
 */
public class Server {

    private static final int MAX_ROWS = 1_000_000_000;
    // Twice as high: a job that begins at row 1,000,000,000 can be resumed at any of its rows.
    private static final int MAX_FIRST_ROW = 2 * MAX_ROWS;
    // Seed + index must fit in 60 bits of a UUID.
    private static final long MAX_SEED = 1_000_000_000_000_000_000L;
    private static final int MAX_ROWS_PER_SECOND = 1_000_000;

    private static final int WHITE_BALLS_DRAWN = 5;
    private static final int HIGHEST_WHITE_BALL = 69;
    private static final int HIGHEST_POWERBALL = 26;
    private static final int BUYERS = 100_000; // so a few appear twice in a thousand rows

    private static final int MAX_PRINTED_CHARACTERS = 1000;
    private static final int REQUEST_TIMEOUT_SECONDS = 10;
    private static final int CONNECTIONS_BESIDE_STREAMS = 1024;
    private static final int ROW_BUFFER_BYTES = 16 * 1024;
    private static final int MAX_ROW_BYTES = 4096; // the longest names need fewer in any format
    private static final String PAGE_FILES = "/page/[a-z]+\\.(css|js)";
    private static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; "
            + "style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'";
    private static final int MIN_STALL_SECONDS_TO_MAKE_ROOM = 5;
    private static final long WATCHDOG_INTERVAL_MILLIS = 250;
    private static final long DROP_PAUSE_MILLIS = 500;

    private final Options options;
    private final Map<Format, RowWriter> rowWriters = new EnumMap<>(Format.class);
    private HttpServer http;
    // Each stream needs a slot: it takes one before its first row, and returns it after its last.
    private final Semaphore freeSlots;
    private final Set<Reply> repliesInProgress = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastChosenSeed = new AtomicLong();
    private final ExecutorService handlers = Executors.newCachedThreadPool();
    private final Log log = new Log(System.out);
    private final Log errors = new Log(System.err);

    private Server(Options options) {
        this.options = options;
        boolean isFirstComeFirstServed = true;
        freeSlots = new Semaphore(options.maxStreams, isFirstComeFirstServed);
    }

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // formats 1,000.5 this way everywhere
        if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
            printUsage();
            return;
        }
        try {
            System.out.println(new Server(Options.parse(args)).start());
            // Frees what compiling this file used, which halves peak memory.
            System.gc();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\nSee --help.");
            System.exit(2);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        } catch (ExceptionInInitializerError e) { // from the name lists
            System.err.println(e.getCause().getMessage());
            System.exit(1);
        }
    }

    private static void printUsage() {
        System.out.println(Options.USAGE);
        if (System.out.checkError()) { // a full disk or a closed pipe, which println hides
            System.err.println("The output could not be written completely.");
            System.exit(1);
        }
    }

    // ---- Start and stop -------------------------------------------------------------------------

    /**
     * Starts accepting connections. Returns the message for the user; throws if a list cannot be
     * read or the address cannot be used.
     */
    private String start() throws IOException {
        // Before anything listens: a bad list of names stops the start, not the first request.
        for (Format format : Format.values()) {
            rowWriters.put(format, new RowWriter(format));
        }
        setLimits();
        http = bind();
        // One thread per request: its blocking writes hold the stream to the client's pace.
        http.setExecutor(handlers);
        http.createContext("/", this::handle);
        http.start();
        new Thread(this::disconnectStalledClients, "watchdog").start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));

        InetSocketAddress bound = http.getAddress();
        String url = "http://" + hostInUrl(bound) + ":" + bound.getPort() + "/";
        return "Serving tickets on " + url + "\n"
                + "Try curl " + url + "drawing/10 (Ctrl-C stops the server)";
    }

    /** Sets the limits of the JDK's server, which reads them once, when its class is loaded. */
    private void setLimits() {
        String prefix = "sun.net.httpserver.";
        String connections = String.valueOf(options.maxStreams + CONNECTIONS_BESIDE_STREAMS);
        // Seconds for a request to arrive. No limit by default: half a request would hold a thread
        // forever.
        System.setProperty(prefix + "maxReqTime", String.valueOf(REQUEST_TIMEOUT_SECONDS));
        // No limit by default. Connections beyond it are reset, so it leaves room for refusals and
        // the page.
        System.setProperty("jdk.httpserver.maxConnections", connections);
        // 200 by default: idle connections beyond it would be reset on their next request.
        System.setProperty(prefix + "maxIdleConnections", connections);
        // Off by default: a small response in two flushes would take 44 ms, as the second waits
        // for the first to be acknowledged.
        System.setProperty(prefix + "nodelay", "true");
        // Left alone: idleInterval, which closes idle connections after 30 s; maxReqHeaders, 200;
        // and maxRspTime, which is off, as it would end healthy long streams.
    }

    private HttpServer bind() throws IOException {
        try {
            InetSocketAddress address = new InetSocketAddress(options.host, options.port);
            if (address.isUnresolved()) throw new IOException("no such host");
            // The backlog: as many again may wait to be accepted.
            return HttpServer.create(address, CONNECTIONS_BESIDE_STREAMS);
        } catch (IOException e) {
            String sentence = String.format("Cannot listen on %s port %d: %s."
                    + " Choose with --host and --port (0 picks a free one).",
                    options.host, options.port, e.getMessage());
            throw new IOException(printable(sentence), e);
        }
    }

    /**
     * The host as given, but fit for a URL: brackets around IPv6, and the loopback address in place
     * of the wildcard.
     */
    private String hostInUrl(InetSocketAddress bound) {
        String host = options.host.replaceAll("[\\[\\]]", "");
        if (bound.getAddress().isAnyLocalAddress()) host = host.contains(":") ? "::1" : "127.0.0.1";
        return host.contains(":") ? "[" + host.replace("%", "%25") + "]" : host;
    }

    /**
     * Ctrl-C: interrupts the open streams so that each is logged as broken, stops accepting
     * connections, and exits with code 0.
     */
    private void stop() {
        handlers.shutdownNow();
        http.stop(0);
        for (int i = 0; i < 100 && !repliesInProgress.isEmpty(); i++) {
            LockSupport.parkNanos(10_000_000); // at most a second in all
        }
        log.close();
        errors.close();
        Runtime.getRuntime().halt(0); // otherwise the signal would set the exit code
    }

    private void disconnectStalledClients() {
        while (true) {
            for (Reply reply : repliesInProgress) {
                reply.watch.interruptAfter(options.stallSeconds);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WATCHDOG_INTERVAL_MILLIS));
        }
    }

    // ---- A request ------------------------------------------------------------------------------

    /** Answers a request, or ends its connection, and logs a line. */
    private void handle(HttpExchange exchange) throws IOException {
        Reply reply = new Reply(exchange);
        repliesInProgress.add(reply);
        try {
            answer(reply);
        } catch (Throwable failure) {
            throw broken(reply, failure);
        } finally {
            reply.watch.close();
            log.add(reply::logLine);
            repliesInProgress.remove(reply); // last: stop() waits until none is left
        }
    }

    /** Sends what was asked for, or a refusal; or 500, for a failure before the first byte. */
    private void answer(Reply reply) throws IOException {
        try {
            route(reply);
        } catch (Refusal refusal) {
            reply.refuse(refusal);
        } catch (IOException | RuntimeException | Error failure) {
            if (reply.hasBegun()) throw failure;
            logTrace(failure);
            reply.refuse(new Refusal(500, "the server failed before the first row"));
        }
    }

    private void route(Reply reply) throws IOException, Refusal {
        URI uri = reply.exchange.getRequestURI();
        String method = reply.exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            String detail = "method must be GET or HEAD, not \"" + method + "\"";
            throw new Refusal(405, detail, Map.of("Allow", "GET, HEAD"));
        }
        if (reply.requestHasBody()) {
            throw new Refusal(400, "a request must not have a body", Map.of("Connection", "close"));
        }
        String path = uri.getRawPath(); // raw: "%2e%2e" stays as it is and is refused
        if (path.equals("/")) {
            pageFile("page/index.html", reply);
        } else if (path.matches(PAGE_FILES) && resource(path.substring(1)) != null) {
            pageFile(path.substring(1), reply);
        } else if (path.matches("/drawing/[^/]*")) {
            String rows = path.substring("/drawing/".length());
            stream(Query.parse(rows, uri.getRawQuery(), chooseSeed()), reply);
        } else if (path.equals("/openapi.json")) {
            description(reply);
        } else {
            throw new Refusal(404, "path must be /, /drawing/{rows} or /openapi.json, not \"" + path
                    + "\"");
        }
    }

    /** A file of the web page. Only files of this server may style the page or run in it. */
    private void pageFile(String name, Reply reply) throws IOException {
        String text = text(name);
        String type = name.endsWith(".js") ? "javascript" : name.substring(name.indexOf('.') + 1);
        reply.headers.set("Content-Security-Policy", PAGE_POLICY);
        reply.headers.set("Cache-Control", "no-cache");
        reply.send(200, "text/" + type + "; charset=utf-8", text);
    }

    /** The API as OpenAPI describes it, for the tools that read it. */
    private void description(Reply reply) throws IOException {
        String text = text("page/openapi.json");
        reply.headers.set("Cache-Control", "no-cache");
        reply.allowEveryPage();
        reply.send(200, "application/json", text);
    }

    private void stream(Query query, Reply reply) throws IOException, Refusal {
        if (reply.isHttp10()) {
            // Without the header Upgrade, which RFC 9110 wants here: an nginx in front would pass
            // it on to clients of HTTP/2, for whom it is a protocol error.
            throw new Refusal(426, "a stream must be requested over HTTP/1.1: over HTTP/1.0, a"
                    + " broken one would look whole (nginx in front of this server needs"
                    + " proxy_http_version 1.1)");
        }
        takeSlot(reply);
        try {
            if (!reply.isHead()) {
                log.add(() -> reply.request() + " begins");
                sendRows(query, reply);
                if (query.isDrill()) drop(reply);
                reply.flush();
            }
        } finally {
            // Before the end is sent: a client that has read it may ask for another stream at once.
            reply.hasSlot = false;
            freeSlots.release();
        }
        reply.beginStream(query); // for HEAD; GET began with its first rows
        reply.finish();
    }

    /** Takes a slot. If none is free, the client that has stalled longest may have to go. */
    private void takeSlot(Reply reply) throws Refusal {
        try {
            // With a timeout, even one of 0, tryAcquire waits its turn; without, it would not.
            boolean taken = freeSlots.tryAcquire(0, TimeUnit.SECONDS);
            if (!taken && disconnectLongestStalled()) {
                taken = freeSlots.tryAcquire(1, TimeUnit.SECONDS);
            }
            reply.hasSlot = taken;
        } catch (InterruptedException e) {
            // The server is stopping: no stream begins any more.
        }
        if (!reply.hasSlot) {
            String detail = "all streams are taken (" + options.maxStreams + "); try again";
            throw new Refusal(503, detail, Map.of("Retry-After", "1"));
        }
    }

    /**
     * Disconnects the client that has been stalled longest, if for
     * {@link #MIN_STALL_SECONDS_TO_MAKE_ROOM} or more. One newcomer at a time, so that two do not
     * disconnect the same one.
     */
    private synchronized boolean disconnectLongestStalled() {
        Optional<Watch> longest = repliesInProgress.stream().filter(reply -> reply.hasSlot)
                .map(reply -> reply.watch).max(Comparator.comparingLong(Watch::stalledNanos));
        return longest.isPresent() && longest.get().interruptAfter(MIN_STALL_SECONDS_TO_MAKE_ROOM);
    }

    /**
     * The present moment in units of 1/4096 ms since 1970, so that ids ascend from stream to
     * stream; but never the same twice, even if many ask at once or the clock is set back.
     */
    private long chooseSeed() {
        // The part of a millisecond is random: two servers that are asked in the same millisecond
        // should not send the same stream.
        int units = 4096;
        int part = ThreadLocalRandom.current().nextInt(units);
        long now = System.currentTimeMillis() * units + part;
        return lastChosenSeed.updateAndGet(last -> Math.max(last + 1, now));
    }

    /**
     * Makes rows and sends them: a full buffer at a time or, if there is a rate, each row when it
     * is due. The header of csv goes with the first of them, and alone if there are none.
     */
    private void sendRows(Query query, Reply reply) throws IOException {
        long start = System.nanoTime();
        long end = query.rowsToSend();
        RowWriter writer = rowWriters.get(query.format);
        RowBuffer buffer = new RowBuffer();
        buffer.put(writer.header);
        long row = 0;
        do {
            long due = Math.min(end, query.rowsDueAfter(System.nanoTime() - start));
            while (row < due && buffer.hasRoom()) {
                writer.write(Ticket.of(query.seed, query.from + row), buffer);
                row++;
            }
            reply.write(buffer, query, row);
            if (query.hasRate() && row < end) {
                reply.pauseUntil(start + query.nanosUntilDue(row));
            }
        } while (row < end);
    }

    /**
     * The drill: breaks a stream as a failure would. Its client first gets a moment to take all
     * rows: some, browsers among them, lose what they have not read when a connection breaks.
     */
    private void drop(Reply reply) throws IOException {
        reply.pauseUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DROP_PAUSE_MILLIS));
        reply.isDropped = true;
        throw new IOException("dropped");
    }

    /**
     * What a handler throws to end the connection of a reply that has failed, by an exception or an
     * Error, in the middle of a stream or while a refusal was written.
     *
     * <p>Nothing is closed, neither here nor in any {@code finally}: closing a body sends the last
     * chunk, and the client would take the rows that it has for all of them. An IOException makes
     * HttpServer end the connection without that chunk. After an Error it would do nothing, and the
     * client would wait forever.
     */
    private IOException broken(Reply reply, Throwable failure) {
        IOException end = new IOException("the reply broke off", failure);
        try {
            reply.breakReason = breakReason(reply, failure);
            if (!(failure instanceof IOException)) logTrace(failure);
        } catch (RuntimeException | Error another) {
            // Memory may have run out. The connection must end all the same.
        }
        return end;
    }

    /** Why a reply broke off, as the log says it. */
    private String breakReason(Reply reply, Throwable failure) {
        if (!(failure instanceof IOException)) return failure.toString();
        if (handlers.isShutdown()) return "stopped";
        if (reply.watch.hasInterrupted()) return "stalled";
        return reply.isDropped ? "drop" : "gone";
    }

    private void logTrace(Throwable failure) {
        errors.add(() -> {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            return trace.toString().stripTrailing();
        });
    }

    /** The reply to one request: the exchange, and what the log says about it. */
    private static final class Reply {
        private static final int NOT_BEGUN = 0; // no header has been sent
        private static final DateTimeFormatter LOG_TIME = // 2026-11-27T12:30:05+00:00
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx");

        private final HttpExchange exchange;
        private final Headers headers;
        private final Watch watch = new Watch();
        private final long startNanos = System.nanoTime();
        private OutputStream body;
        private int status = NOT_BEGUN;
        private volatile boolean hasSlot;
        private long rowsSent; // HttpServer or the system may still hold some
        private boolean isDropped;
        private String breakReason = ""; // for a reply that did not come to its end

        Reply(HttpExchange exchange) {
            this.exchange = exchange;
            headers = exchange.getResponseHeaders();
        }

        boolean hasBegun() {
            return status != NOT_BEGUN;
        }

        boolean isHead() {
            return exchange.getRequestMethod().equals("HEAD");
        }

        /** HTTP/1.0 has no chunks: only the end of the connection ends a stream, broken or not. */
        boolean isHttp10() {
            return exchange.getProtocol().equalsIgnoreCase("HTTP/1.0");
        }

        boolean requestHasBody() {
            Headers request = exchange.getRequestHeaders();
            return request.containsKey("Transfer-Encoding")
                    || !request.getOrDefault("Content-Length", List.of("0")).equals(List.of("0"));
        }

        void refuse(Refusal refusal) throws IOException {
            refusal.headers.forEach(headers::set);
            allowEveryPage();
            send(refusal.status, "application/problem+json", refusal.problem());
        }

        /** Sends a whole small response. */
        void send(int code, String contentType, String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            headers.set("Content-Length", String.valueOf(bytes.length)); // for HEAD as well
            watch.begin();
            sendHeaders(code, contentType, bytes.length);
            if (!isHead()) body.write(bytes);
            watch.end();
            finish();
        }

        /** Sends the headers of a stream, unless they have been sent. */
        void beginStream(Query query) throws IOException {
            if (hasBegun()) return;
            String fileName = "seed-" + query.seed + "." + query.format;
            headers.set("Drawing-Seed", String.valueOf(query.seed));
            headers.set("Drawing-Names", Names.LISTS.hash());
            // For a browser, and for curl -OJ, that saves the rows.
            headers.set("Content-Disposition", "inline; filename=\"" + fileName + "\"");
            // Otherwise an nginx in front would buffer all the rows at once.
            headers.set("X-Accel-Buffering", "no");
            allowEveryPage();
            watch.begin();
            sendHeaders(200, query.format.contentType, 0);
            watch.end();
        }

        /**
         * Sends what is in the buffer. Nothing is sent before there is a row: until then, a failure
         * can be answered with 500.
         */
        void write(RowBuffer buffer, Query query, long rowsSoFar) throws IOException {
            beginStream(query);
            watch.begin();
            buffer.moveTo(body);
            watch.end();
            rowsSent = rowsSoFar;
        }

        /** Sends what there is, and waits until a given System.nanoTime(), or a little less. */
        void pauseUntil(long moment) throws IOException {
            flush();
            LockSupport.parkNanos(moment - System.nanoTime());
            failIfInterrupted();
        }

        /** Sends the rows that HttpServer holds back to fill a chunk. */
        void flush() throws IOException {
            watch.begin();
            body.flush();
            watch.end();
        }

        /**
         * Ends the body; a stream's with the last chunk, which tells the client that it has every
         * row. HttpServer hides failures of {@code close}; on some JDKs these include sending the
         * last 4 KB. So a stream is flushed before, and an interrupt counts as a failure. Whether
         * the last chunk has arrived cannot be known.
         */
        void finish() throws IOException {
            watch.begin();
            body.close();
            watch.end();
            failIfInterrupted();
        }

        /** Interrupts come from the {@link Watch}, and from the server when it stops. */
        private static void failIfInterrupted() throws IOException {
            if (Thread.currentThread().isInterrupted()) throw new InterruptedIOException();
        }

        private void sendHeaders(int code, String contentType, long length) throws IOException {
            headers.set("Content-Type", contentType);
            headers.putIfAbsent("Cache-Control", List.of("no-store"));
            headers.set("X-Content-Type-Options", "nosniff");
            if (isHead() && length == 0) {
                headers.set("Transfer-Encoding", "chunked"); // HttpServer sets it for GET only
            }
            status = code;
            exchange.sendResponseHeaders(code, isHead() ? -1 : length);
            body = exchange.getResponseBody();
        }

        /** Nothing that the server sends is secret: a page from any origin may read it. */
        private void allowEveryPage() {
            headers.set("Access-Control-Allow-Origin", "*");
            headers.set("Access-Control-Expose-Headers", "Drawing-Seed, Drawing-Names");
        }

        /** Time, client and request, fit for any terminal: in ASCII, as valid requests are. */
        String request() {
            String request = String.format("%s %s %s %s", LOG_TIME.format(OffsetDateTime.now()),
                    exchange.getRemoteAddress().getAddress().getHostAddress(),
                    exchange.getRequestMethod(), exchange.getRequestURI());
            return printable(request).replaceAll("[^ -~]", "?");
        }

        /** Request, status, rows sent, seconds and, if it ended early, why. */
        String logLine() {
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            String broken = breakReason.isEmpty() ? "" : " broken: " + breakReason;
            return String.format("%s %d %,d rows %.2f s%s",
                    request(), status, rowsSent, seconds, printable(broken));
        }
    }

    /**
     * Watches for a client that stops reading. Such a client blocks the write of its handler's
     * thread forever. Only an interrupt ends the write, and the connection with it. The steps of
     * one reply:
     *
     * <ol>
     * <li>{@link #begin}: the handler is about to write.
     * <li>{@link #end}: the write has returned, so the client, or the system's buffers, took
     * everything. Between two writes, the server is at work or no row is due yet; the client is not
     * to blame.
     * <li>{@link #interruptAfter}: the watchdog, or a newcomer without a slot, interrupts a write
     * that has taken too long.
     * <li>{@link #close}: the reply is over. From now on it cannot be interrupted, and an interrupt
     * that came too late to end a write is cleared.
     * </ol>
     *
     * An interrupt can never reach a later request on the same thread: only step 3 makes it, under
     * the lock that step 4 also takes, and the thread itself runs step 4 before it goes on.
     */
    private static final class Watch {
        private static final long NOT_WRITING = 0;
        private final Thread handler = Thread.currentThread();
        private long writingSinceNanos = NOT_WRITING;
        private boolean hasInterrupted;

        synchronized void begin() {
            writingSinceNanos = System.nanoTime();
        }

        synchronized void end() {
            writingSinceNanos = NOT_WRITING;
        }

        /** How long the current write has taken. */
        synchronized long stalledNanos() {
            if (writingSinceNanos == NOT_WRITING || hasInterrupted) return 0;
            return System.nanoTime() - writingSinceNanos;
        }

        /** Returns whether the write had taken that long and was interrupted. */
        synchronized boolean interruptAfter(long seconds) {
            if (stalledNanos() < TimeUnit.SECONDS.toNanos(seconds)) return false;
            hasInterrupted = true;
            handler.interrupt();
            return true;
        }

        synchronized boolean hasInterrupted() {
            return hasInterrupted;
        }

        synchronized void close() {
            end();
            Thread.interrupted();
        }
    }

    /**
     * Prints lines on a thread of its own. A pipe that is not read blocks the thread that prints to
     * it once its 64 KB are full. Here, that stops the lines and not the requests: when too many
     * lines are waiting, further ones are only counted. So is a line that cannot be made, as when
     * memory runs out: a reply must end as it would without a log.
     */
    private static final class Log {
        private static final int MAX_WAITING_LINES = 1000;
        private final PrintStream out;
        private final AtomicLong linesLeftOut = new AtomicLong();
        private final ThreadPoolExecutor printer = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING_LINES),
                (line, full) -> linesLeftOut.incrementAndGet());

        Log(PrintStream out) {
            this.out = out;
        }

        void add(Supplier<String> maker) {
            try {
                String line = maker.get();
                printer.execute(() -> print(line));
            } catch (RuntimeException | Error e) {
                linesLeftOut.incrementAndGet();
            }
        }

        private void print(String line) {
            long lines = linesLeftOut.getAndSet(0);
            if (lines > 0) {
                out.printf("(%,d lines left out, which came faster than they were read"
                        + " or could not be made)%n", lines);
            }
            out.println(line);
        }

        /** Waits for the last lines to be printed, for a second at most. */
        void close() {
            printer.shutdown();
            try {
                printer.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the program ends now, with or without them
            }
        }
    }

    // ---- What may be asked for ------------------------------------------------------------------

    /**
     * Rows {@code from} to {@code from + rows - 1} of a stream, and how to send them.
     *
     * @param drop for a drill: the stream breaks after this many rows, if it has more
     */
    private record Query(long rows, long seed, long from, Format format, long rate, long drop) {
        private static final long AS_FAST_AS_READ = 0;
        private static final long NEVER = Long.MAX_VALUE;
        private static final List<String> PARAMETER_NAMES =
                List.of("seed", "from", "format", "rate", "drop");

        boolean hasRate() {
            return rate != AS_FAST_AS_READ;
        }

        boolean isDrill() {
            return drop < rows;
        }

        long rowsToSend() {
            return Math.min(rows, drop);
        }

        /** How many rows are due after this time; the first is due at once. */
        long rowsDueAfter(long nanos) {
            return hasRate() ? 1 + (long) (nanos * 1e-9 * rate) : rows;
        }

        /** Counted from the start of the stream. */
        long nanosUntilDue(long row) {
            return row * 1_000_000_000 / rate;
        }

        /** Throws a refusal that says what is not accepted. */
        static Query parse(String rows, String rawQuery, long defaultSeed) throws Refusal {
            try {
                Map<String, String> parameters = parameters(rawQuery);
                return new Query(
                        inRange("rows", rows, rows, 0, MAX_ROWS),
                        number(parameters, "seed", 0, MAX_SEED, defaultSeed),
                        number(parameters, "from", 0, MAX_FIRST_ROW, 0),
                        Format.named(parameters.getOrDefault("format", "sql")),
                        number(parameters, "rate", 1, MAX_ROWS_PER_SECOND, AS_FAST_AS_READ),
                        number(parameters, "drop", 1, MAX_ROWS, NEVER));
            } catch (IllegalArgumentException e) {
                throw new Refusal(400, e.getMessage());
            }
        }

        private static long number(Map<String, String> parameters, String name, long min, long max,
                long defaultValue) {
            String text = parameters.get(name);
            if (text == null) return defaultValue;
            return inRange(name, text, text, min, max);
        }

        private static Map<String, String> parameters(String rawQuery) {
            Map<String, String> parameters = new HashMap<>();
            if (rawQuery == null) return parameters;
            for (String parameter : rawQuery.split("&")) {
                if (parameter.isEmpty()) continue; // many clients send a "?" or a last "&"
                String[] nameAndValue = parameter.split("=", 2);
                String name = nameAndValue[0];
                require(PARAMETER_NAMES.contains(name), "a query parameter must be %s, not \"%s\"",
                        anyOf(PARAMETER_NAMES), name);
                require(!parameters.containsKey(name), "%s must be given once, not twice", name);
                parameters.put(name, nameAndValue.length > 1 ? nameAndValue[1] : "");
            }
            return parameters;
        }
    }

    /** A refusal, with a body as RFC 9457 defines it. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private static final Map<Integer, String> TITLES = Map.of(
                400, "Bad Request",
                404, "Not Found",
                405, "Method Not Allowed",
                426, "Upgrade Required",
                500, "Internal Server Error",
                503, "Service Unavailable");
        private final int status;
        private final transient Map<String, String> headers;

        Refusal(int status, String detail) {
            this(status, detail, Map.of());
        }

        Refusal(int status, String detail, Map<String, String> headers) {
            super(printable(detail));
            this.status = status;
            this.headers = headers;
        }

        String problem() {
            return String.format("{\"title\": \"%s\", \"status\": %d, \"detail\": %s}\n",
                    TITLES.get(status), status, Format.NDJSON.literal(getMessage()));
        }
    }

    // ---- How a row is written -------------------------------------------------------------------

    /**
     * A column of a row.
     *
     * @param value gives its value in a ticket: a number is written as it is, anything else as the
     * text of its {@code toString()}, of up to 100 characters and no control characters
     * @param choices the list that the value is taken from; empty if it is not taken from a list
     * @param index gives the place of the value in that list
     */
    record Column(String name, Function<Ticket, ?> value, List<?> choices,
            ToIntFunction<Ticket> index) {

        /**
         * The columns of a row, in order. The header of csv, the keys of ndjson and the fields of
         * every row are derived from this list.
         */
        static final List<Column> ALL = List.of(
                made("transaction_id", Ticket::transactionId),
                chosen("first_name", Names.LISTS.first, ticket -> ticket.buyer().firstName()),
                chosen("last_name", Names.LISTS.last, ticket -> ticket.buyer().lastName()),
                chosen("city", Names.LISTS.cities, ticket -> ticket.buyer().place()),
                chosen("state", Names.LISTS.states, ticket -> ticket.buyer().place()),
                made("customer_id", ticket -> ticket.buyer().customerId()),
                chosen("powerball_1", upTo(HIGHEST_WHITE_BALL), ticket -> ticket.whiteBalls()[0]),
                chosen("powerball_2", upTo(HIGHEST_WHITE_BALL), ticket -> ticket.whiteBalls()[1]),
                chosen("powerball_3", upTo(HIGHEST_WHITE_BALL), ticket -> ticket.whiteBalls()[2]),
                chosen("powerball_4", upTo(HIGHEST_WHITE_BALL), ticket -> ticket.whiteBalls()[3]),
                chosen("powerball_5", upTo(HIGHEST_WHITE_BALL), ticket -> ticket.whiteBalls()[4]),
                chosen("powerball_number", upTo(HIGHEST_POWERBALL), Ticket::powerball));

        /** A value that is made for each row. */
        private static Column made(String name, Function<Ticket, ?> value) {
            return new Column(name, value, List.of(), ticket -> 0);
        }

        private static Column chosen(String name, List<?> choices, ToIntFunction<Ticket> index) {
            return new Column(name, ticket -> choices.get(index.applyAsInt(ticket)), choices,
                    index);
        }

        /** From 0, so that each number is at its own index. */
        private static List<Integer> upTo(int highest) {
            return IntStream.rangeClosed(0, highest).boxed().toList();
        }
    }

    /** How a row is written: in every format, it is one line. */
    enum Format {
        // Content type; whether there is a header line; whether a value has a key before it; what
        // begins a row, separates two values, and ends a row.
        SQL("text/plain; charset=utf-8", false, false, "(", ", ", ")\n"),
        CSV("text/csv; charset=utf-8; header=present", true, false, "", ",", "\n"),
        NDJSON("application/x-ndjson", false, true, "{", ",", "}\n");

        private final String contentType;
        private final boolean hasHeader;
        private final boolean hasKeys;
        private final String rowStart;
        private final String separator;
        private final String rowEnd;

        Format(String contentType, boolean hasHeader, boolean hasKeys, String rowStart,
                String separator, String rowEnd) {
            this.contentType = contentType;
            this.hasHeader = hasHeader;
            this.hasKeys = hasKeys;
            this.rowStart = rowStart;
            this.separator = separator;
            this.rowEnd = rowEnd;
        }

        /** The format that a request asks for by this name. */
        static Format named(String name) {
            for (Format format : values()) {
                if (format.toString().equals(name)) return format;
            }
            throw new IllegalArgumentException(
                    "format must be " + anyOf(List.of(values())) + ", not \"" + name + "\"");
        }

        /** Its name in a request, and the extension of its files. */
        @Override public String toString() {
            return name().toLowerCase();
        }

        /** A value as it stands in a row: a number as it is, any other as a text. */
        String literal(Object value) {
            String text = value.toString();
            if (value instanceof Number) return text;
            return switch (this) {
                case SQL -> "'" + text.replace("'", "''") + "'";
                case CSV -> csvField(text);
                case NDJSON -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            };
        }

        /** In quotes only where RFC 4180 requires it. */
        private static String csvField(String text) {
            boolean isPlain = !text.contains(",") && !text.contains("\"");
            return isPlain ? text : '"' + text.replace("\"", "\"\"") + '"';
        }
    }

    /** Writes one column of a ticket. */
    private interface FieldWriter {
        void write(Ticket ticket, RowBuffer row);
    }

    /** Writes tickets as rows of a format. */
    private static final class RowWriter {
        private final byte[] header;
        // A list would take 30 nanoseconds more for each row, which takes 370 in all.
        private final FieldWriter[] fields = new FieldWriter[Column.ALL.size()];
        private final byte[] rowEnd;

        RowWriter(Format format) {
            List<String> names = Column.ALL.stream().map(Column::name).toList();
            header = utf8(format.hasHeader ? String.join(format.separator, names) + "\n" : "");
            for (int i = 0; i < fields.length; i++) {
                String before = i == 0 ? format.rowStart : format.separator;
                String key = format.hasKeys ? format.literal(names.get(i)) + ":" : "";
                fields[i] = fieldWriter(Column.ALL.get(i), format, before + key);
            }
            rowEnd = utf8(format.rowEnd);
        }

        /** Writes the value of a column, after the text that stands before it in each row. */
        private static FieldWriter fieldWriter(Column column, Format format, String before) {
            if (!column.choices.isEmpty()) {
                // Encoded once, in advance: doing so for each row would double the time it takes.
                byte[][] encoded = column.choices.stream()
                        .map(choice -> utf8(before + format.literal(choice)))
                        .toArray(byte[][]::new);
                ToIntFunction<Ticket> index = column.index;
                return (ticket, row) -> row.put(encoded[index.applyAsInt(ticket)]);
            }
            String[] quotes = format.literal("text").split("text", -1);
            byte[] beforeText = utf8(before + quotes[0]);
            byte[] afterText = utf8(quotes[1]);
            return (ticket, row) -> {
                Object value = column.value.apply(ticket);
                if (value instanceof UUID) {
                    // It has nothing to escape, and to look for it would take a tenth of a
                    // stream's time.
                    row.put(beforeText);
                    row.put(utf8(value.toString()));
                    row.put(afterText);
                } else {
                    row.put(utf8(before + format.literal(value)));
                }
            };
        }

        void write(Ticket ticket, RowBuffer row) {
            for (FieldWriter field : fields) {
                field.write(ticket, row);
            }
            row.put(rowEnd);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Rows on their way to a client, as bytes. */
    static final class RowBuffer {
        private final byte[] bytes = new byte[ROW_BUFFER_BYTES];
        private int length;

        /** Whether another row fits, however long it is. */
        boolean hasRoom() {
            return length + MAX_ROW_BYTES <= bytes.length;
        }

        void put(byte[] text) {
            System.arraycopy(text, 0, bytes, length, text.length);
            length += text.length;
        }

        void moveTo(OutputStream out) throws IOException {
            out.write(bytes, 0, length);
            length = 0;
        }
    }

    // ---- How a row is made ----------------------------------------------------------------------

    /**
     * One row: who bought which numbers.
     *
     * @param transactionId a version 7 UUID that holds seed + index, so that ids ascend
     * @param whiteBalls five distinct numbers from 1 to 69, ascending; every set is equally likely
     * @param powerball 1 to 26, from a drum of its own
     */
    record Ticket(UUID transactionId, Buyer buyer, int[] whiteBalls, int powerball) {

        /**
         * The row with this index (0 to 3 * 10^9) in the stream of this seed (0 to 10^18): always
         * the same, on every JDK from 17 on.
         */
        static Ticket of(long seed, long index) {
            SplittableRandom random = generator(mixed(seed) + index);
            return new Ticket(
                    uuid7(seed + index, random.nextLong()),
                    Buyer.of(random.nextInt(BUYERS)),
                    drawWhiteBalls(random),
                    1 + random.nextInt(HIGHEST_POWERBALL));
        }

        /** Draws five numbers. If one comes up twice, which no ball can, draws all five again. */
        private static int[] drawWhiteBalls(SplittableRandom random) {
            int[] balls = new int[WHITE_BALLS_DRAWN];
            do {
                for (int i = 0; i < WHITE_BALLS_DRAWN; i++) {
                    balls[i] = 1 + random.nextInt(HIGHEST_WHITE_BALL);
                }
                Arrays.sort(balls);
            } while (hasPair(balls));
            return balls;
        }

        private static boolean hasPair(int[] sorted) {
            for (int i = 1; i < sorted.length; i++) {
                if (sorted[i] == sorted[i - 1]) return true;
            }
            return false;
        }
    }

    /**
     * One of the 100,000 who buy tickets, again and again: the same ones in every stream.
     *
     * @param customerId a version 4 UUID
     * @param firstName an index into a list of {@link Names}, as are the other two; a place is a
     * city and its state
     */
    record Buyer(UUID customerId, int firstName, int lastName, int place) {

        /**
         * The buyer with this number (0 to 99,999): always the same one, as long as the name lists
         * are the same.
         */
        static Buyer of(int number) {
            SplittableRandom random = generator(number);
            return new Buyer(
                    uuid4(random.nextLong(), random.nextLong()),
                    random.nextInt(Names.LISTS.first.size()),
                    random.nextInt(Names.LISTS.last.size()),
                    random.nextInt(Names.LISTS.cities.size()));
        }
    }

    /**
     * A random number generator for one row or buyer. SplittableRandom steps by a constant, so
     * starts that differ by a multiple of it would give shifted copies of the same numbers. A
     * well-mixed start is far from all others.
     */
    private static SplittableRandom generator(long start) {
        return new SplittableRandom(mixed(start));
    }

    /**
     * The same as new SplittableRandom(start).nextLong(), without the object, which would take
     * nearly a tenth of a stream's time.
     */
    private static long mixed(long start) {
        long z = start + 0x9e3779b97f4a7c15L; // Stafford's variant 13, as in the JDK
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /**
     * RFC 9562, 5.7: 48 bits of time, the version, 12 more bits of time, the variant, 62 random
     * bits.
     *
     * @param moment in units of 1/4096 ms since 1970, which fill the 60 bits of time
     */
    private static UUID uuid7(long moment, long random) {
        long time = ((moment >>> 12) << 16) | (moment & 0xfff);
        return new UUID(withVersion(7, time), withVariant(random));
    }

    /** RFC 9562, 5.4: random except for the version and the variant. */
    private static UUID uuid4(long random, long moreRandom) {
        return new UUID(withVersion(4, random), withVariant(moreRandom));
    }

    /** The version is in bits 12 to 15. */
    private static long withVersion(int version, long bits) {
        return (bits & ~0xf000L) | (version << 12);
    }

    /** The two highest bits, 1 and 0, say that the layout is the RFC's. */
    private static long withVariant(long bits) {
        return (bits >>> 2) | (1L << 63);
    }

    /**
     * The lists next to this file, one entry per line. Changing them changes the rows of every
     * seed.
     */
    record Names(List<String> first, List<String> last, List<String> cities, List<String> states) {

        private static final String BYTE_ORDER_MARK = "\uFEFF"; // some editors begin a file with it
        // Java puts it where bytes are not UTF-8.
        private static final String REPLACEMENT_CHARACTER = "\uFFFD";

        static final Names LISTS = read();

        /**
         * Eight hex digits by which a client can tell that another server would send other rows.
         * How the hash of a list of texts is computed is specified, so every JDK gives the same.
         */
        String hash() {
            return String.format("%08x", List.of(first, last, cities, states).hashCode());
        }

        private static Names read() {
            List<String> places = lines("places.txt", "\\S(.*\\S)?,[A-Z]{2}", "a place as City,ST");
            return new Names(
                    lines("first.txt", "\\S(.*\\S)?", "a name"),
                    lines("last.txt", "\\S(.*\\S)?", "a name"),
                    places.stream().map(place -> place.substring(0, place.length() - 3)).toList(),
                    places.stream().map(place -> place.substring(place.length() - 2)).toList());
        }

        private static List<String> lines(String file, String pattern, String what) {
            try {
                String text = text("names/" + file);
                if (text.startsWith(BYTE_ORDER_MARK)) text = text.substring(1);
                List<String> lines = text.lines().toList();
                require(!lines.isEmpty(), "names/%s is empty: it must have %s on each line",
                        file, what);
                for (String line : lines) {
                    require(line.length() <= 100 && line.matches(pattern) && isClean(line),
                            "names/%s: every line must hold %s of up to 100 characters in UTF-8,"
                            + " with no space after a comma, not \"%s\"", file, what, line);
                }
                return lines;
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "The lists of names cannot be read: " + e.getMessage(), e);
            }
        }

        /** The first clients of this API split a row at ", ", so no field may contain that. */
        private static boolean isClean(String line) {
            return !line.contains(", ") && line.chars().noneMatch(Character::isISOControl)
                    && !line.contains(BYTE_ORDER_MARK) && !line.contains(REPLACEMENT_CHARACTER);
        }
    }

    /** The text of a file next to this one. */
    private static String text(String name) throws IOException {
        URL file = resource(name);
        if (file == null) throw new FileNotFoundException("there is no " + name);
        try (InputStream in = file.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * A file next to this one, null if there is none: on the class path or, when launched from
     * source on a JDK before 22, in its folder. Files that lie beside a jar are not its own.
     */
    private static URL resource(String name) throws IOException {
        URL found = Server.class.getResource(name);
        URL program = Server.class.getProtectionDomain().getCodeSource().getLocation();
        if (found != null || !program.getPath().endsWith(".java")) return found;
        Path file = Path.of(URI.create(program.toString()).resolve(name));
        return Files.isRegularFile(file) ? file.toUri().toURL() : null;
    }

    // ---- Options --------------------------------------------------------------------------------

    record Options(String host, int port, int maxStreams, long stallSeconds) {

        private static final String USAGE = """
                Usage: java src/powerball/Server.java [options]
                   or: java -jar build/server.jar [options]

                  --host HOST          listen on this address (127.0.0.1: this machine only)
                  --port PORT          0 to 65535, 0 picks a free one (8000)
                  --max-streams N      streams at once, 1 to 10,000 (256); more get 503
                  --stall-seconds S    disconnect a client whose stream makes no progress
                                       for S seconds, 1 to 86,400 (300)
                  --help               show this""";
        private static final List<String> NAMES =
                List.of("--host", "--port", "--max-streams", "--stall-seconds");

        /** Throws an IllegalArgumentException that explains what is not accepted. */
        static Options parse(String[] args) {
            Map<String, String> given = valuesByName(args);
            String host = given.getOrDefault("--host", "127.0.0.1");
            require(!host.isBlank(), "--host must be a name or an address, not \"%s\"", host);
            return new Options(host,
                    (int) number(given, "--port", 0, 65_535, 8000),
                    (int) number(given, "--max-streams", 1, 10_000, 256),
                    number(given, "--stall-seconds", 1, 86_400, 300));
        }

        /** Takes --name value and --name=value. */
        private static Map<String, String> valuesByName(String[] args) {
            Map<String, String> given = new HashMap<>();
            Iterator<String> rest = List.of(args).iterator();
            while (rest.hasNext()) {
                String[] nameAndValue = rest.next().split("=", 2);
                String name = nameAndValue[0];
                require(NAMES.contains(name), "no such option: %s", name);
                require(!given.containsKey(name), "%s must be given once, not twice", name);
                given.put(name, nameAndValue.length > 1 ? nameAndValue[1] : next(rest, name));
            }
            return given;
        }

        private static String next(Iterator<String> rest, String name) {
            String value = rest.hasNext() ? rest.next() : "--";
            require(!value.startsWith("--"), "%s needs a value", name);
            return value;
        }

        /** As people write it: 1,000 and 1_000 are 1000. */
        private static long number(Map<String, String> given, String name, long min, long max,
                long defaultValue) {
            String text = given.get(name);
            if (text == null) return defaultValue;
            boolean isGrouped = text.matches("[0-9]{1,3}([,_][0-9]{3})+");
            String digits = isGrouped ? text.replaceAll("[,_]", "") : text;
            return inRange(name, text, digits, min, max);
        }
    }

    /** The number in these digits, from min (0 or more) to max; otherwise refuses the text. */
    private static long inRange(String name, String text, String digits, long min, long max) {
        // Of 19 digits, a number from 2^63 on becomes negative, and so too small.
        long number = digits.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(digits) : -1;
        require(number >= min && number <= max,
                "%s must be a whole number from %,d to %,d, not \"%s\"", name, min, max, text);
        return number;
    }

    /** For a sentence: sql, csv or ndjson. */
    private static String anyOf(List<?> words) {
        String list = String.join(", ", words.stream().map(Object::toString).toList());
        return list.replaceFirst(", ([^,]*)$", " or $1");
    }

    private static void require(boolean condition, String sentence, Object... values) {
        if (condition) return;
        throw new IllegalArgumentException(printable(String.format(sentence, values)));
    }

    /** Text from elsewhere, fit for a terminal: one line, no control characters, not too long. */
    private static String printable(String text) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        if (oneLine.length() <= MAX_PRINTED_CHARACTERS) return oneLine;
        return oneLine.substring(0, MAX_PRINTED_CHARACTERS) + "...";
    }
}
