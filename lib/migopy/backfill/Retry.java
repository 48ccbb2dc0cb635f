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
import java.util.function.Supplier;

/**
 * Decides whether a failed batch is done again, and waits in between. One is made for each batch,
 * so that its limit counts from that batch's first try.
 */
final class Retry {
    /** An election takes up to 30 s, and connections need their time after it. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration FIRST_WAIT = Duration.ofMillis(10);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    /**
     * Step-downs, shutdowns, network and stale reads: what the drivers' specification calls
     * retryable.
     */
    private static final Set<Integer> PASSING = Set.of(
            6, 7, 24, 43, 89, 91, 112, 134, 175, 189, 237, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436, 63, 133,
            234);

    private static final int MAX_TIME_EXPIRED = 50;
    private static final int WRITE_CONCERN_TIMEOUT = 64;

    private final Pause pause;
    private final long endsAt = System.nanoTime() + LIMIT.toNanos();
    private long waitNanos = FIRST_WAIT.toNanos();

    /** Waits between two tries. */
    @FunctionalInterface
    interface Pause {
        /** Waits that long; throws as soon as the lock is gone or the run is to end. */
        void of(Duration time);
    }

    Retry(Pause pause) {
        this.pause = pause;
    }

    /** Calls until it succeeds, the failure is one that does not pass, or the time is over. */
    static <T> T of(Pause pause, Supplier<T> call) {
        Retry retry = new Retry(pause);
        while (true) {
            try {
                return call.get();
            } catch (MongoException e) {
                retry.orThrow(e);
            }
        }
    }

    /**
     * Returns when the call may be made again, after a wait; throws the failure when it may not.
     */
    void orThrow(MongoException failure) {
        if (!passes(failure) || System.nanoTime() - endsAt > 0) {
            throw failure;
        }
        pause();
    }

    /** Waits a little longer than the last time, unless the run may not go on. */
    void pause() {
        pause.of(Duration.ofNanos(waitNanos));
        waitNanos = Math.min(2 * waitNanos, LONGEST_WAIT.toNanos());
    }

    static boolean passes(MongoException e) {
        if (e instanceof MongoInterruptedException) {
            return false;
        }
        if (e instanceof MongoBulkWriteException bulk && !bulk.getWriteErrors().isEmpty()) {
            return bulk.getWriteErrors().stream().allMatch(error -> passes(error.getCode()));
        }
        return e instanceof MongoSocketException
                || e instanceof MongoNotPrimaryException
                || e instanceof MongoNodeIsRecoveringException
                || e instanceof MongoTimeoutException
                || e instanceof MongoWriteConcernException
                || tooSlow(e)
                || passes(e.getCode())
                || e.hasErrorLabel("RetryableWriteError")
                || e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)
                || e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
    }

    /** Whether the server ended the batch for want of time, so that a smaller one has a chance. */
    static boolean tooSlow(MongoException e) {
        return e instanceof MongoExecutionTimeoutException
                || e instanceof MongoOperationTimeoutException
                || e instanceof MongoCommandException && e.getCode() == MAX_TIME_EXPIRED;
    }

    private static boolean passes(int code) {
        return code == WRITE_CONCERN_TIMEOUT || PASSING.contains(code);
    }
}
