package migopy.dump;

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
import migopy.dump.Catalog.ServerFeatures;
import migopy.dump.Selection.Snapshot;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.json.JsonParseException;

/**
 * Writes a database into a folder that mongorestore can read too.
 *
 * <p>On a replica set of MongoDB 5.0 or later, all collections except capped ones show one point in time.
 * Takes no lock.
 */
public final class Dump {
    /**
     * How often a snapshot is taken again because a collection is not available in it, as one that was just
     * created.
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
     * Dumps; returns when the folder has its final name.
     *
     * @param events receives events from several threads
     * @throws MigopyException dump, if it did not finish, and the partial folder is left; usage, if the
     * request is invalid
     */
    public static DumpAnswer run(DumpRequest request, Consumer<Event> events) {
        try {
            return new Dump(request, events).run();
        } catch (ParallelTasks.Interrupted | MongoInterruptedException e) {
            throw DumpErrors.dump(
                    "The dump of %s was interrupted before it wrote anything".formatted(request.database()),
                    "Run it again: {migopy} dbdump",
                    e);
        } catch (MongoException e) {
            throw DumpErrors.dump(e, "Dumping " + request.database());
        }
    }

    private DumpAnswer run() {
        request.options().filter();
        ServerFeatures server = ServerFeatures.of(request.client());
        refuseQueryOfTimeSeries(Catalog.read(database, request));
        if (!server.snapshots()) {
            withoutSnapshot(server.whyNoSnapshots(), "");
        }
        Manifest unfinished = unfinished(server);
        DumpFolder folder = DumpFolder.create(request.folder(), unfinished);
        try {
            Manifest manifest = unfinished.completed(dump(server, folder), showsOneTime);
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
                "Run it again: {migopy} dbdump",
                cause);
    }

    /** Dumps in one snapshot if possible; a lost snapshot is taken again. */
    private List<Manifest.ManifestCollection> dump(ServerFeatures server, DumpFolder folder) throws IOException {
        DumpPass pass = new DumpPass(database, request, folder, events);
        for (int attempt = 1; server.snapshots() && attempt <= SNAPSHOTS; attempt++) {
            try {
                List<Manifest.ManifestCollection> dumped = pass.inSnapshot();
                showsOneTime = true;
                return dumped;
            } catch (Snapshot.Lost lost) {
                folder.clear();
                if (!lost.anotherMaySucceed() || attempt == SNAPSHOTS) {
                    withoutSnapshot(
                            "%s could not be read in one snapshot: %s".formatted(lost.collection(), lost.getMessage()),
                            "The dump starts over. ");
                    break;
                }
            }
        }
        return pass.withoutSnapshot();
    }

    /** Reports that the dump does not show one point in time, or fails if that is required. */
    private void withoutSnapshot(String why, String then) {
        if (request.options().requireSnapshot()) {
            throw DumpErrors.dump(
                    why + ", and --require-snapshot was given",
                    "On a replica set of MongoDB 5.0 or later, raise"
                            + " minSnapshotHistoryWindowInSeconds above the time that the dump takes,"
                            + " or dump without --require-snapshot.",
                    null);
        }
        events.accept(new Event.Notice("%s. %sCollections do not show one point in time.".formatted(why, then)));
    }

    private void refuseQueryOfTimeSeries(List<CollectionInfo> selected) {
        if (request.options().query() == null) {
            return;
        }
        for (CollectionInfo info : selected) {
            if (info.isTimeSeries() || info.isView()) {
                throw MigopyException.usage(
                        "--query does not work on %s, a %s".formatted(info.name(), info.type()),
                        "Omit --query or that collection.");
            }
        }
    }

    private Manifest unfinished(ServerFeatures server) {
        DumpOptions options = request.options();
        return new Manifest(
                false,
                request.tool(),
                server.version(),
                request.run(),
                request.database(),
                startedAt,
                startedAt,
                false,
                options.query(),
                options.collections().stream().sorted().toList(),
                List.of());
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
     * What to dump, and where to.
     *
     * @param client the connection; the caller closes it
     * @param folder the dump's folder, which must not exist yet: see {@link DumpFolder#next}
     * @param run the run's id, for the manifest
     * @param tool the program, for the manifest: {@code migopy 0.1.0}
     * @param lockCollection the lock's collection, which is never dumped
     */
    public record DumpRequest(
            MongoClient client,
            String database,
            Path folder,
            DumpOptions options,
            String run,
            String tool,
            String lockCollection) {}

    /**
     * Which documents to dump, and how.
     *
     * @param collections their names; empty: all
     * @param mustExist whether a name that the database does not have is refused; otherwise it is ignored
     * @param gzip whether each file is compressed
     * @param query a filter as Extended JSON, for {@code collections}; null: all documents
     * @param requireSnapshot whether the dump fails if it cannot show one point in time
     */
    public record DumpOptions(
            Set<String> collections, boolean mustExist, boolean gzip, String query, boolean requireSnapshot) {
        public DumpOptions {
            collections = Set.copyOf(collections);
        }

        /** Those of these collections that exist; without a name, the whole database. */
        public static DumpOptions of(Set<String> collections) {
            return new DumpOptions(collections, false, false, null, false);
        }

        /**
         * Returns the filter of {@code query}.
         *
         * @throws MigopyException usage, if {@code query} is not one document
         */
        BsonDocument filter() {
            if (query == null) {
                return new BsonDocument();
            }
            if (collections.isEmpty()) {
                throw MigopyException.usage(
                        "--query needs --collection",
                        "Name the collections: {migopy} dbdump --collection NAME --query JSON");
            }
            try {
                // In an array, because the driver's reader ignores what follows a document.
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
