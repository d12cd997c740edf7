package powerball.ingest;

import java.net.http.HttpClient;
import java.util.Locale;
import java.util.Optional;
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
 * from the first one that is not committed, and stores them ({@link #attempt}). It ends well, or
 * with a {@link Failure}. A failure that the other side has called wrong, by a type or a code, ends
 * the job. Every other one is a {@link TransientFailure}: the rows that have arrived are committed,
 * if that can be, and after a pause the next attempt begins, until the {@link Patience} ends. No
 * row is lost, as uncommitted rows are asked for again. No row is stored twice, as its id is the
 * primary key, and the same seed gives the same ids. For the same reason, the same command finishes
 * a job that has failed. There is no other mechanism.
 *
 * <p><b>How it knows its rows.</b> A stream says what it is, in two headers: an attempt that gets
 * others than the first one ends the job ({@link Download}). And each transaction asks the table
 * for rows that it has taken ({@link Store}).
 *
 * <p><b>Who does what.</b> This class, the {@link Store} and the {@link Download} run on the main
 * thread. The {@link RowReceiver} with its {@link RowParser} works on the threads of the HTTP
 * client; a queue of {@link Arrival}s connects the two. The JVM calls the {@link Interruption} at
 * Ctrl-C.
 */
public final class Ingest {

    private static final long LOOK_MILLIS = 50; // while it pauses: at the clock and for Ctrl-C

    private final Options options;
    private final Store store;
    private final Progress progress;
    private final Interruption interruption = new Interruption();
    private final HttpClient client;
    private Optional<StreamName> stream = Optional.empty();

    private Ingest(Options options) {
        this.options = options;
        store = new Store(options.database());
        progress = new Progress(options.rows(), "rows", options.isQuiet());
        client = Http.client(options.url());
    }

    public static void main(String[] typed) {
        Locale.setDefault(Locale.ROOT); // formats 1,000.5 this way everywhere
        LogManager.getLogManager().reset(); // drivers log stack traces; exceptions say it all
        Options options = Arguments.optionsOrExit(typed, Options.USAGE, Options::parse);
        System.exit(new Ingest(options).run());
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
            Http.end();
            return reportSuccess();
        } catch (Failure failure) {
            reportFailure(failure.getMessage(), failure.isResumable() && sameCommandResumes());
            return 1;
        } catch (InterruptedException e) {
            reportFailure("Interrupted.", sameCommandResumes());
            return 1; // never seen: a signal is ending the JVM, which sets the exit code itself
        } catch (RuntimeException | Error fault) { // in this program or in a driver
            fault.printStackTrace();
            reportFailure("It failed: " + fault, sameCommandResumes());
            return 1;
        } finally {
            store.close();
            interruption.jobFinished(); // or the JVM would wait for it
        }
    }

    /** Makes attempts until all rows are committed, or a failure cannot pass or does not. */
    private void job() throws Failure, InterruptedException {
        Patience patience = new Patience(options.patienceSeconds());
        String lastReason = "";
        while (true) {
            long before = store.mostCommitted();
            try {
                attempt();
                return;
            } catch (TransientFailure failure) {
                interruption.check();
                boolean hasNewRows = store.mostCommitted() > before;
                if (hasNewRows) patience.renew();
                long millis = patience.pauseAfter(failure);
                String reason = failure.getMessage();
                if (hasNewRows || !reason.equals(lastReason)) say(reason, millis);
                lastReason = reason;
                pause(millis);
            }
        }
    }

    private void say(String reason, long pauseMillis) {
        String next = String.format(" Trying again for up to %,d s.", options.patienceSeconds());
        progress.say(pauseMillis == 0 ? reason : reason + next);
    }

    private void pause(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
            interruption.check();
            progress.show(store.committed());
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Asks for the rows from the first one that is not committed, and stores them. */
    private void attempt() throws Failure, InterruptedException {
        try (Download download = new Download(options, store.committed(), stream)) {
            download.begin(client);
            storeAll(download);
        }
    }

    private void storeAll(Download download) throws Failure, InterruptedException {
        try {
            while (!download.isComplete()) {
                store.add(download.next());
                store.commitIfDue();
                progress.show(store.sent());
                interruption.check();
            }
            store.commit();
            store.makeTable(); // if there were no rows
        } catch (InterruptedException interrupt) {
            store.add(download.rowsLeft());
            store.commit();
            throw interrupt;
        } catch (Failure failure) {
            store.commit(); // nothing, if the failure is the database's
            throw failure;
        } finally {
            stream = download.stream();
        }
    }

    /** Rows of another stream would come from a server that names none, beside those stored. */
    private boolean sameCommandResumes() {
        boolean isResumable = stream.map(StreamName::isResumable).orElse(true);
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
