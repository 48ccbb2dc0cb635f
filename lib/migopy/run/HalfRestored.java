package migopy.run;

import migopy.MigopyException;
import migopy.lock.LockStore.Holder;
import migopy.lock.RestoreNote;
import migopy.mongo.Connection;
import migopy.settings.Settings;

/** The refusal of every command while a restore has replaced some collections and not all. */
public final class HalfRestored {
    private HalfRestored() {}

    /** Refuses if the database is half restored; one read of the lock. */
    public static void refuse(Settings settings, Connection connection) {
        refuse(Ledger.open(settings, connection));
    }

    static void refuse(Ledger ledger) {
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
                "Finish it: %s %s".formatted(MigopyException.COMMAND, note.wayOn()),
                null);
    }
}
