package powerball;

import java.io.*;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.sql.*;
import java.util.*;
import java.util.logging.LogManager;
import java.util.regex.*;

/**
 * Draws the winning numbers, or is given them, and shows what the tickets in
 * {@code powerball_results} have won; with {@code --fairness}, also whether the drums were fair. It
 * needs a JDK, 17 or newer, the database's driver in {@code lib/} ({@code ./build.sh} fetches the
 * one for SQLite), and rows that Ingest has stored:
 *
 * <pre>
 * $ java -cp "lib/*" src/powerball/Winners.java 6 42 43 51 52 10
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
 * The database is only read, in one transaction and a few rows at a time: an ingest may go on
 * writing meanwhile, and ten million tickets need no more memory than ten.
 *
 * <p>Read it from top to bottom: {@link #main} and {@link #run}; the rules of the game,
 * {@link Numbers} and {@link Tier}; {@link #read}, which passes every ticket to a {@link Tally};
 * the {@link Database} and what its errors mean; then what is printed, down to the fairness test,
 * {@link #pValue}. The terminal and the options come last.
 */
public class Winners {

    private static final int DRAWN = 5; // white balls
    private static final int WHITE_BALLS = 69; // in their drum
    private static final int POWERBALLS = 26; // in the other drum
    private static final long TICKET_DOLLARS = 2;
    private static final long MAX_SEED = 1_000_000_000_000_000_000L; // as in the other programs
    private static final int LUCKIEST = 5; // buyers named, so that all fits a terminal of 24 lines
    private static final int MAX_LUCKIEST = 1000; // buyers held in memory

    private static final String TABLE = "powerball_results";
    /** The columns to read. The balls come first: ball i is in column i, counted from 1. */
    private static final List<String> COLUMNS = List.of(
            "powerball_1", "powerball_2", "powerball_3", "powerball_4", "powerball_5",
            "powerball_number",
            "transaction_id", "first_name", "last_name", "city", "state");
    private static final String COUNT = "SELECT count(*) FROM " + TABLE;
    private static final String SELECT = "SELECT " + String.join(", ", COLUMNS) + " FROM " + TABLE;
    private static final int FETCHED_ROWS = 1000; // at a time, if the database is a server
    private static final long LOCKED_SECONDS = 5; // to wait for a writer, if there is no log

    private static final int BAR_COLUMNS = 3;
    private static final int BAR_COLUMN_WIDTH = 27; // with the gap after it: three fit 80 columns
    private static final int CELLS_PER_DEVIATION = 2;
    private static final int MAX_CELLS = 6; // on each side, for three standard deviations
    private static final String WHITE = "\033[30;47m"; // black on white: visible on any screen
    private static final String RED = "\033[97;41m"; // white on red

    private final Options options;
    private final Tally tally;
    private final boolean inColour;

