package migopy.backfill;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Decides whether a failed call is repeated, and waits before that. Each batch has its own, so that
 * the limit counts from the batch's first try.
 */
final class Retry {
    /** An election takes up to 30 s, and the driver reconnects after it. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration FIRST_WAIT = Duration.ofMillis(10);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    /** Codes that the drivers' specification calls retryable: step-downs, network, stale reads. */
    private static final Set<Integer> TRANSIENT = Set.of(
            6, 7, 24, 43, 63, 64, 89, 91, 112, 133, 134, 175, 189, 234, 237, 262, 9001, 10107, 11600, 11602, 13388,
            13435, 13436);

    private static final int MAX_TIME_EXPIRED = 50;

    private final Consumer<Duration> pause;
    private final long endsAt = System.nanoTime() + LIMIT.toNanos();
    private long waitNanos = FIRST_WAIT.toNanos();

    /**
     * @param pause waits that long; throws as soon as the lock is lost or the run is to stop
     */
    Retry(Consumer<Duration> pause) {
        this.pause = pause;
    }

    /** Calls until it succeeds, fails for good, or the time limit is reached. */
    static <T> T of(Consumer<Duration> pause, Supplier<T> call) {
        Retry retry = new Retry(pause);
        while (true) {
            try {
                return call.get();
            } catch (MongoException e) {
                retry.pauseOrThrow(e);
            }
        }
    }

    /** Waits, then returns if the call may be repeated; throws the failure otherwise. */
    void pauseOrThrow(MongoException failure) {
        if (!isTransient(failure) || System.nanoTime() - endsAt > 0) {
            throw failure;
        }
        pause();
    }

    /** Waits twice as long as the last time. */
    void pause() {
        pause.accept(Duration.ofNanos(waitNanos));
        waitNanos = Math.min(2 * waitNanos, LONGEST_WAIT.toNanos());
    }

    static boolean isTransient(MongoException e) {
        if (e instanceof MongoInterruptedException) {
            return false;
        }
        if (e instanceof MongoBulkWriteException bulk && !bulk.getWriteErrors().isEmpty()) {
            return bulk.getWriteErrors().stream().allMatch(error -> TRANSIENT.contains(error.getCode()));
        }
        return e instanceof MongoSocketException
                || e instanceof MongoNotPrimaryException
                || e instanceof MongoNodeIsRecoveringException
                || e instanceof MongoTimeoutException
                || e instanceof MongoWriteConcernException
                || isTooSlow(e)
                || TRANSIENT.contains(e.getCode())
                || e.hasErrorLabel("RetryableWriteError")
                || e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)
                || e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
    }

    /** Returns whether the batch reached its time limit, so that a smaller one may succeed. */
    static boolean isTooSlow(MongoException e) {
        return e instanceof MongoExecutionTimeoutException
                || e instanceof MongoOperationTimeoutException
                || e instanceof MongoCommandException && e.getCode() == MAX_TIME_EXPIRED;
    }
}
