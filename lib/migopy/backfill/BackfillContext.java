package migopy.backfill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import migopy.console.Event;

/**
 * What a backfill is handed by the migration that it belongs to.
 *
 * @param client for sessions, and for questions about the whole server
 * @param database where the collection is; batches write with majority, whatever its write concern
 * @param migration the migration's name, for progress and messages
 * @param checkpoints where earlier calls of its backfills stopped
 * @param lease says before each batch whether the run may go on
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
    /** Two seconds: what a reader of secondaries is commonly expected to bear. */
    public static final Duration MAX_LAG = Duration.ofSeconds(2);

    public BackfillContext {
        Objects.requireNonNull(client);
        Objects.requireNonNull(database);
        Objects.requireNonNull(migration);
        Objects.requireNonNull(checkpoints);
        Objects.requireNonNull(lease);
        Objects.requireNonNull(events);
        Objects.requireNonNull(maxLag);
    }

    /** With {@link #MAX_LAG}. */
    public BackfillContext(
            MongoClient client,
            MongoDatabase database,
            String migration,
            Checkpoints checkpoints,
            LeaseCheck lease,
            Consumer<Event> events,
            boolean transactions,
            boolean embedded) {
        this(client, database, migration, checkpoints, lease, events, transactions, embedded, MAX_LAG);
    }

    /**
     * Tells a backfill, before each batch, whether it may go on. Called from several threads, one at a
     * time.
     */
    @FunctionalInterface
    public interface LeaseCheck {
        /**
         * Returns while the run still holds its lock.
         *
         * @throws migopy.MigopyException kind unknown, when the lock is gone
         * @throws StopRequested when the run was asked to end
         */
        void ensureHeld();
    }

    /** The run was asked to end: the backfill ended after its batch, and its checkpoint is kept. */
    public static final class StopRequested extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /**
         * @param reason who asked: {@code SIGTERM}
         */
        public StopRequested(String reason) {
            super(reason);
        }
    }
}
