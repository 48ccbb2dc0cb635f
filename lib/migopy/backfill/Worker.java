package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;

import org.bson.BsonValue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Walks one part of the collection, batch by batch. While a batch is written, a second thread finds
 * the next one, and looks whether the one before still matches.
 */
final class Worker {
    /**
     * Documents read ahead of a wait longer than this are read again: somebody may have changed
     * them.
     */
    private static final long OLD = TimeUnit.MILLISECONDS.toNanos(100);

    private final Target target;
    private final Batches batches;
    private final Board board;
    private final ClientSession session;
    private final int index;
    private final BatchSize size;
    private final ExecutorService ahead;
    private boolean waited;

    /**
     * @param session for this worker's writes alone, or null where there are none
     * @param index which of the checkpoint's segments is ours
     * @param ahead one thread, for this worker alone; its owner ends it
     */
    Worker(
            Target target,
            Batches batches,
            Board board,
            ClientSession session,
            int index,
            BatchSize size,
            ExecutorService ahead) {
        this.target = target;
        this.batches = batches;
        this.board = board;
        this.session = session;
        this.index = index;
        this.size = size;
        this.ahead = ahead;
    }

    /** Works until the part is done or the board says to end. */
    void run() {
        Segment part = segment();
        CompletableFuture<Stretch> next = part.done() ? null : find(part.at());
        CompletableFuture<Void> look = CompletableFuture.completedFuture(null);
        while (!part.done() && begin()) {
            Stretch stretch = waited ? findNow(part.at(), size.documents()) : result(next);
            BsonValue expected = stretch.range().to();
            boolean last = expected == part.to();
            next = last ? null : find(expected);
            stretch = write(stretch);
            result(look);
            look = lookAt(stretch.range());
            part = segment();
            if (!part.done() && part.at() != expected) {
                next = find(part.at()); // The batch had to be made smaller.
            }
        }
        result(look);
    }

    /** Whether to begin a batch; notes when that took so long that what was read ahead is old. */
    private boolean begin() {
        long askedAt = System.nanoTime();
        boolean go = board.mayBegin();
        waited = System.nanoTime() - askedAt > OLD;
        return go;
    }

    private Segment segment() {
        return board.checkpoint().segments().get(index);
    }

    private CompletableFuture<Stretch> find(BsonValue from) {
        int documents = size.documents();
        return CompletableFuture.supplyAsync(() -> findNow(from, documents), ahead);
    }

    private Stretch findNow(BsonValue from, int documents) {
        BsonValue to = segment().to();
        return Retry.of(
                board::ensureHeld, () -> target.next(null, from, to, documents, batches.reads()));
    }

    private CompletableFuture<Void> lookAt(Range range) {
        if (target.where() == null || !board.exclusive()) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.runAsync(
                () -> {
                    if (Retry.of(board::ensureHeld, () -> target.matchesIn(null, range))) {
                        board.inclusive();
                    }
                },
                ahead);
    }

    /** Writes the batch; after a passing failure again, from the same beginning. */
    private Stretch write(Stretch first) {
        Retry retry = new Retry(board::ensureHeld);
        Stretch stretch = first;
        while (true) {
            long begunAt = System.nanoTime();
            Written written;
            try {
                written = batches.write(session, stretch);
            } catch (MongoException e) {
                retry = size.halvedFor(e) ? new Retry(board::ensureHeld) : retry;
                retry.orThrow(e);
                stretch = findNow(stretch.range().from(), size.documents());
                continue;
            }
            if (stretch.whole()) {
                size.took(Math.max(System.nanoTime() - begunAt, stretch.nanos()));
            }
            board.ended(index, stretch, written, begunAt);
            return stretch;
        }
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
