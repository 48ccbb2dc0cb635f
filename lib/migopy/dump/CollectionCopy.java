package migopy.dump;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.CollectionBuild.Creation;
import migopy.dump.CollectionBuild.IndexRestore;
import migopy.dump.FolderContents.DumpedCollection;
import migopy.dump.RestoreAnswer.RefusedIndex;
import migopy.dump.RestoreRequest.RestoreOptions;
import migopy.mongo.Connection;
import migopy.mongo.ServerOperations;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

/** Copies collections to another database, with their options and indexes: all documents, a random sample, or those of a dump. */
public final class CollectionCopy {
    private static final int ALL = -1;

    /** Fewer documents are copied faster than the server replaces a collection. */
    private static final long MANY = 10_000;

    /** Of a collection, in the server. */
    private static final long COPY_MINUTES = 30;

    private static final long POLL_MS = 50;

    /** How long a copy that was killed may take to end. */
    private static final long END_MS = 10_000;

    private final Runnable ensureWanted;
    private final Consumer<Event> events;
    private final FieldMask mask;
    private final Predicate<String> whole;
    private final Connection sameServer;

    /**
     * A collection that was copied.
     *
     * @param documents how many were copied
     * @param total how many there are, as the server estimates it
     * @param aimed how many of them were chosen, not at random
     * @param indexes without that of {@code _id}
     */
    public record Copied(String collection, long documents, long total, long aimed, int indexes) {
        /** Whether there are documents that were not copied. */
        public boolean isSample() {
            return documents < total;
        }

        /** Returns {@code all}, {@code sample} or {@code sample+aim}. */
        public String how() {
            return aimed > 0 ? "sample+aim" : isSample() ? "sample" : "all";
        }

        /** Returns the same with more documents that were chosen. */
        public Copied withAimed(long more) {
            return new Copied(collection, documents + more, total, aimed + more, indexes);
        }
    }

    /**
     * @param ensureWanted called before each batch; throws if the copy has to end
     * @param mask applied to all documents, except those of {@code whole}
     * @param whole names of collections that are always copied as they are
     * @param sameServer to the original, if the copy is on its server; else null
     */
    public CollectionCopy(
            Runnable ensureWanted,
            Consumer<Event> events,
            FieldMask mask,
            Predicate<String> whole,
            Connection sameServer) {
        this.sameServer = sameServer;
        this.mask = mask;
        this.whole = whole;
        this.ensureWanted = ensureWanted;
        this.events = events;
    }

    /**
     * Copies the collections, then the views on them.
     *
     * @param wanted names of collections
     * @param sample how many documents to copy of each at most
     * @return the collections, without views, by name
     */
    public List<Copied> copy(MongoDatabase from, MongoDatabase to, Predicate<String> wanted, long sample) {
        List<Copied> copied = new ArrayList<>();
        List<CollectionInfo> views = new ArrayList<>();
        for (CollectionInfo info : Catalog.of(from)) {
            if (info.isView()) {
                views.add(info);
            } else if (!Catalog.isSystem(info.name()) && wanted.test(info.name())) {
                copied.add(copy(from, to, info, whole.test(info.name()) ? ALL : sample));
            }
        }
        for (CollectionInfo view : views) {
            if (wanted.test(view.name())) {
                create(to, view.name(), view.options());
            }
        }
        return copied;
    }

    /**
     * Returns how many bytes the documents of a copy have, uncompressed.
     *
     * @param wanted names of collections
     * @param sample how many documents would be copied of each at most
     */
    public static long bytes(MongoDatabase from, Predicate<String> wanted, long sample) {
        long bytes = 0;
        for (CollectionInfo info : Catalog.of(from)) {
            if (!info.isView() && !Catalog.isSystem(info.name()) && wanted.test(info.name())) {
                bytes += bytes(from, info, sample);
            }
        }
        return bytes;
    }

