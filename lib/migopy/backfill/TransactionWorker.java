package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.backfill.BatchReader.Batch;
import migopy.backfill.BatchWriter.BatchResult;

/**
 * Walks the collection with each batch and its checkpoint in one transaction: what is done is
 * known, and what is known is done. It is also the fastest way in the server, with one wait a
 * batch.
 *
 * <p>With {@code once()} there is no other way. Without it a batch that meets another writer is
 * made without a transaction, and so are some after it, so that nobody is kept waiting.
 *
 * <p>Not the driver's {@code withTransaction}: it would begin again by itself, without a look at
 * the lock.
 */
final class TransactionWorker {
    /** CONTRACT and issue: a batch that meets another writer is tried again so often. */
    static final int MOST_CONFLICTS = 20;

    /** With once(), so many batches without a conflict make the batches larger. */
    private static final int QUIET = 16;

    /** After a conflict 1, 2, 4 ... batches go without a transaction, at most so many. */
    private static final int MOST_WITHOUT = 64;

    /** OperationNotSupportedInTransaction, IllegalOperation: capped collections, odd topologies. */
    private static final Set<Integer> NEVER = Set.of(263, 20);

    private static final int WRITE_CONFLICT = 112;

    private static final TransactionOptions OPTIONS = TransactionOptions.builder()
            .readConcern(ReadConcern.SNAPSHOT)
            .writeConcern(WriteConcern.MAJORITY)
            .readPreference(ReadPreference.primary())
            .timeout(BatchReader.BATCH_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
            .build();

    private final Worker walk;
    private final Coordinator board;
    private final BatchSize size;
    private final ClientSession session;
    private final boolean once;
    private int conflicts;
    private int quiet;
    private long without;
    private int nextWithout = 1;

    /**
     * @param walk with a session
     * @param once whether a batch outside a transaction is out of the question
     */
    TransactionWorker(Worker walk, boolean once) {
        this.walk = walk;
        this.board = walk.board();
        this.size = walk.size();
        this.session = walk.session();
        this.once = once;
    }

    /** What a transaction has done so far, and the checkpoint that was kept in it. */
    private record Uncommitted(Batch stretch, BatchResult written, Checkpoint checkpoint) {}

    /** Works until the collection is done or the board says to end. */
    void run() {
        Partition part = walk.segment();
        while (!part.done() && walk.mayBegin()) {
            if (without > 0) {
                without--;
                plainly(part);
            } else {
                batch(part);
            }
            part = walk.segment();
        }
    }

    private void batch(Partition part) {
        Retry retry = new Retry(board::pause);
        conflicts = 0;
        while (true) {
            long begunAt = System.nanoTime();
            try {
                Uncommitted attempt = attempt(part);
                commit();
                board.committed(walk.index(), attempt.checkpoint(), attempt.stretch(), attempt.written(), begunAt);
                grow(attempt.stretch(), System.nanoTime() - begunAt);
                return;
            } catch (MongoException e) {
                abort();
                if (!once && (conflict(e) || NEVER.contains(e.getCode()))) {
                    without(e);
                    board.ensureHeld(); // The conflict may be that of who takes over.
                    plainly(part);
                    return;
                }
                retry = again(e, retry);
            } catch (RuntimeException | Error e) {
                abort();
                throw e;
            }
        }
    }

    private Uncommitted attempt(Partition part) {
        session.startTransaction(OPTIONS);
        Batch stretch = walk.next(session, part.at(), size.documents());
        BatchResult written = walk.batches().write(session, stretch);
        if (walk.looks()) {
            walk.look(session, stretch.range());
        }
        Checkpoint kept = board.keptIn(session, walk.index(), stretch, written);
        return new Uncommitted(stretch, written, kept);
    }

    /** Commits; an unknown end is asked for again until it is known. */
    private void commit() {
        Retry retry = new Retry(board::pause);
        while (true) {
            try {
                session.commitTransaction();
                return;
            } catch (MongoException e) {
                if (!e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)) {
                    throw e;
                }
                retryCommit(retry, e);
            }
        }
    }

    private static void retryCommit(Retry retry, MongoException e) {
        try {
            retry.orThrow(e);
        } catch (MongoException over) {
            throw new MigopyException(
                    MigopyException.Kind.UNKNOWN,
                    "Nobody could tell whether the last batch was committed: " + e.getMessage(),
                    "Its checkpoint knows: %s execute goes on after what is done".formatted(MigopyException.COMMAND),
                    over);
        }
    }

    private void abort() {
        if (session.hasActiveTransaction()) {
            session.abortTransaction();
        }
    }

    /** Prepares for another try, or throws when there is to be none. */
    private Retry again(MongoException e, Retry retry) {
        if (!conflict(e)) {
            return walk.again(e, retry);
        }
        conflicts++;
        quiet = 0;
        if (conflicts > MOST_CONFLICTS) {
            throw new MigopyException(
                    MigopyException.Kind.FAILED,
                    "Other writers change the same documents: a batch of %d met %d write conflicts"
                            .formatted(size.documents(), conflicts),
                    "Try when they are quieter; it goes on where it stopped: %s execute"
                            .formatted(MigopyException.COMMAND),
                    e);
        }
        size.halve();
        retry.pause();
        return retry;
    }

    private static boolean conflict(MongoException e) {
        return e.getCode() == WRITE_CONFLICT;
    }

    private void grow(Batch stretch, long nanos) {
        nextWithout = Math.max(1, nextWithout / 2);
        quiet++;
        if (stretch.whole() && (!once || quiet >= QUIET)) {
            size.took(nanos);
            quiet = QUIET / 2;
        }
    }

    private void without(MongoException e) {
        if (NEVER.contains(e.getCode())) {
            without = Long.MAX_VALUE;
        } else {
            size.halve();
            without = nextWithout - 1;
            nextWithout = Math.min(2 * nextWithout, MOST_WITHOUT);
        }
    }

    /** A batch, then its checkpoint. */
    private void plainly(Partition part) {
        Batch stretch = walk.write(walk.found(part.at(), size.documents()));
        if (walk.looks()) {
            walk.look(stretch.range(), stretch.ids());
        }
    }
}
