package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.MongoNamespace;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.RenameCollectionOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.CollectionBuild.IndexRestore;
import migopy.dump.Restore.RestoreLock;
import migopy.dump.RestoreAnswer.RestoreState;
import migopy.dump.RestorePlan.RestoreItem;
import migopy.dump.RestorePlan.RestoreItem.Placement;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/**
 * Replaces the old collections by what was built under temporary names, the journal last. Needs only the
 * database, and can be repeated from any point: an item whose temporary collection is gone is in place.
 */
final class Swap {
    /** Buckets of a time series have at most 125 kB. */
    private static final int COPIED_AT_ONCE = 32;

    private final MongoDatabase database;
    private final String journal;
    private final CollectionBuild build;
    private final RestoreLock lock;
    private final Map<String, String> names = new HashMap<>();
    private Map<String, CollectionInfo> existing = Map.of();

    private final BiConsumer<RestoreItem, RestoreState> states;

    /**
     * @param states receives the state of each item
     */
    Swap(
            MongoDatabase database,
            String journal,
            CollectionBuild build,
            RestoreLock lock,
            BiConsumer<RestoreItem, RestoreState> states) {
        this.database = database.withWriteConcern(WriteConcern.MAJORITY);
        this.journal = journal;
        this.build = build;
        this.lock = lock;
        this.states = states;
    }

    /** Swaps the items, none of which is filled in place. */
    void run(List<RestoreItem> items) {
        existing = Catalog.byName(database);
        List<RestoreItem> ordered = new ArrayList<>(items);
        ordered.sort(Comparator.comparing(RestoreItem::placement));
        for (RestoreItem item : ordered) {
            names.put(item.building(), item.name());
        }
        for (Placement placement : List.of(Placement.COPY, Placement.RENAME, Placement.VIEW, Placement.DROP)) {
            if (placement == Placement.VIEW) {
                ParallelTasks.run("swap", oldViews(ordered));
            }
            List<Runnable> tasks = new ArrayList<>();
            for (RestoreItem item : ordered) {
                if (item.placement() == placement && !item.name().equals(journal)) {
                    tasks.add(() -> take(item));
                }
            }
            ParallelTasks.run("swap", tasks);
        }
        for (RestoreItem item : ordered) {
            if (item.name().equals(journal)) {
                take(item);
            }
        }
    }

    /** All old views are dropped before the first new one is created, because the two could contradict each other. */
    private List<Runnable> oldViews(List<RestoreItem> items) {
        List<Runnable> tasks = new ArrayList<>();
        for (RestoreItem item : items) {
            CollectionInfo old = existing.get(item.name());
            boolean replaced = item.placement() == Placement.VIEW && existing.containsKey(item.building());
            if (old != null && old.isView() && (replaced || item.placement() == Placement.DROP)) {
                tasks.add(() -> {
                    ParallelTasks.stopIfInterrupted();
                    lock.ensureHeld();
                    states.accept(item, RestoreState.UNKNOWN);
                    database.getCollection(item.name()).drop();
                });
            }
        }
        return tasks;
    }

    private void take(RestoreItem item) {
        ParallelTasks.stopIfInterrupted();
        lock.ensureHeld();
        states.accept(item, RestoreState.UNKNOWN);
        try {
            switch (item.placement()) {
                case RENAME -> rename(item);
                case COPY -> copy(item);
                case VIEW -> view(item);
                case DROP -> empty(database, item.name());
                case FILL, KEEP -> {}
            }
        } catch (MongoException e) {
            throw DumpErrors.restore(e, "Replacing " + item.name());
        }
        states.accept(item, RestoreState.RESTORED);
    }

    private void rename(RestoreItem item) {
        if (!existing.containsKey(item.building())) {
            return;
        }
        CollectionInfo old = existing.get(item.name());
        if (old != null && !old.type().equals(CollectionInfo.COLLECTION)) {
            // A rename replaces plain collections only.
            database.getCollection(item.name()).drop();
        }
        database.getCollection(item.building())
                .renameCollection(
                        new MongoNamespace(database.getName(), item.name()),
                        new RenameCollectionOptions().dropTarget(true));
    }

    private void view(RestoreItem item) {
        CollectionInfo built = existing.get(item.building());
        if (built == null) {
            return;
        }
        database.getCollection(item.name()).drop();
        BsonDocument options = RestoreItem.viewOn(built.options(), of -> names.getOrDefault(of, of));
        build.create(item.name(), item.name(), options);
        database.getCollection(item.building()).drop();
    }

    /** Drops a collection; of {@code system.js}, only the documents. */
    static void empty(MongoDatabase database, String name) {
        if (Catalog.isSystemJs(name)) {
            database.getCollection(name).deleteMany(new BsonDocument());
        } else {
            database.getCollection(name).drop();
        }
    }

    private void copy(RestoreItem item) {
        CollectionInfo built = existing.get(item.building());
        if (built == null) {
            return;
        }
        CollectionInfo target = new CollectionInfo(item.name(), item.type(), built.options(), built.uuid());
        empty(database, item.name());
        if (!Catalog.isSystemJs(item.name())) {
            build.create(item.name(), item.name(), built.options());
        }
        Inserter inserter = new Inserter(build.documents(target.dataName()), true, false);
        try (MongoCursor<RawBsonDocument> documents = build.documents(built.dataName())
                .find()
                .batchSize(COPIED_AT_ONCE)
                .iterator()) {
            while (documents.hasNext()) {
                if (inserter.add(documents.next()) > 0) {
                    lock.ensureHeld();
                    ParallelTasks.stopIfInterrupted();
                }
            }
        }
        inserter.flush();
        List<BsonDocument> indexes = database.getCollection(item.building())
                .listIndexes(BsonDocument.class)
                .into(new ArrayList<>());
        build.indexes(item.name()).build(item.name(), built.options(), IndexRestore.withoutId(indexes));
        database.getCollection(item.building()).drop();
    }
}
