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

    /** Threads that a migration starts are in it too, so that they can be found. */
    private static final ThreadGroup GROUP = new ThreadGroup(NAME);

    /** One that has nothing to do ends at once. */
    private static final long JOIN_SECONDS = 1;

    private ExecutorService executor;
    private CompletableFuture<Over> over = CompletableFuture.completedFuture(new Over(null));

    /**
     * The end of a call. What was thrown is kept as a value: a future that completes exceptionally
     * asks an exception for its text, and an exception of the user's own may never answer.
     *
     * @param thrown null if the body returned
     */
    record Over(Throwable thrown) {}

    /** What is called. */
    @FunctionalInterface
    interface Body {
        void run() throws Throwable;
    }

    /** Starts to call. The result completes when the body is over. */
    CompletableFuture<Over> call(Body body) {
        if (executor == null) {
            executor = Executors.newSingleThreadExecutor(MigrationThread::daemon);
        }
        CompletableFuture<Over> ending = new CompletableFuture<>();
        executor.execute(() -> complete(body, ending));
        over = ending;
        return ending;
    }

    private static Thread daemon(Runnable calls) {
        Thread thread = new Thread(GROUP, calls, NAME);
        thread.setDaemon(true); // one that is deaf must not keep the JVM
        return thread;
    }

    private static void complete(Body body, CompletableFuture<Over> ending) {
        Throwable thrown = null;
        try {
            body.run();
        } catch (Throwable e) { // StackOverflowError, OutOfMemoryError and the like are failures too
            thrown = e;
        }
        Thread.interrupted(); // what it told its own thread is not for the next one
        ending.complete(new Over(thrown));
    }

    /** Interrupts what is being called, and leaves that thread to it: it may be deaf. */
    void interrupt() {
        boolean begun = executor.shutdownNow().isEmpty();
        executor = null;
        if (!begun) {
            over.complete(new Over(new InterruptedException("before it was called")));
        }
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
