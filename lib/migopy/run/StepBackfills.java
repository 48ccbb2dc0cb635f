package migopy.run;

import com.mongodb.client.ClientSession;

import migopy.MigopyException;
import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext;
import migopy.backfill.Control;
import migopy.backfill.Stopped;
import migopy.console.Event;
import migopy.journal.BackfillRecord;
import migopy.journal.Begin;
import migopy.journal.Expected;
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
    /** Their checkpoints, some 200 bytes each when they are done, lie in one document. */
    private static final int MOST = 10_000;

    private final Operation operation;
    private final String name;
    private final Expected begun;
    private final String collection;
    private final BsonDocument checkpoints;
    private final AtomicInteger made = new AtomicInteger();
    private volatile boolean underWay;

    /**
     * @param entry where an earlier attempt stopped, or null
     */
    StepBackfills(Operation operation, String name, Begin begin, JournalEntry entry) {
        this(
                operation,
                name,
                begin.begun(),
                begin.keepsCheckpoints() && entry != null && entry.checkpoints() != null
                        ? entry.checkpoints()
                        : new BsonDocument(),
                operation.settings().migrationsCollection());
    }

    /**
     * @param begun the record that they belong to
     * @param checkpoints where an earlier attempt stopped, by the backfill's ordinal
     * @param collection that of the record
     */
    StepBackfills(
            Operation operation,
            String name,
            Expected begun,
            BsonDocument checkpoints,
            String collection) {
        this.operation = operation;
        this.name = name;
        this.begun = begun;
        this.checkpoints = checkpoints;
        this.collection = collection;
    }

    /** Whether one is between its first batch and its end. */
    boolean underWay() {
        return underWay;
    }

    /** The next backfill of this step. */
    Backfill of(String collection) {
        int ordinal = made.incrementAndGet();
        if (ordinal > MOST) {
            throw MigopyException.failed(
                    "%s makes more than %,d backfills".formatted(name, MOST),
                    "Divide them among several migrations");
        }
        Connection connection = operation.connection();
        String key = Integer.toString(ordinal);
        var record = new BackfillRecord(connection.journalDatabase(), this.collection);
        return Backfill.of(
                new BackfillContext(
                        connection.client(),
                        connection.database(),
                        name,
                        checkpoints.isDocument(key) ? checkpoints.getDocument(key) : null,
                        (checkpoint, session) -> control(record, ordinal, checkpoint, session),
                        this::ensureHeld,
                        this::tell,
                        connection.supportsTransactions(),
                        connection.topology() == Topology.EMBEDDED),
                collection);
    }

    private Control control(
            BackfillRecord record, int ordinal, BsonDocument checkpoint, ClientSession session) {
        BackfillRecord inSession =
                session == null
                        ? record
                        : new BackfillRecord(
                                operation.connection().transactionDatabase(), collection);
        return switch (inSession.keep(begun, ordinal, checkpoint, session).orElse("")) {
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
