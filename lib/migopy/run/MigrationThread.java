package migopy.run;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import migopy.observe.Observation.UserCode;

/**
 * The thread that calls the migrations of a run, one after the other. A new thread for each would take a twelfth of the
 * time of a short migration.
 */
final class MigrationThread implements AutoCloseable {
    /** The thread's name, shown in the message about a call that does not end. */
    static final String NAME = "migopy-migration";

    /** Threads that a migration starts are also in it, so that they can be found. */
    private static final ThreadGroup GROUP = new ThreadGroup(NAME);

    /** An idle thread ends at once. */
    private static final long JOIN_SECONDS = 1;

    private ExecutorService executor;
    private CompletableFuture<Completed> completed = CompletableFuture.completedFuture(new Completed(null));

    /**
     * The end of a call. What was thrown is kept as a value: a future that completes exceptionally calls the exception's
     * {@code toString()}, and that of a user's own exception may never return.
     *
     * @param thrown null if the code returned
     */
    record Completed(Throwable thrown) {}

    /** Starts a call. The result completes when the code has returned or thrown. */
    CompletableFuture<Completed> call(UserCode code) {
        if (executor != null && !completed.isDone()) {
            executor.shutdown(); // the call was given up after System.exit, and must not delay this one
            executor = null;
        }
        if (executor == null) {
            executor = Executors.newSingleThreadExecutor(MigrationThread::daemon);
        }
        CompletableFuture<Completed> result = new CompletableFuture<>();
        executor.execute(() -> complete(code, result));
        completed = result;
        return result;
    }

    private static Thread daemon(Runnable calls) {
        Thread thread = new Thread(GROUP, calls, NAME);
        thread.setDaemon(true); // one that ignores interrupts must not keep the JVM running
        return thread;
    }

    /** Whether this is the thread that makes the calls. */
    boolean isIt(Thread thread) {
        return thread != null && thread.getName().equals(NAME) && thread.getThreadGroup() == GROUP;
    }

    private static void complete(UserCode code, CompletableFuture<Completed> result) {
        Throwable thrown = null;
        try {
            code.run();
        } catch (Throwable e) { // StackOverflowError, OutOfMemoryError and the like are failures too
            thrown = e;
        }
        Thread.interrupted(); // an interrupt by the migration itself is not meant for the next one
        result.complete(new Completed(thrown));
    }

    /** Interrupts the running call and abandons its thread, because user code may ignore interrupts. */
    void interrupt() {
        boolean started = executor.shutdownNow().isEmpty();
        executor = null;
        if (!started) {
            completed.complete(new Completed(new InterruptedException("before it was called")));
        }
    }

    /** Ends the thread, without waiting for a call that is still running. */
    @Override
    public void close() {
        if (executor == null) {
            return;
        }
        executor.shutdown();
        try {
            if (completed.isDone()) {
                executor.awaitTermination(JOIN_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // an idle daemon does not keep the JVM running
        }
    }
}
