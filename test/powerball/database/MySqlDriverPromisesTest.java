package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import powerball.tools.MariaDb;
import powerball.tools.Run;

/** The promises of every database, kept by MariaDB, through the driver of MySQL. */
class MySqlDriverPromisesTest extends MySqlPromises {

    MySqlDriverPromisesTest() {
        super("mysql");
    }

    @Test void aCertificateThatIsNotTrustedEndsTheJobAtOnce() {
        ((MariaDb) database()).speakTls();
        Path usual = Path.of(System.getProperty("java.home"), "lib/security/cacerts");
        List<String> jvm = List.of("-Djavax.net.ssl.trustStore=" + usual);
        List<String> command = database().command("Ingest", jvm, "10", "--url", serverUrl(),
                "--db", database().url() + "&sslMode=VERIFY_CA");
        try (Run ingest = Run.start(folder, command)) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("trust"), ingest.err());
            assertFalse(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
        }
    }
}
