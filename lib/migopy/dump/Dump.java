package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;

import migopy.MigopyException;
import migopy.console.DumpAnswer;
import migopy.console.Event;

import org.bson.BsonDocument;
import org.bson.json.JsonParseException;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Writes a database into a folder that mongorestore reads as well.
 *
 * <p>On a replica set of MongoDB 5.0 or later all collections but capped ones show one point in
 * time. Takes no lock.
 */
public final class Dump {
    /**
     * A snapshot in which a collection is not to be had is taken again; a collection that was just
     * created needs it.
     */
    private static final int SNAPSHOTS = 3;

    private final DumpRequest request;
    private final Consumer<Event> events;
    private final MongoDatabase database;
    private final BsonDocument filter;
    private final Instant startedAt = Instant.now();

    private Dump(DumpRequest request, Consumer<Event> events) {
        this.request = request;
        this.events = events;
        this.database = request.client().getDatabase(request.database());
        this.filter = filter(request);
    }

    /**
     * Dumps, and comes back when the folder has its name.
     *
     * @param events told from several threads
     * @throws MigopyException dump, when it did not get to its end: the partial folder is left
     *     then; usage, when the request cannot be right
     */
    public static DumpAnswer run(DumpRequest request, Consumer<Event> events) {
        try {
            return new Dump(request, events).run();
        } catch (MongoException e) {
            throw Failures.dump(e, "Dumping " + request.database());
        } catch (SideBySide.Stopped e) {
            throw Failures.dump(
                    "The dump of %s was interrupted".formatted(request.database()), "", e);
        }
    }

    private DumpAnswer run() {
        ServerFacts server = ServerFacts.of(request.client());
        List<CollectionInfo> selected = Catalog.select(Catalog.of(database), request);
        refuseQueryOfTimeSeries(selected);
        boolean snapshots = server.snapshots() && selected.stream().anyMatch(Dump::inSnapshot);
        if (!server.snapshots()) {
            withoutSnapshot(server.whyNoSnapshots(), "");
        }
        DumpFolder folder = DumpFolder.create(request.folder(), unfinished(server));
        List<Manifest.Collection> dumped = attempts(selected, folder, snapshots);
        boolean snapshot =
                server.snapshots()
                        && dumped.stream()
                                .allMatch(c -> c.snapshot() || isOutside(selected, c.name()));
        Manifest manifest = manifest(server, snapshot, dumped);
        try {
            folder.complete(manifest);
        } catch (IOException e) {
            throw Failures.dump(
                    "The dump %s could not be completed: %s"
                            .formatted(folder.partial(), Failures.reason(e)),
                    "Make room, and remove " + folder.partial(),
                    e);
        }
        return answer(manifest);
    }

