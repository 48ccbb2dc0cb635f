package migopy.dump;

import java.time.Duration;
import java.util.function.Consumer;
import migopy.console.Event;

/** How far one collection has come, told four times a second at most. Used by one thread. */
final class Meter {
    private static final long EVERY_NANOS = 250_000_000L;

    private final String name;
    private final long total;
    private final Consumer<Event> events;
    private final long startedAt = System.nanoTime();
    private long saidAt = startedAt;
    private long done;

    /**
     * @param total how many documents there will be, estimated; 0 if not known
     */
    Meter(String name, long total, Consumer<Event> events) {
        this.name = name;
        this.total = total;
        this.events = events;
    }

    void add(long documents) {
        done += documents;
        long now = System.nanoTime();
        if (now - saidAt >= EVERY_NANOS) {
            saidAt = now;
            double perSecond = done * 1e9 / (now - startedAt);
            events.accept(new Event.Progress(
                    name, "docs", done, Math.max(total, done), perSecond, Duration.ZERO, Duration.ZERO));
        }
    }

    long done() {
        return done;
    }

    void ended() {
        events.accept(new Event.ProgressEnded(name));
    }
}