    private Winners(Options options) {
        this.options = options;
        this.tally = new Tally(options.luckiest);
        boolean allowed = System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
        inColour = allowed && isTerminal(1);
    }

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // formats 1,000.5 this way everywhere
        // Drivers log stack traces and parts of a URL. Exceptions say what there is to say.
        LogManager.getLogManager().reset();
        try {
            if (List.of(args).contains("--help")) {
                System.out.println(Options.USAGE);
                checkOutput();
            } else {
                new Winners(Options.parse(args)).run();
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
        } catch (Failure e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private void run() throws Failure {
        try (Connection connection = options.database.open()) {
            read(connection);
        } catch (SQLException e) {
            throw new Failure(e, "%s %s.", options.database, options.database.told(e));
        }
        printPrizes();
        printLuckiest();
        if (options.fairness) {
            printDrum("white ball", tally.whiteBalls, DRAWN, WHITE);
            printDrum("Powerball", tally.powerballs, 1, RED);
        }
        checkOutput();
    }

    /** System.out hides its errors: a full disk or a closed pipe would go unnoticed. */
    private static void checkOutput() throws Failure {
        if (System.out.checkError()) {
            throw new Failure("The output could not be written completely.");
        }
    }

    /** What stops the program, as a sentence. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String sentence, Object... arguments) {
            this(null, sentence, arguments);
        }

        Failure(Throwable cause, String sentence, Object... arguments) {
            super(String.format(sentence, arguments), cause);
        }
    }

    // ---- The rules ------------------------------------------------------------------------------

    /**
     * The winning numbers.
     *
     * @param whiteBalls five distinct numbers from 1 to 69, ascending
     * @param powerball 1 to 26
     */
    record Numbers(Set<Integer> whiteBalls, int powerball) {

        /**
         * The draw named by a seed: always the same, on every JDK from 17 on. Every draw is equally
         * likely.
         */
        static Numbers draw(long seed) {
            // SplittableRandom steps by a constant, so seeds that differ by a multiple of it would
            // give shifted copies of the same numbers. Its first output is well mixed, so a start
            // taken from it is far from all others.
            long start = new SplittableRandom(seed).nextLong();
            SplittableRandom random = new SplittableRandom(start);
            Set<Integer> white = new TreeSet<>();
            while (white.size() < DRAWN) {
                white.add(1 + random.nextInt(WHITE_BALLS)); // a ball already drawn changes nothing
            }
            return new Numbers(white, 1 + random.nextInt(POWERBALLS));
        }

        /** Five white balls in any order, then the Powerball. */
        static Numbers parse(List<String> balls) {
            Set<Integer> white = new TreeSet<>();
            for (String ball : balls.subList(0, Math.min(DRAWN, balls.size()))) {
                white.add((int) wholeNumber("a white ball", ball, 1, WHITE_BALLS));
            }
            check(balls.size() == DRAWN + 1 && white.size() == DRAWN,
                    "the winning numbers must be five different white balls and one Powerball,"
                    + " not \"%s\"", String.join(" ", balls));
            String last = balls.get(DRAWN);
            return new Numbers(white, (int) wholeNumber("the Powerball", last, 1, POWERBALLS));
        }
    }

    /**
     * The prizes for a $2 ticket, best first, as they have been since 2015-10-07
     * (https://www.powerball.com).
     */
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

        /** What a ticket wins, if anything. */
        static Optional<Tier> of(int matches, boolean withPowerball) {
            for (Tier tier : values()) {
                if (tier.matches == matches && tier.withPowerball == withPowerball) {
                    return Optional.of(tier);
                }
            }
            return Optional.empty();
        }

        /**
         * How many of the different tickets win this tier: the matching balls are among those
         * drawn, the others are not.
         */
        long ways() {
            long matching = choose(DRAWN, matches);
            long others = choose(WHITE_BALLS - DRAWN, DRAWN - matches);
            return matching * others * (withPowerball ? 1 : POWERBALLS - 1);
        }

        /** The number of ways to choose k of n. */
        private static long choose(int n, int k) {
            return k == 0 ? 1 : choose(n - 1, k - 1) * n / k; // there is never a remainder
        }

        @Override public String toString() {
            if (matches == 0) return "PB";
            return withPowerball ? matches + " + PB" : String.valueOf(matches);
        }
    }

    // ---- The tickets ----------------------------------------------------------------------------

    /**
     * Passes all rows to the tally in one transaction, which sees exactly the rows that it counts,
     * whatever others write meanwhile.
     */
    private void read(Connection connection) throws SQLException, Failure {
        connection.setReadOnly(true); // before a transaction begins: in one, it is refused
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false); // otherwise PostgreSQL would send all rows at once
        try (Progress progress = new Progress();
                Statement select = connection.createStatement();
                Statement count = connection.createStatement()) {
            select.setFetchSize(FETCHED_ROWS);
            // Selected before they are counted, so that a missing column is reported at once.
            ResultSet row = select.executeQuery(SELECT);
            long rows = number(count.executeQuery(COUNT));
            if (rows == 0) {
                throw new Failure("%s has no rows in table %s. Ingest stores some.",
                        options.database, TABLE);
            }
            printNumbers(rows); // now, as reading ten million tickets takes a while
            while (row.next()) {
                readTicket(row);
                progress.show(tally.rows, rows);
            }
        }
    }

    private static long number(ResultSet answer) throws SQLException {
        answer.next();
        return answer.getLong(1);
    }

    private void readTicket(ResultSet row) throws SQLException, Failure {
        int[] white = new int[DRAWN];
        for (int i = 0; i < DRAWN; i++) {
            white[i] = ball(row, i + 1, WHITE_BALLS);
        }
        int powerball = ball(row, DRAWN + 1, POWERBALLS);
        Optional<Tier> won = tally.add(options.winning, white, powerball);
        if (won.isPresent()) tally.addBuyer(buyer(row, won.get()));
    }

