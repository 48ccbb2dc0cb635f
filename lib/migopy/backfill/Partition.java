package migopy.backfill;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;

/**
 * One worker's part of the collection, and its position in it.
 *
 * @param at the first {@code _id} that is not done, or null: the index's beginning
 * @param to the first {@code _id} behind the partition, or null: the index's end
 */
record Partition(BsonValue at, BsonValue to, boolean done) {
    static final Partition WHOLE = new Partition(null, null, false);

    /** Enough for partitions whose sizes differ by about a fifth. */
    private static final int SAMPLES_EACH = 100;

    private static final Document BY_ID = new Document(Range.ID, 1);

    /** Divides the collection into partitions of about the same size; fewer if it is small. */
    static List<Partition> of(BatchReader reader, int wanted) {
        List<Partition> partitions = new ArrayList<>();
        BsonValue from = null;
        for (BsonValue to : wanted == 1 ? List.<BsonValue>of() : bounds(reader, wanted)) {
            partitions.add(new Partition(from, to, false));
            from = to;
        }
        partitions.add(new Partition(from, null, false));
        return partitions;
    }

    private static List<BsonValue> bounds(BatchReader reader, int wanted) {
        List<RawBsonDocument> sample = reader.collection()
                .aggregate(List.of(
                        new Document("$sample", new Document("size", wanted * SAMPLES_EACH)),
                        new Document("$project", BY_ID),
                        new Document("$sort", BY_ID)))
                .into(new ArrayList<>());
        List<BsonValue> bounds = new ArrayList<>();
        for (int part = 1; part < wanted && !sample.isEmpty(); part++) {
            int index = (int) ((long) part * sample.size() / wanted);
            BsonValue bound = reader.checked(sample.get(index).get(Range.ID));
            if (bounds.isEmpty() || !bounds.get(bounds.size() - 1).equals(bound)) {
                bounds.add(bound);
            }
        }
        return bounds;
    }

    /** This partition after a batch that ended before {@code next}; null: at the partition's end. */
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
