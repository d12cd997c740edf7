package powerball.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real process: one of the programs, or a tool of the machine, with what it prints kept in files.
 */
public final class Run implements AutoCloseable {

    /** The folder that build.sh starts the tests in. */
    public static final Path PROJECT = Path.of("").toAbsolutePath();
    /** The one under test. */
    public static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    // for anything awaited: not a measure, only an end to a hanging test
    private static final long LIMIT_SECONDS = 45;
    // for a program to end: some try for half a minute first
    private static final long END_SECONDS = 180;

    /** Said of a failure that may pass. */
    public static final String TRIES_AGAIN = "Trying again for up to ";

    private static final Pattern PROGRESS = Pattern.compile("(?m)^\\d+% [^\n]*\n?");
    private static final Pattern ROWS = Pattern.compile("% [1-9][0-9,]* of ");
    private static final Pattern SEED = Pattern.compile("seed (\\d+)\n");

    public final Process process;
    private final Path out;
    private final Path err;

    private Run(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts a command in a folder. */
    public static Run start(Path folder, List<String> command) {
        try {
            Path out = Files.createTempFile("powerball", ".out");
            Path err = Files.createTempFile("powerball", ".err");
            Process process = new ProcessBuilder(command).directory(folder.toFile())
                    .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            return new Run(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts Ingest, as compiled, in a folder, where it puts its database unless told otherwise.
     */
    public static Run ingest(Path folder, String... arguments) {
        return start(folder, Programs.command("Ingest", List.of(), arguments));
    }

    /** The command that starts the JVM under test, for what runs for seconds. */
    public static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA, "--enable-native-access=ALL-UNNAMED"));
        // Not worth optimising, nor collecting garbage on threads of its own: a third less work.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Starts a command in bash, in a folder. There "java" is the JDK under test, as it would be for
     * its user, but optimises as little as in {@link #java}.
     */
    public static Run bash(Path folder, String command) {
        return start(folder, bashCommand(command));
    }

    static List<String> bashCommand(String command) {
        String home = System.getProperty("java.home");
        return List.of("bash", "-c", "export JAVA_HOME='" + home + "' PATH='" + home
                + "/bin':\"$PATH\" JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1; " + command);
    }

    /** The jar of the SQLite driver. */
    public static Path driver() {
        try (Stream<Path> jars = Files.list(PROJECT.resolve("lib"))) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith("sqlite-jdbc"))
                    .findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command that must succeed. */
    public static void succeeds(String... command) {
        try (Run run = start(PROJECT, List.of(command))) {
            assertEquals(0, run.exitCode(), String.join(" ", command) + ": " + run.err());
        }
    }

    /** The command that makes a key, and a certificate for it that nobody vouches for. */
    static String[] makeCertificate(Path key, Path certificate) {
        return new String[] {tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes",
            "-subj", "/CN=localhost", "-keyout", key.toString(), "-out", certificate.toString()};
    }

    /**
     * Removes a mount, as soon as that can be: what this process has open on it may be open for a
     * moment in whatever another test starts.
     */
    public static void unmount(Path folder) {
        await("the end of the mount " + folder, () -> {
            try (Run run = start(PROJECT, List.of("umount", folder.toString()))) {
                return run.exitCode() == 0;
            }
        });
    }

    /**
     * Makes a file that can be executed, by a process that alone has it open. What is open in this
     * one is open for a moment in whatever another test starts, and the system refuses to execute
     * a file while that may be written: "Text file busy".
     */
    public static void makeScript(Path file, String text) {
        String command = "cat >\"$0\" && chmod +x \"$0\"";
        try (Run run = start(PROJECT, List.of("sh", "-c", command, file.toString()))) {
            assertEquals(0, run.type(text).typeEnd().exitCode(), run.err());
        }
    }

    /** The seed that an Ingest has said it asks for. */
    public String seed() {
        return SEED.matcher(out()).results().findFirst().orElseThrow().group(1);
    }

    /** Types on its standard input. */
    public Run type(String text) {
        try {
            OutputStream in = process.getOutputStream();
            in.write(text.getBytes(StandardCharsets.UTF_8));
            in.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends its standard input. */
    public Run typeEnd() {
        try {
            process.getOutputStream().close();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end. Returns its exit code. */
    public int exitCode() {
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running: " + process.info() + "\n" + out() + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public String out() {
        return read(out);
    }

    public String err() {
        return read(err);
    }

    /**
     * What it says on stderr, but not how far it is: how often it says that, where stderr is no
     * terminal, depends on how busy the machine is.
     */
    public String said() {
        return PROGRESS.matcher(err()).replaceAll("");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a tool is on this machine, if it is there. */
    public static Optional<Path> onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, tool)).filter(Files::isExecutable).findFirst();
    }

    /** Skips the test where a tool is missing. Returns its path. */
    public static String tool(String name) {
        Optional<Path> found = onPath(name);
        assumeTrue(found.isPresent(), "needs the command " + name);
        return found.get().toString();
    }

    /** Waits until its output, or what it says on stderr, holds a pattern. */
    public void awaitOutput(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        await(pattern, () -> !process.isAlive() || wanted.matcher(out() + err()).find(),
                this::lastLines);
        assertTrue(wanted.matcher(out() + err()).find(), () -> "it ended without " + pattern + "\n"
                + lastLines());
    }

    /** The end of its output: a server's log may have thousands of lines. */
    private String lastLines() {
        List<String> lines = (out() + err()).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /** Waits until a condition holds, which it must before this process ends. */
    public void awaitMeanwhile(String what, BooleanSupplier condition) {
        await(what, () -> condition.getAsBoolean() || !process.isAlive(), this::err);
        assertTrue(process.isAlive(), () -> "it ended too soon: " + out() + err());
    }

    /** Waits until an ingest has shown that it has rows. */
    public void awaitRows() {
        awaitMeanwhile("the first rows", () -> ROWS.matcher(err()).find());
    }

    /** Waits until an ingest has said that it tries again. */
    public void awaitFailure() {
        awaitMeanwhile("a failure", () -> err().contains(TRIES_AGAIN));
    }

    /** Waits until a condition holds. */
    public static void await(String what, BooleanSupplier condition) {
        await(what, condition, () -> "");
    }

    /** Waits until a condition holds. If it never does, shows what was seen. */
    public static void await(String what, BooleanSupplier condition, Supplier<String> seen) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited " + LIMIT_SECONDS + " s for " + what + "\n"
                        + seen.get());
            }
            try {
                Thread.sleep(50); // between two looks
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Ends it, by force, and removes what it printed. */
    @Override public void close() {
        process.destroyForcibly();
        exitCode();
        try {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
