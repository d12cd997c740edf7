package powerball.winners;

import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** How often each number of a drum came up, as bars in columns of text. */
final class DrumChart {

    private static final int BAR_COLUMNS = 3;
    private static final int BAR_COLUMN_WIDTH = 27; // with the gap after it: three fit 80 columns
    private static final int CELLS_PER_DEVIATION = 2;
    private static final int MAX_CELLS = 6; // on each side, for three standard deviations

    private final String ball;
    private final Fairness drum;
    private final UnaryOperator<String> paint;
    private final int digits; // of the highest count, with its commas
    private final int cells; // on each side of a bar

    /**
     * A chart.
     *
     * @param ball what the drum holds, in the singular
     * @param paint how to paint the filled part of a bar
     */
    DrumChart(String ball, Fairness drum, UnaryOperator<String> paint) {
        this.ball = ball;
        this.drum = drum;
        this.paint = paint;
        long most = IntStream.rangeClosed(1, drum.highest()).mapToLong(drum::count).max()
                .getAsLong();
        digits = String.format("%,d", most).length();
        cells = Math.min(MAX_CELLS, (BAR_COLUMN_WIDTH - digits - " 1  |  ".length()) / 2);
    }

    /** Prints the bars in columns that read downwards, and the verdict. */
    void print() {
        System.out.printf("%nHow often each %s came up, beside the %,.1f times expected (|)%n",
                ball, drum.expectedCount());
        System.out.printf("Each # is half a standard deviation (%,.1f);"
                + " < and > go beyond the bar%n", drum.standardDeviation() / CELLS_PER_DEVIATION);
        int lines = (drum.highest() + BAR_COLUMNS - 1) / BAR_COLUMNS;
        for (int line = 1; line <= lines; line++) {
            StringBuilder text = new StringBuilder();
            for (int number = line; number <= drum.highest(); number += lines) {
                text.append(String.format("%2d %," + digits + "d ", number, drum.count(number)));
                text.append(bar(number)).append("  ");
            }
            System.out.println(text.toString().stripTrailing());
        }
        System.out.println(drum.verdict());
    }

    /** A bar to the left or right of a line in the middle. All are the same width in total. */
    private String bar(int number) {
        double deviations = drum.deviations(number);
        long length = Math.round(Math.abs(deviations) * CELLS_PER_DEVIATION);
        boolean isLess = deviations < 0;
        String filled = "#".repeat((int) Math.min(length, cells));
        if (length > cells) {
            String most = "#".repeat(cells - 1);
            filled = isLess ? "<" + most : most + ">";
        }
        String room = " ".repeat(cells - filled.length());
        String blank = " ".repeat(cells);
        String painted = paint.apply(filled);
        return isLess ? room + painted + "|" + blank : blank + "|" + painted + room;
    }
}
