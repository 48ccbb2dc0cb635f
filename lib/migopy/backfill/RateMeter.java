package migopy.backfill;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** Documents a second over the last ten seconds. Used under its owner's lock. */
final class RateMeter {
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
