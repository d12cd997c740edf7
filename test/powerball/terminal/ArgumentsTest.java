package powerball.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How what was typed behind a program's name is taken apart, and what is refused. */
class ArgumentsTest {

    private static final List<String> OPTIONS = List.of("--db", "--seed");
    private static final List<String> FLAGS = List.of("--quiet");

    /** Takes apart what stands between spaces. */
    private static Arguments parse(String line) {
        return Arguments.parse(line.isEmpty() ? new String[0] : line.split(" "), OPTIONS, FLAGS);
    }

    private static String refusal(String line) {
        return assertThrows(IllegalArgumentException.class, () -> parse(line)).getMessage();
    }

    // ---- What is taken --------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"--db a.db", "--db=a.db", "10 --db a.db", "--db=a.db 10",
        "--seed 1 --db=a.db --quiet"})
    void aValueMayStandBehindASpaceOrAnEqualsSign(String line) {
        assertEquals("a.db", parse(line).text("--db", "another"));
    }

    @Test void onlyTheFirstEqualsSignParts() {
        assertEquals("jdbc:x://y?user=ana&a=b",
                parse("--db=jdbc:x://y?user=ana&a=b").text("--db", ""));
        assertEquals("a=b", parse("--db a=b").text("--db", ""));
        assertEquals("", parse("--db=").text("--db", "another"));
    }

    @Test void wordsAreKeptInTheirOrderWhereverTheyStand() {
        assertEquals(List.of("1", "2", "3"), parse("1 --db a.db 2 --quiet 3").words());
        assertEquals(List.of(), parse("").words());
    }

    @Test void aFlagIsThereOrNot() {
        assertTrue(parse("10 --quiet").has("--quiet"));
        assertFalse(parse("10").has("--quiet"));
    }

    /** So that a program can print the command that it was started with. */
    @Test void optionsComeInTheOrderInWhichTheyWereTyped() {
        assertEquals(List.of("--seed", "--quiet", "--db"),
                List.copyOf(parse("--seed 1 --quiet --db=a.db").options().keySet()));
    }

    @Test void whatIsNotGivenHasItsDefault() {
        assertEquals("another", parse("10").text("--db", "another"));
        assertEquals(7, parse("10").number("--seed", 0, 9, 7));
        assertEquals(-1, parse("10").number("--seed", 0, 9, -1), "a default needs no range");
        assertEquals(9, parse("--seed=9").number("--seed", 0, 9, 7));
    }

    // ---- What is refused ------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--dbs a | no such option: --dbs",
        "--dbs=geheim | no such option: --dbs",
        "--DB a | no such option: --DB",
        "-pgeheim | no such option: -p",
        "-5 | no such option: -5",
        "-v | no such option: -v",
        "- | no such option: -",
        "--db://u:geheim@x | no such option: --db",
        "--a%70assword=geheim | no such option: --a",
        "-- a | no such option: --",
        "--db | --db needs a value",
        "--db --quiet | --db needs a value",
        "--db --seed=1 | --db needs a value",
        "--quiet=yes | --quiet takes no value",
        "--quiet= | --quiet takes no value",
        "--db a --db b | --db must be given once, not twice",
        "--db a --db=geheim | --db must be given once, not twice",
        "--quiet --quiet | --quiet must be given once, not twice"})
    void theMessageRepeatsNothingButTheNameOfAnOption(String line, String sentence) {
        assertEquals(sentence, refusal(line));
    }

    @Test void aNumberOutOfItsRangeIsToldWithTheOption() {
        Arguments given = parse("--seed 10");
        assertEquals("--seed must be a whole number from 0 to 9",
                assertThrows(IllegalArgumentException.class,
                        () -> given.number("--seed", 0, 9, 7)).getMessage());
    }

    @Test void whatIsToldCanBePrinted() {
        assertEquals("no such option: --a", refusal("--a\033[31m\nb 1"));
    }
}
