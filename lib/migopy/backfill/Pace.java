package migopy.backfill;

import java.time.Duration;

/**
 * Keeps an average rate: says how long to wait before the next batch. Used under its owner's lock.
 */
final class Pace {
    private final long perSecond;
    private long freeAt;

    /**
     * @param perSecond documents a second at most, or 0: no limit
     */
    Pace(long perSecond, long now) {
        this.perSecond = perSecond;
        this.freeAt = now;
    }

    /** So many documents were written by a batch that was begun then. */
    void spent(long documents, long begunAt) {
        if (perSecond > 0) {
            // Counted from the batch: an idle minute is no leave to write a minute's worth at once.
            freeAt = Math.max(freeAt, begunAt) + (long) (documents * 1e9 / perSecond);
        }
    }

    /** How long to wait before the next batch; zero if it may begin. */
    Duration toWait(long now) {
        return Duration.ofNanos(perSecond > 0 ? Math.max(0, freeAt - now) : 0);
    }
}
