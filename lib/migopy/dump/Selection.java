package migopy.dump;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import migopy.console.Event;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.Dump.DumpRequest;
import migopy.mongo.MongoErrors;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/**
 * The collections that a dump reads, with their options and indexes, and the snapshot that they are read in.
 *
 * <p>A snapshot covers documents, not the catalog. So the catalog is listed before and after the snapshot is
 * taken, until both are equal: then it was the same at the snapshot's time.
 *
 * @param snapshot null to read without one
 */
record Selection(List<CollectionInfo> listed, List<CollectionPlan> collections, Snapshot snapshot) {
    /** A listing takes milliseconds; a database whose catalog keeps changing cannot be waited for. */
    private static final int MOST_LISTINGS = 50;

    private static final int NO_SUCH_COLLECTION = 26;

    /**
     * A collection with what is read before its first document.
     *
     * @param documents how many it has, estimated; 0 for a view
     */
    record CollectionPlan(CollectionInfo info, Metadata metadata, long documents) {}

    Selection {
        listed = List.copyOf(listed);
        collections = List.copyOf(collections);
    }

    /** Returns what exists now, to be read without a snapshot. */
    static Selection now(MongoDatabase database, DumpRequest request, Consumer<Event> events) {
        List<CollectionInfo> listed = Catalog.read(database, request);
        Map<CollectionInfo, CollectionPlan> planned = new HashMap<>();
        plan(database, listed, planned, events);
        return of(listed, planned, null);
    }

    /**
     * Returns what exists at the time of a new snapshot.
     *
     * @throws Snapshot.Lost if the catalog changed each time
     */
    static Selection atOneTime(MongoDatabase database, DumpRequest request, Consumer<Event> events) {
        Map<CollectionInfo, CollectionPlan> planned = new HashMap<>();
        List<CollectionInfo> before = Catalog.read(database, request);
        for (int i = 0; i < MOST_LISTINGS; i++) {
            plan(database, before, planned, events);
            Snapshot snapshot = snapshot(database, request, before);
            List<CollectionInfo> after = Catalog.read(database, request);
            if (before.equals(after)) {
                return of(before, planned, snapshot);
            }
            before = after;
        }
        throw new Snapshot.Lost(request.database(), "its collections kept being created, dropped or renamed", false);
    }

    private static Selection of(
            List<CollectionInfo> listed, Map<CollectionInfo, CollectionPlan> planned, Snapshot snapshot) {
        List<CollectionPlan> largestFirst = planned.values().stream()
                .filter(one -> !Catalog.isSystem(one.info().name()))
                .sorted(Comparator.comparingLong(CollectionPlan::documents).reversed())
                .toList();
        return new Selection(listed, largestFirst, snapshot);
    }

    private static void plan(
            MongoDatabase database,
            List<CollectionInfo> listed,
            Map<CollectionInfo, CollectionPlan> planned,
            Consumer<Event> events) {
        planned.keySet().retainAll(listed);
        for (CollectionInfo info : listed) {
            planned.computeIfAbsent(info, one -> plan(database, one, events));
        }
    }

    private static CollectionPlan plan(MongoDatabase database, CollectionInfo info, Consumer<Event> events) {
        if (info.isView()) {
            return new CollectionPlan(info, Metadata.of(info, List.of()), 0);
        }
        List<BsonDocument> indexes = indexes(database, info.name(), events);
        long documents = database.getCollection(info.dataName()).estimatedDocumentCount();
        return new CollectionPlan(info, Metadata.of(info, indexes), documents);
    }

    /** Returns the indexes that are ready; whether one that is being built will succeed is unknown. */
    private static List<BsonDocument> indexes(MongoDatabase database, String collection, Consumer<Event> events) {
        List<BsonDocument> ready = new ArrayList<>();
        for (BsonDocument index : listIndexes(database, collection)) {
            if (index.containsKey("buildUUID") && index.containsKey("spec")) {
                String name = index.getDocument("spec").getString("name").getValue();
                events.accept(new Event.Notice(
                        "The index %s of %s is still being built and is not in the dump".formatted(name, collection)));
            } else {
                ready.add(Metadata.fields(index));
            }
        }
        return ready;
    }

