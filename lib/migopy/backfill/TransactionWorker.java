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
 * Writes the batches of one partition, each with its checkpoint in one transaction, so that the
 * checkpoint is always exact. In the server this is also the fastest way, with one wait a batch.
 *
 * <p>With {@code once()} every batch is written so. Without it a batch that conflicts with another
 * writer is written without a transaction, and so are some after it, so that the other writer does
 * not wait.
 *
 * <p>Not the driver's {@code withTransaction}, which would start again without checking the lock.
 */
final class TransactionWorker implements Runnable {
    /** How often a batch is tried again after a conflict with another writer. */
    private static final int MOST_CONFLICTS = 20;

    /** With once(), batches grow after so many without a conflict. */
    private static final int QUIET = 16;

    /** After a conflict 1, 2, 4 ... batches are written without a transaction, at most so many. */
    private static final int MOST_WITHOUT = 64;

    /** OperationNotSupportedInTransaction, IllegalOperation: some collections and topologies. */
    private static final Set<Integer> UNSUPPORTED = Set.of(263, 20);

    private static final int WRITE_CONFLICT = 112;

    private static final TransactionOptions OPTIONS = TransactionOptions.builder()
            .readConcern(ReadConcern.SNAPSHOT)
            .writeConcern(WriteConcern.MAJORITY)
            .readPreference(ReadPreference.primary())
            .timeout(BatchReader.BATCH_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
            .build();

    private final PartitionWalk walk;
    private final Coordinator coordinator;
    private final BatchSize size;
    private final ClientSession session;
    private final boolean once;
    private int conflicts;
    private int quiet;
    private long without;
    private int nextWithout = 1;

    /**
     * @param walk with a session
     * @param once whether every batch has to be in a transaction
     */
    TransactionWorker(PartitionWalk walk, boolean once) {
        this.walk = walk;
        this.coordinator = walk.coordinator();
        this.size = walk.size();
        this.session = walk.session();
        this.once = once;
    }

    /** What a transaction has written so far; the checkpoint counts once it is committed. */
    private record Uncommitted(Batch batch, BatchResult result, Checkpoint checkpoint) {}

    /** Runs until the partition is done or the coordinator ends the backfill. */
    @Override
    public void run() {
        Partition partition = walk.partition();
        while (!partition.done() && walk.mayStart()) {
            if (without > 0) {
                without--;
                writeWithoutTransaction(partition);
            } else {
                write(partition);
            }
            partition = walk.partition();
        }
    }

    private void write(Partition partition) {
        Retry retry = new Retry(coordinator::pause);
        conflicts = 0;
        while (true) {
            long startedAt = System.nanoTime();
            try {
                Uncommitted written = writeUncommitted(partition);
                commit();
                coordinator.committed(walk.index(), written.checkpoint(), written.batch(), written.result(), startedAt);
                grow(written.batch(), System.nanoTime() - startedAt);
                return;
            } catch (MongoException e) {
                abort();
                if (!once && (isConflict(e) || isUnsupported(e))) {
                    skipTransactions(e);
                    coordinator.ensureHeld(); // The conflict may be with a run that takes over.
                    writeWithoutTransaction(partition);
                    return;
                }
                retry = pauseOrThrow(e, retry);
            } catch (RuntimeException | Error e) {
                abort();
                throw e;
            }
        }
    }

    private Uncommitted writeUncommitted(Partition partition) {
        session.startTransaction(OPTIONS);
        Batch batch = walk.next(session, partition.at(), size.documents());
        BatchResult result = walk.writer().write(session, batch);
        if (walk.checksMatches()) {
            walk.checkMatches(session, batch.range());
        }
        return new Uncommitted(batch, result, coordinator.storeIn(session, walk.index(), batch, result));
    }

    /** Commits, again while the outcome is unknown. */
    private void commit() {
        Retry retry = new Retry(coordinator::pause);
        while (true) {
            try {
                session.commitTransaction();
                return;
            } catch (MongoException e) {
                if (!e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)) {
                    throw e;
                }
                pauseOrThrowUnknown(retry, e);
            }
        }
    }

    private static void pauseOrThrowUnknown(Retry retry, MongoException e) {
        try {
            retry.pauseOrThrow(e);
        } catch (MongoException last) {
            throw new MigopyException(
                    MigopyException.Kind.UNKNOWN,
                    "It is unknown whether the last batch was committed: " + e.getMessage(),
                    "Its checkpoint is in the same commit. To continue from there: %s execute"
                            .formatted(MigopyException.COMMAND),
                    last);
        }
    }

    private void abort() {
        if (session.hasActiveTransaction()) {
            session.abortTransaction();
        }
    }

    /** Waits before another try, or throws if there is to be none. */
    private Retry pauseOrThrow(MongoException e, Retry retry) {
        if (!isConflict(e)) {
            return walk.pauseOrThrow(e, retry);
        }
        conflicts++;
        quiet = 0;
        if (conflicts > MOST_CONFLICTS) {
            throw new MigopyException(
                    MigopyException.Kind.FAILED,
                    "Other writers change the same documents: a batch of %d had %d write conflicts"
                            .formatted(size.documents(), conflicts),
                    "When there are fewer writes, continue from the checkpoint: %s execute"
                            .formatted(MigopyException.COMMAND),
                    e);
        }
        size.halve();
        retry.pause();
        return retry;
    }

    private static boolean isConflict(MongoException e) {
        return e.getCode() == WRITE_CONFLICT;
    }

    private static boolean isUnsupported(MongoException e) {
        return UNSUPPORTED.contains(e.getCode());
    }

    private void grow(Batch batch, long nanos) {
        nextWithout = Math.max(1, nextWithout / 2);
        quiet++;
        if (batch.whole() && (!once || quiet >= QUIET)) {
            size.took(nanos);
            quiet = QUIET / 2;
        }
    }

    private void skipTransactions(MongoException e) {
        if (isUnsupported(e)) {
            without = Long.MAX_VALUE;
        } else {
            size.halve();
            without = nextWithout - 1;
            nextWithout = Math.min(2 * nextWithout, MOST_WITHOUT);
        }
    }

    private void writeWithoutTransaction(Partition partition) {
        Batch batch = walk.write(walk.read(partition.at(), size.documents()));
        if (walk.checksMatches()) {
            walk.checkMatches(batch.range(), batch.ids());
        }
    }
}
