package migopy.backfill;

import com.mongodb.MongoException;
import java.util.concurrent.TimeUnit;

/**
 * How many documents the next batch has: as many as take 250 to 500 ms, so that a pause, a stop or
 * a throttle soon takes effect, and the waits between batches cost little. Used by one thread.
 */
final class BatchSize {
    private static final int FIRST = 1_000;
    private static final int LEAST = 100;
    static final int MOST = 20_000;
    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(500);
    private static final double TARGET = (SHORTEST + LONGEST) / 2.0;

    /** The size at most doubles or halves after a batch: a single one may be an exception. */
    private static final double MOST_CHANGE = 2;

    /** With a rate, a batch is a tenth of a second's documents, so that it holds within a second. */
    private static final int BATCHES_A_SECOND = 10;

    private final boolean fixed;
    private final int most;
    private final int least;
    private int size;

    /**
     * @param documents the fixed size, or 0
     * @param maxRate documents a second at most, or 0
     */
    BatchSize(int documents, long maxRate) {
        fixed = documents > 0;
        int largest = fixed ? documents : MOST;
        most = maxRate > 0 ? (int) Math.max(1, Math.min(largest, maxRate / BATCHES_A_SECOND)) : largest;
        least = Math.min(LEAST, most);
        size = fixed ? most : Math.min(FIRST, most);
    }

    int documents() {
        return size;
    }

    /** Adapts the size to the time that a whole batch of this size took. */
    void took(long nanos) {
        if (fixed || (nanos >= SHORTEST && nanos <= LONGEST)) {
            return;
        }
        double factor = TARGET / Math.max(1, nanos);
        factor = Math.max(1 / MOST_CHANGE, Math.min(MOST_CHANGE, factor));
        size = (int) Math.max(least, Math.min(most, Math.round(size * factor)));
    }

    /** Halves the size, even a fixed one. */
    void halve() {
        size = Math.max(1, size / 2);
    }

    /**
     * Halves the size if the server ran out of time with it.
     *
     * @return whether it was halved; false at a single document
     */
    boolean halvedFor(MongoException failure) {
        if (!Retry.isTooSlow(failure) || size == 1) {
            return false;
        }
        halve();
        return true;
    }
}
