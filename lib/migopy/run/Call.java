package migopy.run;

import migopy.MigopyException.Kind;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * One call of a migration, in a thread of its own, so that a signal or its time limit can end it.
 *
 * <p>Interrupting alone would not do: a driver's call that waits for the server throws, and the
 * server goes on with what it was asked. So the run's operations in the server are ended first.
 */
final class Call {
    /** How long a migration that was interrupted may take to end (FAULTS, row 10). */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** The name that a message gives for a thread that does not end. */
    static final String THREAD = "migopy-migration";

    /** No limit that anybody would live to see. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final Operation operation;
    private final Watchdog watchdog;
    private final BooleanSupplier endsByItself;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private Thread thread;

    /** What is called. */
    @FunctionalInterface
    interface Body {
        void run() throws Throwable;
    }

    /**
     * @param operation ends what the run does in the server
     * @param endsByItself whether a backfill is under way, which ends after its batch
     */
    Call(Operation operation, BooleanSupplier endsByItself) {
        this.operation = operation;
        this.watchdog = operation.watchdog();
        this.endsByItself = endsByItself;
    }

    /**
     * Calls, and waits for the end.
     *
     * @param timeout how long it may take, or null
     */
    Ending run(Body body, Duration timeout) {
        thread = new Thread(() -> complete(body), THREAD);
        thread.setDaemon(true); // one that is deaf must not keep the JVM
        watchdog.inStep(true);
        try {
            thread.start();
            return await(timeout == null ? FOREVER : timeout);
        } finally {
            watchdog.inStep(false);
        }
    }

    private void complete(Body body) {
        try {
            body.run();
            over.complete(null);
        } catch (
                Throwable e) { // StackOverflowError, OutOfMemoryError and the like are failures too
            over.completeExceptionally(e);
        }
    }

    private Ending await(Duration timeout) {
        try {
            CompletableFuture.anyOf(over, watchdog.stop())
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            return new Ending.Threw(e.getCause());
        } catch (TimeoutException e) {
            return new Ending.TimedOut(ended());
        } catch (InterruptedException e) {
            // Only user code that runs a migration in a thread which it interrupts comes here.
            return new Ending.Stopped(
                    new Stop.Signalled("an interrupt", Kind.FAILED), ended(), thrown());
        }
        if (over.isDone()) {
            // Also where the signal was first: it may have thrown since.
            return thrown() == null ? new Ending.Returned() : new Ending.Threw(thrown());
        }
        Stop stop = watchdog.stop().join();
        if (stop instanceof Stop.Exited exited) {
            return new Ending.Exited(exited.stack());
        }
        boolean returned = endsByItself.getAsBoolean() && waited();
        if (returned && thrown() == null) {
            return new Ending.Returned();
        }
        return new Ending.Stopped((Stop.Signalled) stop, returned || ended(), thrown());
    }

    /**
     * Ends what the server does for it, interrupts it, and tells whether it ended within the grace.
     */
    private boolean ended() {
        operation.endOwnOperations();
        thread.interrupt();
        if (waited()) {
            return true;
        }
        operation.endOwnOperations(); // what it has asked the server for since then
        operation.endOwnOperationsWhenClosed();
        return false;
    }

    private boolean waited() {
        try {
            thread.join(GRACE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread()
                    .interrupt(); // told to hurry: what is not over by now is not over
        }
        return over.isDone();
    }

    private Throwable thrown() {
        if (!over.isCompletedExceptionally()) {
            return null;
        }
        try {
            over.join();
            return null;
        } catch (CompletionException e) {
            return e.getCause();
        }
    }
}
