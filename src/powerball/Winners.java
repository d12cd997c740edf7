package powerball;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.*;
import java.util.*;

/**
 * Draws the winning numbers, or takes them, and shows who of the tickets in {@code powerball_results} has won what, and
 * whether the drums were fair. It needs a JDK, 17 or newer, the driver in {@code lib/} ({@code ./build.sh} fetches it),
 * and rows that Ingest has stored:
 *
 * <pre>
 * $ java --enable-native-access=ALL-UNNAMED -cp 'lib/*' src/powerball/Winners.java 6 42 43 51 52 10
 * Winning numbers: 6 42 43 51 52, Powerball 10
 * Tickets: 1,000 in powerball_data.db
 * match           prize      odds, 1 in   should win     did win             paid
 * 5 + PB    $20,000,000  292,201,338.00         0.00           1      $20,000,000
 * 5          $1,000,000   11,688,053.52         0.00           0               $0
 * 4 + PB        $50,000      913,129.18         0.00           0               $0
 * 4                $100       36,525.17         0.03           0               $0
 * ...
 * </pre>
 *
 * The database is only read, in one transaction and row by row: an ingest may go on writing meanwhile, and ten million
 * tickets need no more memory than ten.
 *
 * <p>How to read it: {@link #main} and {@link #run}; then the rules of the game, {@link Numbers} and {@link Tier}; then
 * {@link #read}, which passes every ticket to a {@link Tally}; then what is printed, down to the test of fairness,
 * {@link #pValue}; then the terminal and the options.
 */
public class Winners {

    private static final int DRAWN = 5; // white balls
    private static final int WHITE_BALLS = 69; // in their drum
    private static final int POWERBALLS = 26; // in theirs
    private static final long TICKET_DOLLARS = 2;
    private static final int LUCKIEST = 10; // buyers who are named
    private static final long LOCKED_SECONDS = 5; // to wait for another program, where there is no write-ahead log

    private static final String NO_FILE = "does not exist, or is not a file that can be read";
    private static final String SELECT = "SELECT powerball_1, powerball_2, powerball_3, powerball_4, powerball_5,"
            + " powerball_number, transaction_id, first_name, last_name, city, state FROM powerball_results";

    private static final int BAR_COLUMNS = 3;
    private static final int BAR_COLUMN_WIDTH = 27; // with the gap behind it: three fit 80 characters
    private static final String WHITE = "\033[30;47m"; // black on white: seen on a dark and on a light screen
    private static final String RED = "\033[97;41m"; // white on red

    private final Options options;
    private final Tally tally = new Tally();
    private final boolean inColour = System.getenv().getOrDefault("NO_COLOR", "").isEmpty() && isTerminal(1);

