package powerball.terminal;

/** The terminal that a program may be used at. */
public final class Terminal {

    static {
        // JDK 22's usual console need not be a terminal.
        System.setProperty("jdk.console", "java.base");
    }

    private static final String TYPE = System.getenv().getOrDefault("TERM", "");

    private Terminal() {
    }

    /**
     * Whether input and output are a terminal on which a line can be drawn again. The error output
     * may be a file all the same.
     */
    public static boolean isInteractive() {
        return System.console() != null && !TYPE.equals("dumb");
    }

    /** Whether a terminal, if there is one, takes escape sequences. On Windows TERM is not set. */
    public static boolean takesEscapes() {
        return !TYPE.isEmpty();
    }
}
