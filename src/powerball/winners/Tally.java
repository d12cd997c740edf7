package powerball.winners;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import powerball.database.Table;

/** The counts of the tickets so far. Their size does not depend on the number of tickets. */
final class Tally {

    /** Who won what. */
    record Buyer(Tier tier, String transactionId, String nameAndPlace) {
    }

    private final Numbers winning;
    private final long maxLuckiest;
    private final long[] winners = new long[Tier.values().length];
    private final long[] whiteBallCounts = new long[1 + Table.WHITE_BALLS]; // by number, from 1
    private final long[] powerballCounts = new long[1 + Table.POWERBALLS];
    private final NavigableSet<Buyer> luckiest = new TreeSet<>(
            Comparator.comparing(Buyer::tier).thenComparing(Buyer::transactionId));
    private long tickets;
    private long ticketsWithBallTwice;

    /** Takes the winning numbers, and how many of the luckiest buyers to keep. */
    Tally(Numbers winning, long maxLuckiest) {
        this.winning = winning;
        this.maxLuckiest = maxLuckiest;
    }

    /** Counts a ticket and returns what it has won. A ball that it has twice matches once. */
    Optional<Tier> add(int[] whiteBalls, int powerball) {
        int matches = 0;
        boolean hasBallTwice = false;
        for (int i = 0; i < whiteBalls.length; i++) {
            int ball = whiteBalls[i];
            boolean isFirst = isFirst(i, whiteBalls);
            hasBallTwice |= !isFirst;
            if (isFirst && winning.whiteBalls().contains(ball)) matches++;
            whiteBallCounts[ball]++;
        }
        powerballCounts[powerball]++;
        if (hasBallTwice) ticketsWithBallTwice++;
        tickets++;

        Optional<Tier> won = Tier.of(matches, powerball == winning.powerball());
        won.ifPresent(tier -> winners[tier.ordinal()]++);
        return won;
    }

    /** Whether no ball before this one has the same number. */
    private static boolean isFirst(int index, int[] balls) {
        for (int i = 0; i < index; i++) {
            if (balls[i] == balls[index]) return false;
        }
        return true;
    }

    void addBuyer(Buyer buyer) {
        luckiest.add(buyer);
        if (luckiest.size() > maxLuckiest) luckiest.pollLast();
    }

    long tickets() {
        return tickets;
    }

    long ticketsWithBallTwice() {
        return ticketsWithBallTwice;
    }

    long winners(Tier tier) {
        return winners[tier.ordinal()];
    }

    /** Best tier first; within a tier, the first to buy, as ids ascend. */
    SortedSet<Buyer> luckiest() {
        return luckiest;
    }

    /** How often each white ball came up, by its number; index 0 is unused. */
    long[] whiteBallCounts() {
        return whiteBallCounts;
    }

    /** The same for the Powerball. */
    long[] powerballCounts() {
        return powerballCounts;
    }
}
