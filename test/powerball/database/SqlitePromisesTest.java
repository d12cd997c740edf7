package powerball.database;

import java.nio.file.Path;
import powerball.tools.SqliteFileDatabase;
import powerball.tools.TestDatabase;

/** The promises of every database, kept by SQLite. */
class SqlitePromisesTest extends DatabasePromises {

    @Override TestDatabase start(Path databaseFolder) {
        return new SqliteFileDatabase(databaseFolder);
    }

    @Override String urlOfNone(TestDatabase startedDatabase) {
        return null;
    }
}
