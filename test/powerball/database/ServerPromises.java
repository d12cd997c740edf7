package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import powerball.tools.Run;

/** What is promised of every database that has a server and users. */
abstract class ServerPromises extends DatabasePromises {

    /** The URL of a database that is not there. */
    abstract String urlOfNone();

    /** What a user needs who stores rows in a table that is there. */
    String rightsToStore() {
        return "SELECT, INSERT";
    }

    @Test void aDatabaseThatIsKilledInMidRunHasEveryRowOnceWhenItIsBack() {
        try (Run ingest = ingest(LONG_JOB)) {
            ingest.awaitRows();
            database().kill9();
            ingest.awaitFailure();
            database().startAgain();
            assertEquals(0, ingest.exitCode(), ingest.err());
        }
        assertEveryRowOnce(40_000);
    }

    @Test void aDatabaseThatIsNotThereIsToldAtOnce() {
        try (Run ingest = Run.start(folder, ingestCommand(urlOfNone(), "10"))) {
            assertEquals(1, ingest.exitCode(), ingest.out());
            assertTrue(ingest.err().contains("nosuch"), ingest.err());
            assertFalse(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
        }
    }

    @Test void aUserWhoMayNotMakeTheTableUsesTheOneThatIsThere() {
        create(columns());
        String db = database().urlOfClerk(rightsToStore());
        takesTheRowsAt(db);
    }

    @Test void aUserWhoMayOnlyReadIsToldAtOnce() {
        create(columns());
        String db = database().urlOfClerk("SELECT");
        try (Run ingest = Run.start(folder, ingestCommand(db, "10"))) {
            assertRefused(ingest, "denied", "powerball_results");
            assertFalse(ingest.err().contains(Run.TRIES_AGAIN), ingest.err());
        }
        assertEquals(0, database().count());
    }

    @Test void aColumnThatIsTooShortIsRefused() {
        Map<String, String> columns = columns();
        columns.put("city", "VARCHAR(5)");
        create(columns);
        refusesInItsOwnWords();
    }

    /** It waits for a connection, which some drivers make on a thread of their own. */
    @Test void controlCWhileItConnects() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (ServerSocket silent = new ServerSocket(0, 1, loopback)) {
            String db = database().url().replaceFirst("127\\.0\\.0\\.1:\\d+",
                    "127.0.0.1:" + silent.getLocalPort());
            try (Run ingest = Run.start(folder, ingestCommand(db, "1000"));
                    Socket client = silent.accept()) {
                assertTrue(client.isConnected());
                isInterrupted(ingest);
                assertTrue(ingest.err().contains(" To finish: "), ingest.err());
            }
        }
    }

    @Test void controlCWhileItPauses() {
        try (Run ingest = ingest(LONG_JOB)) {
            ingest.awaitRows();
            database().kill9();
            ingest.awaitFailure();
            isInterrupted(ingest);
            database().startAgain();
            isFinishedByItsCommand(ingest);
        }
        assertEveryRowOnce(40_000);
    }
}
