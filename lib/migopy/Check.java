package migopy;

import static migopy.Migration.db;

import com.mongodb.client.model.CountOptions;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Conditions for {@code verify()} and {@code before()} of a migration, on the collections of {@link Migration#db}: each
 * call throws an {@code IllegalStateException} with what it found if its condition does not hold.
 */
public final class Check {
    /** Up to here, documents are counted. */
    private static final int COUNTED = 10_000;

    private Check() {}

    /** Requires that no document of a collection matches. */
    public static void none(String collection, Bson filter) {
        BsonDocument first = db().getCollection(collection, BsonDocument.class)
                .find(filter)
                .projection(new Document("_id", 1))
                .first();
        if (first == null) {
            return;
        }
        long count = db().getCollection(collection).countDocuments(filter, new CountOptions().limit(COUNTED));
        BsonValue id = first.get("_id");
        throw failed("%s has %s %s, for example _id %s"
                .formatted(collection, matching(count), filter.toBsonDocument(), json(id)));
    }

    /** Requires that at least one document of a collection matches. */
    public static void some(String collection, Bson filter) {
        if (db().getCollection(collection).find(filter).first() == null) {
            throw failed("%s has no document that matches %s".formatted(collection, filter.toBsonDocument()));
        }
    }

    /** Requires that a collection has this number of documents. */
    public static void count(String collection, long expected) {
        count(collection, new Document(), expected);
    }

    /** Requires that this number of documents of a collection match. */
    public static void count(String collection, Bson filter, long expected) {
        long count = db().getCollection(collection).countDocuments(filter);
        if (count != expected) {
            throw failed("%s has %d such documents instead of %d".formatted(collection, count, expected));
        }
    }

    /**
     * Requires an index with exactly these keys, in this order. The server does not list indexes in a transaction.
     *
     * @param keys as for {@code createIndex}: {@code Indexes.ascending("email")}
     * @return requires more of the index
     */
    public static IndexCheck index(String collection, Bson keys) {
        String wanted = shown(keys.toBsonDocument());
        List<String> found = new ArrayList<>();
        for (BsonDocument index : db().getCollection(collection).listIndexes(BsonDocument.class)) {
            String key = shown(index.getDocument("key"));
            if (key.equals(wanted)) {
                return new IndexCheck(collection, index);
            }
            found.add(key);
        }
        throw failed("%s has no index %s, only %s".formatted(collection, wanted, String.join(", ", found)));
    }

    /** Requires anything: {@code Check.that(total == 0, "the balances add up to " + total)}. */
    public static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw failed(otherwise);
        }
    }

    /** Requires more of an index that exists. */
    public static final class IndexCheck {
        private final String collection;
        private final BsonDocument index;

        private IndexCheck(String collection, BsonDocument index) {
            this.collection = collection;
            this.index = index;
        }

        /** Requires that it is unique. */
        public IndexCheck unique() {
            return has("unique", true);
        }

        /**
         * Requires an option as {@code listIndexes} shows it: {@code has("expireAfterSeconds", 3600)}.
         *
         * @param value numbers of any type are equal if their values are
         */
        public IndexCheck has(String option, Object value) {
            BsonValue actual = index.get(option);
            BsonValue expected = new Document("", value).toBsonDocument().get("");
            boolean equal = actual != null && actual.isNumber() && expected.isNumber()
                    ? actual.asNumber().doubleValue() == expected.asNumber().doubleValue()
                    : expected.equals(actual);
            if (!equal) {
                throw failed("the index %s of %s has %s"
                        .formatted(
                                shown(index.getDocument("key")),
                                collection,
                                actual == null ? "no option " + option : option + " " + json(actual)));
            }
            return this;
        }
    }

    private static String matching(long count) {
        return switch ((int) count) {
            case 1 -> "1 document that matches";
            case COUNTED -> "at least %d documents that match".formatted(count);
            default -> count + " documents that match";
        };
    }

    /** Returns the keys as text, in which 1 and 1.0 are the same. */
    private static String shown(BsonDocument keys) {
        List<String> all = new ArrayList<>();
        keys.forEach((name, value) -> all.add(
                name + ": " + (value.isNumber() ? Long.toString(value.asNumber().longValue()) : json(value))));
        return "{" + String.join(", ", all) + "}";
    }

    private static String json(BsonValue value) {
        String document = new BsonDocument("v", value).toJson();
        return document.substring(document.indexOf(':') + 1, document.length() - 1)
                .strip();
    }

    private static IllegalStateException failed(String message) {
        return new IllegalStateException(message);
    }
}
