package migopy.run;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import migopy.MigopyException;
import migopy.console.Console;
import migopy.console.Event;
import migopy.journal.Actor;
import migopy.journal.Attempt;
import migopy.journal.Entry;
import migopy.lock.Lease;
import migopy.lock.LockStore;
import migopy.mongo.Connection;
import migopy.mongo.ServerOperations;
import migopy.mongo.ServerOperations.ServerOperation;
import migopy.run.RunContext.Hooks;
import migopy.settings.Settings;
import org.bson.BsonValue;

/**
 * A run that holds the lock, with what its parts share. Closing it releases the lock.
 *
 * @param operations of runs on the server
 * @param recovery of what an earlier run has left behind
 * @param builds the index builds of this run that were reported as left to the server
 */
public record LockedRun(
        RunContext context,
        Ledger ledger,
        Actor by,
        Lease lease,
        ServerOperations operations,
        Recovery recovery,
        Set<BsonValue> builds)
        implements AutoCloseable {

    /**
     * Takes the lock; a call of {@link #entries} or {@link #journalAlone} must follow.
     *
     * @param wait how long to wait for the lock; zero to not wait
     * @throws MigopyException locked, if another run still held it after {@code wait}; half restored, if a restore did not
     *     finish
     * @throws InterruptedException if this thread is interrupted while it waits
     */
    public static LockedRun open(RunContext context, Ledger ledger, Duration wait) throws InterruptedException {
        LockedRun locked = openForRestore(context, ledger, wait);
        if (locked.lease().restore() != null) {
            locked.close();
            throw RestoreRun.refusal(locked.lease().restore());
        }
        return locked;
    }

    /**
     * Returns an attempt that calls no code: a decision, made now.
     *
     * @param reason null if none was given
     */
    public Attempt decision(String direction, String outcome, String reason) {
        Instant now = lease.serverTime();
        return new Attempt(
                direction,
                outcome,
                runId(),
                now,
                now,
                null,
                by,
                null,
                reason == null ? null : new Attempt.Note("reason", reason));
    }

    /** Takes the lock of a database that may be half restored. */
    static LockedRun openForRestore(RunContext context, Ledger ledger, Duration wait) throws InterruptedException {
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
        Recovery recovery = new Recovery(operations, ledger, lease, context.console());
        return new LockedRun(context, ledger, by, lease, operations, recovery, new HashSet<>());
    }

    /** Returns the journal once no earlier run can write to it or to the fixes. */
    List<Entry> entries() {
        return recovery.fencedEntries();
    }

    /** The same for a command that does not need the fixes, and may not be authorized to read them. */
    public List<Entry> journalAlone() {
        return recovery.fencedJournal();
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

    public Shutdown shutdown() {
        return context.shutdown();
    }

    /** Reports the database, the run's id and the planned steps. */
    void tellStarted(List<String> planned) {
        console().event(new Event.RunStarted(settings().database(), connection().server(), runId()));
        console().event(new Event.Planned(planned));
    }

    /** Starts to keep the output of migrations. */
    OutputCapture captureOutput() {
        return OutputCapture.start(console(), settings().redactor());
    }

    /**
     * Ends this run's operations on the server, except index builds. Those are reported, and a failure too.
     *
     * @return whether an index build continues
     */
    boolean endOwnOperations() {
        boolean left = false;
        for (ServerOperation each : end(operations)) {
            left |= each.buildsIndexes();
            if (each.buildsIndexes() && builds.add(each.opid())) {
                console()
                        .notice("%s continues on the server, and the next attempt waits for it."
                                        .formatted(each.describe())
                                + " To stop it, in mongosh: "
                                + each.dropIndexes());
            }
        }
        return left;
    }

    /**
     * Does so again when the connection is closed: until then, a migration that ignores interrupts can start more
     * operations.
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
            console().notice("Its operations on the server may still be running: " + e.getMessage());
            return List.of();
        }
    }

    @Override
    public void close() {
        lease.close();
    }
}
