package powerball.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The table of tickets. The statements that make, fill and read it, and the parser of a server's
 * rows, are all derived from the list {@link #COLUMNS}.
 */
public final class Table {

    public static final String NAME = "powerball_results";

    /** How many balls there are in the drum of the white balls, and in that of the Powerball. */
    public static final int WHITE_BALLS = 69;
    public static final int POWERBALLS = 26;

    /** The values of a column, and their type in SQL. */
    public enum Kind {
        /** A UUID as its 36 characters. */
        ID("TEXT"),
        /** A name, or the two letters of a state. */
        NAME("TEXT"),
        /** A whole number from 1 to {@link Table#WHITE_BALLS}. */
        WHITE_BALL("INTEGER"),
        /** A whole number from 1 to {@link Table#POWERBALLS}. */
        POWERBALL("INTEGER");

        private final String sqlType;

        Kind(String sqlType) {
            this.sqlType = sqlType;
        }

        String sqlType() {
            return sqlType;
        }
    }

    /** A column of the table. */
    public record Column(String name, Kind kind) {
    }

    /** The columns, in the order in which a server sends them. The first is the primary key. */
    public static final List<Column> COLUMNS = List.of(
            new Column("transaction_id", Kind.ID),
            new Column("first_name", Kind.NAME),
            new Column("last_name", Kind.NAME),
            new Column("city", Kind.NAME),
            new Column("state", Kind.NAME),
            new Column("customer_id", Kind.ID),
            new Column("powerball_1", Kind.WHITE_BALL),
            new Column("powerball_2", Kind.WHITE_BALL),
            new Column("powerball_3", Kind.WHITE_BALL),
            new Column("powerball_4", Kind.WHITE_BALL),
            new Column("powerball_5", Kind.WHITE_BALL),
            new Column("powerball_number", Kind.POWERBALL));

    public static final String KEY = COLUMNS.get(0).name();

    /** The names of the columns, as a statement lists them. */
    static final String NAMES =
            COLUMNS.stream().map(Column::name).collect(Collectors.joining(", "));

    /** Advice to the user whose table does not take the rows. */
    static final String ADVICE =
            "Name another database with --db, or rename or drop that table: the ingest then makes"
            + " one that does.";
    /** A format for the name of a database and its words. */
    public static final String REFUSES_ROWS =
            "Table " + NAME + " of %s does not take the rows: %s. " + ADVICE;
    /** The same, for a reader. */
    public static final String CANNOT_BE_READ =
            "Table " + NAME + " of %s cannot be read: %s. The ingest makes this table.";
    private static final String NO_ROWS = "SELECT " + NAMES + " FROM " + NAME + " WHERE 1 = 0";

    private Table() {
    }

    /**
     * Asks for the columns of the table, and makes the table if it is missing. It is asked first,
     * as a user without the right to make tables can use one that is there.
     *
     * @return the names that the database has for the types of {@link #COLUMNS}
     */
    public static List<String> askOrMake(Connection connection, Dialect dialect)
            throws SQLException {
        try {
            return ask(connection);
        } catch (SQLException missing) {
            return makeAndAsk(connection, dialect);
        }
    }

    private static List<String> ask(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet nothing = statement.executeQuery(NO_ROWS)) {
            List<String> types = new ArrayList<>();
            for (int i = 1; i <= COLUMNS.size(); i++) {
                types.add(nothing.getMetaData().getColumnTypeName(i));
            }
            return types;
        }
    }

    private static List<String> makeAndAsk(Connection connection, Dialect dialect)
            throws SQLException {
        SQLException refusal = null;
        try (Statement create = connection.createStatement()) {
            create.execute(createStatement(dialect));
        } catch (SQLException e) {
            refusal = e; // another ingest may have made it at the same moment
        }
        try {
            return ask(connection);
        } catch (SQLException e) {
            if (refusal == null) throw e;
            throw new SQLException(e.getMessage() + ", and it cannot be made: "
                    + refusal.getMessage(), refusal.getSQLState(), refusal.getErrorCode(), e);
        }
    }

    /**
     * No column but the key is NOT NULL: that costs SQLite a tenth of its speed, as it copies what
     * a statement of many rows changes, to be able to roll back that statement alone.
     */
    private static String createStatement(Dialect dialect) {
        List<String> definitions = new ArrayList<>();
        for (Column column : COLUMNS) {
            boolean isKey = column.name().equals(KEY);
            String type = isKey ? dialect.keyType() + " PRIMARY KEY" : column.kind().sqlType;
            definitions.add(column.name() + " " + type);
        }
        return "CREATE TABLE IF NOT EXISTS " + NAME + " (" + String.join(", ", definitions) + ")"
                + dialect.tableOptions();
    }
}
