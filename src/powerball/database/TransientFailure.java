package powerball.database;

/** A failure that may be gone when the same thing is tried again. */
public final class TransientFailure extends Failure {

    private static final long serialVersionUID = 1;
    private static final long AT_ONCE = -1;

    private final long waitSeconds;

    public TransientFailure(String sentences, Object... values) {
        this(0, String.format(sentences, values));
    }

    /**
     * The same, where a server has said when to ask again.
     *
     * @param waitSeconds 0 or more
     */
    public TransientFailure(long waitSeconds, String sentence) {
        super(true, sentence, null);
        this.waitSeconds = waitSeconds;
    }

    /** A failure after which there is nothing to wait for. */
    public static TransientFailure atOnce(String sentence, Object... values) {
        return new TransientFailure(AT_ONCE, String.format(sentence, values));
    }

    /** Whether the next attempt needs no pause. */
    public boolean needsNoPause() {
        return waitSeconds == AT_ONCE;
    }

    /** How long a server asks to be left alone; 0 if it does not say. */
    public long waitSeconds() {
        return Math.max(0, waitSeconds);
    }

    /** This failure, once the patience has ended: it is no longer transient. */
    public Failure afterWaitingInVain(String sentence) {
        return new Failure(true, getMessage() + " " + sentence, this);
    }
}
