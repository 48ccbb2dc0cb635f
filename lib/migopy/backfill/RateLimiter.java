package migopy.backfill;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a rate: says how long to wait before the next batch, by what those before it were allowed
 * to write. Used under its owner's lock.
 */
final class RateLimiter {
    private final long perSecond;
    private long freeAt;

    /**
     * @param perSecond documents a second at most, or 0: no limit
     */
    RateLimiter(long perSecond, long now) {
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

    /** Documents a second over the last ten seconds. Used under its owner's lock. */
    static final class RateMeter {
        private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);

        /** More than the batches of ten seconds; of faster ones the oldest are forgotten sooner. */
        private static final int MOST_POINTS = 128;

        private record Point(long nanos, long documents) {}

        private final Deque<Point> points = new ArrayDeque<>();
        private long total;

        RateMeter(long now) {
            points.add(new Point(now, 0));
        }

        void add(long now, long documents) {
            total += documents;
            points.addLast(new Point(now, total));
            while (points.size() > 2
                    && (points.size() > MOST_POINTS || now - points.peekFirst().nanos() > WINDOW)) {
                points.removeFirst();
            }
        }

        double perSecond(long now) {
            Point first = points.peekFirst();
            long nanos = now - first.nanos();
            return nanos <= 0 ? 0 : (total - first.documents()) * 1e9 / nanos;
        }
    }
}