    private Winners(Options options) {
        this.options = options;
    }

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // 1,000.5 is written so everywhere
        try {
            if (List.of(args).contains("--help")) System.out.println(Options.USAGE);
            else new Winners(Options.parse(args)).run();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
        }
    }

    private void run() {
        String failure;
        try {
            read();
            printPrizes();
            printLuckiest();
            printBalls("white ball", tally.white, DRAWN, WHITE);
            printBalls("Powerball", tally.powerball, 1, RED);
            return;
        } catch (Failure e) {
            failure = e.getMessage();
        } catch (SQLException e) {
            failure = switch (e.getErrorCode()) {
                case 0 -> "cannot be opened: " + printable(e.getMessage())
                        + ". The driver needs -cp 'lib/*' and a temporary folder that can be written";
                case 1 /* SQLITE_ERROR */ -> "has no table powerball_results, or one with other columns than Ingest makes";
                case 5 /* SQLITE_BUSY */ -> "is still locked by another program after " + LOCKED_SECONDS + " s";
                case 8 /* SQLITE_READONLY */ -> "has a write-ahead log, which needs a folder that can be written: copy it to one";
                case 10, 14 /* SQLITE_IOERR, SQLITE_CANTOPEN */ -> NO_FILE;
                case 26 /* SQLITE_NOTADB */ -> "is not a SQLite database";
                default -> "cannot be read: " + printable(e.getMessage());
            };
        }
        System.err.printf("%s %s.%n", options.db, failure);
        System.exit(1);
    }

    /** What is wrong with the database, as a sentence that begins behind its name. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String sentence, Object... arguments) {
            super(String.format(sentence, arguments));
        }
    }

    // ---- The rules --------------------------------------------------------------------------------------------------

    /**
     * The winning numbers.
     *
     * @param whiteBalls five distinct numbers from 1 to 69, ascending
     * @param powerball 1 to 26
     */
    record Numbers(Set<Integer> whiteBalls, int powerball) {

        /** The draw that is named by a seed: always the same, on every JDK from 17 on. Every draw is equally likely. */
        static Numbers draw(long seed) {
            // SplittableRandom steps by a constant, so seeds that differ by a multiple of it would give shifted copies
            // of the same numbers. Its first output is well mixed, and a start taken from there is far from all others.
            SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong());
            Set<Integer> white = new TreeSet<>();
            random.ints(1, WHITE_BALLS + 1).distinct().limit(DRAWN).forEach(white::add);
            return new Numbers(white, 1 + random.nextInt(POWERBALLS));
        }

        /** Five white balls in any order, then the Powerball. */
        static Numbers parse(List<String> balls) {
            Set<Integer> white = new TreeSet<>();
            balls.stream().limit(DRAWN).forEach(b -> white.add((int) wholeNumber("a white ball", b, 1, WHITE_BALLS)));
            check(balls.size() == DRAWN + 1 && white.size() == DRAWN, "the winning numbers must be five different white balls and"
                    + " one Powerball, not \"%s\"", String.join(" ", balls));
            return new Numbers(white, (int) wholeNumber("the Powerball", balls.get(DRAWN), 1, POWERBALLS));
        }
    }

    /** The prizes for a $2 ticket, best first, as they have been since 2015-10-07 (https://www.powerball.com). */
    enum Tier {
        JACKPOT(5, true, 0), // what is in the pot
        FIVE(5, false, 1_000_000),
        FOUR_AND_POWERBALL(4, true, 50_000),
        FOUR(4, false, 100),
        THREE_AND_POWERBALL(3, true, 100),
        THREE(3, false, 7),
        TWO_AND_POWERBALL(2, true, 7),
        ONE_AND_POWERBALL(1, true, 4),
        POWERBALL(0, true, 4);

        /** How many different tickets there are: 292,201,338. */
        static final long TICKETS = choose(WHITE_BALLS, DRAWN) * POWERBALLS;

        private final int matches; // of the white balls
        private final boolean withPowerball;
        private final long dollars;

        Tier(int matches, boolean withPowerball, long dollars) {
            this.matches = matches;
            this.withPowerball = withPowerball;
            this.dollars = dollars;
        }

        /** How many of the different tickets win it: matching balls are among the drawn ones, the others are not. */
        long ways() {
            return choose(DRAWN, matches) * choose(WHITE_BALLS - DRAWN, DRAWN - matches)
                    * (withPowerball ? 1 : POWERBALLS - 1);
        }

        private static long choose(int n, int k) {
            return k == 0 ? 1 : choose(n - 1, k - 1) * n / k; // there is never a remainder
        }

        @Override public String toString() {
            return matches == 0 ? "PB" : matches + (withPowerball ? " + PB" : "");
        }
    }

    // ---- From the database ------------------------------------------------------------------------------------------

    /** Passes all rows to the tally. */
    private void read() throws SQLException, Failure {
        if (!Files.isRegularFile(options.db)) throw new Failure(NO_FILE); // a pipe would be waited for
        // Mode 1 is SQLITE_OPEN_READONLY: no file is made where there is none.
        String url = "jdbc:sqlite:" + options.db.toUri() + "?open_mode=1&busy_timeout=" + 1000 * LOCKED_SECONDS;
        try (Progress progress = new Progress(); Connection database = DriverManager.getConnection(url);
                PreparedStatement count = database.prepareStatement("SELECT count(*) FROM powerball_results");
                PreparedStatement select = database.prepareStatement(SELECT)) {
            database.setAutoCommit(false); // one transaction: both statements see the same rows, whoever is writing
            long rows = count.executeQuery().getLong(1);
            if (rows == 0) throw new Failure("has no rows in table powerball_results. Ingest stores some");
            printNumbers(rows); // now: to read ten million tickets takes a while
            readRows(select, rows, progress);
        }
    }

    private void readRows(PreparedStatement select, long rows, Progress progress) throws SQLException, Failure {
        try (ResultSet row = select.executeQuery()) {
            int[] white = new int[DRAWN];
            while (row.next()) {
                for (int i = 0; i < DRAWN; i++) white[i] = ball(row, i + 1, WHITE_BALLS);
                Tier tier = tally.add(options.winning, white, ball(row, DRAWN + 1, POWERBALLS));
                if (tier != null) {
                    String id = String.valueOf(row.getString(7)); // it may be NULL
                    tally.addBuyer(new Buyer(tier, id, String.format("%s %s, %s, %s",
                            row.getString(8), row.getString(9), row.getString(10), row.getString(11))));
                }
                progress.show(tally.rows, rows);
            }
        }
    }

    private static int ball(ResultSet row, int column, int max) throws SQLException, Failure {
        int ball = row.getInt(column); // 0 for what is not a number
        if (ball >= 1 && ball <= max) return ball;
        throw new Failure("has a ball that must be a whole number from 1 to %d, not \"%.40s\": transaction %.40s",
                max, printable(String.valueOf(row.getString(column))), printable(String.valueOf(row.getString(7))));
    }

    // ---- Counting ---------------------------------------------------------------------------------------------------

    /** Who has won what. */
    record Buyer(Tier tier, String transactionId, String nameAndPlace) {
    }

    /** What is known of the tickets so far. Its size does not depend on how many they are. */
    static final class Tally {
        final long[] winners = new long[Tier.values().length];
        final long[] white = new long[1 + WHITE_BALLS]; // how often each came up; none at 0
        final long[] powerball = new long[1 + POWERBALLS];
        /** Best tier first; within a tier, who bought first, as ids ascend. */
        final NavigableSet<Buyer> luckiest =
                new TreeSet<>(Comparator.comparing(Buyer::tier).thenComparing(Buyer::transactionId));
        long rows;
        long withBallTwice;
        private final long[] lastRow = new long[1 + WHITE_BALLS]; // in which a white ball came up

        /** Counts a ticket. Returns what it has won, or null; a ball that it has twice matches once. */
        Tier add(Numbers winning, int[] balls, int powerball) {
            rows++;
            this.powerball[powerball]++;
            boolean twice = false;
            for (int ball : balls) {
                white[ball]++;
                twice |= lastRow[ball] == rows;
                lastRow[ball] = rows;
            }
            withBallTwice += twice ? 1 : 0;
            long matches = winning.whiteBalls.stream().filter(ball -> lastRow[ball] == rows).count();
            for (Tier tier : Tier.values()) {
                if (tier.matches == matches && tier.withPowerball == (powerball == winning.powerball)) {
                    winners[tier.ordinal()]++;
                    return tier;
                }
            }
            return null;
        }

        void addBuyer(Buyer buyer) {
            luckiest.add(buyer);
            if (luckiest.size() > LUCKIEST) {
                luckiest.pollLast();
            }
        }
    }

    // ---- What is printed --------------------------------------------------------------------------------------------

    private void printNumbers(long rows) {
        System.out.printf("Winning numbers: %s, Powerball %s%n",
                painted(WHITE, options.winning.whiteBalls.toString().replaceAll("[\\[,\\]]", "")),
                painted(RED, "" + options.winning.powerball));
        System.out.print(options.drawn ? "Drawn at random; --seed " + options.seed + " draws the same again.\n" : "");
        System.out.printf("Tickets: %,d in %s%n", rows, options.db);
    }

    private void printPrizes() {
        System.out.printf("match %15s %15s %12s %11s %16s%n", "prize", "odds, 1 in", "should win", "did win", "paid");
        long allPaid = 0;
        for (Tier tier : Tier.values()) {
            long winners = tally.winners[tier.ordinal()];
            long prize = tier == Tier.JACKPOT ? options.jackpot : tier.dollars;
            long paid = prize * (tier == Tier.JACKPOT ? Math.min(winners, 1) : winners);
            printTier(tier.toString(), dollars(prize), tier.ways(), winners, dollars(paid));
            allPaid += paid;
        }
        long allWays = Arrays.stream(Tier.values()).mapToLong(Tier::ways).sum();
        printTier("any", "", allWays, Arrays.stream(tally.winners).sum(), dollars(allPaid));
        long sales = tally.rows * TICKET_DOLLARS;
        System.out.printf("%nThe jackpot is taken to be %s (--jackpot); all who win it share it.%n"
                + "Sales %s, paid %s, left %s%n",
                dollars(options.jackpot), dollars(sales), dollars(allPaid), dollars(sales - allPaid));
        if (tally.withBallTwice > 0) {
            System.out.printf("Tickets that have a ball twice: %,d. A match is counted once.%n", tally.withBallTwice);
        }
    }

    private void printTier(String tier, String prize, long ways, long won, String paid) {
        double odds = (double) Tier.TICKETS / ways;
        System.out.printf("%-6s %14s %,15.2f %,12.2f %,11d %16s%n", tier, prize, odds, tally.rows / odds, won, paid);
    }

    private void printLuckiest() {
        System.out.println(tally.luckiest.isEmpty() ? "\nNobody has won." : "\nThe luckiest buyers");
        for (Buyer buyer : tally.luckiest) {
            long share = options.jackpot / Math.max(1, tally.winners[Tier.JACKPOT.ordinal()]);
            long prize = buyer.tier == Tier.JACKPOT ? share : buyer.tier.dollars;
            System.out.printf("%-6s %14s  %.57s%n", buyer.tier, dollars(prize), printable(buyer.nameAndPlace));
        }
    }

    /** How often each number came up, in columns to be read downwards, and whether that is fair. */
    private void printBalls(String ball, long[] counts, int drawn, String colourCode) {
        int numbers = counts.length - 1;
        double expected = (double) Arrays.stream(counts).sum() / numbers;
        System.out.printf("%nHow often each %s came up (%,.1f times expected)%n", ball, expected);
        long most = Arrays.stream(counts).max().getAsLong();
        int digits = String.format("%,d", most).length();
        int room = BAR_COLUMN_WIDTH - digits - 6; // 6: the number and a blank, a blank, the gap
        int lines = (numbers + BAR_COLUMNS - 1) / BAR_COLUMNS;
        for (int line = 1; line <= lines; line++) {
            String text = "";
            for (int number = line; number <= numbers; number += lines) {
                int length = (int) (room * counts[number] / most);
                text += String.format("%2d %," + digits + "d ", number, counts[number])
                        + painted(colourCode, "#".repeat(length)) + " ".repeat(room - length + 2);
            }
            System.out.println(text.stripTrailing());
        }
        printFairness(counts, expected, drawn);
    }

    private static void printFairness(long[] counts, double expected, int drawn) {
        int degrees = counts.length - 2; // of freedom: one less than there are numbers
        double statistic = chiSquare(counts, expected, drawn);
        double p = pValue(statistic, degrees);
        System.out.printf("Chi-square %,.2f with %d degrees of freedom, p = %.4f%n", statistic, degrees, p);
        if (expected < 5) {
            System.out.println("Too few tickets: with less than 5 of each number expected, this says little.");
            return;
        }
        String percent = p < 0.0001 ? "less than 0.01" : String.format(p < 0.01 || p > 0.99 ? "%.2f" : "%.0f", 100 * p);
        String verdict = p < 0.01 ? "look closer." : p > 0.99 ? "strangely even." : "nothing unusual.";
        System.out.println("A fair drum does worse in " + percent + " % of all cases: " + verdict);
    }

    /** Pearson's statistic for counts from index 1 on: how far they are from being equal. */
    static double chiSquare(long[] counts, double expected, int drawn) {
        int numbers = counts.length - 1;
        double sum = Arrays.stream(counts).skip(1).mapToDouble(count -> Math.pow(count - expected, 2) / expected).sum();
        // A ball that is out cannot come again. That evens the counts: for 5 of 69 the sum is 64 on average, not 68.
        return sum * (numbers - 1) / (numbers - drawn);
    }

    /**
     * The chance that a fair drum comes to this statistic or more, for up to 100 degrees of freedom, right to ten
     * decimals: the incomplete gamma function Q(a, x) = 1 - P(a, x), by the series for P (Press et al., Numerical
     * Recipes, 6.2).
     */
    static double pValue(double statistic, int degrees) {
        double a = degrees / 2.0;
        double x = Math.min(statistic / 2, 600); // beyond, the answer is 0 to all decimals, and e^-x soon 0, too
        // The first term, e^-x x^a / gamma(a + 1), as gamma(b + 1) = b gamma(b) down to gamma(1) = 1 or gamma(1/2).
        double term = Math.exp(-x) / (degrees % 2 == 0 ? 1 : Math.sqrt(Math.PI * x));
        for (double b = a; b > 0; b--) {
            term *= x / b;
        }
        double sum = 0;
        for (int n = 1; term > 1e-17 || n < x; n++) {
            sum += term;
            term *= x / (a + n);
        }
        return Math.max(0, 1 - sum);
    }

    private String painted(String colourCode, String text) {
        return inColour && !text.isEmpty() ? colourCode + text + "\033[0m" : text;
    }

    private static String dollars(long amount) {
        return String.format(amount < 0 ? "-$%,d" : "$%,d", Math.abs(amount));
    }

    // ---- On the terminal --------------------------------------------------------------------------------------------

    /** Asks a shell whether stdout (1) or stderr (2) is a terminal: the JDK only knows of stdin and stdout together. */
    private static boolean isTerminal(int stream) {
        try {
            return new ProcessBuilder("sh", "-c", "test -t " + stream).inheritIO().start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false; // no such command: plain text does for every terminal
        }
    }

    /** How far it is, on stderr: redrawn in place on a terminal, else a line now and then; nothing if it is quick. */
    private static final class Progress implements AutoCloseable {
        private static final String CLEAR_LINE = "\r\033[K";
        private final boolean inPlace = isTerminal(2);
        private final long start = System.nanoTime();
        private double next = inPlace ? 1 : 5; // seconds

        void show(long done, long rows) {
            double seconds = (System.nanoTime() - start) / 1e9;
            if (seconds > next) {
                next = seconds + (inPlace ? 0.2 : 5);
                System.err.printf("%s%d%%, %,d of %,d tickets in %.0f s%s", inPlace ? CLEAR_LINE : "",
                        100 * done / rows, done, rows, seconds, inPlace ? "" : "\n");
            }
        }

        @Override public void close() {
            System.err.print(inPlace && next > 1 ? CLEAR_LINE : "");
        }
    }

    // ---- Options ----------------------------------------------------------------------------------------------------

    private record Options(Numbers winning, boolean drawn, long seed, Path db, long jackpot) {
        private static final String USAGE = """
                Usage: java -cp 'lib/*' src/powerball/Winners.java [w1 w2 w3 w4 w5 powerball] [options]

                  w1 ... powerball   the winning numbers, five from 1 to 69 and one from 1 to 26 (drawn)
                  --db FILE          the database (powerball_data.db)
                  --seed S           of the draw, 0 to 10^18 (the present moment); the same seed draws the same numbers
                  --jackpot DOLLARS  what is in the pot, 1 to 10,000,000,000 (20,000,000)
                  --help             show this""";

        static Options parse(String[] args) {
            Arguments given = Arguments.parse(args, List.of("--db", "--seed", "--jackpot"));
            List<String> balls = given.words;
            check(!given.options.containsKey("--seed") || balls.isEmpty(),
                    "--seed is for drawing: give it or the winning numbers, not both");
            String db = given.text("--db", "powerball_data.db");
            check(!db.isBlank(), "--db must be a path, not \"%s\"", db);
            long now = System.currentTimeMillis() * 4096; // in the unit of the other programs' seeds
            long seed = given.number("--seed", 0, 1_000_000_000_000_000_000L, now);
            return new Options(balls.isEmpty() ? Numbers.draw(seed) : Numbers.parse(balls), balls.isEmpty(), seed,
                    Path.of(db), given.number("--jackpot", 1, 10_000_000_000L, 20_000_000));
        }
    }

    // ==== Shared: the same in Server, Ingest and Winners, as each stands alone ===================

    /** What was typed behind the program's name: words, and options with a value each. */
    private record Arguments(List<String> words, Map<String, String> options) {

        /** Refuses an option that is not among these, has no value, or is given twice. */
        static Arguments parse(String[] args, List<String> names) {
            Arguments given = new Arguments(new ArrayList<>(), new LinkedHashMap<>());
            Iterator<String> rest = List.of(args).iterator();
            while (rest.hasNext()) {
                String word = rest.next();
                if (word.startsWith("--")) {
                    check(names.contains(word), "no such option: %s", word);
                    check(rest.hasNext(), "%s must be given with a value", word);
                    putOnce(given.options, word, rest.next());
                } else {
                    given.words.add(word);
                }
            }
            return given;
        }

        String text(String name, String otherwise) {
            return options.getOrDefault(name, otherwise);
        }

        long number(String name, long min, long max, long otherwise) {
            String text = options.get(name);
            return wholeNumber(name, text == null ? null : ungrouped(text), min, max, otherwise);
        }
    }

    private static void putOnce(Map<String, String> values, String name, String value) {
        check(values.put(name, value) == null, "%s must be given once, not twice", name);
    }

    /** A number as people write it: 1,000 and 1_000 are 1000. Any other text stays as it is. */
    private static String ungrouped(String text) {
        return text.matches("[0-9]{1,3}([,_][0-9]{3})+") ? text.replaceAll("[,_]", "") : text;
    }

    /**
     * The number that a text is; refused, if it is none or out of range, with a sentence that says
     * what is accepted.
     */
    private static long wholeNumber(String name, String text, long min, long max) {
        // From 2^63 on it is negative.
        long number = text.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(text) : -1;
        check(number >= min && number <= max,
                "%s must be a whole number from %,d to %,d, not \"%s\"", name, min, max, text);
        return number;
    }

    /** The same, where nothing may be given: a text of null. */
    private static long wholeNumber(String name, String text, long min, long max, long otherwise) {
        return text == null ? otherwise : wholeNumber(name, text, min, max);
    }

    private static void check(boolean accepted, String sentence, Object... arguments) {
        if (accepted) return;
        throw new IllegalArgumentException(printable(String.format(sentence, arguments)));
    }

    /** Text from elsewhere, fit for a terminal: without control characters, and not too long. */
    private static String printable(String text) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        return oneLine.replaceFirst("(.{500}).+", "$1...");
    }

    // ==== The end of what is shared ==============================================================
}
