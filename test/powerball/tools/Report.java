package powerball.tools;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Tells on stderr how the tests go, while they go: how many classes there are, a line for each when
 * it is finished, and what failed or was skipped at once, with its trace or its reason. build.sh
 * names this class to JUnit, which makes one and calls it, from several threads.
 */
public final class Report implements TestExecutionListener {

    /** What is known of a class of tests, as long as it runs. */
    private static final class Count {
        private final long start = System.nanoTime();
        private int passed;
        private int failed;
        private int skipped;

        private String line(String name) {
            double seconds = (System.nanoTime() - start) / 1e9;
            return String.format(Locale.ROOT, "%-24s %3d passed%s%s, %.1f s", name, passed,
                    failed == 0 ? "" : ", " + failed + " FAILED",
                    skipped == 0 ? "" : ", " + skipped + " skipped", seconds);
        }
    }

    private final PrintStream terminal = System.err;
    private final Map<String, Count> counts = new ConcurrentHashMap<>(); // by the name of a class
    private TestPlan plan;
    private long classes;
    private int finished;

    /** What others say on stderr, as JUnit does at length, goes with stdout into the log. */
    public Report() {
        System.setErr(System.out);
    }

    @Override public void testPlanExecutionStarted(TestPlan plan) {
        this.plan = plan;
        classes = plan.countTestIdentifiers(test -> isClass(test));
        terminal.printf("%d %s of tests, up to five at once; details in build/test.log%n",
                classes, classes == 1 ? "class" : "classes");
    }

    @Override public void executionStarted(TestIdentifier test) {
        if (isClass(test)) counts.put(className(test), new Count());
    }

    @Override public synchronized void executionSkipped(TestIdentifier test, String reason) {
        skipped(test, reason);
        if (isClass(test)) tellClass(test);
    }

    @Override public synchronized void executionFinished(TestIdentifier test,
            TestExecutionResult result) {
        switch (result.getStatus()) {
            case FAILED -> failed(test, result.getThrowable());
            case ABORTED -> skipped(test, result.getThrowable().map(Throwable::getMessage)
                    .orElse("no reason is given"));
            default -> {
                if (test.isTest()) countOf(test).passed++;
            }
        }
        if (isClass(test)) tellClass(test);
    }

    private void failed(TestIdentifier test, Optional<Throwable> failure) {
        countOf(test).failed++;
        StringWriter trace = new StringWriter();
        failure.ifPresent(thrown -> thrown.printStackTrace(new PrintWriter(trace, true)));
        terminal.printf("FAILED %s%n%s", fullName(test), trace.toString().indent(4));
    }

    private void skipped(TestIdentifier test, String reason) {
        countOf(test).skipped++;
        terminal.printf("skipped %s: %s%n", fullName(test), reason);
    }

    private void tellClass(TestIdentifier test) {
        finished++;
        terminal.printf("%3d/%d  %s%n", finished, classes, countOf(test).line(className(test)));
        counts.remove(className(test));
    }

    private Count countOf(TestIdentifier test) {
        return counts.computeIfAbsent(className(test), name -> new Count());
    }

    private static boolean isClass(TestIdentifier test) {
        return test.getSource().filter(ClassSource.class::isInstance).isPresent();
    }

    /** The class that a test belongs to, or the engine that failed outside of any class. */
    private String className(TestIdentifier test) {
        if (isClass(test)) return test.getDisplayName();
        return plan.getParent(test).map(this::className).orElse(test.getDisplayName());
    }

    /** The names from the class down: a parameter is told together with its method. */
    private String fullName(TestIdentifier test) {
        if (isClass(test)) return test.getDisplayName();
        return plan.getParent(test).map(parent -> fullName(parent) + " ").orElse("")
                + test.getDisplayName();
    }
}
