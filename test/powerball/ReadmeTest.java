package powerball;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Postgres;
import powerball.tools.Run;
import powerball.tools.ServerProcess;
import powerball.tools.Sessions;
import powerball.tools.SqliteDatabase;
import powerball.tools.Transcript;

/**
 * Runs the sessions that the texts and the programs' own comments show, and compares the output.
 * Runs the recipes, too, which print nothing.
 */
class ReadmeTest {

    private static final String MANUAL = "src/MANUAL.md";

    @TempDir private static Path clusterFolder;
    private static Postgres postgres; // null until a test needs it

    @TempDir Path clone;

    /** With an empty database. */
    private static Postgres postgres() {
        if (postgres == null) postgres = Postgres.start(clusterFolder);
        postgres.freshDatabase();
        return postgres;
    }

    @AfterAll static void stop() {
        if (postgres != null) postgres.close();
    }

    @Test void everySessionIsReal() {
        assertAll("./build.sh renew writes what is printed", Sessions.FILES.stream()
                .map(files -> () -> assertReal(files)));
    }

    private void assertReal(List<String> files) throws IOException {
        Path folder = Files.createDirectory(clone.resolve("" + Sessions.FILES.indexOf(files)));
        List<Sessions.Step> steps = Sessions.run(folder, files);
        assertTrue(steps.size() > 0, files.toString());
        for (Sessions.Step step : steps) {
            if (!step.shown().matches(step.printed())) {
                assertEquals(Transcript.steady(step.shown().shown()),
                        Transcript.steady(step.printed()), step.command());
            }
        }
    }

    /** The blocks of a text that stand between fences of a kind. */
    private static List<String> blocks(String file, String kind) throws IOException {
        String text = Files.readString(Run.PROJECT.resolve(file));
        return Pattern.compile("```" + kind + "\n(.*?)```", Pattern.DOTALL).matcher(text).results()
                .map(block -> block.group(1)).toList();
    }

    @Test void theDemoRunsTheWholeJobAndASecondOneShowsTheSame() throws IOException {
        Sessions.copyProject(clone);
        String stored = "Stored %s rows in powerball_data.db \\(%s already there\\)[^\n]*\n";
        String[] first = demo().split(String.format(stored, "1,000", "0"));
        assertEquals(1000, SqliteDatabase.count(clone.resolve("powerball_data.db")));
        String[] second = demo().split(String.format(stored, "0", "1,000"));
        assertEquals(2, second.length, second[0]);
        assertEquals(first[1], second[1]);
    }

    private String demo() {
        try (Run demo = Run.bash(clone, "./build.sh demo")) {
            assertEquals(0, demo.exitCode(), demo.out() + demo.err());
            return demo.out();
        }
    }

    @Test void everyClassOfTestsIsNamedInItsReadme() throws IOException {
        String readme = Files.readString(Run.PROJECT.resolve("test/README.md"));
        try (Stream<Path> files = Files.walk(Run.PROJECT.resolve("test"))) {
            List<String> classes = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java")).map(name -> name.replace(".java", ""))
                            .toList();
            for (String name : classes) {
                assertTrue(readme.contains("`" + name + "`"), name);
            }
            Matcher named = Pattern.compile("`([A-Z][A-Za-z]+Test)`").matcher(readme);
            while (named.find()) {
                assertTrue(classes.contains(named.group(1)), named.group(1));
            }
        }
    }

    // ---- The table ------------------------------------------------------------------------------

    @Test void theTableToPasteIsTheOneThatTheIngestMakes() throws IOException {
        String table = blocks(MANUAL, "sql").get(0);
        try (ServerProcess server = ServerProcess.start()) {
            shell("sqlite3 t.db \"" + table + "\"", 0);
            try (Run ingest = Run.ingest(clone, "100", "--seed", "7", "--db", "t.db", "--url",
                    server.url)) {
                assertEquals(0, ingest.exitCode(), ingest.err());
            }
        }
        assertEquals(100, SqliteDatabase.count(clone.resolve("t.db")));
    }

