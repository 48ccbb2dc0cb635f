package migopy.backfill;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * One worker's part of the collection, and how far it has come.
 *
 * @param at the first {@code _id} that is not done, or null: at the index's beginning
 * @param to the first {@code _id} behind the part, or null: at the index's end
 */
record Partition(BsonValue at, BsonValue to, boolean done) {
    /** This part after a batch that ended before {@code next}; null: at the part's end. */
    Partition after(BsonValue next) {
        return next == null || next.equals(to) ? new Partition(null, to, true) : new Partition(next, to, false);
    }

    BsonDocument toBson() {
        BsonDocument bson = new BsonDocument();
        if (at != null) {
            bson.append("at", at);
        }
        if (to != null) {
            bson.append("to", to);
        }
        return bson.append("done", BsonBoolean.valueOf(done));
    }

    static Partition of(BsonDocument bson) {
        return new Partition(
                bson.get("at"),
                bson.get("to"),
                bson.getBoolean("done", BsonBoolean.FALSE).getValue());
    }
}
