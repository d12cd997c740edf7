package powerball.database;

/** A failure that may have passed when the same thing is tried again a little later. */
public final class TransientFailure extends Failure {

    private static final long serialVersionUID = 1;

    private final long waitSeconds;

    public TransientFailure(String sentences, Object... values) {
        this(0, String.format(sentences, values));
    }

    /**
     * The same, where a server has said when to ask again.
     *
     * @param waitSeconds 0 or more
     */
    public TransientFailure(long waitSeconds, String sentences) {
        super(true, sentences, null);
        this.waitSeconds = waitSeconds;
    }

    /** How long a server asks to be left alone; 0 if it does not say. */
    public long waitSeconds() {
        return waitSeconds;
    }

    /** This failure, once waiting for it to pass has been given up: it is no longer transient. */
    public Failure afterWaitingInVain(String sentence) {
        return new Failure(true, getMessage() + " " + sentence, this);
    }
}
