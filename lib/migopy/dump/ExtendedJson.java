package migopy.dump;

import java.util.Set;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;
import org.bson.io.BsonOutput;
import org.bson.json.JsonMode;
import org.bson.json.JsonParseException;
import org.bson.json.JsonReader;
import org.bson.json.JsonWriterSettings;

/**
 * Canonical Extended JSON, version 2, read as strictly as it is written.
 *
 * <p>The driver's reader also understands version 1, and so takes the operators {@code {$regex:
 * "^a"}} and {@code {$type: 2}} of a validator or a view for a regular expression and a binary.
 * Version 2 has other words for both, so their keys are hidden from it and put back afterwards.
 */
final class ExtendedJson {
    private static final JsonWriterSettings CANONICAL =
            JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();

    private static final Set<String> OPERATORS = Set.of("\"$regex\"", "\"$options\"", "\"$type\"");

    /** A character of the private use area: in no key that means anything to a server. */
    private static final char HIDDEN = '\uE24D';

    private ExtendedJson() {}

    static String write(BsonDocument document) {
        return document.toJson(CANONICAL);
    }

    /**
     * Raw, since a document can have a key twice.
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
