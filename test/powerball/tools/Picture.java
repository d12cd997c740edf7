package powerball.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes the picture of the page that README.md shows, src/page.png: in the middle of a run, with
 * numbers drawn at random. {@code ./build.sh picture} starts it. Look at what it has made.
 */
final class Picture {

    private static final int WIDTH = 1280;
    private static final int HEIGHT = 760;
    private static final String RUN = "/?rows=100,000&rate=10000&seed=42";
    /** Rows. From 20,000 on the page also shows how far each number is from what is expected. */
    private static final int SHOWN_FROM = 40_000;
    private static final int MAX_BYTES = 200_000;

    private Picture() {
    }

    public static void main(String[] args) throws IOException {
        Path file = Run.PROJECT.resolve("src/page.png");
        Path profile = Files.createTempDirectory("powerball");
        String command = Browser.command().orElseThrow(
                () -> new AssertionError("needs Chromium or Chrome on the PATH"));
        try (ServerProcess server = ServerProcess.start();
                Browser browser = Browser.start(command, profile)) {
            Browser.Tab page = browser.open(server.url + RUN);
            page.resize(WIDTH, HEIGHT);
            page.hideScrollbars();
            page.click("#draw-button"); // any numbers
            page.click("#start");
            Run.await("the middle of the run",
                    () -> Integer.parseInt(page.text("#count").replace(",", "")) >= SHOWN_FROM);
            Files.write(file, page.screenshot());
        } finally {
            Run.succeeds("rm", "-rf", profile.toString());
        }
        System.out.printf("%s: %,d bytes%n", Run.PROJECT.relativize(file), Files.size(file));
        if (Files.size(file) > MAX_BYTES) {
            throw new AssertionError("a picture of that size is slow");
        }
    }
}
