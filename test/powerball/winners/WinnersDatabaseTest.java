package powerball.winners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.Tickets;
import powerball.tools.Run;
import powerball.tools.SqliteDatabase;

/** Winners and databases: it only reads, and says what is wrong with one. */
class WinnersDatabaseTest extends WinnersRuns {

    @TempDir private Path scratch;

    @Test void whatIsWrongWithTheDatabaseIsSaidAndNothingIsMade() throws IOException, SQLException {
        Files.createDirectory(folder.resolve("folder.db"));
        Files.writeString(folder.resolve("text.db"),
                "not a database, but long enough to be one ".repeat(100));
        Files.createFile(folder.resolve("nothing.db"));
        SqliteDatabase.execute(folder.resolve("table.db"), "CREATE TABLE other (a)");
        SqliteDatabase.execute(folder.resolve("columns.db"),
                "CREATE TABLE powerball_results AS SELECT 'a' AS a, 'b' AS b");
        SqliteDatabase.execute(folder.resolve("rows.db"), SqliteDatabase.CREATE_TABLE);
        Map<String, String> sentences = new LinkedHashMap<>();
        sentences.put("none.db", "none.db does not exist. The ingest makes it.");
        sentences.put("none/none.db", "none/none.db does not exist. The ingest makes it.");
        sentences.put("folder.db", says("folder.db",
                "[SQLITE_IOERR_READ] I/O error in the VFS layer while trying to read from a file"
                + " on disk (disk I/O error)"));
        sentences.put("text.db", says("text.db", "[SQLITE_NOTADB] File opened that is not a"
                + " database file (file is not a database)"));
        sentences.put("nothing.db", cannotBeRead("nothing.db", "no such table:"
                + " powerball_results"));
        sentences.put("table.db", cannotBeRead("table.db", "no such table: powerball_results"));
        sentences.put("columns.db", cannotBeRead("columns.db", "no such column: powerball_1"));
        sentences.put("rows.db",
                "rows.db has no rows in table powerball_results. The ingest stores some.");
        store(folder.resolve("locked.db"), List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        sentences.put("locked.db", says("locked.db",
                "[SQLITE_BUSY] The database file is locked (database is locked)"));
        List<Path> before = files();

        Map<String, Run> runs = new LinkedHashMap<>();
        try (Connection other = connect(folder.resolve(
                "locked.db")); Statement sql = other.createStatement()) {
            sql.execute("BEGIN EXCLUSIVE"); // with a rollback journal, who writes keeps readers out
            sentences.keySet().forEach(name -> runs.put(name, start("--db", name)));
            runs.forEach((name, run) -> {
                try (run) {
                    assertEquals(1, run.exitCode(), name + run.out());
                    assertEquals(sentences.get(name) + "\n", run.err());
                    assertEquals("", run.out(), name);
                }
            });
        }
        assertEquals(before, files());
    }

    private static String says(String db, String words) {
        return "The database " + db + " says: " + words + ".";
    }

    private static String cannotBeRead(String db, String words) {
        return "Table powerball_results of " + db + " cannot be read: [SQLITE_ERROR] SQL error or"
                + " missing database (" + words + "). The ingest makes this table.";
    }

    @Test void aBallThatIsNotAWholeNumberInItsRangeIsRefusedWithItsRow() {
        Map<Object, String> balls = new LinkedHashMap<>();
        balls.put(0, "0");
        balls.put(70, "70");
        balls.put(-1, "-1");
        balls.put(1.5, "1.5");
        balls.put((1L << 32) + 1, "4294967297");
        balls.put("2abc", "the text \"2abc\"");
        balls.put("(37,)", "the text \"(37,)\""); // as the first server of this API stored them
        balls.put("7\033[31m", "the text \"7?[31m\"");
        balls.put(new byte[] {'7'}, "a blob");
        balls.put(null, "NULL");

        Map<Run, String> runs = new LinkedHashMap<>();
        balls.forEach((ball, told) -> {
            Path file = folder.resolve(runs.size() + ".db");
            store(file, SqliteDatabase.CREATE_TABLE, List.of(ticket(1, 1, 2, 3, 4, 5, 6),
                    ticket(2, 1, 2, 3, 4, 5, 6).with("transaction_id", "the id")
                            .with("powerball_4", ball)));
            runs.put(start("--db", file.toString()), file
                    + " has a ball that must be a whole number"
                    + " from 1 to 69, not " + told + ": transaction the id, column powerball_4.\n");
        });
        store(List.of(ticket(3, 1, 2, 3, 4, 5, 27)));
        runs.put(start(), "powerball_data.db has a ball that must be a whole number from 1 to "
                + "26, not 27:"
                + " transaction id-00000003, column powerball_number.\n");
        runs.forEach((run, sentence) -> {
            try (run) {
                assertEquals(1, run.exitCode(), run.out());
                assertEquals(sentence, run.err());
                assertFalse(run.out().contains("tier"), run.out());
            }
        });
    }

    @Test void aFileThatMayNotBeReadIsSaidToBeThat() throws IOException {
        assumeWorks("setpriv --version");
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        Files.setPosixFilePermissions(db(), Set.of());
        // of root
        String withoutPrivilege = "setpriv --bounding-set=-dac_override,-dac_read_search";
        refusedAs("exec $([ $(id -u) != 0 ] || echo " + withoutPrivilege + ") " + quoted(WINNING),
                "The database powerball_data\\.db says: \\[SQLITE_CANTOPEN].*");
    }

    @Test void aDiskThatFailsAndAFileSystemWithoutLocksAreNotAnotherProgram() {
        assumeWorks("strace -o /dev/null true");
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        String strace = "exec strace -f -qq -o /dev/null -P " + db();
        refusedAs(strace + " -e inject=pread64:error=EIO " + quoted(WINNING),
                "The database powerball_data.db says: \\[SQLITE_IOERR.*disk I/O error"
                + ".*\\.");
        refusedAs(strace + " -e inject=fcntl:error=ENOLCK " + quoted(WINNING),
                "The database powerball_data.db says: \\[SQLITE_BUSY.*");
    }

    @Test void whatTheDriverLacksIsSaidInOneSentence() {
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        refused(quoted(WINNING).replace(Run.driver() + ":", ""),
                "The SQLite driver is not in lib/. Run ./build.sh once.");
        refused(quoted("--db", "jdbc:duckdb:data"), "No driver for jdbc:duckdb: is in lib/. Run"
                + " ./build.sh driver duckdb, or put org.duckdb:duckdb_jdbc there and run"
                + " ./build.sh.");
    }

    @Test void aTemporaryFolderThatIsMountedNoexecIsCuredByAnother() throws IOException {
        assumeMounts();
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        String mounted = "mkdir mnt; mount -t tmpfs -o noexec tmpfs mnt; exec ";
        String command = String.join("' '", command(List.of(), WINNING))
                .replaceFirst("-Dorg.sqlite.lib.path=[^']*", "-Djava.io.tmpdir=mnt");
        refusedAs(mounted + "'" + command + "'",
                "The database powerball_data\\.db says: .*No native library found .*");
        String cured = command.replace("-Djava.io.tmpdir=mnt", "-Djava.io.tmpdir=mnt' '"
                + "-Dorg.sqlite.tmpdir=" + Files.createTempDirectory(scratch, "driver"));
        try (Run run = Run.start(folder, List.of("unshare", "-m", "sh", "-c",
                mounted.replace("mkdir mnt; ", "")
                + "'" + cured + "'"))) {
            assertEquals(0, run.exitCode(), run.err());
        }
    }

    @Test void aPathThatTheLocaleCannotWriteIsRefused() {
        try (Run run = Run.start(folder, List.of("bash", "-c", "LC_ALL=C " + quoted("--db")
                + " $'\\303\\251.db'"))) {
            assertEquals(2, run.exitCode(), run.out());
            assertTrue(run.err().startsWith(
                    "--db must be the path of a file, for SQLite,"), run.err());
        }
    }

    @Test void itReadsWhileAnIngestIsWriting() throws SQLException {
        try (Connection ingest = connect(db()); Statement sql = ingest.createStatement()) {
            sql.execute("PRAGMA journal_mode = WAL");
            sql.execute(SqliteDatabase.CREATE_TABLE);
            SqliteDatabase.insert(ingest, tickets(0, 1000));
            sql.execute("BEGIN IMMEDIATE");
            SqliteDatabase.insert(ingest, tickets(1000, 1500));
            run(WINNING).says("Tickets: 1,000 in powerball_data.db\n");
            sql.execute("COMMIT");
            run(WINNING).says("Tickets: 1,500 in powerball_data.db\n");
        }
    }

    @Test void itReadsWhatAnIngestLeftThatWasKilled() throws SQLException, IOException {
        Path killed = Files.createDirectory(folder.resolve("killed"));
        try (Connection ingest = connect(db()); Statement sql = ingest.createStatement()) {
            sql.execute("PRAGMA journal_mode = WAL");
            sql.execute(SqliteDatabase.CREATE_TABLE);
            SqliteDatabase.insert(ingest, tickets(0, 1000));
            for (String file : List.of("powerball_data.db", "powerball_data.db-wal",
                    "powerball_data.db-shm")) {
                // as it lies there without a last checkpoint
                Files.copy(folder.resolve(file), killed.resolve(file));
            }
        }
        run("--db", "killed/powerball_data.db")
                .says("Tickets: 1,000 in killed/powerball_data.db\n");
    }

    @Test void theDatabaseIsNotChanged() throws IOException {
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        byte[] before = Files.readAllBytes(db());
        run();
        assertTrue(Arrays.equals(before, Files.readAllBytes(db())));
        assertEquals(List.of(db()), files());
    }

    @Test void aPathMayHaveSpacesAndCharactersOfAUrl() {
        String name = "a b #%20&mode=rwc 'é'.db";
        store(folder.resolve(name), List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        run("--db", name).says("Tickets: 1 in ");
        assertEquals(List.of(folder.resolve(name)), files());
    }

    private static void assumeMounts() {
        assumeWorks("unshare -m mount -t tmpfs tmpfs /mnt");
    }
}