    private static Buyer buyer(ResultSet row, Tier tier) throws SQLException {
        String nameAndPlace = String.format("%s %s, %s, %s",
                row.getString("first_name"), row.getString("last_name"),
                row.getString("city"), row.getString("state"));
        String id = String.valueOf(row.getString("transaction_id")); // it may be NULL
        return new Buyer(tier, id, nameAndPlace);
    }

    /**
     * The ball in a column, 1 to max. SQLite stores anything anywhere, and getInt would turn 1.5,
     * "2abc" and 2^32 + 1 into balls; getObject returns what is there.
     */
    private int ball(ResultSet row, int column, int max) throws SQLException, Failure {
        Object value = row.getObject(column);
        if (value instanceof Number number) {
            long ball = number.longValue();
            if (ball >= 1 && ball <= max && ball == number.doubleValue()) return (int) ball;
        }
        String transaction = String.valueOf(row.getString("transaction_id"));
        throw new Failure("%s has a ball that must be a whole number from 1 to %d, not %s:"
                + " transaction %.40s, column %s.", options.database, max, described(value),
                printable(transaction), COLUMNS.get(column - 1));
    }

    private static String described(Object value) {
        if (value == null) return "NULL";
        if (value instanceof byte[]) return "a blob";
        String text = String.format("%.40s", printable(value.toString()));
        return value instanceof Number ? text : "the text \"" + text + "\"";
    }

    /** Who won what. */
    private record Buyer(Tier tier, String transactionId, String nameAndPlace) {
    }

    /** What is known about the tickets so far. Its size does not depend on their number. */
    private static final class Tally {
        private final long[] winners = new long[Tier.values().length];
        private final long[] whiteBalls = new long[1 + WHITE_BALLS]; // how often each came up
        private final long[] powerballs = new long[1 + POWERBALLS]; // the same; 0 is unused
        /** Best tier first; within a tier, the first to buy, as ids ascend. */
        private final NavigableSet<Buyer> luckiest = new TreeSet<>(
                Comparator.comparing(Buyer::tier).thenComparing(Buyer::transactionId));
        private final long named; // how many of them to keep
        private long rows;
        private long rowsWithBallTwice;
        private final long[] lastRow = new long[1 + WHITE_BALLS]; // in which each came up

        Tally(long named) {
            this.named = named;
        }

        /** Counts a ticket and returns what it has won. A ball that it has twice matches once. */
        Optional<Tier> add(Numbers winning, int[] white, int powerball) {
            rows++;
            boolean twice = false;
            for (int ball : white) {
                whiteBalls[ball]++;
                if (lastRow[ball] == rows) twice = true;
                lastRow[ball] = rows;
            }
            if (twice) rowsWithBallTwice++;
            powerballs[powerball]++;

            int matches = 0;
            for (int ball : winning.whiteBalls) {
                if (lastRow[ball] == rows) matches++;
            }
            Optional<Tier> won = Tier.of(matches, powerball == winning.powerball);
            won.ifPresent(tier -> winners[tier.ordinal()]++);
            return won;
        }

        void addBuyer(Buyer buyer) {
            luckiest.add(buyer);
            if (luckiest.size() > named) {
                luckiest.pollLast();
            }
        }
    }

    // ---- The database ---------------------------------------------------------------------------

    /**
     * Where the tickets are. What differs from one database to another is here and nowhere else:
     * how to open it, and what its errors mean. Its toString() is its name, fit to be printed.
     */
    private sealed interface Database permits SqliteFile, DatabaseServer {

        String NO_TABLE = "has no table " + TABLE + ". Ingest makes it";
        String OTHER_COLUMNS = "has a table " + TABLE + " with other columns than Ingest makes: ";

        /** Not the path of a file, but a URL that was meant for JDBC or another program. */
        String ALMOST_A_URL =
                "(?is).*(://|jdbc:|(pass|pwd|secret|token)\\w*=).*|[^/\\\\]+:[^/\\\\]*@.*";

