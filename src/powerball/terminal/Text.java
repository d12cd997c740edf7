package powerball.terminal;

/** Text that people type and read. */
public final class Text {

    private static final int MAX_CHARACTERS = 1000; // of what comes from elsewhere

    private Text() {
    }

    /** Text from elsewhere, fit for a terminal: one line, no control characters, not too long. */
    public static String printable(String text) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        if (oneLine.length() <= MAX_CHARACTERS) return oneLine;
        return oneLine.substring(0, MAX_CHARACTERS) + "...";
    }

    /**
     * Parses a number as people write it: 1000, 1,000 and 1_000 are the same.
     *
     * @param name what the number is, for the message
     * @param min 0 or more
     * @throws IllegalArgumentException if the text is not a whole number from min to max
     */
    public static long wholeNumber(String name, String text, long min, long max) {
        boolean isGrouped = text.matches("[0-9]{1,3}([,_][0-9]{3})+");
        String digits = isGrouped ? text.replaceAll("[,_]", "") : text;
        // Of 19 digits, a number from 2^63 on becomes negative, and so too small.
        long number = digits.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(digits) : -1;
        if (number >= min && number <= max) return number;
        throw new IllegalArgumentException(String.format(
                "%s must be a whole number from %,d to %,d", name, min, max));
    }

    /** A word for a command line: quoted if need be, in double quotes if they suffice. */
    public static String quotedForShell(String word) {
        if (word.matches("[A-Za-z0-9_./:@%+-][A-Za-z0-9_./:~=,@%+-]*")) return word;
        if (word.matches("[^\"$`\\\\!]*")) return '"' + word + '"';
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
