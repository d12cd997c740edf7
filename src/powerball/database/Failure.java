package powerball.database;

/**
 * A failure that ends a job or an attempt, in whole sentences. One that may be gone when the same
 * thing is tried again is a {@link TransientFailure}.
 */
public class Failure extends Exception {

    private static final long serialVersionUID = 1;

    private final boolean isResumable;

    /** A failure that repeating the command cannot cure: a malformed row, another stream. */
    public Failure(String sentences, Object... values) {
        this(false, String.format(sentences, values), null);
    }

    Failure(boolean isResumable, String sentences, Throwable cause) {
        super(sentences, cause);
        this.isResumable = isResumable;
    }

    /**
     * A failure after which the same command finishes the job once the user has put right the thing
     * that the sentences name: a full disk, a wrong password, a table.
     */
    public static Failure resumable(String sentences, Object... values) {
        return new Failure(true, String.format(sentences, values), null);
    }

    /** Whether the same command can finish the job, at once or after something was put right. */
    public boolean isResumable() {
        return isResumable;
    }

    /**
     * The message of the innermost cause that has one, on one line and without a full stop: outer
     * ones often say only that something failed. The class of the innermost cause, if none has one.
     */
    public static String message(Throwable failure) {
        String message = failure.getMessage();
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
            if (innermost.getMessage() != null) message = innermost.getMessage();
        }
        if (message == null) message = innermost.getClass().getSimpleName();
        return message.replaceAll("\\s+", " ").replaceFirst("\\.$", "");
    }

    /** Whether a failure is of a class, or has a cause that is. */
    public static boolean isOrHas(Throwable failure, Class<?> kind) {
        return failure != null && (kind.isInstance(failure) || isOrHas(failure.getCause(), kind));
    }
}
