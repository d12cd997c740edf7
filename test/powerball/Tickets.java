package powerball;

import java.util.Arrays;

/** Opens the server's tickets to the tests of the other packages. */
public final class Tickets {

    private Tickets() {
    }

    /** The five white balls and the Powerball of a ticket. */
    public static int[] balls(long seed, long index) {
        Server.Ticket ticket = Server.Ticket.of(seed, index);
        int[] balls = Arrays.copyOf(ticket.whiteBalls(), ticket.whiteBalls().length + 1);
        balls[balls.length - 1] = ticket.powerball();
        return balls;
    }
}
