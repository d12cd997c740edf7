package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Browser;
import powerball.tools.FakeServer;
import powerball.tools.Programs;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.winners.Tiers;

/** The web page, in a real browser. */
@Isolated // it counts frames, of which other tests would take some
class PageTest {

    private static final String AS_FAST_AS_IT_COMES = "";
    private static final List<Object> FIRST_OF_42 = TicketTest.values(Server.Ticket.of(42, 0));
    private static final String BUYER_OF_42 = FIRST_OF_42.get(1) + " " + FIRST_OF_42.get(2);
    private static final String JACKPOT_OF_42 = // the numbers of its first ticket
            FIRST_OF_42.subList(6, 12).stream().map(String::valueOf)
                    .collect(Collectors.joining(" "));
    // It draws 14 to 36, as fast as the machine is; a page that blocks until the end draws none.
    private static final double FRAMES_A_SECOND = 8;
    // a million rows kept as they are would take 300 MB and more
    private static final long HEAP_BYTES = 20_000_000;

    /** Texts that lie on each other, or leave their panel; of the list, the first ticket's. */
    private static final String OVERLAPS = """
            (() => {
              const texts = [];
              const walk = document.createTreeWalker(document.querySelector("#stage"),
                  NodeFilter.SHOW_TEXT);
              const ignored = ".value, .unseen, option, #tickets li + li, [hidden]";
              while (walk.nextNode()) {
                const text = walk.currentNode;
                const range = document.createRange();
                range.selectNodeContents(text);
                if (text.data.trim() !== "" && !text.parentElement.closest(ignored)) {
                  for (const box of range.getClientRects()) { texts.push({text, box}); }
                }
              }
              const found = [];
              for (const {text, box} of texts) {
                const panel = text.parentElement.closest(".panel, header").getBoundingClientRect();
                if (box.left < panel.left || box.right > panel.right) {
                  found.push(text.data + " leaves its panel");
                }
                for (const other of texts) {
                  const wide = Math.min(box.right, other.box.right)
                      - Math.max(box.left, other.box.left);
                  const high = Math.min(box.bottom, other.box.bottom)
                      - Math.max(box.top, other.box.top);
                  if (text !== other.text && wide > 1 && high > 5) {
                    found.push(text.data + " lies on " + other.text.data);
                  }
                }
              }
              return found.join("; ");
            })()""";

    @TempDir static Path profile;
    @TempDir Path folder;
    private static Browser browser;
    private static ServerProcess server;
    private Browser.Tab page;

    @BeforeAll static void startBrowserAndServer() {
        Optional<String> command = Browser.command();
        assumeTrue(command.isPresent(),
                "no chromium, chromium-browser or google-chrome on the PATH");
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
        assertEquals(shown(42, 0), tickets.get(9));
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

        int[] white = whiteBalls(42, 200);
        int[] red = powerballs(42, 200);
        assertEquals(1000, Arrays.stream(white).sum());
        assertBars("#white", white, 1000 / 69.0, "14.5");
        assertBars("#red", red, 200 / 26.0, "7.7");
        assertNoErrors();
    }

    private static int[] whiteBalls(long seed, int rows) {
        int[] counts = new int[69];
        for (int i = 0; i < rows; i++) {
            Arrays.stream(Server.Ticket.of(seed, i).whiteBalls())
                    .forEach(ball -> counts[ball - 1]++);
        }
        return counts;
    }

    private static int[] powerballs(long seed, int rows) {
        int[] counts = new int[26];
        for (int i = 0; i < rows; i++) {
            counts[Server.Ticket.of(seed, i).powerball() - 1]++;
        }
        return counts;
    }

    /** Each bar says its count and is as high as it should be, measured by the expected line. */
    private void assertBars(String figure, int[] counts, double expected, String shown) {
        List<String> bars = list(figure + " .bars li", "textContent");
        assertValues(figure, counts);
        double line = percent(page.eval("document.querySelector('" + figure
                + " .line').style.bottom"));
        double[] heights = list(figure + " .bar", "style.height").stream()
                .mapToDouble(PageTest::percent).toArray();
        for (int i = 0; i < counts.length; i++) {
            assertEquals(counts[i] / expected, heights[i] / line, 0.001, bars.get(i));
        }
        assertEquals(95, Arrays.stream(heights).max().orElseThrow(), 1,
                "the highest bar nearly fills the figure");
        assertEquals("expected: " + shown + " each", page.text(figure + " .expected"));
        int most = Arrays.stream(counts).max().orElseThrow();
        int least = Arrays.stream(counts).min().orElseThrow();
        assertEquals(ballsWith(most, counts) + " came up most often, " + most + " times; "
                + ballsWith(least, counts) + " least often, " + least + " times.",
                page.text(figure + " figcaption"));
    }

    private static String ballsWith(int count, int[] counts) {
        int[] balls = IntStream.range(0, counts.length).filter(i -> counts[i] == count).toArray();
        return balls.length == 1 ? "" + (balls[0] + 1) : balls.length + " numbers";
    }

    private void assertValues(String figure, int[] counts) {
        List<String> bars = list(figure + " .bars li", "textContent");
        assertEquals(counts.length, bars.size());
        for (int i = 0; i < counts.length; i++) {
            String value = i + 1 + ": " + String.format("%,d", counts[i])
                    + (counts[i] == 1 ? " time" : " times");
            assertTrue(bars.get(i).matches(value + "(, .*)?"), bars.get(i) + ", not " + value);
        }
    }

    @Test void theAddressHoldsTheRunAndFillsTheControls() {
        open(server, "");
        run("20", "1000", "999999999999999999"); // past 2^53
        awaitStatus("complete");
        awaitAddress("?rows=20&rate=1000&seed=999999999999999999");
        String address = page.eval("location.href");
        List<String> first = tickets();
        page.close();

        page = browser.open(address);
        assertEquals("20 1000 999999999999999999",
                page.eval("rows.value + ' ' + rate.value + ' ' + seed.value"));
        assertEquals(0, tickets().size(), "an address alone must not start a stream");
        page.click("#start");
        awaitStatus("complete");
        assertEquals(first, tickets());
        assertEquals(shown(999_999_999_999_999_999L, 19), first.get(0));
        page.close();

        open(server, "/?rows=1,000&rate=2500&seed=");
        assertEquals("1,000 2,500 a second", page.eval(
                "rows.value + ' ' + rate.selectedOptions[0].text + seed.value"));
        assertNoErrors();
    }

