package powerball.winners;

/**
 * Whether a drum is fair: how far the counts of its numbers are from the expected one, and a
 * chi-square test.
 */
final class Fairness {

    private static final double MIN_EXPECTED = 5; // of each number, or the test says little

    private final long[] counts;
    private final int drawn;
    private final double expectedCount;
    private final double standardDeviation; // of a binomial distribution

    /**
     * Takes the counts of a drum.
     *
     * @param counts how often each number came up; index 0 is unused
     * @param drawn how many balls are drawn for a ticket
     */
    Fairness(long[] counts, int drawn, long tickets) {
        this.counts = counts;
        this.drawn = drawn;
        double chance = (double) drawn / highest();
        expectedCount = tickets * chance;
        standardDeviation = Math.sqrt(expectedCount * (1 - chance));
    }

    /** The highest number in the drum; the lowest is 1. */
    int highest() {
        return counts.length - 1;
    }

    long count(int number) {
        return counts[number];
    }

    double expectedCount() {
        return expectedCount;
    }

    double standardDeviation() {
        return standardDeviation;
    }

    /** How far the count of a number is from the expected one, in standard deviations. */
    double deviations(int number) {
        return (counts[number] - expectedCount) / standardDeviation;
    }

    /** The result of the test, in two lines. */
    String verdict() {
        int degreesOfFreedom = highest() - 1;
        double statistic = chiSquare(counts, expectedCount, drawn);
        double p = pValue(statistic, degreesOfFreedom);
        String test = String.format("Chi-square %,.2f with %d degrees of freedom, p = %.4f%n",
                statistic, degreesOfFreedom, p);
        if (expectedCount < MIN_EXPECTED) {
            return test + "Too few tickets: with fewer than 5 of each number expected,"
                    + " this says little.";
        }
        return test + String.format("A fair drum does worse in %s%% of all cases: %s.",
                percent(p), verdict(p));
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
