package mongo.backfill;

import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScript;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;

/** A collection with {@code _id}s of every type that a server accepts. */
final class MixedIds {
    private static final int OF_EACH = 20;

    private MixedIds() {}

    static int count() {
        return ids().size();
    }

    static void insert(MongoDatabase database, String collection) {
        List<BsonValue> ids = ids();
        Collections.shuffle(ids, new Random(1));
        database.getCollection(collection, BsonDocument.class)
                .insertMany(ids.stream()
                        .map(id -> new BsonDocument("_id", id).append("n", new BsonInt32(0)))
                        .toList());
    }

    private static List<BsonValue> ids() {
        List<BsonValue> ids = new ArrayList<>();
        ids.add(new BsonMinKey());
        ids.add(new BsonMaxKey());
        ids.add(BsonNull.VALUE);
        ids.add(BsonBoolean.TRUE);
        ids.add(BsonBoolean.FALSE);
        ids.add(new BsonDouble(Double.NaN));
        ids.add(new BsonDouble(Double.POSITIVE_INFINITY));
        ids.add(new BsonDouble(Double.NEGATIVE_INFINITY));
        ids.add(new BsonDecimal128(Decimal128.parse("1E+6000")));
        ids.add(new BsonString(""));
        ids.add(new BsonString("$email"));
        ids.add(new BsonString("$$ROOT"));
        ids.add(new BsonSymbol("symbol"));
        ids.add(new BsonDocument());
        ids.add(new BsonJavaScript("f"));
        ids.add(new BsonJavaScriptWithScope("f", new BsonDocument()));
        ids.add(new BsonTimestamp(1, 1));
        for (int i = 0; i < OF_EACH; i++) {
            ids.add(new BsonInt32(i * 3));
            ids.add(new BsonInt64(i * 3L + 1));
            ids.add(new BsonDouble(i + 0.5));
            ids.add(new BsonDecimal128(new Decimal128(-1L - i)));
            ids.add(new BsonString("s" + i));
            ids.add(new BsonObjectId(new ObjectId(i, 7)));
            ids.add(new BsonDateTime(i - 10L));
            ids.add(new BsonBinary(new UUID(i, i)));
            ids.add(new BsonBinary(new byte[i]));
            ids.add(new BsonDocument("k", new BsonInt32(i)));
            ids.add(new BsonDocument("k", new BsonString("" + i)));
        }
        return ids;
    }
}
