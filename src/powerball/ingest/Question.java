package powerball.ingest;

import java.util.Scanner;

/** Asks on the terminal how many rows to fetch. */
final class Question {

    private static final String TEXT = "How many lucky winners today? ";
    private static final int MAX_QUESTIONS = 3; // a program that answers might never stop

    private Question() {
    }

    /**
     * A number of rows, as people type it. A wrong answer is explained, and asked for again.
     *
     * @throws IllegalArgumentException if there is no number among the answers
     */
    static long askForRows() {
        Thread endLine = new Thread(System.out::println); // after the question, on Ctrl-C
        Runtime.getRuntime().addShutdownHook(endLine);
        Scanner answers = new Scanner(System.in);
        for (int question = 1; question <= MAX_QUESTIONS; question++) {
            System.out.print(TEXT);
            if (!answers.hasNextLine()) break;
            String answer = answers.nextLine().strip();
            try {
                long rows = Options.rows(answer);
                Runtime.getRuntime().removeShutdownHook(endLine);
                return rows;
            } catch (IllegalArgumentException e) {
                String help = "Type a number, for example 1,000.";
                System.out.println(answer.isEmpty() ? help : e.getMessage());
            }
        }
        throw new IllegalArgumentException("rows must be given: no number was entered");
    }
}
