package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.console.DumpAnswer;
import migopy.console.Event;

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
        } catch (SideBySide.Stopped | MongoInterruptedException e) {
            throw Failures.dump(
                    "The dump of %s was interrupted before it wrote anything".formatted(request.database()),
                    "Start it again: {migopy} dbdump",
                    e);
        } catch (MongoException e) {
            throw Failures.dump(e, "Dumping " + request.database());
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
        } catch (SideBySide.Stopped | MongoInterruptedException | ClosedByInterruptException e) {
            throw interrupted(folder, e);
        } catch (IOException e) {
            throw Failures.dump(
                    "The dump %s could not be completed: %s".formatted(folder.partial(), Failures.reason(e)),
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
        return Failures.dump(
                "The dump of %s was interrupted; %s".formatted(request.database(), left),
                "Start it again: {migopy} dbdump",
                cause);
    }

    /** In one snapshot if possible, which can be lost on the way and is then taken again. */
    private List<Manifest.Collection> dump(ServerFacts server, DumpFolder folder) throws IOException {
        DumpPass pass = new DumpPass(database, request, folder, events);
        for (int attempt = 1; server.snapshots() && attempt <= SNAPSHOTS; attempt++) {
            try {
                List<Manifest.Collection> dumped = pass.inSnapshot();
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
            throw Failures.dump(
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

    private Manifest manifest(ServerFacts server, List<Manifest.Collection> collections) {
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
                        .map(c -> new DumpAnswer.Collection(c.name(), c.type(), c.documents(), c.bytes()))
                        .toList(),
                Duration.between(startedAt, manifest.finishedAt()));
    }
}
