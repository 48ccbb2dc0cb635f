package migopy.dump;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.console.Event;
import migopy.console.RestoreAnswer.RefusedIndex;
import migopy.console.RestoreAnswer.RejectedDocuments;
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

    /** What every server since 4.4 answers to an option that it does not know, with code 40415. */
    private static final Pattern UNKNOWN_OPTION = Pattern.compile("BSON field 'create\\.(\\w+)' is an unknown field");

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

    /**
     * What was built, with the counts in it, and what the server refused.
     *
     * @param rejected null if there are none
     */
    record Built(RestoreItem item, List<RefusedIndex> refused, RejectedDocuments rejected) {}

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
                create(item.building(), item.name(), created);
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
                    item.with(inserter.inserted(), inserter.duplicates(), indexes.size() - refused.size()),
                    refused,
                    inserter.rejected() == 0
                            ? null
                            : new RejectedDocuments(item.name(), inserter.rejected(), inserter.rejection()));
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

    /**
     * Creates a collection, view or time series with what {@code listCollections} tells of one.
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
            database.runCommand(
                    new BsonDocument("collMod", new BsonString(name)).append(MIXED_SCHEMA, created.get(MIXED_SCHEMA)));
        }
    }

    /** An option that this server does not know does not keep the documents out. */
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
                events.accept(new Event.Notice("%s: this server does not know the option %s of the dump; the collection was created without it"
                        .formatted(shown, unknown.group(1))));
            }
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
