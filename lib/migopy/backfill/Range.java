package migopy.backfill;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;

/**
 * A range of the {@code _id} index.
 *
 * @param from the first {@code _id} in it, or null: the index's beginning
 * @param to the first {@code _id} behind it, or null: the index's end
 */
record Range(BsonValue from, BsonValue to) {
    static final String ID = "_id";

    /** Types that sort without values of other types among them, and have no NaN. */
    private static final Set<BsonType> PLAIN = EnumSet.of(
            BsonType.OBJECT_ID, BsonType.STRING, BsonType.INT32, BsonType.INT64, BsonType.DATE_TIME, BsonType.BINARY);

    /** Returns the filter of this range and of {@code where}, which may be null. */
    BsonDocument filter(BsonDocument where) {
        return and(bounds(), where == null ? new BsonDocument() : where);
    }

    private BsonDocument bounds() {
        if (from != null
                && to != null
                && from.getBsonType() == to.getBsonType()
                && PLAIN.contains(from.getBsonType())) {
            // The index alone answers this; $expr is evaluated again for each document.
            return new BsonDocument(ID, new BsonDocument("$gte", from).append("$lt", to));
        }
        return expression();
    }

    /**
     * Returns this range as an expression, which compares values of all types: a plain comparison
     * stops at values of another BSON type, and {@code _id} may have any type.
     */
    BsonDocument expression() {
        BsonArray both = new BsonArray();
        if (from != null) {
            both.add(comparison("$gte", from));
        }
        if (to != null) {
            both.add(comparison("$lt", to));
        }
        return both.isEmpty() ? new BsonDocument() : new BsonDocument("$expr", new BsonDocument("$and", both));
    }

    private static BsonDocument comparison(String operator, BsonValue value) {
        BsonDocument literal = new BsonDocument("$literal", value);
        return new BsonDocument(operator, new BsonArray(List.of(new BsonString("$" + ID), literal)));
    }

    static BsonDocument and(BsonDocument one, BsonDocument other) {
        if (one.isEmpty()) {
            return other;
        }
        return other.isEmpty() ? one : new BsonDocument("$and", new BsonArray(List.of(one, other)));
    }
}
