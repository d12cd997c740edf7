package powerball.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The table of tickets. The statements that make and fill it, the check of one that is there, and
 * the parser of what a server sends are all derived from the list {@link #COLUMNS}.
 */
public final class Table {

    public static final String NAME = "powerball_results";

    /** How many balls there are in the drum of the white balls, and in that of the Powerball. */
    public static final int WHITE_BALLS = 69;
    public static final int POWERBALLS = 26;

    /** What a column holds. */
    public enum Kind {
        /** A UUID as its 36 characters. */
        ID("TEXT", 36),
        /** A name. The longest in the lists of the server has 21 characters. */
        NAME("TEXT", 21),
        /** The two letters of a state. */
        STATE("TEXT", 2),
        /** A whole number from 1 to {@link Table#WHITE_BALLS}. */
        WHITE_BALL("INTEGER", 2),
        /** A whole number from 1 to {@link Table#POWERBALLS}. */
        POWERBALL("INTEGER", 2);

        private final String sqlType;
        private final int length;

        /** Takes the type in SQL, and how many characters or digits the longest value has. */
        Kind(String sqlType, int length) {
            this.sqlType = sqlType;
            this.length = length;
        }

        /** Whether a column that somebody else has made gives back every value as it was stored. */
        private boolean fits(String type, int size, int digitsAfterPoint) {
            // A column of fixed length pads what is shorter.
            if (type.matches("N?CHAR|BPCHAR|CHARACTER")) return isText() && size == length;
            if (type.equals("UUID")) return this == ID;
            boolean hasRoom = size == 0 || size - digitsAfterPoint >= length; // 0: no limit
            return hasRoom && type.matches(isText() ? TEXT_TYPES : NUMBER_TYPES);
        }

        private boolean isText() {
            return sqlType.equals("TEXT");
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
            new Column("state", Kind.STATE),
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

    private static final String TEXT_TYPES =
            "(TINY|MEDIUM|LONG)?TEXT|N?VARCHAR|CHARACTER VARYING|CLOB|STRING";
    private static final String NUMBER_TYPES =
            "(TINY|SMALL|MEDIUM|BIG|HUGE)?INT(EGER)?[248]?( UNSIGNED)?|NUMERIC|DECIMAL";

    private Table() {
    }

    /**
     * Makes the table if it is missing; if it is there, checks that it can hold the rows.
     *
     * @param database how to name the database to people
     */
    static void makeOrCheck(Connection connection, Dialect dialect, String database)
            throws SQLException, Failure {
        if (!exists(connection)) make(connection, dialect);
        List<String> unfit = new ArrayList<>(unfitColumns(connection));
        String unfitForLetters = dialect.unfitForLetters(connection);
        if (!unfitForLetters.isEmpty()) unfit.add(unfitForLetters);
        if (!unfit.isEmpty()) {
            throw new Failure("%s has a table %s that cannot hold these rows: %s. Name another"
                    + " database with --db, or drop that table; the right one is made by %s",
                    database, NAME, String.join("; ", unfit), createStatement(dialect));
        }
    }

    private static void make(Connection connection, Dialect dialect) throws SQLException {
        try (Statement create = connection.createStatement()) {
            create.execute(createStatement(dialect));
        } catch (SQLException e) {
            // Another ingest may have made it at the same moment, in spite of IF NOT EXISTS.
            if (!exists(connection)) throw e;
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

    /** Whether there is a table or a view of this name where the connection makes its tables. */
    public static boolean exists(Connection connection) throws SQLException {
        return !type(connection).isEmpty();
    }

    /** Whether it is a table or a view; empty if it is not there. */
    private static String type(Connection connection) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(connection.getCatalog(),
                schema(connection), pattern(NAME, connection), null)) {
            return tables.next() ? tables.getString("TABLE_TYPE") : "";
        }
    }

    /** What is wrong with the columns of the table that is there, each in a few words. */
    private static List<String> unfitColumns(Connection connection) throws SQLException {
        if (type(connection).contains("VIEW")) return List.of("it is a view");
        List<String> unfit = new ArrayList<>();
        List<String> missing = new ArrayList<>(COLUMNS.stream().map(Column::name).toList());
        try (ResultSet found = columns(connection)) {
            while (found.next()) {
                String name = found.getString("COLUMN_NAME").toLowerCase(Locale.ROOT);
                if (!missing.remove(name)) {
                    unfit.add("it also has " + name);
                } else if (!fits(name, found)) {
                    unfit.add(name + " is " + found.getString("TYPE_NAME"));
                }
            }
        }
        if (!missing.isEmpty()) {
            unfit.add("it lacks " + String.join(", ", missing));
        } else if (!keys(connection).equals(Set.of(KEY))) {
            unfit.add(KEY + " is not its primary key");
        }
        for (String index : otherUniqueIndexes(connection)) {
            unfit.add("its index " + index + " wants other values than " + KEY + " to be unique");
        }
        return unfit;
    }

    private static boolean fits(String name, ResultSet found) throws SQLException {
        Kind kind = COLUMNS.stream().filter(column -> column.name().equals(name))
                .findFirst().orElseThrow().kind();
        // Some drivers add a size that a getter has as well: DECIMAL(5,2).
        String type = found.getString("TYPE_NAME").toUpperCase(Locale.ROOT);
        return kind.fits(type.replaceFirst("\\(.*?\\)", ""),
                found.getInt("COLUMN_SIZE"), found.getInt("DECIMAL_DIGITS"));
    }

    private static ResultSet columns(Connection connection) throws SQLException {
        return connection.getMetaData().getColumns(connection.getCatalog(),
                schema(connection), pattern(NAME, connection), null);
    }

    private static Set<String> keys(Connection connection) throws SQLException {
        Set<String> keys = new HashSet<>();
        try (ResultSet key = connection.getMetaData().getPrimaryKeys(connection.getCatalog(),
                connection.getSchema(), NAME)) {
            while (key.next()) {
                keys.add(key.getString("COLUMN_NAME").toLowerCase(Locale.ROOT));
            }
        }
        return keys;
    }

    /** Those that a row of a new id can violate. MySQL would then skip the row. */
    private static Set<String> otherUniqueIndexes(Connection connection) throws SQLException {
        Set<String> all = new TreeSet<>();
        Set<String> withKey = new HashSet<>();
        try (ResultSet index = connection.getMetaData().getIndexInfo(connection.getCatalog(),
                connection.getSchema(), NAME, true, true)) {
            while (index.next()) {
                String name = index.getString("INDEX_NAME");
                if (name == null || index.getBoolean("NON_UNIQUE")) continue;
                all.add(name);
                if (KEY.equalsIgnoreCase(index.getString("COLUMN_NAME"))) withKey.add(name);
            }
        }
        all.removeAll(withKey);
        return all;
    }

    /** As a pattern; null, which matches any, where there are no schemas. */
    private static String schema(Connection connection) throws SQLException {
        String schema = connection.getSchema();
        return schema == null ? null : pattern(schema, connection);
    }

    /** JDBC treats a name as a pattern, in which _ matches any character. */
    private static String pattern(String name, Connection connection) throws SQLException {
        return name.replace("_", connection.getMetaData().getSearchStringEscape() + "_");
    }
}
