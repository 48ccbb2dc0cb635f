package migopy.dump;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import migopy.console.Event;
import migopy.console.RestoreAnswer.RefusedIndex;
import migopy.mongo.MongoErrors;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Builds the indexes of one collection; one that the server refuses does not keep out the rest. */
final class IndexRestore {
    /** Fields of an index that {@code createIndexes} does not accept: of old servers. */
    private static final Set<String> NOT_FOR_INDEX = Set.of("ns");

    /** InvalidIndexSpecificationOption: an option that this server does not know. */
    private static final int UNKNOWN_INDEX_OPTION = 197;

    private static final String COLLATION = "collation";
    private static final String KEY = "key";

    private final MongoDatabase database;
    private final String name;
    private final Consumer<Event> events;
    private final boolean convertLegacy;

    /**
     * @param name the collection's, for what is reported
     */
    IndexRestore(MongoDatabase database, String name, boolean convertLegacy, Consumer<Event> events) {
        this.database = database;
        this.name = name;
        this.events = events;
        this.convertLegacy = convertLegacy;
    }

    /**
     * Builds them.
     *
     * @param collection the one that gets them
     * @param options what it was created with
     * @return those that the server refused
     */
    List<RefusedIndex> build(String collection, BsonDocument options, List<BsonDocument> indexes) {
        List<BsonDocument> specifications =
                indexes.stream().map(index -> forCreate(index, options)).toList();
        if (specifications.isEmpty()) {
            return List.of();
        }
        try {
            create(collection, specifications, false); // one scan of the collection for all
            return List.of();
        } catch (MongoCommandException e) {
            List<RefusedIndex> refused = new ArrayList<>();
            for (BsonDocument one : specifications) {
                add(refused, one, buildOne(collection, one));
            }
            return refused;
        }
    }

    /**
     * Those but the index of {@code _id} and a clustered one, which every collection starts with.
     */
    static List<BsonDocument> withoutId(List<BsonDocument> indexes) {
        return indexes.stream().filter(index -> !isOfId(index)).toList();
    }

    private MongoCommandException buildOne(String collection, BsonDocument index) {
        try {
            create(collection, List.of(index), false);
            return null;
        } catch (MongoCommandException e) {
            return e.getErrorCode() == UNKNOWN_INDEX_OPTION ? buildWithoutUnknownOptions(collection, index, e) : e;
        }
    }

    private MongoCommandException buildWithoutUnknownOptions(
            String collection, BsonDocument index, MongoCommandException unknown) {
        try {
            create(collection, List.of(index), true);
        } catch (MongoCommandException e) {
            return e;
        }
        events.accept(new Event.Notice(
                "%s: %s; the index was built without that option".formatted(name, unknown.getErrorMessage())));
        return null;
    }

    private void create(String collection, List<BsonDocument> indexes, boolean ignoreUnknown) {
        BsonDocument command =
                new BsonDocument("createIndexes", new BsonString(collection)).append("indexes", new BsonArray(indexes));
        if (ignoreUnknown) {
            command.append("ignoreUnknownIndexOptions", BsonBoolean.TRUE);
        }
        database.runCommand(command);
    }

    private void add(List<RefusedIndex> refused, BsonDocument index, MongoCommandException e) {
        if (e != null) {
            refused.add(new RefusedIndex(
                    name,
                    index.get("name") instanceof BsonString text
                            ? text.getValue()
                            : index.getDocument(KEY, new BsonDocument()).toJson(),
                    MongoErrors.words(e)));
        }
    }

    private static boolean isOfId(BsonDocument index) {
        boolean clustered = index.get("clustered") instanceof BsonBoolean value && value.getValue();
        BsonValue key = index.get(KEY);
        return clustered
                || key instanceof BsonDocument fields
                        && fields.size() == 1
                        && fields.get("_id") != null
                        && fields.get("_id").isNumber()
                        && index.get("name") instanceof BsonString text
                        && text.getValue().equals("_id_");
    }

    private BsonDocument forCreate(BsonDocument index, BsonDocument options) {
        BsonDocument specification = new BsonDocument();
        index.forEach((field, value) -> {
            if (!NOT_FOR_INDEX.contains(field) && !isOldVersion(field, value)) {
                specification.append(field, value);
            }
        });
        // listIndexes does not tell the simple collation, and createIndexes would take the
        // collection's instead.
        if (options.containsKey(COLLATION) && !specification.containsKey(COLLATION)) {
            specification.append(COLLATION, new BsonDocument("locale", new BsonString("simple")));
        }
        if (convertLegacy && specification.get(KEY) instanceof BsonDocument key) {
            specification.put(KEY, converted(key));
        }
        return specification;
    }

    /** No server since 3.2 builds such an index; without a version it builds its own. */
    private static boolean isOldVersion(String field, BsonValue value) {
        return field.equals("v") && value.isNumber() && value.asNumber().intValue() < 1;
    }

    /** What a server before 3.4 accepted as a direction and later ones do not becomes 1. */
    private static BsonDocument converted(BsonDocument key) {
        BsonDocument converted = new BsonDocument();
        key.forEach((field, value) -> {
            boolean valid = isDirection(value)
                    || value instanceof BsonString text && !text.getValue().isEmpty();
            converted.append(field, valid ? value : new BsonInt32(1));
        });
        return converted;
    }

    /** A number other than 0 and NaN. */
    private static boolean isDirection(BsonValue value) {
        double number = value instanceof BsonDecimal128 decimal
                ? decimal.doubleValue()
                : value.isNumber() ? value.asNumber().doubleValue() : 0;
        return Math.abs(number) > 0;
    }
}
