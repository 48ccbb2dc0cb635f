package migopy.run;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The thread in which the migrations of a run are called, one after the other: a new one for each
 * would take a short one a twelfth of its time.
 */
final class MigrationThread implements AutoCloseable {
    /** The name that a message gives for one that does not end. */
    static final String NAME = "migopy-migration";

    /** One that has nothing to do ends at once. */
    private static final long JOIN_SECONDS = 1;

    private ExecutorService executor;
    private Thread thread;
    private CompletableFuture<Void> over = CompletableFuture.completedFuture(null);

    /** Begins to call. The result completes when the body is over, with what it has thrown. */
    CompletableFuture<Void> call(Call.Body body) {
        if (executor == null) {
            executor = Executors.newSingleThreadExecutor(this::daemon);
        }
        CompletableFuture<Void> ending = new CompletableFuture<>();
        executor.execute(() -> complete(body, ending));
        over = ending;
        return ending;
    }

    private Thread daemon(Runnable calls) {
        thread = new Thread(calls, NAME);
        thread.setDaemon(true); // one that is deaf must not keep the JVM
        return thread;
    }

    private static void complete(Call.Body body, CompletableFuture<Void> ending) {
        try {
            body.run();
            ending.complete(null);
        } catch (
                Throwable e) { // StackOverflowError, OutOfMemoryError and the like are failures too
            ending.completeExceptionally(e);
        } finally {
            Thread.interrupted(); // what it told its own thread is not for the next one
        }
    }

    /** Interrupts what is being called, and leaves that thread to it: it may be deaf. */
    void interrupt() {
        thread.interrupt();
        executor.shutdown();
        executor = null;
    }

    /** Ends the thread; one that is still being called is not waited for. */
    @Override
    public void close() {
        if (executor == null) {
            return;
        }
        executor.shutdown();
        try {
            if (over.isDone()) {
                executor.awaitTermination(JOIN_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // a daemon with nothing to do is left to the JVM
        }
    }
}
