package migopy.command;

import com.mongodb.MongoException;
import java.util.Optional;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.lock.LockStore;
import migopy.lock.LockStore.Holder;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.run.Ledger;
import migopy.settings.Settings;

/** Takes the lock away from its owner. */
public final class UnlockWork {
    private static final UnlockAnswer NOTHING = new UnlockAnswer(false, null, null, null, null, null);

    private UnlockWork() {}

    /**
     * Removes the owner of a lock whose lease has run out, or the owner that is named. The lock's
     * token stays, so whoever was its owner can write nothing once the next one has taken over.
     *
     * @param owner whose lock to remove though its lease still runs; null for none
     * @throws MigopyException locked, if the lease still runs, or if another than {@code owner} has
     *     the lock
     */
    public static UnlockAnswer run(Settings settings, Connection connection, String owner) {
        Ledger ledger = Ledger.open(settings, connection);
        try {
            return remove(ledger.locks(), owner);
        } catch (MongoException e) {
            throw MongoErrors.translate(
                    e, "Unlocking %s.%s".formatted(settings.database(), settings.migrationsCollection()));
        }
    }

    private static UnlockAnswer remove(LockStore locks, String owner) {
        Optional<Holder> found = locks.holder();
        if (found.isEmpty()) {
            return NOTHING;
        }
        Holder holder = found.get();
        if (owner != null && !owner.equals(holder.owner())) {
            throw MigopyException.locked(
                    "The lock is not %s's: %s has it, %s".formatted(owner, holder.owner(), holder.shown()),
                    "To remove that one: " + remove(holder));
        }
        if (owner == null && holder.live()) {
            throw MigopyException.locked(
                    "The lease of %s, %s, runs until %s".formatted(holder.owner(), holder.shown(), holder.until()),
                    "If that run is dead: " + remove(holder));
        }
        if (!locks.release(holder.owner(), holder.token())) {
            throw MigopyException.locked(
                    "The lock has changed hands just now", "See who has it: " + MigopyException.COMMAND + " unlock");
        }
        return new UnlockAnswer(true, holder.owner(), holder.run(), holder.host(), holder.pid(), holder.expiresAt());
    }

    private static String remove(Holder holder) {
        return Wording.command("unlock", "--owner", holder.owner());
    }
}
