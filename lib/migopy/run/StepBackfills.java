package migopy.run;

import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext;
import migopy.backfill.Control;
import migopy.backfill.Stopped;
import migopy.console.Event;
import migopy.journal.BackfillRecord;
import migopy.journal.Begin;
import migopy.journal.JournalEntry;
import migopy.mongo.Connection;
import migopy.mongo.Topology;

import org.bson.BsonDocument;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The backfills of one step: each is given its own checkpoint, in the order in which {@code up()}
 * makes them.
 */
final class StepBackfills {
    private final Operation operation;
    private final String name;
    private final Begin begin;
    private final BsonDocument checkpoints;
    private final BackfillRecord record;
    private final AtomicInteger made = new AtomicInteger();
    private volatile boolean underWay;

    /**
     * @param entry where an earlier attempt stopped, or null
     */
    StepBackfills(Operation operation, String name, Begin begin, JournalEntry entry) {
        this.operation = operation;
        this.name = name;
        this.begin = begin;
        boolean goesOn = begin.keepsCheckpoints() && entry != null && entry.checkpoints() != null;
        this.checkpoints = goesOn ? entry.checkpoints() : new BsonDocument();
        this.record =
                new BackfillRecord(
                        operation.connection().journalDatabase(),
                        operation.settings().migrationsCollection());
    }

    /** Whether one is between its first batch and its end. */
    boolean underWay() {
        return underWay;
    }

    /** The next backfill of this step. */
    Backfill of(String collection) {
        int ordinal = made.incrementAndGet();
        Connection connection = operation.connection();
        String key = Integer.toString(ordinal);
        return Backfill.of(
                new BackfillContext(
                        connection.client(),
                        connection.database(),
                        name,
                        checkpoints.isDocument(key) ? checkpoints.getDocument(key) : null,
                        (checkpoint, session) -> control(ordinal, checkpoint, session),
                        this::ensureHeld,
                        this::tell,
                        connection.supportsTransactions(),
                        connection.topology() == Topology.EMBEDDED),
                collection);
    }

    private Control control(
            int ordinal, BsonDocument checkpoint, com.mongodb.client.ClientSession session) {
        BackfillRecord inSession =
                session == null
                        ? record
                        : new BackfillRecord(
                                operation.connection().transactionDatabase(),
                                operation.settings().migrationsCollection());
        return switch (inSession.keep(begin.begun(), ordinal, checkpoint, session).orElse("")) {
            case "pause" -> Control.PAUSE;
            case "cancel" -> Control.CANCEL;
            default -> Control.GO;
        };
    }

    private void ensureHeld() {
        underWay = true;
        operation
                .watchdog()
                .stopped()
                .ifPresent(
                        stop -> {
                            throw new Stopped(
                                    stop instanceof Stop.Signalled signal
                                            ? signal.name()
                                            : "System.exit");
                        });
        operation.lease().ensureHeld();
    }

    private void tell(Event event) {
        if (event instanceof Event.ProgressEnded) {
            underWay = false;
        }
        operation.console().event(event);
    }
}
