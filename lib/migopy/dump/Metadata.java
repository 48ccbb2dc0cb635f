package migopy.dump;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import migopy.dump.Catalog.CollectionInfo;
import org.bson.BsonArray;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.io.BasicOutputBuffer;
import org.bson.io.BsonOutput;
import org.bson.json.JsonMode;
import org.bson.json.JsonParseException;
import org.bson.json.JsonReader;
import org.bson.json.JsonWriterSettings;

/**
 * The content of {@code NAME.metadata.json}, with mongodump's fields in their order.
 *
 * @param name null in dumps of an old mongodump
 * @param type null in dumps of an old mongodump
 * @param uuid 32 hexadecimal digits, or empty
 * @param indexes as {@code listIndexes} returns them, with that of {@code _id}
 */
record Metadata(String name, String type, String uuid, BsonDocument options, List<BsonDocument> indexes) {
    /** A field of Migopy's own, which mongorestore ignores. */
    private static final String BSON = "migopyBson";

    Metadata {
        indexes = List.copyOf(indexes);
    }

    static Metadata of(CollectionInfo info, List<BsonDocument> indexes) {
        return new Metadata(info.name(), info.type(), info.uuid(), info.options(), indexes);
    }

    /** Metadata without content, for a {@code .bson} without a metadata file. */
    static Metadata none() {
        return new Metadata(null, null, "", new BsonDocument(), List.of());
    }

    /**
     * Returns it as mongodump writes it. If Extended JSON cannot express a value, such as a view's literal
     * <code>{$numberLong: "5"}</code>, the BSON itself comes first, for {@link #parse}.
     */
    String json() {
        RawBsonDocument document = document();
        String json = ExtendedJson.write(document);
        if (isReadBack(json, document)) {
            return json;
        }
        String bson = Base64.getEncoder().encodeToString(bytes(document));
        return "{\"%s\": \"%s\", %s".formatted(BSON, bson, json.substring(1));
    }

    private RawBsonDocument document() {
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
        return new RawBsonDocument(document, new BsonDocumentCodec());
    }

    private static boolean isReadBack(String json, RawBsonDocument document) {
        try {
            return Arrays.equals(bytes(ExtendedJson.read(json)), bytes(document));
        } catch (RuntimeException e) { // of the driver's reader, as for {$date: "x"}
            return false;
        }
    }

    private static byte[] bytes(RawBsonDocument document) {
        int start = document.getByteOffset();
        return Arrays.copyOfRange(document.getBackingArray(), start, start + document.getByteLength());
    }

    /**
     * @throws JsonParseException if it is not the JSON document of a collection
     */
    static Metadata parse(String json) {
        if (json.isBlank()) {
            return none(); // mongorestore accepts such a file too
        }
        RawBsonDocument document = bson(json);
        return of(document == null ? ExtendedJson.read(json) : document);
    }

    /** Returns the BSON that {@link #json} put first, or null. */
    private static RawBsonDocument bson(String json) {
        try (JsonReader reader = new JsonReader(json)) {
            reader.readStartDocument();
            if (reader.readBsonType() != BsonType.STRING || !reader.readName().equals(BSON)) {
                return null;
            }
            byte[] bytes = Base64.getDecoder().decode(reader.readString());
            BsonCheck.check(bytes);
            return new RawBsonDocument(bytes);
        } catch (BsonCheck.Damage e) {
            throw new JsonParseException("%s is damaged: %s".formatted(BSON, e.getMessage()));
        }
    }

    private static Metadata of(RawBsonDocument document) {
        BsonDocument options = documentIn(document, "options");
        List<BsonDocument> indexes = document.get("indexes") instanceof BsonArray array
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

    /**
     * Returns the fields of a raw document, for lookups and commands; their values stay raw, even with a
     * duplicate key.
     */
    static BsonDocument fields(BsonDocument document) {
        BsonDocument fields = new BsonDocument();
        for (String name : document.keySet()) {
            fields.append(name, document.get(name));
        }
        return fields;
    }

    private static String typeOf(BsonDocument options) {
        if (options.containsKey("viewOn")) {
            return CollectionInfo.VIEW;
        }
        return options.containsKey("timeseries") ? CollectionInfo.TIME_SERIES : CollectionInfo.COLLECTION;
    }

    private static BsonDocument documentIn(BsonDocument document, String field) {
        BsonValue value = document.get(field);
        return value == null || value.isNull() ? new BsonDocument() : asDocument(value, field);
    }

    private static BsonDocument asDocument(BsonValue value, String field) {
        if (!value.isDocument()) {
            throw new JsonParseException("%s is not a document".formatted(field));
        }
        return fields(value.asDocument());
    }

    private static String text(BsonDocument document, String field) {
        return document.get(field) instanceof BsonString text ? text.getValue() : null;
    }

    /**
     * Canonical Extended JSON, version 2, which is read as strictly as it is written.
     *
     * <p>The driver's reader also accepts version 1, and would read the operators {@code {$regex: "^a"}} and
     * {@code {$type: 2}} of a validator or a view as a regular expression and a binary. Version 2 writes both
     * differently, so these keys are hidden from the reader and put back afterwards.
     */
    static final class ExtendedJson {
        private static final JsonWriterSettings CANONICAL =
                JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();

        private static final Set<String> OPERATORS = Set.of("\"$regex\"", "\"$options\"", "\"$type\"");

        /** A character of the private use area, which no key with a meaning contains. */
        private static final char HIDDEN = '\uE24D';

        private ExtendedJson() {}

        static String write(BsonDocument document) {
            return document.toJson(CANONICAL);
        }

        /**
         * Returns a raw document, because a key can be in it twice.
         *
         * @throws JsonParseException if it is not a JSON document
         */
        static RawBsonDocument read(String json) {
            BasicOutputBuffer bytes = new BasicOutputBuffer();
            try (Showing writer = new Showing(bytes);
                    JsonReader reader = new JsonReader(hidden(json))) {
                writer.pipe(reader);
            }
            return new RawBsonDocument(bytes.toByteArray());
        }

        /** Puts the keys back that were hidden from the driver's reader. */
        private static final class Showing extends BsonBinaryWriter {
            Showing(BsonOutput bytes) {
                super(bytes);
            }

            @Override
            public void writeName(String name) {
                boolean hidden = !name.isEmpty() && name.charAt(0) == HIDDEN;
                super.writeName(hidden ? name.substring(1) : name);
            }
        }

        private static String hidden(String json) {
            StringBuilder out = new StringBuilder(json.length() + 16);
            int i = 0;
            while (i < json.length()) {
                if (json.charAt(i) != '"') {
                    out.append(json.charAt(i++));
                    continue;
                }
                int end = endOfString(json, i);
                String string = json.substring(i, end);
                if (OPERATORS.contains(string) && isKey(json, end)) {
                    out.append('"').append(HIDDEN).append(string, 1, string.length());
                } else {
                    out.append(string);
                }
                i = end;
            }
            return out.toString();
        }

        private static int endOfString(String json, int start) {
            int i = start + 1;
            while (i < json.length() && json.charAt(i) != '"') {
                i += json.charAt(i) == '\\' ? 2 : 1;
            }
            return Math.min(i + 1, json.length());
        }

        private static boolean isKey(String json, int end) {
            int i = end;
            while (i < json.length() && Character.isWhitespace(json.charAt(i))) {
                i++;
            }
            return i < json.length() && json.charAt(i) == ':';
        }
    }
}
