package migopy.adopt;

import java.time.Instant;
import migopy.journal.EntryReader;
import migopy.journal.EntryReader.Misfit;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;

/**
 * A document of another tool's journal. Its numbers may be of any BSON type, since drivers differ; a field that cannot be
 * understood is never skipped silently.
 */
record PeerDocument(BsonDocument fields) {
    /** A longer identifier is cut: it has to fit on a line. */
    private static final int LONGEST_KEY = 80;

    /** The times that a tool can have written: from 1970 to 9999. */
    private static final Instant FIRST = Instant.EPOCH;

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** Understands a document, after its identifier. */
    interface Understanding<T> {
        /** Returns what it says; null if it is to be skipped. */
        T of(PeerDocument document, String id) throws Misfit;
    }

    boolean has(String field) {
        return fields.containsKey(field) && !fields.isNull(field);
    }

    /** Returns the {@code _id} as text, for a document without a usable identifier of the tool. */
    String key() {
        BsonValue key = fields.get("_id");
        if (key instanceof BsonObjectId id) {
            return id.getValue().toHexString();
        }
        String text = key instanceof BsonString string ? string.getValue() : new Document("_id", key).toJson();
        return text.length() <= LONGEST_KEY ? text : text.substring(0, LONGEST_KEY) + "...";
    }

    /** Returns a text that must be there; a whole number counts as one. */
    String id(String field) throws Misfit {
        String text = fields.isNumber(field) ? String.valueOf(whole(field)) : text(field);
        if (text == null || text.isBlank()) {
            throw new Misfit("it has no " + field);
        }
        return text;
    }

    /** Returns a text, or null. */
    String text(String field) throws Misfit {
        return EntryReader.text(fields, field);
    }

    /** Returns a whole number of any numeric type, or null. */
    Long whole(String field) throws Misfit {
        if (fields.isDouble(field)) {
            double value = fields.getDouble(field).getValue();
            if (value != Math.rint(value) || Math.abs(value) >= Long.MAX_VALUE) {
                throw new Misfit("its " + field + " must be a whole number, but is " + value);
            }
            return (long) value;
        }
        return EntryReader.whole(fields, field);
    }

    /** Returns a whole number that must be there. */
    long required(String field) throws Misfit {
        Long value = whole(field);
        if (value == null) {
            throw new Misfit("it has no " + field);
        }
        return value;
    }

    /** Returns a boolean; false where there is none. */
    boolean flag(String field) throws Misfit {
        return EntryReader.flag(fields, field) == Boolean.TRUE;
    }

    /** Returns a time, or null. */
    Instant time(String field) throws Misfit {
        return plausible(field, EntryReader.time(fields, field));
    }

    /** Returns the time of a number of milliseconds since 1970, or null. */
    Instant milliseconds(String field) throws Misfit {
        Long value = whole(field);
        return value == null ? null : plausible(field, Instant.ofEpochMilli(value));
    }

    private static Instant plausible(String field, Instant time) throws Misfit {
        if (time != null && (time.isBefore(FIRST) || time.isAfter(LAST))) {
            throw new Misfit("its " + field + " is not a time between 1970 and 9999");
        }
        return time;
    }
}
