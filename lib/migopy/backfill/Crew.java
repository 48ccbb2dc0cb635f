package migopy.backfill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a backfill: started together, joined together. The migration's own thread only
 * waits, so that interrupting it breaks no batch.
 */
final class Crew {
    /**
     * After an interrupt the batches under way may end by themselves, or by their limit in the
     * server.
     */
    private static final Duration GRACE = Target.BATCH_LIMIT.plusSeconds(5);

    private final String name;
    private final Board board;

    /** A thread that works for a backfill. */
    static final class Member extends Thread {
        private Member(Runnable task, String name) {
            super(task, name);
            setDaemon(true); // A JVM that has to end does not wait for a batch.
        }
    }

    Crew(String name, Board board) {
        this.name = name;
        this.board = board;
    }

    /** Runs the tasks, each in a thread of its own, and throws the first failure. */
    void work(List<Runnable> tasks) {
        List<Thread> threads = new ArrayList<>();
        for (Runnable task : tasks) {
            threads.add(
                    new Member(() -> guarded(task), "%s-%d".formatted(name, threads.size() + 1)));
        }
        threads.forEach(Thread::start);
        boolean interrupted = join(threads);
        if (board.failure() != null) {
            throw rethrown(board.failure());
        }
        if (interrupted) {
            throw new Stopped("interrupted");
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (
                Throwable e) { // OutOfMemoryError too: a worker's end is never taken for the work's
            board.failed(e);
        }
    }

    private boolean join(List<Thread> threads) {
        boolean interrupted = false;
        long endsAt = Long.MAX_VALUE;
        for (Thread thread : threads) {
            while (thread.isAlive() && System.nanoTime() < endsAt) {
                try {
                    TimeUnit.MILLISECONDS.timedJoin(thread, 1_000);
                } catch (InterruptedException e) {
                    interrupted = true;
                    board.end();
                    endsAt = System.nanoTime() + GRACE.toNanos();
                }
            }
        }
        if (interrupted) {
            threads.forEach(Thread::interrupt); // one that is still in the user's function
            Thread.currentThread().interrupt();
        }
        return interrupted;
    }

    /**
     * The failure with the waiting thread's frames below its own: they name the migration's line.
     */
    private static RuntimeException rethrown(Throwable failure) {
        List<StackTraceElement> frames = new ArrayList<>(List.of(failure.getStackTrace()));
        frames.addAll(List.of(new Throwable().getStackTrace()));
        failure.setStackTrace(frames.toArray(StackTraceElement[]::new));
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure; // A worker calls nothing that throws anything else.
    }
}
