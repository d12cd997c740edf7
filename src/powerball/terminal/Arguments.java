package powerball.terminal;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The arguments of a program: words, options with a value ({@code --name value} or
 * {@code --name=value}), and flags, which are options without one. {@code -h} is {@code --help}.
 *
 * <p>An {@link IllegalArgumentException} refuses all others. Its message is a sentence for the
 * person who typed them, and repeats nothing but the name of an option: a password may be among
 * them, anywhere.
 */
public final class Arguments {

    private final List<String> words = new ArrayList<>();
    private final Map<String, String> options = new LinkedHashMap<>();

    private Arguments() {
    }

    /**
     * Refuses an option that is not among these, lacks its value, has one too many, or is twice.
     */
    public static Arguments parse(String[] typed, List<String> optionNames, List<String> flags) {
        Arguments given = new Arguments();
        Iterator<String> rest = List.of(typed).iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (word.startsWith("-")) {
                given.addOption(word, rest, optionNames, flags);
            } else {
                given.words.add(word);
            }
        }
        return given;
    }

    private void addOption(String word, Iterator<String> rest, List<String> optionNames,
            List<String> flags) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        boolean isFlag = flags.contains(name);
        require(isFlag || optionNames.contains(name), "no such option: %s", nameAlone(word));
        require(!isFlag || equals < 0, "%s takes no value", name);
        require(!options.containsKey(name), "%s must be given once, not twice", name);

        String value = "";
        if (equals >= 0) value = word.substring(equals + 1);
        if (equals < 0 && !isFlag) {
            value = rest.hasNext() ? rest.next() : "--";
            require(!value.startsWith("--"), "%s needs a value", name);
        }
        options.put(name, value);
    }

    /**
     * The options of a program. Ends the program if its arguments ask for help, or are refused.
     *
     * @param usage printed as the help
     * @param parse takes the arguments; throws an IllegalArgumentException that says what is
     * accepted
     */
    public static <T> T optionsOrExit(String[] typed, String usage, Function<String[], T> parse) {
        List<String> all = List.of(typed);
        if (all.contains("--help") || all.contains("-h")) {
            System.out.println(usage);
            System.exit(System.out.checkError() ? 1 : 0);
        }
        try {
            return parse.apply(typed);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\nSee --help.");
            System.exit(2);
            throw e; // never: the program has ended
        }
    }

    /** The start of a word that can be the name of an option: the letter after a single dash. */
    private static String nameAlone(String word) {
        return word.replaceFirst("(?s)^(--[A-Za-z-]*|-.?).*", "$1");
    }

    public List<String> words() {
        return List.copyOf(words);
    }

    /** The options and flags in the order in which they were typed; a flag's value is empty. */
    public Map<String, String> options() {
        return options;
    }

    public boolean has(String name) {
        return options.containsKey(name);
    }

    public String text(String name, String defaultValue) {
        return options.getOrDefault(name, defaultValue);
    }

    /** The number that an option gives, from min to max; 1,000 and 1_000 are 1000. */
    public long number(String name, long min, long max, long defaultValue) {
        String text = options.get(name);
        return text == null ? defaultValue : Text.wholeNumber(name, text, min, max);
    }

    /** Refuses the arguments unless a condition holds. The sentence is a format and its values. */
    public static void require(boolean condition, String sentence, Object... values) {
        if (condition) return;
        throw new IllegalArgumentException(String.format(sentence, values));
    }
}
