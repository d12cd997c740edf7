package powerball.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks on the terminal how many rows there are to be. */
final class Question {

    private static final String TEXT = "How many lucky winners today? ";
    private static final int MAX_QUESTIONS = 3; // to somebody who does not answer with a number
    private static final int MAX_ANSWER_CHARACTERS = 100;

    private Question() {
    }

    /**
     * A number of rows, as somebody types it. A wrong answer is explained, and asked for again.
     *
     * @throws IllegalArgumentException if nobody answers with a number
     */
    static long askForRows() {
        Thread endLine = new Thread(System.out::println); // after the question, on Ctrl-C
        Runtime.getRuntime().addShutdownHook(endLine);
        for (int question = 1; question <= MAX_QUESTIONS; question++) {
            System.out.print(TEXT);
            String answer = readLine();
            if (answer == null) break;
            try {
                long rows = Options.rows(answer.strip());
                Runtime.getRuntime().removeShutdownHook(endLine);
                return rows;
            } catch (IllegalArgumentException e) {
                String help = "Type a number, for example 1,000.";
                System.out.println(answer.isBlank() ? help : e.getMessage());
            }
        }
        throw new IllegalArgumentException("rows must be given: no number was entered");
    }

    /** A line; null at the end of the input, or if the input is closed. */
    private static String readLine() {
        if (isInputClosed()) return null;
        try {
            int c = System.in.read();
            if (c < 0) return null;
            StringBuilder line = new StringBuilder();
            while (c >= 0 && c != '\n') {
                if (line.length() < MAX_ANSWER_CHARACTERS) line.append((char) c);
                c = System.in.read();
            }
            return line.toString();
        } catch (IOException e) {
            return null; // it cannot be read: nobody can answer
        }
    }

    /** If so, descriptor 0 is a file of the JVM's, whose bytes would be read as answers. */
    private static boolean isInputClosed() {
        try {
            Path input = Files.readSymbolicLink(Path.of("/proc/self/fd/0"));
            return input.startsWith(Path.of(System.getProperty("java.home")).toRealPath());
        } catch (IOException | UnsupportedOperationException e) {
            return false; // the system cannot tell
        }
    }
}
