package powerball.terminal;

/**
 * Shows how far a job is: at a terminal as a bar on stdout that is drawn again in place; elsewhere
 * as a line on stderr every five seconds; not at all if it is to be quiet. The sentences of
 * {@link #say} are always shown, on stderr.
 */
public final class Progress {

    private static final double SECONDS_BETWEEN_BARS = 0.1;
    private static final double SECONDS_BETWEEN_LINES = 5;
    private static final int COLUMNS = 79; // an 80th character would begin a line on some terminals
    private static final int ROOM_FOR_CTRL_C = 2; // a terminal echoes ^C at the cursor
    private static final int MAX_CELLS = 30;
    private static final String FIGURES = "%,d of %,d %s in %s, %s left, %,.0f/s";
    /** A terminal of fewer columns cuts the bar, where it would flood it line by line. */
    private static final String WITHOUT_WRAPPING = "\033[?7l%s\033[?7h";

    private final long total;
    private final String unit;
    private final boolean isQuiet;
    private final boolean isInteractive = Terminal.isInteractive();
    private final long start = System.nanoTime();
    private double secondsWhenShown;
    private int charactersOnScreen;

    /**
     * Starts the clock.
     *
     * @param total how many there are to do, 0 or more
     * @param unit the things to do, in the plural
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
        double pause = isInteractive ? SECONDS_BETWEEN_BARS : SECONDS_BETWEEN_LINES;
        if (isQuiet || seconds() - secondsWhenShown < pause) return;
        showNow(done);
    }

    private void showNow(long done) {
        secondsWhenShown = seconds();
        if (isInteractive) {
            draw(bar(done));
        } else {
            System.err.println(percent(done) + "% " + figures(done));
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
        showNow(done);
        if (isInteractive) System.out.println();
        charactersOnScreen = 0;
    }

    /** Removes the bar. */
    public void clear() {
        if (charactersOnScreen == 0) return;
        draw("");
        System.out.print("\r");
        System.out.flush();
    }

    /** Draws over the bar that stood there, with spaces where that was longer. */
    private void draw(String bar) {
        String padded = bar + " ".repeat(Math.max(0, charactersOnScreen - bar.length()));
        String text = Terminal.takesEscapes() ? String.format(WITHOUT_WRAPPING, padded) : padded;
        System.out.print("\r" + text);
        System.out.flush();
        charactersOnScreen = bar.length();
    }

    /** Per cent, a bar whose length does not change, and the figures. */
    private String bar(long done) {
        int cells = cells();
        int full = (int) (cells * percent(done) / 100);
        String bar = cells == 0 ? "" : "[" + "#".repeat(full) + "-".repeat(cells - full) + "] ";
        String line = String.format("%3d%% %s%s", percent(done), bar, figures(done));
        return line.substring(0, Math.min(line.length(), COLUMNS));
    }

    /** As many as the figures leave room for at the end of a job of minutes. */
    private int cells() {
        String longest = String.format(FIGURES, total, total, unit, "00:00", "00:00", 999_999.0);
        int room = COLUMNS - ROOM_FOR_CTRL_C - "100% [] ".length() - longest.length();
        return Math.max(0, Math.min(room, MAX_CELLS));
    }

    private long percent(long done) {
        return total == 0 ? 100 : 100 * done / total;
    }

    private String figures(long done) {
        String left = done == 0 ? "?" : clock(Math.ceil((total - done) * seconds() / done));
        return String.format(FIGURES,
                done, total, unit, clock(seconds()), left, done / seconds());
    }

    private static String clock(double seconds) {
        long whole = (long) seconds;
        String minutes = String.format("%02d:%02d", whole / 60 % 60, whole % 60);
        return whole < 3600 ? minutes : whole / 3600 + ":" + minutes;
    }
}
