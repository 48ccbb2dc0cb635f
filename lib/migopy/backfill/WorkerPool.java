package migopy.backfill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.observe.CommandWatch;

/**
 * The threads of a backfill: started together, joined together. The migration's own thread only
 * waits, so that interrupting it breaks no batch.
 */
final class WorkerPool {
    /**
     * After an interrupt the current batches may end by themselves. Whoever interrupts has ended
     * them in the server before, and waits 10 s for all of it.
     */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** After that they are interrupted, which ends a wait for a server, too. */
    private static final Duration LAST = Duration.ofSeconds(3);

    private final String name;
    private final Coordinator board;

    /** A thread that works for a backfill. */
    static final class WorkerThread extends Thread implements CommandWatch.RetriesItself {
        private WorkerThread(Runnable task, String name) {
            super(task, name);
            setDaemon(true); // A JVM that has to end does not wait for a batch.
        }
    }

    WorkerPool(String name, Coordinator board) {
        this.name = name;
        this.board = board;
    }

    /** Runs the tasks, each in a thread of its own, and throws the first failure. */
    void work(List<Runnable> tasks) {
        List<Thread> threads = new ArrayList<>();
        for (Runnable task : tasks) {
            threads.add(new WorkerThread(() -> guarded(task), "%s-%d".formatted(name, threads.size() + 1)));
        }
        threads.forEach(Thread::start);
        boolean interrupted = join(threads);
        if (board.failure() != null) {
            throw rethrown(board.failure());
        }
        if (interrupted) {
            throw new StopRequested("interrupted");
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // OutOfMemoryError too: a worker's end is never taken for the work's
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
            joinInterrupted(threads);
            Thread.currentThread().interrupt();
        }
        return interrupted;
    }

    private static void joinInterrupted(List<Thread> threads) {
        long endsAt = System.nanoTime() + LAST.toNanos();
        try {
            for (Thread thread : threads) {
                long left = Math.max(1, endsAt - System.nanoTime());
                TimeUnit.NANOSECONDS.timedJoin(thread, left);
            }
        } catch (InterruptedException e) {
            return; // Told to hurry; the caller keeps the interrupt.
        }
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
