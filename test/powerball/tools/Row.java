package powerball.tools;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import powerball.database.Table;

/**
 * A row with a good value in each column of the table: as a server sends it, or as it is stored.
 * Whatever the tests know of columns they have from the table's own list.
 */
public final class Row {

    /** The names of the columns, in their order. */
    public static final List<String> NAMES =
            Table.COLUMNS.stream().map(Table.Column::name).toList();

    private static final List<String> IDS = List.of(
            "00000000-0000-7000-8000-%012d", "5d1c8d8e-0000-4000-8000-%012d");
    private static final List<String> TEXTS = List.of("Ana", "O'Brien", "Reno", "NV");
    private static final List<Integer> WHITE_BALLS = List.of(3, 14, 27, 40, 68);

    private final Map<String, Object> values = new LinkedHashMap<>(); // by the name of the column

    private Row() {
    }

    /** Row i: its ids differ from those of any other, all else is the same. */
    public static Row of(int i) {
        Row row = new Row();
        Map<Table.Kind, Integer> seen = new EnumMap<>(Table.Kind.class);
        for (Table.Column column : Table.COLUMNS) {
            int before = seen.merge(column.kind(), 1, Integer::sum) - 1;
            row.values.put(column.name(), value(column.kind(), before, i));
        }
        return row;
    }

    /** The value in row i of a column before which there are so many of its kind. */
    private static Object value(Table.Kind kind, int before, int i) {
        return switch (kind) {
            case ID -> String.format(IDS.get(before % IDS.size()), i);
            case NAME -> TEXTS.get(before % TEXTS.size());
            case WHITE_BALL -> WHITE_BALLS.get(before);
            case POWERBALL -> 9;
        };
    }

    /** The type in SQL, in any of the databases, of a column that is not a key. */
    public static String sqlType(String column) {
        return of(0).values.get(column) instanceof Integer ? "INTEGER" : "TEXT";
    }

    /** Which of the columns has this name, counted from 0. */
    public static int position(String column) {
        return NAMES.indexOf(column);
    }

    /** The same row with another value, which need not be a good one. */
    public Row with(String column, Object value) {
        if (!values.containsKey(column)) throw new IllegalArgumentException(column);
        Row row = new Row();
        row.values.putAll(values);
        row.values.put(column, value);
        return row;
    }

    /** The same row with other white balls and another Powerball. */
    public Row withBalls(int... balls) {
        Row row = this;
        for (int i = 0; i < 5; i++) {
            row = row.with("powerball_" + (i + 1), balls[i]);
        }
        return row.with("powerball_number", balls[5]);
    }

    /** In the order of the columns. */
    public Object[] values() {
        return values.values().toArray();
    }

    /** As SQL writes it, and a server sends it. */
    public String sql() {
        return Arrays.stream(values())
                .map(value -> value instanceof String text ? "'" + text.replace("'", "''") + "'"
                        : String.valueOf(value))
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