    /** Of each shard that has documents of it. */
    private static long bytes(MongoDatabase from, CollectionInfo info, long sample) {
        double size = 0;
        double count = 0;
        Document stage = new Document("$collStats", new Document("storageStats", new Document()));
        for (BsonDocument one : from.getCollection(info.dataName()).aggregate(List.of(stage), BsonDocument.class)) {
            BsonDocument stats = one.getDocument("storageStats", new BsonDocument());
            size += stats.getNumber("size", new BsonInt32(0)).doubleValue();
            count += stats.getNumber("count", new BsonInt32(0)).doubleValue();
        }
        return (long) (count > sample ? size / count * sample : size);
    }

    /**
     * Adds documents to a collection that was copied.
     *
     * @param most how many to read of those that match
     * @param limit how long the search may take
     * @return how many were not in the copy
     */
    public long add(
            MongoCollection<RawBsonDocument> from,
            MongoCollection<RawBsonDocument> to,
            Bson filter,
            int most,
            Duration limit) {
        ensureWanted.run();
        FindIterable<RawBsonDocument> found =
                from.find(filter).limit(most).maxTime(limit.toMillis(), TimeUnit.MILLISECONDS);
        try (MongoCursor<RawBsonDocument> documents = found.iterator()) {
            return insert(() -> documents.hasNext() ? documents.next() : null, to);
        }
    }

    /**
     * Restores a dump's folder into an empty database.
     *
     * @param lockCollection is left out
     * @return the name of the dumped database
     * @throws MigopyException usage, if it is not a dump's folder; refused, if the dump is not complete; failed, if a file
     *     is damaged
     */
    public String load(Path folder, MongoDatabase to, String lockCollection) {
        DumpSource source = opened(folder, to.getName());
        List<DumpedCollection> views = new ArrayList<>();
        for (DumpedCollection one : contents(source, folder, to.getName(), lockCollection)) {
            if (one.isView()) {
                views.add(one);
                continue;
            }
            ensureWanted.run();
            create(to, one.name(), one.metadata().options());
            index(to, one.name(), one.metadata().options(), one.metadata().indexes());
            if (one.dataFile() != null && isCopied(one.name(), one.isTimeSeries())) {
                try (BsonFile file = BsonFile.open(one.dataFile())) {
                    insert(file::next, to.getCollection(one.dataName(one.name()), RawBsonDocument.class));
                }
            }
        }
        views.forEach(one -> create(to, one.name(), one.metadata().options()));
        return source.database();
    }

    private static DumpSource opened(Path folder, String database) {
        try {
            return DumpSource.open(folder, database);
        } catch (MigopyException e) {
            throw new MigopyException(e.kind(), e.getMessage(), "Name the folder of a dump: --from DIR", e);
        }
    }

    private static List<DumpedCollection> contents(
            DumpSource source, Path folder, String database, String lockCollection) {
        RestoreOptions options = new RestoreOptions(false, false, false, false, false);
        RestoreRequest request = new RestoreRequest(
                null, database, null, folder, folder, Set.of(), options, "rehearsal", "", lockCollection);
        return FolderContents.of(source.databaseFolder(), request).collections();
    }

    private void create(MongoDatabase to, String name, BsonDocument options) {
        if (!Catalog.isSystemJs(name)) {
            new Creation(to, events).create(name, name, options);
        }
    }

    private int index(MongoDatabase to, String name, BsonDocument options, List<BsonDocument> indexes) {
        List<BsonDocument> wanted = IndexRestore.withoutId(indexes);
        List<RefusedIndex> refused = new IndexRestore(to, name, false, events).build(name, options, wanted);
        refused.forEach(one -> events.accept(new Event.Notice(
                "The copy of %s has no index %s: %s".formatted(one.collection(), one.index(), one.message()))));
        return wanted.size() - refused.size();
    }

    /** The fields of a time series are inside of compressed buckets. */
    private boolean isCopied(String name, boolean timeSeries) {
        boolean masked = timeSeries && !mask.fields().isEmpty();
        if (masked) {
            events.accept(new Event.Notice(
                    "The copy of the time series %s has no documents, because they cannot be masked".formatted(name)));
        }
        return !masked;
    }

