package migopy.backfill;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Where a batch failed. It is attached to what was thrown, which stays what it is: the migration's
 * own exception, or the server's.
 */
final class FailedAt extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** In the details of a validator's error. */
    private static final String FAILING = "failingDocumentId";

    private FailedAt(String place) {
        super(place, null, false, false);
    }

    /** Notes the document whose function or write failed. */
    static <E extends RuntimeException> E document(E thrown, BsonValue id) {
        thrown.addSuppressed(new FailedAt("at the document with _id " + shown(id)));
        return thrown;
    }

    /**
     * Notes the document whose write failed first.
     *
     * @param ids of the documents that were written, in their order
     */
    static MongoBulkWriteException document(MongoBulkWriteException thrown, List<BsonValue> ids) {
        return thrown.getWriteErrors().isEmpty()
                ? thrown
                : document(thrown, ids.get(thrown.getWriteErrors().get(0).getIndex()));
    }

    /** Notes the batch, and the document where the server names it. */
    static RuntimeException batch(RuntimeException thrown, Range range) {
        if (thrown instanceof MongoWriteException write
                && write.getError().getDetails().containsKey(FAILING)) {
            document(thrown, write.getError().getDetails().get(FAILING));
        }
        String from = range.from() == null ? "the start" : "_id " + shown(range.from());
        String to = range.to() == null ? "the end" : "_id " + shown(range.to());
        thrown.addSuppressed(new FailedAt("in the batch from %s to %s".formatted(from, to)));
        return thrown;
    }

    /** All places that were noted, for a sentence; empty if there are none. */
    static String of(Throwable thrown) {
        return Stream.of(thrown.getSuppressed())
                .filter(FailedAt.class::isInstance)
                .map(Throwable::getMessage)
                .collect(Collectors.joining(", "));
    }

    private static String shown(BsonValue id) {
        String json = new BsonDocument("v", id).toJson();
        return json.substring("{\"v\": ".length(), json.length() - 1);
    }
}
