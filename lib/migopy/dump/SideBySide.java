package migopy.dump;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/** Works through tasks in a few named threads and comes back when every one of these has ended. */
final class SideBySide {
    /** As many as mongodump and mongorestore use; more only makes the disks seek. */
    static final int THREADS = 4;

    /**
     * How long workers that were interrupted may take to end; as daemons they never keep the
     * process alive.
     */
    private static final long END_MILLIS = 10_000;

    /** Something to do in one of the threads; it ends soon after its thread is interrupted. */
    interface Task {
        void run();
    }

    private SideBySide() {}

    /**
     * Runs the tasks in their order, {@value #THREADS} at a time. After a failure no further one is
     * begun, those under way are interrupted, and the first failure is thrown on. An interrupt of
     * the caller ends all of it likewise.
     */
    static void run(String name, Collection<? extends Task> tasks) {
        Queue<Task> waiting = new ConcurrentLinkedQueue<>(tasks);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        Runnable worker = () -> {
            try {
                Task task;
                while (failure.get() == null && (task = waiting.poll()) != null) {
                    task.run();
                }
            } catch (Throwable e) { // an Error too: the caller throws it on
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

    /** Whether this thread was told to end; a task asks at every batch. */
    static void goOn() {
        if (Thread.currentThread().isInterrupted()) {
            throw new Stopped();
        }
    }

    /** A worker's own way out after an interrupt. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
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
            failure.compareAndSet(null, new Stopped());
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
            Thread.currentThread().interrupt(); // a second one: whoever sends it does not wait
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
}
