package powerball.database;

import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** What lies behind an exception, whose own class and message may only say that it failed. */
public final class Cause {

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
     * a name that does not match, no common protocol. A connection that was cut during the
     * handshake, as by a gateway that restarts, is none; Java tells it by its words alone.
     */
    public static boolean isTlsRefusal(Throwable failure) {
        if (failure == null) return false;
        String words = String.valueOf(failure.getMessage());
        boolean isRefusal = failure instanceof SSLException
                && !isOrHas(failure, SocketException.class)
                && !words.contains("terminated the handshake")
                && !words.contains("close_notify during handshake");
        return isRefusal || isTlsRefusal(failure.getCause());
    }
}
