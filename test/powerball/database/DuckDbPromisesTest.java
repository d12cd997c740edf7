package powerball.database;

import java.nio.file.Path;
import powerball.tools.DuckDb;
import powerball.tools.TestDatabase;

/** The promises of every database, kept by DuckDB. */
class DuckDbPromisesTest extends DatabasePromises {

    @Override TestDatabase start(Path databaseFolder) {
        return new DuckDb(databaseFolder);
    }

    @Override boolean isShared() {
        return false;
    }
}
