package migopy.backfill;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** Limits the rate of writes, by reservations. Used under its owner's lock. */
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

    /** Counts a batch before it starts, so that other workers wait for it. */
    void reserve(long documents, long now) {
        if (perSecond > 0) {
            freeAt = Math.max(freeAt, now) + nanosFor(documents); // Idle time is not saved up.
        }
    }

    /** Replaces a reservation by the number of documents that the batch has written. */
    void correct(long reserved, long written) {
        if (perSecond > 0) {
            freeAt += nanosFor(written - reserved);
        }
    }

    private long nanosFor(long documents) {
        return (long) (documents * 1e9 / perSecond);
    }

    /** Returns how long to wait before the next batch; zero if it may start. */
    Duration timeToWait(long now) {
        return Duration.ofNanos(perSecond > 0 ? Math.max(0, freeAt - now) : 0);
    }

    /** Measures documents a second over the last ten seconds. Used under its owner's lock. */
    static final class RateMeter {
        private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);

        /** Shortens the window where more batches than this are finished in ten seconds. */
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
