package powerball.ingest;

import java.net.http.HttpClient;
import java.util.Locale;
import java.util.logging.LogManager;
import powerball.database.Failure;
import powerball.database.TransientFailure;
import powerball.terminal.Arguments;
import powerball.terminal.Progress;
import powerball.terminal.Text;

/**
 * Asks how many rows to fetch, streams them from a Powerball server and stores them in table
 * {@code powerball_results} of a database. It needs a JDK, 17 or newer, {@code ./build.sh} once,
 * and a server:
 *
 * <pre>
 * $ java -jar build/ingest.jar 1000 --seed 42
 * Asking http://127.0.0.1:8000 for 1,000 rows of seed 42
 * Stored 1,000 rows in powerball_data.db (0 already there) in 0.4 s, 2,500 rows/s
 * </pre>
 *
 * <b>How it recovers.</b> A job is a loop of attempts ({@link #job}). An attempt asks for the rows
 * from the last committed one on, and stores the others ({@link #attempt}). It ends well, or with a
 * {@link Failure}; after a {@link TransientFailure} (the stream breaks or stalls, a server or a
 * database is away, busy or locked) the rows that have arrived are committed, if that can be, and
 * after a pause the next attempt begins, until the {@link Patience} runs out. No row is lost,
 * as uncommitted rows are asked for again. No row is stored twice, as its id is the primary
 * key, and the same seed gives the same ids. For the same reason, the same command finishes a job
 * that has failed. There is no other mechanism.
 *
 * <p><b>Who does what.</b> This class and the {@link Store} run on the main thread, and so does the
 * {@link Download}. The {@link RowReceiver} with its {@link RowParser} works on the threads of the
 * HTTP client; a queue connects the two. A thread of its own loads the driver while the client is
 * made. The {@link Interruption} is called by the JVM, at Ctrl-C.
 */
public final class Ingest {

    private static final long LOOK_MILLIS = 50; // while it pauses: at the clock and for Ctrl-C

    private final Options options;
    private final Store store;
    private final Progress progress;
    private final Interruption interruption = new Interruption();
    private final HttpClient client;
    private boolean isResumable = true; // until a server has sent rows of a stream without a name
    private boolean hasServerAnswered;

    private Ingest(Options options) {
        this.options = options;
        options.database().loadDriverMeanwhile();
        store = new Store(options.database());
        progress = new Progress(options.rows(), "rows", options.isQuiet());
        client = Http.client(options.url());
    }

    public static void main(String[] typed) {
        Locale.setDefault(Locale.ROOT); // formats 1,000.5 this way everywhere
        LogManager.getLogManager().reset(); // drivers log stack traces; exceptions say it all
        if (Arguments.askForHelp(typed)) {
            System.out.println(Options.USAGE);
            System.exit(System.out.checkError() ? 1 : 0);
        }
        try {
            System.exit(new Ingest(Options.parse(typed)).run());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\nSee --help.");
            System.exit(2);
        }
    }

    /** Runs the job and reports on it. Returns the exit code. */
    private int run() {
        interruption.watch();
        String slice = options.from() == 0 ? "" : String.format(", from row %,d", options.from());
        System.out.printf("Asking %s for %,d rows of seed %d%s%n",
                options.url(), options.rows(), options.seed(), slice);
        try {
            job();
            store.close();
            Http.close(client);
            return reportSuccess();
        } catch (Failure failure) {
            reportFailure(failure.getMessage(), failure.isMendable() && sameCommandResumes());
            return 1;
        } catch (InterruptedException e) {
            reportFailure("Interrupted.", sameCommandResumes());
            return 1; // never seen: a signal is ending the JVM, which sets the exit code itself
        } catch (RuntimeException | Error e) { // a fault in this program or in a driver
            reportFailure("It failed: " + e, true);
            return 1;
        } finally {
            try {
                store.close();
            } finally {
                interruption.jobFinished(); // or the JVM would wait for it forever
            }
        }
    }

    /** Makes attempts until all rows are committed, or a failure cannot pass or does not. */
    private void job() throws Failure, InterruptedException {
        Patience patience = new Patience(options.patienceSeconds());
        while (true) {
            long before = store.everCommitted();
            try {
                attempt();
                return;
            } catch (TransientFailure failure) {
                if (store.everCommitted() > before) patience.renew();
                long millis = patience.pauseAfter(failure);
                progress.say(String.format("%s Asking for the rest in %.1f s.",
                        failure.getMessage(), millis / 1e3));
                pause(millis);
            }
        }
    }

    private void pause(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
            interruption.check();
            progress.show(store.committed());
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Asks for the rows from the last committed one on, and stores those that are new. */
    private void attempt() throws Failure, InterruptedException {
        long lost = store.forgetLostCommits();
        if (lost > 0) {
            progress.say(String.format("%,d rows that were committed are not in %s any more."
                    + " Asking for them again.", lost, options.database().name()));
        }
        long firstRow = store.beginAttempt(options.highestRowToBeginWith());
        try (Download download = new Download(options, firstRow, hasServerAnswered)) {
            download.begin(client);
            storeAll(download);
        }
    }

    private void storeAll(Download download) throws Failure, InterruptedException {
        try {
            while (!download.hasEnded()) {
                store.add(download.next());
                store.commitIfDue();
                progress.show(store.sent());
                interruption.check();
            }
            store.commit();
        } catch (InterruptedException interrupt) {
            download.close();
            store.add(download.rowsLeft());
            store.commitReceived();
            throw interrupt;
        } catch (Failure failure) {
            store.commitReceived(); // nothing, if the failure is the database's
            throw failure;
        } finally {
            isResumable &= download.isResumable();
            hasServerAnswered = download.hasServerAnswered();
        }
    }

    /** Other rows would come from a server that names no stream, beside those that are stored. */
    private boolean sameCommandResumes() {
        return isResumable || store.committed() == 0;
    }

    private int reportSuccess() {
        long alreadyThere = store.alreadyThere();
        progress.end(store.committed());
        System.out.printf("Stored %,d rows in %s (%,d already there) in %.1f s, %,.0f rows/s%n",
                store.committed() - alreadyThere, options.database().name(), alreadyThere,
                progress.seconds(), store.committed() / progress.seconds());
        if (System.out.checkError()) {
            System.err.println("The rows are stored, but this could not be printed.");
            return 1;
        }
        return 0;
    }

    /** Says what happened, what is stored, and how to finish, if the same command can. */
    private void reportFailure(String sentences, boolean canBeFinished) {
        progress.end(store.committed());
        String finish = canBeFinished ? " To finish: " + options.command() : "";
        System.err.printf("%s%n%,d of %,d rows were received and stored in %s.%s%n",
                Text.printable(sentences), store.committed(), options.rows(),
                options.database().name(), finish);
    }
}
