package migopy.run;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import migopy.MigopyException.Kind;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.console.Console;
import migopy.observe.Observation.UserCode;
import migopy.run.Shutdown.Stop;

/**
 * One call of a migration, a hook or a task in another thread, so that a signal or a time limit can end it.
 *
 * <p>An interrupt alone is not enough: it ends the driver's call, but not the operation on the server. So the run's
 * operations on the server are ended first.
 */
final class Call {
    /** How long a migration that was interrupted may take to end. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /**
     * What a migration usually needs of it. One that waits for an index build gets no more: the build is not ended, and no
     * interrupt reaches it.
     */
    private static final Duration SHORT_GRACE = Duration.ofSeconds(1);

    /** No limit: 100 years. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final String what;
    private final LockedRun locked;
    private final Shutdown shutdown;
    private final Console console;
    private final BooleanSupplier endsByItself;
    private final MigrationThread thread;
    private final CompletableFuture<? extends Stop> stop;
    private CompletableFuture<MigrationThread.Completed> completed;

    /**
     * A call of a migration.
     *
     * @param locked ends the run's operations on the server
     * @param thread makes the call
     * @param endsByItself whether a backfill is running, which ends after its batch
     */
    Call(LockedRun locked, MigrationThread thread, BooleanSupplier endsByItself) {
        this.what = "The migration";
        this.locked = locked;
        this.shutdown = locked.shutdown();
        this.console = locked.console();
        this.thread = thread;
        this.endsByItself = endsByItself;
        this.stop = shutdown.stop();
    }

    /**
     * A call of a hook or a task. It is made also if a signal has stopped the run before, and then only System.exit ends it.
     *
     * @param what is called: {@code beforeRun()}
     * @param locked ends the run's operations on the server; null without a lock
     */
    Call(String what, LockedRun locked, Shutdown shutdown, Console console, MigrationThread thread) {
        this.what = what;
        this.locked = locked;
        this.shutdown = shutdown;
        this.console = console;
        this.thread = thread;
        this.endsByItself = null;
        this.stop = shutdown.exited().isDone()
                ? new CompletableFuture<>() // this call did not call System.exit
                : shutdown.stopped().isPresent() ? shutdown.exited() : shutdown.stop();
    }

    /**
     * Calls, and waits for the end.
     *
     * @param timeout how long it may take, or null
     */
    CallResult run(UserCode code, Duration timeout) {
        shutdown.inStep(true);
        try {
            completed = thread.call(code);
            return await(timeout == null ? FOREVER : timeout);
        } finally {
            shutdown.inStep(false);
        }
    }

    private CallResult await(Duration timeout) {
        try {
            CompletableFuture.anyOf(completed, stop).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new CallResult.TimedOut(end());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // neither of the two completes exceptionally
        } catch (InterruptedException e) {
            // Only of user code that starts a run itself, in a thread that it interrupts.
            return new CallResult.StoppedBySignal(new Stop.Signalled("an interrupt", Kind.FAILED), end(), thrown());
        }
        boolean stopped = shutdown.stopped().isPresent() && thrown() instanceof StopRequested;
        if (completed.isDone() && !stopped) {
            // Also if the signal came first: the call may have thrown since.
            return thrown() == null ? new CallResult.Returned() : new CallResult.Threw(thrown());
        }
        Stop why = stop.join();
        if (why instanceof Stop.Exited exited) {
            return new CallResult.ExitCalled(exited);
        }
        boolean ended = endsByItself != null && endsByItself.getAsBoolean() && endsWithin(GRACE);
        if (ended && thrown() == null) {
            return new CallResult.Returned();
        }
        return new CallResult.StoppedBySignal((Stop.Signalled) why, ended || end(), thrown());
    }

    /** Ends its operations on the server, interrupts it, and returns whether it ended within the grace. */
    private boolean end() {
        boolean builds = locked != null && locked.endOwnOperations();
        thread.interrupt();
        if (endsWithin(SHORT_GRACE) || !builds && endsLater()) {
            return true;
        }
        if (locked != null) {
            locked.endOwnOperations(); // those that it has started since then
            locked.endOwnOperationsWhenClosed();
        }
        return false;
    }

    private boolean endsLater() {
        if (shutdown.stopped().isPresent()) {
            console.notice(
                    "%s has not reacted to the interrupt yet. It is abandoned after %d s; a second signal ends the process at once."
                            .formatted(what, GRACE.toSeconds()));
        }
        return endsWithin(GRACE.minus(SHORT_GRACE));
    }

    private boolean endsWithin(Duration limit) {
        try {
            completed.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return completed.isDone();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever interrupts does not want to wait
        }
        return completed.isDone();
    }

    private Throwable thrown() {
        return completed.isDone() ? completed.join().thrown() : null;
    }

    /** How the call of {@code up()} or {@code down()} ended. */
    sealed interface CallResult {
        record Returned() implements CallResult {}

        record Threw(Throwable thrown) implements CallResult {}

        /**
         * A signal asked it to end.
         *
         * @param ended whether it returned or threw within the grace
         * @param thrown what it threw, or null
         */
        record StoppedBySignal(Stop.Signalled signal, boolean ended, Throwable thrown) implements CallResult {}

        /**
         * It exceeded its time limit.
         *
         * @param ended whether it returned or threw within the grace
         */
        record TimedOut(boolean ended) implements CallResult {}

        /** Some thread called {@code System.exit}. */
        record ExitCalled(Stop.Exited exit) implements CallResult {}
    }
}
