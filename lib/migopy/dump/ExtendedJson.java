package migopy.dump;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.json.JsonMode;
import org.bson.json.JsonParseException;
import org.bson.json.JsonWriterSettings;

import java.util.Map;
import java.util.Set;

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
     * @throws JsonParseException if it is not a JSON document
     */
    static BsonDocument read(String json) {
        return shown(BsonDocument.parse(hidden(json))).asDocument();
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

    private static BsonValue shown(BsonValue value) {
        if (value instanceof BsonDocument document) {
            BsonDocument shown = new BsonDocument();
            for (Map.Entry<String, BsonValue> field : document.entrySet()) {
                String key = field.getKey();
                boolean hidden = !key.isEmpty() && key.charAt(0) == HIDDEN;
                shown.append(hidden ? key.substring(1) : key, shown(field.getValue()));
            }
            return shown;
        }
        if (value instanceof BsonArray array) {
            BsonArray shown = new BsonArray();
            array.forEach(element -> shown.add(shown(element)));
            return shown;
        }
        return value;
    }
}
