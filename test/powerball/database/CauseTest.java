package powerball.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLProtocolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What lies behind an exception, in the words of JDK 17 and 25 and of the drivers. */
class CauseTest {

    @ParameterizedTest
    @MethodSource
    void aRefusalOfTlsCannotPass(Throwable failure) {
        assertTrue(Cause.isTlsRefusal(failure));
    }

    private static Stream<Throwable> aRefusalOfTlsCannotPass() {
        return Stream.of(
                new SSLHandshakeException("Received fatal alert: handshake_failure"),
                new SSLHandshakeException("(protocol_version) Received fatal alert: x"),
                new SSLException("Unrecognized SSL message, plaintext connection?"),
                with(new CertificateException("No subject alternative names matching"),
                        new SSLHandshakeException("No subject alternative names matching")),
                with(new SSLHandshakeException("PKIX path building failed"),
                        new SQLException("SSL error", "08006")), // PostgreSQL's driver
                new SQLException("The hostname x could not be verified by hostnameverifier y",
                        "08006"),
                new SQLException("SSL hostname verification failed : DNS host", "08006"), // MariaDB
                new SQLException("Self signed certificates. Either set sslMode=trust", "08000"),
                with(new IOException("None of the certificate's DNS entries matched"),
                        new SQLException("Communications link failure", "08S01")), // MySQL
                with(new FileNotFoundException("ca.pem (No such file or directory)"),
                        new SQLException("Could not open SSL root file", "08006")));
    }

    @ParameterizedTest
    @MethodSource
    void aConnectionThatIsLostCanPass(Throwable failure) {
        assertFalse(Cause.isTlsRefusal(failure));
        assertFalse(Cause.isUnknownHost(failure));
    }

    private static Stream<Throwable> aConnectionThatIsLostCanPass() {
        return Stream.of(
                new SSLHandshakeException("Remote host terminated the handshake"),
                with(new SocketException("Connection reset"),
                        new SSLHandshakeException("Remote host terminated the handshake")),
                with(new SocketException("Broken pipe"), new SSLException("readHandshakeRecord")),
                new SSLProtocolException("Received close_notify during handshake"),
                new ConnectException("Connection refused"),
                new NoRouteToHostException("No route to host"),
                with(new EOFException("EOF reached while reading"), new IOException("no bytes")),
                with(new SocketTimeoutException("Read timed out"),
                        new SQLException("The connection attempt failed.", "08001")),
                new SQLException("This connection has been closed.", "08003"));
    }

    @Test void aHostIsUnknownWhateverSaysSo() {
        assertTrue(Cause.isUnknownHost(
                with(new UnresolvedAddressException(), new ConnectException())));
        assertTrue(Cause.isUnknownHost(with(new UnknownHostException("db.test"),
                new SQLException("The connection attempt failed.", "08001"))));
    }

    @Test void theInnermostCauseSaysWhatHappened() {
        assertEquals("Connection reset", Cause.words(with(new SocketException("Connection reset"),
                new SQLException("An I/O error occurred"))));
        assertEquals("UnresolvedAddressException", Cause.words(
                with(new UnresolvedAddressException(), new ConnectException())));
    }

    private static Throwable with(Throwable cause, Throwable failure) {
        return failure.initCause(cause);
    }
}
