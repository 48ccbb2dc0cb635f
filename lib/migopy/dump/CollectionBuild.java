package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import migopy.console.Event;
import migopy.console.RestoreAnswer.RefusedIndex;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.RawBsonDocument;

/** One collection of a dump, created, filled and indexed: beside the old one or in its place. */
final class CollectionBuild {
    /**
     * Options that {@code listCollections} reports, or old dumps hold, and {@code create} refuses.
     */
    private static final Set<String> NOT_FOR_CREATE =
            Set.of("create", "temp", "flags", "autoIndexId", "recordIdsReplicated", CollectionBuild.MIXED_SCHEMA);

    private static final String MIXED_SCHEMA = "timeseriesBucketsMayHaveMixedSchemaData";

    private final MongoDatabase database;
    private final RestoreRequest.Options options;
    private final MemoryBudget budget;
    private final RestoreLock lock;
    private final Consumer<Event> events;

    CollectionBuild(
            MongoDatabase database,
            RestoreRequest.Options options,
            MemoryBudget budget,
            RestoreLock lock,
            Consumer<Event> events) {
        this.database = database;
        this.options = options;
        this.budget = budget;
        this.lock = lock;
        this.events = events;
    }

    /** What was built, with the counts in it, and the indexes that it could not get. */
    record Built(RestoreItem item, List<RefusedIndex> refused) {}

    /**
     * Builds it under the item's name for that.
     *
     * @param creation what it is created with
     * @param existing what has that name and is added to; null: it is created
     * @param documents how many there will be; 0 if unknown
     * @param largest the bytes of its largest document
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
            } else if (!Catalog.isSystemJs(item.building())) {
                create(item.building(), created);
            }
            if (!item.isBeside()) {
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
                    item.with(inserter.inserted(), inserter.duplicates(), indexes.size() - refused.size()), refused);
        } catch (MongoException e) {
            throw Failures.restore(e, "Restoring " + item.name());
        }
    }

    IndexRestore indexes(String name) {
        return new IndexRestore(database, name, options.convertLegacyIndexes(), events);
    }

    MongoCollection<RawBsonDocument> documents(String name) {
        return database.getCollection(name, RawBsonDocument.class);
    }

    /** Creates a collection, view or time series with what {@code listCollections} tells of one. */
    void create(String name, BsonDocument created) {
        BsonDocument command = new BsonDocument("create", new BsonString(name));
        created.forEach((option, value) -> {
            if (!NOT_FOR_CREATE.contains(option)) {
                command.append(option, value);
            }
        });
        database.runCommand(command);
        if (created.containsKey(MIXED_SCHEMA)) {
            database.runCommand(
                    new BsonDocument("collMod", new BsonString(name)).append(MIXED_SCHEMA, created.get(MIXED_SCHEMA)));
        }
    }

    private void insert(DumpedCollection dumped, RestoreItem item, Inserter inserter, long documents) {
        Meter meter = new Meter(item.name(), documents, events);
        try (BsonFile file = BsonFile.open(dumped.dataFile())) {
            RawBsonDocument document;
            while ((document = file.next()) != null) {
                int written = inserter.add(document);
                if (written > 0) {
                    meter.add(written);
                    SideBySide.goOn();
                    lock.ensureHeld();
                }
            }
            meter.add(inserter.flush());
        }
        meter.ended();
    }
}
