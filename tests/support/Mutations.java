package support;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.BsonValue;
import org.bson.types.Decimal128;

/** Random changes of documents: fields that are missing, added, or of any type. */
public final class Mutations {
    private final Random random;

    public Mutations(Random random) {
        this.random = random;
    }

    /**
     * Changes a document once.
     *
     * @param unique makes an {@code _id} that no other document has
     */
    public void mutate(BsonDocument one, int unique) {
        List<String> fields = new ArrayList<>(one.keySet());
        String field = fields.get(random.nextInt(fields.size()));
        if (field.equals("_id")) {
            one.put("_id", uniqueId(unique));
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> one.remove(field);
            case 1 -> one.put("x" + random.nextInt(100), value(2));
            case 2 -> {
                if (one.get(field) instanceof BsonDocument inner && !inner.isEmpty()) {
                    inner.put(inner.getFirstKey(), value(1));
                } else if (one.get(field) instanceof BsonArray inner) {
                    inner.add(value(1));
                } else {
                    one.put(field, value(2));
                }
            }
            default -> one.put(field, value(2));
        }
    }

    private BsonValue uniqueId(int unique) {
        return switch (random.nextInt(5)) {
            case 0 -> new BsonObjectId();
            case 1 -> new BsonInt32(unique);
            case 2 -> new BsonDocument("a", new BsonInt32(unique));
            case 3 -> new BsonString("\u0000\u001b[31m" + unique);
            default -> new BsonString(unique + "x".repeat(2_000));
        };
    }

    private BsonValue value(int depth) {
        return switch (random.nextInt(depth > 0 ? 20 : 18)) {
            case 0 -> BsonNull.VALUE;
            case 1 -> new BsonInt32(random.nextInt());
            case 2 -> new BsonInt64(random.nextLong());
            case 3 -> new BsonDouble(random.nextBoolean() ? Double.NaN : random.nextGaussian());
            case 4 -> new BsonString("");
            case 5 -> new BsonString("x".repeat(100_000));
            case 6 -> new BsonString("\u0000\u001b[2J\u202e\ud83d\ude00\r\n");
            case 7 -> BsonBoolean.valueOf(random.nextBoolean());
            case 8 -> new BsonDateTime(random.nextBoolean() ? random.nextLong() : 0);
            case 9 -> new BsonDateTime(random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE);
            case 10 -> new BsonMinKey();
            case 11 -> new BsonMaxKey();
            case 12 -> new BsonBinary(new byte[] {1, 2, 3});
            case 13 -> new BsonRegularExpression("(", "i");
            case 14 -> new BsonDecimal128(Decimal128.POSITIVE_INFINITY);
            case 15 -> new BsonTimestamp(random.nextLong());
            case 16 -> new BsonUndefined();
            case 17 -> new BsonString("rolled_back ".substring(0, 1 + random.nextInt(12)));
            case 18 -> new BsonArray(List.of(value(depth - 1), value(depth - 1)));
            default -> new BsonDocument("$type", value(depth - 1)).append("a.b", value(depth - 1));
        };
    }
}
