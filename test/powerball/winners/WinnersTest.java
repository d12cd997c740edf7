package powerball.winners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import powerball.tools.Programs;
import powerball.Tickets;
import powerball.tools.Row;
import powerball.tools.Run;
import powerball.tools.SqliteDatabase;

/**
 * Winners: the rules of the game, the counting, the test of fairness, and how it treats databases
 * and terminals.
 */
class WinnersTest {

    private static final String[] WINNING = {"10", "20", "30", "40", "50", "6"};
    private static final Pattern NOT_PRINTABLE = Pattern.compile("[\\p{Cc}&&[^\n]]");

    @TempDir Path folder;
    @TempDir Path scratch;

    // ---- The rules ------------------------------------------------------------------------------

    @Test void theOddsAreCountedFromTheRules() {
        assertEquals(292_201_338, Tier.TICKETS);
        assertEquals(List.of(1L, 25L, 320L, 8_000L, 20_160L, 504_000L, 416_640L, 3_176_880L,
                7_624_512L),
                Stream.of(Tier.values()).map(Tier::ways).toList());
        assertEquals(11_750_538, Stream.of(Tier.values()).mapToLong(Tier::ways).sum());
    }

    @Test void theOddsArePrintedAsTheGamePublishesThem() {
        Report report = report(ticket(1, 1, 2, 3, 4, 5, 1));
        Map<String, String> published = new LinkedHashMap<>();
        published.put("5 + PB", "292,201,338.00");
        published.put("5", "11,688,053.52");
        published.put("4 + PB", "913,129.18");
        published.put("4", "36,525.17");
        published.put("3 + PB", "14,494.11");
        published.put("3", "579.76");
        published.put("2 + PB", "701.33");
        published.put("1 + PB", "91.98");
        published.put("PB", "38.32");
        published.put("any", "24.87");
        published.forEach((tier, odds) -> assertEquals(odds, report.tier(tier).odds, tier));
    }

    @Test void aSeedAlwaysDrawsTheSameNumbers() {
        assertEquals("26 29 34 46 64 7", balls(Numbers.draw(42)));
        assertEquals("16 20 24 56 64 22", balls(Numbers.draw(1_000_000_000_000_000_000L)));
        assertEquals(Numbers.draw(42), Numbers.draw(42));
    }

    @Test void neighbouringSeedsDrawFairly() {
        long[] white = new long[70];
        long[] powerball = new long[27];
        Set<Numbers> different = new HashSet<>();
        for (int seed = 0; seed < 10_000; seed++) {
            Numbers numbers = Numbers.draw(seed);
            assertEquals(5, numbers.whiteBalls().size());
            different.add(numbers);
            numbers.whiteBalls().forEach(ball -> white[ball]++);
            powerball[numbers.powerball()]++;
        }
        assertTrue(different.size() > 9_990, "different draws: " + different.size());
        double p = Fairness.pValue(Fairness.chiSquare(white, 50_000 / 69.0, 5), 68);
        assertTrue(p > 0.001 && p < 0.999, "white balls: p " + p);
        p = Fairness.pValue(Fairness.chiSquare(powerball, 10_000 / 26.0, 1), 25);
        assertTrue(p > 0.001 && p < 0.999, "Powerball: p " + p);
    }

    @Test void seedsThatDifferByTheGeneratorsStepAreNotShiftedCopies() {
        long step = 0x9e3779b97f4a7c15L; // of SplittableRandom
        List<Integer> first = new ArrayList<>(Numbers.draw(42).whiteBalls());
        first.retainAll(Numbers.draw(42 + step).whiteBalls());
        assertTrue(first.size() < 3, "in both draws: " + first);
    }

    // ---- Counting -------------------------------------------------------------------------------

    @Test void everyTierIsFoundAndPaid() {
        List<Row> tickets = new ArrayList<>();
        int[][] white = {
            {1, 2, 3, 4, 5}, {10, 2, 3, 4, 5}, {1, 10, 20, 4, 5}, {1, 2, 10, 20, 30},
                    {10, 20, 30, 40, 5}, {50, 40, 30, 20, 10}};
        int[] withPowerball = {9, 8, 7, 6, 5, 1}; // tickets by matching white balls
        int[] without = {1, 1, 1, 4, 3, 2};
        for (int matches = 0; matches <= 5; matches++) {
            for (int i = 0; i < withPowerball[matches] + without[matches]; i++) {
                int[] balls = Arrays.copyOf(white[matches], 6);
                balls[5] = i < withPowerball[matches] ? 6 : 7;
                tickets.add(ticket(tickets.size(), balls));
            }
        }
        Report report = report(tickets.toArray(Row[]::new));
        assertEquals("""
                5 + PB $20,000,000 1 $20,000,000
                5 $1,000,000 2 $2,000,000
                4 + PB $50,000 5 $250,000
                4 $100 3 $300
                3 + PB $100 6 $600
                3 $7 4 $28
                2 + PB $7 7 $49
                1 + PB $4 8 $32
                PB $4 9 $36
                any  45 $22,251,045
                """, report.prizes());
        report.says("Tickets: 48 in powerball_data.db");
        report.says("Sales $96, paid $22,251,045, left -$22,250,949");
    }

