package powerball;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real process: one of the programs, or a tool of the machine, with what it prints kept in files. */
final class Run implements AutoCloseable {

    static final Path PROJECT = Path.of("").toAbsolutePath(); // where build.sh starts the tests
    static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString(); // the one under test
    private static final long LIMIT_SECONDS = 20; // for anything awaited: not a measure, only an end to a hanging test
    private static final long END_SECONDS = 90; // for a program to end: some try for half a minute first

    final Process process;
    private final Path out;
    private final Path err;

    private Run(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts a command in a folder. */
    static Run start(Path folder, List<String> command) {
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

    /** Starts Ingest, as compiled, in a folder, where it puts its database unless told otherwise. */
    static Run ingest(Path folder, String... arguments) {
        return start(folder, ingestCommand(List.of(), arguments));
    }

    /** The command that starts Ingest, as compiled, with options for the JVM. */
    static List<String> ingestCommand(List<String> jvm, String... arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA, "--enable-native-access=ALL-UNNAMED"));
        command.add("-XX:TieredStopAtLevel=1"); // what runs for a second is not worth optimising: a third less work
        command.addAll(jvm);
        String classPath = PROJECT.resolve("build/main") + ":" + PROJECT.resolve("lib") + "/*";
        command.addAll(List.of("-cp", classPath, "powerball.Ingest"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Types on its standard input. */
    Run type(String text) {
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
    Run typeEnd() {
        try {
            process.getOutputStream().close();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end. Returns its exit code. */
    int exitCode() {
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running: " + process.info() + "\n" + out() + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether there is such a tool on this machine. */
    static boolean onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(bin -> Files.isExecutable(Path.of(bin, tool)));
    }

    /** Waits until its output, or what it says on stderr, holds a pattern. */
    void awaitOutput(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        await(pattern, () -> wanted.matcher(out() + err()).find(), () -> out() + err());
    }

    /** Waits until a condition holds. */
    static void await(String what, BooleanSupplier condition) {
        await(what, condition, () -> "");
    }

    /** Waits until a condition holds. If it waits in vain, it shows what it saw. */
    static void await(String what, BooleanSupplier condition, Supplier<String> seen) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + what + "\n" + seen.get());
            }
            try {
                Thread.sleep(10); // between two looks
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
