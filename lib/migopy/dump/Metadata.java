package migopy.dump;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.json.JsonParseException;

import java.util.List;

/**
 * What {@code NAME.metadata.json} says of a collection, in mongodump's fields and their order.
 *
 * @param name null where an old mongodump did not write it
 * @param type likewise null
 * @param uuid 32 hexadecimal digits, or empty
 * @param indexes as {@code listIndexes} gives them, the one of {@code _id} included
 */
record Metadata(
        String name, String type, String uuid, BsonDocument options, List<BsonDocument> indexes) {
    Metadata {
        indexes = List.copyOf(indexes);
    }

    static Metadata of(CollectionInfo info, List<BsonDocument> indexes) {
        return new Metadata(info.name(), info.type(), info.uuid(), info.options(), indexes);
    }

    /** Nothing but a name, as with a {@code .bson} that has no metadata beside it. */
    static Metadata none() {
        return new Metadata(null, null, "", new BsonDocument(), List.of());
    }

    String json() {
        BsonDocument document = new BsonDocument();
        if (!options.isEmpty()) {
            document.append("options", options);
        }
        document.append("indexes", new BsonArray(indexes));
        if (!uuid.isEmpty()) {
            document.append("uuid", new BsonString(uuid));
        }
        document.append("collectionName", new BsonString(name));
        document.append("type", new BsonString(type));
        return ExtendedJson.write(document);
    }

    /**
     * @throws JsonParseException if it is not a JSON document, or not one of a collection
     */
    static Metadata parse(String json) {
        if (json.isBlank()) {
            return none(); // mongorestore accepts such a file as well
        }
        BsonDocument document = ExtendedJson.read(json);
        BsonDocument options = documentIn(document, "options");
        List<BsonDocument> indexes =
                document.get("indexes") instanceof BsonArray array
                        ? array.stream().map(index -> asDocument(index, "indexes")).toList()
                        : List.of();
        String type = text(document, "type");
        return new Metadata(
                text(document, "collectionName"),
                type == null ? typeOf(options) : type,
                text(document, "uuid") == null ? "" : text(document, "uuid"),
                options,
                indexes);
    }

    private static String typeOf(BsonDocument options) {
        if (options.containsKey("viewOn")) {
            return CollectionInfo.VIEW;
        }
        return options.containsKey("timeseries")
                ? CollectionInfo.TIME_SERIES
                : CollectionInfo.COLLECTION;
    }

    private static BsonDocument documentIn(BsonDocument document, String field) {
        BsonValue value = document.get(field);
        return value == null || value.isNull() ? new BsonDocument() : asDocument(value, field);
    }

    private static BsonDocument asDocument(BsonValue value, String field) {
        if (!value.isDocument()) {
            throw new JsonParseException("%s is no document".formatted(field));
        }
        return value.asDocument();
    }

    private static String text(BsonDocument document, String field) {
        return document.get(field) instanceof BsonString text ? text.getValue() : null;
    }
}
