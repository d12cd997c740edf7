package powerball;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import powerball.tools.Run;
import powerball.tools.ServerProcess;

/** How a row is made: the same everywhere and for ever, by the rules of the game, and fair. */
class TicketTest {

    private static final long MAX_SEED = 1_000_000_000_000_000_000L;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L; // SplittableRandom's step
    private static final int ROWS = 200_000;

    static final List<String> FIRST = list("first.txt");
    static final List<String> LAST = list("last.txt");
    static final List<String> PLACES = list("places.txt");
    private static final Set<String> STATES =
            Set.of(("AL AK AZ AR CA CO CT DC DE FL GA HI ID IL IN IA KS KY LA ME MD "
            + "MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA "
            + "WV WI WY").split(" "));

    static final List<String> COLUMNS = Server.Column.ALL.stream().map(Server.Column::name)
            .toList();

    private static ServerProcess server;

    @BeforeAll static void start() {
        server = ServerProcess.start();
    }

    @AfterAll static void stop() {
        server.close();
    }

    // ---- The same rows --------------------------------------------------------------------------

    /**
     * The promise: a seed that was noted gives these rows again, from any version. Of 100,000 rows
     * in each format, the SHA-256 must be the same.
     */
    @Test void aSeedGivesTheSameRowsForEver() throws IOException {
        assertEquals(Files.readString(Run.PROJECT.resolve(Renew.GOLDEN)), Renew.golden(server));
        assertEquals(Files.readString(Run.PROJECT.resolve(Renew.SUMS)), Renew.sums(server));
    }

    @ParameterizedTest
    @EnumSource(Server.Format.class)
    void slicesBehindEachOtherAreTheStream(Server.Format format) {
        String header = server.get("/drawing/0?format=" + format).body();
        String stream = "?seed=7&format=" + format;
        String whole = server.get("/drawing/1000" + stream).body();
        StringBuilder joined = new StringBuilder();
        int[] ends = {0, 1, 1, 123, 499, 500, 999, 1000};
        for (int i = 1; i < ends.length; i++) {
            String slice = server.get("/drawing/" + (ends[i] - ends[i - 1]) + stream + "&from="
                    + ends[i - 1]).body();
            assertTrue(slice.startsWith(header), slice);
            joined.append(i > 1 ? slice.substring(header.length()) : slice);
        }
        assertEquals(whole, joined.toString());
    }

    @Test void theHighestRowOfTheHighestStreamFitsItsId() {
        String row = server.get("/drawing/1?seed=" + MAX_SEED + "&from=2000000000").body();
        assertEquals(plainLine(Server.Format.SQL, plainRow(MAX_SEED, 2_000_000_000)) + "\n", row);
        long highestIndex = 2_000_000_000L + 1_000_000_000 - 1;
        assertEquals(plainRow(MAX_SEED, highestIndex),
                values(Server.Ticket.of(MAX_SEED, highestIndex)));
    }

    @ParameterizedTest
    @EnumSource(Server.Format.class)
    void rowsAreMadeAsAPlainProgramMakesThem(Server.Format format) {
        long seed = 5_000_000_000_000_000L;
        String header = server.get("/drawing/0?format=" + format).body();
        String expected = IntStream.range(0, 100_000)
                .mapToObj(i -> plainLine(format, plainRow(seed, i)) + "\n")
                .collect(Collectors.joining("", header, ""));
        String sent = server.get("/drawing/100000?seed=" + seed + "&format=" + format)
                .body();
        int differs = Arrays.mismatch(expected.getBytes(StandardCharsets.UTF_8),
                sent.getBytes(StandardCharsets.UTF_8));
        assertEquals(-1, differs, () -> "a difference after ..."
                + sent.substring(Math.max(0, differs - 300), Math.min(sent.length(), differs)));
    }

    @Test void anotherJdkMakesTheSameBytes() throws IOException {
        List<String> command = List.of(otherJava(), "-cp", "build/main", "powerball.Server",
                "--port", "0");
        try (ServerProcess other = ServerProcess.start(Run.PROJECT, command)) {
            for (Server.Format format : Server.Format.values()) {
                String path = "/drawing/2000?seed=42&format=" + format;
                assertEquals(server.get(path).body(), other.get(path).body());
            }
        }
    }

