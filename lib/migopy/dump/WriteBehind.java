package migopy.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Collects what it is given in chunks, which a second thread writes: checksums, packing and the
 * disk take no time from whoever reads. What fits into one chunk is written without a thread.
 */
final class WriteBehind implements AutoCloseable {
    /** How long a writer that was interrupted may take to end. */
    private static final long END_MILLIS = 10_000;

    /** As many as are waiting to be written; {@link Memory} has the limit for all files. */
    private static final int QUEUE = 6;

    private static final Chunk LAST = new Chunk(new byte[0], 0);

    private final OutputStream out;
    private final Memory memory;
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(QUEUE);
    private byte[] current;
    private int used;
    private Thread writer;
    private volatile Throwable failure;

    private record Chunk(byte[] bytes, int length) {}

    /**
     * @param out closed by whoever opened it
     */
    WriteBehind(OutputStream out, Memory memory) {
        this.out = out;
        this.memory = memory;
    }

    void write(byte[] bytes, int offset, int length) {
        int done = 0;
        while (done < length) {
            if (current == null) {
                current = memory.take();
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
     * Returns when all of it is written.
     *
     * @throws IOException of the writing, whichever thread it happened in
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
            throw stopped();
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
            throw stopped();
        }
    }

    /** After a failure it only returns the chunks, so that nobody waits for it. */
    private void writeAll() {
        try {
            for (Chunk chunk = full.take(); chunk != LAST; chunk = full.take()) {
                if (failure == null) {
                    write(chunk);
                }
                memory.giveBack(chunk.bytes());
            }
        } catch (InterruptedException e) {
            failure = new SideBySide.Stopped();
        }
    }

    private void write(Chunk chunk) {
        try {
            out.write(chunk.bytes(), 0, chunk.length());
        } catch (IOException | RuntimeException | Error e) { // thrown on by finish()
            failure = e;
        }
    }

    /** The reading thread's way out of the driver when the writing thread has failed. */
    private static final class WriteFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WriteFailed(Throwable cause) {
            super(cause);
        }
    }

    /** The failure of the writing thread, where it ended {@code reading} early. */
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

    private static SideBySide.Stopped stopped() {
        Thread.currentThread().interrupt();
        return new SideBySide.Stopped();
    }

    /** Ends the thread, whatever it has not written yet. */
    @Override
    public void close() {
        if (writer == null) {
            if (current != null) {
                memory.giveBack(current);
                current = null;
            }
            return;
        }
        writer.interrupt();
        try {
            TimeUnit.MILLISECONDS.timedJoin(writer, END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever sends it does not wait
        }
    }
}
