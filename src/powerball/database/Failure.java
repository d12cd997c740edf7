package powerball.database;

/**
 * What stops a program or ends an attempt, told in whole sentences. One that may be gone when the
 * same thing is tried again is a {@link TransientFailure}.
 */
public class Failure extends Exception {

    private static final long serialVersionUID = 1;

    private final boolean isMendable;

    /** A failure that the same command can only meet again: a malformed row, a wrong table. */
    public Failure(String sentences, Object... values) {
        this(false, String.format(sentences, values), null);
    }

    Failure(boolean isMendable, String sentences, Throwable cause) {
        super(sentences, cause);
        this.isMendable = isMendable;
    }

    /**
     * A failure after which the same command finishes the job once somebody has put right what the
     * sentences name: a full disk, a wrong password.
     */
    public static Failure mendable(String sentences, Object... values) {
        return new Failure(true, String.format(sentences, values), null);
    }

    /** Whether the same command can finish the job, at once or when something was put right. */
    public boolean isMendable() {
        return isMendable;
    }
}