        static Database named(String db) {
            check(!db.isBlank(), "--db must be a path or a JDBC URL, not \"%s\"", db);
            check(!db.startsWith("jdbc:sqlite:"),
                    "--db must be the path of a SQLite database, without jdbc:sqlite:");
            // Not repeated in the message: it may hold a password.
            check(db.startsWith("jdbc:") || !db.matches(ALMOST_A_URL),
                    "--db must be a path, or a JDBC URL, which begins with jdbc:");
            return db.startsWith("jdbc:") ? new DatabaseServer(db) : SqliteFile.named(db);
        }

        Connection open() throws SQLException, Failure;

        /** What an error means, as a sentence that continues after the name of the database. */
        default String told(SQLException e) {
            String words = words(e);
            if (words.startsWith("No suitable driver")) {
                return "cannot be opened: No suitable driver. Start with -cp \"lib/*\" in the"
                        + " project's folder, and make sure that the driver's jar is in lib/";
            }
            String oneLine = masked(words).replaceAll("\\s+", " ").replaceFirst("\\.$", "");
            return meaning(e, printable(oneLine));
        }

        /** A driver's message without the passwords that it may repeat. */
        default String masked(String words) {
            return words;
        }

        /** What an error with this message means. It says nothing that is not known for sure. */
        String meaning(SQLException e, String words);

        /** The driver's message and its cause. */
        static String words(SQLException e) {
            String words = String.valueOf(e.getMessage());
            Throwable cause = e.getCause();
            if (cause != null) {
                String kind = cause.getClass().getSimpleName();
                words += " (" + kind + ": " + cause.getMessage() + ")";
            }
            return words;
        }
    }

    /** A file, opened by the driver's own copy of SQLite. */
    private record SqliteFile(Path file) implements Database {

        static SqliteFile named(String db) {
            try {
                return new SqliteFile(Path.of(db));
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(printable(String.format(
                        "--db must be a path that can be written in the locale's encoding, %s: %s",
                        System.getProperty("sun.jnu.encoding"), e.getMessage())), e);
            }
        }

        @Override public String toString() {
            return printable(file.toString());
        }

        @Override public Connection open() throws SQLException, Failure {
            checkFile();
            // Mode 1 is SQLITE_OPEN_READONLY: no file is created if there is none.
            String settings = "?open_mode=1&busy_timeout=" + 1000 * LOCKED_SECONDS;
            return DriverManager.getConnection("jdbc:sqlite:" + file.toUri() + settings);
        }

        /** SQLite says "unable to open database file" about anything that cannot be one. */
        private void checkFile() throws Failure {
            try {
                BasicFileAttributes found =
                        Files.readAttributes(file, BasicFileAttributes.class);
                if (found.isDirectory()) throw new Failure("%s is a folder, not a file.", this);
                if (found.isOther()) { // opening it would block
                    throw new Failure("%s is a pipe or a device, not a file.", this);
                }
                firstBytes();
            } catch (NoSuchFileException e) {
                throw new Failure(e, "%s does not exist.", this);
            } catch (AccessDeniedException e) {
                throw new Failure(e, "%s cannot be read: permission denied.", this);
            } catch (FileSystemException e) {
                throw new Failure(e, "%s cannot be read: %s.", this, e.getReason());
            } catch (IOException e) {
                throw new Failure(e, "%s cannot be read: %s.", this, e.getMessage());
            }
        }

