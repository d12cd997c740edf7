package powerball.terminal;

import java.util.List;

/**
 * Shows on stderr how far a job is: as a bar that is redrawn in place if stderr is a terminal, as a
 * plain line every five seconds if not, and not at all if it is to be quiet. What {@link #say} says
 * is always shown.
 */
public final class Progress {

    private static final double SECONDS_BETWEEN_BARS = 0.1;
    private static final double SECONDS_BETWEEN_LINES = 5;
    private static final int MIN_CELLS = 20; // figures are left out before a bar gets shorter
    private static final int MAX_CELLS = 50;
    private static final int ROOM_FOR_CTRL_C = 3; // a terminal echoes ^C at the cursor
    private static final String WITHOUT_WRAPPING = "\033[?7l%s\033[?7h";

    private final long total;
    private final String unit;
    private final boolean isQuiet;
    private final long start = System.nanoTime();
    private int terminalColumns; // 0: there is no terminal
    private boolean isTerminalKnown;
    private double secondsWhenShown;
    private int charactersOnScreen;

    /**
     * Starts the clock.
     *
     * @param total how many there are to do, 0 or more
     * @param unit what they are, in the plural
     */
    public Progress(long total, String unit, boolean isQuiet) {
        this.total = total;
        this.unit = unit;
        this.isQuiet = isQuiet;
    }

    public double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Shows how many are done, unless that was shown a moment ago. */
    public void show(long done) {
        double pause = isOnTerminal() ? SECONDS_BETWEEN_BARS : SECONDS_BETWEEN_LINES;
        if (isQuiet || seconds() - secondsWhenShown < pause) return;
        secondsWhenShown = seconds();
        if (isOnTerminal()) {
            draw(bar(done));
        } else {
            System.err.println(percent(done) + "% " + allFigures(done));
        }
    }

    /** Says a sentence: on a terminal it takes the place of the bar, which comes again below. */
    public void say(String sentence) {
        clear();
        System.err.println(Text.printable(sentence));
    }

    /** Leaves the last state on the screen, if there is anything to show. */
    public void end(long done) {
        boolean isWorthShowing = done > 0 || secondsWhenShown > 0;
        if (isQuiet || !isWorthShowing) return;
        if (isOnTerminal()) {
            draw(bar(done));
            System.err.println();
            charactersOnScreen = 0;
        } else {
            System.err.println(percent(done) + "% " + allFigures(done));
        }
    }

    /** Removes the bar. */
    public void clear() {
        if (charactersOnScreen == 0) return;
        draw("");
        System.err.print("\r");
    }

    private boolean isOnTerminal() {
        if (!isTerminalKnown) {
            // Not before it is needed: it takes time.
            terminalColumns = Terminal.columns(Terminal.STDERR);
            isTerminalKnown = true;
        }
        return terminalColumns > 0;
    }

    /** Draws over what stood there, with spaces where that was longer. */
    private void draw(String bar) {
        String padded = bar + " ".repeat(Math.max(0, charactersOnScreen - bar.length()));
        // A bar that is too long for a window made narrower would flood it, line by line.
        String text = Terminal.takesEscapes() ? String.format(WITHOUT_WRAPPING, padded) : padded;
        System.err.print("\r" + text);
        charactersOnScreen = bar.length();
    }

    /** Per cent, a bar, and as many figures as there is room for. */
    private String bar(long done) {
        String figures = count(done);
        for (String longer : List.of(countAndLeft(done), times(done), allFigures(done))) {
            if (cellsBeside(longer) >= MIN_CELLS) figures = longer;
        }
        int cells = Math.max(0, Math.min(cellsBeside(figures), MAX_CELLS));
        int full = (int) (cells * percent(done) / 100);
        String bar = "[" + "#".repeat(full) + "-".repeat(cells - full) + "] ";
        String line = String.format("%3d%% %s%s", percent(done), cells > 0 ? bar : "", figures);
        return line.substring(0, Math.min(line.length(), terminalColumns - 1));
    }

    private int cellsBeside(String figures) {
        return terminalColumns - "100% [] ".length() - figures.length() - ROOM_FOR_CTRL_C;
    }

    private long percent(long done) {
        return total == 0 ? 100 : 100 * done / total;
    }

    private String count(long done) {
        return String.format("%,d of %,d %s", done, total, unit);
    }

    private String countAndLeft(long done) {
        return String.format("%s, %s left", count(done), left(done));
    }

    private String times(long done) {
        return String.format("%s, %s elapsed, %s left", count(done), clock(seconds()), left(done));
    }

    private String left(long done) {
        return done == 0 ? "?" : clock(Math.ceil((total - done) * seconds() / done));
    }

    private String allFigures(long done) {
        return String.format("%s, %,.0f %s/s", times(done), done / seconds(), unit);
    }

    private static String clock(double seconds) {
        long whole = (long) seconds;
        String minutes = String.format("%02d:%02d", whole / 60 % 60, whole % 60);
        return whole < 3600 ? minutes : whole / 3600 + ":" + minutes;
    }
}
