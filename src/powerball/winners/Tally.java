package powerball.winners;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import powerball.database.Table;

/** What is known about the tickets so far. Its size does not depend on their number. */
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
    private final long[] lastTicketWith = new long[1 + Table.WHITE_BALLS]; // each white ball
    private long tickets;
    private long ticketsWithBallTwice;

    /** Takes the winning numbers, and how many of the luckiest buyers to keep. */
    Tally(Numbers winning, long maxLuckiest) {
        this.winning = winning;
        this.maxLuckiest = maxLuckiest;
    }

    /** Counts a ticket and returns what it has won. A ball that it has twice matches once. */
    Optional<Tier> add(int[] whiteBalls, int powerball) {
        tickets++;
        boolean hasBallTwice = false;
        for (int ball : whiteBalls) {
            whiteBallCounts[ball]++;
            hasBallTwice |= isOnThisTicket(ball);
            lastTicketWith[ball] = tickets;
        }
        if (hasBallTwice) ticketsWithBallTwice++;
        powerballCounts[powerball]++;

        int matches = 0;
        for (int ball : winning.whiteBalls()) {
            if (isOnThisTicket(ball)) matches++;
        }
        Optional<Tier> won = Tier.of(matches, powerball == winning.powerball());
        won.ifPresent(tier -> winners[tier.ordinal()]++);
        return won;
    }

    private boolean isOnThisTicket(int whiteBall) {
        return lastTicketWith[whiteBall] == tickets;
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
