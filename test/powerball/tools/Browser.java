package powerball.tools;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real Chromium without a window, driven by the DevTools protocol: JSON messages over a
 * WebSocket.
 */
public final class Browser implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final int ANSWER_SECONDS = 60;
    private static final Map<String, Integer> KEY_CODES = Map.of(
            "Tab", 9, "Enter", 13, " ", 32, "End", 35, "ArrowRight", 39, "ArrowDown", 40);

    private final Run run;
    private final WebSocket socket;
    // to come, by id
    private final Map<String, CompletableFuture<Map<?, ?>>> answers = new ConcurrentHashMap<>();
    private final Map<String, Tab> tabs = new ConcurrentHashMap<>(); // by the name of their session
    private int lastId; // of a message; the tests call one after the other

    private Browser(Run run) {
        this.run = run;
        Run.await("the browser", () -> READY.matcher(run.err()).find() || !run.process.isAlive());
        Matcher ready = READY.matcher(run.err());
        if (!ready.find()) {
            throw new AssertionError("the browser did not start: " + run.err());
        }
        socket = HttpClient.newHttpClient().newWebSocketBuilder()
                .buildAsync(URI.create(ready.group(1)), new Listener()).join();
    }

    /** The command that starts one, if there is one on the PATH. */
    public static Optional<String> command() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Run.onPath(name).stream()).map(Path::toString).findFirst();
    }

    /** Starts it with a profile of its own in a folder. */
    public static Browser start(String command, Path profile) {
        return new Browser(Run.start(profile,
                List.of(command, "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
                        "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
                "--user-data-dir=" + profile)));
    }

    /** Opens an address in a new tab and waits until it is loaded. */
    public Tab open(String url) {
        return open(url, "");
    }

    /** The same, with a script that runs before those of the page. */
    public Tab open(String url, String scriptBefore) {
        String target = (String) call("", "Target.createTarget", "url", "about:blank")
                .get("targetId");
        String session = (String) call("", "Target.attachToTarget", "targetId", target, "flatten",
                true)
                .get("sessionId");
        Tab tab = new Tab(target, session);
        tabs.put(session, tab);
        call(session, "Runtime.enable");
        call(session, "Log.enable");
        call(session, "Performance.enable");
        call(session, "Page.enable");
        call(session, "Page.addScriptToEvaluateOnNewDocument", "source", scriptBefore);
        tab.open(url);
        return tab;
    }

    /** Calls a method and waits for its result. The parameters are names and values by turns. */
    private Map<?, ?> call(String session, String method, Object... parameters) {
        lastId++;
        CompletableFuture<Map<?, ?>> answer = new CompletableFuture<>();
        answers.put(String.valueOf(lastId), answer);
        Map<String, Object> named = new HashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            named.put((String) parameters[i], parameters[i + 1]);
        }
        Map<String, Object> message = new HashMap<>(
                Map.of("id", lastId, "method", method, "params", named));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        socket.sendText(Json.write(message), true).join();
        try {
            Map<?, ?> got = answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (!got.containsKey("result")) {
                throw new AssertionError(method + ": " + got);
            }
            return (Map<?, ?>) got.get("result");
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(method + ": " + e, e);
        }
    }

    @Override public void close() {
        call("", "Browser.close");
        run.exitCode(); // not before its end does it leave its folder alone
        run.close();
    }

    /** A page in the browser, with all that it complained of. */
    public final class Tab implements AutoCloseable {
        public final List<String> errors = new CopyOnWriteArrayList<>();
        private final String target;
        private final String session;

        private Tab(String target, String session) {
            this.target = target;
            this.session = session;
        }

        public void open(String url) {
            call(session, "Page.navigate", "url", url);
            Run.await(url, () -> eval("location.href !== 'about:blank' && document.readyState")
                    .equals("complete"));
        }

        /** Goes back to the page before. */
        public void back() {
            Map<?, ?> history = call(session, "Page.getNavigationHistory");
            int current = Integer.parseInt((String) history.get("currentIndex"));
            Map<?, ?> before = (Map<?, ?>) ((List<?>) history.get("entries")).get(current - 1);
            call(session, "Page.navigateToHistoryEntry", "entryId",
                    Integer.valueOf((String) before.get("id")));
            Run.await("the page before", () -> eval("location.href").equals(before.get("url")));
        }

        /** The value of an expression in the page, as text. */
        public String eval(String expression) {
            Map<?, ?> answer = call(session, "Runtime.evaluate", "expression", "String("
                    + expression + ")",
                    "returnByValue", true, "userGesture", true);
            if (answer.containsKey("exceptionDetails")) {
                throw new AssertionError(expression + ": " + answer);
            }
            return (String) ((Map<?, ?>) answer.get("result")).get("value");
        }

        /** The text that an element shows. */
        public String text(String selector) {
            return eval(find(selector) + ".innerText");
        }

        /** Types into a field, in place of what is there. */
        public void fill(String selector, String text) {
            eval("Object.assign(%s, {value: %s}).dispatchEvent(new Event('input', {bubbles: true}))"
                    .formatted(find(selector), Json.quote(text)));
        }

        public void click(String selector) {
            eval(find(selector) + ".click()");
        }

        /** Presses a key and lets it go, wherever the focus is. */
        public void press(String key) {
            String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : "";
            for (String type : List.of("keyDown", "keyUp")) {
                call(session, "Input.dispatchKeyEvent", "type", type, "key", key, "code",
                        key.equals(" ") ? "Space" : key,
                        "windowsVirtualKeyCode", KEY_CODES.get(key), "text", type.equals("keyDown")
                                ? text : "");
            }
        }

        /** Types into what has the focus. */
        public void type(String text) {
            call(session, "Input.insertText", "text", text);
        }

        /** Moves the mouse to the middle of an element. */
        public void hover(String selector) {
            String[] at = eval("(({left, top, width, height}) => [left + width / 2, top + height "
                    + "/ 2])("
                    + find(selector) + ".getBoundingClientRect())").split(",");
            call(session, "Input.dispatchMouseEvent", "type", "mouseMoved",
                    "x", Double.parseDouble(at[0]), "y", Double.parseDouble(at[1]));
        }

        /** Sets the size of the window, in CSS pixels. */
        public void resize(int width, int height) {
            call(session, "Emulation.setDeviceMetricsOverride", "width", width, "height", height,
                    "deviceScaleFactor", 1, "mobile", false);
        }

        /** From now on, nothing shows that more is to be seen by scrolling. */
        public void hideScrollbars() {
            call(session, "Emulation.setScrollbarsHidden", "hidden", true);
        }

        private static String find(String selector) {
            return "document.querySelector(" + Json.quote(selector) + ")";
        }

        /** What the window shows, as a PNG. */
        public byte[] screenshot() {
            Map<?, ?> answer = call(session, "Page.captureScreenshot", "format", "png");
            return Base64.getDecoder().decode((String) answer.get("data"));
        }

        /** What its script holds in memory, after a collection of garbage. */
        public long heapBytes() {
            call(session, "HeapProfiler.collectGarbage");
            return (long) Double.parseDouble((String) call(session, "Runtime.getHeapUsage")
                    .get("usedSize"));
        }

        /**
         * What its main thread has used of a processor: less than the time on the clock where
         * others use it, too.
         */
        public double threadSeconds() {
            List<?> metrics = (List<?>) call(session, "Performance.getMetrics").get("metrics");
            return metrics.stream().map(metric -> (Map<?, ?>) metric)
                    .filter(metric -> "ThreadTime".equals(metric.get("name")))
                    .mapToDouble(metric -> Double.parseDouble((String) metric.get("value"))).sum();
        }

        /**
         * Sets media features, as in the settings of a system: prefers-color-scheme and dark, for
         * instance, names and values by turns. Any other is as it was at first.
         */
        public void prefer(String... features) {
            List<Map<String, String>> named = new ArrayList<>();
            for (int i = 0; i < features.length; i += 2) {
                named.add(Map.of("name", features[i], "value", features[i + 1]));
            }
            call(session, "Emulation.setEmulatedMedia", "features", named);
        }

        /** Sets whether scripts may run in what is opened from now on. */
        public void allowScripts(boolean allowed) {
            call(session, "Emulation.setScriptExecutionDisabled", "value", !allowed);
        }

        /** What a printer would get, as a PDF: without backgrounds, unless the page insists. */
        public byte[] pdf() {
            Map<?, ?> answer = call(session, "Page.printToPDF");
            return Base64.getDecoder().decode((String) answer.get("data"));
        }

        private void hear(String method, Map<?, ?> params) {
            Map<?, ?> entry = method.equals("Log.entryAdded") ? (Map<?, ?>) params.get("entry")
                    : Map.of();
            if ("error".equals(entry.get("level"))) {
                errors.add((String) entry.get("text"));
            } else if (method.equals("Runtime.exceptionThrown")
                    || method.equals("Runtime.consoleAPICalled")
                            && "error".equals(params.get("type"))) {
                errors.add(params.toString());
            }
        }

        @Override public void close() {
            tabs.remove(session);
            call("", "Target.closeTarget", "targetId", target);
        }
    }

    /**
     * Puts the messages together and hands them out: answers by their number, events to their tab.
     */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override public CompletionStage<?> onText(WebSocket from, CharSequence part,
                boolean last) {
            message.append(part);
            if (last) {
                Map<?, ?> got = Json.read(message.toString());
                message.setLength(0);
                Tab tab = tabs.get(String.valueOf(got.get("sessionId")));
                if (got.containsKey("id")) {
                    answers.remove(String.valueOf(got.get("id"))).complete(got);
                } else if (tab != null) {
                    tab.hear((String) got.get("method"), (Map<?, ?>) got.get("params"));
                }
            }
            from.request(1);
            return null;
        }
    }

    /** As much of JSON as is needed: objects are maps, arrays lists, all the rest is text. */
    private static final class Json {
        private static final Pattern TOKEN = Pattern.compile( // commas and colons tell nothing more
                "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|[{}\\[\\]]|[^{}\\[\\]:,\"\\s]+");
        private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u....|.)");
        private final Matcher tokens;

        private Json(String text) {
            tokens = TOKEN.matcher(text);
        }

        static Map<?, ?> read(String text) {
            Json json = new Json(text);
            return (Map<?, ?>) json.value(json.next());
        }

        private String next() {
            if (!tokens.find()) {
                throw new AssertionError("JSON without its end");
            }
            return tokens.group();
        }

        private Object value(String token) {
            if (token.equals("{")) {
                Map<String, Object> map = new HashMap<>();
                for (String key = next(); !key.equals("}"); key = next()) {
                    map.put(unquote(key), value(next()));
                }
                return map;
            }
            if (token.equals("[")) {
                List<Object> list = new ArrayList<>();
                for (String item = next(); !item.equals("]"); item = next()) {
                    list.add(value(item));
                }
                return list;
            }
            return token.startsWith("\"") ? unquote(token) : token;
        }

        private static String unquote(String token) {
            return ESCAPE.matcher(token.substring(1, token.length() - 1)).replaceAll(escape -> {
                String text = escape.group();
                return Matcher.quoteReplacement(text.startsWith("\\u")
                        ? String.valueOf((char) Integer.parseInt(text.substring(2), 16))
                                : text.translateEscapes());
            });
        }

        static String write(Object value) {
            if (value instanceof Map<?, ?> map) {
                return map.entrySet().stream()
                        .map(entry -> write(entry.getKey()) + ":" + write(entry.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            }
            if (value instanceof List<?> list) {
                return list.stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
            }
            return value instanceof String text ? quote(text) : String.valueOf(value);
        }

        static String quote(String text) {
            StringBuilder quoted = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                quoted.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c)
                        : String.valueOf(c));
            }
            return quoted.append('"').toString();
        }
    }
}
