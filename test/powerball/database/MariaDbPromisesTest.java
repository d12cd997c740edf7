package powerball.database;

/** The promises of every database, kept by MariaDB, through its own driver. */
class MariaDbPromisesTest extends MySqlPromises {

    MariaDbPromisesTest() {
        super("mariadb");
    }
}
