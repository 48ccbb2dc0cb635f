package migopy.lock;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import migopy.console.Wording;
import migopy.lock.RestoreNotes.RestoreNote;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Reads and writes the lock's document, {@code {_id: "lock"}}. All times are the server's.
 *
 * <p>A release removes the owner and keeps the document. The token never decreases.
 */
public final class LockStore {
    private static final Bson LOCK = Filters.eq("_id", "lock");

    private static final FindOneAndUpdateOptions AFTER =
            new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

    /** The bounds of a renewal's time limit, which is a third of the lease. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final String name;
    private final boolean serverClock;
    private final Supplier<MongoDatabase> reopened;
    private volatile MongoCollection<Document> collection;

    /**
     * A lock that is only read or released, or held for a short time.
     *
     * @param database the journal's database, with its read and write concern
     * @param collection {@code migrations_lock}
     */
    public LockStore(MongoDatabase database, String collection, boolean serverClock) {
        this(database, collection, serverClock, null);
    }

    /**
     * @param database the journal's database, with its read and write concern
     * @param collection {@code migrations_lock}
     * @param serverClock false for the embedded server, which supports neither {@code $$NOW} nor pipeline
     *     updates. It runs on this machine, so this machine's clock is used
     * @param reopened returns the same database of a new client, for when renewals fail; or null
     */
    public LockStore(MongoDatabase database, String collection, boolean serverClock, Supplier<MongoDatabase> reopened) {
        this.name = collection;
        this.collection = database.getCollection(collection);
        this.serverClock = serverClock;
        this.reopened = reopened;
    }

    /** Continues with a new client, if one can be made. */
    void reconnect() {
        if (reopened != null) {
            collection = reopened.get().getCollection(name);
        }
    }

    /**
     * A future owner of the lock.
     *
     * @param id unique to one run of one process
     */
    public record Owner(String id, String run, String host, long pid) {}

    /** Returns the last owner, whose lease may have expired; empty after a release. */
    public Optional<Holder> holder() {
        Document lock;
        if (serverClock) {
            Document now = new Document("$set", new Document("now", "$$NOW"));
            lock = collection.aggregate(List.of(Aggregates.match(LOCK), now)).first();
        } else {
            lock = collection.find(LOCK).first();
            if (lock != null) {
                lock.append("now", new Date());
            }
        }
        return lock == null || lock.get("owner") == null ? Optional.empty() : Optional.of(read(lock));
    }

