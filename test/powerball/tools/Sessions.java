package powerball.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the sessions that the READMEs and the programs' own comments show, in a copy of the project,
 * from top to bottom. A test compares what is printed with what is shown; {@code ./build.sh renew}
 * writes it into the files.
 */
public final class Sessions {

    /** The texts beside the code. */
    public static final List<String> MARKDOWN =
            List.of("README.md", "src/README.md", "src/MANUAL.md", "test/README.md");
    /** The files with sessions. Those of one list share a folder and a server. */
    public static final List<List<String>> FILES = files();

    private static final Pattern IN_MARKDOWN = Pattern.compile("(?s)```console\n(.*?)```");
    private static final Pattern IN_JAVADOC = Pattern.compile("(?s) \\* <pre>\n(.*?) \\* </pre>");
    private static final Pattern SERVER = Pattern.compile(
            "^java (src/powerball/Server\\.java|-jar build/server\\.jar)(?!.* --help)");
    private static final Pattern INGEST =
            Pattern.compile("java -jar build/ingest\\.jar(?!.* --help)");
    private static final Pattern ANSWER =
            Pattern.compile("(How many lucky winners today\\? )(.+\n)");

    /** What is typed, what is shown to be printed, and what was printed. */
    public record Step(String command, Transcript shown, String printed) {
    }

    /** A step and where what it shows stands in the text of its file. */
    private record Place(int start, int end, String command, String shown) {
    }

    private final Path folder;
    private ServerProcess server; // null until one is started

    private Sessions(Path folder) {
        this.folder = folder;
    }

    private static List<List<String>> files() {
        List<List<String>> files = new ArrayList<>();
        MARKDOWN.forEach(file -> files.add(List.of(file)));
        files.add(List.of("src/powerball/Server.java", "src/powerball/ingest/Ingest.java",
                "src/powerball/winners/Winners.java"));
        return files;
    }

    // ---- How they are renewed -------------------------------------------------------------------

    /** Writes into the files what is printed now. Returns the names of those that changed. */
    public static List<String> renew() throws IOException {
        List<String> changed = new ArrayList<>();
        for (List<String> files : FILES) {
            Path folder = Files.createTempDirectory("powerball");
            try {
                changed.addAll(renew(folder, files));
            } finally {
                Run.succeeds("rm", "-rf", folder.toString());
            }
        }
        return changed;
    }

    private static List<String> renew(Path folder, List<String> files) throws IOException {
        List<String> changed = new ArrayList<>();
        List<Step> steps = run(folder, files);
        for (String name : files) {
            Path file = Run.PROJECT.resolve(name);
            String text = Files.readString(file);
            List<Place> places = places(name, text);
            List<Step> ofFile = steps.subList(0, places.size());
            String renewed = renewed(name, text, places, ofFile);
            if (!renewed.equals(text)) {
                Files.writeString(file, renewed);
                changed.add(name);
            }
            ofFile.clear();
        }
        return changed;
    }

    /** From the last place to the first, as the others then stay where they are. */
    private static String renewed(String name, String text, List<Place> places, List<Step> steps) {
        StringBuilder renewed = new StringBuilder(text);
        for (int i = places.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            String shown = step.shown.renewed(step.printed);
            if (!new Transcript(shown).matches(step.printed)) {
                System.out.printf("By hand, in %s: the lines between two ... of $ %s%n",
                        name, step.command);
            }
            renewed.replace(places.get(i).start, places.get(i).end, withMargin(name, shown));
        }
        return renewed.toString();
    }

    // ---- Where they stand -----------------------------------------------------------------------

    private static List<Place> places(String name, String text) {
        List<Place> places = new ArrayList<>();
        String margin = margin(name);
        Pattern prompt = Pattern.compile("(?m)^" + Pattern.quote(margin) + "\\$ (.*)\n");
        Matcher session = (margin.isEmpty() ? IN_MARKDOWN : IN_JAVADOC).matcher(text);
        while (session.find()) {
            Matcher command = prompt.matcher(text).region(session.start(1), session.end(1));
            boolean found = command.find();
            while (found) {
                String typed = command.group(1);
                int start = command.end();
                found = command.find();
                int end = found ? command.start() : session.end(1);
                places.add(new Place(start, end, typed, withoutMargin(text.substring(start, end))));
            }
        }
        return places;
    }

    /** What stands before a line in a Javadoc comment. */
    private static String margin(String name) {
        return name.endsWith(".java") ? " * " : "";
    }

    private static String withoutMargin(String lines) {
        return lines.replaceAll("(?m)^ \\* ?", "");
    }

    private static String withMargin(String name, String lines) {
        return lines.replaceAll("(?m)^", margin(name)).replaceAll("(?m)^ \\* $", " *");
    }

    // ---- How they are run -----------------------------------------------------------------------

    /** Runs the sessions of these files in a folder, which becomes a copy of the project. */
    public static List<Step> run(Path folder, List<String> files) throws IOException {
        copyProject(folder);
        Sessions sessions = new Sessions(folder);
        try {
            List<Step> steps = new ArrayList<>();
            for (String name : files) {
                for (Place place : places(name, Files.readString(Run.PROJECT.resolve(name)))) {
                    String printed = sessions.run(place.command, place.shown);
                    steps.add(new Step(place.command, new Transcript(place.shown), printed));
                }
            }
            return steps;
        } finally {
            if (sessions.server != null) sessions.server.close();
        }
    }

    /** By another process, as this one may hold a script open (see Run.makeScript). */
    public static void copyProject(Path folder) throws IOException {
        Run.succeeds("cp", "-R", "src", "test", "lib", "build.sh", folder.toString());
        Path build = Files.createDirectory(folder.resolve("build"));
        Run.succeeds("cp", "build/server.jar", "build/ingest.jar", "build/winners.jar",
                build.toString());
    }

    /** Runs one command, and types the answer that is shown. Returns what is printed. */
    private String run(String command, String shown) {
        if (SERVER.matcher(command).find()) {
            if (server != null) server.close();
            server = ServerProcess.start(folder, Run.bashCommand("exec " + command + " --port 0"));
            return server.run.out().replace(":" + server.port, ":8000");
        }
        String port = server == null ? ":8000" : ":" + server.port; // some sessions need none
        String real = command.replace(":8000", port);
        boolean ingest = INGEST.matcher(command).find();
        if (ingest) real = INGEST.matcher(real).replaceAll("$0 --url " + server.url);
        try (Run run = Run.bash(folder, real)) {
            Matcher answer = ANSWER.matcher(shown);
            boolean asks = answer.find();
            if (asks) run.type(answer.group(2));
            run.exitCode();
            String out = run.out();
            if (asks) { // what is typed ends the line
                out = out.replace(answer.group(1), answer.group());
            }
            // What an ingest says on stderr comes after its first lines on stdout.
            int first = ingest ? out.indexOf("\nAsking ") + 1 : out.length();
            if (ingest) first = out.indexOf('\n', first) + 1;
            String all = out.substring(0, first) + run.err() + out.substring(first);
            return all.replace(port, ":8000");
        }
    }
}
