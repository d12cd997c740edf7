package powerball;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import powerball.tools.Run;

/** What the three programs share, although each is a file that stands alone. */
class SharedTest {

    @Test void theSharedBlockIsTheSameInAllThreePrograms() throws IOException {
        String block = sharedBlock("Server");
        assertTrue(block.contains("wholeNumber(") && block.contains("printable("), block);
        assertEquals(block, sharedBlock("Ingest"));
        assertEquals(block, sharedBlock("Winners"));
    }

    /** From the line that begins it to the line that ends it. */
    private static String sharedBlock(String program) throws IOException {
        String source = Files.readString(Run.PROJECT.resolve("src/powerball/" + program + ".java"));
        int start = source.indexOf("    // ==== Shared: ");
        int end = source.indexOf("    // ==== The end of what is shared ==");
        assertTrue(start > 0 && end > start, program);
        return source.substring(start, end);
    }
}
