package powerball.database;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import powerball.tools.Postgres;
import powerball.tools.TestDatabase;

/** The promises of every database, kept by PostgreSQL, and those that are about it alone. */
class PostgresPromisesTest extends ServerPromises {

    @Override TestDatabase start(Path databaseFolder) {
        return Postgres.start(databaseFolder);
    }

    @Override String urlOfNone() {
        return ((Postgres) database()).urlOf("nosuch", "postgres");
    }

    @Override void changeRows(String column, String expression) {
        beforeEachRow("NEW." + column + " := " + expression + ";");
    }

    @Override void keepOut(String condition) {
        beforeEachRow("IF " + condition + " THEN RETURN NULL; END IF;");
    }

    private void beforeEachRow(String statements) {
        database().execute("CREATE FUNCTION interfere() RETURNS trigger LANGUAGE plpgsql AS $$"
                + " BEGIN " + statements + " RETURN NEW; END $$");
        database().execute("CREATE TRIGGER interfere BEFORE INSERT ON powerball_results"
                + " FOR EACH ROW EXECUTE FUNCTION interfere()");
    }

    @Test void aPartitionedTableIsTaken() {
        create("powerball_results", columns(), " PARTITION BY HASH (transaction_id)");
        for (int i = 0; i < 3; i++) {
            database().execute("CREATE TABLE part_" + i + " PARTITION OF powerball_results"
                    + " FOR VALUES WITH (MODULUS 3, REMAINDER " + i + ")");
        }
        takesTheRows();
    }

    /** It does not know which letters it stores, and gives back what was stored. */
    @Test void aDatabaseOfAnyLettersIsTaken() {
        ((Postgres) database()).freshDatabase("SQL_ASCII");
        takesTheRows();
    }

    @Test void aDatabaseWithoutSomeOfTheLettersIsRefused() {
        ((Postgres) database()).freshDatabase("LATIN1");
        create(columns());
        refusesInItsOwnWords("LATIN1");
    }

    @Test void aColumnThatPadsIsRefused() {
        Map<String, String> columns = columns();
        columns.put("first_name", "CHAR(30)");
        create(columns);
        String name = sent(0, "first_name");
        refusesRow(1, "first_name", name, name + " ".repeat(30 - name.length()));
    }
}
