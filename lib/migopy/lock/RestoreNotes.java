package migopy.lock;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Updates;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * What a restore records beside the lock: a note in the lock's document, and a document {@code {_id:
 * "restore.RUN"}} with the plan of its swap, which may be large.
 */
public final class RestoreNotes {
    private static final Bson LOCK = Filters.eq("_id", "lock");
    private static final String PLAN = "restore.";

    private final MongoCollection<Document> locks;
    private final MongoCollection<BsonDocument> plans;

    /**
     * @param database the journal's database, with its read and write concern
     * @param collection {@code migrations_lock}
     */
    public RestoreNotes(MongoDatabase database, String collection) {
        this.locks = database.getCollection(collection);
        this.plans = database.getCollection(collection, BsonDocument.class);
    }

    /** Returns the note of an unfinished restore; empty if there is none. */
    public Optional<RestoreNote> find() {
        Document lock = locks.find(LOCK)
                .projection(Projections.include(RestoreNote.FIELD))
                .first();
        return Optional.ofNullable(RestoreNote.in(lock));
    }

    /**
     * Records that a restore starts to replace collections.
     *
     * @param plan what its swap will do
     * @return false if the lock has another owner by now, and nothing was recorded
     */
    public boolean begin(Lease lease, RestoreNote note, BsonDocument plan) {
        // The plan comes first, so that a note always has one.
        BsonDocument document = plan.clone();
        document.put("_id", new BsonString(PLAN + note.run()));
        plans.replaceOne(planOf(note), document, new ReplaceOptions().upsert(true));
        return update(lease, note.run(), Updates.set(RestoreNote.FIELD, note.document()));
    }

    /** Returns the plan of the note's swap. */
    public Optional<BsonDocument> plan(RestoreNote note) {
        return Optional.ofNullable(plans.find(planOf(note)).first());
    }

    private static Bson planOf(RestoreNote note) {
        return Filters.eq("_id", PLAN + note.run());
    }

    /**
     * Removes the note and every plan.
     *
     * @param run the run that holds the lease
     * @return false if the lock has another owner by now, and nothing was removed
     */
    public boolean end(Lease lease, String run) {
        boolean ours = update(lease, run, Updates.unset(RestoreNote.FIELD));
        if (ours) {
            plans.deleteMany(Filters.regex("_id", "^restore\\."));
        }
        return ours;
    }

    private boolean update(Lease lease, String run, Bson change) {
        // The token is the fence: a restore that lost its lock writes nothing.
        Bson ours = Filters.and(LOCK, Filters.eq("run", run), Filters.eq("token", lease.token()));
        return locks.updateOne(ours, change).getMatchedCount() == 1;
    }

    /**
     * A restore that has started to replace collections and has not finished: the field {@code restore}
     * of the lock's document, which no restore touches and which every acquisition of the lock returns.
     *
     * @param run the restore's run
     * @param database the database that it restores
     * @param folder where its dump is
     * @param finishCommand the arguments of the command that finishes it
     */
    public record RestoreNote(String run, String database, String folder, String finishCommand) {
        static final String FIELD = "restore";

        static RestoreNote in(Document lock) {
            return lock != null && lock.get(FIELD) instanceof Document note
                    ? new RestoreNote(
                            text(note, "run"), text(note, "database"), text(note, "folder"), text(note, "wayOn"))
                    : null;
        }

        Document document() {
            return new Document("run", run)
                    .append("database", database)
                    .append("folder", folder)
                    .append("wayOn", finishCommand);
        }

        private static String text(Document note, String field) {
            return note.get(field) instanceof String text ? text : "";
        }
    }
}
