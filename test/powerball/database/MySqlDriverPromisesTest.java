package powerball.database;

/** The promises of every database, kept by MariaDB, through the driver of MySQL. */
class MySqlDriverPromisesTest extends MySqlPromises {

    MySqlDriverPromisesTest() {
        super("mysql");
    }
}
