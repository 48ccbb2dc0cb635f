package migopy.dump;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What a dump holds in memory at a time, bounded in bytes: documents between their reply and the
 * disk, and the replies that the driver is receiving.
 */
final class Memory {
    /** One write to the disk; small enough to stay in a core's cache between its uses. */
    static final int CHUNK = 1 << 18;

    private static final int CHUNKS = 32;

    /**
     * A reply of 16 MiB and a little more, and as much again twice in the driver's pool, which
     * keeps buffers of each power of two.
     */
    private static final long REPLY = 48L << 20;

    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(CHUNKS);
    private final Semaphore replies;
    private int made;

    Memory() {
        long most = Runtime.getRuntime().maxMemory() / 2 / REPLY;
        this.replies = new Semaphore((int) Math.max(1, Math.min(most, SideBySide.THREADS)), true);
    }

    /** A buffer of {@link #CHUNK} bytes; waits for one to be returned if all are in use. */
    byte[] take() {
        byte[] chunk = free.poll();
        if (chunk == null && mayMake()) {
            return new byte[CHUNK];
        }
        try {
            return chunk == null ? free.take() : chunk;
        } catch (InterruptedException e) {
            throw stopped();
        }
    }

    private synchronized boolean mayMake() {
        return made < CHUNKS && ++made > 0;
    }

    void giveBack(byte[] chunk) {
        free.add(chunk);
    }

    /** Calls what makes the driver receive a reply, when there is memory for one. */
    <T> T receive(Supplier<T> call) {
        try {
            replies.acquire();
        } catch (InterruptedException e) {
            throw stopped();
        }
        try {
            return call.get();
        } finally {
            replies.release();
        }
    }

    private static SideBySide.Stopped stopped() {
        Thread.currentThread().interrupt();
        return new SideBySide.Stopped();
    }
}
