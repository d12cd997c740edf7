package powerball.winners;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import powerball.database.Database;
import powerball.database.Failure;
import powerball.database.Table;
import powerball.terminal.Progress;
import powerball.terminal.Text;

/**
 * Reads all tickets in one transaction, which sees exactly the rows that it counts, whatever others
 * write meanwhile; and a few at a time.
 */
final class TicketReader {

    /** The columns to read. The balls come first: ball i is in column i, counted from 1. */
    private static final List<String> COLUMNS = List.of(
            "powerball_1", "powerball_2", "powerball_3", "powerball_4", "powerball_5",
            "powerball_number",
            "transaction_id", "first_name", "last_name", "city", "state");
    private static final String COUNT = "SELECT count(*) FROM " + Table.NAME;
    private static final String SELECT =
            "SELECT " + String.join(", ", COLUMNS) + " FROM " + Table.NAME;
    private static final int ROWS_PER_FETCH = 1000; // or some drivers read all of them first
    private static final double QUICK_SECONDS = 1; // until then, no progress is shown

    private final Database database;
    private final Connection connection;

    TicketReader(Database database, Connection connection) {
        this.database = database;
        this.connection = connection;
    }

    /** How many tickets there are, 1 or more. */
    long count() throws SQLException, Failure {
        try (Statement statement = connection.createStatement()) {
            // A missing column is reported at once, not after all rows have been counted.
            statement.executeQuery(SELECT + " WHERE 1 = 0").close();
            ResultSet answer = statement.executeQuery(COUNT);
            answer.next();
            long tickets = answer.getLong(1);
            if (tickets > 0) return tickets;
            throw Failure.resumable("%s has no rows in table %s. The ingest stores some.",
                    database.name(), Table.NAME);
        }
    }

    /** Passes all tickets to a tally. Takes how many there are. */
    void readAll(long tickets, Tally tally) throws SQLException, Failure {
        Progress progress = new Progress(tickets, "tickets", false);
        try (Statement select = connection.createStatement()) {
            select.setFetchSize(ROWS_PER_FETCH);
            ResultSet row = select.executeQuery(SELECT);
            while (row.next()) {
                readTicket(row, tally);
                if (progress.seconds() > QUICK_SECONDS) progress.show(tally.tickets());
            }
        } finally {
            progress.clear();
        }
    }

    private void readTicket(ResultSet row, Tally tally) throws SQLException, Failure {
        int[] whiteBalls = new int[Numbers.WHITE_BALLS_DRAWN];
        for (int i = 0; i < whiteBalls.length; i++) {
            whiteBalls[i] = ball(row, i + 1, Table.WHITE_BALLS);
        }
        int powerball = ball(row, whiteBalls.length + 1, Table.POWERBALLS);
        Optional<Tier> won = tally.add(whiteBalls, powerball);
        if (won.isPresent()) tally.addBuyer(buyer(row, won.get()));
    }

    private static Tally.Buyer buyer(ResultSet row, Tier tier) throws SQLException {
        String nameAndPlace = String.format("%s %s, %s, %s",
                row.getString("first_name"), row.getString("last_name"),
                row.getString("city"), row.getString("state"));
        String id = String.valueOf(row.getString("transaction_id")); // it may be NULL
        return new Tally.Buyer(tier, id, nameAndPlace);
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
                + " transaction %.40s, column %s.", database.name(), max, described(value),
                transaction, COLUMNS.get(column - 1));
    }

    private static String described(Object value) {
        if (value == null) return "NULL";
        if (value instanceof byte[]) return "a blob";
        String text = String.format("%.40s", Text.printable(value.toString()));
        return value instanceof Number ? text : "the text \"" + text + "\"";
    }
}
