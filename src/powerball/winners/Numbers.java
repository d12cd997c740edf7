package powerball.winners;

import static powerball.terminal.Arguments.require;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import powerball.database.Table;
import powerball.terminal.Text;

/**
 * The winning numbers.
 *
 * @param whiteBalls five distinct numbers from 1 to 69, ascending
 * @param powerball 1 to 26
 */
record Numbers(Set<Integer> whiteBalls, int powerball) {

    static final int WHITE_BALLS_DRAWN = 5;

    /**
     * The draw named by a seed: always the same, on every JDK from 17 on. Every draw is equally
     * likely.
     */
    static Numbers draw(long seed) {
        // SplittableRandom steps by a constant, so seeds that differ by a multiple of it would give
        // shifted copies of the same numbers. Its first output is well mixed, so a start taken from
        // it is far from all others.
        long start = new SplittableRandom(seed).nextLong();
        SplittableRandom random = new SplittableRandom(start);
        Set<Integer> white = new TreeSet<>();
        while (white.size() < WHITE_BALLS_DRAWN) {
            white.add(1 + random.nextInt(Table.WHITE_BALLS)); // one already drawn changes nothing
        }
        return new Numbers(white, 1 + random.nextInt(Table.POWERBALLS));
    }

    /**
     * Five white balls in any order, then the Powerball.
     *
     * @throws IllegalArgumentException if they are anything else; the message says what is wrong
     */
    static Numbers parse(List<String> balls) {
        Set<Integer> white = new TreeSet<>();
        for (String ball : balls.subList(0, Math.min(WHITE_BALLS_DRAWN, balls.size()))) {
            white.add(ball("a white ball", ball, Table.WHITE_BALLS));
        }
        boolean areSix = balls.size() == WHITE_BALLS_DRAWN + 1;
        require(areSix && white.size() == WHITE_BALLS_DRAWN,
                "the winning numbers must be five different white balls and one Powerball");
        String last = balls.get(WHITE_BALLS_DRAWN);
        return new Numbers(white, ball("the Powerball", last, Table.POWERBALLS));
    }

    private static int ball(String name, String text, int max) {
        return (int) Text.wholeNumber(name, text, 1, max);
    }
}