    /** Skips the test unless there is another JDK of an age that the program runs on. */
    private static String otherJava() throws IOException {
        Path jdks = Path.of("/usr/lib/jvm");
        assumeTrue(Files.isDirectory(jdks), "no folder " + jdks);
        try (Stream<Path> found = Files.list(jdks)) {
            List<Path> others = found.filter(jdk -> Files.isExecutable(jdk.resolve("bin/javac")))
                    .filter(jdk -> release(jdk) >= 17 && release(jdk) != Runtime.version()
                            .feature()).toList();
            assumeTrue(!others.isEmpty(), "no other JDK from 17 on in " + jdks);
            return others.get(0).resolve("bin/java").toString();
        }
    }

    /** 17 of a JDK whose file "release" says JAVA_VERSION="17.0.15"; 0 if it does not say. */
    private static int release(Path jdk) {
        try {
            return Files.readAllLines(jdk.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION=\""))
                    .map(line -> Integer.parseInt(line.split("\"")[1].split("[^0-9]")[0]))
                            .findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    // ---- The oracle: a row as one would write it first ------------------------------------------

    private static List<Object> plainRow(long seed, long index) {
        long stream = new SplittableRandom(seed).nextLong();
        SplittableRandom random = new SplittableRandom(new SplittableRandom(stream + index)
                .nextLong());
        String tick = String.format("%015x", seed + index);
        String transactionId = tick.substring(0, 8) + "-" + tick.substring(8, 12) + "-7"
                + tick.substring(12)
                + "-" + variant(random);
        List<Object> row = new ArrayList<>(List.of(transactionId));
        row.addAll(plainBuyer(random.nextInt(100_000)));
        List<Integer> balls;
        do {
            balls = Stream.generate(() -> 1 + random.nextInt(69)).limit(5).sorted().toList();
        } while (new HashSet<>(balls).size() < 5);
        row.addAll(balls);
        row.add(1 + random.nextInt(26));
        // A column that a student has added is taken as it is.
        List<Object> values = values(Server.Ticket.of(seed, index));
        row.addAll(values.subList(row.size(), values.size()));
        return row;
    }

    /** The five columns of the buyer who has this number. */
    private static List<String> plainBuyer(int number) {
        SplittableRandom random = new SplittableRandom(new SplittableRandom(number).nextLong());
        String high = String.format("%016x", random.nextLong());
        String id = high.substring(0, 8) + "-" + high.substring(8, 12) + "-4" + high.substring(13)
                + "-" + variant(random);
        List<String> buyer = new ArrayList<>(List.of(any(FIRST, random), any(LAST, random)));
        String place = any(PLACES, random);
        buyer.addAll(List.of(place.substring(0, place.length() - 3),
                place.substring(place.length() - 2), id));
        return buyer;
    }

    private static String any(List<String> list, SplittableRandom random) {
        return list.get(random.nextInt(list.size()));
    }

    /** The last two groups of a UUID: binary 10, then 62 random bits. */
    private static String variant(SplittableRandom random) {
        String hex = String.format("%016x", random.nextLong() >>> 2);
        return "89ab".charAt(hex.charAt(0) - '0') + hex.substring(1, 4) + "-" + hex.substring(4);
    }

    /** A line of a stream. The lists have names with apostrophes, but no quote, comma or tab. */
    private static String plainLine(Server.Format format, List<Object> row) {
        Stream<String> texts = row.stream().map(Object::toString);
        return switch (format) {
            case SQL -> "(" + row.stream().map(value -> quoted(value, "'"))
                    .collect(Collectors.joining(", ")) + ")";
            case CSV -> texts.collect(Collectors.joining(","));
            case NDJSON -> "{" + IntStream.range(0, row.size())
                    .mapToObj(i -> '"' + COLUMNS.get(i) + "\":" + quoted(row.get(i), "\""))
                    .collect(Collectors.joining(",")) + "}";
        };
    }

    private static String quoted(Object value, String quote) {
        if (value instanceof Number) return value.toString();
        return quote + value.toString().replace(quote, quote + quote) + quote;
    }

    // ---- The lists ------------------------------------------------------------------------------

    private static List<String> list(String file) {
        try {
            return Files.readAllLines(Run.PROJECT.resolve("src/powerball/names").resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test void theListsAreLongAndWithoutDuplicates() {
        assertTrue(FIRST.size() >= 400, () -> FIRST.size() + " first names");
        assertTrue(LAST.size() >= 600, () -> LAST.size() + " last names");
        assertTrue(PLACES.size() >= 500, () -> PLACES.size() + " places");
        for (List<String> list : List.of(FIRST, LAST, PLACES)) {
            assertEquals(list.size(), new HashSet<>(list).size(), "duplicates");
        }
    }

    @Test void thePlacesCoverEveryStateAndNoOther() {
        assertEquals(51, STATES.size());
        assertEquals(STATES, PLACES.stream().map(place -> place.split(",")[1])
                .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {".*'.*", ".*-.*", ".*[^\\x00-\\x7f].*"})
    void someNamesAreNotPlainLetters(String pattern) {
        assertTrue(Stream.concat(FIRST.stream(), LAST.stream())
                .anyMatch(name -> name.matches(pattern)), pattern);
    }

    // ---- The rules of the game ------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(longs = {0, 42, MAX_SEED - 4095})
    void everyRowKeepsTheRules(long seed) {
        Set<String> places = new HashSet<>(PLACES);
        Set<String> states = new HashSet<>();
        String before = "";
        for (int i = 0; i < ROWS; i++) {
            Server.Ticket row = Server.Ticket.of(seed, i);
            int[] balls = row.whiteBalls();
            assertArrayEquals(IntStream.of(balls).distinct().sorted().toArray(), balls);
            assertTrue(balls.length == 5 && balls[0] >= 1 && balls[4] <= 69, () ->
                    Arrays.toString(balls));
            assertTrue(row.powerball() >= 1 && row.powerball() <= 26, () -> "Powerball "
                    + row.powerball());

            assertTrue(row.transactionId().version() == 7 && row.transactionId().variant() == 2,
                    row::toString);
            String id = row.transactionId().toString();
            assertEquals(seed + i, Long.parseLong(id.substring(0, 8) + id.substring(9, 13)
                    + id.substring(15, 18), 16));
            assertTrue(id.compareTo(before) > 0, () -> id + " does not ascend");
            before = id;
            UUID customer = row.buyer().customerId();
            assertTrue(customer.version() == 4 && customer.variant() == 2, row::toString);

            List<Object> values = values(row);
            assertTrue(places.contains(values.get(3) + "," + values.get(4)), row::toString);
            states.add(values.get(4).toString());
        }
        assertEquals(STATES, states);
    }

    /** The values of a row, texts and numbers, in the order of the columns. */
    static List<Object> values(Server.Ticket ticket) {
        return Server.Column.ALL.stream().map(column -> column.value().apply(ticket))
                .map(value -> value instanceof Number ? value : value.toString()).toList();
    }

    // ---- Buyers come back -----------------------------------------------------------------------

    @Test void aCustomerHasOneNameAndOnePlaceInEveryStream() {
        Map<UUID, Server.Buyer> buyers = new HashMap<>();
        for (long seed : new long[] {42, 7_168_000_000_000_000L}) {
            for (int i = 0; i < 1_000_000; i++) {
                Server.Buyer buyer = Server.Ticket.of(seed, i).buyer();
                Server.Buyer known = buyers.putIfAbsent(buyer.customerId(), buyer);
                assertTrue(known == null || known.equals(buyer), () -> known + " and " + buyer);
            }
        }
        assertTrue(buyers.size() <= 100_000, () -> buyers.size() + " buyers");
    }

    /** Of n buyers, k tickets leave out (1 - 1/n)^k; the spread is that of balls in boxes. */
    @ParameterizedTest
    @ValueSource(longs = {0, 42, MAX_SEED, 7_168_000_000_000_000L})
    void aHundredThousandTicketsHave63212Buyers(long seed) {
        Set<UUID> buyers = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            buyers.add(Server.Ticket.of(seed, i).buyer().customerId());
        }
        double e = Math.E;
        double deviation = Math.sqrt(100_000 * (e - 2) / (e * e)); // 98.6
        assertEquals(63_212, buyers.size(), 5 * deviation);
    }

    /**
     * As many of each as the lists make likely, for a fair choice of 100,000: chi-square, with the
     * bounds as below.
     */
    @Test void buyersAreAsSpreadAsTheLists() {
        Map<String, Integer> states = new TreeMap<>();
        PLACES.forEach(place -> states.merge(place.split(",")[1], 1, Integer::sum));
        Map<String, Integer> perState = new TreeMap<>();
        long[] first = new long[FIRST.size()];
        long[] last = new long[LAST.size()];
        long[] places = new long[PLACES.size()];
        for (int number = 0; number < 100_000; number++) {
            Server.Buyer buyer = Server.Buyer.of(number);
            first[buyer.firstName()]++;
            last[buyer.lastName()]++;
            places[buyer.place()]++;
            perState.merge(Server.Names.LISTS.states().get(buyer.place()), 1, Integer::sum);
        }
        for (long[] counts : List.of(first, last, places)) {
            double degrees = counts.length - 1;
            assertBelow(degrees + 4 * Math.sqrt(2 * degrees), chiSquare(counts), counts.length
                    + " entries");
        }
        assertEquals(states.keySet(), perState.keySet());
        for (String state : states.keySet()) {
            double share = (double) states.get(state) / PLACES.size();
            assertEquals(100_000 * share, perState.get(state),
                    5 * Math.sqrt(100_000 * share * (1 - share)), state);
        }
    }

    @Test void buyersAreChosenUniformly() {
        Map<UUID, Integer> numbers = new HashMap<>();
        for (int number = 0; number < 100_000; number++) {
            numbers.put(Server.Buyer.of(number).customerId(), number);
        }
        assertEquals(100_000, numbers.size());
        long[] counts = new long[1000]; // hundreds of buyers
        for (int i = 0; i < ROWS; i++) {
            counts[numbers.get(Server.Ticket.of(5, i).buyer().customerId()) / 100]++;
        }
        assertBelow(999 + 4 * Math.sqrt(2 * 999), chiSquare(counts), "buyers");
    }

    // ---- Fair, and without a pattern ------------------------------------------------------------

    // Bounds of chi-square that a fair game stays below in 9,999 of 10,000 trials: its quantiles
    // for 68, 25 and 675 degrees of freedom. The seeds are fixed, so a test that passes once passes
    // always. One of them is a present moment, of 2025.

    @ParameterizedTest
    @ValueSource(longs = {0, 42, MAX_SEED, 7_168_000_000_000_000L})
    void ballsAreFair(long seed) {
        long[] white = new long[69];
        long[] red = new long[26];
        long[] pairs = new long[26 * 26]; // the Powerballs of two neighbours
        int before = Server.Ticket.of(seed, 0).powerball() - 1;
        for (int i = 1; i <= ROWS; i++) {
            Server.Ticket row = Server.Ticket.of(seed, i);
            IntStream.of(row.whiteBalls()).forEach(ball -> white[ball - 1]++);
            red[row.powerball() - 1]++;
            pairs[before * 26 + row.powerball() - 1]++;
            before = row.powerball() - 1;
        }
        // Five balls drawn without replacement vary less than five throws of a die: by the factor
        // 64/68.
        assertBelow(120.12, chiSquare(white) * 68 / 64, "white balls");
        assertBelow(60.14, chiSquare(red), "Powerball");
        assertBelow(820.27, chiSquare(pairs), "Powerballs of neighbours");
    }

    private static double chiSquare(long[] counts) {
        double expected = (double) Arrays.stream(counts).sum() / counts.length;
        return Arrays.stream(counts).mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
    }

    private static void assertBelow(double bound, double value, String what) {
        assertTrue(value < bound, () -> what + ": chi-square " + value + " is not below " + bound);
    }

    @Test void streamsOfRelatedSeedsShareNoRandomNumber() {
        long steps = 1; // so many of the generator's steps lead, modulo 2^64, to another valid seed
        while (steps * GOLDEN_GAMMA <= 0 || steps * GOLDEN_GAMMA > MAX_SEED) {
            steps++;
        }
        Set<Long> seen = new HashSet<>();
        List<Long> seeds = List.of(0L, 1L, 2L, steps * GOLDEN_GAMMA);
        int rows = 10_000;
        for (long seed : seeds) {
            for (int i = 0; i < rows; i++) {
                Server.Ticket row = Server.Ticket.of(seed, i);
                seen.add(row.transactionId().getLeastSignificantBits());
            }
        }
        assertEquals(rows * seeds.size(), seen.size());
    }

    @Test void buyersShareNoRandomNumber() {
        Set<Long> seen = new HashSet<>();
        for (int number = 0; number < 100_000; number++) {
            UUID id = Server.Buyer.of(number).customerId();
            // The highest 48 bits of each 64 that were drawn: the lower ones in part went to
            // version and variant.
            seen.add(id.getMostSignificantBits() >>> 16);
            seen.add(id.getLeastSignificantBits() << 2 >>> 16);
        }
        assertEquals(200_000, seen.size());
    }
}
