package migopy.journal;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;

import migopy.MigopyException;
import migopy.console.StepError;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The {@code migrations} collection.
 *
 * <p>Write and read concern are majority and reads go to the primary, whatever the user's URI says;
 * each call is limited to 10 s. All of that comes with the database that the constructor is given.
 */
public final class Journal {
    /**
     * How often the end of a step is tried, and how long between: past that, it is not known
     * (FAULTS, row 4).
     */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofSeconds(2));

    /** 10,000 entries of some 600 bytes in few round trips, and no more than a few MB at a time. */
    private static final int READ_BATCH = 5_000;

    // Up to 1 MB a document that no plan needs. Everything else: a document of another tool shows
    // by its own fields that it is not ours.
    private static final Bson FOR_PLANNING =
            Projections.exclude("source", "output", "attempts", "error.frames");

    /** Documents of other tools that have no more than what planning leaves out. */
    private static final Bson OF_ANOTHER_TOOL =
            Filters.and(
                    Filters.exists("state", false),
                    Filters.or(
                            Filters.exists("source"),
                            Filters.exists("output"),
                            Filters.exists("attempts")));

    private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);

    private final MongoCollection<BsonDocument> collection;

    public Journal(MongoDatabase database, String collection) {
        this.collection = database.getCollection(collection, BsonDocument.class);
    }

    /**
     * All entries in the order of their {@code _id}, without their sources, outputs and attempts.
     */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        try (MongoCursor<BsonDocument> cursor =
                collection.find().projection(FOR_PLANNING).batchSize(READ_BATCH).iterator()) {
            while (cursor.hasNext()) {
                entries.add(EntryReader.read(cursor.next()));
            }
        }
        for (Entry entry : entries) {
            if (entry instanceof JournalEntry known && known.bare()) {
                markThoseOfOtherTools(entries);
                break;
            }
        }
        return entries;
    }

    private void markThoseOfOtherTools(List<Entry> entries) {
        for (BsonDocument other :
                collection.find(OF_ANOTHER_TOOL).projection(Projections.include("name"))) {
            entries.replaceAll(
                    entry ->
                            entry instanceof JournalEntry known
                                            && known.key().equals(other.get("_id"))
                                    ? EntryReader.ofAnotherTool(other)
                                    : entry);
        }
    }

    /** The whole document, with source, output and attempts. */
    public Optional<BsonDocument> document(BsonValue key) {
        return Optional.ofNullable(collection.find(Filters.eq("_id", key)).first());
    }

    /**
     * The whole documents of all migrations, for {@code history}; without their sources and
     * outputs.
     */
    public List<BsonDocument> documents() {
        return collection
                .find()
                .projection(Projections.exclude("source", "output"))
                .into(new ArrayList<>());
    }

    /**
     * The server sessions of transactional steps and of backfills that some run has begun and not
     * ended.
     */
    public List<BsonDocument> sessionsUnderWay() {
        return OpenSessions.of(
                collection, Filters.in("state", State.RUNNING.word(), State.ROLLING_BACK.word()));
    }

    /**
     * Makes sure that a step that this run has started is still its own.
     *
     * @throws MigopyException unknown, if another run has taken over
     */
    public void ensureOurs(Begin begin) {
        if (!isOurs(begin)) {
            throw JournalErrors.overtaken(begin.expected().key());
        }
    }

    private boolean isOurs(Begin begin) {
        return isOurs(begin.expected().key(), begin.state(), begin.run(), begin.fence());
    }

    /**
     * Whether the transaction of a step was committed, whose record is then in this state. Read
     * linearizable: a commit of just now is seen, and stays.
     */
    public boolean isCommitted(Begin begin, State state) {
        Bson recorded = recorded(begin.expected().key(), state, begin.run(), begin.fence());
        return collection.withReadConcern(ReadConcern.LINEARIZABLE).find(recorded).first() != null;
    }

    /**
     * Makes every run that is still at work, or believes so, unable to write: whoever takes the
     * lock over does this first.
     */
    public void raiseFence(long token) {
        Bson underWay = Filters.in("state", State.RUNNING.word(), State.ROLLING_BACK.word());
        Bson understood =
                Filters.or(Filters.exists("fence", false), Filters.type("fence", "number"));
        collection.updateMany(Filters.and(underWay, understood), Updates.set("fence", token));
    }

    /**
     * Records that a step begins.
     *
     * @throws MigopyException unknown, if the document is no longer as the plan saw it
     */
    public void begin(Begin begin) {
        try {
            collection.updateOne(begin.expected().filter(), begin.update(), UPSERT);
        } catch (MongoWriteException e) {
            if (!isDuplicate(e)) {
                throw e;
            }
            // Somebody else's write, or our own first try whose answer was lost on the way.
            ensureOurs(begin);
        }
    }

    /**
     * Records how a step ended, and tries again where the server does not take it.
     *
     * @throws MigopyException unknown, if another run has taken over, or if no try got through
     */
    public void end(End end) {
        for (int i = 0; ; i++) {
            try {
                if (collection.updateOne(end.expected().filter(), end.update()).getMatchedCount()
                                == 0
                        && !isOurs(end)) {
                    throw JournalErrors.overtaken(end.expected().key());
                }
                return;
            } catch (MongoException e) {
                if (i == PAUSES.size()) {
                    throw JournalErrors.unrecorded(end, e);
                }
                LockSupport.parkNanos(PAUSES.get(i).toNanos());
            }
        }
    }

    /**
     * Records the end of a step inside the transaction of the migration itself: both are there, or
     * neither.
     *
     * @throws MigopyException unknown, if another run has taken over; the caller aborts the
     *     transaction
     */
    public void end(End end, ClientSession session) {
        if (collection.updateOne(session, end.expected().filter(), end.update()).getMatchedCount()
                == 0) {
            throw JournalErrors.overtaken(end.expected().key());
        }
    }

    /**
     * Records the end of one step and the begin of the next in one command, which waits for the
     * majority once.
     *
     * @return false, if that did not go through; {@link #end(End)} and {@link #begin} then find out
     *     what is true
     */
    public boolean endAndBegin(End end, Begin begin) {
        try {
            // Both as upserts: a stale fence is then a duplicate key and stops the command before
            // the second;
            // a plain update would match nothing, and the server would go on.
            collection.bulkWrite(
                    List.of(
                            new UpdateOneModel<>(end.expected().filter(), end.update(), UPSERT),
                            new UpdateOneModel<>(
                                    begin.expected().filter(), begin.update(), UPSERT)),
                    new BulkWriteOptions().ordered(true));
            return true;
        } catch (MongoException e) { // not only of the documents: the command as a whole may fail
            return false;
        }
    }

    /**
     * Registers migrations that were not run. Those that have changed since the plan are left as
     * they are.
     */
    public int ignore(List<Ignored> ignored) {
        if (ignored.isEmpty()) {
            return 0;
        }
        List<UpdateOneModel<BsonDocument>> writes = new ArrayList<>(ignored.size());
        for (Ignored one : ignored) {
            writes.add(new UpdateOneModel<>(one.expected().filter(), one.update(), UPSERT));
        }
        var result = collection.bulkWrite(writes, new BulkWriteOptions().ordered(true));
        return result.getMatchedCount() + result.getUpserts().size();
    }

    /**
     * Writes what a person has decided.
     *
     * @throws MigopyException unknown, if the document has changed since it was read
     */
    public void settle(Expected expected, Bson update) {
        if (collection.updateOne(expected.filter(), update).getMatchedCount() == 0) {
            throw JournalErrors.overtaken(expected.key());
        }
    }

    /**
     * Moves a record to another name. A kill in between leaves both; {@link JournalEntry#replaces}
     * recognizes that, and {@link #remove} finishes it.
     *
     * @throws MigopyException unknown, if one of the two has changed since it was read
     */
    public void rename(Renaming renaming) {
        BsonDocument old =
                document(renaming.from().key())
                        .orElseThrow(() -> JournalErrors.overtaken(renaming.from().key()));
        BsonDocument earlier = document(renaming.to().key()).orElse(null);
        try {
            collection.replaceOne(
                    renaming.to().filter(),
                    renaming.document(old, earlier),
                    new ReplaceOptions().upsert(true));
        } catch (MongoWriteException e) {
            throw isDuplicate(e) ? JournalErrors.overtaken(renaming.to().key()) : e;
        }
        remove(renaming.from());
    }

    /**
     * Removes a record of which another has everything.
     *
     * @throws MigopyException unknown, if it has changed since it was read
     */
    public void remove(Expected expected) {
        if (collection.deleteOne(expected.filter()).getDeletedCount() == 0
                && document(expected.key()).isPresent()) {
            throw JournalErrors.overtaken(expected.key());
        }
    }

    /** Notes on a step that is running why it was asked to end; it may stay so. */
    public void note(Expected expected, StepError error) {
        collection.updateOne(expected.filter(), Updates.set("error", Attempt.errorDocument(error)));
    }

    private boolean isOurs(End end) {
        return isOurs(
                end.expected().key(), end.state(), end.attempt().run(), end.expected().fence());
    }

    private boolean isOurs(BsonValue key, State state, String run, Long fence) {
        return collection.find(recorded(key, state, run, fence)).first() != null;
    }

    private static Bson recorded(BsonValue key, State state, String run, Long fence) {
        return Filters.and(
                Filters.eq("_id", key),
                Filters.eq("state", state.word()),
                Filters.eq("run", run),
                Filters.eq("fence", fence));
    }

    private static boolean isDuplicate(MongoWriteException e) {
        return e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY;
    }
}
