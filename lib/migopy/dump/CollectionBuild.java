package migopy.dump;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.console.Event;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.FolderContents.DumpedCollection;
import migopy.dump.ParallelTasks.MemoryBudget;
import migopy.dump.ParallelTasks.Meter;
import migopy.dump.Restore.RestoreLock;
import migopy.dump.RestoreAnswer.RefusedIndex;
import migopy.dump.RestoreAnswer.RejectedDocuments;
import migopy.dump.RestorePlan.RestoreItem;
import migopy.mongo.MongoErrors;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** Creates, fills and indexes one collection of a dump, under a temporary name or in place. */
final class CollectionBuild {
    /** Options that {@code listCollections} reports, or old dumps contain, and {@code create} refuses. */
    private static final Set<String> NOT_FOR_CREATE =
            Set.of("create", "temp", "flags", "autoIndexId", "recordIdsReplicated", CollectionBuild.MIXED_SCHEMA);

    /** The reply of servers since 4.4 to an unknown option, with code 40415. */
    private static final Pattern UNKNOWN_OPTION = Pattern.compile("BSON field 'create\\.(\\w+)' is an unknown field");

    private static final String MIXED_SCHEMA = "timeseriesBucketsMayHaveMixedSchemaData";

    private final MongoDatabase database;
    private final RestoreRequest.RestoreOptions options;
    private final MemoryBudget budget;
    private final RestoreLock lock;
    private final Consumer<Event> events;

    CollectionBuild(
            MongoDatabase database,
            RestoreRequest.RestoreOptions options,
            MemoryBudget budget,
            RestoreLock lock,
            Consumer<Event> events) {
        this.database = database;
        this.options = options;
        this.budget = budget;
        this.lock = lock;
        this.events = events;
    }

    /**
     * What was built, with the counts in it, and what the server refused.
     *
     * @param rejected null if there are none
     */
    record Built(RestoreItem item, List<RefusedIndex> refused, RejectedDocuments rejected) {}

    /**
     * Builds a collection under the item's temporary name.
     *
     * @param creation the options that it is created with
     * @param existing the collection to add to; null: it is created
     * @param documents how many the dump contains; 0 if unknown
     * @param largest the size of its largest document
     */
    Built build(
            DumpedCollection dumped,
            RestoreItem item,
            BsonDocument creation,
            CollectionInfo existing,
            long documents,
            int largest) {
        try {
            BsonDocument created = creation;
            if (existing != null) {
                created = existing.options();
                if (existing.isCapped()) {
                    events.accept(new Event.Notice(
                            "%s is capped: added documents may remove existing ones".formatted(item.name())));
                }
            } else if (!Catalog.isSystemJs(item.building())) {
                create(item.building(), item.name(), created);
            }
            if (!item.hasTemporaryName()) {
                lock.filling(item.name());
            }
            Inserter inserter = new Inserter(
                    documents(dumped.dataName(item.building())), created.containsKey("validator"), options.strict());
            if (dumped.dataFile() != null) {
                budget.with(inserter.memory(largest), () -> insert(dumped, item, inserter, documents));
            }
            List<BsonDocument> indexes = options.noIndexes() || dumped.isView()
                    ? List.of()
                    : IndexRestore.withoutId(dumped.metadata().indexes());
            List<RefusedIndex> refused = indexes(item.name()).build(item.building(), created, indexes);
            return new Built(
                    item.with(inserter.inserted(), inserter.duplicates(), indexes.size() - refused.size()),
                    refused,
                    inserter.rejected() == 0
                            ? null
                            : new RejectedDocuments(item.name(), inserter.rejected(), inserter.rejection()));
        } catch (MongoException e) {
            throw DumpErrors.restore(e, "Restoring " + item.name());
        }
    }

    IndexRestore indexes(String name) {
        return new IndexRestore(database, name, options.convertLegacyIndexes(), events);
    }

