package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;

import org.bson.BsonValue;

/**
 * One worker's way along its part of the collection: where it stands, what comes next, and the
 * plain way to make a batch of that, which is the batch and then its checkpoint.
 *
 * @param session for this worker's writes alone, or null where there are none
 * @param index which of the checkpoint's segments is walked
 */
record Walk(
        Target target,
        Batches batches,
        Board board,
        ClientSession session,
        int index,
        BatchSize size) {
    Segment segment() {
        return board.checkpoint().segments().get(index);
    }

    /**
     * The next batch.
     *
     * @param in the session whose transaction reads, or null
     */
    Stretch next(ClientSession in, BsonValue from, int documents) {
        return target.next(in, from, segment().to(), documents, batches.reads());
    }

    /** The next batch outside a transaction, asked for again after a passing failure. */
    Stretch found(BsonValue from, int documents) {
        return Retry.of(board::ensureHeld, () -> next(null, from, documents));
    }

    /**
     * Writes the batch and keeps its checkpoint; after a passing failure again, from the same
     * beginning.
     *
     * @return what was written: less than was asked for, where that was too much for the server
     */
    Stretch write(Stretch first) {
        Retry retry = new Retry(board::ensureHeld);
        Stretch stretch = first;
        while (true) {
            long begunAt = System.nanoTime();
            Written written;
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
        Retry next = size.halvedFor(failure) ? new Retry(board::ensureHeld) : retry;
        next.orThrow(failure);
        return next;
    }

    /** Whether it is still of interest if a changed document matches {@code where} again. */
    boolean looks() {
        return batches.mayExclude() && board.exclusive();
    }

    /** Looks whether one of this range does. */
    void look(ClientSession in, Range range) {
        if (target.matchesIn(in, range)) {
            board.inclusive();
        }
    }

    /** The same outside a transaction, again after a passing failure. */
    void look(Range range) {
        if (Retry.of(board::ensureHeld, () -> target.matchesIn(null, range))) {
            board.inclusive();
        }
    }
}
