package migopy.backfill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.function.Consumer;
import migopy.backfill.BatchWriter.FailureLocation;
import migopy.console.Event;

/**
 * What a backfill gets from the migration that it belongs to.
 *
 * @param client for sessions, and for commands to the whole server
 * @param database the collection's; batches are written with majority, whatever its write concern
 * @param migration the migration's name, for progress and messages
 * @param checkpoints where earlier attempts of its backfills stopped
 * @param lease called before each batch
 * @param events takes progress and notices; called from several threads, one at a time
 * @param transactions false on a standalone and on the embedded server, which have no transactions
 * @param embedded true on the embedded server, which has no sessions and no pipeline updates
 * @param maxLag the backfill waits while the slowest secondary is further behind than this
 */
public record BackfillContext(
        MongoClient client,
        MongoDatabase database,
        String migration,
        Checkpoints checkpoints,
        LeaseCheck lease,
        Consumer<Event> events,
        boolean transactions,
        boolean embedded,
        Duration maxLag) {
    /** Two seconds, which applications that read from secondaries commonly tolerate. */
    public static final Duration MAX_LAG = Duration.ofSeconds(2);

    /** Checks whether the run may start another batch. Called from several threads, one at a time. */
    @FunctionalInterface
    public interface LeaseCheck {
        /**
         * Returns while the run still holds its lock.
         *
         * @throws migopy.MigopyException kind unknown, when the lock is lost
         * @throws StopRequested when the run is to stop
         */
        void ensureHeld();
    }

    /** The run was asked to stop: the backfill ended after its batch, and its checkpoint is stored. */
    public static final class StopRequested extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /**
         * @param reason what asked for it: {@code SIGTERM}
         */
        public StopRequested(String reason) {
            super(reason);
        }
    }

    /**
     * Returns where a backfill failed: {@code at the document with _id 7, in the batch from the start to _id 100}; empty for
     * an exception of something else.
     */
    public static String locationOf(Throwable thrown) {
        return FailureLocation.of(thrown);
    }
}
