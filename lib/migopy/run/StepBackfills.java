package migopy.run;

import com.mongodb.client.ClientSession;
import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.backfill.Checkpoints;
import migopy.backfill.Checkpoints.Control;
import migopy.console.Event;
import migopy.journal.BackfillRecord;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Writes.Precondition;
import migopy.journal.Writes.Start;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import migopy.observe.Observation;
import migopy.run.Shutdown.Stop;
import org.bson.BsonDocument;

/** The backfills of one step, with the checkpoints of an earlier attempt. */
final class StepBackfills {
    private final LockedRun locked;
    private final String name;
    private final Precondition precondition;
    private final String collection;
    private final Checkpoints checkpoints;
    private volatile boolean running;

    /**
     * @param entry where an earlier attempt stopped, or null
     */
    StepBackfills(LockedRun locked, String name, Start start, JournalEntry entry) {
        this(
                locked,
                name,
                start.started(),
                start.source() == null ? "" : start.source().checksum(),
                start.keepsCheckpoints() && entry != null && entry.checkpoints() != null
                        ? entry.checkpoints()
                        : new BsonDocument(),
                locked.settings().migrationsCollection());
    }

    /**
     * @param precondition the record that they belong to
     * @param text the checksum of the text that runs
     * @param stored the checkpoints of an earlier attempt, by the backfill's ordinal
     * @param collection the record's
     */
    StepBackfills(
            LockedRun locked,
            String name,
            Precondition precondition,
            String text,
            BsonDocument stored,
            String collection) {
        this.locked = locked;
        this.name = name;
        this.precondition = precondition;
        this.checkpoints = new Checkpoints(name, text, stored, this::write);
        this.collection = collection;
    }

    /** Returns whether a backfill is running. */
    boolean running() {
        return running;
    }

    /** Returns a backfill of this step; the step fails if it is never run. */
    Backfill of(String collection, Observation observation) {
        Connection connection = locked.connection();
        return Backfill.of(
                new BackfillContext(
                        connection.client(),
                        connection.database(),
                        name,
                        checkpoints,
                        this::ensureHeld,
                        this::report,
                        connection.supportsTransactions(),
                        connection.topology() == Topology.EMBEDDED,
                        BackfillContext.MAX_LAG),
                collection,
                observation.madeBackfill(collection));
    }

    private Control write(int ordinal, BsonDocument checkpoint, ClientSession session) {
        Connection connection = locked.connection();
        BackfillRecord record = new BackfillRecord(
                session == null ? connection.journalDatabase() : connection.transactionDatabase(), collection);
        return switch (record.keep(precondition, ordinal, checkpoint, session).orElse("")) {
            case "pause" -> Control.PAUSE;
            case "cancel" -> Control.CANCEL;
            default -> Control.RUN;
        };
    }

    private void ensureHeld() {
        running = true;
        locked.shutdown().stopped().ifPresent(stop -> {
            throw new StopRequested(stop instanceof Stop.Signalled signal ? signal.name() : "System.exit");
        });
        locked.lease().ensureHeld();
    }

    private void report(Event event) {
        if (event instanceof Event.ProgressEnded) {
            running = false;
        }
        locked.console().event(event);
    }
}
