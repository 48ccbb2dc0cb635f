package migopy.backfill;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/**
 * A batch, before it is written.
 *
 * @param visited how many documents lie in the range, whether they match or not
 * @param documents those that match, where the change is made in the client; their {@code _id}s
 *     alone, where it is of interest which ones they are; else empty
 * @param nanos how long it took to find
 * @param whole whether it has as many documents as were asked for, and not fewer for want of them
 */
record Stretch(Range range, long visited, List<RawBsonDocument> documents, long nanos, boolean whole) {
    /** The {@code _id}s of the documents. */
    Set<BsonValue> ids() {
        return documents.stream().map(one -> one.get(Range.ID)).collect(Collectors.toSet());
    }
}
