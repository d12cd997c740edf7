package powerball.database;

import java.io.FileNotFoundException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** What lies behind an exception, whose own class and message may only say that it failed. */
public final class Cause {

    private static final Pattern CUT_IN_HANDSHAKE =
            Pattern.compile("terminated the handshake|close_notify during handshake");
    private static final Pattern ABOUT_CERTIFICATES =
            Pattern.compile("(?i)certificate|key ?store|hostname ?verif");

    private Cause() {
    }

    /**
     * The message of the innermost cause, which says what happened in the words of whoever saw it;
     * its class if it has none.
     */
    public static String words(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        String words = innermost.getMessage();
        return words == null ? innermost.getClass().getSimpleName() : words;
    }

    /** Whether a failure is of a class, or has a cause that is. */
    public static boolean isOrHas(Throwable failure, Class<?> kind) {
        return failure != null && (kind.isInstance(failure) || isOrHas(failure.getCause(), kind));
    }

    /**
     * Whether no address is known for the name of a host. If it was known before in the same job,
     * a name server is away; otherwise, the name may be mistyped.
     */
    public static boolean isUnknownHost(Throwable failure) {
        return isOrHas(failure, UnresolvedAddressException.class)
                || isOrHas(failure, UnknownHostException.class);
    }

    /**
     * Whether one side has refused to speak TLS with the other: a certificate that is not trusted,
     * that has another name, or whose file is not there; no common protocol. That does not include
     * a connection that was cut during the handshake, as by a gateway that restarts: only the
     * message tells the two apart. Drivers call a refused certificate a lost connection.
     */
    public static boolean isTlsRefusal(Throwable failure) {
        if (failure == null) return false;
        String words = String.valueOf(failure.getMessage());
        boolean isRefusal = failure instanceof SSLException
                && !isOrHas(failure, SocketException.class)
                && !CUT_IN_HANDSHAKE.matcher(words).find();
        return isRefusal || ABOUT_CERTIFICATES.matcher(words).find()
                || failure instanceof FileNotFoundException || isTlsRefusal(failure.getCause());
    }
}