    @Test void goingBackShowsTheFinishedRun() {
        open(server, "/?numbers=" + JACKPOT_OF_42);
        run("200", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        awaitAddress("?rows=200&rate=&seed=42&numbers=6+42+43+51+52+10");
        String sentence = status();
        String before = drawShown();
        page.open(server.url + "/?rows=5"); // any other page
        page.back();
        assertEquals(sentence, status());
        assertEquals(before, drawShown());
        assertEquals("200", page.text("#count"));
        assertNoErrors();
    }

    @Test void theSeedThatTheServerChoseIsShownAndRepeatsTheRun() {
        open(server, "");
        run("5", AS_FAST_AS_IT_COMES, "");
        awaitStatus("complete");
        long seed = Long.parseLong(page.text("#used-seed"));
        awaitAddress("?rows=5&rate=&seed=" + seed);
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
        assertEquals(shown(42, 0), tickets().get(9));
        assertNoErrors();
    }

    @Test void aBrokenStreamIsAlwaysShownAsBrokenAndEighteenTimesOfTwentyWithAllItsRows() {
        int whole = 0; // on a crowded machine one or two may need longer than the drill gives them
        open(server, "/?drop=4000");
        for (int seed = 1; seed <= 20; seed++) {
            run("10000", AS_FAST_AS_IT_COMES, "" + seed);
            awaitStatus("broken");
            int rows = rowsShown();
            assertEquals(String.format("The stream broke after %,d of 10,000 rows: the server "
                    + "or the connection failed.", rows), status());
            List<String> newest = rows == 0 ? List.of() : List.of(shown(seed, rows - 1));
            assertEquals(newest, tickets().stream().limit(1).toList());
            if (rows == 4000) {
                whole++;
            }
        }
        assertTrue(whole >= 18, whole + " of 20 had all the rows that were sent");
        assertOnlyError("Failed to load resource: net::ERR_INCOMPLETE_CHUNKED_ENCODING");
    }

    @Test void aDrillIsShownBesideTheSeedAndStaysInAddressAndCurlLine() {
        open(server, "");
        assertEquals("", page.text("#drill"));
        page.close();
        open(server, "/?rows=3000&rate=&seed=42&drop=1000");
        assertEquals("Drill: breaks after 1,000 rows", page.text("#drill"));
        assertEquals("Seed - Drill: breaks after 1,000 rows", oneLine(".seed")
                .replace("Use this seed again ", ""));
        assertTrue(page.text("#own").endsWith("/drawing/3000?format=ndjson&seed=42&drop=1000\""),
                page.text("#own"));
        page.click("#start");
        awaitStatus("broken");
        awaitAddress("?rows=3000&rate=&seed=42&drop=1000");
        server.run.awaitOutput("/drawing/3000\\?format=ndjson&seed=42&drop=1000 200 1,000 rows .*"
                + " broken: drop\n");
        page.close();

        open(server, "/?drop=often");
        page.click("#start");
        awaitStatus("refused");
        assertTrue(status().startsWith("The server refused: drop must be a whole number"),
                status());
        assertOnlyError("Failed to load resource: the server responded with a status of 400 (Bad "
                + "Request)");
    }

    @Test void aPageOfAnotherOriginMayReadRowsSeedAndRefusal() throws IOException {
        FakeServer.Answer elsewhere = FakeServer.closeDelimited(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8",
                        "<title>another origin</title>");
        try (FakeServer other = new FakeServer(elsewhere)) {
            page = browser.open(other.url);
            page.eval("(async () => { const rows = await fetch('" + server.url
                    + "/drawing/3?format=ndjson&seed=42');"
                    + " const refusal = await fetch('" + server.url + "/drawing/x');"
                    + " window.read = [rows.headers.get('Drawing-Seed'), (await "
                    + "rows.text()).split('\\n').length,"
                    + " refusal.status, (await refusal.json()).detail].join(); })()");
            Run.await("the rows", () -> page.eval("window.read !== undefined").equals("true"));
            assertEquals("42,4,400,rows must be a whole number from 0 to 1,000,000,000, not \"x\"",
                    page.eval("read"));
        }
        assertOnlyError("Failed to load resource: the server responded with a status of 400 (Bad "
                + "Request)");
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
        assertEquals("The server refused: rows must be a whole number from 0 to 1,000,000,000, "
                + "not \"-5\"", status());
        assertEquals("- -", page.text("#elapsed") + " " + page.text("#remaining"));
        assertEquals(List.of("expected", "expected"), list(".expected", "innerText"));
        run("abc", AS_FAST_AS_IT_COMES, "42");
        Run.await("another answer", () -> status().endsWith("not \"abc\""));
        run("10", AS_FAST_AS_IT_COMES, "1e3");
        Run.await("another answer", () -> status().endsWith("not \"1e3\""));
        assertEquals(0, tickets().size());
        assertOnlyError("Failed to load resource: the server responded with a status of 400 (Bad "
                + "Request)");
    }

    @Test void aNameThatLooksLikeMarkupIsShownAsText() throws IOException {
        String markup = "<img src=x onerror=alert(1)>";
        List<String> command = ServerProcess.withList(folder, "last.txt", markup + "\n");
        try (ServerProcess edited = ServerProcess.start(folder, command)) {
            open(edited, "");
            run("10", AS_FAST_AS_IT_COMES, "42");
            awaitStatus("complete");
            assertEquals(FIRST_OF_42.get(1) + " " + markup,
                    page.text("#tickets li:last-child .buyer"));
            assertEquals("0", page.eval("document.querySelectorAll('#tickets img').length"));
            assertNoErrors();
        }
    }

    @Test void whatAnAddressHoldsCannotEndTheQuotesOfACurlLine() {
        open(server, "/?rows=1%22;id;%22&rate=%24(id)!id&seed=%60id%60%5C%22;id;'");
        String line = page.text("#own");
        assertTrue(line.matches("curl -sN \"http://[^\"$`!\\\\]*\""), line);
        assertNoErrors();
    }

    @Test void theCurlLinesWorkAsTheyStand() {
        open(server, "/?rows=3&rate=&seed=42");
        assertCurlLinesWork(server.url);
        assertNoErrors();
    }

    /** As behind a server that has other paths besides. */
    @Test void belowAPathPageRunCurlLinesAndDescriptionWork() throws IOException {
        String nginx = Run.tool("nginx");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off; master_process off; pid nginx.pid; error_log stderr crit; events {}
                http { access_log off; client_body_temp_path b; proxy_temp_path p;
                  fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
                  server { listen 127.0.0.1:%d;
                    location /powerball/ { proxy_pass %s/; proxy_http_version 1.1; } } }
                """.formatted(port, server.url));
        try (Run proxy = Run.start(folder, List.of(nginx, "-p", folder + "/", "-c",
                "nginx.conf"))) {
            Run.await("nginx", () -> accepts(port), proxy::err);
            String url = "http://127.0.0.1:" + port + "/powerball";
            page = browser.open(url + "/?rows=3&rate=&seed=42");
            page.click("#start");
            awaitStatus("complete");
            assertEquals(shown(42, 2), tickets().get(0));
            awaitAddress("?rows=3&rate=&seed=42");
            assertEquals(url + "/", page.eval("location.origin + location.pathname"));
            assertCurlLinesWork(url);
            page.eval("fetch(document.querySelector('#api a').href).then(answer => answer.json())"
                    + ".then(all => window.described = all.info.title) && ''");
            Run.await("the description", () -> page.eval("window.described")
                    .equals("Powerball stream"));
            assertNoErrors();
        }
    }

    private static boolean accepts(int port) {
        try {
            new Socket("127.0.0.1", port).close();
            return true;
        } catch (IOException e) {
            return false; // not yet
        }
    }

    /** Each names the address that the page came from, and returns what it says. */
    private void assertCurlLinesWork(String url) {
        List<String> lines = list(".curl code", "innerText");
        assertEquals(4, lines.size());
        for (String line : lines) {
            assertTrue(line.contains(" \"" + url + "/drawing/"), line);
            String id = Server.Ticket.of(42, line.contains("from=") ? 999_999 : 0).transactionId()
                    .toString();
            try (Run curl = Run.start(folder, List.of("bash", "-c", line))) {
                assertEquals(0, curl.exitCode(), line + curl.err());
                assertTrue(curl.out().contains(id), line + curl.out());
            }
        }
    }

    @Test void aCurlLineIsCopiedOrSelected() {
        open(server, "");
        page.eval("Object.defineProperty(navigator, 'clipboard', {configurable: true,"
                + " value: {writeText: async text => window.clipboardText = text}})");
        page.click(".curl button");
        Run.await("a word about it", () -> page.text("#copied")
                .startsWith("Copied: curl -s \"http"));
        assertEquals(page.text(".curl code"), page.eval("clipboardText"));

        // as without TLS
        page.eval("Object.defineProperty(navigator, 'clipboard', {value: undefined})");
        page.click(".curl:nth-of-type(2) button");
        Run.await("a word about it", () -> page.text("#copied")
                .equals("Selected. Copy it with Ctrl-C."));
        assertEquals(page.text(".curl:nth-of-type(2) code"),
                page.eval("getSelection().toString()"));
        assertNoErrors();
    }

    @Test void aMillionTicketsWithADrawFillNeitherTheListNorTheMemory() {
        open(server, "/?numbers=" + JACKPOT_OF_42);
        page.eval("requestAnimationFrame(function count() { window.framesDrawn = "
                + "(window.framesDrawn ?? 0) + 1;"
                + " requestAnimationFrame(count); })");
        run("1,000,000", AS_FAST_AS_IT_COMES, "42");
        Run.await("some rows", () -> rowsShown() > 0);
        int before = Integer.parseInt(page.eval("framesDrawn"));
        double start = page.threadSeconds();
        awaitStatus("complete");
        double frames = Integer.parseInt(page.eval("framesDrawn")) - before;
        double seconds = page.threadSeconds() - start;
        assertTrue(status().startsWith("Complete: 1,000,000 rows in "), status());
        assertEquals("1,000,000", page.text("#count"));
        assertEquals(50, tickets().size());
        assertEquals(shown(42, 999_999), tickets().get(0)
                .replaceFirst(" [^ ]+( \\+ PB)?: \\$.*", ""));
        assertTrue(page.heapBytes() < HEAP_BYTES, page.heapBytes() + " bytes");
        assertTrue(frames / seconds >= FRAMES_A_SECOND, frames + " frames in " + seconds + " s");

        List<String> table = tiers(); // and once more, from what is kept
        page.click("#clear");
        drawn(JACKPOT_OF_42);
        assertEquals(table, tiers());
        assertNoErrors();
    }

    @Test void whoWantsLessMotionGetsFewerPictures() {
        open(server, "");
        page.prefer("prefers-reduced-motion", "reduce");
        page.eval("(window.pictures = 0, new MutationObserver(() => pictures++)"
                + ".observe(document.querySelector('#tickets'), {childList: true}))");
        run("100", "100", "42");
        awaitStatus("complete");
        int pictures = Integer.parseInt(page.eval("pictures"));
        assertTrue(pictures <= 6, pictures + " pictures in a second");
        assertEquals(50, tickets().size());
        assertNoErrors();
    }

    /** Nothing of the page comes from elsewhere, and nothing in it may run but its own files. */
    @Test void onlyItsOwnScriptsAndStyleMayRun() {
        String html = server.get("/").body();
        assertEquals(List.of("<script type=\"module\" src=\"page/main.js\">"),
                all("<(?:style|script)[^>]*>", html));
        assertEquals(List.of("href=\"data:,\"", "href=\"page/page.css\"",
                "src=\"page/main.js\"", "href=\"#api\"", "href=\"openapi.json\""),
                all("\\b(?:src|href|action)=\\S+?(?=[ >])", html));
        assertEquals(List.of(), all("<[^>]+ (?:on\\w+|style)=[^>]*>", html));
        open(server, "");
        String loaded = page.eval("performance.getEntriesByType('resource').map(r => r.name)");
        for (String file : loaded.split(",")) {
            assertTrue(file.startsWith(server.url + "/page/"), file);
            assertEquals(List.of(), all("@import|url\\(|//[a-z]+\\.|\\beval\\(|innerHTML",
                    server.get(file.substring(server.url.length())).body()), file);
        }
        assertTrue(loaded.contains("/page/main.js") && loaded.contains("/page/rules.js"), loaded);
    }

    @Test void withoutScriptsThePageSaysSoWhereItTellsWhatToPress() {
        open(server, "");
        assertEquals("Press Start. The same seed gives the same tickets, on every machine.",
                status());
        assertEquals(4, list(".curl", "checkVisibility()").stream().filter("true"::equals)
                .count());
        page.allowScripts(false);
        page.open(server.url + "/");
        assertEquals("This page needs JavaScript. The commands below do not.", status());
        assertEquals("curl -s \"http://127.0.0.1:8000/drawing/2?seed=42\"",
                page.text(".curl code"));
        assertEquals(List.of("true", "true", "true", "false"), list(".curl",
                "checkVisibility()"), "without scripts, nothing can tell what Start asks for");
        assertEquals(Set.of("false"), Set.copyOf(list("#start, #draw, #tickets, #tiers, #numbers",
                "checkVisibility()")), "what only a script can fill");
    }

    @Test void aSearchEngineFindsADescription() {
        open(server, "");
        String description = page.eval("document.querySelector('meta[name=description]').content");
        assertTrue(description.matches("(?s)Mock Powerball tickets, .{50,130}\\."), description);
    }

    @Test void aScreenReaderHearsTheStartAndTheEndOfARun() {
        open(server, "");
        assertEquals("Rows,Rate,Seed", page.eval(
                "['rows', 'rate', 'seed'].map(id => "
                + "document.getElementById(id).labels[0].innerText).join()"));
        assertEquals("status", page.eval("document.querySelector('#status').getAttribute('role')"));
        assertEquals("off", page.eval(
                "document.querySelector('#tickets').getAttribute('aria-live')"));
        page.eval("(window.spoken = [], new MutationObserver(() => "
                + "spoken.push(document.querySelector('#status').dataset.state))"
                + ".observe(document.querySelector('#status'), {childList: true}))");
        run("30", "100", "42");
        awaitStatus("complete");
        assertEquals("running,complete", page.eval("spoken.join()"));
        assertNoErrors();
    }

    // ---- Who has won ----

    @Test void thePageNamesTheWinnersThatWinnersNames() {
        // the second ticket, but for its Powerball
        open(server, "/?rows=200&rate=&seed=42&numbers=15 38 64 65 66 10");
        page.click("#start");
        awaitStatus("complete");
        assertEquals("Best " + shown(42, 1) + " 5: $1,000,000", oneLine("#best"));
        for (int i = 0; i < 50; i++) {
            Server.Ticket ticket = Server.Ticket.of(42, 199 - i);
            assertEquals(shown(42, 199 - i) + won(ticket, Set.of(15, 38, 64, 65, 66), 10), tickets()
                    .get(i));
        }
        long lit = IntStream.range(150, 200).mapToLong(i -> {
            Server.Ticket ticket = Server.Ticket.of(42, i);
            return matches(ticket, Set.of(15, 38, 64, 65, 66)) + (ticket.powerball() == 10 ? 1 : 0);
        }).sum();
        assertEquals(lit, list("#tickets .lit", "innerText").size());
        String said = winners(200, "15", "38", "64", "65", "66", "10");
        String csv = server.get("/drawing/1?seed=42&from=1&format=csv").body();
        String[] second = csv.lines().skip(1).findFirst().orElseThrow().split(",");
        assertTrue(said.contains("The luckiest buyers\n5          $1,000,000  " + second[1] + " "
                + second[2] + ", " + second[3] + ", " + second[4] + "\n"), said);
        assertTiersAsIn(said);
        assertNoErrors();
    }

    private static String won(Server.Ticket ticket, Set<Integer> white, int powerball) {
        String tier = Tiers.of(matches(ticket, white), ticket.powerball() == powerball);
        String prize = Set.of("PB", "1 + PB").contains(tier) ? "$4" : "$7";
        return tier.isEmpty() ? "" : " " + tier + ": " + prize;
    }

    private static int matches(Server.Ticket ticket, Set<Integer> white) {
        return (int) Arrays.stream(ticket.whiteBalls()).filter(white::contains).count();
    }

    @Test void pageAndWinnersAgreeTierByTierFor200000Rows() {
        open(server, "/?rows=200000&rate=&seed=42&numbers=" + JACKPOT_OF_42);
        page.click("#start");
        awaitStatus("complete");
        assertTiersAsIn(winners(200_000, JACKPOT_OF_42.split(" ")));
        assertNoErrors();
    }

    /** What Winners says of these rows of seed 42, as Ingest stored them. */
    private String winners(int rows, String... numbers) {
        try (Run ingest = Run.ingest(folder, String.valueOf(rows), "--seed", "42", "--url",
                server.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        try (Run winners = Run.start(folder, Programs.command("Winners", List.of(), numbers))) {
            assertEquals(0, winners.exitCode(), winners.err());
            return winners.out();
        }
    }

    /**
     * The same tiers, odds, winners and dollars, in the same order; and the same sums below them.
     */
    private void assertTiersAsIn(String said) {
        Pattern line = Pattern.compile(
                "(?m)^(\\S+(?: \\+ PB)?) +(?:\\$[\\d,]+ +)?([\\d,.]+) +([\\d,.]+) +([\\d,]+) "
                + "+(\\$[\\d,]+)$");
        List<String> expected = line.matcher(said).results()
                .map(found -> String.join(" | ", found.group(1),
                rough(found.group(2)), rough(found.group(3)), found.group(4), found.group(5)))
                        .toList();
        assertEquals(10, expected.size(), said);
        assertEquals(expected, tiers());
        Matcher sums = Pattern.compile("Sales \\S+, paid \\S+, left \\S+").matcher(said);
        assertTrue(sums.find(), said);
        assertEquals(sums.group() + ".", page.text("#money"));
    }

    private static String rough(String number) {
        double value = Double.parseDouble(number.replace(",", ""));
        return String.format(Locale.ROOT, value < 1000 ? "%,.2f" : "%,.0f", value);
    }

    /** The table without its prizes, which a narrow one hides. */
    private List<String> tiers() {
        return list("#tiers tbody tr",
                "textContent.length && [0, 2, 3, 4, 5].map(i => "
                + "found.cells[i].textContent).join(' | ')");
    }

    @Test void aDrawAfterTheRunGivesTheSameAsOneBeforeIt() {
        open(server, "/?numbers=" + JACKPOT_OF_42);
        run("2000", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        awaitAddress("?rows=2000&rate=&seed=42&numbers=6+42+43+51+52+10");
        String before = drawShown();
        page.click("#clear");
        awaitAddress("?rows=2000&rate=&seed=42");
        assertEquals(0, list("#tickets .lit, #tickets .won:not(:empty), #best:not([hidden])",
                "innerText").size());
        assertEquals("5 + PB | 292,201,338 | 0.00 | - | -", tiers().get(0));
        drawn(JACKPOT_OF_42);
        Run.await("the buyer, whom the server is asked for", () -> page.text("#best")
                .contains(BUYER_OF_42));
        assertEquals(before, drawShown());

        run("2000", AS_FAST_AS_IT_COMES, "42"); // and in the middle of a run
        page.click("#clear");
        page.fill("#draw .ball:nth-child(1)", "6");
        drawn(JACKPOT_OF_42);
        awaitStatus("complete");
        Run.await("the buyer", () -> page.text("#best").contains(BUYER_OF_42));
        assertEquals(before, drawShown());
        assertNoErrors();
    }

    private String drawShown() {
        return tiers() + "\n" + page.text("#money") + "\n" + oneLine("#best") + "\n" + tickets()
                + list("#tickets .lit", "innerText");
    }

    @Test void theJackpotIsPaidOnceAndSharedByItsWinners() {
        open(server, "/?numbers=" + JACKPOT_OF_42);
        run("10", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        // No stream holds it twice: the page's own modules show what they would make of that.
        page.eval("Promise.all(['run', 'rules', 'tiers', 'tickets'].map(name =>"
                + " import('/page/' + name + '.js')))"
                + ".then(all => window.page = Object.assign({}, ...all)) && ''");
        Run.await("the modules", () -> page.eval("typeof page").equals("object"));
        page.eval("(() => { const balls = [" + JACKPOT_OF_42.replace(' ', ',') + "];"
                + " const draw = page.newDraw(balls.slice(0, 5), balls[5]);"
                + " const run = new page.Run({rows: '2', rate: '', seed: '42'});"
                + " for (const number of [1, 2]) { run.take({number, buyer: 'Ana',"
                + " place: 'Reno, NV', balls}, draw); }"
                + " page.showTiers(run, draw); page.showBest(run, draw); return ''; })()");
        assertTrue(oneLine("#best").endsWith(" 5 + PB: $10,000,000"), oneLine("#best"));
        assertEquals("5 + PB | 292,201,338 | 0.00 | 2 | $20,000,000", tiers().get(0));
    }

    @Test void theButtonDrawsNumbersThatTheRulesAllow() {
        open(server, "");
        for (int i = 0; i < 20; i++) {
            page.click("#draw-button");
            List<Integer> balls = list("#draw .ball", "value").stream().map(Integer::valueOf)
                    .toList();
            List<Integer> white = balls.subList(0, 5);
            assertEquals(white.stream().sorted().distinct().toList(), white);
            assertTrue(white.get(0) >= 1 && white.get(4) <= 69 && balls.get(5) >= 1
                    && balls.get(5) <= 26, "" + balls);
        }
        awaitAddress("?rows=1000&rate=10&seed=&numbers="
                + String.join("+", list("#draw .ball", "value")));
        assertNoErrors();
    }

    @Test void whatIsNoDrawIsSaidAndCountsNothing() {
        open(server, "/?numbers=70 2 3 4 5 6");
        assertEquals("A white ball must be a whole number from 1 to 69, not \"70\".",
                page.text("#hint"));
        assertEquals("true,false",
                page.eval("[...document.querySelectorAll('#draw .ball')].slice(0, 2)"
                + ".map(ball => ball.getAttribute('aria-invalid')).join()"));
        drawn("1 2 3 4 5 27");
        assertEquals("The Powerball must be a whole number from 1 to 26, not \"27\".",
                page.text("#hint"));
        drawn("1 2 3 4 1 26");
        assertEquals("The white balls must be different: 1 appears twice.", page.text("#hint"));
        drawn("1 2 3 4 x 26");
        assertEquals("A white ball must be a whole number from 1 to 69, not \"x\".",
                page.text("#hint"));
        assertFalse(isDrawn());
        drawn("1 2 3 4 5 1");
        assertEquals("Share this page's address to repeat the same run and draw.",
                page.text("#hint"));
        assertNoErrors();
    }

    @Test void ticketsBeyondTheMillionThatIsKeptAreSaidNotToBeCounted() {
        open(server, "");
        run("1000100", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        drawn(JACKPOT_OF_42);
        assertTrue(page.text("#money").startsWith("Sales $2,000,000, paid $"),
                page.text("#money"));
        assertTrue(page.text("#money").endsWith(
                " Not counted: 100 tickets from before the draw, whose numbers were not kept."),
                        page.text("#money"));
    }

    // ---- A run in parts ----

    @Test void afterEachBreakThePageGoesOnWhereItWasAndComesToTheCountsOfAWholeStream() {
        List<String> whole;
        open(server, "/?numbers=" + JACKPOT_OF_42);
        run("20000", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        whole = tiers();
        page.close();
        open(server, "/?drop=4000&numbers=" + JACKPOT_OF_42);
        assertEquals("true", page.eval("document.querySelector('#go-on').hidden"));
        run("20000", AS_FAST_AS_IT_COMES, "42");
        int parts = 1;
        for (int row = 0; 20_000 - row > 4000; parts++) {
            Run.await("a break", () -> page.eval("!document.querySelector('#go-on').hidden")
                    .equals("true"));
            int taken = rowsShown();
            assertTrue(taken > row && taken <= row + 4000, row + " rows, then " + taken);
            row = taken;
            assertEquals(String.format("The stream broke after %,d of 20,000 rows: "
                    + "the server or the connection failed.", row), status());
            assertEquals(String.format("Go on from row %,d", row + 1), page.text("#go-on"));
            // At once: the last part has a few rows only.
            assertEquals(String.format("Going on from row %,d.", row + 1), page.eval(
                    "(document.querySelector('#go-on').click(),"
                    + " document.querySelector('#status').textContent)"));
            server.run.awaitOutput("GET /drawing/" + (20_000 - row)
                    + "\\?format=ndjson&seed=42&from=" + row + "&drop=4000 begins");
        }
        awaitStatus("complete");
        assertTrue(status().matches("Complete: 20,000 rows in \\d+\\.\\d+ s, in " + parts
                + " parts\\."), status());
        assertEquals("true", page.eval("document.querySelector('#go-on').hidden"));
        assertEquals(whole, tiers());
        assertValues("#white", whiteBalls(42, 20_000));
        assertValues("#red", powerballs(42, 20_000));
        assertEquals(shown(42, 19_999), tickets().get(0));
        assertEquals(shown(42, 19_950), tickets().get(49));
        assertOnlyError("Failed to load resource: net::ERR_INCOMPLETE_CHUNKED_ENCODING");
    }

    /** As after somebody has edited a list, or if two servers share an address. */
    @Test void aRunDoesNotGoOnWithOtherRows() throws IOException {
        List<String> command = ServerProcess.withList(folder, "last.txt", "Nobody\n");
        try (ServerProcess first = ServerProcess.start()) {
            open(first, "/?drop=4000");
            run("10000", AS_FAST_AS_IT_COMES, "42");
            awaitStatus("broken");
            command.set(command.size() - 1, "" + first.port);
        }
        String rows = page.text("#count");
        String before = drawShown();
        try (ServerProcess edited = ServerProcess.start(folder, command)) {
            page.click("#go-on");
            awaitStatus("refused");
            assertEquals("This run cannot go on: the server's lists of names have changed, and so "
                    + "have the rows of this seed.", status());
            assertEquals(rows, page.text("#count"));
            assertEquals(before, drawShown());
            edited.run.awaitOutput("GET /drawing/\\d+\\?format=ndjson&seed=42&from=\\d+&drop=4000 "
                    + ".* broken: ");
        }
    }

    /** As if a server between took no notice of the query. */
    @Test void aRunDoesNotGoOnWithAnotherSeed() {
        page = browser.open(server.url + "/?drop=4000", """
                const ask = fetch;
                window.fetch = async (url, ...options) => {
                  const response = await ask(url, ...options);
                  const headers = new Headers(response.headers);
                  if (url.includes("from=")) { headers.set("Drawing-Seed", "7"); }
                  return new Response(response.body, {headers});
                };
                """);
        run("10000", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("broken");
        String rows = page.text("#count");
        page.click("#go-on");
        awaitStatus("refused");
        assertEquals("This run cannot go on: the server sends seed 7 instead.", status());
        assertEquals(rows, page.text("#count"));
        assertEquals("42", page.text("#used-seed"));
    }

    @Test void aServerThatFallsSilentIsSaidToSendNoRow() {
        try (ServerProcess hanging = ServerProcess.start()) {
            open(hanging, "");
            run("1000000", "100", "42");
            Run.await("some rows", () -> rowsShown() > 20);
            signal(hanging, "STOP");
            awaitSilence();
            assertEquals("- -", page.text("#speed") + " " + page.text("#remaining"));
            signal(hanging, "CONT");
            Run.await("rows again", () -> status().equals("Streaming."), this::status);
            assertTrue(page.text("#remaining").contains(" h "), page.text("#remaining"));

            signal(hanging, "STOP"); // and now its user stops, and goes on
            awaitSilence();
            page.click("#stop");
            awaitStatus("stopped");
            page.click("#go-on");
            awaitSilence(); // no answer comes
            int rows = rowsShown();
            signal(hanging, "CONT");
            Run.await("more rows", () -> rowsShown() > rows);
            page.click("#stop");
            awaitStatus("stopped");
        }
        assertNoErrors();
    }

    private void awaitSilence() {
        Run.await("no row", () -> status().matches("No row for \\d+ s\\."), this::status);
    }

    private static void signal(ServerProcess target, String signal) {
        Run.succeeds("kill", "-" + signal, "" + target.run.process.pid());
    }

    /** One browser throws when an address changes more than 100 times in 30 seconds. */
    @Test void whatThePageCanDoWithoutMayFail() {
        page = browser.open(server.url + "/", """
                let changes = 0;
                const change = history.replaceState.bind(history);
                history.replaceState = (...all) => {
                  if (++changes > 20) { throw new DOMException("too often", "SecurityError"); }
                  change(...all);
                };
                delete window.matchMedia;
                window.matchMedia = undefined;
                window.getSelection = () => null;
                Object.defineProperty(navigator, "clipboard", {value: undefined});
                HTMLElement.prototype.focus = () => { throw new Error("no focus"); };
                window.localStorage.getItem = () => { throw new Error("no storage"); };
                """);
        for (int i = 0; i < 120; i++) { // as when Enter is held on Draw
            page.click("#draw-button");
        }
        assertTrue(isDrawn());
        page.eval("(() => { history.replaceState = () => { throw new Error('not at all'); };"
                + " return ''; })()");
        run("200", "100", "");
        Run.await("some rows", () -> rowsShown() > 20);
        page.click("#draw-button");
        page.click("#stop");
        awaitStatus("stopped");
        page.click("#go-on");
        awaitStatus("complete");
        page.click("#keep");
        drawn(JACKPOT_OF_42);
        assertFalse(String.join("", tiers()).contains("| -"), "" + tiers());
        page.click(".curl button");
        Run.await("a word about it", () -> page.text("#copied").startsWith("Selected."));
        assertNoErrors();
    }

    @Test void aStoppedRunGoesOnAlsoWithASeedThatTheServerChose() {
        open(server, "");
        run("30", "10", "");
        Run.await("some rows", () -> tickets().size() >= 2);
        page.click("#stop");
        awaitStatus("stopped");
        page.fill("#rate", AS_FAST_AS_IT_COMES);
        page.click("#go-on");
        awaitStatus("complete");
        long seed = Long.parseLong(page.text("#used-seed"));
        List<String> tickets = tickets();
        assertEquals(IntStream.range(0, 30).mapToObj(i -> shown(seed, 29 - i)).toList(), tickets);
        assertNoErrors();
    }

    @Test void whoIsRefusedInMidRunCanTryAgain() throws IOException {
        try (ServerProcess small = ServerProcess.start("--max-streams", "1")) {
            open(small, "");
            run("400", "100", "42"); // four seconds: time to press Stop
            Run.await("some rows", () -> tickets().size() >= 2);
            page.click("#stop");
            awaitStatus("stopped");
            small.run.awaitOutput(
                    "GET /drawing/400\\?format=ndjson&seed=42&rate=100 200 .* broken: ");
            try (Socket other = small.raw(ServerProcess.request(
                    "/drawing/1000000?rate=100&seed=7"))) {
                small.run.awaitOutput("seed=7 begins");
                page.click("#go-on");
                awaitStatus("refused");
                assertEquals("The server refused: all streams are taken (1); try again", status());
                InputStream others = other.getInputStream();
                others.skipNBytes(others.available());
                assertTrue(others.read() >= 0, "the other's stream goes on");
            }
            small.run.awaitOutput("seed=7 200 .* broken: ");
            page.click("#go-on");
            awaitStatus("complete");
            assertValues("#white", whiteBalls(42, 400));
        }
        assertOnlyError("Failed to load resource: the server responded with a status of 503 "
                + "(Service Unavailable)");
    }

    @Test void aBuyerWhomNoStreamIsFreeForIsNamedAfterTheRun() throws IOException {
        try (ServerProcess small = ServerProcess.start("--max-streams", "1")) {
            open(small, "");
            run("500", "100", "42"); // five seconds: time to draw
            Run.await("a row", () -> rowsShown() > 0);
            drawn(JACKPOT_OF_42);
            String unnamed = "Best 1 The server has not said who bought it "
                    + JACKPOT_OF_42.replaceFirst(" (\\d+)$", " and $1") + " 5 + PB: $20,000,000";
            Run.await(unnamed, () -> oneLine("#best").equals(unnamed), () -> oneLine("#best"));
            awaitStatus("complete");
            Run.await("the buyer", () -> oneLine("#best").equals("Best " + shown(42, 0)
                    + " 5 + PB: $20,000,000"), () -> oneLine("#best"));
        }
        assertOnlyError("Failed to load resource: the server responded with a status of 503 "
                + "(Service Unavailable)");
    }

    @Test void anotherRateTakesEffectInMidRun() {
        open(server, "");
        run("100", "1", "42");
        Run.await("a row", () -> tickets().size() >= 1);
        page.fill("#rate", "1000");
        page.eval("document.querySelector('#rate').dispatchEvent(new Event('change', {bubbles: "
                + "true}))");
        awaitStatus("complete"); // in less than a hundred seconds
        assertEquals(50, tickets().size());
        assertValues("#white", whiteBalls(42, 100));
        awaitAddress("?rows=100&rate=1000&seed=42");
        assertNoErrors();
    }

    @Test void theRemainingTimeIsShown() {
        open(server, "");
        run("600", "10", "42");
        Run.await("a time", () -> page.text("#remaining").matches("5\\d s|1 min \\d s"), () ->
                page.text("#remaining"));
        double progress = Double.parseDouble(page.eval(
                "document.querySelector('#progress').value"));
        assertTrue(progress > 0 && progress < 0.1, "" + progress);
        page.click("#stop");
        awaitStatus("stopped");
        assertEquals("-", page.text("#remaining"));
        assertNoErrors();
    }

    /** Winners says it so of the money, which is "left". */
    @Test void theTimeIsRemainingAndTheMoneyIsLeft() {
        open(server, "/?numbers=" + JACKPOT_OF_42);
        run("10", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        assertEquals(List.of("Rows, of 10", "Rows/s", "Elapsed", "Remaining", "Seed"),
                list("dt", "textContent"));
        assertTrue(page.text("#money").contains(", left -$"), page.text("#money"));
    }

    @Test void ofSeveralNumbersThatCameUpLeastOftenThePageSaysHowMany() {
        open(server, "");
        run("1", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        assertEquals(List.of("5 numbers came up most often, 1 time; 64 numbers least often, "
                + "0 times.", "10 came up most often, 1 time; 25 numbers least often, 0 times."),
                list("figcaption", "textContent"));
        run("0", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        assertEquals(List.of("", ""), list("figcaption", "textContent"));
        assertNoErrors();
    }

    @Test void oneRowIsNotOneRows() {
        open(server, "");
        run("1", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        assertTrue(status().startsWith("Complete: 1 row in "), status());
        assertEquals("6: 1 time", page.text("#white li:nth-child(6)"));
        assertNoErrors();
    }

    // ---- The histograms ----

    @Test void fromTwentyThousandRowsOnBarsAreDeviationsAndThePageSaysSo() {
        open(server, "");
        run("19999", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        assertEquals("", page.text("#scale"));
        run("20000", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        assertEquals("From 20,000 rows on, in standard deviations (\u03c3). "
                + "Band: \u00b12\u00a0\u03c3.", page.text("#scale"));
        assertDeviations("#white", whiteBalls(42, 20_000), 5 / 69.0);
        assertDeviations("#red", powerballs(42, 20_000), 1 / 26.0);
        assertNoErrors();
    }

    private void assertDeviations(String figure, int[] counts, double chance) {
        double expected = 20_000 * chance;
        double deviation = Math.sqrt(expected * (1 - chance));
        double two = percent(page.eval("document.querySelector('" + figure
                + " .band').style.height")) / 2;
        double zero = percent(page.eval("document.querySelector('" + figure
                + " .band').style.bottom")) + two;
        assertEquals(50, zero, 0.01);
        List<String> bottoms = list(figure + " .bar", "style.bottom");
        List<String> heights = list(figure + " .bar", "style.height");
        List<String> values = list(figure + " .value", "textContent");
        int outside = 0;
        for (int i = 0; i < counts.length; i++) {
            double z = (counts[i] - expected) / deviation;
            double height = percent(heights.get(i));
            assertEquals(Math.abs(z), 2 * height / two, 0.001);
            assertEquals(z < 0 ? 50 - height : 50, percent(bottoms.get(i)), 0.001);
            assertTrue(values.get(i).endsWith(String.format(Locale.ROOT, ", %s%.1f \u03c3",
                    z < 0 ? "\u2212" : "+", Math.abs(z))), values.get(i) + " " + z);
            outside += Math.abs(z) > 2 ? 1 : 0;
        }
        assertEquals(outside + " of " + counts.length + " outside the band; usual: "
                + Math.round(counts.length * 0.0455)
                + ".", page.eval("document.querySelector('" + figure
                        + " figcaption').textContent"));
    }

    @Test void theValueOfABarShowsOnHoverAndTheLastTickIsTheLastBall() {
        open(server, "");
        run("200", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        assertEquals(List.of("1", "10", "20", "30", "40", "50", "60", "69"), ticks("#white"));
        assertEquals(List.of("1", "5", "10", "15", "20", "26"), ticks("#red"));
        assertEquals(List.of(), shownValues());
        page.resize(1366, 630);
        page.hover("#white li:nth-child(69) .column");
        int times = whiteBalls(42, 200)[68];
        Run.await("the value", () -> shownValues().equals(List.of("69: " + times + " times")),
                () -> "" + shownValues());
        assertNoErrors();
    }

    private List<String> ticks(String figure) {
        return list(figure + " .column", "dataset.tick").stream().filter(tick -> !tick.isEmpty())
                .toList();
    }

    private List<String> shownValues() {
        return list(".value", "clientWidth > 1 ? found.textContent : ''").stream()
                .filter(value -> !value.isEmpty()).toList();
    }

    // ---- On every screen, and by hand ----

    @Test void listHistogramsTiersAndDrawFitOneScreenOfAnyProjector() {
        open(server, "/?numbers=" + JACKPOT_OF_42);
        for (String rows : List.of("1000", "20000")) {
            run(rows, AS_FAST_AS_IT_COMES, "42");
            awaitStatus("complete");
            for (int[] size : new int[][] {{1920, 1080}, {1366, 768}, {1366, 630}, {1280, 800},
                    {1280, 720}, {1024, 768}, {1024, 600}, {1024, 500}, {960, 600}}) {
                page.resize(size[0], size[1]);
                String screen = rows + " rows on " + size[0] + "x" + size[1] + ": ";
                assertRatesAreNotCutOff(screen);
                assertEquals("true", page.eval(
                        "document.querySelector('#best h2').getBoundingClientRect().right"
                        + " < document.querySelector('#best .won').getBoundingClientRect().left"),
                                screen + "the best");
                for (String part : List.of("header", "#run", "#best", "#tickets", "#tiers",
                        "#numbers")) {
                    assertEquals("true", page.eval(
                            "(box => box.height > 0 && box.top >= 0 && box.left >= 0"
                            + " && box.bottom <= innerHeight && box.right <= "
                            + "innerWidth)(document.querySelector('" + part
                            + "').getBoundingClientRect())"), screen + part);
                }
                // nothing of it must be scrolled for
                for (String part : List.of("#run", "#tiers", "#numbers", "html")) {
                    assertEquals("true", page.eval(
                            "(part => part.scrollWidth <= part.clientWidth && ('" + part
                            + "' === 'html' || part.scrollHeight <= "
                            + "part.clientHeight))(document.querySelector('" + part + "'))"),
                            screen + part);
                }
            }
        }
        page.resize(390, 844);
        assertEquals("true", page.eval("document.documentElement.scrollWidth <= 390"));
        assertRatesAreNotCutOff("on a phone");
        assertNoErrors();
    }

    /** A printer leaves backgrounds out, unless the page insists, and paper is white. */
    @Test void onPaperBarsBandBallsProgressAndBadgesAreSeenInTheSameColoursForAll()
            throws IOException {
        String pdftoppm = Run.tool("pdftoppm");
        open(server, "/?numbers=15 38 64 65 66 10");
        run("20000", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        for (String scheme : List.of("light", "dark")) {
            page.prefer("prefers-color-scheme", scheme);
            Path pdf = Files.write(folder.resolve(scheme + ".pdf"), page.pdf());
            Path pages = folder.resolve(scheme);
            Run.succeeds(pdftoppm, "-r", "96", "-png", "-l", "2", "" + pdf, "" + pages);
            BufferedImage first = read(Files.readAllBytes(folder.resolve(scheme + "-1.png")));
            BufferedImage second = read(Files.readAllBytes(folder.resolve(scheme + "-2.png")));
            assertEquals(0xffffff, first.getRGB(0, 0) & 0xffffff, scheme);
            assertStretch(400, first, 0x1c4f8f, scheme + ": progress");
            assertStretch(100, first, 0xece8dc, scheme + ": band");
            assertStretch(5, first, 0x4d6484, scheme + ": bars of white balls");
            assertStretch(15, first, 0xbf1019, scheme + ": bars of Powerballs");
            assertStretch(30, second, 0x17683a, scheme + ": badge");
            assertStretch(4, second, 0xd32129, scheme + ": Powerball");
            assertStretch(4, second, 0xffe889, scheme + ": a ball that was drawn");
        }
        assertNoErrors();
    }

    /** Somewhere at least so many pixels side by side are of a colour: more than a letter has. */
    private static void assertStretch(int pixels, BufferedImage image, int colour, String what) {
        int longest = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            int stretch = 0;
            for (int x = 0; x < image.getWidth(); x++) {
                stretch = distance(image.getRGB(x, y), colour) <= 8 ? stretch + 1 : 0;
                longest = Math.max(longest, stretch);
            }
        }
        assertTrue(longest >= pixels, what + ": " + longest + " pixels of " + pixels);
    }

    @Test void inForcedColoursProgressAndBandAreSeen() throws IOException {
        open(server, "");
        page.resize(1366, 768);
        run("20000", AS_FAST_AS_IT_COMES, "42");
        awaitStatus("complete");
        page.eval("document.querySelector('#progress').value = 0.5");
        for (String scheme : List.of("light", "dark")) {
            page.prefer("forced-colors", "active", "prefers-color-scheme", scheme);
            BufferedImage screen = read(page.screenshot());
            int[] progress = box("#progress");
            int middle = progress[1] + progress[3] / 2;
            int done = colour(screen, progress[0], middle, progress[2] / 2 - 5);
            int toDo = colour(screen, progress[0] + progress[2] / 2 + 5, middle,
                    progress[2] / 2 - 5);
            int panel = colour(screen, progress[0], progress[1] - 3, progress[2]);
            assertTrue(distance(done, panel) > 40, scheme + ": progress");
            assertTrue(distance(done, toDo) > 40, scheme + ": how far it is");
            for (String figure : List.of("#white", "#red")) {
                int[] band = box(figure + " .band");
                int inside = colour(screen, band[0], band[1] + 3, band[2]);
                int outside = colour(screen, band[0], band[1] - 3, band[2]);
                assertTrue(distance(inside, outside) > 40, scheme + ": band of " + figure);
            }
        }
        assertNoErrors();
    }

    /** Left, top, width and height of an element in the window. */
    private int[] box(String selector) {
        String found = page.eval(
                "(box => [box.left, box.top, box.width, box.height].map(Math.round))"
                + "(document.querySelector('" + selector + "').getBoundingClientRect())");
        return Arrays.stream(found.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    /** The colour that most of a line of pixels have. */
    private static int colour(BufferedImage image, int left, int y, int width) {
        return IntStream.range(left, left + width).mapToObj(x -> image.getRGB(x, y))
                .collect(Collectors.groupingBy(rgb -> rgb, Collectors.counting()))
                .entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }

    /** How far two colours are from each other, where they differ most: in red, green or blue. */
    private static int distance(int one, int other) {
        return IntStream.of(16, 8, 0)
                .map(shift -> Math.abs((one >> shift & 0xff) - (other >> shift & 0xff)))
                .max().orElseThrow();
    }

    private static BufferedImage read(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    /** As of a hundred million rows as fast as they come, an hour on the way. */
    @Test void largeFiguresOverlapNowhereAndStayInTheirPanels() {
        open(server, "/?numbers=" + JACKPOT_OF_42);
        run("20000", AS_FAST_AS_IT_COMES, "");
        awaitStatus("complete");
        Map<String, String> large = Map.of("#asked", "Rows, of 100,000,000",
                "#count", "100,000,000", "#speed", "1,234,567", "#elapsed", "59 min 59 s",
                "#remaining", "23 h 59 min", "#used-seed", "999999999999999999",
                "#best .won", "5 + PB: $20,000,000", "#best .number", "99,999,999");
        large.forEach((selector, text) -> page.eval("document.querySelector('" + selector
                + "').textContent = '" + text + "'"));
        page.eval("[...document.querySelectorAll('#tiers tbody tr')].forEach(row => ['4,020,806',"
                + " '4,020,806', '$401,123,456'].forEach((text, i) =>"
                + " row.cells[3 + i].textContent = text))");
        for (int[] size : new int[][] {{1366, 768}, {1280, 800}, {1024, 768}, {1024, 600},
                {960, 600}, {390, 844}, {320, 653}}) {
            page.resize(size[0], size[1]);
            String screen = size[0] + "x" + size[1];
            assertEquals("", page.eval(OVERLAPS), screen);
            assertEquals("true", page.eval("document.documentElement.scrollWidth"
                    + " <= document.documentElement.clientWidth"), screen + " scrolls sideways");
            assertEquals("true", page.eval("document.querySelector('#tickets').scrollWidth"
                    + " <= document.querySelector('#tickets').clientWidth"), screen + ": tickets");
        }
        page.resize(1280, 800);
        assertEquals("$20,000,000", page.text("#tiers tbody td"));
        assertNoErrors();
    }

    /** A sum of how much of the window has moved, and how far: from 0.1 on it is felt. */
    @Test void nothingMovesWhileThePageLoads() {
        page = browser.open(server.url, """
                window.moved = 0;
                window.observer = new PerformanceObserver(list => add(list.getEntries()));
                window.add = shifts => shifts.forEach(shift => moved += shift.value);
                observer.observe({type: "layout-shift", buffered: true});
                """);
        for (String query : List.of("/", "/?rows=20000&seed=42&numbers=" + JACKPOT_OF_42)) {
            for (int[] size : new int[][] {{1366, 768}, {1280, 800}, {1024, 768}, {960, 600},
                    {390, 844}, {320, 653}}) {
                page.resize(size[0], size[1]);
                page.open(server.url + query);
                page.eval("requestAnimationFrame(() => requestAnimationFrame(() =>"
                        + " window.isDrawn = true))");
                Run.await("two frames", () -> page.eval("window.isDrawn").equals("true"));
                page.eval("add(observer.takeRecords())");
                double moved = Double.parseDouble(page.eval("moved"));
                assertTrue(moved < 0.1, size[0] + "x" + size[1] + query + ": " + moved);
            }
        }
        assertNoErrors();
    }

    private void assertRatesAreNotCutOff(String screen) {
        String room = page.eval("(select => { const style = getComputedStyle(select);"
                + " const pen = document.createElement('canvas').getContext('2d'); pen.font = "
                + "style.font;"
                + " return select.clientWidth - parseFloat(style.paddingLeft) - "
                + "parseFloat(style.paddingRight) - 16"
                // 16: its arrow
                + " - pen.measureText('as fast as possible').width; "
                + "})(document.querySelector('#rate'))");
        assertTrue(Double.parseDouble(room) >= 0, screen + ", pixels of room: " + room);
    }

    @Test void theKeyboardAloneCanDoAllOfIt() {
        open(server, "");
        tabTo("#rows");
        page.type("200");
        tabTo("#rate");
        page.press("ArrowDown"); // from 10 a second to 100
        tabTo("#seed");
        page.type("42");
        page.press("Enter");
        Run.await("some rows", () -> tickets().size() >= 2);
        tabTo("#stop");
        page.press(" ");
        awaitStatus("stopped");
        awaitAddress("?rows=200&rate=100&seed=42");
        tabTo("#go-on");
        page.press("Enter");
        awaitStatus("complete");
        assertEquals("stop", page.eval("document.activeElement.id"));
        String[] balls = JACKPOT_OF_42.split(" ");
        for (int i = 0; i < balls.length; i++) {
            tabTo("#draw .ball:nth-child(" + (i + 1) + ")");
            page.type(balls[i]);
        }
        Run.await("the best", () -> oneLine("#best").contains(BUYER_OF_42), () -> oneLine("#best"));
        tabTo("#clear");
        page.press(" ");
        assertFalse(isDrawn());
        tabTo("#draw-button");
        page.press(" ");
        assertTrue(isDrawn());
        tabTo("#white li");
        page.press("ArrowRight");
        assertEquals(List.of("2: " + whiteBalls(42, 200)[1] + " times"), shownValues());
        page.press("End");
        assertEquals(List.of("69: " + whiteBalls(42, 200)[68] + " times"), shownValues());
        tabTo("a[href='#api']");
        page.press("Enter");
        Run.await("the API", () ->
                page.eval("document.querySelector('#api').getBoundingClientRect().top < 20")
                .equals("true"));
        assertNoErrors();
    }

    private void tabTo(String selector) {
        String there = "document.activeElement.matches(" + "\"" + selector + "\")";
        for (int i = 0; i < 60 && page.eval(there).equals("false"); i++) {
            page.press("Tab");
        }
        assertEquals("true", page.eval(there), "no way to " + selector);
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

    /** Types winning numbers. */
    private void drawn(String numbers) {
        String[] balls = numbers.split(" ");
        for (int i = 0; i < balls.length; i++) {
            page.fill("#draw .ball:nth-child(" + (i + 1) + ")", balls[i]);
        }
    }

    /** An address that has just been changed takes a moment to change again. */
    private void awaitAddress(String query) {
        Run.await(query, () -> page.eval("location.search").equals(query),
                () -> page.eval("location.search"));
    }

    private String oneLine(String selector) {
        return page.eval("document.querySelector('" + selector + "').textContent")
                .replaceAll("\\s+", " ").strip();
    }

    /**
     * Waits for the end of a run, until its last frame is drawn, however long it takes, as long as
     * rows come.
     */
    private void awaitStatus(String state) {
        String ended = state + " ";
        String progress = "";
        while (!progress.startsWith(ended)) {
            String before = progress;
            Run.await(state + " or more rows", () -> !progress().equals(before), this::status);
            progress = progress();
        }
    }

    /** The state of a run, and how many rows it shows: at its end, all of them. */
    private String progress() {
        return page.eval("document.querySelector('#status').dataset.state") + " " + rowsShown();
    }

    private int rowsShown() {
        return Integer.parseInt(page.text("#count").replace(",", ""));
    }

    /** Whether there is a draw: without one, nobody knows how many tickets have won. */
    private boolean isDrawn() {
        return !page.eval("document.querySelector('#tiers tbody').rows[0].cells[4].textContent")
                .equals("-");
    }

    private String status() {
        return page.text("#status");
    }

    /** The list, each ticket as one line. */
    private List<String> tickets() {
        return list("#tickets li", "textContent").stream()
                .map(text -> text.replaceAll("\\s+", " ").strip()).toList();
    }

    private static String shown(long seed, long index) {
        Object[] values = TicketTest.values(Server.Ticket.of(seed, index)).toArray();
        return String.format("%,d", index + 1)
                + String.format(" %2$s %3$s %4$s, %5$s %7$d %8$d %9$d %10$d %11$d and %12$d",
                values);
    }

    /** A property of each element that a selector finds. */
    private List<String> list(String selector, String property) {
        String joined = page.eval(
                ("[...document.querySelectorAll('%s')].map(found => found.%s).join('\\u0000')")
                .formatted(selector, property));
        return joined.isEmpty() ? List.of() : List.of(joined.split("\0", -1));
    }

    private static double percent(String text) {
        return Double.parseDouble(text.replace("%", ""));
    }

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(found -> found.group())
                .toList();
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
