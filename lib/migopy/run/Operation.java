package migopy.run;

import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import migopy.MigopyException;
import migopy.console.Console;
import migopy.console.Event;
import migopy.journal.Actor;
import migopy.journal.Entry;
import migopy.lock.Lease;
import migopy.lock.LockStore;
import migopy.mongo.Connection;
import migopy.mongo.ServerOperations;
import migopy.mongo.ServerOperations.ServerOperation;
import migopy.settings.Settings;
import org.bson.BsonValue;

/**
 * Work under the lock: what its parts share. Closing it gives the lock back.
 *
 * @param operations what runs in the server
 * @param takeover what a run before this one has left behind
 * @param builds the index builds of this run that were reported to go on without it
 */
public record Operation(
        RunContext context,
        Ledger ledger,
        Actor by,
        Lease lease,
        ServerOperations operations,
        Takeover takeover,
        Set<BsonValue> builds)
        implements AutoCloseable {

    /**
     * Takes the lock; {@link #entries} or {@link #journalAlone} has to follow.
     *
     * @param wait how long to wait for the lock; zero to not wait
     * @throws MigopyException locked, if another run held it to the end of {@code wait}; half
     *     restored, if a restore did not finish
     * @throws InterruptedException if this thread is interrupted while it waits
     */
    public static Operation open(RunContext context, Ledger ledger, Duration wait) throws InterruptedException {
        Operation operation = openForRestore(context, ledger, wait);
        if (operation.lease().restore() != null) {
            operation.close();
            throw HalfRestored.refusal(operation.lease().restore());
        }
        return operation;
    }

    /** Takes the lock of a database that may be half restored. */
    static Operation openForRestore(RunContext context, Ledger ledger, Duration wait) throws InterruptedException {
        Actor by = Actor.thisProcess();
        String owner = by.user() + "@" + by.host() + "/" + by.pid() + "/" + context.runId();
        Settings settings = context.settings();
        ServerOperations operations = new ServerOperations(context.connection());
        Lease lease = Lease.acquire(
                ledger.locks(),
                new LockStore.Owner(owner, context.runId(), by.host(), by.pid()),
                settings.lease(),
                wait,
                Clock.systemUTC(),
                context.console()::event);
        Takeover takeover = new Takeover(operations, ledger, lease, context.console());
        return new Operation(context, ledger, by, lease, operations, takeover, new HashSet<>());
    }

    /** The journal, when no earlier run can write into it or into the fixes any more. */
    List<Entry> entries() {
        return takeover.fencedEntries();
    }

    /** The same for what leaves the fixes alone, and may have no right to read them. */
    public List<Entry> journalAlone() {
        return takeover.fencedJournal();
    }

    Settings settings() {
        return context.settings();
    }

    Connection connection() {
        return context.connection();
    }

    public String runId() {
        return context.runId();
    }

    Console console() {
        return context.console();
    }

    Hooks hooks() {
        return context.hooks();
    }

    public Watchdog watchdog() {
        return context.watchdog();
    }

    /** Tells where the run works, and what is to be done. */
    void tellStarted(List<String> planned) {
        console().event(new Event.RunStarted(settings().database(), connection().server(), runId()));
        console().event(new Event.Planned(planned));
    }

    /** Starts to keep what a migration prints. */
    OutputCapture captureOutput() {
        return OutputCapture.start(console(), settings().redactor());
    }

    /**
     * Ends what this very run does in the server, except index builds; those, and where that fails,
     * are reported.
     *
     * @return whether an index build goes on
     */
    boolean endOwnOperations() {
        boolean left = false;
        for (ServerOperation each : end(operations)) {
            left |= each.buildsIndexes();
            if (each.buildsIndexes() && builds.add(each.opid())) {
                console()
                        .notice("%s goes on in the server, and the next attempt waits for it."
                                        .formatted(each.describe())
                                + " To stop it, in mongosh: "
                                + each.dropIndexes());
            }
        }
        return left;
    }

    /**
     * Does it again when the connection is closed: until then, one that is deaf can ask the server
     * for more.
     */
    void endOwnOperationsWhenClosed() {
        if (settings().embedded()) {
            return; // that server ends with its client
        }
        connection().afterClosing(() -> {
            try (Connection last = Connection.open(settings(), "end-" + runId())) {
                end(new ServerOperations(last));
            }
        });
    }

    private List<ServerOperation> end(ServerOperations inServer) {
        try {
            List<ServerOperation> found = inServer.ofRun(runId());
            inServer.kill(found);
            return found;
        } catch (MigopyException | IllegalStateException e) { // the client may be closed
            console().notice("Its operations in the server may go on: " + e.getMessage());
            return List.of();
        }
    }

    @Override
    public void close() {
        lease.close();
    }
}
