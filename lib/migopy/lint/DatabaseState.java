package migopy.lint;

import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.client.AggregateIterable;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CountOptions;
import com.mongodb.client.model.Projections;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/**
 * What the database answers about its collections. It is only read, without a lock. Each question takes at most 10 s, and all
 * together 120 s.
 *
 * <p>Every method throws a {@link MongoExecutionTimeoutException} if that is not enough, and other exceptions of the driver.
 */
final class DatabaseState {
    private static final long QUESTION_MS = 10_000;
    private static final int MAX_TIME_EXPIRED = 50;
    private static final long ALL_MS = 120_000;

    private final MongoDatabase database;
    private final long endsAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ALL_MS);

    /** The indexes of the collections that were asked for. */
    private final Map<String, List<BsonDocument>> indexes = new HashMap<>();

    private final Map<String, Boolean> collections = new HashMap<>();

    DatabaseState(MongoDatabase database) {
        this.database = database;
    }

    /** Whether it exists and is neither a view nor a time series. */
    boolean isCollection(String name) {
        return collections.computeIfAbsent(name, one -> {
            BsonDocument listed = database.listCollections(BsonDocument.class)
                    .filter(new BsonDocument("name", new BsonString(one)))
                    .maxTime(limit(), TimeUnit.MILLISECONDS)
                    .first();
            return listed != null
                    && "collection".equals(listed.getString("type").getValue());
        });
    }

    /** Returns the indexes of a collection as {@code listIndexes} does, without that of {@code _id}. */
    List<BsonDocument> indexes(String collection) {
        return indexes.computeIfAbsent(collection, one -> {
            List<BsonDocument> found = collection(one)
                    .listIndexes(BsonDocument.class)
                    .maxTime(limit(), TimeUnit.MILLISECONDS)
                    .into(new ArrayList<>());
            found.removeIf(index -> index.getString("name").getValue().equals("_id_"));
            return found;
        });
    }

    /** Returns the number of documents from the collection's metadata. */
    long estimate(String collection) {
        limit();
        return collection(collection).estimatedDocumentCount();
    }

    /** Returns how many documents match, but at most this many. */
    int count(String collection, Bson filter, int most) {
        return (int) collection(collection)
                .countDocuments(filter, new CountOptions().limit(most).maxTime(limit(), TimeUnit.MILLISECONDS));
    }

    /** Returns the {@code _id}s of the first documents that match, as JSON. */
    List<String> ids(String collection, Bson filter, int most) {
        FindIterable<BsonDocument> found = collection(collection)
                .find(filter)
                .projection(Projections.include("_id"))
                .limit(most)
                .maxTime(limit(), TimeUnit.MILLISECONDS);
        return found.map(document -> json(document.get("_id"))).into(new ArrayList<>());
    }

    /** Returns the results of an aggregation, which writes nothing to the server's disk. */
    List<BsonDocument> aggregate(String collection, List<Bson> pipeline) {
        AggregateIterable<BsonDocument> found =
                collection(collection).aggregate(pipeline).allowDiskUse(false).maxTime(limit(), TimeUnit.MILLISECONDS);
        return found.into(new ArrayList<>());
    }

    /** Returns how often each index of a collection was used, as {@code $indexStats} reports it. */
    List<BsonDocument> indexStats(String collection) {
        return aggregate(collection, List.of(new BsonDocument("$indexStats", new BsonDocument())));
    }

    private MongoCollection<BsonDocument> collection(String name) {
        return database.getCollection(name, BsonDocument.class);
    }

    private long limit() {
        long left = TimeUnit.NANOSECONDS.toMillis(endsAt - System.nanoTime());
        if (left <= 0) {
            throw new MongoExecutionTimeoutException(
                    MAX_TIME_EXPIRED, "the questions before it took %d s".formatted(ALL_MS / 1000));
        }
        return Math.min(left, QUESTION_MS);
    }

    static String json(BsonValue value) {
        String json = new BsonDocument("v", value).toJson();
        return json.substring("{\"v\": ".length(), json.length() - 1);
    }
}
