package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The web page, in a real browser. */
class PageTest {

    private static final String FIRST_ROW_OF_42 = "1 Ximena Collins Cedar Rapids, IA 6 42 43 51 52 and 10";
    private static final String AS_FAST_AS_IT_COMES = "";
    private static final long HEAP_BYTES = 20_000_000; // a million rows kept as they are would take 300 MB and more

    @TempDir static Path profile;
    @TempDir Path folder;
    private static Browser browser;
    private static ServerProcess server;
    private Browser.Tab page;

    @BeforeAll static void startBrowserAndServer() {
        Optional<String> command = Browser.command();
        assumeTrue(command.isPresent(), "no chromium, chromium-browser or google-chrome on the PATH");
        browser = Browser.start(command.get(), profile);
        server = ServerProcess.start();
    }

    @AfterAll static void stopBrowserAndServer() {
        if (browser != null) {
            browser.close();
            server.close();
        }
    }

    @AfterEach void closePage() {
        if (page != null) {
            page.close();
        }
    }

    @Test void aShortRunShowsEachTicketNewestFirst() {
        open(server, "");
        run("10", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        List<String> tickets = tickets();
        assertEquals(10, tickets.size());
        assertEquals(FIRST_ROW_OF_42, tickets.get(9));
        assertEquals(shown(42, 9), tickets.get(0));
        assertNoErrors();
    }

    @Test void aRunShowsItsTotalsAndCountsEveryNumber() {
        open(server, "");
        run("200", "1000", "42"); // for some twelve frames
        awaitStatus("complete");
        assertTrue(status().matches("Complete: 200 rows in \\d+\\.\\d+ s\\."), status());
        assertEquals("200", page.text("#count"));
        assertEquals("Rows, of 200", page.text("#asked"));
        assertEquals(50, tickets().size());
        assertEquals(shown(42, 199), tickets().get(0));
        assertEquals(shown(42, 150), tickets().get(49));

        int[] white = new int[69];
        int[] red = new int[26];
        for (int i = 0; i < 200; i++) {
            Server.Ticket ticket = Server.Ticket.of(42, i);
            Arrays.stream(ticket.whiteBalls()).forEach(ball -> white[ball - 1]++);
            red[ticket.powerball() - 1]++;
        }
        assertEquals(1000, Arrays.stream(white).sum());
        assertBars("#white", white, 1000 / 69.0, "14.5");
        assertBars("#red", red, 200 / 26.0, "7.7");
        assertNoErrors();
    }

    /** Each bar says its count and is as high as it should be, measured by the expected line. */
    private void assertBars(String figure, int[] counts, double expected, String shown) {
        List<String> bars = list(figure + " .bars li", "textContent");
        for (int i = 0; i < counts.length; i++) {
            assertEquals(i + 1 + ": " + counts[i] + " times", bars.get(i));
        }
        double line = percent(page.eval("document.querySelector('" + figure + " .line').style.bottom"));
        double[] heights = list(figure + " .bars li", "style.height").stream().mapToDouble(PageTest::percent).toArray();
        for (int i = 0; i < counts.length; i++) {
            assertEquals(counts[i] / expected, heights[i] / line, 0.001, bars.get(i));
        }
        assertEquals(95, Arrays.stream(heights).max().orElseThrow(), 1, "the highest bar nearly fills the figure");
        assertEquals("expected: " + shown + " each", page.text(figure + " .expected"));
        int most = IntStream.range(0, counts.length).boxed().max(Comparator.comparing(i -> counts[i])).orElseThrow();
        assertTrue(page.text(figure + " figcaption").contains(" came most often, " + counts[most] + " times; "),
                page.text(figure + " figcaption"));
    }

    @Test void theAddressHoldsTheRunAndFillsTheControls() {
        open(server, "");
        run("20", "1000", "999999999999999999"); // past 2^53
        awaitStatus("complete");
        assertEquals("?rows=20&rate=1000&seed=999999999999999999", page.eval("location.search"));
        String address = page.eval("location.href");
        List<String> first = tickets();
        page.close();

        page = browser.open(address);
        assertEquals("20 1000 999999999999999999", page.eval("rows.value + ' ' + rate.value + ' ' + seed.value"));
        assertEquals(0, tickets().size(), "an address alone must not start a stream");
        page.click("#start");
        awaitStatus("complete");
        assertEquals(first, tickets());
        assertEquals(shown(999_999_999_999_999_999L, 19), first.get(0));
        page.close();

        open(server, "/?rows=1,000&rate=25&seed=");
        assertEquals("1,000 25 a second", page.eval("rows.value + ' ' + rate.selectedOptions[0].text + seed.value"));
        assertNoErrors();
    }

    @Test void theSeedThatTheServerChoseIsShownAndRepeatsTheRun() {
        open(server, "");
        run("5", AS_FAST_AS_IT_COMES, "");
        awaitStatus("complete");
        long seed = Long.parseLong(page.text("#used-seed"));
        assertEquals("?rows=5&rate=&seed=" + seed, page.eval("location.search"));
        assertEquals(shown(seed, 4), tickets().get(0));
        page.click("#keep");
        assertEquals(String.valueOf(seed), page.eval("document.querySelector('#seed').value"));
        assertNoErrors();
    }

    @Test void stopEndsARunInMidStream() {
        open(server, "");
        run("200", "10", "4242");
        Run.await("some rows", () -> tickets().size() >= 3);
        assertEquals("running", page.eval("document.querySelector('#status').dataset.state"));
        page.click("#stop");
        awaitStatus("stopped");
        assertEquals("Stopped after " + page.text("#count") + " of 200 rows.", status());
        String brokenOff = "GET /drawing/200\\?format=ndjson&seed=4242&rate=10 200 .* broken: ";
        server.run.awaitOutput(brokenOff);
        run("10", AS_FAST_AS_IT_COMES, "42"); // and another run can follow
        awaitStatus("complete");
        assertEquals(FIRST_ROW_OF_42, tickets().get(9));
        assertNoErrors();
    }

    @Test void aBrokenStreamIsShownAsBrokenWithAllItsRowsTwentyTimesOutOfTwenty() {
        try (ServerProcess breaking = ServerProcess.start("--drop-after", "4000")) {
            open(breaking, "");
            for (int seed = 1; seed <= 20; seed++) {
                run("10000", AS_FAST_AS_IT_COMES, "" + seed);
                awaitStatus("broken");
                assertEquals("The stream broke after 4,000 of 10,000 rows: the server or the connection failed.", status());
                assertEquals(shown(seed, 3999), tickets().get(0));
            }
        }
        assertOnlyError("Failed to load resource: net::ERR_INCOMPLETE_CHUNKED_ENCODING");
    }

    @Test void aPageOfAnotherOriginMayReadRowsSeedAndRefusal() throws IOException {
        FakeServer.Answer elsewhere = FakeServer.closeDelimited(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8", "<title>another origin</title>");
        try (FakeServer other = new FakeServer(elsewhere)) {
            page = browser.open(other.url);
            page.eval("(async () => { const rows = await fetch('" + server.url + "/drawing/3?format=ndjson&seed=42');"
                    + " const refusal = await fetch('" + server.url + "/drawing/x');"
                    + " window.read = [rows.headers.get('Drawing-Seed'), (await rows.text()).split('\\n').length,"
                    + " refusal.status, (await refusal.json()).detail].join(); })()");
            Run.await("the rows", () -> page.eval("window.read !== undefined").equals("true"));
            assertEquals("42,4,400,rows must be a whole number from 0 to 1,000,000,000, not \"x\"", page.eval("read"));
        }
        assertOnlyError("Failed to load resource: the server responded with a status of 400 (Bad Request)");
    }

    @Test void aServerThatIsGoneIsShownAsGone() {
        try (ServerProcess going = ServerProcess.start()) {
            open(going, "");
        }
        run("10", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("broken");
        assertEquals("No answer came: the server or the connection failed.", status());
        assertOnlyError("Failed to load resource: net::ERR_CONNECTION_REFUSED");
    }

    @Test void aRefusedRequestShowsWhatTheServerSays() {
        open(server, "");
        run("-5", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("refused");
        assertEquals("The server refused: rows must be a whole number from 0 to 1,000,000,000, not \"-5\"", status());
        run("abc", AS_FAST_AS_IT_COMES, "42");
        Run.await("another answer", () -> status().endsWith("not \"abc\""));
        run("10", AS_FAST_AS_IT_COMES, "1e3");
        Run.await("another answer", () -> status().endsWith("not \"1e3\""));
        assertEquals(0, tickets().size());
        assertOnlyError("Failed to load resource: the server responded with a status of 400 (Bad Request)");
    }

    @Test void aNameThatLooksLikeMarkupIsShownAsText() throws IOException {
        String markup = "<img src=x onerror=alert(1)>";
        Path source = Run.PROJECT.resolve("src/powerball");
        Files.createDirectories(folder.resolve("powerball/names"));
        for (String name : List.of("Server.java", "index.html", "names/first.txt", "names/places.txt")) {
            Files.copy(source.resolve(name), folder.resolve("powerball").resolve(name));
        }
        Files.writeString(folder.resolve("powerball/names/last.txt"), markup + "\n");
        List<String> command = List.of(Run.JAVA, folder.resolve("powerball/Server.java").toString(), "--port", "0");
        try (ServerProcess edited = ServerProcess.start(folder, command)) {
            open(edited, "");
            run("10", AS_FAST_AS_IT_COMES, "42");
            awaitStatus("complete");
            assertEquals("Ximena " + markup, page.text("#tickets li:last-child .buyer"));
            assertEquals("0", page.eval("document.querySelectorAll('#tickets img').length"));
            assertNoErrors();
        }
    }

    @Test void whatAnAddressHoldsCannotEndTheQuotesOfACurlLine() {
        open(server, "/?rows=1';id;'&rate=';id;'&seed=';id;'");
        String line = page.text("#own");
        assertTrue(line.matches("curl -sN 'http://[^']*'"), line);
        assertNoErrors();
    }

    @Test void theCurlLinesWorkAsTheyStand() {
        open(server, "/?rows=3&rate=&seed=42");
        List<String> lines = list(".curl code", "innerText");
        assertEquals(4, lines.size());
        for (String line : lines) {
            String id = Server.Ticket.of(42, line.contains("from=") ? 999_999 : 0).transactionId().toString();
            try (Run curl = Run.start(folder, List.of("bash", "-c", line))) {
                assertEquals(0, curl.exitCode(), line + curl.err());
                assertTrue(curl.out().contains(id), line + curl.out());
            }
        }
        assertNoErrors();
    }

    @Test void aCurlLineIsCopiedOrSelected() {
        open(server, "");
        page.eval("Object.defineProperty(navigator, 'clipboard', {configurable: true,"
                + " value: {writeText: async text => window.clipboardText = text}})");
        page.click(".curl button");
        Run.await("a word about it", () -> page.text("#copied").startsWith("Copied: curl -s 'http"));
        assertEquals(page.text(".curl code"), page.eval("clipboardText"));

        page.eval("Object.defineProperty(navigator, 'clipboard', {value: undefined})"); // as without TLS
        page.click(".curl:nth-of-type(2) button");
        Run.await("a word about it", () -> page.text("#copied").equals("Selected. Copy it with Ctrl-C."));
        assertEquals(page.text(".curl:nth-of-type(2) code"), page.eval("getSelection().toString()"));
        assertNoErrors();
    }

    @Test void aMillionRowsFillNeitherTheListNorTheMemory() {
        open(server, "");
        page.eval("requestAnimationFrame(function count() { window.framesDrawn = (window.framesDrawn ?? 0) + 1;"
                + " requestAnimationFrame(count); })");
        run("1,000,000", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        assertTrue(status().startsWith("Complete: 1,000,000 rows in "), status());
        assertEquals("1,000,000", page.text("#count"));
        assertEquals(50, tickets().size());
        assertEquals(shown(42, 999_999), tickets().get(0));
        assertTrue(page.heapBytes() < HEAP_BYTES, page.heapBytes() + " bytes");
        int frames = Integer.parseInt(page.eval("framesDrawn"));
        assertTrue(frames > 30, "drawn only " + frames + " times: the tab did not answer meanwhile");
        assertNoErrors();
    }

    @Test void whoWantsLessMotionGetsFewerPictures() {
        open(server, "");
        page.wantLessMotion();
        page.eval("(window.pictures = 0, new MutationObserver(() => pictures++)"
                + ".observe(document.querySelector('#tickets'), {childList: true}))");
        run("100", "100", "42");
        awaitStatus("complete");
        int pictures = Integer.parseInt(page.eval("pictures"));
        assertTrue(pictures <= 6, pictures + " pictures in a second");
        assertEquals(50, tickets().size());
        assertNoErrors();
    }

    @Test void onlyItsOwnScriptAndStyleMayRun() {
        HttpResponse<String> answer = server.get("/");
        String policy = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
        String nonce = nonce(policy);
        assertTrue(policy.startsWith(("default-src 'none'; connect-src 'self'; "
                + "script-src 'nonce-N'; style-src 'nonce-N'; img-src data:;").replace("nonce-N", "nonce-" + nonce)),
                policy);
        assertNotEquals(nonce, nonce(server.get("/").headers().firstValue("Content-Security-Policy").orElseThrow()));
        String html = answer.body();
        assertEquals(List.of("<style nonce=\"" + nonce + "\">", "<script nonce=\"" + nonce + "\">"),
                all("<(?:style|script)[^>]*>", html));
        assertEquals(List.of("href=\"data:,\""), all("\\b(?:src|href|action)=\\S+?(?=[ >])", html));
        assertEquals(List.of(), all("<[^>]+ (?:on\\w+|style)=[^>]*>", html));
        assertEquals(List.of(), all("@import|url\\(|//[a-z]+\\.", html));
    }

    @Test void aScreenReaderHearsTheStartAndTheEndOfARun() {
        open(server, "");
        assertEquals("Rows,Rate,Seed", page.eval(
                "['rows', 'rate', 'seed'].map(id => document.getElementById(id).labels[0].innerText).join()"));
        assertEquals("status", page.eval("document.querySelector('#status').getAttribute('role')"));
        assertEquals("off", page.eval("document.querySelector('#tickets').getAttribute('aria-live')"));
        page.eval("(window.spoken = [], new MutationObserver(() => spoken.push(status.dataset.state))"
                .replace("status.", "document.querySelector('#status').")
                + ".observe(document.querySelector('#status'), {childList: true}))");
        run("30", "100", "42");
        awaitStatus("complete");
        assertEquals("running,complete", page.eval("spoken.join()"));
        assertNoErrors();
    }

    // ---- How the page is used and read ----

    private void open(ServerProcess from, String pathAndQuery) {
        page = browser.open(from.url + pathAndQuery);
    }

    private void run(String rows, String rate, String seed) {
        page.fill("#rows", rows);
        page.fill("#rate", rate);
        page.fill("#seed", seed);
        page.click("#start");
    }

    /** Waits for the end of a run and until its last frame is drawn. */
    private void awaitStatus(String state) {
        Run.await(state, () -> page.eval("document.querySelector('#status').dataset.state").equals(state)
                && page.eval("run.drawn.rows === run.rows").equals("true"));
    }

    private String status() {
        return page.text("#status");
    }

    /** The list, each ticket as one line. */
    private List<String> tickets() {
        return list("#tickets li", "textContent").stream().map(text -> text.replaceAll("\\s+", " ").strip()).toList();
    }

    private static String shown(long seed, long index) {
        Object[] values = TicketTest.values(Server.Ticket.of(seed, index)).toArray();
        return String.format("%,d", index + 1) + String.format(" %2$s %3$s %4$s, %5$s %7$d %8$d %9$d %10$d %11$d and %12$d", values);
    }

    /** A property of each element that a selector finds. */
    private List<String> list(String selector, String property) {
        String joined = page.eval(("[...document.querySelectorAll('%s')].map(found => found.%s).join('\\u0000')")
                .formatted(selector, property));
        return joined.isEmpty() ? List.of() : List.of(joined.split("\0", -1));
    }

    private static double percent(String text) {
        return Double.parseDouble(text.replace("%", ""));
    }

    private static String nonce(String policy) {
        Matcher nonce = Pattern.compile("script-src 'nonce-([^']{20,})'").matcher(policy);
        assertTrue(nonce.find(), policy);
        return nonce.group(1);
    }

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(found -> found.group()).toList();
    }

    private void assertNoErrors() {
        assertEquals(List.of(), page.errors);
    }

    /** The browser itself complains of a request that failed; nothing else may. */
    private void assertOnlyError(String text) {
        Run.await("the browser's own complaint", () -> !page.errors.isEmpty());
        assertEquals(List.of(text), page.errors.stream().distinct().toList());
    }
}
