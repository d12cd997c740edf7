package powerball.winners;

import static powerball.terminal.Arguments.require;

import java.security.SecureRandom;
import java.util.List;
import powerball.database.Database;
import powerball.terminal.Arguments;

/** What is to be drawn and shown. */
final class Options {

    static final String USAGE = """
            Usage: java -jar build/winners.jar [numbers] [options]

              numbers            w1 w2 w3 w4 w5 powerball, the winning numbers: five from
                                 1 to 69 and one from 1 to 26 (drawn at random)
              --db DATABASE      as for the ingest: a file, or a JDBC URL
                                 (powerball_data.db)
              --seed S           of the draw, 0 to 10^18 (a new one every time);
                                 the same seed draws the same numbers
              --jackpot DOLLARS  what is in the pot, 1 to 10,000,000,000
                                 (20,000,000)
              --luckiest N       how many buyers are named, 0 to 1,000 (5)
              --fairness         also how often each number came up, as bars, and
                                 what a chi-square test says about the drums
              --help             show this""";

    private static final long MAX_SEED = 1_000_000_000_000_000_000L; // as for the ingest
    private static final long MAX_JACKPOT = 10_000_000_000L;
    private static final long USUAL_JACKPOT = 20_000_000;
    private static final int MAX_LUCKIEST = 1000; // held in memory
    private static final int USUAL_LUCKIEST = 5; // with them, all fits a terminal of 24 lines

    private final Arguments given;
    private final long seed;
    private final Numbers numbers;
    private final Database database;
    private final long jackpot;
    private final long luckiest;

    private Options(Arguments given) {
        this.given = given;
        require(areDrawn() || !given.has("--seed"),
                "--seed is for drawing: give it or the winning numbers, not both");
        // Not from the clock: two draws at the same moment must differ.
        seed = given.number("--seed", 0, MAX_SEED, new SecureRandom().nextLong(MAX_SEED));
        numbers = areDrawn() ? Numbers.draw(seed) : Numbers.parse(given.words());
        database = Database.named(given.text("--db", "powerball_data.db"));
        jackpot = given.number("--jackpot", 1, MAX_JACKPOT, USUAL_JACKPOT);
        luckiest = given.number("--luckiest", 0, MAX_LUCKIEST, USUAL_LUCKIEST);
    }

    /** @throws IllegalArgumentException if something is not accepted; the message says what is */
    static Options parse(String[] typed) {
        Database.refuseMisplacedUrl(typed);
        return new Options(Arguments.parse(typed,
                List.of("--db", "--seed", "--jackpot", "--luckiest"), List.of("--fairness")));
    }

    /** Whether the numbers were drawn, not given. */
    boolean areDrawn() {
        return given.words().isEmpty();
    }

    Numbers numbers() {
        return numbers;
    }

    /** Of the draw. */
    long seed() {
        return seed;
    }

    Database database() {
        return database;
    }

    /** In dollars. */
    long jackpot() {
        return jackpot;
    }

    /** How many buyers are named. */
    long luckiest() {
        return luckiest;
    }

    boolean showsFairness() {
        return given.has("--fairness");
    }
}
