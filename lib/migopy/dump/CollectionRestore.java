package migopy.dump;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoNamespace;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.RenameCollectionOptions;

import migopy.console.Event;
import migopy.console.RestoreAnswer;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One collection on its way back: created, filled, indexed. One that replaces another is built
 * beside it and takes its name at the end, so that the old one stands until the new one is whole.
 */
final class CollectionRestore {
    /** Options that {@code listCollections} tells and {@code create} does not take. */
    private static final Set<String> NOT_FOR_CREATE =
            Set.of("autoIndexId", "recordIdsReplicated", CollectionRestore.MIXED_SCHEMA);

    private static final String MIXED_SCHEMA = "timeseriesBucketsMayHaveMixedSchemaData";

    /** Fields of an index that {@code createIndexes} does not take: of old servers. */
    private static final Set<String> NOT_FOR_INDEX = Set.of("ns");

    /** InvalidIndexSpecificationOption: an option that this server does not know. */
    private static final int UNKNOWN_INDEX_OPTION = 197;

    private final MongoDatabase database;
    private final DumpedCollection dumped;
    private final CollectionInfo existing;
    private final RestoreRequest request;
    private final String building;
    private final Consumer<Event> events;

    /**
     * @param existing what stands under the name now; null: nothing
     * @param building the name under which it is built
     */
    CollectionRestore(
            MongoDatabase database,
            DumpedCollection dumped,
            CollectionInfo existing,
            RestoreRequest request,
            String building,
            Consumer<Event> events) {
        this.database = database;
        this.dumped = dumped;
        this.existing = existing;
        this.request = request;
        this.building = building;
        this.events = events;
    }

    /**
     * @param documents how many there will be; 0 if not known
     */
    RestoreAnswer.Collection run(long documents) {
        try {
            return restore(documents);
        } catch (MongoException e) {
            removeUnfinished(e);
            throw Failures.restore(e, "Restoring " + dumped.name());
        } catch (RuntimeException | Error e) {
            removeUnfinished(e);
            throw e;
        }
    }

    private RestoreAnswer.Collection restore(long documents) {
        boolean js = Catalog.isSystemJs(dumped.name());
        if (request.drop() && existing != null && !isBeside()) {
            if (js) {
                database.getCollection(dumped.name()).deleteMany(new BsonDocument());
            } else {
                database.getCollection(dumped.name()).drop();
            }
        }
        boolean kept = existing != null && !request.drop();
        if (kept && dumped.isView()) {
            events.accept(new Event.Notice(dumped.name() + " is there already and stays as it is"));
            return answer(0, 0, 0);
        }
        if (!kept && !js) {
            create();
        }
        Inserter inserter =
                new Inserter(
                        database.getCollection(dumped.dataName(building), RawBsonDocument.class),
                        dumped.hasValidator()
                                || kept && existing.options().containsKey("validator"),
                        request.strict());
        if (dumped.dataFile() != null) {
            insert(inserter, documents);
        }
        int indexes = createIndexes();
        if (isBeside()) {
            takeName();
        }
        return answer(inserter.inserted(), inserter.duplicates(), indexes);
    }

    private boolean isBeside() {
        return !building.equals(dumped.name());
    }

    private void create() {
        BsonDocument command = new BsonDocument("create", new BsonString(building));
        dumped.metadata()
                .options()
                .forEach(
                        (option, value) -> {
                            if (!NOT_FOR_CREATE.contains(option)) {
                                command.append(option, value);
                            }
                        });
        database.runCommand(command);
        if (dumped.metadata().options().containsKey(MIXED_SCHEMA)) {
            database.runCommand(
                    new BsonDocument("collMod", new BsonString(building))
                            .append(MIXED_SCHEMA, dumped.metadata().options().get(MIXED_SCHEMA)));
        }
    }

    private void insert(Inserter inserter, long documents) {
        Meter meter = new Meter(dumped.name(), documents, events);
        try (BsonFile file = BsonFile.open(dumped.dataFile())) {
            RawBsonDocument document;
            while ((document = file.next()) != null) {
                int written = inserter.add(document);
                if (written > 0) {
                    meter.add(written);
                    SideBySide.goOn();
                }
            }
            meter.add(inserter.flush());
        }
        meter.ended();
    }

    private int createIndexes() {
        List<BsonDocument> indexes =
                dumped.metadata().indexes().stream()
                        .filter(index -> !isOfId(index))
                        .map(CollectionRestore::forCreate)
                        .toList();
        if (indexes.isEmpty()) {
            return 0;
        }
        BsonDocument command =
                new BsonDocument("createIndexes", new BsonString(building))
                        .append("indexes", new BsonArray(indexes));
        try {
            database.runCommand(command);
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != UNKNOWN_INDEX_OPTION) {
                throw e;
            }
            events.accept(
                    new Event.Notice(
                            "%s: %s; its indexes are built without such options"
                                    .formatted(dumped.name(), e.getErrorMessage())));
            database.runCommand(command.append("ignoreUnknownIndexOptions", BsonBoolean.TRUE));
        }
        return indexes.size();
    }

    /**
     * The index of {@code _id}, which every collection has from its beginning; a clustered one
     * likewise.
     */
    private static boolean isOfId(BsonDocument index) {
        boolean clustered = index.get("clustered") instanceof BsonBoolean value && value.getValue();
        BsonValue key = index.get("key");
        return clustered
                || key instanceof BsonDocument fields
                        && fields.size() == 1
                        && fields.get("_id") != null
                        && fields.get("_id").isNumber()
                        && index.get("name") instanceof BsonString name
                        && name.getValue().equals("_id_");
    }

    private static BsonDocument forCreate(BsonDocument index) {
        BsonDocument specification = new BsonDocument();
        index.forEach(
                (field, value) -> {
                    if (!NOT_FOR_INDEX.contains(field)) {
                        specification.append(field, value);
                    }
                });
        return specification;
    }

    private void takeName() {
        if (existing != null && (existing.isView() || existing.isTimeSeries())) {
            database.getCollection(dumped.name())
                    .drop(); // a rename replaces plain collections only
        }
        database.getCollection(building)
                .renameCollection(
                        new MongoNamespace(database.getName(), dumped.name()),
                        new RenameCollectionOptions().dropTarget(true));
    }

    private void removeUnfinished(Throwable failure) {
        if (!isBeside()) {
            return;
        }
        boolean interrupted =
                Thread.interrupted(); // the driver would not talk to the server otherwise
        try {
            database.getCollection(building).drop();
        } catch (MongoException e) {
            failure.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private RestoreAnswer.Collection answer(long documents, long duplicates, int indexes) {
        return new RestoreAnswer.Collection(
                dumped.name(), dumped.type(), documents, duplicates, indexes);
    }
}
