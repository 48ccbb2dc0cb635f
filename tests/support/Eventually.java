package support;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The one place where tests wait. A wait has a condition and a limit, and its failure names what it waited for. No test
 * sleeps and hopes.
 */
public final class Eventually {
    /** The limit of a wait that names none: far longer than any working operation takes. */
    public static final Duration LIMIT = Duration.ofSeconds(30);

    private static final Duration POLL = Duration.ofMillis(10);

    private Eventually() {}

    /** Waits until {@code fact} holds, at most {@link #LIMIT}. */
    public static void until(String what, BooleanSupplier fact) {
        until(what, LIMIT, fact);
    }

    /**
     * Waits until {@code fact} holds.
     *
     * @param what what is awaited: "the lease has run out"
     * @throws AssertionError if it does not hold within {@code limit}
     */
    public static void until(String what, Duration limit, BooleanSupplier fact) {
        until(what, limit, fact, () -> "");
    }

    /** The same, with details for the failure. */
    public static void until(String what, Duration limit, BooleanSupplier fact, Supplier<String> evidence) {
        long start = System.nanoTime();
        while (!fact.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new AssertionError(
                        "Waited %d s in vain until %s. %s".formatted(limit.toSeconds(), what, evidence.get()));
            }
            pause(POLL);
        }
    }

    /** Lets time pass where time itself is tested (a proxy's delay, a lease). */
    public static void pause(Duration duration) {
        if (duration.compareTo(LIMIT) > 0) {
            throw new IllegalArgumentException("a pause of " + duration);
        }
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
