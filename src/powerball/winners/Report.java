package powerball.winners;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import powerball.database.Failure;
import powerball.terminal.Terminal;
import powerball.terminal.Text;

/** Prints who has won what, in lines of at most 80 columns. */
final class Report {

    private static final long TICKET_DOLLARS = 2;
    private static final String BLACK_ON_WHITE = "\033[30;47m"; // visible on any screen
    private static final String WHITE_ON_RED = "\033[97;41m";
    private static final String USUAL_COLOURS = "\033[0m";
    private static final int FILE_TYPE = 0170000; // these bits of a mode, as POSIX has it
    private static final int PIPE = 0010000;

    private final Options options;
    private final boolean isColoured = isColoured();

    Report(Options options) {
        this.options = options;
    }

    /** Only on a terminal, and not where NO_COLOR is set (https://no-color.org). */
    private static boolean isColoured() {
        boolean isAllowed = System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
        return isAllowed && Terminal.takesEscapes() && Terminal.isInteractive();
    }

    void printNumbers(long tickets, String database) throws Failure {
        Numbers winning = options.numbers();
        String white = winning.whiteBalls().toString().replaceAll("[\\[,\\]]", "");
        System.out.printf("Winning numbers: %s, Powerball %s%n", onWhite(white),
                onRed(String.valueOf(winning.powerball())));
        if (options.areDrawn()) {
            System.out.printf("Drawn at random; --seed %d draws the same again.%n",
                    options.seed());
        }
        System.out.printf("Tickets: %,d in %s%n", tickets, Text.printable(database));
        checkOutput(); // otherwise ten million tickets might be read for nobody
    }

    void printPrizes(Tally tally) {
        System.out.printf("tier  %15s %15s %12s %11s %16s%n",
                "prize", "odds, 1 in", "should win", "did win", "paid");
        long allPaid = 0;
        long allWinners = 0;
        long allWays = 0;
        for (Tier tier : Tier.values()) {
            long winners = tally.winners(tier);
            long paid = paid(tier, winners);
            String prize = dollars(tier.dollars(options.jackpot()));
            System.out.println(line(tier.toString(), prize, tier.ways(), winners, paid, tally));
            allPaid += paid;
            allWinners += winners;
            allWays += tier.ways();
        }
        System.out.println(line("any", "", allWays, allWinners, allPaid, tally));

        long sales = tally.tickets() * TICKET_DOLLARS;
        System.out.printf("The jackpot is assumed to be %s (--jackpot); its winners share it.%n",
                dollars(options.jackpot()));
        System.out.printf("Sales %s, paid %s, left %s%n",
                dollars(sales), dollars(allPaid), dollars(sales - allPaid));
        if (tally.ticketsWithBallTwice() > 0) {
            System.out.printf("Tickets with the same ball twice: %,d. A match is counted once.%n",
                    tally.ticketsWithBallTwice());
        }
    }

    /** The jackpot is paid once, however many win it. */
    private long paid(Tier tier, long winners) {
        long payments = tier == Tier.JACKPOT ? Math.min(winners, 1) : winners;
        return tier.dollars(options.jackpot()) * payments;
    }

    private static String line(String tier, String prize, long ways, long winners, long paid,
            Tally tally) {
        double odds = (double) Tier.TICKETS / ways;
        return String.format("%-6s %14s %,15.2f %,12.2f %,11d %16s",
                tier, prize, odds, tally.tickets() / odds, winners, dollars(paid));
    }

    void printLuckiest(Tally tally) {
        if (options.luckiest() == 0) return;
        boolean hasNobodyWon = tally.luckiest().isEmpty();
        System.out.println(hasNobodyWon ? "Nobody has won." : "The luckiest buyers");
        for (Tally.Buyer buyer : tally.luckiest()) {
            Tier tier = buyer.tier();
            long sharedBy = tier == Tier.JACKPOT ? tally.winners(tier) : 1;
            System.out.printf("%-6s %14s  %.57s%n", tier,
                    dollars(tier.dollars(options.jackpot()) / sharedBy),
                    Text.printable(buyer.nameAndPlace()));
        }
    }

    void printFairness(Tally tally) {
        Fairness whiteBalls = new Fairness(
                tally.whiteBallCounts(), Numbers.WHITE_BALLS_DRAWN, tally.tickets());
        Fairness powerballs = new Fairness(tally.powerballCounts(), 1, tally.tickets());
        new DrumChart("white ball", whiteBalls, this::onWhite).print();
        new DrumChart("Powerball", powerballs, this::onRed).print();
    }

    private String onWhite(String text) {
        return painted(BLACK_ON_WHITE, text);
    }

    private String onRed(String text) {
        return painted(WHITE_ON_RED, text);
    }

    private String painted(String colour, String text) {
        return isColoured && !text.isEmpty() ? colour + text + USUAL_COLOURS : text;
    }

    private static String dollars(long amount) {
        return String.format(amount < 0 ? "-$%,d" : "$%,d", Math.abs(amount));
    }

    /**
     * System.out hides its errors: a full disk would go unnoticed. It also hides which one it was;
     * but a pipe has only one, that its reader has gone, and a reader such as {@code head} has all
     * that it wants.
     */
    static void checkOutput() throws Failure {
        if (!System.out.checkError()) return;
        if (isPipe()) System.exit(1);
        throw Failure.resumable("The output could not be written completely.");
    }

    private static boolean isPipe() {
        try {
            int mode = (int) Files.getAttribute(Path.of("/dev/stdout"), "unix:mode");
            return (mode & FILE_TYPE) == PIPE;
        } catch (IOException | UnsupportedOperationException e) {
            return false; // on Windows, which has neither
        }
    }
}