    // ---- Beyond one machine ---------------------------------------------------------------------

    @Test void oneIngestOrSeveralSlicesFillATableOfPostgres() throws IOException {
        String ingest = blocks("README.md", "sh").get(0).replaceFirst("(?s).*(?=java -jar)", "")
                .replace("1000000", "1000");
        String slices = recipe("xargs").replace("250000", "250").replace("750000", "750");
        Postgres postgres = postgres();
        try (ServerProcess server = ServerProcess.start()) {
            Sessions.copyProject(clone);
            Files.copy(postgres.driverJar(), clone.resolve("lib/driver.jar"));
            shell("./build.sh", 0);
            for (String command : List.of(ingest, slices)) {
                postgres.freshDatabase();
                shell(command.replace("ingest.jar", "ingest.jar --url " + server.url)
                        .replace("jdbc:postgresql://localhost/lesson?user=ana", postgres.url()),
                        0);
                assertEquals(1000, postgres.count());
            }
        }
    }

    @Test void theDriverReadsThePasswordFile() throws IOException {
        Postgres postgres = postgres();
        try (ServerProcess server = ServerProcess.start()) {
            postgres.execute("CREATE ROLE " + Postgres.PASSWORD_ROLE
                    + " SUPERUSER LOGIN PASSWORD 'geheim'");
            Path file = Files.writeString(clone.resolve(".pgpass"), "*:*:*:"
                    + Postgres.PASSWORD_ROLE + ":geheim\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            String classPath = Run.PROJECT.resolve("build/main") + ":" + postgres.driverJar();
            List<String> command = Run.java("-Duser.home=" + clone, "-cp", classPath,
                    "powerball.ingest.Ingest", "100",
                    "--url", server.url, "--db", postgres.url(Postgres.PASSWORD_ROLE));
            try (Run ingest = Run.start(clone, command)) {
                assertEquals(0, ingest.exitCode(), ingest.err());
            }
            assertEquals(100, postgres.count());
        }
    }

    // ---- As a service ---------------------------------------------------------------------------

    @Test void theUnitStartsTheServer() throws IOException {
        String line = blocks(MANUAL, "ini").get(0).lines()
                .filter(text -> text.startsWith("ExecStart=")).findFirst().orElseThrow();
        assertStarts(List.of(line.replace("ExecStart=", "").split(" ")));
    }

    @Test void theContainerStartsTheServer() throws IOException {
        String entry = blocks(MANUAL, "dockerfile").get(0).lines()
                .filter(text -> text.startsWith("ENTRYPOINT ")).findFirst().orElseThrow();
        assertStarts(List.of(entry.replaceAll("ENTRYPOINT \\[\"|\"]", "").split("\", \"")));
    }

    /** Runs a command line as it stands, but with the paths of this machine, on a free port. */
    private static void assertStarts(List<String> line) {
        List<String> command = new ArrayList<>(line.stream()
                .map(word -> word.replaceFirst("^(/usr/bin/)?java$", Run.JAVA)
                        .replaceFirst("^(/opt/powerball)?/server.jar$", "build/server.jar"))
                .toList());
        command.addAll(List.of("--port", "0"));
        try (ServerProcess server = ServerProcess.start(Run.PROJECT, command)) {
            assertEquals(3, server.get("/drawing/3").body().lines().count());
        }
    }

    // ---- Pipelines ------------------------------------------------------------------------------

    @Test void aFileIsCompletedByHand() throws IOException {
        String complete = recipe("part.csv");
        try (ServerProcess server = ServerProcess.start()) {
            String whole = server.get("/drawing/100000?seed=7&format=csv").body();
            Files.writeString(clone.resolve("part.csv"), whole.substring(0, 1_234_567));
            shell(complete.replace("http://127.0.0.1:8000", server.url), 0);
            assertEquals(whole, Files.readString(clone.resolve("whole.csv")));
        }
    }

    @Test void psqlStoresAWholeStreamOrNothing() throws IOException {
        Run.tool("psql");
        Postgres postgres = postgres();
        try (ServerProcess server = ServerProcess.start()) {
            String load = recipe("psql");
            String direct = load.replace("\\copy fresh", "\\copy powerball_results");

            psql(broken(load), server, postgres, 18);
            psql(load.replace("drawing/100000", "drawing/0"), server, postgres, 0); // the table
            psql(broken(load), server, postgres, 18);
            psql(broken(direct), server, postgres, 18);
            assertEquals(0, postgres.count());

            psql(direct, server, postgres, 0);
            assertEquals(100_000, postgres.count());
            psql(direct, server, postgres, 3); // every row is there already
            psql(load, server, postgres, 0); // every row is there already
            psql(load.replace("seed=7", "seed=99990007"), server, postgres, 0);
            assertEquals(200_000, postgres.count());
        }
    }

    /** A recipe whose stream breaks after half of its rows. */
    private static String broken(String recipe) {
        return recipe.replace("seed=7", "seed=7&drop=50000");
    }

    private void psql(String recipe, ServerProcess server, Postgres postgres, int exitCode) {
        String url = postgres.url().replaceFirst("jdbc:", "");
        shell(recipe.replace("http://127.0.0.1:8000", server.url)
                .replaceFirst("lesson\\n*$", "'" + url + "'"), exitCode);
    }

    @Test void duckDbAndParquetNeverSeeHalfAFile() throws IOException {
        assumeTrue(python("duckdb") && python("pyarrow"), "needs duckdb and pyarrow for python3");
        String load = recipe("duckdb");
        try (ServerProcess server = ServerProcess.start()) {
            shell(broken(load).replace("http://127.0.0.1:8000", server.url), 18);
            assertFalse(Files.exists(clone.resolve("tickets.duckdb")));
            assertFalse(Files.exists(clone.resolve("tickets.csv")));
            shell(load.replace("http://127.0.0.1:8000", server.url), 0);
        }
        String counts = shell(
                "python3 -c \"import duckdb; print(duckdb.connect('tickets.duckdb').sql("
                + "'SELECT count(*) FROM tickets').fetchone(), duckdb.sql(\\\"SELECT count(*) "
                + "FROM 'tickets.parquet'\\\")"
                + ".fetchone())\"", 0);
        assertEquals("(100000,) (100000,)", counts.strip());
    }

    @Test void pandasReadsTheUrlAndNoticesABreak() throws IOException {
        assumeTrue(python("pandas"), "needs pandas for python3");
        String read = recipe("pandas");
        try (ServerProcess server = ServerProcess.start()) {
            assertEquals("100000", shell(read.replace("http://127.0.0.1:8000", server.url), 0)
                    .strip());
            String failure = shell(broken(read).replace("http://127.0.0.1:8000", server.url), 1);
            assertTrue(failure.contains("IncompleteRead"), failure);
        }
    }

    /** The recipe of the manual that holds a text. */
    private static String recipe(String text) throws IOException {
        return blocks(MANUAL, "sh").stream().filter(block -> block.contains(text)).findFirst()
                .orElseThrow();
    }

    private static boolean python(String module) {
        if (Run.onPath("python3").isEmpty()) return false;
        try (Run run = Run.start(Run.PROJECT, List.of("python3", "-c", "import " + module))) {
            return run.exitCode() == 0;
        }
    }

    /** Runs a command in the clone. Returns what it prints, on stdout or stderr. */
    private String shell(String command, int exitCode) {
        try (Run run = Run.bash(clone, command)) {
            assertEquals(exitCode, run.exitCode(), command + "\n" + run.out() + run.err());
            return run.out() + run.err();
        }
    }
}
