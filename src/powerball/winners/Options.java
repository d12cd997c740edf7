package powerball.winners;

import static powerball.terminal.Arguments.require;

import java.security.SecureRandom;
import java.util.List;
import powerball.database.Database;
import powerball.terminal.Arguments;

/**
 * The options of a draw and its report.
 *
 * @param areDrawn whether the numbers were drawn, not given
 * @param seed of the draw
 * @param jackpot in dollars
 * @param luckiest how many buyers are named
 */
record Options(Numbers numbers, boolean areDrawn, long seed, Database database, long jackpot,
        long luckiest, boolean showsFairness) {

    static final String USAGE = """
            Usage: java -jar build/winners.jar [numbers] [options]

              numbers            w1 w2 w3 w4 w5 powerball, the winning numbers: five from
                                 1 to 69 and one from 1 to 26 (drawn at random)
              --db DATABASE      as for the ingest: a file, or a JDBC URL
                                 (powerball_data.db)
              --seed S           of the draw, 0 to 10^18 (a new one every time);
                                 the same seed draws the same numbers
              --jackpot DOLLARS  the pot, 1 to 10,000,000,000 (20,000,000)
              --luckiest N       name N buyers, 0 to 1,000 (5)
              --fairness         also show each number's count, as bars, and a
                                 chi-square test of each drum
              --help             show this""";

    private static final long MAX_SEED = 1_000_000_000_000_000_000L; // as for the ingest
    private static final long MAX_JACKPOT = 10_000_000_000L;
    private static final long USUAL_JACKPOT = 20_000_000;
    private static final int MAX_LUCKIEST = 1000; // held in memory
    private static final int USUAL_LUCKIEST = 5; // with them, all fits a terminal of 24 lines

    /** @throws IllegalArgumentException if something is not accepted; the message says what is */
    static Options parse(String[] typed) {
        Arguments given = Arguments.parse(typed,
                List.of("--db", "--seed", "--jackpot", "--luckiest"), List.of("--fairness"));
        boolean areDrawn = given.words().isEmpty();
        require(areDrawn || !given.has("--seed"),
                "--seed is for drawing: give it or the winning numbers, not both");
        // Not from the clock: two draws at the same moment must differ.
        long seed = given.number("--seed", 0, MAX_SEED, new SecureRandom().nextLong(MAX_SEED));
        return new Options(
                areDrawn ? Numbers.draw(seed) : Numbers.parse(given.words()), areDrawn, seed,
                Database.named(given.text("--db", "powerball_data.db")),
                given.number("--jackpot", 1, MAX_JACKPOT, USUAL_JACKPOT),
                given.number("--luckiest", 0, MAX_LUCKIEST, USUAL_LUCKIEST),
                given.has("--fairness"));
    }
}
