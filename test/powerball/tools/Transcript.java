package powerball.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a file shows that a command prints. Times, rates and what is up to the network may differ
 * from what is printed; a line with three dots stands for lines that are left out.
 */
public record Transcript(String shown) {

    private static final String LEFT_OUT = "...";
    private static final Pattern PROGRESS = Pattern.compile(" *\\d+% .* rows.*");
    /** What a JVM says of the options that Run.bash gives it. */
    private static final Pattern OPTIONS = Pattern.compile("NOTE: Picked up JDK_JAVA_OPTIONS.*");

    /** Whether this is what was printed. */
    public boolean matches(String printed) {
        String pattern = Pattern.quote("\n" + steady(shown))
                .replace("\n" + LEFT_OUT, "\\E(?s:.*)\\Q");
        return Pattern.matches(pattern, "\n" + steady(printed));
    }

    /** Without progress, times, and how often and where exactly a stream broke. */
    public static String steady(String text) {
        StringBuilder lines = new StringBuilder();
        text.lines().filter(line -> !isPassing(line)).forEach(line -> lines.append(line)
                .append('\n'));
        return lines.toString()
                .replaceAll("in [\\d.]+ s, [\\d,]+ rows/s", "in T s, R rows/s")
                // How many depends on the machine; that they are all is counted afterwards.
                .replaceAll("Stored [\\d,]+ rows in killed.db \\([\\d,]+ already there\\)",
                        "Stored the rest in killed.db")
                .replaceAll("(The stream broke after [\\d,]+ of ([\\d,]+) rows\\. Asking for the "
                        + "rest in 0\\.1 s\\.\n)+",
                        "The stream broke after some of $2 rows.\n")
                .replaceAll("(?m) +$", "").strip();
    }

    private static boolean isPassing(String line) {
        return PROGRESS.matcher(line).matches() || OPTIONS.matcher(line).matches();
    }

    // ---- To show what is printed now ------------------------------------------------------------

    /**
     * What is to be shown instead, once this has been printed: the same where it still matches. A
     * line that differs from an old one in a time alone is not changed, what was left out stays
     * out, and a bar stays, which only a terminal sees.
     */
    String renewed(String printed) {
        if (matches(printed)) return shown;
        List<String> lines = printed.lines().filter(line -> !isPassing(line)).toList();
        List<List<String>> parts = parts();
        List<String> renewed = new ArrayList<>();
        int next = 0; // of the printed lines
        for (int i = 0; i < parts.size(); i++) {
            List<String> part = parts.get(i);
            boolean isLast = i == parts.size() - 1;
            int start = next;
            if (i > 0) {
                renewed.add(LEFT_OUT);
                start = isLast ? Math.max(next, lines.size() - length(part))
                        : mostAlike(part, lines, next);
            }
            next = isLast ? lines.size() : Math.min(start + length(part), lines.size());
            renewed.addAll(renewed(part, lines.subList(start, next)));
        }
        String end = shown.endsWith("\n\n") ? "\n\n" : "\n";
        return String.join("\n", renewed) + end;
    }

    private static int length(List<String> part) {
        return (int) part.stream().filter(line -> !isPassing(line)).count();
    }

    /** The lines that are shown, divided where some are left out. */
    private List<List<String>> parts() {
        List<List<String>> parts = new ArrayList<>();
        parts.add(new ArrayList<>());
        shown.stripTrailing().lines().forEach(line -> {
            if (line.equals(LEFT_OUT)) {
                parts.add(new ArrayList<>());
            } else {
                parts.get(parts.size() - 1).add(line);
            }
        });
        return parts;
    }

    /** Where in the printed lines, from one on, most look as those that are shown. */
    private static int mostAlike(List<String> part, List<String> lines, int from) {
        int best = from;
        long bestCount = -1;
        for (int start = from; start + part.size() <= lines.size(); start++) {
            long count = 0;
            for (int i = 0; i < part.size(); i++) {
                if (shape(part.get(i)).equals(shape(lines.get(start + i)))) count++;
            }
            if (count > bestCount) {
                best = start;
                bestCount = count;
            }
        }
        return best;
    }

    /** A line without its figures and bars. */
    private static String shape(String line) {
        return line.replaceAll("[\\d,.#<> |]+", "");
    }

    /** New lines, but the old one where it means the same, and the old bars where they were. */
    private static List<String> renewed(List<String> old, List<String> lines) {
        List<String> renewed = new ArrayList<>();
        for (String line : lines) {
            renewed.add(old.stream().filter(known -> !known.isEmpty())
                    .filter(known -> steady(known).equals(steady(line))).findFirst().orElse(line));
        }
        for (int i = 0; i < old.size(); i++) {
            boolean isBar = PROGRESS.matcher(old.get(i)).matches();
            if (isBar) renewed.add(Math.min(i, renewed.size()), old.get(i));
        }
        return renewed;
    }
}
