package migopy.fix;

import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoIterable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/** A snippet's result as a person reads it: documents as JSON, and of many the first. */
final class ShownValue {
    /** So many of a query's documents are fetched and shown. */
    static final int DOCUMENTS = 20;

    private static final JsonWriterSettings RELAXED =
            JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

    private ShownValue() {}

    /** The text, or null for a value that JShell shows well enough itself. */
    static String of(Object value) {
        if (value instanceof MongoIterable<?> query) {
            try (MongoCursor<?> cursor = query.iterator()) {
                return many(cursor);
            }
        }
        if (value instanceof List<?> list && !list.isEmpty() && one(list.get(0)) != null) {
            return many(list.iterator());
        }
        return one(value);
    }

    private static String many(Iterator<?> values) {
        List<String> lines = new ArrayList<>();
        while (values.hasNext() && lines.size() < DOCUMENTS) {
            Object value = values.next();
            String json = one(value);
            lines.add(json == null ? String.valueOf(value) : json);
        }
        if (values.hasNext()) {
            lines.add("... the first " + DOCUMENTS + "; more with skip(), or in a loop");
        }
        return lines.isEmpty() ? "nothing" : String.join("\n", lines);
    }

    private static String one(Object value) {
        if (value instanceof Document document) {
            return document.toJson(RELAXED);
        }
        if (value instanceof Bson bson) {
            return bson.toBsonDocument().toJson(RELAXED);
        }
        if (value instanceof BsonValue bson) {
            String wrapped = new BsonDocument("v", bson).toJson(RELAXED);
            return wrapped.substring("{\"v\": ".length(), wrapped.length() - 1);
        }
        return null;
    }
}
