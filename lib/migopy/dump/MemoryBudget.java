package migopy.dump;

import java.util.concurrent.Semaphore;

/**
 * The memory that the threads of one restore may use for documents together. A collection of large
 * documents waits until others are done, so that a small heap is enough for any.
 */
final class MemoryBudget {
    private static final int KIB = 1 << 10;

    private final int kibibytes;
    private final Semaphore free;

    private MemoryBudget(int kibibytes) {
        this.kibibytes = kibibytes;
        this.free = new Semaphore(kibibytes, true);
    }

    /** A third of the heap: the rest is for the driver, the files' buffers and the program. */
    static MemoryBudget ofHeap() {
        return new MemoryBudget(
                (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 3 / KIB));
    }

    /**
     * Does the work once so much memory is free; more than there is takes all of it.
     *
     * @throws SideBySide.Stopped if the thread is interrupted meanwhile
     */
    void with(long bytes, Runnable work) {
        int wanted = (int) Math.min(kibibytes, bytes / KIB + 1);
        try {
            free.acquire(wanted);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SideBySide.Stopped();
        }
        try {
            work.run();
        } finally {
            free.release(wanted);
        }
    }
}
