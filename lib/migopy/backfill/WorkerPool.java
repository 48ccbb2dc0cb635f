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
     * After an interrupt the current batches may finish by themselves. The caller has ended them in
     * the server before, and waits 10 s in all.
     */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** After that the workers are interrupted, which also ends a wait for a server. */
    private static final Duration LAST = Duration.ofSeconds(3);

    private final String name;
    private final Coordinator coordinator;

    /** A thread that runs a part of a backfill. */
    static final class WorkerThread extends Thread implements CommandWatch.RetriesItself {
        private WorkerThread(Runnable task, String name) {
            super(task, name);
            setDaemon(true); // The JVM can exit without waiting for a batch.
        }
    }

    WorkerPool(String name, Coordinator coordinator) {
        this.name = name;
        this.coordinator = coordinator;
    }

    /** Runs the tasks, each in a thread of its own, and throws the first failure. */
    void run(List<Runnable> tasks) {
        List<Thread> threads = new ArrayList<>();
        for (Runnable task : tasks) {
            threads.add(new WorkerThread(() -> guarded(task), "%s-%d".formatted(name, threads.size() + 1)));
        }
        threads.forEach(Thread::start);
        boolean interrupted = join(threads);
        if (coordinator.failure() != null) {
            throw withOurFrames(coordinator.failure());
        }
        if (interrupted) {
            throw new StopRequested("interrupted");
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // Errors too: a worker that died must not look like one that finished.
            coordinator.failed(e);
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
                    coordinator.end();
                    endsAt = System.nanoTime() + GRACE.toNanos();
                }
            }
        }
        if (interrupted) {
            threads.forEach(Thread::interrupt); // One may still be in the migration's function.
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
            return; // The caller keeps the interrupt.
        }
    }

    /** Adds the waiting thread's frames, which name the migration's line, to those of the failure. */
    private static RuntimeException withOurFrames(Throwable failure) {
        List<StackTraceElement> frames = new ArrayList<>(List.of(failure.getStackTrace()));
        frames.addAll(List.of(new Throwable().getStackTrace()));
        failure.setStackTrace(frames.toArray(StackTraceElement[]::new));
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure; // A worker calls nothing that throws checked exceptions.
    }
}
