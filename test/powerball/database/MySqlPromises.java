package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import powerball.tools.MariaDb;
import powerball.tools.Run;
import powerball.tools.TestDatabase;

/** The promises of every database, kept by MariaDB, and those that are about it alone. */
abstract class MySqlPromises extends ServerPromises {

    private final String scheme;

    /** Takes how the URL begins, which chooses the driver. */
    MySqlPromises(String scheme) {
        this.scheme = scheme;
    }

    @Override TestDatabase start(Path databaseFolder) {
        return MariaDb.start(databaseFolder, scheme);
    }

    @Override String urlOfNone() {
        return ((MariaDb) database()).urlOf("nosuch");
    }

    @Override String tableOptions() {
        return " CHARACTER SET utf8mb4";
    }

    /** A row that is there is skipped by an update that changes nothing. */
    @Override String rightsToStore() {
        return "SELECT, INSERT, UPDATE";
    }

    @Override void changeRows(String column, String expression) {
        database().execute("CREATE TRIGGER interfere BEFORE INSERT ON powerball_results"
                + " FOR EACH ROW SET NEW." + column + " = " + expression);
    }

    @Test void aWrongPasswordIsToldAtOnce() {
        List<String> command = ingestCommand(database().url(), "10");
        command.replaceAll(word -> word.startsWith("DB_PASSWORD=") ? "DB_PASSWORD=wrong" : word);
        try (Run ingest = Run.start(folder, command)) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("The database " + database().name() + " says: "),
                    ingest.err());
            assertTrue(ingest.err().contains(" To finish: "), ingest.err());
            assertFalse(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
        }
    }

    @Test void tooManyConnectionsOfAUserMayPass() throws SQLException {
        create(columns());
        MariaDb server = (MariaDb) database();
        String db = server.urlOfClerk(rightsToStore());
        server.limitClerk(1);
        Connection other = server.connectAsClerk();
        try (Run ingest = Run.start(folder, ingestCommand(db, "1000"))) {
            ingest.awaitFailure();
            assertTrue(ingest.err().contains("max_user_connections"), ingest.err());
            other.close();
            assertEquals(0, ingest.exitCode(), ingest.err());
        } finally {
            server.limitClerk(0);
        }
        assertEveryRowOnce(1_000);
    }

    @Test void tooManyConnectionsMayPass() throws SQLException {
        create(columns());
        MariaDb server = (MariaDb) database();
        String db = server.urlOfClerk(rightsToStore());
        List<Connection> others = new ArrayList<>();
        server.execute("SET GLOBAL max_connections = 10"); // the fewest
        try {
            for (int i = 0; i < 10; i++) {
                others.add(server.connectAsClerk());
            }
            try (Run ingest = Run.start(folder, ingestCommand(db, "1000"))) {
                ingest.awaitFailure();
                assertTrue(ingest.err().contains("Too many connections"), ingest.err());
                for (Connection other : others) {
                    other.close();
                }
                assertEquals(0, ingest.exitCode(), ingest.err());
            }
        } finally {
            server.execute("SET GLOBAL max_connections = 151"); // as usual
        }
        assertEveryRowOnce(1_000);
    }

    @Test void aPartitionedTableIsTaken() {
        create("powerball_results", columns(),
                tableOptions() + " PARTITION BY KEY (transaction_id) PARTITIONS 3");
        takesTheRows();
    }

    /** MySQL's driver takes this type for a Boolean unless it is told not to. */
    @Test void ballsInTheSmallestTypeAreTaken() {
        Map<String, String> columns = columns();
        setBalls(columns, "TINYINT(1)");
        create(columns);
        takesTheRows();
    }

    @Test void aNumberThatTheDatabaseCountsByItselfIsTaken() {
        Map<String, String> columns = columns();
        columns.put("serial_number", "INTEGER AUTO_INCREMENT UNIQUE");
        create(columns);
        takesTheRows();
    }

    /** A row would be skipped for any value that is there already. */
    @Test void aUniqueIndexMoreIsRefused() {
        create(columns());
        database().execute("CREATE UNIQUE INDEX one_a_buyer ON powerball_results (customer_id)");
        refuses("powerball_results", "one_a_buyer");
    }

    @Test void aKeyOfTheFirstLettersIsRefused() {
        Map<String, String> columns = columns();
        columns.put("transaction_id", keyType());
        create(columns);
        database().execute("CREATE UNIQUE INDEX first_letters"
                + " ON powerball_results (transaction_id(10))");
        refuses("powerball_results");
    }

    @Test void anEngineThatKeepsNothingIsRefused() {
        try {
            database().execute("INSTALL PLUGIN IF NOT EXISTS blackhole SONAME 'ha_blackhole'");
        } catch (AssertionError e) {
            assumeTrue(false, "needs the engine BLACKHOLE: " + e.getMessage());
        }
        create("powerball_results", columns(), tableOptions() + " ENGINE=BLACKHOLE");
        refusesRow(1);
    }

    @Test void lettersThatTheTableDoesNotHaveAreRefused() {
        create("powerball_results", columns(), " CHARACTER SET latin1");
        refusesInItsOwnWords("last_name");
    }
}
