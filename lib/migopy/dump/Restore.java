package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;

import migopy.MigopyException;
import migopy.console.Event;
import migopy.console.RestoreAnswer;
import migopy.console.Wording;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Brings a dump back, Migopy's or mongodump's. All of it is read and checked before anything is
 * changed; then data, then indexes. Takes no lock, and refuses while one is held.
 */
public final class Restore {
    private final RestoreRequest request;
    private final Consumer<Event> events;
    private final DumpSource source;
    private final MongoDatabase database;
    private final long startedAt = System.nanoTime();

    private Restore(RestoreRequest request, Consumer<Event> events) {
        this.request = request;
        this.events = events;
        this.source = DumpSource.open(request.folder());
        this.database = request.client().getDatabase(target());
    }

    /**
     * Restores, and comes back when all is in place.
     *
     * @param events told from several threads
     * @throws MigopyException usage, when the folder is no dump or of another database; refused,
     *     when the dump is not complete; locked, when a run holds the lock; failed, when a file is
     *     damaged (then nothing was changed) or the server did not take something
     */
    public static RestoreAnswer run(RestoreRequest request, Consumer<Event> events) {
        try {
            return new Restore(request, events).run();
        } catch (MongoException e) {
            throw Failures.restore(e, "Restoring " + request.folder());
        } catch (SideBySide.Stopped e) {
            throw Failures.restore(
                    "The restore of %s was interrupted".formatted(request.folder()),
                    "Collections that were not finished yet are as they were, or partly filled"
                            + " without --drop.",
                    e);
        }
    }

    private RestoreAnswer run() {
        request.refuseIfLocked().accept(database);
        if (source.manifest() == null) {
            events.accept(
                    new Event.Notice(
                            "%s has no manifest, as dumps of mongodump: only its BSON is checked"
                                    .formatted(request.folder())));
        }
        List<DumpedCollection> found = FolderContents.of(source.databaseFolder());
        List<DumpedCollection> selected =
                FolderContents.select(found, request.collections(), request.lockCollection());
        DumpCheck.check(source, found, selected, events);

        ServerFacts server = ServerFacts.of(request.client());
        Map<String, CollectionInfo> existing = existing();
        selected.forEach(
                collection -> refuseOtherKind(collection, existing.get(collection.name())));
        request.refuseIfLocked().accept(database);

        List<RestoreAnswer.Collection> restored = new ArrayList<>();
        restored.addAll(
                restore(selected.stream().filter(c -> !c.isView()).toList(), existing, server));
        restored.addAll(
                restore(
                        selected.stream().filter(DumpedCollection::isView).toList(),
                        existing,
                        server));
        restored.sort(Comparator.comparing(RestoreAnswer.Collection::name));
        return new RestoreAnswer(
                database.getName(),
                request.folder().toString(),
                source.manifest() != null,
                restored,
                Duration.ofNanos(System.nanoTime() - startedAt));
    }

    private List<RestoreAnswer.Collection> restore(
            List<DumpedCollection> collections,
            Map<String, CollectionInfo> existing,
            ServerFacts server) {
        Map<String, Long> documents = documents();
        ConcurrentLinkedQueue<RestoreAnswer.Collection> restored = new ConcurrentLinkedQueue<>();
        List<SideBySide.Task> tasks = new ArrayList<>();
        for (DumpedCollection collection : collections) {
            String building = buildingName(collection, tasks.size(), server);
            CollectionRestore task =
                    new CollectionRestore(
                            database,
                            collection,
                            existing.get(collection.name()),
                            request,
                            building,
                            events);
            long count = documents.getOrDefault(collection.name(), 0L);
            tasks.add(() -> restored.add(task.run(count)));
        }
        SideBySide.run("restore", tasks);
        return List.copyOf(restored);
    }

    /**
     * A plain collection that replaces another is built under a name of its own; what cannot be
     * renamed is not.
     */
    private String buildingName(DumpedCollection collection, int number, ServerFacts server) {
        boolean beside =
                request.drop()
                        && collection.type().equals(CollectionInfo.COLLECTION)
                        && !Catalog.isSystemJs(collection.name())
                        && server.renames();
        return beside ? Catalog.UNFINISHED + request.run() + "." + number : collection.name();
    }

    private Map<String, CollectionInfo> existing() {
        Map<String, CollectionInfo> existing = new HashMap<>();
        for (CollectionInfo info : Catalog.of(database)) {
            existing.put(info.name(), info);
            if (info.name().startsWith(Catalog.UNFINISHED)) {
                events.accept(
                        new Event.Notice(
                                "%s is of a restore that is under way or was killed; if it was, drop it"
                                        .formatted(info.name())));
            }
        }
        return existing;
    }

    private Map<String, Long> documents() {
        Map<String, Long> documents = new HashMap<>();
        if (source.manifest() != null) {
            source.manifest().collections().forEach(c -> documents.put(c.name(), c.documents()));
        }
        return documents;
    }

    private void refuseOtherKind(DumpedCollection collection, CollectionInfo existing) {
        if (existing != null && !request.drop() && !existing.type().equals(collection.type())) {
            throw MigopyException.refused(
                    "%s is a %s in %s and a %s in the dump"
                            .formatted(
                                    collection.name(),
                                    existing.type(),
                                    database.getName(),
                                    collection.type()),
                    "Replace it with --drop, or restore into another database with --to.");
        }
    }

    private String target() {
        if (request.to() != null) {
            return request.to();
        }
        if (!source.database().equals(request.database())) {
            throw MigopyException.usage(
                    "%s is a dump of %s, and the database is %s"
                            .formatted(request.folder(), source.database(), request.database()),
                    "To restore it there: {migopy} dbrestore %s --to %s"
                            .formatted(
                                    Wording.word(request.folder().toString()),
                                    Wording.word(request.database())));
        }
        return request.database();
    }
}
