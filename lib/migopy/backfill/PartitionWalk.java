package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import java.util.Set;
import migopy.backfill.BatchReader.Batch;
import migopy.backfill.BatchWriter.BatchResult;
import org.bson.BsonValue;

/**
 * A worker's walk along its partition, batch by batch: the next batch, and how to write one without
 * a transaction.
 *
 * @param session for this worker's writes alone; null if the server has none
 * @param index the partition's in the checkpoint
 */
record PartitionWalk(
        BatchReader reader,
        BatchWriter writer,
        Coordinator coordinator,
        ClientSession session,
        int index,
        BatchSize size) {
    Partition partition() {
        return coordinator.checkpoint().partitions().get(index);
    }

    /** Waits as long as necessary, then returns whether to start a batch. */
    boolean mayStart() {
        return coordinator.mayStart(index, size.documents());
    }

    /**
     * Reads the next batch.
     *
     * @param in the session whose transaction reads, or null
     */
    Batch next(ClientSession in, BsonValue from, int documents) {
        BatchReader.Read read = BatchReader.Read.NOTHING;
        if (writer.readsDocuments()) {
            read = BatchReader.Read.DOCUMENTS;
        } else if (in == null && checksMatches()) {
            read = BatchReader.Read.IDS;
        }
        return reader.next(in, from, partition().to(), documents, read);
    }

    /** Reads the next batch outside a transaction; again after a transient failure. */
    Batch read(BsonValue from, int documents) {
        return Retry.of(coordinator::pause, () -> next(null, from, documents));
    }

    /**
     * Writes the batch and stores its checkpoint; after a transient failure it reads and writes it
     * again.
     *
     * @return the batch that was written, which is smaller if this one was too slow for the server
     */
    Batch write(Batch first) {
        Retry retry = new Retry(coordinator::pause);
        Batch batch = first;
        while (true) {
            long startedAt = System.nanoTime();
            BatchResult result;
            try {
                result = writer.write(session, batch);
            } catch (MongoException e) {
                retry = pauseOrThrow(e, retry);
                batch = read(batch.range().from(), size.documents());
                continue;
            }
            if (batch.whole()) {
                size.took(Math.max(System.nanoTime() - startedAt, batch.nanos()));
            }
            coordinator.finished(index, batch, result, startedAt);
            return batch;
        }
    }

    /**
     * Waits before another try, with a smaller batch if that one was too slow; throws the failure if
     * it is final.
     */
    Retry pauseOrThrow(MongoException failure, Retry retry) {
        Retry next = size.halvedFor(failure) ? new Retry(coordinator::pause) : retry;
        next.pauseOrThrow(failure);
        return next;
    }

    /** Returns whether it is still to be found out if a changed document matches {@code where} again. */
    boolean checksMatches() {
        return writer.mayStillMatch() && coordinator.exclusive();
    }

    /** Checks whether a document of this range matches, in the transaction that changed it. */
    void checkMatches(ClientSession in, Range range) {
        if (reader.matchesIn(in, range)) {
            coordinator.inclusive();
        }
    }

    /**
     * Checks whether a changed document matches, outside a transaction. That also sees documents
     * which other writers have inserted into the range since; they do not count.
     */
    void checkMatches(Range range, Set<BsonValue> changed) {
        if (Retry.of(coordinator::pause, () -> reader.matchesIn(range, changed))) {
            coordinator.inclusive();
        }
    }
}
