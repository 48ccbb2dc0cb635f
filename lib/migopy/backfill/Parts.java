package migopy.backfill;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;

/** Cuts a collection's {@code _id}s into parts for workers side by side. */
final class Parts {
    /** With so many, a part's size is within about a fifth of the others'. */
    private static final int SAMPLES_A_PART = 100;

    private static final Document BY_ID = new Document(Range.ID, 1);

    private Parts() {}

    /** Cuts the collection into parts of about the same size; fewer when it is small. */
    static List<Partition> of(BatchReader target, int wanted, boolean embedded) {
        List<BsonValue> bounds = wanted == 1 || embedded ? List.of() : bounds(target, wanted);
        List<Partition> parts = new ArrayList<>();
        BsonValue from = null;
        for (BsonValue to : bounds) {
            parts.add(new Partition(from, to, false));
            from = to;
        }
        parts.add(new Partition(from, null, false));
        return parts;
    }

    private static List<BsonValue> bounds(BatchReader target, int wanted) {
        int size = wanted * SAMPLES_A_PART;
        List<RawBsonDocument> sample = target.collection()
                .aggregate(List.of(
                        new Document("$sample", new Document("size", size)),
                        new Document("$project", BY_ID),
                        new Document("$sort", BY_ID)))
                .into(new ArrayList<>());
        List<BsonValue> bounds = new ArrayList<>();
        for (int part = 1; part < wanted && !sample.isEmpty(); part++) {
            int index = (int) ((long) part * sample.size() / wanted);
            BsonValue bound = target.checked(sample.get(index).get(Range.ID));
            if (bounds.isEmpty() || !bounds.get(bounds.size() - 1).equals(bound)) {
                bounds.add(bound);
            }
        }
        return bounds;
    }
}
