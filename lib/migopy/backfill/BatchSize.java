package migopy.backfill;

import com.mongodb.MongoException;
import java.util.concurrent.TimeUnit;

/**
 * How many documents the next batch has: as many as take 250 to 500 ms, so that a pause, a stop or
 * a throttle is felt soon, and the waits between batches weigh little. Used by one thread.
 */
final class BatchSize {
    static final int FIRST = 1_000;
    static final int LEAST = 100;
    static final int MOST = 20_000;
    private static final long AIM_LOW = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long AIM_HIGH = TimeUnit.MILLISECONDS.toNanos(500);
    private static final double AIM = (AIM_LOW + AIM_HIGH) / 2.0;

    /** One batch says little: the size at most doubles or halves after it. */
    private static final double MOST_CHANGE = 2;

    /**
     * With a rate a batch is this part of a second's worth, so that the rate holds within a second.
     */
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

    /** A whole batch of this size took so long. */
    void took(long nanos) {
        if (fixed || (nanos >= AIM_LOW && nanos <= AIM_HIGH)) {
            return;
        }
        double factor = AIM / Math.max(1, nanos);
        factor = Math.max(1 / MOST_CHANGE, Math.min(MOST_CHANGE, factor));
        size = (int) Math.max(least, Math.min(most, Math.round(size * factor)));
    }

    /** A batch of this size was too much for the server, so that even a fixed one has to shrink. */
    void halve() {
        size = Math.max(1, size / 2);
    }

    /**
     * Halves the size if the server ran out of time with it.
     *
     * @return whether it did, and a smaller one deserves its own time; false at a single document
     */
    boolean halvedFor(MongoException failure) {
        if (!Retry.tooSlow(failure) || size == 1) {
            return false;
        }
        halve();
        return true;
    }
}
