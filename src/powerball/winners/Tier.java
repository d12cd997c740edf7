package powerball.winners;

import static powerball.database.Table.POWERBALLS;
import static powerball.database.Table.WHITE_BALLS;
import static powerball.winners.Numbers.WHITE_BALLS_DRAWN;

import java.util.Optional;

/**
 * The prizes for a $2 ticket, best first, as they have been since 2015-10-07
 * (https://www.powerball.com).
 */
enum Tier {
    JACKPOT(5, true, 0), // the pot
    FIVE(5, false, 1_000_000),
    FOUR_AND_POWERBALL(4, true, 50_000),
    FOUR(4, false, 100),
    THREE_AND_POWERBALL(3, true, 100),
    THREE(3, false, 7),
    TWO_AND_POWERBALL(2, true, 7),
    ONE_AND_POWERBALL(1, true, 4),
    POWERBALL(0, true, 4);

    /** How many different tickets there are: 292,201,338. */
    static final long TICKETS = choose(WHITE_BALLS, WHITE_BALLS_DRAWN) * POWERBALLS;

    private final int matchingWhiteBalls;
    private final boolean withPowerball;
    private final long dollars;

    Tier(int matchingWhiteBalls, boolean withPowerball, long dollars) {
        this.matchingWhiteBalls = matchingWhiteBalls;
        this.withPowerball = withPowerball;
        this.dollars = dollars;
    }

    /** The tier that a ticket wins, if any. */
    static Optional<Tier> of(int matchingWhiteBalls, boolean withPowerball) {
        for (Tier tier : values()) {
            if (tier.matchingWhiteBalls == matchingWhiteBalls
                    && tier.withPowerball == withPowerball) {
                return Optional.of(tier);
            }
        }
        return Optional.empty();
    }

    /** The prize, for a jackpot of so many dollars. */
    long dollars(long jackpot) {
        return this == JACKPOT ? jackpot : dollars;
    }

    /**
     * How many of the different tickets win this tier: the matching balls are among those drawn,
     * the others are not.
     */
    long ways() {
        long matching = choose(WHITE_BALLS_DRAWN, matchingWhiteBalls);
        long others = choose(WHITE_BALLS - WHITE_BALLS_DRAWN,
                WHITE_BALLS_DRAWN - matchingWhiteBalls);
        return matching * others * (withPowerball ? 1 : POWERBALLS - 1);
    }

    /** The number of ways to choose k of n. */
    private static long choose(int n, int k) {
        return k == 0 ? 1 : choose(n - 1, k - 1) * n / k; // there is never a remainder
    }

    @Override public String toString() {
        if (matchingWhiteBalls == 0) return "PB";
        return withPowerball ? matchingWhiteBalls + " + PB" : String.valueOf(matchingWhiteBalls);
    }
}