    /**
     * Acquires the lock if it has no owner or its lease has expired.
     *
     * @return the owner now, which is {@code owner} if it was acquired
     */
    Holder acquire(Owner owner, Duration lease) {
        Document after = serverClock
                ? collection.findOneAndUpdate(
                        LOCK,
                        acquisition(owner, lease),
                        new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER))
                : acquirePlainly(owner, lease);
        return read(after);
    }

    private static List<Bson> acquisition(Owner owner, Duration lease) {
        // The server decides in one step whether the lock is free; $expr would not be allowed in an
        // upsert's filter.
        Document noOwner = new Document("$eq", List.of(ifNull("$owner", ""), ""));
        Document ranOut = new Document("$lte", List.of("$expiresAt", "$$NOW"));
        Document free = new Document("$or", List.of(noOwner, ranOut));
        Document taken = new Document("owner", whenFree(literal(owner.id()), "$owner"))
                .append("run", whenFree(literal(owner.run()), "$run"))
                .append("host", whenFree(literal(owner.host()), "$host"))
                .append("pid", whenFree(literal(owner.pid()), "$pid"))
                .append("token", whenFree(next(), "$token"))
                .append("acquiredAt", whenFree("$$NOW", "$acquiredAt"))
                .append("expiresAt", whenFree(inOneLease(lease), "$expiresAt"));
        return List.of(
                new Document("$set", new Document("free", free)),
                new Document("$set", taken),
                new Document("$unset", "free"));
    }

    private static Document next() {
        return new Document("$add", List.of(ifNull("$token", 0L), 1L));
    }

    private static Document inOneLease(Duration lease) {
        return new Document("$add", List.of("$$NOW", lease.toMillis()));
    }

    private static Document whenFree(Object then, Object otherwise) {
        return new Document("$cond", List.of("$free", then, otherwise));
    }

    private static Document ifNull(Object value, Object otherwise) {
        return new Document("$ifNull", List.of(value, otherwise));
    }

    private static Document literal(Object value) {
        return new Document("$literal", value);
    }

    private Document acquirePlainly(Owner owner, Duration lease) {
        Date now = new Date();
        Bson free =
                Filters.or(Filters.exists("owner", false), Filters.eq("owner", null), Filters.lte("expiresAt", now));
        Bson taken = Updates.combine(
                Updates.set("owner", owner.id()),
                Updates.set("run", owner.run()),
                Updates.set("host", owner.host()),
                Updates.set("pid", owner.pid()),
                Updates.set("acquiredAt", now),
                Updates.set("expiresAt", Date.from(now.toInstant().plus(lease))),
                Updates.inc("token", 1L));
        if (collection.find(LOCK).first() == null) {
            collection.insertOne(new Document("_id", "lock").append("token", 0L));
        }
        Document after = collection.findOneAndUpdate(Filters.and(LOCK, free), taken, AFTER);
        return (after == null ? collection.find(LOCK).first() : after).append("now", now);
    }

    /**
     * Renews the lease.
     *
     * @return when it expires now; empty if the lock has another owner
     */
    Optional<Instant> renew(Owner owner, long token, Duration lease) {
        long limit = Math.max(SHORTEST.toMillis(), lease.toMillis() / 3);
        MongoCollection<Document> limited =
                collection.withTimeout(Math.min(limit, LONGEST.toMillis()), TimeUnit.MILLISECONDS);
        Document after;
        if (serverClock) {
            Document later = new Document("$set", new Document("expiresAt", inOneLease(lease)));
            after = limited.findOneAndUpdate(ownedBy(owner.id(), token), List.of(later), AFTER);
        } else {
            Date later = Date.from(Instant.now().plus(lease));
            after = limited.findOneAndUpdate(ownedBy(owner.id(), token), Updates.set("expiresAt", later), AFTER);
        }
        return Optional.ofNullable(after).map(lock -> lock.getDate("expiresAt").toInstant());
    }

    /**
     * Raises the token of a lock.
     *
     * @return whether the lock still has that owner
     */
    boolean raise(Owner owner, long token, long higher) {
        return collection.findOneAndUpdate(ownedBy(owner.id(), token), Updates.set("token", higher)) != null;
    }

    /** Returns the token, whether the lock is held or not; empty if the document does not exist. */
    OptionalLong token() {
        Document lock = collection.find(LOCK).first();
        return lock == null ? OptionalLong.empty() : OptionalLong.of(read(lock).token());
    }

    /** The collection's name with its database: {@code app.migrations_lock}. */
    String namespace() {
        return collection.getNamespace().getFullName();
    }

    /** Releases the lock, if it still has that owner. The token stays. */
    public boolean release(String owner, long token) {
        Bson released = Updates.combine(
                Updates.unset("owner"),
                Updates.unset("run"),
                Updates.unset("host"),
                Updates.unset("pid"),
                Updates.unset("acquiredAt"),
                Updates.unset("expiresAt"));
        // The same kind of command as for acquiring: another one would have to load its classes.
        return collection.findOneAndUpdate(ownedBy(owner, token), released) != null;
    }

    private static Bson ownedBy(String owner, long token) {
        return Filters.and(LOCK, Filters.eq("owner", owner), Filters.eq("token", token));
    }

    private Holder read(Document lock) {
        Instant expiresAt = time(lock, "expiresAt");
        Instant now = lock.get("now") instanceof Date date ? date.toInstant() : null;
        return new Holder(
                text(lock, "owner"),
                text(lock, "run"),
                text(lock, "host"),
                lock.get("pid") instanceof Number pid ? pid.longValue() : 0,
                lock.get("token") instanceof Number token ? token.longValue() : 0,
                time(lock, "acquiredAt"),
                expiresAt,
                now != null && expiresAt != null && expiresAt.isAfter(now),
                RestoreNote.in(lock));
    }

    private static String text(Document lock, String field) {
        return lock.get(field) instanceof String text ? text : "unknown";
    }

    private static Instant time(Document lock, String field) {
        return lock.get(field) instanceof Date date ? date.toInstant() : null;
    }

    /**
     * The owner of the lock, or the last one.
     *
     * @param owner the id of the owner; unique to one run of one process
     * @param token increases by one with each owner
     * @param live whether the lease had not expired when this was read
     * @param restore the note of an unfinished restore; null if there is none
     */
    public record Holder(
            String owner,
            String run,
            String host,
            long pid,
            long token,
            Instant acquiredAt,
            Instant expiresAt,
            boolean live,
            RestoreNote restore) {

        /** The end of the lease for a message: {@code 10:12:31}, with the date if it is not near. */
        public String until() {
            return expiresAt == null ? "it expires" : Wording.until(expiresAt, Instant.now(), ZoneId.systemDefault());
        }

        /** {@code run 7f3a91 on host, pid 4711}. */
        public String shown() {
            return "run %s on %s, pid %d".formatted(run, host, pid);
        }
    }
}
