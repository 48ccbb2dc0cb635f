package migopy.rehearsal;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import migopy.dump.CollectionCopy;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The definition of a collection.
 *
 * @param type {@code collection}, {@code view} or {@code timeseries}
 * @param options as {@code listCollections} reports them
 * @param indexes by name, without that of {@code _id}
 * @param uuid which a collection keeps when it is renamed; null for a view
 */
record Definition(String type, BsonDocument options, Map<String, BsonDocument> indexes, BsonValue uuid) {

    static final String RENAME = "renameCollection";

    private static final String VALIDATOR = "validator";

    /** What a validator does if nothing else is set. */
    private static final Map<String, BsonValue> VALIDATION =
            Map.of("validationLevel", new BsonString("strict"), "validationAction", new BsonString("error"));

    /**
     * A difference between two definitions.
     *
     * @param operation the command that leads from one to the other: {@code createIndex}
     * @param name of the index, or the new one of a collection that was renamed; else null
     * @param was null if it is new
     * @param is null if it is gone
     */
    record DefinitionChange(String collection, String operation, String name, BsonDocument was, BsonDocument is) {
        /** Returns what it is about: {@code index email_1 of users}. */
        String subject() {
            return name != null
                    ? "index %s of %s".formatted(name, collection)
                    : (operation.equals("collMod") ? "options of " : "collection ") + collection;
        }
    }

    /** Returns a collection's, or null if it does not exist. */
    static Definition of(MongoDatabase database, String collection) {
        BsonDocument listed = database.listCollections(BsonDocument.class)
                .filter(Filters.eq("name", collection))
                .first();
        if (listed == null) {
            return null;
        }
        String type = listed.getString("type", new BsonString("collection")).getValue();
        Map<String, BsonDocument> indexes = new TreeMap<>();
        if (!type.equals("view")) {
            for (BsonDocument index : database.getCollection(collection).listIndexes(BsonDocument.class)) {
                index.remove("v");
                index.remove("ns");
                String name = index.remove("name").asString().getValue();
                if (!name.equals("_id_")) {
                    indexes.put(name, index);
                }
            }
        }
        return new Definition(
                type,
                withoutDefaults(listed.getDocument("options", new BsonDocument())),
                indexes,
                listed.getDocument("info", new BsonDocument()).get("uuid"));
    }

    /** {@code collMod} removes a validator by an empty one, and stores defaults that {@code create} leaves out. */
    private static BsonDocument withoutDefaults(BsonDocument options) {
        boolean validates = options.get(VALIDATOR) instanceof BsonDocument rules && !rules.isEmpty();
        if (!validates) {
            options.remove(VALIDATOR);
        }
        VALIDATION.forEach((option, usual) -> {
            if (!validates || usual.equals(options.get(option))) {
                options.remove(option);
            }
        });
        return options;
    }

    /** Whether its documents can be compared by {@code _id}. */
    boolean hasIds() {
        return type.equals("collection");
    }

    /** Whether this is the same collection, by whatever name. */
    boolean isRenamed(Definition other) {
        return uuid != null && uuid.equals(other.uuid);
    }

    boolean isView() {
        return type.equals("view");
    }

    /** Creates an empty collection, or a view, of this definition. */
    void create(MongoDatabase database, String name) {
        List<BsonDocument> named = new ArrayList<>();
        indexes.forEach((index, keys) -> named.add(keys.clone().append("name", new BsonString(index))));
        CollectionCopy.define(database, name, options, named);
    }

    /** Whether an insert could have created it. */
    boolean isPlain() {
        return hasIds() && options.isEmpty() && indexes.isEmpty();
    }

    /** Returns the change of a collection's name. */
    DefinitionChange renamed(String from, String to) {
        return new DefinitionChange(from, RENAME, to, null, null);
    }

    /** Returns the differences; either may be null, for a collection that does not exist. */
    static List<DefinitionChange> changes(String collection, Definition was, Definition is) {
        List<DefinitionChange> changes = new ArrayList<>();
        if (was == null || is == null) {
            if (was != null) {
                changes.add(new DefinitionChange(collection, "drop", null, was.options, null));
            } else if (is != null) {
                changes.add(new DefinitionChange(collection, "create", null, null, is.options));
            }
        } else if (!was.options.equals(is.options) || !was.type.equals(is.type)) {
            changes.add(new DefinitionChange(
                    collection, was.type.equals(is.type) ? "collMod" : "create", null, was.options, is.options));
        }
        Map<String, BsonDocument> before = was == null || is == null ? Map.of() : was.indexes;
        Map<String, BsonDocument> after = is == null ? Map.of() : is.indexes;
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                String operation = before.get(name) == null
                        ? "createIndex"
                        : after.get(name) == null ? "dropIndex" : "changeIndex";
                changes.add(new DefinitionChange(collection, operation, name, before.get(name), after.get(name)));
            }
        }
        return changes;
    }
}
