package powerball.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * The programs as compiled, made ready once for the hundreds of starts that follow. A start of
 * Ingest then takes 0.42 s of processor time, and 0.67 s without.
 */
public final class Programs {

    private static final Path FOLDER = Run.PROJECT.resolve("build/programs");
    private static final Path JAR = FOLDER.resolve("programs.jar");
    private static final Path ARCHIVE = FOLDER.resolve("classes.jsa");
    // for the first start
    private static final String MAKE_ARCHIVE = "-XX:ArchiveClassesAtExit=" + ARCHIVE;

    static {
        try {
            Files.createDirectories(FOLDER);
            packPrograms();
            unpackDriver();
            archiveClasses();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Programs() {
    }

    /** The command that starts one of the programs, with options for the JVM. */
    public static List<String> command(String program, List<String> jvm, String... arguments) {
        List<String> command = Run.java();
        if (program.equals("Server")) { // it needs no driver
            command.addAll(List.of("-cp", JAR.toString()));
        } else {
            command.addAll(List.of("-cp", Run.driver() + ":" + JAR,
                    Files.exists(ARCHIVE) ? "-XX:SharedArchiveFile=" + ARCHIVE : MAKE_ARCHIVE,
                    "-Xlog:cds*=off", // nothing is said where a test changes the class path
                    "-Dorg.sqlite.lib.path=" + FOLDER,
                    "-Djavax.net.ssl.trustStore=NONE")); // the certificates are rarely needed
        }
        command.addAll(jvm);
        command.add(mainClass(program));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Server is in the package above those of the others. */
    static String mainClass(String program) {
        String inner = program.equals("Server") ? "" : program.toLowerCase(Locale.ROOT) + ".";
        return "powerball." + inner + program;
    }

    /** Only classes from a jar can be archived. */
    private static void packPrograms() {
        int exitCode = ToolProvider.findFirst("jar").orElseThrow().run(System.out, System.err,
                "--create", "--file", JAR.toString(), "-C", "build/main", ".");
        assertEquals(0, exitCode);
    }

    /** The native code, which the driver would otherwise unpack at every start. */
    private static void unpackDriver() throws IOException {
        String library = LibraryLoaderUtil.getNativeLibName();
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + library;
        try (InputStream in = LibraryLoaderUtil.class.getResourceAsStream(resource)) {
            Files.copy(in, FOLDER.resolve(library), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Class data sharing: lets Ingest do its whole job once, and keeps what it has loaded. */
    private static void archiveClasses() throws IOException {
        Files.deleteIfExists(ARCHIVE);
        Path database = Files.createTempFile("powerball", ".db");
        try (ServerProcess server = ServerProcess.start();
                Run ingest = Run.ingest(FOLDER, "100", "--url", server.url, "--db",
                        database.toString())) {
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        Files.delete(database);
    }
}
