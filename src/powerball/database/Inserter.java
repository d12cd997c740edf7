package powerball.database;

import java.sql.SQLException;
import java.util.List;

/** Sends rows to the table, in the transaction of its connection. */
public interface Inserter {

    /**
     * Stores rows, each with a value for each of {@link Table#COLUMNS}, and skips those whose key
     * is there already. Returns how many were stored.
     */
    int insert(List<Object[]> rows) throws SQLException;
}
