package migopy.dump;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import migopy.console.Event;

/** Runs tasks in a few named threads and returns when all of these have ended. */
final class ParallelTasks {
    /** As many as mongodump and mongorestore use. */
    static final int THREADS = 4;

    /** How long interrupted workers may take to end; they are daemons and do not keep the process alive. */
    private static final long END_MILLIS = 10_000;

    private ParallelTasks() {}

    /**
     * Runs the tasks, which must end soon after an interrupt, in their order, {@value #THREADS} at a time. After a failure no other task starts, the
     * running ones are interrupted, and the first failure is thrown. An interrupt of the caller has the same
     * effect.
     */
    static void run(String name, Collection<? extends Runnable> tasks) {
        Queue<Runnable> waiting = new ConcurrentLinkedQueue<>(tasks);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        Runnable worker = () -> {
            try {
                Runnable task;
                while (failure.get() == null && (task = waiting.poll()) != null) {
                    task.run();
                }
            } catch (Throwable e) { // an Error too: the caller throws it
                if (failure.compareAndSet(null, e)) {
                    others(threads).forEach(Thread::interrupt);
                }
            }
        };
        synchronized (threads) {
            for (int i = 1; i <= Math.min(THREADS, tasks.size()); i++) {
                Thread thread = new Thread(worker, "migopy-" + name + "-" + i);
                thread.setDaemon(true);
                threads.add(thread);
            }
            threads.forEach(Thread::start);
        }
        join(threads, failure);
        throwOn(failure.get());
    }

    /** Throws if this thread was interrupted; a task calls it once a batch. */
    static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new Interrupted();
        }
    }

    /** For a thread that noticed an interrupt, which is set again. */
    static Interrupted interrupted() {
        Thread.currentThread().interrupt();
        return new Interrupted();
    }

    /** Unwinds a worker after an interrupt. */
    static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Interrupted() {
            super("interrupted", null, false, false);
        }
    }

    private static List<Thread> others(List<Thread> threads) {
        synchronized (threads) {
            return threads.stream()
                    .filter(thread -> thread != Thread.currentThread())
                    .toList();
        }
    }

    private static void join(List<Thread> threads, AtomicReference<Throwable> failure) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            failure.compareAndSet(null, new Interrupted());
            threads.forEach(Thread::interrupt);
            joinInterrupted(threads);
            Thread.currentThread().interrupt();
        }
    }

    private static void joinInterrupted(List<Thread> threads) {
        long end = System.nanoTime() + END_MILLIS * 1_000_000;
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // a second interrupt: do not wait
        }
    }

    private static void throwOn(Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    /** Reports the progress of one collection, at most four times a second. Used by one thread. */
    static final class Meter {
        private static final long EVERY_NANOS = 250_000_000L;

        private final String name;
        private final long total;
        private final Consumer<Event> events;
        private final long startedAt = System.nanoTime();
        private long reportedAt = startedAt;
        private long done;

        /**
         * @param total the estimated number of documents; 0 if unknown
         */
        Meter(String name, long total, Consumer<Event> events) {
            this.name = name;
            this.total = total;
            this.events = events;
        }

        void add(long documents) {
            done += documents;
            long now = System.nanoTime();
            if (now - reportedAt >= EVERY_NANOS) {
                reportedAt = now;
                double perSecond = done * 1e9 / (now - startedAt);
                events.accept(new Event.Progress(
                        name, "docs", done, Math.max(total, done), perSecond, Duration.ZERO, Duration.ZERO));
            }
        }

        long done() {
            return done;
        }

        void ended() {
            events.accept(new Event.ProgressEnded(name));
        }
    }

    /**
     * The memory that all threads of a dump or a restore may use for documents together, in bytes, so that a small heap is
     * enough for documents of any size.
     */
    static final class MemoryBudget {
        private static final int KIB = 1 << 10;

        private final int kibibytes;
        private final Semaphore free;

        /**
         * @param share the part of the heap: 3 for a third. The rest is for the driver, the files' buffers and the program.
         */
        MemoryBudget(int share) {
            this.kibibytes =
                    (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / share / KIB);
            this.free = new Semaphore(kibibytes, true);
        }

        /**
         * Does the work as soon as so much memory is free; work that needs more than the budget gets all of it.
         *
         * @throws ParallelTasks.Interrupted if the thread is interrupted meanwhile
         */
        <T> T with(long bytes, Supplier<T> work) {
            int wanted = (int) Math.min(kibibytes, bytes / KIB + 1);
            try {
                free.acquire(wanted);
            } catch (InterruptedException e) {
                throw ParallelTasks.interrupted();
            }
            try {
                return work.get();
            } finally {
                free.release(wanted);
            }
        }
    }
}
