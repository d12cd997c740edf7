package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/**
 * The jars that {@code ./build.sh} makes, started as the READMEs do, from any folder and on every
 * JDK beside the one under test: from 24 on, a JDK has warnings that 17 has not.
 */
class JarTest {

    private static final int OLDEST_JDK = 17;
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    @AutoClose private static ServerProcess server;

    @TempDir private Path folder;

    @BeforeAll static void startServer() {
        server = ServerProcess.start();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void helpIsPrintedWithoutAWarning(Path jdk) {
        for (String program : List.of("server", "ingest", "winners")) {
            try (Run help = start(jdk, program, "--help")) {
                assertEquals(0, help.exitCode(), help.err());
                assertTrue(help.out().startsWith("Usage: java "), help.out());
                assertEquals("", help.err());
            }
        }
    }

    /** The driver brings native code, of which a JDK would warn. */
    @ParameterizedTest
    @MethodSource("jdks")
    void rowsAreStoredAndReadWithoutAWarning(Path jdk) {
        try (Run ingest = start(jdk, "ingest", "10", "--seed", "42", "--url", server.url)) {
            assertEquals(0, ingest.exitCode(), ingest.err());
            assertEquals("", ingest.said());
            assertTrue(ingest.out().contains("\nStored 10 rows in powerball_data.db"),
                    ingest.out());
        }
        try (Run winners = start(jdk, "winners", "--seed", "1")) {
            assertEquals(0, winners.exitCode(), winners.err());
            assertEquals("", winners.err());
            assertTrue(winners.out().contains("\nTickets: 10 in powerball_data.db\n"),
                    winners.out());
        }
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void theServerServesWithoutAWarning(Path jdk) {
        List<String> command = command(jdk, "server", "--port", "0");
        try (ServerProcess jar = ServerProcess.start(folder, command)) {
            assertEquals(server.get("/drawing/10?seed=42").body(),
                    jar.get("/drawing/10?seed=42").body());
            assertEquals(200, jar.get("/").statusCode());
            assertEquals("", jar.run.err());
        }
    }

    private Run start(Path jdk, String program, String... arguments) {
        return Run.start(folder, command(jdk, program, arguments));
    }

    private static List<String> command(Path jdk, String program, String... arguments) {
        Path jar = Run.PROJECT.resolve("build/" + program + ".jar");
        List<String> command = new ArrayList<>(List.of(jdk.resolve("bin/java").toString(),
                "-XX:TieredStopAtLevel=1", "-jar", jar.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The JDK under test, and those that are installed beside it and are new enough. */
    private static Set<Path> jdks() throws IOException {
        Path home = Path.of(System.getProperty("java.home")).toRealPath();
        Set<Path> jdks = new LinkedHashSet<>(Set.of(home));
        try (Stream<Path> installed = Files.list(home.getParent())) {
            for (Path other : (Iterable<Path>) installed.sorted()::iterator) {
                if (isNewEnough(other)) jdks.add(other.toRealPath());
            }
        }
        return jdks;
    }

    private static boolean isNewEnough(Path home) {
        Path java = home.resolve("bin/java");
        if (!Files.isExecutable(java)) return false;
        try (Run version = Run.start(Run.PROJECT, List.of(java.toString(), "--version"))) {
            if (version.exitCode() != 0) return false; // before 9, there is no such option
            Matcher number = NUMBER.matcher(version.out());
            return number.find() && Integer.parseInt(number.group()) >= OLDEST_JDK;
        }
    }
}