    private static List<BsonDocument> listIndexes(MongoDatabase database, String collection) {
        BsonDocument command = new BsonDocument("listIndexes", new BsonString(collection))
                .append("cursor", new BsonDocument())
                .append("includeBuildUUIDs", BsonBoolean.TRUE);
        try {
            BsonArray all = database.runCommand(command, RawBsonDocument.class)
                    .getDocument("cursor")
                    .getArray("firstBatch"); // 64 indexes at most
            return all.stream().map(index -> index.asDocument()).toList();
        } catch (MongoCommandException e) {
            if (e.getErrorCode() == NO_SUCH_COLLECTION) {
                return List.of(); // the next listing shows it
            }
            // The embedded server, and others that do not know the option.
            return new ArrayList<>(database.getCollection(collection)
                    .listIndexes(RawBsonDocument.class)
                    .into(new ArrayList<>()));
        }
    }

    private static Snapshot snapshot(MongoDatabase database, DumpRequest request, List<CollectionInfo> listed) {
        Optional<CollectionInfo> first =
                listed.stream().filter(Selection::inSnapshot).findFirst();
        if (first.isEmpty()) {
            return null;
        }
        String name = first.get().dataName();
        try {
            return Snapshot.take(request.client(), database.getCollection(name, BsonDocument.class));
        } catch (MongoException e) {
            if (Snapshot.isLost(e)) {
                throw new Snapshot.Lost(name, e);
            }
            throw e;
        }
    }

    /** A view has no documents, and the server cannot read a capped collection in a snapshot. */
    static boolean inSnapshot(CollectionInfo info) {
        return !info.isView() && !info.isCapped();
    }

    /**
     * A point in time that all collections are read at. A session belongs to one thread, so each thread opens
     * its own at the time that the server returned to the first one.
     */
    static final class Snapshot {
        /** SnapshotTooOld: older than the server's history, 300 s by default. */
        static final int TOO_OLD = 239;

        /** SnapshotUnavailable: the collection is capped, or was created or indexed after that time. */
        static final int UNAVAILABLE = 246;

        /** NamespaceNotFound, CursorNotFound, QueryPlanKilled. */
        private static final Set<Integer> GONE = Set.of(26, 43, 175);

        private final MongoClient client;
        private final BsonTimestamp time;

        private Snapshot(MongoClient client, BsonTimestamp time) {
            this.client = client;
            this.time = time;
        }

        /** Takes a snapshot of now; the server's reply to a first read contains its time. */
        static Snapshot take(MongoClient client, MongoCollection<BsonDocument> any) {
            try (ClientSession session = client.startSession(options())) {
                any.find(session).projection(new BsonDocument()).limit(1).first();
                return new Snapshot(client, session.getSnapshotTimestamp());
            }
        }

        ClientSession session() {
            ClientSession session = client.startSession(options());
            session.setSnapshotTimestamp(time);
            return session;
        }

        private static ClientSessionOptions options() {
            return ClientSessionOptions.builder().snapshot(true).build();
        }

        /** Whether the server cannot read at the snapshot's time, or no longer. */
        static boolean isLost(MongoException e) {
            return e.getCode() == TOO_OLD || e.getCode() == UNAVAILABLE || isGone(e);
        }

        /** Whether the collection was dropped or renamed while it was read. */
        static boolean isGone(MongoException e) {
            return GONE.contains(e.getCode());
        }

        /** The dump cannot continue in its snapshot. */
        static final class Lost extends RuntimeException {
            private static final long serialVersionUID = 1L;

            private final String collection;
            private final boolean anotherMaySucceed;

            Lost(String collection, MongoException cause) {
                super(MongoErrors.words(cause), cause);
                this.collection = collection;
                this.anotherMaySucceed = cause.getCode() != TOO_OLD;
            }

            Lost(String collection, String why, boolean anotherMaySucceed) {
                super(why);
                this.collection = collection;
                this.anotherMaySucceed = anotherMaySucceed;
            }

            String collection() {
                return collection;
            }

            /** Whether a new snapshot may succeed. */
            boolean anotherMaySucceed() {
                return anotherMaySucceed;
            }
        }
    }
}
