package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import powerball.tools.Run;
import powerball.tools.Sessions;

/**
 * What build.sh says when something is missing: one sentence, and nothing is done. Then what it
 * puts into the jars, and which tests it runs. It is run in a folder of its own.
 */
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
        for (String tool : List.of("bash", "dirname", "mkdir", "cut", "tr", "sha256sum", "rm",
                "cat", "env", "cp", "sed", "awk", "find", "grep")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of(Run.tool(tool)));
        }
    }

    /** Runs it from another folder. Returns what it says on stderr. */
    private String failure(String javaHome, String... words) {
        List<String> command = new ArrayList<>(
                List.of("env", "PATH=" + tools, "JAVA_HOME=" + javaHome,
                "bash", project.resolve("build.sh").toString()));
        command.addAll(List.of(words));
        try (Run build = Run.start(folder, command)) {
            assertEquals(1, build.exitCode(), build.out() + build.err());
            assertEquals(1, build.err().lines().count(), build.err());
            assertTrue(!Files.exists(project.resolve("build/main")), "it went on");
            return build.err();
        }
    }

    private void tool(String name, String script) {
        Run.makeScript(tools.resolve(name), "#!" + Run.tool("bash") + "\n" + script + "\n");
    }

    @Test void withoutJdkItSaysWhatToInstall() {
        assertTrue(failure("").startsWith("build.sh: no JDK found: install one, 17 or newer"));
        assertTrue(failure("/nowhere").startsWith("build.sh: no JDK found"));
    }

    @Test void aJdkWithoutTheJarCommandIsNone() {
        tool("java", "");
        tool("javac", "echo javac 17.0.1");
        assertTrue(failure("").startsWith("build.sh: no JDK found"));
    }

    @Test void anOldJdkIsNamed() throws IOException {
        tool("java", "");
        tool("jar", "");
        tool("javac", "echo javac 11.0.2");
        assertTrue(failure("")
                .startsWith("build.sh: the JDK must be 17 or newer, not javac 11.0.2"));
        tool("javac", "echo javac 1.8.0_402");
        assertTrue(failure("")
                .startsWith("build.sh: the JDK must be 17 or newer, not javac 1.8.0_402"));
    }

    @Test void withoutMavenItSaysWhichFileToPutWhere() {
        String sentence = failure(JDK);
        assertTrue(sentence.contains("lib/sqlite-jdbc-")
                && sentence.contains("org.xerial:sqlite-jdbc:"), sentence);
    }

    @Test void aJarThatIsNotWhatItShouldBeIsRefused() throws IOException {
        String jar = failure(JDK).replaceAll("(?s).*lib/(\\S+\\.jar).*", "$1");
        Files.writeString(project.resolve("lib").resolve(jar), "not a jar");
        assertTrue(failure(JDK).contains("lib/" + jar + " is not what it should be"));
    }

    @Test void throughALinkItTouchesNothing() throws IOException {
        Path link = Files.createSymbolicLink(Files.createDirectory(folder.resolve("elsewhere"))
                .resolve("b.sh"),
                project.resolve("build.sh"));
        try (Run build = Run.start(folder, List.of("bash", link.toString()))) {
            assertEquals(1, build.exitCode(), build.out());
            assertTrue(build.err().contains("start the file itself"), build.err());
        }
        assertTrue(!Files.exists(folder.resolve("elsewhere/lib")));
    }

    @Test void helpIsPrintedOnRequest() {
        for (String word : List.of("help", "--help", "-h")) {
            try (Run build = run(word)) {
                assertEquals(0, build.exitCode(), build.err());
                assertTrue(build.out().startsWith("Usage: ./build.sh [command]\n"), build.out());
            }
        }
        try (Run build = run("hlep")) {
            assertEquals(2, build.exitCode());
            assertEquals("build.sh: there is no command hlep. See ./build.sh help.\n",
                    build.err());
        }
    }

    private Run run(String... words) {
        List<String> command = new ArrayList<>(List.of("env", "PATH=" + tools, "bash",
                project.resolve("build.sh").toString()));
        command.addAll(List.of(words));
        return Run.start(folder, command);
    }

    // ---- What it puts into the jars -------------------------------------------------------------

    @Test void aJarFindsEveryDriverInLibButNotJUnit() throws IOException {
        Files.createFile(Files.createDirectories(project.resolve("lib"))
                .resolve("my 100% driver.jar"));
        asked();
        Manifest manifest = new Manifest(Files.newInputStream(project.resolve("build/manifest")));
        List<String> classPath = List.of(
                manifest.getMainAttributes().getValue("Class-Path").strip().split(" "));
        assertEquals(2, classPath.size(), classPath.toString());
        assertEquals("../lib/my%20100%25%20driver.jar", classPath.get(0));
        assertTrue(classPath.get(1).startsWith("../lib/sqlite-jdbc-"), classPath.get(1));
    }

    @ParameterizedTest
    @CsvSource({"postgresql, postgresql-4", "mariadb, mariadb-java-client-3",
            "mysql, mysql-connector-j-9", "duckdb, duckdb_jdbc-1"})
    void aDriverIsWantedInLibByTheNameOfItsDatabase(String database, String jar) {
        String sentence = failure(JDK, "driver", database);
        assertTrue(sentence.startsWith("build.sh: lib/" + jar), sentence);
    }

    @Test void whereADriverIsUnknownTheKnownOnesAreNamed() {
        try (Run build = run("driver", "oracle")) {
            assertEquals(2, build.exitCode());
            assertEquals("build.sh: there is no driver oracle: name postgresql, mariadb, mysql or"
                    + " duckdb.\n", build.err());
        }
    }

    // ---- Which tests it runs --------------------------------------------------------------------

    @Test void aClassOrMethodThatIsNotThereIsNamedBeforeAnythingIsCompiled() throws IOException {
        Path tests = Files.createDirectories(project.resolve("test/powerball/winners"));
        Files.writeString(tests.resolve("Promises.java"), "class Promises {\n    void kept() {");
        Files.writeString(tests.resolve("SomeTest.java"),
                "class SomeTest extends Promises {\n    @Test void aMethod() {");
        assertTrue(failure(JDK, "test", "NoTest#aMethod")
                .startsWith("build.sh: there is no NoTest.java in test/: "));
        String noMethod = "build.sh: there is no method %s in test/powerball/winners/SomeTest.java"
                + ".\n";
        assertEquals(String.format(noMethod, "nope"), failure(JDK, "test", "SomeTest#nope"));
        assertEquals(String.format(noMethod, "method"),
                failure(JDK, "test", "SomeTest#aMethod", "SomeTest#method"));
        assertFalse(failure(JDK, "test", "SomeTest#kept").contains("no method"), "it is inherited");
    }

    /** As there is no Windows here, only its class path is looked at. */
    @Test void inGitBashThePartsOfAClassPathStandBetweenSemicolons() throws IOException {
        assertTrue(asked("OSTYPE=msys").contains(" -cp build/main;lib/* -d build/test"));
        assertTrue(asked("OSTYPE=linux-gnu").contains(" -cp build/main:lib/* -d build/test"));
    }

    /** With the real JDK and the real JUnit, for classes of tests of its own. */
    @Test void whatFailsOrCannotRunIsCountedAndAFailureFailsTheRun() throws IOException {
        Sessions.copyProject(project);
        Path tests = project.resolve("test");
        Run.succeeds("find", tests.toString(), "-name", "*.java", "!", "-name", "Report.java",
                "-delete");
        Path inner = Files.createDirectories(tests.resolve("powerball/inner"));
        Files.writeString(inner.resolve("SampleTest.java"), """
                package powerball.inner;

                import org.junit.jupiter.api.Assertions;
                import org.junit.jupiter.api.Assumptions;
                import org.junit.jupiter.api.Test;

                class SampleTest {
                    @Test void passes() {}
                    @Test void fails() { Assertions.fail("as it must"); }
                    @Test void isSkipped() { Assumptions.abort("it needs a tool"); }
                }
                """);
        Files.writeString(inner.resolve("SkippedTest.java"), """
                package powerball.inner;

                import org.junit.jupiter.api.Assumptions;
                import org.junit.jupiter.api.BeforeAll;
                import org.junit.jupiter.api.Test;

                class SkippedTest {
                    @BeforeAll static void start() { Assumptions.abort("it needs a database"); }
                    @Test void neverRuns() {}
                }
                """);
        assertEnds(1, "1 passed, 1 failed, 2 skipped");
        assertEnds(0, "1 passed, 0 failed, 1 skipped", "SampleTest#passes", "SkippedTest");
        assertEnds(1, "0 passed, 1 failed", "SampleTest#fails");
    }

    private void assertEnds(int exitCode, String lastLine, String... names) {
        try (Run build = Run.bash(project, "./build.sh test " + String.join(" ", names))) {
            assertEquals(exitCode, build.exitCode(), build.out() + build.err());
            assertEquals(lastLine, build.out().strip().replaceAll("(?s).*\n", ""));
        }
    }

    /** Runs "test". Returns what it asks of javac and jar, a line for each. */
    private String asked(String... environment) throws IOException {
        Path asked = folder.resolve("asked");
        Files.deleteIfExists(asked);
        tool("javac", "[ \"$*\" = -version ] && echo javac 17.0.1 || echo javac \"$@\" >>'" + asked
                + "'");
        tool("jar", "echo jar \"$@\" >>'" + asked + "'");
        tool("java", "");
        for (String folder : List.of("src/powerball/names", "src/powerball/page", "test")) {
            Files.createDirectories(project.resolve(folder));
        }
        Run.succeeds("touch", project.resolve("src/A.java").toString(),
                project.resolve("test/ATest.java").toString());
        Run.succeeds("cp", "-R", "lib", project.toString());
        List<String> command = new ArrayList<>(List.of("env", "PATH=" + tools, "JAVA_HOME="));
        command.addAll(List.of(environment));
        command.addAll(List.of("bash", project.resolve("build.sh").toString(), "test"));
        try (Run build = Run.start(folder, command)) {
            assertEquals(1, build.exitCode(), "no test has passed: " + build.err());
            return Files.readString(asked);
        }
    }
}
