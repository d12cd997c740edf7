package powerball.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Scanner;

/** The terminal that a stream of this program may be connected to. */
public final class Terminal {

    public static final int STDOUT = 1;
    public static final int STDERR = 2;

    private static final int NO_TERMINAL = 0;
    private static final int USUAL_COLUMNS = 80;

    private Terminal() {
    }

    /**
     * How many columns the terminal has; 0 if the stream is connected to none, or to a dumb one, on
     * which nothing can be redrawn. The JDK cannot tell, so this asks a shell, in some 5 ms.
     */
    public static int columns(int stream) {
        if ("dumb".equals(System.getenv("TERM"))) return NO_TERMINAL;
        try {
            // The stream itself is handed down, so the answer has to come through the other one.
            int other = STDOUT + STDERR - stream;
            String command = "exec stty size <&" + stream + " >&" + other + " 2>/dev/null";
            ProcessBuilder stty = new ProcessBuilder("sh", "-c", command);
            if (stream == STDOUT) {
                stty.redirectOutput(ProcessBuilder.Redirect.INHERIT);
                return columns(stty.start().errorReader());
            }
            stty.redirectError(ProcessBuilder.Redirect.INHERIT);
            return columns(stty.start().inputReader());
        } catch (IOException e) { // no shell: Windows
            // JDK 22's usual console need not be a terminal.
            System.setProperty("jdk.console", "java.base");
            return System.console() == null ? NO_TERMINAL : USUAL_COLUMNS;
        }
    }

    private static int columns(BufferedReader answer) {
        Scanner linesAndColumns = new Scanner(answer);
        if (!linesAndColumns.hasNextInt()) return NO_TERMINAL;
        linesAndColumns.nextInt();
        int columns = linesAndColumns.nextInt();
        return columns > 0 ? columns : USUAL_COLUMNS; // 0: it does not know
    }

    /** Whether a terminal, if there is one, takes escape sequences. On Windows TERM is not set. */
    public static boolean takesEscapes() {
        return System.getenv("TERM") != null;
    }
}
