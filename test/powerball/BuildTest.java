package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What build.sh says when something is missing: one sentence, and nothing is done. It is run in a folder of its own. */
class BuildTest {

    private static final String JDK = Path.of(Run.JAVA).getParent().getParent().toString();

    @TempDir private Path folder;
    private Path project;
    private Path tools; // all that is on the PATH

    @BeforeEach void copyTheScript() throws IOException {
        project = Files.createDirectories(folder.resolve("a project")); // with a space in its path
        tools = Files.createDirectory(folder.resolve("tools"));
        Files.createDirectories(project.resolve("src/powerball"));
        Files.copy(Run.PROJECT.resolve("build.sh"), project.resolve("build.sh"));
        for (String tool : List.of("bash", "dirname", "mkdir", "cut", "tr", "sha256sum", "rm", "cat", "env")) {
            tool(tool, "exec " + whereIs(tool) + " \"$@\"");
        }
    }

    private static String whereIs(String tool) {
        try (Run which = Run.start(Run.PROJECT, List.of("sh", "-c", "command -v " + tool))) {
            assertEquals(0, which.exitCode(), tool);
            return which.out().strip();
        }
    }

    /** Runs it from another folder. Returns what it says on stderr. */
    private String failure(String javaHome) {
        try (Run build = Run.start(folder, List.of("env", "PATH=" + tools, "JAVA_HOME=" + javaHome,
                "bash", project.resolve("build.sh").toString()))) {
            assertEquals(1, build.exitCode(), build.out() + build.err());
            assertEquals(1, build.err().lines().count(), build.err());
            assertTrue(!Files.exists(project.resolve("build/main")), "it went on");
            return build.err();
        }
    }

    private void tool(String name, String script) throws IOException {
        Files.writeString(tools.resolve(name), "#!" + whereIs("bash") + "\n" + script + "\n");
        Files.setPosixFilePermissions(tools.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test void withoutJdkItSaysWhatToInstall() {
        assertTrue(failure("").startsWith("build.sh: no JDK found: install one, 17 or newer"));
        assertTrue(failure("/nowhere").startsWith("build.sh: no JDK found"));
    }

    @Test void anOldJdkIsNamed() throws IOException {
        tool("java", "");
        tool("javac", "echo javac 11.0.2");
        assertTrue(failure("").startsWith("build.sh: the JDK must be 17 or newer, not javac 11.0.2"));
        tool("javac", "echo javac 1.8.0_402");
        assertTrue(failure("").startsWith("build.sh: the JDK must be 17 or newer, not javac 1.8.0_402"));
    }

    @Test void withoutMavenItSaysWhichFileToPutWhere() {
        String sentence = failure(JDK);
        assertTrue(sentence.contains("lib/sqlite-jdbc-") && sentence.contains("org.xerial:sqlite-jdbc:"), sentence);
    }

    @Test void aJarThatIsNotWhatItShouldBeIsRefused() throws IOException {
        String jar = failure(JDK).replaceAll("(?s).*lib/(\\S+\\.jar).*", "$1");
        Files.writeString(project.resolve("lib").resolve(jar), "not a jar");
        assertTrue(failure(JDK).contains("lib/" + jar + " is not what it should be"));
    }

    @Test void throughALinkItTouchesNothing() throws IOException {
        Path link = Files.createSymbolicLink(Files.createDirectory(folder.resolve("elsewhere")).resolve("b.sh"),
                project.resolve("build.sh"));
        try (Run build = Run.start(folder, List.of("bash", link.toString()))) {
            assertEquals(1, build.exitCode(), build.out());
            assertTrue(build.err().contains("start the file itself"), build.err());
        }
        assertTrue(!Files.exists(folder.resolve("elsewhere/lib")));
    }
}
