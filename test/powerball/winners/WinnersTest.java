package powerball.winners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import powerball.Tickets;
import powerball.tools.Row;
import powerball.tools.SqliteDatabase;

/** Winners: the rules of the game, the counting, and the test of fairness. */
class WinnersTest extends WinnersRuns {

    // ---- The rules ------------------------------------------------------------------------------

    @Test void theOddsAreCountedFromTheRules() {
        assertEquals(292_201_338, Tier.TICKETS);
        assertEquals(List.of(1L, 25L, 320L, 8_000L, 20_160L, 504_000L, 416_640L, 3_176_880L,
                7_624_512L),
                Stream.of(Tier.values()).map(Tier::ways).toList());
        assertEquals(11_750_538, Stream.of(Tier.values()).mapToLong(Tier::ways).sum());
    }

    @Test void theOddsArePrintedAsTheGamePublishesThem() {
        PrintedReport report = report(ticket(1, 1, 2, 3, 4, 5, 1));
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
        published.forEach((tier, odds) -> assertEquals(odds, report.tier(tier).odds(), tier));
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
        PrintedReport report = report(tickets.toArray(Row[]::new));
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
        List<String> numbers = new ArrayList<>(drawn.stream().map(String::valueOf).toList());
        numbers.addAll(List.of(String.valueOf(winner[5]), "--fairness"));
        PrintedReport report = run(numbers.toArray(String[]::new));
        assertEquals(1, expected.get("5 + PB"));
        for (String tier : List.of("5 + PB", "5", "4 + PB", "4", "3 + PB", "3", "2 + PB", "1 + PB",
                "PB", "any")) {
            assertEquals(expected.getOrDefault(tier, 0), report.tier(tier).winners(), tier);
        }
        assertEquals("4,021.38", report.tier("any").expected());
        report.says("Sales $200,000, paid ");

        Map<String, String> counts = report.counts();
        assertEquals(69 + 26, counts.size());
        String whiteBalls = IntStream.rangeClosed(1, 5)
                .mapToObj(i -> "SELECT powerball_" + i + " AS ball FROM powerball_results")
                .collect(Collectors.joining(" UNION ALL "));
        for (String row : SqliteDatabase.query(db(),
                "SELECT ball, count(*) FROM (" + whiteBalls + ") GROUP BY ball")) {
            assertEquals(row.split("\\|")[1], counts.get("white " + row.split("\\|")[0]), row);
        }
        for (String row : SqliteDatabase.query(db(),
                "SELECT powerball_number, count(*) FROM powerball_results GROUP BY 1")) {
            assertEquals(row.split("\\|")[1], counts.get("red " + row.split("\\|")[0]), row);
        }
    }

    @Test void allWhoWinTheJackpotShareIt() {
        PrintedReport report = report(List.of("--jackpot", "300,000,000"),
                ticket(1, 10, 20, 30, 40, 50, 6),
                ticket(2, 50, 40, 30, 20, 10, 6), ticket(3, 10, 20, 30, 40, 50, 6));
        assertEquals("$300,000,000", report.tier("5 + PB").paid());
        assertEquals("$300,000,000", report.tier("5 + PB").prize());
        assertEquals(3, report.tier("5 + PB").winners());
        report.says("The jackpot is assumed to be $300,000,000 (--jackpot); its winners share it.");
        report.says("Sales $6, paid $300,000,000, left -$299,999,994");
        assertEquals("5 + PB   $100,000,000  Ann 1, Reno, NV", report.luckiest().get(0));
    }

    @Test void nobodyMayWin() {
        PrintedReport report = report(ticket(1, 1, 2, 3, 4, 5, 7), ticket(2, 10, 20, 3, 4, 5, 7));
        assertEquals(0, report.tier("any").winners());
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
        PrintedReport none = report(List.of("--luckiest", "0"), tickets.toArray(Row[]::new));
        assertFalse(none.out().contains("luckiest") || none.out().contains("Nobody"), none.out());
    }

    @Test void aBallThatIsOnATicketTwiceMatchesOnceAndIsMentioned() {
        PrintedReport report = fairness(ticket(1, 10, 10, 10, 10, 10, 6),
                ticket(2, 10, 20, 30, 30, 20, 7), ticket(3, 1, 2, 3, 4, 5, 7),
                ticket(4, 10, 20, 30, 40, 40, 6));
        assertEquals(1, report.tier("1 + PB").winners());
        assertEquals(1, report.tier("3").winners());
        assertEquals(1, report.tier("4 + PB").winners());
        assertEquals(3, report.tier("any").winners());
        report.says("Tickets with the same ball twice: 3. A match is counted once.");
        assertEquals("7", report.counts().get("white 10"),
                "the test of fairness counts all of them");
        assertFalse(report(ticket(1, 1, 2, 3, 4, 5, 6)).out().contains("twice"));
    }

    @Test void aSecondRunWithThePrintedSeedRepeatsTheDraw() {
        store(List.of(ticket(1, 1, 2, 3, 4, 5, 6), ticket(2, 11, 12, 13, 14, 15, 16)));
        PrintedReport first = run();
        Matcher seed = Pattern.compile("--seed (\\d+) draws the same again").matcher(first.out());
        assertTrue(seed.find(), first.out());
        assertEquals(first.out(), run("--seed", seed.group(1)).out());
        assertNotEquals(first.out(), run().out(), "another moment, another draw");
        assertTrue(run("--seed", "42").out().startsWith(
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
        PrintedReport ascending = report(ticket(1, 10, 20, 30, 40, 50, 6));
        assertEquals(ascending.out(), run("50", "10", "40", "20", "30", "6").out());
        assertTrue(ascending.out().startsWith(
                "Winning numbers: 10 20 30 40 50, Powerball 6\nTickets: 1 in"), ascending.out());
        assertFalse(ascending.out().contains("seed"));
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
                A fair drum does worse in 100.00% of all cases: suspiciously even.
                """);
        fairness(unfair.toArray(Row[]::new)).says("with 25 degrees of freedom, p = 0.0000\n"
                + "A fair drum does worse in less than 0.01% of all cases: look closer.\n");
        Matcher verdict = Pattern.compile(
                "p = (0\\.\\d{4})\nA fair drum does worse in (\\d+)% of all cases: nothing "
                + "unusual\\.\n")
                .matcher(fairness(fair.toArray(Row[]::new)).out());
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
        String out = fairness(tickets.toArray(Row[]::new)).out();
        assertTrue(out.endsWith(little), out); // 129 of 26: 4.96 expected
        assertEquals(out.indexOf(little), out.lastIndexOf(little),
                "of 69 white balls 9.3 each are expected: " + out);
        assertTrue(fairness(tickets.subList(0, 60).toArray(Row[]::new)).out().split(little, -1)
                .length == 3);
    }

    // ---- Tools ----------------------------------------------------------------------------------

    private static String balls(Numbers numbers) {
        return numbers.whiteBalls().toString().replaceAll("[^0-9 ]", "") + " "
                + numbers.powerball();
    }

    /** The first five of a ticket's balls. */
    private static Set<Integer> whiteBalls(int[] balls) {
        return new TreeSet<>(IntStream.of(balls).limit(5).boxed().toList());
    }
}
