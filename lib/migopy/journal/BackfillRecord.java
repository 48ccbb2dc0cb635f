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
 * What backfills keep in the record that they belong to, and what other terminals ask of them
 * there.
 */
public final class BackfillRecord {
    private static final FindOneAndUpdateOptions CONTROL_AFTER = new FindOneAndUpdateOptions()
            .projection(Projections.include("control"))
            .returnDocument(ReturnDocument.AFTER);

    private final Records records;
    private final MongoCollection<BsonDocument> collection;

    /**
     * @param collection that of the journal, or of the fixes
     */
    public BackfillRecord(MongoDatabase database, String collection) {
        this.records = new Records(database, collection, "", "state");
        this.collection = records.collection();
    }

    /**
     * Keeps where a backfill stands, and tells what another terminal asks of it.
     *
     * @param step what the document has to look like
     * @param ordinal which backfill of its migration it is, from 1
     * @param session the transaction of the batch, or null
     * @return the word in {@code control}, or empty
     * @throws MigopyException unknown, if another run has taken over, or the record is gone
     */
    public Optional<String> keep(Precondition step, int ordinal, BsonDocument checkpoint, ClientSession session) {
        Bson set = Updates.set("checkpoints." + ordinal, checkpoint);
        BsonDocument after = session == null
                ? collection.findOneAndUpdate(step.filter(), set, CONTROL_AFTER)
                : collection.findOneAndUpdate(session, step.filter(), set, CONTROL_AFTER);
        if (after == null) {
            throw records.lost(step.key());
        }
        return after.isString("control")
                ? Optional.of(after.getString("control").getValue())
                : Optional.empty();
    }

    /**
     * Asks the run that is at work on a migration to pause, resume or cancel its backfill.
     *
     * @param word {@code pause}, {@code resume} or {@code cancel}
     * @return whether there is a run that says of itself that it is at work
     */
    public boolean control(String name, String word) {
        Bson running = Filters.and(Filters.eq("_id", name), Filters.eq("state", State.RUNNING.word()));
        return collection.updateOne(running, Updates.set("control", word)).getMatchedCount() > 0;
    }

    /**
     * Lets the backfills of a migration that is not running continue from their checkpoints,
     * whatever its text says now.
     *
     * @param seen the document as it was read
     * @return whether it is still like that
     */
    public boolean forgetDigests(Precondition seen, List<String> ordinals) {
        List<Bson> unset = ordinals.stream()
                .map(ordinal -> Updates.unset("checkpoints." + ordinal + ".digest"))
                .toList();
        return collection.updateOne(seen.filter(), Updates.combine(unset)).getMatchedCount() > 0;
    }
}