    /** Returns how many were not there already. */
    private long insert(Supplier<RawBsonDocument> documents, MongoCollection<RawBsonDocument> to) {
        boolean unchanged = whole.test(to.getNamespace().getCollectionName());
        Inserter inserter = new Inserter(to, true, false);
        for (RawBsonDocument next = documents.get(); next != null; next = documents.get()) {
            if (inserter.add(unchanged ? next : mask.masked(next)) > 0) {
                ensureWanted.run();
            }
        }
        inserter.flush();
        return inserter.inserted();
    }

    /**
     * Creates a collection, time series or view.
     *
     * @param options as {@code listCollections} reports them
     * @param indexes without that of {@code _id}; those that the server refuses are left out
     */
    public static void define(MongoDatabase database, String name, BsonDocument options, List<BsonDocument> indexes) {
        new Creation(database, event -> {}).create(name, name, options);
        new IndexRestore(database, name, false, event -> {}).build(name, options, indexes);
    }

    private Copied copy(MongoDatabase from, MongoDatabase to, CollectionInfo info, long most) {
        ensureWanted.run();
        create(to, info.name(), info.options());
        List<BsonDocument> listed =
                from.getCollection(info.name()).listIndexes(BsonDocument.class).into(new ArrayList<>());
        int indexes = index(to, info.name(), info.options(), listed);
        MongoCollection<RawBsonDocument> source = from.getCollection(info.dataName(), RawBsonDocument.class);
        long total = source.estimatedDocumentCount();
        if (!isCopied(info.name(), info.isTimeSeries())) {
            return new Copied(info.name(), 0, total, 0, indexes);
        }
        boolean complete = most == ALL || total <= most;
        boolean plain =
                !info.isTimeSeries() && !info.isCapped() && (mask.fields().isEmpty() || whole.test(info.name()));
        if (complete && plain && total >= MANY && sameServer != null && copyInServer(from, to, info.name())) {
            long documents = to.getCollection(info.name()).countDocuments();
            return new Copied(info.name(), documents, Math.max(total, documents), 0, indexes);
        }
        try (MongoCursor<RawBsonDocument> documents = complete
                ? source.find().iterator()
                : source.aggregate(List.of(new Document("$sample", new Document("size", most))))
                        .iterator()) {
            long copied = insert(
                    () -> documents.hasNext() ? documents.next() : null,
                    to.getCollection(info.dataName(), RawBsonDocument.class));
            return new Copied(info.name(), copied, Math.max(total, copied), 0, indexes);
        }
    }

    /**
     * Copies all documents in half the time, in the server. Options and indexes of the target stay. A signal ends it at once.
     *
     * @return false if the server refuses it
     */
    private boolean copyInServer(MongoDatabase from, MongoDatabase to, String name) {
        Document out = new Document("$out", new Document("db", to.getName()).append("coll", name));
        try (ClientSession session = sameServer.client().startSession()) {
            FutureTask<Void> copy = new FutureTask<>(
                    () -> from.withTimeout(COPY_MINUTES, TimeUnit.MINUTES)
                            .getCollection(name)
                            .aggregate(session, List.of(out))
                            .bypassDocumentValidation(true)
                            .toCollection(),
                    null);
            Thread thread = new Thread(copy, "migopy-copy");
            thread.setDaemon(true);
            thread.start();
            try {
                while (!isDone(copy)) {
                    ensureWanted.run();
                }
                return true;
            } finally {
                end(thread, session);
            }
        } catch (MongoCommandException e) {
            return false;
        }
    }

    private void end(Thread copy, ClientSession session) {
        boolean interrupted = Thread.interrupted(); // the driver would send nothing
        try {
            if (copy.isAlive()) {
                new ServerOperations(sameServer)
                        .killSession(session.getServerSession().getIdentifier());
            }
            copy.join(END_MS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isDone(FutureTask<Void> copy) {
        try {
            copy.get(POLL_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MongoInterruptedException("The copy was interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof MongoException known ? known : new IllegalStateException(e.getCause());
        }
    }
}
