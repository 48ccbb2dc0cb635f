package migopy.run;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import migopy.MigopyException.Kind;
import migopy.backfill.BackfillContext.StopRequested;

/**
 * One call of a migration, in another thread, so that a signal or its time limit can end it.
 *
 * <p>Interrupting alone would not do: a driver's call that waits for the server throws, and the
 * server goes on with what it was asked. So the run's operations in the server are ended first.
 */
final class Call {
    /** How long a migration that was interrupted may take to end (FAULTS, row 10). */
    static final Duration GRACE = Duration.ofSeconds(10);

    /**
     * As long as a migration usually takes. One that waits for an index build gets no more: the
     * build is not ended, and no interrupt reaches it.
     */
    private static final Duration SHORT_GRACE = Duration.ofSeconds(1);

    /** No limit that anybody would live to see. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final Operation operation;
    private final Watchdog watchdog;
    private final BooleanSupplier endsByItself;
    private final MigrationThread thread;
    private CompletableFuture<MigrationThread.Over> over;

    /**
     * @param operation ends what the run does in the server
     * @param thread calls it
     * @param endsByItself whether a backfill is under way, which ends after its batch
     */
    Call(Operation operation, MigrationThread thread, BooleanSupplier endsByItself) {
        this.operation = operation;
        this.thread = thread;
        this.watchdog = operation.watchdog();
        this.endsByItself = endsByItself;
    }

    /**
     * Calls, and waits for the end.
     *
     * @param timeout how long it may take, or null
     */
    Ending run(MigrationThread.Body body, Duration timeout) {
        watchdog.inStep(true);
        try {
            over = thread.call(body);
            return await(timeout == null ? FOREVER : timeout);
        } finally {
            watchdog.inStep(false);
        }
    }

    private Ending await(Duration timeout) {
        try {
            CompletableFuture.anyOf(over, watchdog.stop()).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Ending.TimedOut(ended());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // neither of the two completes exceptionally
        } catch (InterruptedException e) {
            // Only user code that runs a migration in a thread which it interrupts comes here.
            return new Ending.Stopped(new Stop.Signalled("an interrupt", Kind.FAILED), ended(), thrown());
        }
        boolean heard = watchdog.stopped().isPresent() && thrown() instanceof StopRequested;
        if (over.isDone() && !heard) {
            // Also where the signal was first: it may have thrown since.
            return thrown() == null ? new Ending.Returned() : new Ending.Threw(thrown());
        }
        Stop stop = watchdog.stop().join();
        if (stop instanceof Stop.Exited exited) {
            return new Ending.Exited(exited);
        }
        boolean returned = endsByItself.getAsBoolean() && waited(GRACE);
        if (returned && thrown() == null) {
            return new Ending.Returned();
        }
        return new Ending.Stopped((Stop.Signalled) stop, returned || ended(), thrown());
    }

    /**
     * Ends what the server does for it, interrupts it, and tells whether it ended within the grace.
     */
    private boolean ended() {
        boolean builds = operation.endOwnOperations();
        thread.interrupt();
        if (waited(SHORT_GRACE) || !builds && endedLater()) {
            return true;
        }
        operation.endOwnOperations(); // what it has asked the server for since then
        operation.endOwnOperationsWhenClosed();
        return false;
    }

    private boolean endedLater() {
        if (watchdog.stopped().isPresent()) {
            operation
                    .console()
                    .notice(
                            "The migration has not reacted to the interrupt yet. It is abandoned after %d s; a second signal ends the process at once."
                                    .formatted(GRACE.toSeconds()));
        }
        return waited(GRACE.minus(SHORT_GRACE));
    }

    private boolean waited(Duration limit) {
        try {
            over.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return over.isDone();
        } catch (InterruptedException e) {
            // Told to hurry: what is not over by now is not over.
            Thread.currentThread().interrupt();
        }
        return over.isDone();
    }

    private Throwable thrown() {
        return over.isDone() ? over.join().thrown() : null;
    }
}
