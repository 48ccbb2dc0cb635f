package migopy.backfill;

import java.time.Duration;

/**
 * Keeps a rate: says how long to wait before the next batch, by what those before it were allowed
 * to write. Used under its owner's lock.
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

    /**
     * A batch starts that may write so many documents: counted before, as others start meanwhile.
     */
    void reserve(long documents, long now) {
        if (perSecond > 0) {
            // From now on: an idle minute does not allow to write a minute's worth at once.
            freeAt = Math.max(freeAt, now) + nanosFor(documents);
        }
    }

    /** That batch has written another number of documents. */
    void correct(long reserved, long written) {
        if (perSecond > 0) {
            freeAt += nanosFor(written - reserved);
        }
    }

    private long nanosFor(long documents) {
        return (long) (documents * 1e9 / perSecond);
    }

    /** How long to wait before the next batch; zero if it may begin. */
    Duration toWait(long now) {
        return Duration.ofNanos(perSecond > 0 ? Math.max(0, freeAt - now) : 0);
    }
}
