package powerball.ingest;

import static powerball.terminal.Arguments.require;

import java.net.URI;
import java.util.List;
import java.util.SplittableRandom;
import powerball.database.Database;
import powerball.terminal.Arguments;
import powerball.terminal.Text;

/**
 * The options of an ingest.
 *
 * @param url the base address of the server, without a slash at its end
 * @param rows how many rows the job has
 * @param from the first row of the job, counted in the stream
 * @param rate rows a second; 0: as fast as they come
 * @param drop after how many rows each stream is to break; 0: never
 * @param command the command that does the same job, or finishes it
 */
record Options(String url, Database database, long rows, long seed, long from, long rate, long drop,
        long stallSeconds, long patienceSeconds, boolean isQuiet, String command) {

    static final String USAGE = """
            Usage: java -jar build/ingest.jar [rows] [options]

              rows                  0 to 1,000,000,000; asked for if not given
              --url URL             the server (http://127.0.0.1:8000)
              --db DATABASE         a file, for SQLite (powerball_data.db), or a JDBC URL:
                                    jdbc:postgresql:, jdbc:mariadb:, jdbc:mysql: or
                                    jdbc:duckdb:; a password comes from DB_PASSWORD
              --seed S              the stream, 0 to 10^18 (the current time);
                                    the same seed gives the same rows
              --from K              the first row of the stream, 0 to 1,000,000,000 (0)
              --rate R              rows a second, 1 to 1,000,000 (as fast as they come)
              --drop D              failure drill: the server breaks each stream after
                                    D rows, 1 to 1,000,000,000
              --stall-seconds S     ask again when no row has arrived for S seconds,
                                    1 to 86,400 (30)
              --patience-seconds P  give up when no new row could be stored for
                                    P seconds, 0 to 86,400 (60)
              --quiet               show no progress bar, only messages
              --help                show this""";

    private static final String COMMAND = "java -jar build/ingest.jar ";
    private static final long MAX_ROWS = 1_000_000_000; // also the highest first row
    private static final long MAX_SEED = 1_000_000_000_000_000_000L;
    private static final long MAX_RATE = 1_000_000;
    private static final long MAX_SECONDS = 86_400; // a day
    private static final String HOST = "([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])";
    private static final String URL_FORM = "https?://" + HOST + "(:[0-9]{1,5})?(/[\\w.~/-]*)?";

    /** @throws IllegalArgumentException if something is not accepted; the message says what is */
    static Options parse(String[] typed) {
        Arguments given = Arguments.parse(typed, List.of("--url", "--db", "--seed", "--from",
                "--rate", "--drop", "--stall-seconds", "--patience-seconds"), List.of("--quiet"));
        require(given.words().size() <= 1, "rows must be one number");
        String url = url(given.text("--url", "http://127.0.0.1:8000"));
        Database database = Database.named(given.text("--db", "powerball_data.db"));
        long seed = given.number("--seed", 0, MAX_SEED, chooseSeed());
        long from = given.number("--from", 0, MAX_ROWS, 0);
        long rate = given.number("--rate", 1, MAX_RATE, 0);
        long drop = given.number("--drop", 1, MAX_ROWS, 0);
        long stallSeconds = given.number("--stall-seconds", 1, MAX_SECONDS, 30);
        long patienceSeconds = given.number("--patience-seconds", 0, MAX_SECONDS, 60);
        // Last: a question is only asked if nothing else is wrong.
        long rows = given.words().isEmpty() ? Question.askForRows() : rows(given.words().get(0));
        return new Options(url, database, rows, seed, from, rate, drop, stallSeconds,
                patienceSeconds, given.has("--quiet"), command(rows, seed, given));
    }

    /** The number of rows of a job, 0 to 10^9. */
    static long rows(String text) {
        return Text.wholeNumber("rows", text, 0, MAX_ROWS);
    }

    private static String url(String text) {
        require(text.matches(URL_FORM) && URI.create(text).getHost() != null
                && URI.create(text).getPort() <= 65_535,
                "--url must be like http://127.0.0.1:8000, without user and password");
        return text.replaceAll("/+$", "");
    }

    /**
     * The current time in units of 1/4096 ms since 1970, so that ids ascend from one run to the
     * next, plus 22 random bits, which are a second in that unit: runs that start at the same
     * moment, here or on other machines, must not share a stream. (SecureRandom would be as good,
     * and takes 0.05 s to load.)
     */
    private static long chooseSeed() {
        return System.currentTimeMillis() * 4096 + new SplittableRandom().nextInt(1 << 22);
    }

    private static String command(long rows, long seed, Arguments given) {
        StringBuilder command = new StringBuilder(COMMAND + rows + " --seed " + seed);
        given.options().forEach((name, value) -> {
            if (name.equals("--seed")) return;
            command.append(' ').append(name);
            if (!value.isEmpty()) command.append(' ').append(Text.quotedForShell(value));
        });
        return command.toString();
    }
}
