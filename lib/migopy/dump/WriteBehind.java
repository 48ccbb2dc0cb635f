package migopy.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Collects bytes in chunks that a second thread writes, so that checksums, compression and the disk do not
 * slow down the reading. What fits into one chunk is written without a thread.
 */
final class WriteBehind implements AutoCloseable {
    /** How long an interrupted writer may take to end. */
    private static final long END_MILLIS = 10_000;

    /** How many chunks may wait to be written; {@link Chunks} limits all files together. */
    private static final int QUEUE = 6;

    private static final Chunk LAST = new Chunk(new byte[0], 0);

    private final OutputStream out;
    private final Chunks chunks;
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(QUEUE);
    private byte[] current;
    private int used;
    private Thread writer;
    private volatile Throwable failure;

    /** The buffers that all files of a dump share. */
    static final class Chunks {
        /** One write to the disk; small enough to stay in a core's cache between its uses. */
        private static final int SIZE = 1 << 18;

        private static final int MOST = 32;

        private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(MOST);
        private int made;

        /** An unused one; waits until one is returned if all are in use. */
        byte[] take() {
            byte[] chunk = free.poll();
            if (chunk == null && mayMake()) {
                return new byte[SIZE];
            }
            try {
                return chunk == null ? free.take() : chunk;
            } catch (InterruptedException e) {
                throw ParallelTasks.interrupted();
            }
        }

        private synchronized boolean mayMake() {
            return made < MOST && ++made > 0;
        }

        void giveBack(byte[] chunk) {
            free.add(chunk);
        }
    }

    private record Chunk(byte[] bytes, int length) {}

    /**
     * @param out the caller closes it
     */
    WriteBehind(OutputStream out, Chunks chunks) {
        this.out = out;
        this.chunks = chunks;
    }

    void write(byte[] bytes, int offset, int length) {
        int done = 0;
        while (done < length) {
            if (current == null) {
                current = chunks.take();
            }
            int part = Math.min(length - done, current.length - used);
            System.arraycopy(bytes, offset + done, current, used, part);
            done += part;
            used += part;
            if (used == current.length) {
                handOver();
            }
        }
    }

    /**
     * Returns when everything is written.
     *
     * @throws IOException of either thread's write
     */
    void finish() throws IOException {
        if (writer == null) {
            if (current != null) {
                out.write(current, 0, used);
            }
            return;
        }
        if (used > 0) {
            handOver();
        }
        put(LAST);
        try {
            writer.join();
        } catch (InterruptedException e) {
            throw ParallelTasks.interrupted();
        }
        writer = null;
        throwOn(failure);
    }

    private void handOver() {
        if (writer == null) {
            writer = new Thread(this::writeAll, Thread.currentThread().getName() + "-writer");
            writer.setDaemon(true);
            writer.start();
        }
        if (failure != null) {
            throw new WriteFailed(failure);
        }
        Chunk chunk = new Chunk(current, used);
        current = null;
        used = 0;
        put(chunk);
    }

    private void put(Chunk chunk) {
        try {
            full.put(chunk);
        } catch (InterruptedException e) {
            throw ParallelTasks.interrupted();
        }
    }

    /** After a failure it only returns the chunks, so that no other file waits for them. */
    private void writeAll() {
        try {
            for (Chunk chunk = full.take(); chunk != LAST; chunk = full.take()) {
                if (failure == null) {
                    write(chunk);
                }
                chunks.giveBack(chunk.bytes());
            }
        } catch (InterruptedException e) {
            failure = new ParallelTasks.Interrupted();
        }
    }

    private void write(Chunk chunk) {
        try {
            out.write(chunk.bytes(), 0, chunk.length());
        } catch (IOException | RuntimeException | Error e) { // finish() throws it
            failure = e;
        }
    }

    /** Unwinds the reading thread through the driver after the writing thread failed. */
    private static final class WriteFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WriteFailed(Throwable cause) {
            super(cause);
        }
    }

    /** Throws the writing thread's failure if it caused this one of the reading thread. */
    static void throwOnFailure(RuntimeException reading) throws IOException {
        if (reading instanceof WriteFailed) {
            throwOn(reading.getCause());
        }
    }

    private static void throwOn(Throwable failure) throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    /** Ends the thread, even if it has not written everything. */
    @Override
    public void close() {
        if (writer == null) {
            if (current != null) {
                chunks.giveBack(current);
                current = null;
            }
            return;
        }
        writer.interrupt();
        try {
            TimeUnit.MILLISECONDS.timedJoin(writer, END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // a second interrupt: do not wait
        }
    }
}
