package powerball.database;

import java.nio.file.Path;
import powerball.tools.Postgres;
import powerball.tools.TestDatabase;

/** The promises of every database, kept by PostgreSQL. */
class PostgresPromisesTest extends DatabasePromises {

    @Override TestDatabase start(Path databaseFolder) {
        return Postgres.start(databaseFolder);
    }

    @Override String urlOfNone(TestDatabase startedDatabase) {
        return ((Postgres) startedDatabase).urlOf("nosuch", "postgres");
    }
}
