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
 * The document {@code {_id: "lock"}}: what is read and written of it, by the server's clock.
 *
 * <p>It stays after a release, without an owner; its token never falls.
 */
public final class LockStore {
    private static final Bson LOCK = Filters.eq("_id", "lock");

    private static final FindOneAndUpdateOptions AFTER =
            new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

    /** What one renewal may take: a third of its lease, within these bounds. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final String name;
    private final boolean serverClock;
    private final Supplier<MongoDatabase> reopened;
    private volatile MongoCollection<Document> collection;

    /**
     * A lock that is only looked at, released, or held for a short time.
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
     * @param serverClock false for the embedded server, which knows neither {@code $$NOW} nor
     *     pipelines in updates; there the time is this machine's, on which that server runs as well
     * @param reopened the same database by another client, for renewals that fail; or null
     */
    public LockStore(MongoDatabase database, String collection, boolean serverClock, Supplier<MongoDatabase> reopened) {
        this.name = collection;
        this.collection = database.getCollection(collection);
        this.serverClock = serverClock;
        this.reopened = reopened;
    }

    /** Goes on with another client, if there is a way to make one. */
    void reconnect() {
        if (reopened != null) {
            collection = reopened.get().getCollection(name);
        }
    }

    /**
     * Who is to own the lock.
     *
     * @param id unique to one run of one process
     */
    public record Owner(String id, String run, String host, long pid) {}

    /** Who holds the lock, or would if the lease had not run out; empty after a release. */
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
     * Takes the lock if nobody holds it or its lease has run out, by the server's clock.
     *
     * @return who holds it now; it is ours if that is {@code owner}
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
     * Prolongs the lease.
     *
     * @return when it runs out now, by the server's clock; empty if the lock has another owner
     */
    Optional<Instant> renew(Owner owner, long token, Duration lease) {
        Bson ours = Filters.and(LOCK, Filters.eq("owner", owner.id()), Filters.eq("token", token));
        long limit = Math.max(SHORTEST.toMillis(), lease.toMillis() / 3);
        MongoCollection<Document> limited =
                collection.withTimeout(Math.min(limit, LONGEST.toMillis()), TimeUnit.MILLISECONDS);
        Document after;
        if (serverClock) {
            Document later = new Document("$set", new Document("expiresAt", inOneLease(lease)));
            after = limited.findOneAndUpdate(ours, List.of(later), AFTER);
        } else {
            Date later = Date.from(Instant.now().plus(lease));
            after = limited.findOneAndUpdate(ours, Updates.set("expiresAt", later), AFTER);
        }
        return Optional.ofNullable(after).map(lock -> lock.getDate("expiresAt").toInstant());
    }

    /**
     * Raises the token of a lock that is held.
     *
     * @return whether it is still that owner's
     */
    boolean raise(Owner owner, long token, long higher) {
        Bson ours = Filters.and(LOCK, Filters.eq("owner", owner.id()), Filters.eq("token", token));
        return collection.findOneAndUpdate(ours, Updates.set("token", higher)) != null;
    }

    /** The token in the lock's document, held or released; empty if there is no such document. */
    OptionalLong token() {
        Document lock = collection.find(LOCK).first();
        return lock == null ? OptionalLong.empty() : OptionalLong.of(read(lock).token());
    }

    /** The collection's name with its database: {@code app.migrations_lock}. */
    String namespace() {
        return collection.getNamespace().getFullName();
    }

    /** Gives the lock back, if it is still that owner's; the token stays. */
    public boolean release(String owner, long token) {
        Bson ours = Filters.and(LOCK, Filters.eq("owner", owner), Filters.eq("token", token));
        Bson nobody = Updates.combine(
                Updates.unset("owner"),
                Updates.unset("run"),
                Updates.unset("host"),
                Updates.unset("pid"),
                Updates.unset("acquiredAt"),
                Updates.unset("expiresAt"));
        // The same kind of command as took it: another one would be loaded for this alone.
        return collection.findOneAndUpdate(ours, nobody) != null;
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
     * Who holds the lock, or held it last.
     *
     * @param owner the id of the owner; unique to one run of one process
     * @param token rises by one with each owner
     * @param live whether the lease had not run out yet when this was read, by the server's clock
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

        /**
         * The end of the lease as a person reads it: {@code 10:12:31}, with its date if that is far.
         */
        public String until() {
            return expiresAt == null ? "its end" : Wording.until(expiresAt, Instant.now(), ZoneId.systemDefault());
        }

        /** {@code run 7f3a91 on host, pid 4711}. */
        public String shown() {
            return "run %s on %s, pid %d".formatted(run, host, pid);
        }
    }
}
