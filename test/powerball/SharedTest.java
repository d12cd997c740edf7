package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.terminal.Arguments;
import powerball.tools.Programs;
import powerball.tools.Run;

/**
 * The server stands alone, so it reads its options itself. Whoever uses the three programs must not
 * notice: it takes and says the same as {@link Arguments}, by which the others read theirs.
 */
class SharedTest {

    private static final List<String> NAMES = List.of(
            "--host", "--port", "--max-streams", "--stall-seconds", "--drop-after");
    private static final String LONG = "x".repeat(2_000);

    private static final List<List<String>> WRONG = List.of(
            List.of("--prot", "1"), List.of("--prot=1"), List.of("-p", "1"), // no such option
            List.of("--port"), List.of("--port", "--host"), List.of("--port", "--host=x"),
            List.of("--port", "1", "--port", "2"), List.of("--port", "1", "--port=1"),
            List.of("--port="), List.of("--port", ""), List.of("--port", "x"),
            List.of("--port", "1.5"), List.of("--port", "-1"), List.of("--port", "65536"),
            List.of("--port", "65,536"), List.of("--port", "6,55"), List.of("--port", "1_0"),
            List.of("--port", "9223372036854775808"), List.of("--port", "99999999999999999999"),
            List.of("--port", " 1"), List.of("--port", "\033[31m\n"), List.of("--port", LONG),
            List.of("--" + LONG, "1"), List.of("--max-streams", "0"),
            List.of("--stall-seconds=1=2"));

    @ParameterizedTest
    @FieldSource("WRONG")
    void whatIsWrongIsToldInTheSameWords(List<String> typed) {
        String[] arguments = typed.toArray(String[]::new);
        assertEquals(refusal(() -> read(arguments)),
                refusal(() -> Server.Options.parse(arguments)));
    }

    private static String refusal(Executable parse) {
        return assertThrows(IllegalArgumentException.class, parse).getMessage();
    }

    private static long read(String[] typed) {
        Arguments given = Arguments.parse(typed, NAMES, List.of());
        if (!given.words().isEmpty()) { // the server takes none
            throw new IllegalArgumentException("no such option: " + given.words().get(0));
        }
        return given.number("--port", 0, 65_535, 8000)
                + given.number("--max-streams", 1, 10_000, 256)
                + given.number("--stall-seconds", 1, 86_400, 300);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "00", "1000", "1,000", "1_000", "65,535"})
    void aNumberIsTheSameInBoth(String number) {
        for (String[] typed : List.of(new String[] {"--port", number},
                new String[] {"--port=" + number})) {
            long port = Arguments.parse(typed, NAMES, List.of()).number("--port", 0, 65_535, 8000);
            assertEquals(port, Server.Options.parse(typed).port());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Server", "Ingest", "Winners"})
    void aWrongOptionIsToldInOneSentenceAndWhereTheRightOnesStand(String program) {
        try (Run run = start(program, "--colour", "red")) {
            assertEquals(2, run.exitCode());
            assertEquals("no such option: --colour\nSee --help.\n", run.err());
            assertEquals("", run.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Server", "Ingest", "Winners"})
    void helpIsPrintedForWhoeverAsksHoweverElseTheyAreWrong(String program) {
        try (Run help = start(program, "--help"); Run asked = start(program, "-h", "--colour")) {
            assertEquals(0, help.exitCode(), help.err());
            assertEquals(0, asked.exitCode(), asked.err());
            assertTrue(help.out().startsWith("Usage: java "), help.out());
            assertEquals(help.out(), asked.out());
            assertEquals("", help.err() + asked.err());
            for (String line : help.out().split("\n")) {
                assertTrue(line.length() <= 80, line);
            }
        }
    }

    private static Run start(String program, String... typed) {
        return Run.start(Run.PROJECT, Programs.command(program, List.of(), typed));
    }
}
