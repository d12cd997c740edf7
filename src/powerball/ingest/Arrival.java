package powerball.ingest;

import java.net.http.HttpResponse;
import java.util.List;
import powerball.database.Failure;

/**
 * One thing that arrives in response to a request for rows. In this order: the headers of a stream,
 * rows, and the end; or a refusal. A break or a fault can come at any moment, and is the last.
 */
sealed interface Arrival {

    record Headers(StreamName stream) implements Arrival {
    }

    record Rows(List<Object[]> rows) implements Arrival {
    }

    record End(boolean isInsideRow) implements Arrival {
    }

    /** A response whose status is not 200. */
    record Refusal(HttpResponse<String> response) implements Arrival {
    }

    /** The connection has ended too soon, or could not be made. */
    record Break(Throwable cause) implements Arrival {
    }

    /** The server has sent bytes that are no row of this job. */
    record Malformed(Failure failure) implements Arrival {
    }

    /** A fault in this program. */
    record Fault(Throwable cause) implements Arrival {
    }

    /** Nothing, for a moment. */
    record Nothing() implements Arrival {
    }
}
