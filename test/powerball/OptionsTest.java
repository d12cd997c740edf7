package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.terminal.Text;
import powerball.tools.Programs;
import powerball.tools.Run;

/** What is the same in all three programs: how they take options, refuse them and help. */
class OptionsTest {

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
    void helpIsPrintedForWhoeverAsksWhateverElseIsWrong(String program) {
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

    /** A script that keeps the help in a file must notice that the disk is full. */
    @ParameterizedTest
    @ValueSource(strings = {"Server", "Ingest", "Winners"})
    void helpThatCannotBePrintedIsAFailure(String program) {
        String command = Programs.command(program, List.of(), "--help").stream()
                .map(Text::quotedForShell).collect(Collectors.joining(" "));
        try (Run run = Run.bash(Run.PROJECT, command + " >/dev/full")) {
            assertEquals(1, run.exitCode(), run.err());
        }
    }

    private static Run start(String program, String... typed) {
        return Run.start(Run.PROJECT, Programs.command(program, List.of(), typed));
    }
}
