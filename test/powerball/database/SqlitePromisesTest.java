package powerball.database;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import powerball.tools.SqliteFileDatabase;
import powerball.tools.TestDatabase;

/** The promises of every database, kept by SQLite, and those that are about it alone. */
class SqlitePromisesTest extends DatabasePromises {

    @Override TestDatabase start(Path databaseFolder) {
        return new SqliteFileDatabase(databaseFolder);
    }

    @Override boolean hasUuids() {
        return false;
    }

    @Override void changeRows(String column, String expression) {
        database().execute("CREATE TRIGGER interfere AFTER INSERT ON powerball_results BEGIN"
                + " UPDATE powerball_results SET " + column + " = " + expression
                + " WHERE transaction_id = NEW.transaction_id; END");
    }

    @Override void keepOut(String condition) {
        database().execute("CREATE TRIGGER interfere BEFORE INSERT ON powerball_results"
                + " WHEN " + condition + " BEGIN SELECT RAISE(IGNORE); END");
    }

    @Test void aTableWithoutRowidIsTaken() {
        create("powerball_results", columns(), " WITHOUT ROWID");
        takesTheRows();
    }

    @Test void aTableWithoutTypesIsTaken() {
        Map<String, String> columns = columns();
        columns.replaceAll((name, type) -> "");
        columns.put("transaction_id", "PRIMARY KEY");
        create(columns);
        takesTheRows();
    }
}
