package migopy.dump;

import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import migopy.console.Event;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.Dump.DumpRequest;
import migopy.dump.ParallelTasks.MemoryBudget;
import migopy.dump.ParallelTasks.Meter;
import migopy.dump.Selection.Snapshot;
import migopy.dump.WriteBehind.Chunks;
import org.bson.BsonDocument;

/**
 * Reads the collections into a folder and checks that none was missed because it was dropped, renamed or
 * created meanwhile.
 */
final class DumpPass {
    /** How often collections that changed are read again without a snapshot. */
    private static final int PASSES = 4;

    private final MongoDatabase database;
    private final DumpRequest request;
    private final BsonDocument filter;
    private final DumpFolder folder;
    private final Consumer<Event> events;

    DumpPass(MongoDatabase database, DumpRequest request, DumpFolder folder, Consumer<Event> events) {
        this.database = database;
        this.request = request;
        this.filter = request.options().filter();
        this.folder = folder;
        this.events = events;
    }

    /**
     * Reads all collections in one new snapshot, except capped ones.
     *
     * @throws Snapshot.Lost if one could not be read in it
     */
    List<Manifest.ManifestCollection> inSnapshot() {
        Selection selection = Selection.atOneTime(database, request, events);
        Map<CollectionInfo, Manifest.ManifestCollection> dumped = new ConcurrentHashMap<>();
        read(selection.collections(), (one, dump, meter) -> {
            boolean outside = !Selection.inSnapshot(one.info());
            Snapshot snapshot = outside ? null : selection.snapshot();
            dumped.put(one.info(), dump.run(filter, snapshot, meter));
        });
        List<CollectionInfo> now = Catalog.read(database, request);
        for (Selection.CollectionPlan one : selection.collections()) {
            if (isMissed(one, dumped.get(one.info()), now)) {
                throw new Snapshot.Lost(one.info().name(), "it was dropped or renamed meanwhile", true);
            }
        }
        reportCapped(selection);
        return byName(dumped.values());
    }

    private void reportCapped(Selection selection) {
        List<String> capped = selection.listed().stream()
                .filter(CollectionInfo::isCapped)
                .map(CollectionInfo::name)
                .toList();
        if (!capped.isEmpty()) {
            events.accept(new Event.Notice("Read outside of the snapshot, because a snapshot contains no capped"
                    + " collections: " + String.join(", ", capped)));
        }
    }

    /** Reads collections without a snapshot, then those again that were created, dropped or renamed meanwhile. */
    List<Manifest.ManifestCollection> withoutSnapshot() throws IOException {
        Map<CollectionInfo, Manifest.ManifestCollection> dumped = new ConcurrentHashMap<>();
        Set<String> changed = new TreeSet<>();
        for (int pass = 1; pass <= PASSES; pass++) {
            Selection selection = Selection.now(database, request, events);
            forget(dumped, info -> !selection.listed().contains(info));
            List<Selection.CollectionPlan> open = selection.collections().stream()
                    .filter(one -> !dumped.containsKey(one.info()))
                    .toList();
            read(open, (one, dump, meter) -> readUnlessGone(one, dump, meter, dumped));
            List<CollectionInfo> now = Catalog.read(database, request);
            for (Selection.CollectionPlan one : open) {
                forget(dumped, info -> info.equals(one.info()) && isMissed(one, dumped.get(info), now));
            }
            changed = changed(now, dumped.keySet());
            if (changed.isEmpty()) {
                break;
            }
        }
        if (!changed.isEmpty()) {
            events.accept(new Event.Notice("Created, dropped or renamed while the dump was running; the dump"
                    + " may lack them: " + String.join(", ", changed)));
        }
        return byName(dumped.values());
    }

    private void readUnlessGone(
            Selection.CollectionPlan one,
            CollectionDump dump,
            Meter meter,
            Map<CollectionInfo, Manifest.ManifestCollection> dumped) {
        try {
            dumped.put(one.info(), dump.run(filter, null, meter));
        } catch (Snapshot.Lost e) { // if it was renamed, the next pass lists it under its new name
            dump.removeFiles();
        }
    }

    private void forget(Map<CollectionInfo, Manifest.ManifestCollection> dumped, Predicate<CollectionInfo> which)
            throws IOException {
        for (CollectionInfo info : List.copyOf(dumped.keySet())) {
            if (which.test(info)) {
                folder.delete(dumped.remove(info));
            }
        }
    }

    /** Returns the names of what was dumped and no longer exists, or exists and was not dumped. */
    private static Set<String> changed(List<CollectionInfo> now, Set<CollectionInfo> dumped) {
        Set<String> changed = new TreeSet<>();
        for (CollectionInfo info : now) {
            if (!Catalog.isSystem(info.name()) && !dumped.contains(info)) {
                changed.add(info.name());
            }
        }
        for (CollectionInfo info : dumped) {
            if (!now.contains(info)) {
                changed.add(info.name());
            }
        }
        return changed;
    }

    /**
     * Whether a collection only seemed empty. Before MongoDB 7.0 the server resolves its name at the time of
     * the read, even in a snapshot, and returns no documents for a name that does not exist.
     */
    private boolean isMissed(
            Selection.CollectionPlan one, Manifest.ManifestCollection dumped, List<CollectionInfo> now) {
        if (one.info().isView() || dumped == null || dumped.documents() > 0) {
            return false;
        }
        return !now.contains(one.info())
                || filter.isEmpty()
                        && one.documents() > 0
                        && database.getCollection(one.info().dataName()).find().first() != null;
    }

    /** Reads one of several collections. */
    private interface CollectionReader {
        void read(Selection.CollectionPlan one, CollectionDump dump, Meter meter);
    }

    private void read(List<Selection.CollectionPlan> collections, CollectionReader reader) {
        MemoryBudget budget = new MemoryBudget(2);
        Chunks chunks = new Chunks();
        List<Runnable> tasks = new ArrayList<>();
        for (Selection.CollectionPlan one : collections) {
            CollectionDump dump = new CollectionDump(
                    database,
                    one.info(),
                    one.metadata(),
                    folder,
                    request.options().gzip(),
                    budget,
                    chunks);
            tasks.add(() -> {
                Meter meter = new Meter(one.info().name(), one.documents(), events);
                reader.read(one, dump, meter);
                meter.ended();
            });
        }
        ParallelTasks.run("dump", tasks);
    }

    private static List<Manifest.ManifestCollection> byName(Collection<Manifest.ManifestCollection> dumped) {
        return dumped.stream()
                .sorted(Comparator.comparing(Manifest.ManifestCollection::name))
                .toList();
    }
}
