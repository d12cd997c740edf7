package powerball.database;

import java.nio.file.Path;
import powerball.tools.MariaDb;
import powerball.tools.TestDatabase;

/** The promises of every database, kept by MariaDB, through its own driver. */
class MariaDbPromisesTest extends DatabasePromises {

    @Override TestDatabase start(Path databaseFolder) {
        return MariaDb.start(databaseFolder, "mariadb");
    }

    @Override String urlOfNone(TestDatabase startedDatabase) {
        return ((MariaDb) startedDatabase).urlOf("nosuch");
    }

    @Override String tableOptions() {
        return " CHARACTER SET utf8mb4";
    }
}
