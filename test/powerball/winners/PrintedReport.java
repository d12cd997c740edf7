package powerball.winners;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Winners has printed, taken apart. */
record PrintedReport(String out, Map<String, String> cells) {

    /** Of the table of tiers; its figures as they are printed. */
    record Line(String prize, String odds, String expected, int winners, String paid) {
    }

    PrintedReport(String out) {
        this(out, cells(out));
    }

    void says(String text) {
        assertTrue(out.contains(text), text + " is not in\n" + out);
    }

    /** The line of a tier, or that of any of them. */
    Line tier(String name) {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name)
                + " {2,}(\\$\\S+)? +([\\d,]+\\.\\d\\d) +([\\d,]+\\.\\d\\d)"
                + " +([\\d,]+) +(\\$\\S+)$").matcher(out);
        assertTrue(line.find(), name + " is not in\n" + out);
        return new Line(line.group(1), line.group(2), line.group(3),
                Integer.parseInt(line.group(4).replace(",", "")),
                line.group(5));
    }

    /** Of every tier its name, prize, winners and what is paid. */
    String prizes() {
        StringBuilder prizes = new StringBuilder();
        for (String name : List.of("5 + PB", "5", "4 + PB", "4", "3 + PB", "3", "2 + PB",
                "1 + PB", "PB", "any")) {
            Line line = tier(name);
            prizes.append(name).append(' ').append(line.prize == null ? "" : line.prize)
                    .append(' ').append(line.winners)
                    .append(' ').append(line.paid).append('\n');
        }
        return prizes.toString();
    }

    List<String> luckiest() {
        Matcher list = Pattern.compile("\nThe luckiest buyers\n((?:.+\n)*)").matcher(out);
        assertTrue(list.find(), out);
        return list.group(1).lines().toList();
    }

    /** How often "white 1" to "red 26" came up, without commas. */
    Map<String, String> counts() {
        Map<String, String> counts = new LinkedHashMap<>(cells);
        counts.replaceAll((number, cell) -> cell.replaceAll("[^0-9]", ""));
        return counts;
    }

    /** Count and bar of "white 1" to "red 26". */
    private static Map<String, String> cells(String out) {
        Map<String, String> cells = new LinkedHashMap<>();
        String drum = "";
        for (String line : out.lines().toList()) {
            if (line.startsWith("How often")) {
                drum = line.contains("white") ? "white " : "red ";
            }
            Matcher cell = Pattern.compile("([ \\d]\\d) ([ \\d,]* [ <#]*\\|[#>]*)( +|$)")
                    .matcher(line);
            while (!drum.isEmpty() && line.matches("[ \\d]\\d .*") && cell.find()) {
                cells.put(drum + cell.group(1).strip(), cell.group(2));
            }
        }
        return cells;
    }
}
