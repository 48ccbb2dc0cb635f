package migopy.dump;

import migopy.dump.Selection.Snapshot;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.Catalog.ServerFacts;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.json.JsonParseException;

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
    private static final int SNAPSHOTS = 5;

    private final DumpRequest request;
    private final Consumer<Event> events;
    private final MongoDatabase database;
    private final Instant startedAt = Instant.now();
    private boolean showsOneTime;

    private Dump(DumpRequest request, Consumer<Event> events) {
        this.request = request;
        this.events = events;
        this.database = request.client().getDatabase(request.database());
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
        } catch (ParallelTasks.Interrupted | MongoInterruptedException e) {
            throw DumpErrors.dump(
                    "The dump of %s was interrupted before it wrote anything".formatted(request.database()),
                    "Start it again: {migopy} dbdump",
                    e);
        } catch (MongoException e) {
            throw DumpErrors.dump(e, "Dumping " + request.database());
        }
    }

    private DumpAnswer run() {
        request.filter();
        ServerFacts server = ServerFacts.of(request.client());
        refuseQueryOfTimeSeries(Catalog.read(database, request));
        if (!server.snapshots()) {
            withoutSnapshot(server.whyNoSnapshots(), "");
        }
        DumpFolder folder = DumpFolder.create(request.folder(), unfinished(server));
        try {
            Manifest manifest = manifest(server, dump(server, folder));
            folder.complete(manifest);
            return answer(manifest);
        } catch (ParallelTasks.Interrupted | MongoInterruptedException | ClosedByInterruptException e) {
            throw interrupted(folder, e);
        } catch (IOException e) {
            throw DumpErrors.dump(
                    "The dump %s could not be completed: %s".formatted(folder.partial(), DumpErrors.reason(e)),
                    "Free some space, remove " + folder.partial() + ", and dump again.",
                    e);
        }
    }

    private MigopyException interrupted(DumpFolder folder, Exception cause) {
        String left = "its unfinished folder was removed";
        try {
            folder.remove();
        } catch (IOException e) {
            cause.addSuppressed(e);
            left = "its unfinished folder %s is left".formatted(folder.partial());
        }
        return DumpErrors.dump(
                "The dump of %s was interrupted; %s".formatted(request.database(), left),
                "Start it again: {migopy} dbdump",
                cause);
    }

    /** In one snapshot if possible, which can be lost on the way and is then taken again. */
    private List<Manifest.ManifestCollection> dump(ServerFacts server, DumpFolder folder) throws IOException {
        DumpPass pass = new DumpPass(database, request, folder, events);
        for (int attempt = 1; server.snapshots() && attempt <= SNAPSHOTS; attempt++) {
            try {
                List<Manifest.ManifestCollection> dumped = pass.inSnapshot();
                showsOneTime = true;
                return dumped;
            } catch (Snapshot.Lost lost) {
                folder.clear();
                if (!lost.anotherMayDo() || attempt == SNAPSHOTS) {
                    withoutSnapshot(
                            "%s could not be read in one snapshot: %s".formatted(lost.collection(), lost.getMessage()),
                            "The dump starts over. ");
                    break;
                }
            }
        }
        return pass.withoutSnapshot();
    }

    /** Says that the dump shows no single point in time, or fails where one is required. */
    private void withoutSnapshot(String why, String then) {
        if (request.requireSnapshot()) {
            throw DumpErrors.dump(
                    why + "; --require-snapshot asks for one",
                    "On a replica set of MongoDB 5.0 or later, raise"
                            + " minSnapshotHistoryWindowInSeconds above the time that the dump takes,"
                            + " or dump without --require-snapshot.",
                    null);
        }
        events.accept(new Event.Notice("%s. %sCollections do not show one point in time.".formatted(why, then)));
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

    private Manifest manifest(ServerFacts server, List<Manifest.ManifestCollection> collections) {
        return new Manifest(
                true,
                request.tool(),
                server.version(),
                request.run(),
                request.database(),
                startedAt,
                Instant.now(),
                showsOneTime,
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
                        .map(c -> new DumpAnswer.CollectionSize(c.name(), c.type(), c.documents(), c.bytes()))
                        .toList(),
                Duration.between(startedAt, manifest.finishedAt()));
    }

    /**
     * What to dump, and to where.
     *
     * @param client the connection; closed by whoever opened it
     * @param database the database's name
     * @param folder the folder that the dump becomes; it must not exist yet. {@link DumpFolder#next}
     *     names one
     * @param collections their names; empty: all
     * @param mustExist whether a name that the database does not have is refused, or passed over
     * @param gzip whether each file is packed
     * @param query a filter as Extended JSON, for {@code collections}; null: all documents
     * @param requireSnapshot whether the dump fails where it cannot show one point in time
     * @param run the run's id, for the manifest
     * @param tool what writes it, for the manifest: {@code migopy 0.1.0}
     * @param lockCollection the collection that the lock lies in, which is never dumped
     */
    public record DumpRequest(
            MongoClient client,
            String database,
            Path folder,
            Set<String> collections,
            boolean mustExist,
            boolean gzip,
            String query,
            boolean requireSnapshot,
            String run,
            String tool,
            String lockCollection) {
        public DumpRequest {
            collections = Set.copyOf(collections);
        }

        /**
         * The documents that are asked for.
         *
         * @throws MigopyException usage, when {@code query} is not one document
         */
        BsonDocument filter() {
            if (query == null) {
                return new BsonDocument();
            }
            if (collections.isEmpty()) {
                throw MigopyException.usage(
                        "--query needs the collections that it is for",
                        "Name them: {migopy} dbdump --collection NAME --query JSON");
            }
            try {
                // In an array, since the driver's reader ignores what follows a document.
                BsonArray filters = BsonArray.parse("[" + query + "]");
                if (filters.size() == 1 && filters.get(0).isDocument()) {
                    return filters.get(0).asDocument();
                }
                throw wrongQuery("it must be one document", null);
            } catch (JsonParseException e) {
                throw wrongQuery(e.getMessage(), e);
            }
        }

        private static MigopyException wrongQuery(String why, Exception cause) {
            return new MigopyException(
                    MigopyException.Kind.USAGE,
                    "--query is not a JSON document: " + why,
                    "Write it like '{\"name\": \"Ada\"}', in single quotes for the shell.",
                    cause);
        }
    }
}
