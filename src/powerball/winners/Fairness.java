package powerball.winners;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * Whether a drum is fair: how often each of its numbers came up, as bars, and a chi-square test.
 */
final class Fairness {

    private static final int BAR_COLUMNS = 3;
    private static final int BAR_COLUMN_WIDTH = 27; // with the gap after it: three fit 80 columns
    private static final int CELLS_PER_DEVIATION = 2;
    private static final int MAX_CELLS = 6; // on each side, for three standard deviations
    private static final double MIN_EXPECTED = 5; // of each number, or the test says little

    private final String ball;
    private final long[] counts;
    private final int numbersInDrum;
    private final int drawn;
    private final double expectedCount;
    private final double standardDeviation; // of a binomial distribution

    /**
     * Takes the counts of a drum.
     *
     * @param ball what it holds, in the singular
     * @param counts how often each number came up; index 0 is unused
     * @param drawn how many balls are drawn for a ticket
     */
    Fairness(String ball, long[] counts, int drawn, long tickets) {
        this.ball = ball;
        this.counts = counts;
        this.drawn = drawn;
        numbersInDrum = counts.length - 1;
        double chance = (double) drawn / numbersInDrum;
        expectedCount = tickets * chance;
        standardDeviation = Math.sqrt(expectedCount * (1 - chance));
    }

    /**
     * Prints the bars in columns that read downwards, and the verdict. Takes how to paint a bar.
     */
    void print(UnaryOperator<String> paint) {
        System.out.printf("%nHow often each %s came up, beside the %,.1f times expected (|)%n",
                ball, expectedCount);
        System.out.printf("Each # is half a standard deviation (%,.1f);"
                + " < and > go beyond the bar%n", standardDeviation / CELLS_PER_DEVIATION);

        long most = Arrays.stream(counts).max().getAsLong();
        int digits = String.format("%,d", most).length();
        int room = BAR_COLUMN_WIDTH - digits - " 1  |  ".length();
        int cells = Math.min(MAX_CELLS, room / 2);
        int lines = (numbersInDrum + BAR_COLUMNS - 1) / BAR_COLUMNS;
        for (int line = 1; line <= lines; line++) {
            StringBuilder text = new StringBuilder();
            for (int number = line; number <= numbersInDrum; number += lines) {
                text.append(String.format("%2d %," + digits + "d ", number, counts[number]));
                text.append(bar(number, cells, paint)).append("  ");
            }
            System.out.println(text.toString().stripTrailing());
        }
        printVerdict();
    }

    /** A bar to the left or right of a line in the middle. All are the same width in total. */
    private String bar(int number, int cells, UnaryOperator<String> paint) {
        double deviations = (counts[number] - expectedCount) / standardDeviation;
        long length = Math.round(Math.abs(deviations) * CELLS_PER_DEVIATION);
        boolean isLess = deviations < 0;
        String filled = "#".repeat((int) Math.min(length, cells));
        if (length > cells) {
            String most = "#".repeat(cells - 1);
            filled = isLess ? "<" + most : most + ">";
        }
        String room = " ".repeat(cells - filled.length());
        String painted = paint.apply(filled);
        String blank = " ".repeat(cells);
        return isLess ? room + painted + "|" + blank : blank + "|" + painted + room;
    }

    private void printVerdict() {
        int degreesOfFreedom = numbersInDrum - 1;
        double statistic = chiSquare(counts, expectedCount, drawn);
        double p = pValue(statistic, degreesOfFreedom);
        System.out.printf("Chi-square %,.2f with %d degrees of freedom, p = %.4f%n",
                statistic, degreesOfFreedom, p);
        if (expectedCount < MIN_EXPECTED) {
            System.out.println("Too few tickets: with fewer than 5 of each number expected,"
                    + " this says little.");
        } else {
            System.out.printf("A fair drum does worse in %s%% of all cases: %s.%n",
                    percent(p), verdict(p));
        }
    }

    private static String percent(double p) {
        if (p < 0.0001) return "less than 0.01";
        boolean isUnusual = p < 0.01 || p > 0.99;
        return String.format(isUnusual ? "%.2f" : "%.0f", 100 * p);
    }

    private static String verdict(double p) {
        if (p < 0.01) return "look closer";
        if (p > 0.99) return "suspiciously even";
        return "nothing unusual";
    }

    /** Pearson's statistic for counts from index 1 on: how far they are from being equal. */
    static double chiSquare(long[] counts, double expected, int drawn) {
        int numbers = counts.length - 1;
        double sum = 0;
        for (int number = 1; number <= numbers; number++) {
            sum += Math.pow(counts[number] - expected, 2) / expected;
        }
        // A drawn ball cannot come up again. That evens the counts: for 5 of 69, the sum is 64 on
        // average, not 68.
        return sum * (numbers - 1) / (numbers - drawn);
    }

    /**
     * The chance that a fair drum gives this statistic or more, for up to 100 degrees of freedom,
     * correct to ten decimals: the incomplete gamma function Q(a, x) = 1 - P(a, x), by the series
     * for P (Press et al., Numerical Recipes, 6.2).
     */
    static double pValue(double statistic, int degreesOfFreedom) {
        double a = degreesOfFreedom / 2.0;
        // Beyond 600, the result is 0 to all decimals, and e^-x soon becomes 0 as well.
        double x = Math.min(statistic / 2, 600);
        // The first term, e^-x x^a / gamma(a + 1), by gamma(b + 1) = b gamma(b) down to
        // gamma(1) = 1 or gamma(1/2).
        double term = Math.exp(-x) / (degreesOfFreedom % 2 == 0 ? 1 : Math.sqrt(Math.PI * x));
        for (double b = a; b > 0; b--) {
            term *= x / b;
        }
        double sum = 0;
        for (int n = 1; term > 1e-17 || n < x; n++) {
            sum += term;
            term *= x / (a + n);
        }
        return Math.max(0, 1 - sum);
    }
}