    @Test void oneHundredThousandTicketsAreCountedAsABruteForceCountsThem() throws SQLException {
        List<Row> tickets = new ArrayList<>();
        Map<String, Integer> expected = new LinkedHashMap<>();
        int[] winner = Tickets.balls(7, 50_000);
        Set<Integer> drawn = whiteBalls(winner);
        for (int i = 0; i < 100_000; i++) {
            int[] balls = Tickets.balls(7, i);
            tickets.add(ticket(i, balls));
            Set<Integer> matches = whiteBalls(balls);
            matches.retainAll(drawn);
            boolean powerball = balls[5] == winner[5];
            if (powerball || matches.size() > 2) {
                String white = matches.isEmpty() ? "" : String.valueOf(matches.size());
                String tier = white + (powerball && !white.isEmpty() ? " + " : "")
                        + (powerball ? "PB" : "");
                expected.merge(tier, 1, Integer::sum);
                expected.merge("any", 1, Integer::sum);
            }
        }
        store(tickets);
        Stream<Integer> numbers = Stream.concat(drawn.stream(), Stream.of(winner[5]));
        Report report = run(Stream.concat(numbers.map(String::valueOf), Stream.of("--fairness"))
                .toArray(String[]::new));
        assertEquals(1, expected.get("5 + PB"));
        for (String tier : List.of("5 + PB", "5", "4 + PB", "4", "3 + PB", "3", "2 + PB", "1 + PB",
                "PB", "any")) {
            assertEquals(expected.getOrDefault(tier, 0), report.tier(tier).winners, tier);
        }
        assertEquals("4,021.38", report.tier("any").expected);
        report.says("Sales $200,000, paid ");

        Map<String, String> counts = report.counts();
        assertEquals(69 + 26, counts.size());
        for (String row : SqliteDatabase.query(db(),
                "SELECT b, count(*) FROM (SELECT powerball_1 b FROM powerball_results UNION ALL"
                + " SELECT powerball_2 FROM powerball_results UNION ALL SELECT powerball_3 FROM "
                + "powerball_results UNION ALL"
                + " SELECT powerball_4 FROM powerball_results UNION ALL SELECT powerball_5 FROM "
                + "powerball_results) GROUP BY b")) {
            assertEquals(row.split("\\|")[1], counts.get("white " + row.split("\\|")[0]), row);
        }
        for (String row : SqliteDatabase.query(db(),
                "SELECT powerball_number, count(*) FROM powerball_results GROUP BY 1")) {
            assertEquals(row.split("\\|")[1], counts.get("red " + row.split("\\|")[0]), row);
        }
    }

    @Test void allWhoWinTheJackpotShareIt() {
        Report report = report(List.of("--jackpot", "300,000,000"),
                ticket(1, 10, 20, 30, 40, 50, 6),
                ticket(2, 50, 40, 30, 20, 10, 6), ticket(3, 10, 20, 30, 40, 50, 6));
        assertEquals("$300,000,000", report.tier("5 + PB").paid);
        assertEquals("$300,000,000", report.tier("5 + PB").prize);
        assertEquals(3, report.tier("5 + PB").winners);
        report.says("The jackpot is assumed to be $300,000,000 (--jackpot); its winners share it.");
        report.says("Sales $6, paid $300,000,000, left -$299,999,994");
        assertEquals("5 + PB   $100,000,000  Ann 1, Reno, NV", report.luckiest().get(0));
    }

    @Test void nobodyMayWin() {
        Report report = report(ticket(1, 1, 2, 3, 4, 5, 7), ticket(2, 10, 20, 3, 4, 5, 7));
        assertEquals(0, report.tier("any").winners);
        report.says("The jackpot is assumed to be $20,000,000 (--jackpot)");
        report.says("Sales $4, paid $0, left $4");
        report.says("Nobody has won.");
    }

