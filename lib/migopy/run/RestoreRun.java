package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import migopy.MigopyException;
import migopy.dump.Restore.RestoreLock;
import migopy.lock.Lease;
import migopy.lock.LockStore.Holder;
import migopy.lock.RestoreNotes.RestoreNote;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.settings.Settings;
import org.bson.BsonDocument;

/** A restore under the lock of the database that it restores. */
public final class RestoreRun implements RestoreLock {
    private final LockedRun locked;
    private final String database;

    private RestoreRun(LockedRun locked, String database) {
        this.locked = locked;
        this.database = database;
    }

    /**
     * Does the work under the database's lock.
     *
     * @param wait how long to wait for the lock; zero to not wait
     * @throws MigopyException locked, if another run holds the lock; of a signal's kind, if one arrived
     * before anything was restored; or what the work throws
     */
    public static <A> A run(RunContext context, String database, Duration wait, Function<RestoreLock, A> work) {
        try {
            Ledger ledger = Ledger.open(context.settings(), context.connection(), database);
            try (LockedRun locked = LockedRun.openForRestore(context, ledger, wait)) {
                locked.entries(); // fences what an earlier run left running
                return work.apply(new RestoreRun(locked, database));
            }
        } catch (InterruptedException | MongoInterruptedException e) {
            throw context.shutdown().endedEarly(e);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Restoring " + database);
        } catch (MigopyException e) {
            MigopyException.Kind kind = context.kindAfter(e.kind());
            throw kind == e.kind() ? e : new MigopyException(kind, e.getMessage(), e.hint(), e);
        }
    }

    @Override
    public Optional<Unfinished> unfinished() {
        RestoreNote note = locked.lease().restore();
        return Optional.ofNullable(note)
                .map(found -> new Unfinished(
                        found.run(),
                        found.folder(),
                        found.finishCommand(),
                        locked.ledger().restores().plan(found).orElse(null)));
    }

    @Override
    public void ensureHeld() {
        locked.lease().ensureHeld();
    }

    @Override
    public void endOperationsOf(String run) {
        locked.recovery().end(run, "An operation of the restore " + run);
    }

    @Override
    public void begin(String folder, String finishCommand, BsonDocument plan) {
        locked.lease().ensureHeld();
        RestoreNote note = new RestoreNote(locked.runId(), database, folder, finishCommand);
        if (!locked.ledger().restores().begin(locked.lease(), note, plan)) {
            throw lost(locked.lease());
        }
    }

    @Override
    public void filling(String collection) {
        if (collection.equals(locked.settings().migrationsCollection())) {
            locked.ledger().journal().markRestore(locked.runId());
        }
    }

    @Override
    public void end() {
        locked.ledger().journal().unmarkRestore();
        if (!locked.ledger().restores().end(locked.lease(), locked.runId())) {
            throw lost(locked.lease());
        }
    }

    private static MigopyException lost(Lease lease) {
        return MigopyException.unknown(
                "This restore lost its lock to another run (token %d)".formatted(lease.token()),
                "Check the state: " + MigopyException.COMMAND + " status");
    }

    /** Refuses if a restore has replaced some collections and not all; one read of the lock. */
    public static void refuseHalfRestored(Settings settings, Connection connection) {
        refuseHalfRestored(Ledger.open(settings, connection));
    }

    static void refuseHalfRestored(Ledger ledger) {
        RestoreNote note = ledger.restores().find().orElse(null);
        if (note == null) {
            return;
        }
        Holder holder = ledger.locks().holder().filter(Holder::live).orElse(null);
        if (holder == null || !holder.run().equals(note.run())) {
            throw refusal(note);
        }
        throw new MigopyException(
                MigopyException.Kind.HALF_RESTORED,
                "%s is being restored from %s by %s".formatted(note.database(), note.folder(), holder.shown()),
                "Wait until the restore finishes, then run the command again.",
                null);
    }

    static MigopyException refusal(RestoreNote note) {
        return new MigopyException(
                MigopyException.Kind.HALF_RESTORED,
                "%s is half restored: run %s started to restore %s and did not finish"
                        .formatted(note.database(), note.run(), note.folder()),
                "Finish it: %s %s".formatted(MigopyException.COMMAND, note.finishCommand()),
                null);
    }
}
