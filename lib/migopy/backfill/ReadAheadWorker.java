package migopy.backfill;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.backfill.BatchReader.Batch;
import org.bson.BsonValue;

/**
 * Writes the batches of one partition. While a batch is written, a second thread reads the next one,
 * and checks whether documents of the previous one still match.
 */
final class ReadAheadWorker implements Runnable {
    /** After a longer wait a batch is read again, since other writers may have changed it. */
    private static final long STALE = TimeUnit.MILLISECONDS.toNanos(100);

    private final PartitionWalk walk;
    private final ExecutorService ahead;
    private boolean waited;

    /**
     * @param name of the second thread
     */
    ReadAheadWorker(PartitionWalk walk, String name) {
        this.walk = walk;
        this.ahead = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs until the partition is done or the coordinator ends the backfill. */
    @Override
    public void run() {
        try {
            writeAll();
        } finally {
            endReads();
        }
    }

    private void writeAll() {
        Partition partition = walk.partition();
        CompletableFuture<Batch> next = partition.done() ? null : read(partition.at());
        CompletableFuture<Void> check = CompletableFuture.completedFuture(null);
        while (!partition.done() && mayStart()) {
            Batch batch = waited ? walk.read(partition.at(), walk.size().documents()) : result(next);
            BsonValue expected = batch.range().to();
            next = expected == partition.to() ? null : read(expected);
            batch = walk.write(batch);
            result(check);
            check = checkMatches(batch);
            partition = walk.partition();
            if (!partition.done() && partition.at() != expected) {
                next = read(partition.at()); // The batch was made smaller.
            }
        }
        result(check);
    }

    private boolean mayStart() {
        long askedAt = System.nanoTime();
        boolean start = walk.mayStart();
        waited = System.nanoTime() - askedAt > STALE;
        return start;
    }

    private CompletableFuture<Batch> read(BsonValue from) {
        int documents = walk.size().documents();
        return CompletableFuture.supplyAsync(() -> walk.read(from, documents), ahead);
    }

    private CompletableFuture<Void> checkMatches(Batch written) {
        if (!walk.checksMatches()) {
            return CompletableFuture.completedFuture(null);
        }
        Range range = written.range();
        Set<BsonValue> ids = written.ids(); // Lets the documents be collected meanwhile.
        return CompletableFuture.runAsync(() -> walk.checkMatches(range, ids), ahead);
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

    private void endReads() {
        ahead.shutdownNow();
        long seconds = BatchReader.BATCH_LIMIT.toSeconds();
        try {
            if (!ahead.awaitTermination(seconds, TimeUnit.SECONDS)) {
                throw MigopyException.failed(
                        "A read of the backfill did not end within %d s".formatted(seconds),
                        "Check that every server responds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
