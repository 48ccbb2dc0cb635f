package migopy.dump;

import java.util.HexFormat;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/**
 * A collection as {@code listCollections} tells of it.
 *
 * @param type {@code collection}, {@code view} or {@code timeseries}
 * @param options what it was created with
 * @param uuid 32 hexadecimal digits, or empty: a view has none, and an embedded server gives none
 */
record CollectionInfo(String name, String type, BsonDocument options, String uuid) {
    static final String COLLECTION = "collection";
    static final String VIEW = "view";
    static final String TIME_SERIES = "timeseries";

    /** Where the server keeps the documents of a time series, before its name. */
    static final String BUCKETS = "system.buckets.";

    static CollectionInfo of(RawBsonDocument listed) {
        BsonDocument info = listed.getDocument("info", new BsonDocument());
        BsonValue uuid = info.get("uuid");
        return new CollectionInfo(
                listed.getString("name").getValue(),
                listed.getString("type", new BsonString(COLLECTION)).getValue(),
                Metadata.fields(listed.getDocument("options", new BsonDocument())),
                uuid instanceof BsonBinary binary ? HexFormat.of().formatHex(binary.getData()) : "");
    }

    boolean isView() {
        return type.equals(VIEW);
    }

    boolean isTimeSeries() {
        return type.equals(TIME_SERIES);
    }

    /** A capped collection cannot be read in a snapshot: the server refuses it with error 246. */
    boolean isCapped() {
        return options.get("capped") instanceof BsonBoolean capped && capped.getValue();
    }

    /** The collection that its documents lie in. */
    String dataName() {
        return isTimeSeries() ? BUCKETS + name : name;
    }
}