    @Test void theLuckiestComeBestTierFirstThenByTransaction() {
        List<Row> tickets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            tickets.add(ticket(30 + i, 1, 2, 3, 4, 5, 6));
        }
        tickets.add(ticket(99, 10, 20, 30, 40, 50, 6));
        tickets.add(ticket(98, 10, 20, 30, 40, 5, 6));
        tickets.add(ticket(97, 10, 20, 30, 40, 5, 6));
        for (int i = 0; i < 5; i++) {
            tickets.add(ticket(80 - i, 10, 20, 30, 4, 5, 7));
        }
        Collections.shuffle(tickets, new Random(1));
        List<String> luckiest = List.of(
                "5 + PB    $20,000,000  Ann 99, Reno, NV",
                "4 + PB        $50,000  Ann 97, Reno, NV",
                "4 + PB        $50,000  Ann 98, Reno, NV",
                "3                  $7  Ann 76, Reno, NV",
                "3                  $7  Ann 77, Reno, NV",
                "3                  $7  Ann 78, Reno, NV",
                "3                  $7  Ann 79, Reno, NV",
                "3                  $7  Ann 80, Reno, NV",
                "PB                 $4  Ann 30, Reno, NV",
                "PB                 $4  Ann 31, Reno, NV");
        assertEquals(luckiest.subList(0, 5), report(tickets.toArray(Row[]::new)).luckiest());
        for (int named : new int[] {1, 10}) {
            List<String> options = List.of("--luckiest", String.valueOf(named));
            assertEquals(luckiest.subList(0, named), report(options, tickets.toArray(Row[]::new))
                    .luckiest());
        }
        assertEquals(28, report(List.of("--luckiest", "1,000"), tickets.toArray(Row[]::new))
                .luckiest().size());
        Report none = report(List.of("--luckiest", "0"), tickets.toArray(Row[]::new));
        assertFalse(none.out.contains("luckiest") || none.out.contains("Nobody"), none.out);
    }

    @Test void aBallThatIsOnATicketTwiceMatchesOnceAndIsMentioned() {
        Report report = fairness(ticket(1, 10, 10, 10, 10, 10, 6),
                ticket(2, 10, 20, 30, 30, 20, 7), ticket(3, 1, 2, 3, 4, 5, 7),
                ticket(4, 10, 20, 30, 40, 40, 6));
        assertEquals(1, report.tier("1 + PB").winners);
        assertEquals(1, report.tier("3").winners);
        assertEquals(1, report.tier("4 + PB").winners);
        assertEquals(3, report.tier("any").winners);
        report.says("Tickets with the same ball twice: 3. A match is counted once.");
        assertEquals("7", report.counts().get("white 10"),
                "the test of fairness counts all of them");
        assertFalse(report(ticket(1, 1, 2, 3, 4, 5, 6)).out.contains("twice"));
    }

    @Test void aSecondRunWithThePrintedSeedRepeatsTheDraw() {
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6), ticket(2, 11, 12, 13, 14, 15, 16)));
        Report first = run();
        Matcher seed = Pattern.compile("--seed (\\d+) draws the same again").matcher(first.out);
        assertTrue(seed.find(), first.out);
        assertEquals(first.out, run("--seed", seed.group(1)).out);
        assertNotEquals(first.out, run().out, "another moment, another draw");
        assertTrue(run("--seed", "42").out.startsWith(
                "Winning numbers: 26 29 34 46 64, Powerball 7\n"));
    }

    @Test void twoThatStartInTheSameMillisecondDrawDifferently() {
        Set<Long> seeds = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            seeds.add(Options.parse(new String[0]).seed());
        }
        assertEquals(1000, seeds.size());
    }

    @Test void theNumbersMayBeGivenInAnyOrder() {
        Report ascending = report(ticket(1, 10, 20, 30, 40, 50, 6));
        assertEquals(ascending.out, run("50", "10", "40", "20", "30", "6").out);
        assertTrue(ascending.out.startsWith(
                "Winning numbers: 10 20 30 40 50, Powerball 6\nTickets: 1 in"), ascending.out);
        assertFalse(ascending.out.contains("seed"));
    }

    // ---- Fairness -------------------------------------------------------------------------------

    @Test void pValuesAreThoseOfTheTables() {
        // as printed in every textbook, to three decimals
        assertEquals(0.05, Fairness.pValue(37.652, 25), 1e-5);
        assertEquals(0.05, Fairness.pValue(88.250, 68), 1e-5);
        assertEquals(0.01, Fairness.pValue(44.314, 25), 1e-5);
        assertEquals(0.95, Fairness.pValue(14.611, 25), 1e-5);
        assertEquals(0.99, Fairness.pValue(11.524, 25), 1e-5);
        assertEquals(1, Fairness.pValue(0, 25));
        assertEquals(1, Fairness.pValue(0, 68));
        // these by scipy.stats.chi2.sf
        assertEquals(0.996652640733739, Fairness.pValue(10, 25), 1e-10);
        assertEquals(0.46237366292661375, Fairness.pValue(25, 25), 1e-10);
        assertEquals(0.00010455486131526446, Fairness.pValue(60, 25), 1e-10);
        assertEquals(0.9973115618137751, Fairness.pValue(40, 68), 1e-10);
        assertEquals(0.4771905070468, Fairness.pValue(68, 68), 1e-10);
        assertEquals(0.00010293909411895345, Fairness.pValue(120, 68), 1e-10);
    }

    @Test void pValuesFollowTheClosedFormForEvenDegrees() {
        for (int degrees = 2; degrees <= 68; degrees += 2) {
            for (double statistic = 0; statistic < 400; statistic += 3.7) {
                double sum = 0;
                // Poisson: the chance of fewer than degrees / 2 events
                double term = Math.exp(-statistic / 2);
                for (int k = 0; k < degrees / 2; k++) {
                    sum += term;
                    term *= statistic / 2 / (k + 1);
                }
                assertEquals(sum, Fairness.pValue(statistic, degrees), 1e-10, statistic + ", "
                        + degrees);
            }
        }
    }

    @Test void aPValueIsAProbabilityHoweverUnfairTheDrum() {
        for (int degrees : new int[] {25, 68}) {
            double last = 1;
            for (double statistic = 1e-9; statistic < 1e12; statistic *= 1.3) {
                double p = Fairness.pValue(statistic, degrees);
                assertTrue(p >= 0 && p <= last + 1e-12, statistic + ", " + degrees + ": " + p);
                last = p;
            }
            assertEquals(0, last, 1e-10);
        }
    }

    @Test void theStatisticComparesCountsWithEqualOnes() {
        long[] counts = {0, 10, 20, 30};
        assertEquals(10, Fairness.chiSquare(counts, 20, 1), 1e-12); // (10² + 0² + 10²) / 20
        // times 2 / 1: two of three leave the drum together
        assertEquals(20, Fairness.chiSquare(counts, 20, 2), 1e-12);
    }

    @Test void fairWhiteBallsComeToTheirDegreesOfFreedomOnAverage() {
        double sum = 0;
        int rounds = 300;
        for (int round = 0; round < rounds; round++) {
            long[] counts = new long[70];
            for (int i = 0; i < 500; i++) {
                for (int ball : whiteBalls(Tickets.balls(3, 500L * round + i))) {
                    counts[ball]++;
                }
            }
            sum += Fairness.chiSquare(counts, 2500 / 69.0, 5);
        }
        // 64 without the factor for balls that are not put back
        assertEquals(68, sum / rounds, 2.5);
    }

    @Test void theVerdictIsAPlainSentence() {
        List<Row> even = new ArrayList<>();
        List<Row> unfair = new ArrayList<>();
        List<Row> fair = new ArrayList<>();
        for (int i = 0; i < 69 * 26; i++) {
            int[] balls = IntStream.range(0, 6).map(j -> 1 + j).toArray();
            for (int j = 0; j < 5; j++) {
                balls[j] = 1 + (i + 13 * j) % 69;
            }
            balls[5] = 1 + i % 26;
            even.add(ticket(i, balls));
            int[] same = balls.clone();
            same[5] = 1 + i % 25;
            unfair.add(ticket(i, same));
            fair.add(ticket(i, Tickets.balls(42, i)));
        }
        fairness(even.toArray(Row[]::new)).says("""
                Chi-square 0.00 with 68 degrees of freedom, p = 1.0000
                A fair drum does worse in 100.00 % of all cases: suspiciously even.
                """);
        fairness(unfair.toArray(Row[]::new)).says("with 25 degrees of freedom, p = 0.0000\n"
                + "A fair drum does worse in less than 0.01 % of all cases: look closer.\n");
        Matcher verdict = Pattern.compile(
                "p = (0\\.\\d{4})\nA fair drum does worse in (\\d+) % of all cases: nothing "
                + "unusual\\.\n")
                .matcher(fairness(fair.toArray(Row[]::new)).out);
        for (int drum = 0; drum < 2; drum++) {
            assertTrue(verdict.find());
            assertEquals(100 * Double.parseDouble(verdict.group(1)),
                    Double.parseDouble(verdict.group(2)), 0.51);
        }
    }

    @Test void withFewTicketsTheTestSaysThatItSaysLittle() {
        List<Row> tickets = new ArrayList<>();
        for (int i = 0; i < 129; i++) {
            tickets.add(ticket(i, 1 + i % 60, 61, 62, 63, 64, 1 + i % 26));
        }
        String little = "Too few tickets: with fewer than 5 of each number expected, this says "
                + "little.\n";
        String out = fairness(tickets.toArray(Row[]::new)).out;
        assertTrue(out.endsWith(little), out); // 129 of 26: 4.96 expected
        assertEquals(out.indexOf(little), out.lastIndexOf(little),
                "of 69 white balls 9.3 each are expected: " + out);
        assertTrue(fairness(tickets.subList(0, 60).toArray(Row[]::new)).out.split(little, -1)
                .length == 3);
    }

    // ---- Databases ------------------------------------------------------------------------------

    @Test void whatIsWrongWithTheDatabaseIsSaidAndNothingIsMade() throws IOException, SQLException {
        Files.createDirectory(folder.resolve("folder.db"));
        Files.writeString(folder.resolve("text.db"),
                "not a database, but long enough to be one ".repeat(100));
        Files.createFile(folder.resolve("nothing.db"));
        try (Run pipe = Run.start(folder, List.of("mkfifo", "pipe.db"))) {
            assertEquals(0, pipe.exitCode(), pipe.err());
        }
        SqliteDatabase.execute(folder.resolve("table.db"), "CREATE TABLE other (a)");
        SqliteDatabase.execute(folder.resolve("columns.db"),
                "CREATE TABLE powerball_results AS SELECT 'a' AS a, 'b' AS b");
        SqliteDatabase.execute(folder.resolve("rows.db"), SqliteDatabase.CREATE_TABLE);
        Map<String, String> sentences = new LinkedHashMap<>();
        sentences.put("none.db", "none.db does not exist.");
        sentences.put("none/none.db", "none/none.db does not exist.");
        sentences.put("folder.db", "folder.db is not a file.");
        sentences.put("pipe.db", "pipe.db is not a file.");
        sentences.put("/dev/null", "/dev/null is not a file.");
        sentences.put("text.db", "text.db is not a SQLite database.");
        String table = " has no table powerball_results. The ingest makes it.";
        sentences.put("nothing.db", "nothing.db" + table);
        sentences.put("table.db", "table.db" + table);
        sentences.put("columns.db", "columns.db cannot be used: SQLite says: [SQLITE_ERROR] SQL"
                + " error or missing database (no such column: powerball_1).");
        sentences.put("rows.db",
                "rows.db has no rows in table powerball_results. The ingest stores some.");
        store(folder.resolve("locked.db"), List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        sentences.put("locked.db", "locked.db is locked.");
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
        refused("exec $([ $(id -u) != 0 ] || echo " + withoutPrivilege + ") " + quoted(WINNING),
                cannotBeOpened("powerball_data.db"));
    }

    private static String cannotBeOpened(String db) {
        return db + " cannot be opened: [SQLITE_CANTOPEN] Unable to open the database file (unable"
                + " to open database file). SQLite must be allowed to read it and to write in its"
                + " folder, to read alone, too, if it has a write-ahead log. Rows may be in "
                + db + "-wal, which must stay beside it.";
    }

    @Test void aJournalThatWasLeftIsNamed() throws SQLException, IOException {
        try (Connection writer = connect(folder.resolve(
                "live.db")); Statement sql = writer.createStatement()) {
            sql.execute(SqliteDatabase.CREATE_TABLE);
            SqliteDatabase.insert(writer, tickets(0, 5000));
            // so that changes are in the file before they are committed
            sql.execute("PRAGMA cache_size = 5");
            sql.execute("BEGIN");
            sql.execute("UPDATE powerball_results SET powerball_1 = 9");
            Files.copy(folder.resolve("live.db"), db());
            Files.copy(folder.resolve("live.db-journal"),
                    folder.resolve("powerball_data.db-journal"));
        }
        refused(quoted(WINNING),
                "powerball_data.db was left in the middle of a transaction, and its journal,"
                + " powerball_data.db-journal, has to be rolled back before it can be read: open"
                + " it once with a program that may write, such as sqlite3. Never move the"
                + " database without that journal.");
        SqliteDatabase.query(db(), "SELECT count(*) FROM powerball_results"); // as it advises
        run(WINNING).says("Tickets: 5,000 in powerball_data.db\n");
    }

    @Test void aWriteAheadLogOnAReadOnlyMountIsNamed() {
        assumeMounts();
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        SqliteDatabase.query(db(), "PRAGMA journal_mode = WAL");
        refused("mkdir mnt; mount -t tmpfs tmpfs mnt; cp powerball_data.db mnt; mount -o "
                + "remount,ro mnt; exec "
                + quoted("--db", "mnt/powerball_data.db"),
                cannotBeOpened("mnt/powerball_data.db"));
    }

    @Test void aDiskThatFailsAndAFileSystemWithoutLocksAreNotAnotherProgram() {
        assumeWorks("strace -o /dev/null true");
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        String strace = "exec strace -f -qq -o /dev/null -P " + db();
        refused(strace + " -e inject=pread64:error=EIO " + quoted(WINNING),
                "powerball_data.db cannot be used: SQLite says: \\[SQLITE_IOERR.*disk I/O error"
                + ".*\\.");
        refused(strace + " -e inject=fcntl:error=ENOLCK " + quoted(WINNING),
                "powerball_data.db is locked.");
    }

    @Test void whatTheDriverLacksIsSaidInOneSentence() {
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        refused(quoted(WINNING).replace(Run.driver() + ":", ""),
                "The SQLite driver is not in lib/. Run ./build.sh once.");
        refused(quoted("--db", "jdbc:duckdb:data"), "No driver for jdbc:duckdb: is in lib/. Put"
                + " org.duckdb:duckdb_jdbc there, and run ./build.sh again.");
    }

    @Test void aTemporaryFolderThatIsMountedNoexecIsCuredByAnother() throws IOException {
        assumeMounts();
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        String mounted = "mkdir mnt; mount -t tmpfs -o noexec tmpfs mnt; exec ";
        String command = String.join("' '", command(List.of(), WINNING))
                .replaceFirst("-Dorg.sqlite.lib.path=[^']*", "-Djava.io.tmpdir=mnt");
        refused(mounted + "'" + command + "'",
                "powerball_data\\.db cannot be opened: No native library found .*\\. The driver"
                + " unpacks native code into mnt\\. Where it may not do so or not run it, name"
                + " another folder: java -Dorg\\.sqlite\\.tmpdir=FOLDER");
        String cured = command.replace("-Djava.io.tmpdir=mnt", "-Djava.io.tmpdir=mnt' '"
                + "-Dorg.sqlite.tmpdir=" + Files.createTempDirectory(scratch, "driver"));
        try (Run run = Run.start(folder, List.of("unshare", "-m", "sh", "-c",
                mounted.replace("mkdir mnt; ", "")
                + "'" + cured + "'"))) {
            assertEquals(0, run.exitCode(), run.err());
        }
    }

    @Test void aPathThatTheLocaleCannotWriteIsToldWithTheLocale() {
        try (Run run = Run.start(folder, List.of("bash", "-c", "LC_ALL=C " + quoted("--db")
                + " $'\\303\\251.db'"))) {
            assertEquals(2, run.exitCode(), run.out());
            assertTrue(run.err().startsWith(
                    "--db must be a path that can be written in the locale's encoding,"
                    + " ANSI_X3.4-1968: "), run.err());
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

    @Test void aMillionTicketsNeedLittleMemoryAndALongRunSaysHowFarItIs() throws SQLException {
        aMillionRows();
        try (Run run = Run.start(folder, command(List.of("-Xmx64m"), WINNING))) {
            pauseWhileReading(run, run.process.pid(), 5_200);
            assertEquals(0, run.exitCode(), run.err());
            Report report = new Report(run.out());
            report.says("Tickets: 1,000,000 in powerball_data.db\n");
            assertEquals(333_334, report.tier("PB").winners); // more than there would be room for
            assertTrue(run.err().matches("(\\d+% [\\d,]+ of 1,000,000 tickets, [\\d:]+ elapsed,"
                    + " [\\d:]+ left, [\\d,]+ tickets/s\n)+"), run.err());
        }
    }

    @Test void onATerminalALongRunIsShownInPlace() throws SQLException, IOException {
        assumeScript();
        aMillionRows();
        Path pid = folder.resolve("pid");
        try (Run run = inTerminal("echo $$ > pid; exec ", "", WINNING)) {
            Run.await("its process", () -> Files.exists(pid) && !read(pid).isBlank());
            pauseWhileReading(run, Long.parseLong(read(pid).strip()), 1_200);
            assertEquals(0, run.exitCode(), run.out());
            assertTrue(run.out().matches(
                    "(?s).*\r\033\\[\\?7l +\\d+% \\[[#-]+\\] [\\d,]+ of 1,000,000 tickets.*"
                    + "\r\033\\[\\?7l +\033\\[\\?7h\rtier .*"),
                    run.out());
        }
    }

    // ---- What is printed ------------------------------------------------------------------------

    @Test void theOutputIsPlainAndFitsEightyColumns() {
        List<Row> tickets = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            // very unfair: large figures everywhere
            tickets.add(ticket(i, 1 + i % 60, 10, 20, 30, 40, 6));
        }
        tickets.add(ticket(20_000, 10, 20, 30, 40, 50, 6).with("transaction_id", "a")
                .with("first_name", "Maximilian ".repeat(9)));
        Report report = report(List.of("--fairness", "--jackpot", "10000000000"),
                tickets.toArray(Row[]::new));
        for (String line : report.out.split("\n")) {
            assertTrue(line.codePointCount(0, line.length()) <= 80, line);
            assertEquals(line, line.stripTrailing());
        }
        assertFalse(NOT_PRINTABLE.matcher(report.out).find());
        assertTrue(report.luckiest().get(0).matches("5 \\+ PB +\\$\\S+  Maximilian Maximilian .*"),
                report.out);
    }

    /** With the line of the next prompt, and the command above, it fills the terminal. */
    @Test void numbersTiersAndLuckiestFitATerminalOfTwentyFourLines() {
        List<Row> tickets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            tickets.add(ticket(i, Tickets.balls(42, i)));
        }
        store(tickets);
        String out = run("--seed", "2026").out;
        assertEquals(22, out.lines().count(), out);
        assertTrue(out.startsWith("Winning numbers: 20 26 27 44 49, Powerball 15\n"), out);
        assertEquals(5, new Report(out).luckiest().size(), out);
    }

    @Test void textFromRowsIsPrintedWithoutControlCharacters() {
        Report report = report(
                ticket(1, 10, 20, 30, 40, 50, 6).with("first_name", "Mia\033[31m\r\n")
                        .with("last_name", "O'Bri\u009ben\u0007")
                        .with("city", "Coeur d'\u202eAlene").with("state", "I\tD"),
                ticket(2, 10, 20, 30, 40, 50, 7).with("first_name", "Zoë")
                        .with("last_name", "100%d %n"));
        assertEquals(List.of("5 + PB    $20,000,000  Mia?[31m?? O'Bri?en?, Coeur d'?Alene, I?D",
                "5          $1,000,000  Zoë 100%d %n, Reno, NV"), report.luckiest());
        assertFalse(NOT_PRINTABLE.matcher(report.out).find());
    }

    /**
     * Of 144 tickets 10.4 are expected to have a white ball, 5.5 a Powerball; deviations 3.1 and
     * 2.3.
     */
    @Test void barsShowStandardDeviations() {
        List<Row> tickets = new ArrayList<>();
        int[] white = IntStream.rangeClosed(1, 69).toArray();
        for (int i = 0; i < 144; i++) {
            int[] balls = new int[6];
            for (int j = 0; j < 5; j++) {
                balls[j] = white[(5 * i + j) % 69];
            }
            balls[0] = i < 12 ? 69 : balls[0];
            balls[5] = 1 + i % 12;
            tickets.add(ticket(i, balls));
        }
        Report report = fairness(tickets.toArray(Row[]::new));
        report.says("How often each white ball came up, beside the 10.4 times expected (|)\n"
                + "Each # is half a standard deviation (1.6); < and > go beyond the bar\n");
        report.says("How often each Powerball came up, beside the 5.5 times expected (|)\n"
                + "Each # is half a standard deviation (1.2); < and > go beyond the bar\n");
        assertTrue(report.cells.get("white 69").matches("2\\d       \\|#####>"), report.out);
        assertEquals("12       |######", report.cells.get("red 1"), "2.8 deviations, 5.6 halves");
        assertEquals(" 0  #####|", report.cells.get("red 13"), "2.4 deviations, 4.8 halves");
    }

    @Test void aNumberThatNeverComesUpIsOffTheBar() {
        List<Row> tickets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            tickets.add(ticket(i, 1, 2, 3, 4, 5, 6));
        }
        Report report = fairness(tickets.toArray(Row[]::new));
        assertEquals("1,000       |#####>", report.cells.get("white 1"));
        assertEquals("    0 <#####|", report.cells.get("red 26"));
    }

    @Test void theDrumsAreShownWhenAskedFor() {
        assertFalse(report(ticket(1, 1, 2, 3, 4, 5, 6)).out.contains("How often"));
    }

    @Test void outputThatCannotBeWrittenIsAFailure() {
        store(List.of(ticket(1, 10, 20, 30, 40, 50, 6)));
        String sentence = "The output could not be written completely.";
        refused(quoted(WINNING) + " >/dev/full", sentence);
        refused(quoted("--help") + " >/dev/full", sentence);
        refused("set -o pipefail; (" + quoted(WINNING) + ") | true", sentence);
    }

    @Test void coloursAreForTerminalsOnly() {
        assumeScript();
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6)));
        String[] winning = Stream.concat(Stream.of(WINNING), Stream.of("--fairness"))
                .toArray(String[]::new);
        List<Run> runs = List.of(inTerminal("", "", winning), inTerminal("NO_COLOR= ", "", winning),
                inTerminal("NO_COLOR=1 ", "", winning), inTerminal("", " | cat", winning),
                inTerminal("TERM=dumb ", "", winning));
        List<String> outs = new ArrayList<>();
        for (Run run : runs) {
            try (run) {
                assertEquals(0, run.exitCode(), run.out());
                outs.add(run.out().replace("\r\n", "\n"));
            }
        }
        String coloured = outs.get(0);
        assertTrue(coloured.startsWith(
                "Winning numbers: \033[30;47m10 20 30 40 50\033[0m,"
                + " Powerball \033[97;41m6\033[0m\n"), coloured);
        assertTrue(coloured.contains(" 1 1       |\033[30;47m#####>\033[0m"), coloured);
        assertTrue(coloured.contains(" 6 1       |\033[97;41m#####>\033[0m"), coloured);
        assertFalse(NOT_PRINTABLE.matcher(coloured.replaceAll("\033\\[[0-9;]+m", "")).find(),
                "only colours");
        assertEquals(coloured, outs.get(1), "an empty NO_COLOR is none");
        assertEquals(outs.get(3), outs.get(2), "NO_COLOR is as plain as a pipe");
        assertEquals(outs.get(3), outs.get(4), "a dumb terminal takes no escape sequences");
        assertEquals(run(winning).out, outs.get(2));
        assertEquals(coloured.replaceAll("\033\\[[0-9;]+m", "").replaceAll("(?m) +$", ""),
                outs.get(2));
    }

    // ---- Usage ----------------------------------------------------------------------------------

    @Test void wrongUsageIsExplained() {
        Map<List<String>, String> messages = new LinkedHashMap<>();
        String six = "the winning numbers must be five different white balls and one Powerball, "
                + "not ";
        messages.put(List.of("1"), six + "\"1\"");
        messages.put(List.of("1", "2", "3", "4", "5"), six + "\"1 2 3 4 5\"");
        messages.put(List.of("1", "2", "3", "4", "5", "6", "7"), six + "\"1 2 3 4 5 6 7\"");
        messages.put(List.of("1", "2", "3", "4", "1", "6"), six + "\"1 2 3 4 1 6\"");
        messages.put(List.of("0", "2", "3", "4", "5", "6"),
                "a white ball must be a whole number from 1 to 69, not \"0\"");
        messages.put(List.of("1", "2", "3", "4", "70", "6"),
                "a white ball must be a whole number from 1 to 69, not \"70\"");
        messages.put(List.of("1", "2", "x\033", "4", "5", "6"),
                "a white ball must be a whole number from 1 to 69, not \"x?\"");
        messages.put(List.of("1", "2", "3", "4", "-5", "6"),
                "a white ball must be a whole number from 1 to 69, not \"-5\"");
        messages.put(List.of("1", "2", "3", "4", "5", "27"),
                "the Powerball must be a whole number from 1 to 26, not \"27\"");
        messages.put(List.of("--seed", "-1"),
                "--seed must be a whole number from 0 to 1,000,000,000,000,000,000, not \"-1\"");
        messages.put(List.of("--seed", "1000000000000000001"),
                "--seed must be a whole number from 0 to 1,000,000,000,000,000,000, not "
                + "\"1000000000000000001\"");
        messages.put(List.of("--seed", "1", "1", "2", "3", "4", "5", "6"),
                "--seed is for drawing: give it or the winning numbers, not both");
        messages.put(List.of("--jackpot", "0"),
                "--jackpot must be a whole number from 1 to 10,000,000,000, not \"0\"");
        messages.put(List.of("--jackpot", "lots"),
                "--jackpot must be a whole number from 1 to 10,000,000,000, not \"lots\"");
        messages.put(List.of("--luckiest", "1001"),
                "--luckiest must be a whole number from 0 to 1,000, not \"1001\"");
        messages.put(List.of("--db"), "--db needs a value");
        messages.put(List.of("--db", ""), "--db must be a path without a question mark, and"
                + " without a space at either end, not \"\"");
        // and its password must not be repeated
        String misplaced = "a JDBC URL must be given as --db URL";
        messages.put(List.of("jdbc:none:p"), misplaced);
        messages.put(List.of("--seed", "JDBC:none:p"), misplaced);
        messages.put(List.of("--seed=jdbc:none:p"), misplaced);
        String accepted = "--db must be the path of a file, for SQLite, or a JDBC URL that begins"
                + " with jdbc:postgresql:, jdbc:mariadb:, jdbc:mysql: or jdbc:duckdb:";
        for (String almost : List.of("postgresql://ann:p@x/y", " jdbc:x://y?password=p",
                "JDBC:x://ann:p@y", "ann:p@x/y", "host=x password=p", "jdbc:sqlite:a.db")) {
            messages.put(List.of("--db", almost), accepted);
        }
        messages.put(List.of("--db", "a", "--db", "b"), "--db must be given once, not twice");
        messages.put(List.of("--dbs", "a"), "no such option: --dbs");

        messages.forEach((arguments, message) ->
                assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> Options.parse(arguments.toArray(String[]::new))).getMessage()));

        try (Run run = start("1")) {
            assertEquals(2, run.exitCode());
            assertEquals("", run.out());
            assertEquals(six + "\"1\"\nSee --help.\n", run.err());
        }
        assertEquals(List.of(), files());
    }

    @Test void helpIsNotAnError() {
        Report help = run("--help");
        assertTrue(help.out.startsWith("Usage: java -jar build/winners.jar [numbers]"),
                help.out);
        help.says("--jackpot DOLLARS");
    }

    // ---- Tools ----------------------------------------------------------------------------------

    private Path db() {
        return folder.resolve("powerball_data.db");
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String balls(Numbers numbers) {
        return numbers.whiteBalls().toString().replaceAll("[^0-9 ]", "") + " "
                + numbers.powerball();
    }

    /** A row with these five white balls and the Powerball. */
    private static Row ticket(int id, int... balls) {
        return Row.of(id).with("transaction_id", String.format("id-%08d", id))
                .with("first_name", "Ann").with("last_name", String.valueOf(id)).withBalls(balls);
    }

    private static List<Row> tickets(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> ticket(i, 1, 2, 3, 4, 5, 6)).toList();
    }

    /** The first five of a ticket's balls. */
    private static Set<Integer> whiteBalls(int[] balls) {
        return new TreeSet<>(IntStream.of(balls).limit(5).boxed().toList());
    }

    private static Connection connect(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file.toUri());
    }

    private void store(List<Row> tickets) {
        store(db(), tickets);
    }

    /** Stores rows in a new file. */
    private static void store(Path file, List<Row> tickets) {
        store(file, SqliteDatabase.CREATE_TABLE, tickets);
    }

    private static void store(Path file, String create, List<Row> tickets) {
        try {
            Files.deleteIfExists(file);
            try (Connection connection = connect(
                    file); Statement sql = connection.createStatement()) {
                sql.execute(create);
                sql.execute("BEGIN");
                SqliteDatabase.insert(connection, tickets);
                sql.execute("COMMIT");
            }
        } catch (IOException | SQLException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * A table of as many, of which none has a white ball that WINNING has, and every third has its
     * Powerball.
     */
    private void aMillionRows() throws SQLException {
        try (Connection connection = connect(db()); Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA synchronous = OFF");
            sql.execute(SqliteDatabase.CREATE_TABLE);
            sql.execute("WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE "
                    + "i < 999999)"
                    + " INSERT INTO powerball_results (transaction_id, first_name, last_name,"
                    + " city, state, powerball_1, powerball_2, powerball_3, powerball_4,"
                    + " powerball_5, powerball_number) SELECT "
                    + "printf('00000000-0000-7000-8000-%012d', i), 'Ann', 'Lee', 'Reno', 'NV',"
                    + " 1 + i % 9, 11, 22, 33, 51 + i % 19, iif(i % 3, 7, 6) FROM n");
        }
    }

    /** The command that starts Winners, as compiled, with options for the JVM. */
    private static List<String> command(List<String> jvm, String... arguments) {
        return Programs.command("Winners", jvm, arguments);
    }

    private Run start(String... arguments) {
        List<String> utf8 = List.of("-Dfile.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8");
        return Run.start(folder, command(utf8, arguments));
    }

    private Report run(String... arguments) {
        try (Run run = start(arguments)) {
            assertEquals(0, run.exitCode(), run.err());
            assertEquals("", run.err());
            return new Report(run.out());
        }
    }

    /** What is printed for these tickets and WINNING. */
    private Report report(Row... tickets) {
        return report(List.of(), tickets);
    }

    private Report report(List<String> options, Row... tickets) {
        store(List.of(tickets));
        return run(Stream.concat(Stream.of(WINNING), options.stream()).toArray(String[]::new));
    }

    /**
     * Checks that a command of a shell ends with 1 and a sentence, as it stands or as a pattern.
     */
    private void refused(String command, String sentence) {
        List<String> shell = List.of("bash", "-c", command);
        // in a namespace of its own, which takes the mounts with it
        if (command.contains("mount ")) {
            shell = List.of("unshare", "-m", "bash", "-c", command);
        }
        try (Run run = Run.start(folder, shell)) {
            assertEquals(1, run.exitCode(), run.out() + run.err());
            boolean asTold = run.err().equals(sentence + "\n");
            assertTrue(asTold || run.err().matches(sentence + "\n"), sentence + "\nis not\n"
                    + run.err());
        }
    }

    /** The command that starts Winners, as a shell takes it. */
    private String quoted(String... arguments) {
        return "'" + String.join("' '", command(List.of(), arguments)) + "'";
    }

    /** The same, with the drums. */
    private Report fairness(Row... tickets) {
        return report(List.of("--fairness"), tickets);
    }

    /** Skips a test where a command does not work: it is not there, or needs root. */
    private static void assumeWorks(String command) {
        try (Run run = Run.start(Run.PROJECT, List.of("bash", "-c", command))) {
            assumeTrue(run.exitCode() == 0, "needs a command that works: " + command + "\n"
                    + run.err());
        }
    }

    private static void assumeMounts() {
        assumeWorks("unshare -m mount -t tmpfs tmpfs /mnt");
    }

    private static void assumeScript() {
        assumeWorks("script --version"); // of util-linux: it makes a terminal
    }

    /**
     * Runs it in a terminal of its own, with text before and behind the command; both outputs are
     * one.
     */
    private Run inTerminal(String before, String behind, String... arguments) {
        String command = before + "'" + String.join("' '", command(List.of(), arguments)) + "'"
                + behind;
        return Run.start(folder, List.of("bash", "-c",
                "unset NO_COLOR; exec script -qec \"$0\" /dev/null", command));
    }

    /** Stops a process that has begun to read rows for a while, as a slow disk would. */
    private static void pauseWhileReading(Run run, long pid, long millis) {
        Run.await("the first lines", () -> run.out().contains("Tickets: ")
                || !run.process.isAlive());
        signal("STOP", pid);
        try {
            assertFalse(run.process.waitFor(millis, TimeUnit.MILLISECONDS), run.out() + run.err());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        signal("CONT", pid);
        signal("CONT", run.process.pid()); // script stops when its command does
    }

    private static void signal(String name, long pid) {
        try (Run kill = Run.start(Run.PROJECT,
                List.of("bash", "-c", "kill -" + name + " " + pid))) {
            assertEquals(0, kill.exitCode(), kill.err());
        }
    }

    /** What Winners has printed, taken apart. */
    private record Report(String out, Map<String, String> cells) {

        Report(String out) {
            this(out, cells(out));
        }

        void says(String text) {
            assertTrue(out.contains(text), text + " is not in\n" + out);
        }

        /** A line of the table of tiers. */
        Line tier(String name) {
            Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name)
                    + " {2,}(\\$\\S+)? +([\\d,]+\\.\\d\\d) +([\\d,]+\\.\\d\\d)"
                    + " +([\\d,]+) +(\\$\\S+)$").matcher(out);
            assertTrue(line.find(), name + " is not in\n" + out);
            return new Line(line.group(1), line.group(2), line.group(3),
                    Integer.parseInt(line.group(4).replace(",", "")),
                    line.group(5));
        }

        /** Of every tier its name, prize, winners and what is paid. */
        String prizes() {
            StringBuilder prizes = new StringBuilder();
            for (String name : List.of("5 + PB", "5", "4 + PB", "4", "3 + PB", "3", "2 + PB",
                    "1 + PB", "PB", "any")) {
                Line line = tier(name);
                prizes.append(name).append(' ').append(line.prize == null ? "" : line.prize)
                        .append(' ').append(line.winners)
                        .append(' ').append(line.paid).append('\n');
            }
            return prizes.toString();
        }

        List<String> luckiest() {
            Matcher list = Pattern.compile("\nThe luckiest buyers\n((?:.+\n)*)").matcher(out);
            assertTrue(list.find(), out);
            return list.group(1).lines().toList();
        }

        /** How often "white 1" to "red 26" came up, without commas. */
        Map<String, String> counts() {
            Map<String, String> counts = new LinkedHashMap<>(cells);
            counts.replaceAll((number, cell) -> cell.replaceAll("[^0-9]", ""));
            return counts;
        }

        /** Count and bar of "white 1" to "red 26". */
        private static Map<String, String> cells(String out) {
            Map<String, String> cells = new LinkedHashMap<>();
            String drum = "";
            for (String line : out.lines().toList()) {
                if (line.startsWith("How often")) {
                    drum = line.contains("white") ? "white " : "red ";
                }
                Matcher cell = Pattern.compile("([ \\d]\\d) ([ \\d,]* [ <#]*\\|[#>]*)( +|$)")
                        .matcher(line);
                while (!drum.isEmpty() && line.matches("[ \\d]\\d .*") && cell.find()) {
                    cells.put(drum + cell.group(1).strip(), cell.group(2));
                }
            }
            return cells;
        }
    }

    private record Line(String prize, String odds, String expected, int winners, String paid) {
    }
}
