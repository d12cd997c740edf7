package powerball.winners;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.logging.LogManager;
import powerball.database.Database;
import powerball.database.Failure;
import powerball.database.Table;
import powerball.terminal.Arguments;
import powerball.terminal.Text;

/**
 * Draws the winning numbers, or is given them, and shows what the tickets in
 * {@code powerball_results} have won; with {@code --fairness}, also whether the drums were fair. It
 * needs a JDK, 17 or newer, {@code ./build.sh} once, and rows that the ingest has stored:
 *
 * <pre>
 * $ java -jar build/winners.jar 6 42 43 51 52 10
 * Winning numbers: 6 42 43 51 52, Powerball 10
 * Tickets: 1,000 in powerball_data.db
 * tier            prize      odds, 1 in   should win     did win             paid
 * 5 + PB    $20,000,000  292,201,338.00         0.00           1      $20,000,000
 * 5          $1,000,000   11,688,053.52         0.00           0               $0
 * 4 + PB        $50,000      913,129.18         0.00           0               $0
 * 4                $100       36,525.17         0.03           0               $0
 * ...
 * </pre>
 *
 * The {@link TicketReader} passes every ticket to a {@link Tally}, which counts what it has won by
 * the rules in {@link Numbers} and {@link Tier}; then the {@link Report} is printed, and what
 * {@link Fairness} says of the drums. The database is only read, in one transaction and a few rows
 * at a time: an ingest may go on writing meanwhile, and ten million tickets need no more memory
 * than ten.
 */
public final class Winners {

    private final Options options;
    private final Report report;

    private Winners(Options options) {
        this.options = options;
        report = new Report(options);
    }

    public static void main(String[] typed) {
        Locale.setDefault(Locale.ROOT); // formats 1,000.5 this way everywhere
        LogManager.getLogManager().reset(); // drivers log stack traces; exceptions say it all
        Options options = Arguments.optionsOrExit(typed, Options.USAGE, Options::parse);
        try {
            new Winners(options).run();
        } catch (Failure failure) {
            System.err.println(Text.printable(failure.getMessage()));
            System.exit(1);
        }
    }

    private void run() throws Failure {
        Tally tally = new Tally(options.numbers(), options.luckiest());
        Database database = options.database();
        try (Connection connection = database.openToRead()) {
            TicketReader reader = new TicketReader(database, connection);
            long tickets = reader.count();
            report.printNumbers(tickets, database.name());
            reader.readAll(tickets, tally);
        } catch (SQLException e) {
            throw database.explain(e, Table.CANNOT_BE_READ);
        }
        report.printPrizes(tally);
        report.printLuckiest(tally);
        if (options.showsFairness()) report.printFairness(tally);
        Report.checkOutput();
    }
}
