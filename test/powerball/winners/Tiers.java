package powerball.winners;

/** Opens the rules of the game to the tests of the other packages. */
public final class Tiers {

    private Tiers() {
    }

    /** What a ticket wins, as the report names it; "" if nothing. */
    public static String of(int matchingWhiteBalls, boolean withPowerball) {
        return Tier.of(matchingWhiteBalls, withPowerball).map(Tier::toString).orElse("");
    }
}
