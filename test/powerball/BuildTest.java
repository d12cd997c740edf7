package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Run;

/**
 * What build.sh says when something is missing: one sentence, and nothing is done. Then what it
 * puts into the jars, and which tests it runs. It is run in a folder of its own; where it gets so
 * far, with a javac, a jar and a java that only note what they are asked.
 */
class BuildTest {

    private static final String JDK = Path.of(Run.JAVA).getParent().getParent().toString();

    @TempDir private Path folder;
    private Path project;
    private Path tools; // all that is on the PATH

    private String summary = "[ 1 tests successful ]"; // what the java of test() prints
    private int exitCode; // that test() expects
    private String lastLine; // that it has seen

    @BeforeEach void copyTheScript() throws IOException {
        project = Files.createDirectories(folder.resolve("a project")); // with a space in its path
        tools = Files.createDirectory(folder.resolve("tools"));
        Files.createDirectories(project.resolve("src/powerball"));
        Files.copy(Run.PROJECT.resolve("build.sh"), project.resolve("build.sh"));
        for (String tool : List.of("bash", "dirname", "mkdir", "cut", "tr", "sha256sum", "rm",
                "cat", "env", "cp", "tee", "sed", "awk", "find")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of(Run.tool(tool)));
        }
    }

    /** Runs it from another folder. Returns what it says on stderr. */
    private String failure(String javaHome, String... tests) {
        List<String> command = new ArrayList<>(
                List.of("env", "PATH=" + tools, "JAVA_HOME=" + javaHome,
                "bash", project.resolve("build.sh").toString()));
        if (tests.length > 0) command.add("test");
        command.addAll(List.of(tests));
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

    @Test void helpIsPrintedForWhoeverAsks() {
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

    private Run run(String command) {
        return Run.start(folder, List.of("env", "PATH=" + tools, "bash",
                project.resolve("build.sh").toString(), command));
    }

    // ---- What it puts into the jars -------------------------------------------------------------

    @Test void aJarFindsEveryDriverInLibButNotJUnit() throws IOException {
        Path lib = Files.createDirectories(project.resolve("lib"));
        Files.createFile(lib.resolve("my 100% driver.jar"));
        test(Map.of(), List.of());
        Manifest manifest = new Manifest(Files.newInputStream(project.resolve("build/manifest")));
        List<String> classPath = List.of(
                manifest.getMainAttributes().getValue("Class-Path").strip().split(" "));
        assertEquals(2, classPath.size(), classPath.toString());
        assertEquals("../lib/my%20100%25%20driver.jar", classPath.get(0));
        assertTrue(classPath.get(1).startsWith("../lib/sqlite-jdbc-"), classPath.get(1));
    }

    @Test void eachProgramGetsAJar() throws IOException {
        String asked = test(Map.of(), List.of());
        for (String program : List.of("server", "ingest", "winners")) {
            assertTrue(asked.contains("--file build/" + program + ".jar --manifest build/manifest "
                    + "--main-class powerball."), asked);
        }
    }

    // ---- Which tests it runs --------------------------------------------------------------------

    @Test void withoutANameItRunsAllTests() throws IOException {
        String asked = test(Map.of(), List.of());
        assertTrue(asked.contains(" --scan-class-path build/test\n"), asked);
        assertFalse(asked.contains("--select-class"), asked);
    }

    @Test void aClassOrAMethodCanBeNamedOrSeveral() throws IOException {
        String asked = test(Map.of(), List.of("OneTest", "TwoTest#aMethod"));
        assertTrue(asked.endsWith(
                " --select-class powerball.OneTest --include-methodname powerball[.]OneTest#.*"
                + " --select-class powerball.TwoTest --include-methodname "
                + "powerball[.]TwoTest#aMethod\n"), asked);
    }

    @Test void aClassIsFoundInAnyFolder() throws IOException {
        Files.createDirectories(project.resolve("test/powerball/room"));
        Files.createFile(project.resolve("test/powerball/room/InnerTest.java"));
        String asked = test(Map.of(), List.of("InnerTest"));
        assertTrue(asked.contains(" test/powerball/room/InnerTest.java"), asked);
        assertTrue(asked.endsWith(" --select-class powerball.room.InnerTest "
                + "--include-methodname powerball[.]room[.]InnerTest#.*\n"), asked);
    }

    @Test void aClassThatIsNotThereIsToldBeforeAnythingIsCompiled() throws IOException {
        Files.createDirectories(project.resolve("test/powerball"));
        String sentence = failure(JDK, "NoTest#aMethod");
        assertTrue(sentence.startsWith("build.sh: there is no NoTest.java in test/: "),
                sentence);
    }

    @Test void inGitBashThePartsOfAClassPathStandBetweenSemicolons() throws IOException {
        String asked = test(Map.of("OSTYPE", "msys"), List.of());
        assertTrue(asked.contains("--class-path build/main;build/test;lib/sqlite-jdbc-"), asked);
        assertTrue(asked.contains("-cp build/main;lib/* -d build/test"), asked);
        String elsewhere = test(Map.of(), List.of());
        assertTrue(elsewhere.contains("--class-path build/main:build/test:lib/sqlite-jdbc-"),
                elsewhere);
    }

    @Test void aClassThatCannotRunHereCountsAsSkipped() throws IOException {
        summary = "[ 1 containers aborted ]\\n[ 3 tests successful ]\\n[ 2 tests aborted ]\\n[ 0 "
                + "tests failed ]";
        test(Map.of(), List.of());
        assertEquals("3 passed, 0 failed, 3 skipped", lastLine);
    }

    @Test void aTestThatFailsFailsTheRun() throws IOException {
        summary = "[ 1 containers failed ]\\n[ 3 tests successful ]\\n[ 2 tests failed ]";
        exitCode = 1;
        test(Map.of(), List.of());
        assertEquals("3 passed, 3 failed", lastLine);
    }

    /** Runs its command "test". Returns what it asked of javac and java, a line for each. */
    private String test(Map<String, String> environment, List<String> names) throws IOException {
        Path asked = folder.resolve("asked");
        Files.deleteIfExists(asked);
        tool("javac", "[ \"$*\" = -version ] && echo javac 17.0.1 || echo javac \"$@\" >>'" + asked
                + "'");
        tool("jar", "echo jar \"$@\" >>'" + asked + "'");
        tool("java", "echo java \"$@\" >>'" + asked + "'; printf '" + summary + "\\n'");
        Files.createDirectories(project.resolve("test/powerball"));
        for (String file : List.of("src/powerball/A.java", "src/powerball/names",
                "src/powerball/page",
                "test/powerball/OneTest.java", "test/powerball/TwoTest.java")) {
            if (!Files.exists(project.resolve(file))) Files.createFile(project.resolve(file));
        }
        copyTheJars();
        List<String> command = new ArrayList<>(List.of("env", "PATH=" + tools, "JAVA_HOME="));
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(List.of("bash", project.resolve("build.sh").toString(), "test"));
        command.addAll(names);
        try (Run build = Run.start(folder, command)) {
            assertEquals(exitCode, build.exitCode(), build.out() + build.err());
            lastLine = build.out().strip().replaceAll("(?s).*\n", "");
            return Files.readString(asked);
        }
    }

    private void copyTheJars() throws IOException {
        Path lib = Files.createDirectories(project.resolve("lib"));
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Run.PROJECT.resolve("lib"),
                "*.jar")) {
            for (Path jar : jars) {
                Path copy = lib.resolve(jar.getFileName());
                if (!Files.exists(copy)) Files.copy(jar, copy);
            }
        }
    }
}