    MongoCollection<RawBsonDocument> documents(String name) {
        return database.getCollection(name, RawBsonDocument.class);
    }

    /** Creates a collection, view or time series: see {@link Creation#create}. */
    void create(String name, String shown, BsonDocument created) {
        new Creation(database, events).create(name, shown, created);
    }

    private long insert(DumpedCollection dumped, RestoreItem item, Inserter inserter, long documents) {
        Meter meter = new Meter(item.name(), documents, events);
        try (BsonFile file = BsonFile.open(dumped.dataFile())) {
            RawBsonDocument document;
            while ((document = file.next()) != null) {
                int written = inserter.add(document);
                if (written > 0) {
                    meter.add(written);
                    ParallelTasks.stopIfInterrupted();
                    lock.ensureHeld();
                }
            }
            meter.add(inserter.flush());
        }
        meter.ended();
        return meter.done();
    }

    /** Creates collections as {@code listCollections} describes them. */
    record Creation(MongoDatabase database, Consumer<Event> events) {
        /**
         * Creates a collection, view or time series with the options of {@code listCollections}.
         *
         * @param shown its name in messages
         */
        void create(String name, String shown, BsonDocument created) {
            BsonDocument command = new BsonDocument("create", new BsonString(name));
            created.forEach((option, value) -> {
                if (!NOT_FOR_CREATE.contains(option)) {
                    command.append(option, value);
                }
            });
            run(command, shown);
            if (created.containsKey(MIXED_SCHEMA)) {
                database.runCommand(new BsonDocument("collMod", new BsonString(name))
                        .append(MIXED_SCHEMA, created.get(MIXED_SCHEMA)));
            }
        }

        /** An option that this server does not know does not prevent the restore. */
        private void run(BsonDocument command, String shown) {
            while (true) {
                try {
                    database.runCommand(command);
                    return;
                } catch (MongoCommandException e) {
                    Matcher unknown = UNKNOWN_OPTION.matcher(e.getErrorMessage());
                    if (!unknown.find() || command.remove(unknown.group(1)) == null) {
                        throw e;
                    }
                    events.accept(new Event.Notice(
                            "%s: this server does not know the option %s of the dump; the collection was created without it"
                                    .formatted(shown, unknown.group(1))));
                }
            }
        }
    }

    /** Builds the indexes of one collection; one that the server refuses does not prevent the others. */
    static final class IndexRestore {
        /** Fields of old servers' indexes that {@code createIndexes} does not accept. */
        private static final Set<String> NOT_FOR_INDEX = Set.of("ns");

        /** InvalidIndexSpecificationOption: an unknown option. */
        private static final int UNKNOWN_INDEX_OPTION = 197;

        private static final String COLLATION = "collation";
        private static final String KEY = "key";

        private final MongoDatabase database;
        private final String name;
        private final Consumer<Event> events;
        private final boolean convertLegacy;

        /**
         * @param name the collection's name in messages
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
         * @param collection the collection to build them on
         * @param options the options that it was created with
         * @return the indexes that the server refused
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

        /** Returns the indexes without that of {@code _id} and a clustered one, which every collection starts with. */
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
            BsonDocument command = new BsonDocument("createIndexes", new BsonString(collection))
                    .append("indexes", new BsonArray(indexes));
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
            // listIndexes does not report the simple collation, and createIndexes would use the collection's
            // instead.
            if (options.containsKey(COLLATION) && !specification.containsKey(COLLATION)) {
                specification.append(COLLATION, new BsonDocument("locale", new BsonString("simple")));
            }
            if (convertLegacy && specification.get(KEY) instanceof BsonDocument key) {
                specification.put(KEY, converted(key));
            }
            return specification;
        }

        /** No server since 3.2 builds such an index; without a version the server builds its own. */
        private static boolean isOldVersion(String field, BsonValue value) {
            return field.equals("v") && value.isNumber() && value.asNumber().intValue() < 1;
        }

        /** Directions that only servers before 3.4 accepted become 1. */
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
}
