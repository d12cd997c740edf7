package powerball.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a file shows of the output of a command. Times, rates and other figures that depend on the
 * machine may differ from what is printed. A line with three dots stands for lines that are left
 * out.
 */
public record Transcript(String shown) {

    private static final String LEFT_OUT = "...";
    private static final Pattern PROGRESS = Pattern.compile(" *\\d+% .* rows.*");
    /** A JVM reports the options that Run.bash gives it. */
    private static final Pattern OPTIONS = Pattern.compile("NOTE: Picked up JDK_JAVA_OPTIONS.*");

    /** Whether this is what was printed. */
    public boolean matches(String printed) {
        String pattern = Pattern.quote("\n" + steady(shown))
                .replace("\n" + LEFT_OUT, "\\E(?s:.*)\\Q");
        return Pattern.matches(pattern, "\n" + steady(printed));
    }

    /** The lines that are the same at every run, or those parts of them that are. */
    public static String steady(String text) {
        StringBuilder lines = new StringBuilder();
        text.lines().filter(line -> !isPassing(line))
                .forEach(line -> lines.append(line).append('\n'));
        return lines.toString()
                .replaceAll("in [\\d.]+ s, [\\d,]+ rows/s", "in T s, R rows/s")
                // How many depends on the machine; that they are all is counted afterwards.
                .replaceAll("Stored [\\d,]+ rows in killed.db \\([\\d,]+ already there\\)",
                        "Stored the rest in killed.db")
                // Each JDK has its own words for it.
                .replaceAll("The stream broke \\(.*\\) after", "The stream broke after")
                .replaceAll("(?m) +$", "").strip();
    }

    private static boolean isPassing(String line) {
        return PROGRESS.matcher(line).matches() || OPTIONS.matcher(line).matches();
    }

    // ---- To show what is printed now ------------------------------------------------------------

    /**
     * What is to be shown, once this has been printed: as many lines from the start and from the
     * end as are shown now, if some are left out; else all. Lines between two that are left out
     * stay as they are.
     */
    String renewed(String printed) {
        if (matches(printed)) return shown;
        List<String> lines =
                printed.strip().lines().filter(line -> !isPassing(line)).toList();
        List<String> old = shown.stripTrailing().lines().toList();
        int first = old.indexOf(LEFT_OUT);
        int last = old.lastIndexOf(LEFT_OUT);

        List<String> renewed = new ArrayList<>();
        if (first < 0) {
            renewed.addAll(renewed(old, lines));
        } else {
            List<String> start = old.subList(0, first);
            List<String> end = old.subList(last + 1, old.size());
            int startEnds = Math.min(length(start), lines.size());
            int endStarts = Math.max(startEnds, lines.size() - length(end));
            renewed.addAll(renewed(start, lines.subList(0, startEnds)));
            renewed.addAll(old.subList(first, last + 1));
            renewed.addAll(renewed(end, lines.subList(endStarts, lines.size())));
        }
        String blankLine = shown.endsWith("\n\n") ? "\n" : "";
        return String.join("\n", renewed) + "\n" + blankLine;
    }

    private static int length(List<String> lines) {
        return (int) lines.stream().filter(line -> !isPassing(line)).count();
    }

    /**
     * The lines that are printed; but the old one where only a time differs, and the old bars, as
     * only a terminal shows any.
     */
    private static List<String> renewed(List<String> old, List<String> lines) {
        List<String> renewed = new ArrayList<>(lines);
        for (int i = 0; i < old.size(); i++) {
            String line = old.get(i);
            if (isPassing(line)) renewed.add(Math.min(i, renewed.size()), line);
            boolean isKnown = i < renewed.size() && steady(line).equals(steady(renewed.get(i)));
            if (isKnown) renewed.set(i, line);
        }
        return renewed;
    }
}
