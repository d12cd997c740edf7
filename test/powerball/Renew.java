package powerball;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.Sessions;
import powerball.tools.SqliteDatabase;

/**
 * Writes everything again that follows from a list, or from the output of a program: the first rows
 * of seed 42 and the sums of more of them; the formats and columns in openapi.json, on the page and
 * in the READMEs; and the READMEs' sessions. {@code ./build.sh renew} starts it. It prints which
 * files have changed; {@code git diff} shows whether that was intended.
 */
final class Renew {

    static final String GOLDEN = "test/powerball/golden-42.txt";
    static final String SUMS = "test/powerball/sums.txt";
    private static final String DESCRIPTION = "src/powerball/page/openapi.json";
    private static final String PAGE = "src/powerball/page/index.html";
    private static final int COLUMNS_OF_TEXT = 76;
    private static final String NEW_CONTENT = """
              "schema": {"type": "string"},
              "example": ""
            }""".indent(14).stripTrailing();
    private static final List<Server.Format> FORMATS = List.of(Server.Format.values());

    private final ServerProcess server;
    private final Set<String> changed = new LinkedHashSet<>();

    private Renew(ServerProcess server) {
        this.server = server;
    }

    public static void main(String[] args) throws IOException {
        try (ServerProcess server = ServerProcess.start()) {
            Renew renew = new Renew(server);
            renew.write(GOLDEN, golden(server));
            renew.write(SUMS, sums(server));
            renew.description();
            renew.page();
            renew.tables();
            renew.changed.addAll(Sessions.renew());
            System.out.println(renew.changed.isEmpty() ? "Nothing has changed."
                    : "Changed:\n" + String.join("\n", renew.changed));
        }
    }

    private void write(String name, String text) throws IOException {
        Path file = Run.PROJECT.resolve(name);
        if (Files.exists(file) && Files.readString(file).equals(text)) return;
        Files.writeString(file, text);
        changed.add(name);
    }

    private static String read(String name) throws IOException {
        return Files.readString(Run.PROJECT.resolve(name));
    }

    // ---- Rows -----------------------------------------------------------------------------------

    /** The first rows of seed 42. */
    static String golden(ServerProcess server) {
        return server.get("/drawing/20?seed=42").body();
    }

    /** The SHA-256 of 100,000 rows in each format, as sha256sum prints and checks them. */
    static String sums(ServerProcess server) {
        StringBuilder sums = new StringBuilder();
        for (Server.Format format : FORMATS) {
            String rows = server.get("/drawing/100000?seed=42&format=" + format).body();
            sums.append(sha256(rows)).append("  seed-42.").append(format).append('\n');
        }
        return sums.toString();
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has it
        }
    }

    // ---- Formats and columns --------------------------------------------------------------------

    /** Limits, patterns and descriptions of columns and formats that it has stay as they are. */
    private void description() throws IOException {
        String text = read(DESCRIPTION);
        text = replaced(text, "(?<=\"enum\": \\[)[^]]*", formats("\"%s\"", ", "));
        text = replaced(text, "(?<=seed-\\[0-9]\\+\\[[.]]\\()[^)]*", formats("%s", "|"));
        text = replaced(text, "(?s)(?<=\n {12}\"content\": \\{\n).*?(?=\n {12}})", contents(text));
        text = replaced(text, "(?s)(?<=\"required\": \\[\n {10})\"transaction_id\".*?(?=\n {8}])",
                "\"" + String.join("\",\n          \"", TicketTest.COLUMNS) + "\"");
        text = replaced(text, "(?s)(?<=\n) {10}\"transaction_id\": .*?(?=\n {8}})",
                properties(text));
        write(DESCRIPTION, text);
    }

    private static String formats(String each, String separator) {
        return String.join(separator,
                FORMATS.stream().map(format -> String.format(each, format)).toList());
    }

    /** The content of each format: its type, as the server names it, and an example. */
    private String contents(String description) {
        List<String> contents = new ArrayList<>();
        for (Server.Format format : FORMATS) {
            HttpResponse<String> rows = server.get("/drawing/1?seed=42&format=" + format);
            String start = " ".repeat(14) + '"'
                    + rows.headers().firstValue("Content-Type").orElseThrow() + "\": {\n";
            String content = found(description, Pattern.quote(start) + "(?s:.*?)\n {14}}",
                    start + NEW_CONTENT);
            contents.add(replaced(content, "(?<=\"example\": ).*", json(rows.body())));
        }
        return String.join(",\n", contents);
    }

    private static String json(String text) {
        return Server.Format.NDJSON.literal(text).replace("\n", "\\n").replace("\t", "\\t");
    }

    /** The properties of a ticket, one for each column. */
    private static String properties(String description) {
        List<String> properties = new ArrayList<>();
        List<Object> values = TicketTest.values(Server.Ticket.of(42, 0));
        for (int i = 0; i < values.size(); i++) {
            String start = "          \"" + TicketTest.COLUMNS.get(i) + "\": {";
            String type = values.get(i) instanceof Number ? "integer" : "string";
            properties.add(found(description, Pattern.quote(start) + "(.+}|\n(?s:.*?)\n {10}})",
                    start + "\"type\": \"" + type + "\"}"));
        }
        return String.join(",\n", properties);
    }

    private void page() throws IOException {
        write(PAGE, replaced(read(PAGE), "(?<=<th scope=\"row\">format</th><td>)[^<]*",
                formats("%s", ", ")));
    }

    /** The formats of the API, and the columns where the READMEs make the table. */
    private void tables() throws IOException {
        String columns = columnsOfTheTable();
        for (String name : Sessions.MARKDOWN) {
            String text = read(name);
            text = text.replaceAll("(?m)(?<=^\\| format \\| )`[^|]*(?= \\|)",
                    formats("`%s`", ", "));
            text = text.replaceAll("(?s)(\nCREATE TABLE [A-Z ]*powerball_results )\\(.*?\\);",
                    "$1" + columns + ";");
            write(name, text);
        }
    }

    /** As the ingest makes them, in lines of at most {@value #COLUMNS_OF_TEXT} columns. */
    private String columnsOfTheTable() throws IOException {
        Path folder = Files.createTempDirectory("powerball");
        try (Run ingest = Run.ingest(folder, "0", "--url", server.url)) {
            if (ingest.exitCode() != 0) throw new AssertionError(ingest.err());
            String create = SqliteDatabase.query(folder.resolve("powerball_data.db"),
                    "SELECT sql FROM sqlite_master WHERE type = 'table'").get(0);
            String columns = create.substring(create.indexOf('(') + 1);
            String line = ".{1," + (COLUMNS_OF_TEXT - "  ,".length()) + "}(?:,|$)";
            return columns.replaceAll("(" + line + ") ?", "\n  $1").replaceFirst("^", "(");
        } finally {
            Run.succeeds("rm", "-rf", folder.toString());
        }
    }

    // ---- Text -----------------------------------------------------------------------------------

    /** Replaces the first part of a text that fits a pattern. There must be one. */
    private static String replaced(String text, String pattern, String by) {
        if (!Pattern.compile(pattern).matcher(text).find()) {
            throw new AssertionError("there is no " + pattern + " in\n" + text);
        }
        return text.replaceFirst(pattern, Matcher.quoteReplacement(by));
    }

    private static String found(String text, String pattern, String otherwise) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group() : otherwise;
    }
}
