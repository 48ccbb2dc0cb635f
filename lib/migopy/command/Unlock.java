package migopy.command;

import com.mongodb.MongoException;
import java.time.Instant;
import java.util.Optional;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.lock.LockStore;
import migopy.lock.LockStore.Holder;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.run.Ledger;
import migopy.settings.Settings;
import org.bson.Document;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code unlock}. */
@Command(name = "unlock", description = "Removes a lock whose lease has expired.")
public final class Unlock implements Action {
    @Option(
            names = "--owner",
            paramLabel = "ID",
            description = "remove the lock of this owner even if its lease is still valid")
    private String owner;

    @Override
    public int run(Session session) throws Exception {
        session.console().answer(unlock(session.settings(), session.connection(), owner));
        return 0;
    }

    private static final UnlockAnswer NOTHING = new UnlockAnswer(false, null, null, null, null, null);

    /**
     * Removes the owner of a lock whose lease has run out, or the owner that is named. The lock's
     * token stays, so whoever was its owner can write nothing once the next one has taken over.
     *
     * @param owner whose lock to remove though its lease still runs; null for none
     * @throws MigopyException locked, if the lease still runs, or if another than {@code owner} has
     *     the lock
     */
    private static UnlockAnswer unlock(Settings settings, Connection connection, String owner) {
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

    /**
     * What became of the lock.
     *
     * @param removed whether there was one and it is gone now
     * @param owner the id of its owner, or null when nobody held it
     * @param run the run that held it, or null
     * @param host where that run was, or null
     * @param pid its process there, or null
     * @param expiresAt when its lease ran or would have run out, or null
     */
    public record UnlockAnswer(boolean removed, String owner, String run, String host, Long pid, Instant expiresAt)
            implements Answer {
        @Override
        public void words(Words out) {
            if (!removed) {
                out.line("Nobody holds the lock.");
                return;
            }
            String where = host == null ? "" : " on " + host + (pid == null ? "" : ", process " + pid);
            out.line("The lock of " + owner + where + " is removed; its lease ran until " + out.time(expiresAt) + ".");
        }

        @Override
        public Document json() {
            Document answer = new Document("removed", removed);
            Json.put(answer, "owner", owner);
            Json.put(answer, "run", run);
            Json.put(answer, "host", host);
            Json.put(answer, "pid", pid);
            return Json.put(answer, "expiresAt", expiresAt);
        }
    }
}
