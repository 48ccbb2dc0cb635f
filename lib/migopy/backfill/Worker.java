package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import java.util.Set;
import migopy.backfill.BatchReader.Batch;
import migopy.backfill.BatchWriter.BatchResult;
import org.bson.BsonValue;

/**
 * One worker's way along its part of the collection: where it stands, what comes next, and the
 * plain way to make a batch of that, which is the batch and then its checkpoint.
 *
 * @param session for this worker's writes alone, or null where there are none
 * @param index which of the checkpoint's segments is walked
 */
record Worker(
        BatchReader target, BatchWriter batches, Coordinator board, ClientSession session, int index, BatchSize size) {
    Partition segment() {
        return board.checkpoint().segments().get(index);
    }

    /**
     * The next batch.
     *
     * @param in the session whose transaction reads, or null
     */
    Batch next(ClientSession in, BsonValue from, int documents) {
        BatchReader.Read read = BatchReader.Read.NOTHING;
        if (batches.reads()) {
            read = BatchReader.Read.DOCUMENTS;
        } else if (in == null && looks()) {
            read = BatchReader.Read.IDS;
        }
        return target.next(in, from, segment().to(), documents, read);
    }

    /** The next batch outside a transaction, asked for again after a passing failure. */
    Batch found(BsonValue from, int documents) {
        return Retry.of(board::pause, () -> next(null, from, documents));
    }

    /**
     * Writes the batch and keeps its checkpoint; after a passing failure again, from the same
     * beginning.
     *
     * @return what was written: less than was asked for, where that was too much for the server
     */
    Batch write(Batch first) {
        Retry retry = new Retry(board::pause);
        Batch stretch = first;
        while (true) {
            long begunAt = System.nanoTime();
            BatchResult written;
            try {
                written = batches.write(session, stretch);
            } catch (MongoException e) {
                retry = again(e, retry);
                stretch = found(stretch.range().from(), size.documents());
                continue;
            }
            if (stretch.whole()) {
                size.took(Math.max(System.nanoTime() - begunAt, stretch.nanos()));
            }
            board.ended(index, stretch, written, begunAt);
            return stretch;
        }
    }

    /**
     * Waits for another try, with a smaller batch where that may help; throws the failure when
     * there is to be none.
     */
    Retry again(MongoException failure, Retry retry) {
        Retry next = size.halvedFor(failure) ? new Retry(board::pause) : retry;
        next.orThrow(failure);
        return next;
    }

    /** Waits while it has to, and says whether to start a batch. */
    boolean mayBegin() {
        return board.mayBegin(index, size.documents());
    }

    /** Whether it is still of interest if a changed document matches {@code where} again. */
    boolean looks() {
        return batches.mayStillMatch() && board.exclusive();
    }

    /** Checks whether one of this range does, inside the transaction that changed it. */
    void look(ClientSession in, Range range) {
        if (target.matchesIn(in, range)) {
            board.inclusive();
        }
    }

    /**
     * The same outside a transaction, again after a passing failure. What another writer has
     * inserted into the range since is seen there, too, and does not count.
     */
    void look(Range range, Set<BsonValue> changed) {
        if (Retry.of(board::pause, () -> target.matchesIn(range, changed))) {
            board.inclusive();
        }
    }
}