    /** Once or several times through the collections: a snapshot can be lost on the way. */
    private List<Manifest.Collection> attempts(
            List<CollectionInfo> selected, DumpFolder folder, boolean snapshots) {
        boolean withSnapshot = snapshots;
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(selected, folder, withSnapshot);
            } catch (Snapshot.Lost lost) {
                if (!lost.anotherMayDo() || attempt >= SNAPSHOTS) {
                    withoutSnapshot(
                            "%s could not be read in one snapshot: %s"
                                    .formatted(lost.collection(), lost.getMessage()),
                            "The dump starts over. ");
                    withSnapshot = false;
                }
                try {
                    folder.clear();
                } catch (IOException e) {
                    throw Failures.dump(
                            "%s could not be emptied: %s"
                                    .formatted(folder.partial(), Failures.reason(e)),
                            "Remove it, and dump again.",
                            e);
                }
            }
        }
    }

    private List<Manifest.Collection> attempt(
            List<CollectionInfo> selected, DumpFolder folder, boolean withSnapshot) {
        List<Planned> planned = new ArrayList<>();
        for (CollectionInfo info : selected) {
            planned.add(plan(info));
        }
        planned.sort(Comparator.comparingLong(Planned::documents).reversed());
        Snapshot snapshot = withSnapshot ? takeSnapshot(selected) : null;
        Memory memory = new Memory();
        ConcurrentLinkedQueue<Manifest.Collection> dumped = new ConcurrentLinkedQueue<>();
        List<SideBySide.Task> tasks = new ArrayList<>();
        for (Planned one : planned) {
            CollectionDump dump =
                    new CollectionDump(
                            database, one.info(), one.metadata(), folder, request.gzip(), memory);
            Snapshot at = inSnapshot(one.info()) ? snapshot : null;
            tasks.add(
                    () -> {
                        Meter meter = new Meter(one.info().name(), one.documents(), events);
                        dumped.add(dump.run(filter, at, meter));
                        meter.ended();
                    });
        }
        SideBySide.run("dump", tasks);
        return dumped.stream().sorted(Comparator.comparing(Manifest.Collection::name)).toList();
    }

    /**
     * A collection with all that is asked before the first document is read.
     *
     * @param documents how many it has, estimated; 0 for a view
     */
    private record Planned(CollectionInfo info, Metadata metadata, long documents) {}

    private Planned plan(CollectionInfo info) {
        if (info.isView()) {
            return new Planned(info, Metadata.of(info, List.of()), 0);
        }
        List<BsonDocument> indexes =
                database.getCollection(info.name())
                        .listIndexes(BsonDocument.class)
                        .into(new ArrayList<>());
        long documents = database.getCollection(info.dataName()).estimatedDocumentCount();
        return new Planned(info, Metadata.of(info, indexes), documents);
    }

    private Snapshot takeSnapshot(List<CollectionInfo> selected) {
        Optional<CollectionInfo> first = selected.stream().filter(Dump::inSnapshot).findFirst();
        String name = first.orElseThrow().dataName();
        try {
            return Snapshot.take(
                    request.client(), database.getCollection(name, BsonDocument.class));
        } catch (MongoException e) {
            if (Snapshot.isLost(e)) {
                throw new Snapshot.Lost(name, e);
            }
            throw e;
        }
    }

    private static boolean inSnapshot(CollectionInfo info) {
        return !info.isView() && !info.isCapped();
    }

    private static boolean isOutside(List<CollectionInfo> selected, String name) {
        return selected.stream().anyMatch(i -> i.name().equals(name) && !inSnapshot(i));
    }

    /** Says that the dump shows no single point in time, or fails where one is required. */
    private void withoutSnapshot(String why, String then) {
        if (request.requireSnapshot()) {
            throw Failures.dump(
                    why + "; --require-snapshot asks for one",
                    "On a replica set of MongoDB 5.0 or later, raise"
                        + " minSnapshotHistoryWindowInSeconds above the time that the dump takes,"
                        + " or dump without --require-snapshot.",
                    null);
        }
        events.accept(
                new Event.Notice(
                        "%s. %sCollections do not show one point in time.".formatted(why, then)));
    }

    private void refuseQueryOfTimeSeries(List<CollectionInfo> selected) {
        if (request.query() == null) {
            return;
        }
        for (CollectionInfo info : selected) {
            if (info.isTimeSeries() || info.isView()) {
                throw MigopyException.usage(
                        "--query does not work on %s, a %s".formatted(info.name(), info.type()),
                        "Leave --query or the collection out.");
            }
        }
    }

    private static BsonDocument filter(DumpRequest request) {
        if (request.query() == null) {
            return new BsonDocument();
        }
        if (request.collections().isEmpty()) {
            throw MigopyException.usage(
                    "--query asks for the collections it is about",
                    "Name them: {migopy} dbdump --collection NAME --query JSON");
        }
        try {
            return BsonDocument.parse(request.query());
        } catch (JsonParseException e) {
            throw MigopyException.usage(
                    "--query is no JSON document: " + e.getMessage(),
                    "Write it like {\"name\": \"Ada\"}, in single quotes for the shell.");
        }
    }

    private Manifest unfinished(ServerFacts server) {
        return new Manifest(
                false,
                request.tool(),
                server.version(),
                request.run(),
                request.database(),
                startedAt,
                startedAt,
                false,
                request.query(),
                selected(),
                List.of());
    }

    private Manifest manifest(
            ServerFacts server, boolean snapshot, List<Manifest.Collection> collections) {
        return new Manifest(
                true,
                request.tool(),
                server.version(),
                request.run(),
                request.database(),
                startedAt,
                Instant.now(),
                snapshot,
                request.query(),
                selected(),
                collections);
    }

    private List<String> selected() {
        return request.collections().stream().sorted().toList();
    }

    private DumpAnswer answer(Manifest manifest) {
        return new DumpAnswer(
                manifest.database(),
                request.folder().toString(),
                manifest.snapshot(),
                manifest.collections().stream()
                        .map(
                                c ->
                                        new DumpAnswer.Collection(
                                                c.name(), c.type(), c.documents(), c.bytes()))
                        .toList(),
                Duration.between(startedAt, manifest.finishedAt()));
    }
}
