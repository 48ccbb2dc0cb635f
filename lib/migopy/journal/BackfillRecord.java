package migopy.journal;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import java.util.List;
import java.util.Optional;
import migopy.MigopyException;
import migopy.journal.Writes.Precondition;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;

/**
 * The part of a record that belongs to its backfills: their checkpoints, and the {@code control} field, by
 * which another terminal pauses, resumes or cancels them.
 */
public final class BackfillRecord {
    private static final FindOneAndUpdateOptions CONTROL_AFTER = new FindOneAndUpdateOptions()
            .projection(Projections.include("control"))
            .returnDocument(ReturnDocument.AFTER);

    private final Records records;
    private final MongoCollection<BsonDocument> collection;

    /**
     * @param collection the collection of the journal, or of the fixes
     */
    public BackfillRecord(MongoDatabase database, String collection) {
        this.records = new Records(database, collection, "", "state");
        this.collection = records.collection();
    }

    /**
     * Writes a backfill's checkpoint, and returns the request of another terminal.
     *
     * @param step the precondition of the document
     * @param ordinal the position of the backfill in its migration, from 1
     * @param session the transaction of the batch, or null
     * @return the word in {@code control}, or empty
     * @throws MigopyException unknown, if another run took over, or the record was deleted
     */
    public Optional<String> keep(Precondition step, int ordinal, BsonDocument checkpoint, ClientSession session) {
        Bson set = Updates.set("checkpoints." + ordinal, checkpoint);
        BsonDocument after = session == null
                ? collection.findOneAndUpdate(step.filter(), set, CONTROL_AFTER)
                : collection.findOneAndUpdate(session, step.filter(), set, CONTROL_AFTER);
        if (after == null) {
            throw records.lost(step);
        }
        return after.isString("control")
                ? Optional.of(after.getString("control").getValue())
                : Optional.empty();
    }

    /**
     * Asks the run of a migration to pause, resume or cancel its backfill.
     *
     * @param word {@code pause}, {@code resume} or {@code cancel}
     * @return whether the migration is recorded as running
     */
    public boolean control(String name, String word) {
        Bson running = Filters.and(Filters.eq("_id", name), Filters.eq("state", State.RUNNING.word()));
        return collection.updateOne(running, Updates.set("control", word)).getMatchedCount() > 0;
    }

    /**
     * Lets the backfills of a migration that is not running continue from their checkpoints, even if its
     * source was edited.
     *
     * @param seen the document as it was read
     * @return whether it has not changed since
     */
    public boolean forgetDigests(Precondition seen, List<String> ordinals) {
        List<Bson> unset = ordinals.stream()
                .map(ordinal -> Updates.unset("checkpoints." + ordinal + ".digest"))
                .toList();
        return collection.updateOne(seen.filter(), Updates.combine(unset)).getMatchedCount() > 0;
    }
}
