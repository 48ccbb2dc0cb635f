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
     * Removes the owner of a lock whose lease has expired, or the named owner. The lock's token stays, so the former
     * owner cannot write any more once another has taken over.
     *
     * @param owner whose lock to remove though its lease still runs; or null
     * @throws MigopyException locked, if the lease has not expired, or if another than {@code owner} holds the lock
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
                    "The lock is not held by %s but by %s, %s".formatted(owner, holder.owner(), holder.shown()),
                    "To remove that lock: " + remove(holder));
        }
        if (owner == null && holder.live()) {
            throw MigopyException.locked(
                    "The lease of %s, %s, runs until %s".formatted(holder.owner(), holder.shown(), holder.until()),
                    "If that run has crashed: " + remove(holder));
        }
        if (!locks.release(holder.owner(), holder.token())) {
            throw MigopyException.locked(
                    "The lock's owner has just changed", "See its owner: " + MigopyException.COMMAND + " unlock");
        }
        return new UnlockAnswer(true, holder.owner(), holder.run(), holder.host(), holder.pid(), holder.expiresAt());
    }

    private static String remove(Holder holder) {
        return Wording.command("unlock", "--owner", holder.owner());
    }

    /**
     * The result of {@code unlock}.
     *
     * @param removed whether an owner was removed
     * @param owner the owner's ID, or null if the lock was not held
     * @param run the owner's run, or null
     * @param host the owner's host, or null
     * @param pid the owner's process ID, or null
     * @param expiresAt when its lease expires or expired, or null
     */
    public record UnlockAnswer(boolean removed, String owner, String run, String host, Long pid, Instant expiresAt)
            implements Answer {
        @Override
        public void words(Words out) {
            if (!removed) {
                out.line("The lock is not held.");
                return;
            }
            String where = host == null ? "" : " on " + host + (pid == null ? "" : ", process " + pid);
            out.line("The lock of " + owner + where + " was removed; its lease was valid until " + out.time(expiresAt)
                    + ".");
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
