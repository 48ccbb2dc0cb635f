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
record Segment(BsonValue at, BsonValue to, boolean done) {
    /** This part after a batch that ended before {@code next}; null: at the part's end. */
    Segment after(BsonValue next) {
        return next == null || next.equals(to) ? new Segment(null, to, true) : new Segment(next, to, false);
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

    static Segment of(BsonDocument bson) {
        return new Segment(
                bson.get("at"),
                bson.get("to"),
                bson.getBoolean("done", BsonBoolean.FALSE).getValue());
    }
}
