package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the sessions that the README and the programs' own comments show, in a copy of the project, from top to bottom, and
 * compares what is printed with what is shown there. Only the port, the times and what lies in the hand of the network differ;
 * three dots stand for lines that are left out.
 */
class ReadmeTest {

    private static final String PROMPT = "How many lucky winners today? ";

    @TempDir Path clone;

    @Test void everySessionInTheReadmeIsReal() throws IOException {
        String readme = Files.readString(Run.PROJECT.resolve("README.md"));
        Matcher block = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL).matcher(readme);
        List<String> sessions = new ArrayList<>();
        while (block.find()) {
            sessions.add(block.group(1));
        }
        assertTrue(sessions.size() > 10);
        replay(sessions);
    }

    @Test void theSessionInEachProgramIsReal() throws IOException {
        List<String> sessions = new ArrayList<>();
        for (String program : List.of("Server", "Ingest", "Winners")) {
            String source = Files.readString(Run.PROJECT.resolve("src/powerball/" + program + ".java"));
            Matcher session = Pattern.compile(" \\* <pre>\n(.*?) \\* </pre>", Pattern.DOTALL).matcher(source);
            assertTrue(session.find(), program);
            sessions.add(session.group(1).replaceAll("(?m)^ \\* ?", "").replace("\n\n", "\n"));
        }
        replay(sessions);
    }

    @Test void theDemoRunsTheWholeJob() throws IOException {
        copyProject();
        try (Run demo = Run.start(clone, List.of("bash", "-c", environment() + "./build.sh demo"))) {
            assertEquals(0, demo.exitCode(), demo.out() + demo.err());
            assertTrue(demo.out().contains("Stored 1,000 rows in powerball_data.db (0 already there)"), demo.out());
        }
        assertEquals(1000, Database.count(clone.resolve("powerball_data.db")));
    }

    private void copyProject() throws IOException {
        for (String part : List.of("src", "lib", "build.sh")) {
            Path from = Run.PROJECT.resolve(part);
            try (Stream<Path> files = Files.walk(from)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.copy(file, clone.resolve(Run.PROJECT.relativize(file).toString()));
                }
            }
        }
    }

    /** So that "java" is the JDK under test, as it would be for its user. */
    private static String environment() {
        String home = System.getProperty("java.home");
        return "export JAVA_HOME='" + home + "' PATH='" + home + "/bin':\"$PATH\"; ";
    }

    private void replay(List<String> sessions) throws IOException {
        copyProject();
        ServerProcess server = null;
        try {
            for (String session : sessions) {
                for (String step : session.split("(?m)^\\$ ")) {
                    if (step.isEmpty()) {
                        continue;
                    }
                    String command = step.substring(0, step.indexOf('\n'));
                    String shown = step.substring(step.indexOf('\n') + 1);
                    if (command.startsWith("java src/powerball/Server.java") && !command.contains("--help")) {
                        if (server != null) {
                            server.close();
                        }
                        server = ServerProcess.start(clone, List.of("bash", "-c", environment() + "exec " + command + " --port 0"));
                        assertEquals(shown, server.run.out().replace(":" + server.port, ":8000"), command);
                    } else {
                        compare(command, shown, server);
                    }
                }
            }
        } finally {
            if (server != null) {
                server.close();
            }
        }
    }

    private void compare(String command, String shown, ServerProcess server) {
        String real = command.replace(":8000", ":" + server.port);
        if (command.contains("Ingest.java") && !command.contains("--help")) {
            real = real.replace("Ingest.java", "Ingest.java --url " + server.url);
        }
        try (Run run = Run.start(clone, List.of("bash", "-c", environment() + real))) {
            Matcher answer = Pattern.compile(Pattern.quote(PROMPT) + "(.+)\n").matcher(shown);
            if (answer.find()) {
                run.type(answer.group(1) + "\n");
            }
            run.exitCode();
            String expected = answer.reset().replaceAll(Matcher.quoteReplacement(PROMPT)); // typing ends the line, not the program
            String printed = run.out().replace(":" + server.port, ":8000");
            int first = printed.indexOf('\n') + 1; // what stderr has comes behind the first line
            boolean ingest = command.contains("Ingest.java");
            String all = ingest ? printed.substring(0, first) + run.err() + printed.substring(first) : printed + run.err();
            if (!Pattern.matches(Pattern.quote(steady(expected)).replace("\n...", "\\E(?s:.*)\\Q"), steady(all))) {
                assertEquals(steady(expected), steady(all), command);
            }
        }
    }

    /** Without progress, times, and how often and where exactly a stream broke. */
    private static String steady(String text) {
        return text.replaceAll("(?m)^ *\\d+% .* rows.*\n", "")
                .replaceAll("(?m)^WARNING: .*\n", "") // JDK 24 and later, of the driver's native code
                .replaceAll("in [\\d.]+ s, [\\d,]+ rows/s", "in T s, R rows/s")
                .replaceAll("Stored [\\d,]{7,} rows in killed.db \\([\\d,]{5,} already there\\)", "Stored the rest in killed.db")
                .replaceAll("(The stream broke after [\\d,]+ of ([\\d,]+) rows\\. Asking for the rest in 0\\.1 s\\.\n)+",
                        "The stream broke after some of $2 rows.\n")
                .replaceAll("(?m) +$", "").strip();
    }
}