        /**
         * The first bytes of the header. Not to be read while SQLite has the file open: closing it
         * a second time would release SQLite's lock.
         */
        private byte[] firstBytes() throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                return in.readNBytes(20);
            }
        }

        @Override public String meaning(SQLException e, String words) {
            if (words.contains("(no such table: " + TABLE + ")")) return NO_TABLE;
            if (words.contains("(no such column: ")) {
                return OTHER_COLUMNS + words.replaceFirst(".*\\((.*)\\)", "$1");
            }
            // The code in brackets is the extended one; getErrorCode() has only its low byte.
            String code = words.replaceFirst("^\\[(SQLITE_\\w+)\\].*|.*", "$1");
            if (code.isEmpty()) {
                return "cannot be opened: " + words + ". The driver unpacks its native code into"
                        + " the temporary folder. If that cannot be written, or is mounted"
                        + " noexec, java -Dorg.sqlite.tmpdir=DIR names another one";
            }
            if (code.equals("SQLITE_NOTADB")) return "is not a SQLite database";
            if (code.startsWith("SQLITE_BUSY")) {
                // SQLite also says this of a file system that has no locks.
                return "could not be locked for reading within " + LOCKED_SECONDS + " s: " + words;
            }
            if (code.equals("SQLITE_READONLY_ROLLBACK")) {
                return "was left in the middle of a transaction, and its journal, " + this
                        + "-journal, has to be rolled back before it can be read. Winners only"
                        + " reads: open it once with a program that may write, such as sqlite3."
                        + " Never move the database without that journal";
            }
            if (code.matches("SQLITE_(CANTOPEN|READONLY).*") && isWriteAhead()) {
                return "has a write-ahead log: to read it, SQLite has to open or make " + this
                        + "-wal and " + this + "-shm, and cannot (" + words + "). They need a"
                        + " folder that can be written. Never move the database without its -wal"
                        + " file, which may hold rows";
            }
            return "cannot be read: " + words;
        }

        /** If it is, two bytes of the header are 2 (https://sqlite.org/fileformat.html, 1.3.3). */
        private boolean isWriteAhead() {
            try {
                byte[] header = firstBytes();
                return header.length == 20 && header[18] == 2 && header[19] == 2;
            } catch (IOException e) {
                return false; // then there is nothing to add to what SQLite says
            }
        }
    }

    /** A server such as PostgreSQL, at a JDBC URL that its driver understands. */
    private record DatabaseServer(String url) implements Database {

        /** In a URL, the values of options with such a name are passwords. */
        private static final Pattern PASSWORD_OPTION =
                Pattern.compile("(?i)(?:pass|pwd|secret|token)[^=&;]*=([^&;]+)");
        /** user:password@host and user/password@host; greedy, as a password may contain an @. */
        private static final Pattern BEFORE_HOST =
                Pattern.compile("(?s)jdbc:[^:/@]*:?(.*)@");

        /**
         * The URL without its options, which may contain a password. There may also be one before
         * an @: then only the kind of the URL is shown.
         */
        @Override public String toString() {
            String shown = url.contains("@")
                    ? url.replaceFirst("(?s)^(jdbc:[^:/@]*:)?.*", "$1***")
                    : url.replaceFirst("(?s)[?;&].*|[:/]?\\w*=.*", "");
            return printable(shown);
        }

        @Override public Connection open() throws SQLException {
            return DriverManager.getConnection(url);
        }

        @Override public String meaning(SQLException e, String words) {
            String state = String.valueOf(e.getSQLState());
            if (state.equals("42P01")) return NO_TABLE; // PostgreSQL's undefined_table
            if (state.equals("42703")) return OTHER_COLUMNS + words; // its undefined_column
            return "cannot be read: " + words;
        }

        @Override public String masked(String words) {
            String masked = words.replace(url, toString());
            for (String password : passwords()) {
                masked = masked.replace(password, "***");
            }
            return masked;
        }

        /** Everything in the URL that may be a password, as written there and decoded. */
        private Set<String> passwords() {
            // Longest first: masking a shorter one inside it would leave the rest readable.
            Set<String> found = new TreeSet<>(Comparator.comparing(String::length).reversed()
                    .thenComparing(Comparator.naturalOrder()));
            Matcher option = PASSWORD_OPTION.matcher(url);
            while (option.find()) {
                found.add(option.group(1));
                found.add(decoded(option.group(1)));
            }
            Matcher beforeHost = BEFORE_HOST.matcher(url);
            if (beforeHost.find()) {
                for (String word : beforeHost.group(1).split("[:/]")) {
                    found.add(word);
                    found.add(decoded(word));
                }
            }
            found.remove(""); // which would be found between any two characters
            return found;
        }

        private static String decoded(String text) {
            try {
                return URLDecoder.decode(text, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return text; // then it is not encoded
            }
        }
    }

    // ---- What is printed ------------------------------------------------------------------------

    private void printNumbers(long rows) throws Failure {
        String white = options.winning.whiteBalls.toString().replaceAll("[\\[,\\]]", "");
        String powerball = String.valueOf(options.winning.powerball);
        System.out.printf("Winning numbers: %s, Powerball %s%n",
                painted(WHITE, white), painted(RED, powerball));
        if (options.drawn) {
            System.out.printf("Drawn at random; --seed %d draws the same again.%n", options.seed);
        }
        System.out.printf("Tickets: %,d in %s%n", rows, options.database);
        checkOutput(); // otherwise ten million tickets might be read for nobody
    }

    private void printPrizes() {
        System.out.printf("match %15s %15s %12s %11s %16s%n",
                "prize", "odds, 1 in", "should win", "did win", "paid");
        long allPaid = 0;
        long allWinners = 0;
        long allWays = 0;
        for (Tier tier : Tier.values()) {
            long winners = tally.winners[tier.ordinal()];
            long paid = paid(tier, winners);
            printTier(tier.toString(), dollars(prize(tier)), tier.ways(), winners, dollars(paid));
            allPaid += paid;
            allWinners += winners;
            allWays += tier.ways();
        }
        printTier("any", "", allWays, allWinners, dollars(allPaid));

        long sales = tally.rows * TICKET_DOLLARS;
        System.out.printf("The jackpot is assumed to be %s (--jackpot); its winners share it.%n",
                dollars(options.jackpot));
        System.out.printf("Sales %s, paid %s, left %s%n",
                dollars(sales), dollars(allPaid), dollars(sales - allPaid));
        if (tally.rowsWithBallTwice > 0) {
            System.out.printf("Tickets with the same ball twice: %,d. A match is counted once.%n",
                    tally.rowsWithBallTwice);
        }
    }

    private long prize(Tier tier) {
        return tier == Tier.JACKPOT ? options.jackpot : tier.dollars;
    }

    /** The jackpot is paid once, however many win it. */
    private long paid(Tier tier, long winners) {
        return prize(tier) * (tier == Tier.JACKPOT ? Math.min(winners, 1) : winners);
    }

    private void printTier(String tier, String prize, long ways, long won, String paid) {
        double odds = (double) Tier.TICKETS / ways;
        System.out.printf("%-6s %14s %,15.2f %,12.2f %,11d %16s%n",
                tier, prize, odds, tally.rows / odds, won, paid);
    }

    private void printLuckiest() {
        if (options.luckiest == 0) return;
        boolean nobody = tally.luckiest.isEmpty();
        System.out.println(nobody ? "Nobody has won." : "The luckiest buyers");
        for (Buyer buyer : tally.luckiest) {
            long sharedBy = buyer.tier == Tier.JACKPOT ? tally.winners[Tier.JACKPOT.ordinal()] : 1;
            System.out.printf("%-6s %14s  %.57s%n", buyer.tier,
                    dollars(prize(buyer.tier) / sharedBy), printable(buyer.nameAndPlace));
        }
    }

    /**
     * How often each number of a drum came up and how far that is from what is expected, in columns
     * that read downwards; and whether the drum is fair.
     */
    private void printDrum(String ball, long[] counts, int drawn, String colourCode) {
        int numbers = counts.length - 1;
        double chance = (double) drawn / numbers; // of a number, in one draw
        double expected = tally.rows * chance;
        double deviation = Math.sqrt(expected * (1 - chance)); // of a binomial distribution
        System.out.printf("%nHow often each %s came up, beside the %,.1f times expected (|)%n",
                ball, expected);
        System.out.printf("Each # is half a standard deviation (%,.1f);"
                + " < and > go beyond the bar%n", deviation / CELLS_PER_DEVIATION);

        long most = Arrays.stream(counts).max().getAsLong();
        int digits = String.format("%,d", most).length();
        int room = BAR_COLUMN_WIDTH - digits - 7; // 7: the number, the line, spaces
        int cells = Math.min(MAX_CELLS, room / 2); // on each side
        int lines = (numbers + BAR_COLUMNS - 1) / BAR_COLUMNS;
        for (int line = 1; line <= lines; line++) {
            StringBuilder text = new StringBuilder();
            for (int number = line; number <= numbers; number += lines) {
                double deviations = (counts[number] - expected) / deviation;
                text.append(String.format("%2d %," + digits + "d ", number, counts[number]));
                text.append(bar(deviations, cells, colourCode)).append("  ");
            }
            System.out.println(text.toString().stripTrailing());
        }
        printFairness(counts, expected, drawn);
    }

    /** A bar to the left or right of a line in the middle. All are the same width in total. */
    private String bar(double deviations, int cells, String colourCode) {
        long length = Math.round(Math.abs(deviations) * CELLS_PER_DEVIATION);
        boolean less = deviations < 0;
        String filled = "#".repeat((int) Math.min(length, cells));
        if (length > cells) {
            String most = "#".repeat(cells - 1);
            filled = less ? "<" + most : most + ">";
        }
        String room = " ".repeat(cells - filled.length());
        String painted = painted(colourCode, filled);
        String blank = " ".repeat(cells);
        return less ? room + painted + "|" + blank : blank + "|" + painted + room;
    }

    private static void printFairness(long[] counts, double expected, int drawn) {
        int degrees = counts.length - 2; // of freedom: one fewer than there are numbers
        double statistic = chiSquare(counts, expected, drawn);
        double p = pValue(statistic, degrees);
        System.out.printf("Chi-square %,.2f with %d degrees of freedom, p = %.4f%n",
                statistic, degrees, p);
        if (expected < 5) {
            System.out.println("Too few tickets: with fewer than 5 of each number expected,"
                    + " this says little.");
        } else {
            System.out.printf("A fair drum does worse in %s %% of all cases: %s.%n",
                    percent(p), verdict(p));
        }
    }

    private static String percent(double p) {
        if (p < 0.0001) return "less than 0.01";
        boolean unusual = p < 0.01 || p > 0.99;
        return String.format(unusual ? "%.2f" : "%.0f", 100 * p);
    }

    private static String verdict(double p) {
        if (p < 0.01) return "look closer";
        if (p > 0.99) return "suspiciously even";
        return "nothing unusual";
    }

    /** Pearson's statistic for counts from index 1 on: how far they are from being equal. */
    static double chiSquare(long[] counts, double expected, int drawn) {
        int numbers = counts.length - 1;
        double sum = 0;
        for (int number = 1; number <= numbers; number++) {
            sum += Math.pow(counts[number] - expected, 2) / expected;
        }
        // A drawn ball cannot come up again. That evens the counts: for 5 of 69, the sum is 64 on
        // average, not 68.
        return sum * (numbers - 1) / (numbers - drawn);
    }

    /**
     * The chance that a fair drum gives this statistic or more, for up to 100 degrees of freedom,
     * correct to ten decimals: the incomplete gamma function Q(a, x) = 1 - P(a, x), by the series
     * for P (Press et al., Numerical Recipes, 6.2).
     */
    static double pValue(double statistic, int degrees) {
        double a = degrees / 2.0;
        // Beyond 600, the result is 0 to all decimals, and e^-x soon becomes 0 as well.
        double x = Math.min(statistic / 2, 600);
        // The first term, e^-x x^a / gamma(a + 1), by gamma(b + 1) = b gamma(b) down to
        // gamma(1) = 1 or gamma(1/2).
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

    // ---- On the terminal ------------------------------------------------------------------------

    /**
     * Whether stdout (1) or stderr (2) is a terminal that takes escape sequences. It asks a shell,
     * as the JDK only knows about stdin and stdout together.
     */
    private static boolean isTerminal(int stream) {
        if ("dumb".equals(System.getenv("TERM"))) return false;
        try {
            Process test = new ProcessBuilder("sh", "-c", "test -t " + stream).inheritIO().start();
            return test.waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false; // no such command: plain text suits every terminal
        }
    }

    /**
     * Shows progress on stderr: redrawn in place on a terminal, otherwise a line now and then;
     * nothing if the run is quick.
     */
    private static final class Progress implements AutoCloseable {
        private static final String CLEAR_LINE = "\r\033[K";
        private static final double FIRST_SECONDS_IN_PLACE = 1;
        private static final double SECONDS_IN_PLACE = 0.2;
        private static final double SECONDS_BETWEEN_LINES = 5;
        private final boolean inPlace = isTerminal(2);
        private final long start = System.nanoTime();
        private double next = inPlace ? FIRST_SECONDS_IN_PLACE : SECONDS_BETWEEN_LINES;

        void show(long done, long rows) {
            double seconds = (System.nanoTime() - start) / 1e9;
            if (seconds < next) return;
            next = seconds + (inPlace ? SECONDS_IN_PLACE : SECONDS_BETWEEN_LINES);
            String line = String.format("%d%%, %,d of %,d tickets in %.0f s",
                    100 * done / rows, done, rows, seconds);
            System.err.print(inPlace ? CLEAR_LINE + line : line + "\n");
        }

        @Override public void close() {
            boolean shown = next > FIRST_SECONDS_IN_PLACE;
            if (inPlace && shown) System.err.print(CLEAR_LINE);
        }
    }

    // ---- Options --------------------------------------------------------------------------------

    record Options(
            Numbers winning, boolean drawn, long seed, Database database, long jackpot,
            long luckiest, boolean fairness) {

        private static final String USAGE = """
                Usage: java -cp "lib/*" src/powerball/Winners.java [numbers] [options]

                  numbers            w1 w2 w3 w4 w5 powerball, the winning numbers: five from
                                     1 to 69 and one from 1 to 26 (drawn at random)
                  --db FILE          the database, a SQLite file (powerball_data.db);
                                     or the JDBC URL of a server, jdbc:...
                  --seed S           of the draw, 0 to 10^18 (a new one every time);
                                     the same seed draws the same numbers
                  --jackpot DOLLARS  what is in the pot, 1 to 10,000,000,000
                                     (20,000,000)
                  --luckiest N       how many buyers are named, 0 to 1,000 (5)
                  --fairness         also how often each number came up, as bars, and
                                     what a chi-square test says about the drums
                  --help             show this""";

        static Options parse(String[] args) {
            List<String> words = new ArrayList<>(List.of(args));
            checkUrls(words);
            boolean fairness = words.removeAll(List.of("--fairness")); // the rest have values
            Arguments given = Arguments.parse(words.toArray(String[]::new), List.of(
                    "--db", "--seed", "--jackpot", "--luckiest"));
            List<String> balls = given.words;
            boolean drawn = balls.isEmpty();
            check(drawn || !given.options.containsKey("--seed"),
                    "--seed is for drawing: give it or the winning numbers, not both");
            // Not from the clock: two draws at the same moment must differ.
            long chance = new SecureRandom().nextLong(MAX_SEED);
            long seed = given.number("--seed", 0, MAX_SEED, chance);
            return new Options(drawn ? Numbers.draw(seed) : Numbers.parse(balls), drawn, seed,
                    Database.named(given.text("--db", "powerball_data.db")),
                    given.number("--jackpot", 1, 10_000_000_000L, 20_000_000),
                    given.number("--luckiest", 0, MAX_LUCKIEST, LUCKIEST),
                    fairness);
        }

        /** A URL anywhere else would be repeated in a message, and its password with it. */
        private static void checkUrls(List<String> words) {
            String before = "";
            for (String word : words) {
                check(!word.contains("jdbc:") || before.equals("--db"),
                        "a JDBC URL must be given as --db URL");
                before = word;
            }
        }
    }

    // ==== Shared: the same in Server, Ingest and Winners, as each stands alone ===================

    /** What was typed after the program's name: words, and options with one value each. */
    private record Arguments(List<String> words, Map<String, String> options) {

        /** Refuses an option that is not among the names, has no value, or is given twice. */
        static Arguments parse(String[] args, List<String> names) {
            Arguments given = new Arguments(new ArrayList<>(), new LinkedHashMap<>());
            Iterator<String> rest = List.of(args).iterator();
            while (rest.hasNext()) {
                String word = rest.next();
                if (word.startsWith("--")) {
                    check(names.contains(word), "no such option: %s", word);
                    String value = rest.hasNext() ? rest.next() : "--";
                    check(!value.startsWith("--"), "%s needs a value", word);
                    putOnce(given.options, word, value);
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
     * Parses a number. If the text is not one, or is out of range, refuses it with a sentence that
     * says what is accepted.
     */
    private static long wholeNumber(String name, String text, long min, long max) {
        // A number from 2^63 on becomes negative.
        long number = text.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(text) : -1;
        check(number >= min && number <= max,
                "%s must be a whole number from %,d to %,d, not \"%s\"", name, min, max, text);
        return number;
    }

    /** The same, but the text may be null: then no value was given. */
    private static long wholeNumber(String name, String text, long min, long max, long otherwise) {
        return text == null ? otherwise : wholeNumber(name, text, min, max);
    }

    private static void check(boolean accepted, String sentence, Object... arguments) {
        if (accepted) return;
        throw new IllegalArgumentException(printable(String.format(sentence, arguments)));
    }

    /** Text from elsewhere, fit for a terminal: no control characters, and not too long. */
    private static String printable(String text) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        return oneLine.replaceFirst("(.{500}).+", "$1...");
    }

    // ==== The end of what is shared ==============================================================
}
