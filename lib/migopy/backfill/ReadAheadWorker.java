package migopy.backfill;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import migopy.backfill.BatchReader.Batch;
import org.bson.BsonValue;

/**
 * Walks one part of the collection, batch by batch. While a batch is written, a second thread finds
 * the next one, and looks whether the one before still matches.
 */
final class ReadAheadWorker {
    /**
     * Documents read ahead of a wait longer than this are read again: somebody may have changed
     * them.
     */
    private static final long OLD = TimeUnit.MILLISECONDS.toNanos(100);

    private final Worker walk;
    private final ExecutorService ahead;
    private boolean waited;

    /**
     * @param ahead one thread, for this worker alone; its owner ends it
     */
    ReadAheadWorker(Worker walk, ExecutorService ahead) {
        this.walk = walk;
        this.ahead = ahead;
    }

    /** Works until the part is done or the board says to end. */
    void run() {
        Partition part = walk.segment();
        CompletableFuture<Batch> next = part.done() ? null : find(part.at());
        CompletableFuture<Void> look = CompletableFuture.completedFuture(null);
        while (!part.done() && begin()) {
            Batch stretch = waited ? walk.found(part.at(), walk.size().documents()) : result(next);
            BsonValue expected = stretch.range().to();
            boolean last = expected == part.to();
            next = last ? null : find(expected);
            stretch = walk.write(stretch);
            result(look);
            look = lookAt(stretch);
            part = walk.segment();
            if (!part.done() && part.at() != expected) {
                next = find(part.at()); // The batch had to be made smaller.
            }
        }
        result(look);
    }

    /** Whether to begin a batch; notes when that took so long that what was read ahead is old. */
    private boolean begin() {
        long askedAt = System.nanoTime();
        boolean go = walk.mayBegin();
        waited = System.nanoTime() - askedAt > OLD;
        return go;
    }

    private CompletableFuture<Batch> find(BsonValue from) {
        int documents = walk.size().documents();
        return CompletableFuture.supplyAsync(() -> walk.found(from, documents), ahead);
    }

    private CompletableFuture<Void> lookAt(Batch written) {
        if (!walk.looks()) {
            return CompletableFuture.completedFuture(null);
        }
        Range range = written.range();
        Set<BsonValue> ids = written.ids(); // And not the documents, which are as many bytes again.
        return CompletableFuture.runAsync(() -> walk.look(range, ids), ahead);
    }

    private static <T> T result(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }
}
