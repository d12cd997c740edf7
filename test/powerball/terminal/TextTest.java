package powerball.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.Run;

/** Numbers as people type them, text as a terminal can show it, words as a shell takes them. */
class TextTest {

    private static final long MAX = 1_000_000_000_000_000_000L;

    @TempDir private Path folder;

    // ---- Numbers --------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"0 | 0", "1000 | 1000", "1,000 | 1000", "1_000 | 1000",
        "12,345,678 | 12345678", "1_000,000 | 1000000", "007 | 7",
        "1000000000000000000 | 1000000000000000000",
        "1,000,000,000,000,000,000 | 1000000000000000000"})
    void aNumberMayBeWrittenInGroupsOfThree(String text, long number) {
        assertEquals(number, Text.wholeNumber("rows", text, 0, MAX));
    }

    /** The last ones would be numbers again if they were cut to 64 bits. */
    @ParameterizedTest
    @ValueSource(strings = {"", " ", " 1", "1 ", "-1", "+1", "1.0", "1e3", "0x10", "many",
        "1,00", "1,0000", ",100", "1,", "1,,000", "1000,000", "1 000", "\u0661",
        "1000000000000000001", "9223372036854775808", "9999999999999999999",
        "18446744073709551617", "100000000000000000000"})
    void whatIsNoneIsRefusedAndNotRepeated(String text) {
        assertEquals("rows must be a whole number from 0 to 1,000,000,000,000,000,000",
                refusal(text, 0, MAX));
    }

    @Test void bothEndsOfTheRangeAreInIt() {
        assertEquals(1, Text.wholeNumber("a white ball", "1", 1, 69));
        assertEquals(69, Text.wholeNumber("a white ball", "69", 1, 69));
        assertEquals("rows must be a whole number from 1 to 69", refusal("0", 1, 69));
        assertEquals("rows must be a whole number from 1 to 69", refusal("70", 1, 69));
    }

    private static String refusal(String text, long min, long max) {
        return assertThrows(IllegalArgumentException.class,
                () -> Text.wholeNumber("rows", text, min, max)).getMessage();
    }

    // ---- Text from elsewhere --------------------------------------------------------------------

    /** The last two turn the direction of what follows, and end a line. */
    @ParameterizedTest
    @ValueSource(strings = {"\033", "\n", "\r", "\t", "\0", "\007", "\u007f", "\u009b", "\u202e",
        "\u2028"})
    void aCharacterThatCommandsATerminalIsAQuestionMark(String character) {
        assertEquals("a?b", Text.printable("a" + character + "b"));
    }

    @Test void lettersOfAnyLanguageAreLeftAsTheyAre() {
        String letters = "O'Brien, Zo\u00eb, \u0141\u00f3d\u017a, \u6771\u4eac, 100%d";
        assertEquals(letters, Text.printable(letters));
    }

    @Test void whatIsTooLongIsCut() {
        assertEquals("x".repeat(1000), Text.printable("x".repeat(1000)));
        assertEquals("x".repeat(1000) + "...", Text.printable("x".repeat(1001)));
    }

    // ---- Words for a shell ----------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "powerball_data.db | powerball_data.db",
        "http://127.0.0.1:8000/a~b,c@d%20 | http://127.0.0.1:8000/a~b,c@d%20",
        "my tickets.db | \"my tickets.db\"",
        "jdbc:postgresql://h/l?user=ana&a=b | \"jdbc:postgresql://h/l?user=ana&a=b\"",
        "~ana | \"~ana\"", "O'Brien.db | \"O'Brien.db\"", "a;b | \"a;b\"", "a*b | \"a*b\"",
        "$HOME | '$HOME'", "a`b | 'a`b'", "a\"b | 'a\"b'", "a\\b | 'a\\b'", "a!b | 'a!b'",
        "it's $5 | 'it'\\''s $5'"})
    void aWordIsQuotedOnlyIfItMustBe(String word, String quoted) {
        assertEquals(quoted, Text.quotedForShell(word));
    }

    @Test void aShellReadsEveryWordAsItWas() {
        List<String> words = List.of("", "plain", "two words", "~", "~ana", "=x", "a=b", "$HOME",
                "${HOME}", "`id`", "$(id)", "a\"b", "a'b", "'\"", "a\\b", "\\", "!!", "a!b", "*",
                "?", "[a]", "{a,b}", "#a", "a&b", "a|b", "a;b", "<a>", "(a)", "a\tb", "it's $5",
                "Zo\u00eb");
        StringBuilder command = new StringBuilder("printf '%s\\0'");
        words.forEach(word -> command.append(' ').append(Text.quotedForShell(word)));
        try (Run shell = Run.start(folder, List.of("sh", "-c", command.toString()))) {
            assertEquals(0, shell.exitCode(), shell.err());
            assertEquals(words, List.of(shell.out().split("\0", -1)).subList(0, words.size()));
        }
    }
}
