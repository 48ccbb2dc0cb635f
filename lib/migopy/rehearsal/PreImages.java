package migopy.rehearsal;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import migopy.rehearsal.Definition.DefinitionChange;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * Collections as they were before a migration wrote to them, and what has changed since. A copy is made just before the
 * first write, by the server.
 */
final class PreImages {
    /** Two batches of documents are in memory at a time, of at most 16 MB a document. */
    private static final int BATCH = 500;

    /** Copying a collection of a sample, or of all documents. */
    private static final long COPY_MINUTES = 30;

    private static final BsonDocumentCodec DOCUMENTS = new BsonDocumentCodec();

    private final MongoDatabase database;
    private final String prefix;
    private final Set<String> ignored;
    private final Map<String, Optional<Definition>> before = new TreeMap<>();

    private long keptNanos;

    /** The numbers of documents of time series, which are not copied because their documents have no ids. */
    private final Map<String, Long> seriesBefore = new HashMap<>();

    /**
     * How the documents of a collection differ.
     *
     * @param shapes of the changed documents
     */
    record CollectionChange(
            String collection, long inserted, long deleted, long changed, long unchanged, Shapes shapes) {
        /** Whether there is no difference, not even in the order of fields. */
        boolean isEmpty() {
            return inserted == 0 && deleted == 0 && changed == 0;
        }

        /** Whether the documents have equal fields, in whatever order. */
        boolean sameFields() {
            return inserted == 0 && deleted == 0 && shapes.reordered() == changed;
        }
    }

    /** The differences of all collections that were written to. */
    record Changes(List<CollectionChange> documents, List<DefinitionChange> definitions) {
        boolean sameFields() {
            return definitions.isEmpty() && documents.stream().allMatch(CollectionChange::sameFields);
        }

        boolean isEmpty() {
            return definitions.isEmpty() && documents.stream().allMatch(CollectionChange::isEmpty);
        }
    }

    /**
     * @param prefix of the names of the copies, with a number for each migration
     * @param ignored the collections of Migopy itself
     */
    PreImages(MongoDatabase database, String prefix, Set<String> ignored) {
        this.database = database.withTimeout(COPY_MINUTES, TimeUnit.MINUTES);
        this.prefix = prefix;
        this.ignored = ignored;
    }

    /** Keeps a collection as it is, unless it is kept already; all of them if the name is empty. */
    synchronized void keep(String collection) {
        long started = System.nanoTime();
        keepOf(collection);
        keptNanos += System.nanoTime() - started;
    }

    /** Returns how long the copies took, which is not the migration's time. */
    synchronized long keptMs() {
        return TimeUnit.NANOSECONDS.toMillis(keptNanos);
    }

    private void keepOf(String collection) {
        if (collection.isEmpty()) {
            database.listCollectionNames().into(new ArrayList<>()).stream()
                    .filter(name -> !name.isEmpty() && !name.startsWith("system."))
                    .forEach(this::keepOf);
        } else if (!before.containsKey(collection) && !isIgnored(collection)) {
            Definition definition = Definition.of(database, collection);
            before.put(collection, Optional.ofNullable(definition));
            if (definition != null && definition.hasIds()) {
                database.createCollection(prefix + collection);
                copy(collection, prefix + collection);
            } else if (definition != null && !definition.isView()) {
                seriesBefore.put(collection, count(collection));
            }
        }
    }

    private boolean isIgnored(String collection) {
        return ignored.contains(collection) || collection.startsWith(ScratchDatabase.MARK);
    }

    /** Compares the kept collections with their present state. */
    Changes changes() {
        return changes(false);
    }

    /** The same, without empty collections that the first insert created: a {@code down()} usually leaves them. */
    Changes changesAfterUndo() {
        return changes(true);
    }

    private synchronized Changes changes(boolean undone) {
        List<CollectionChange> documents = new ArrayList<>();
        List<DefinitionChange> definitions = new ArrayList<>();
        Map<String, Optional<Definition>> now = new TreeMap<>();
        before.keySet().forEach(name -> now.put(name, Optional.ofNullable(Definition.of(database, name))));
        Map<String, String> renamed = renamed(now);
        before.forEach((name, was) -> {
            String newName = renamed.getOrDefault(name, name);
            Definition is = now.get(newName).orElse(null);
            boolean onlyCreated = undone && was.isEmpty() && is != null && is.isPlain() && count(name) == 0;
            if (onlyCreated || renamed.containsValue(name)) {
                return;
            }
            if (!newName.equals(name)) {
                definitions.add(is.renamed(name, newName));
            }
            definitions.addAll(Definition.changes(newName, was.orElse(null), is));
            CollectionChange change = documents(name, newName, was.orElse(null), is);
            if (change != null && (change.unchanged() > 0 || !change.isEmpty())) {
                documents.add(change);
            }
        });
        return new Changes(documents, definitions);
    }

    /** Returns the new names of collections that were renamed. */
    private Map<String, String> renamed(Map<String, Optional<Definition>> now) {
        Map<String, String> renamed = new TreeMap<>();
        before.forEach((from, was) -> now.forEach((to, is) -> {
            boolean gone = was.isPresent() && now.get(from).isEmpty();
            if (gone && before.get(to).isEmpty() && is.isPresent() && is.get().isRenamed(was.get())) {
                renamed.put(from, to);
            }
        }));
        return renamed;
    }

    /**
     * Restores all kept collections, so that earlier migrations can be undone.
     *
     * @param changes what differs now
     * @return false if a time series has changed, which cannot be restored
     */
    synchronized boolean restore(Changes changes) {
        Set<String> changed = new TreeSet<>();
        changes.definitions().forEach(one -> changed.add(one.collection()));
        changes.definitions().stream()
                .filter(one -> one.operation().equals(Definition.RENAME))
                .forEach(one -> changed.add(one.name()));
        changes.documents().stream().filter(one -> !one.isEmpty()).forEach(one -> changed.add(one.collection()));
        boolean complete = true;
        for (String name : changed) {
            Definition was = before.get(name).orElse(null);
            database.getCollection(name).drop();
            if (was != null) {
                was.create(database, name);
                if (was.hasIds()) {
                    copy(prefix + name, name);
                }
                complete &= was.hasIds() || was.isView();
            }
        }
        return complete;
    }

    /** Copies the documents by inserts only: {@code $out} would wait for a transaction that is about to write. */
    private void copy(String from, String to) {
        Document merge = new Document("into", to).append("whenMatched", "fail").append("whenNotMatched", "insert");
        database.getCollection(from)
                .aggregate(List.of(new Document("$merge", merge)))
                .bypassDocumentValidation(true)
                .toCollection();
    }

    /** Drops the copies. */
    synchronized void drop() {
        before.forEach((name, was) -> {
            if (was.isPresent() && was.get().hasIds()) {
                database.getCollection(prefix + name).drop();
            }
        });
    }

    /** Returns the differences, or null for a view. A time series has no ids: only its documents are counted. */
    private CollectionChange documents(String name, String newName, Definition was, Definition is) {
        if ((was == null || was.isView()) && (is == null || is.isView())) {
            return null;
        }
        Shapes shapes = new Shapes();
        if (was != null && was.hasIds() && is != null && is.hasIds()) {
            return compared(name, newName, count(prefix + name), shapes);
        }
        long kept = was == null || was.isView() ? 0 : was.hasIds() ? count(prefix + name) : seriesBefore.get(name);
        long left = is == null || is.isView() ? 0 : count(newName);
        boolean same = was != null && is != null && was.type().equals(is.type());
        long unchanged = same ? Math.min(kept, left) : 0;
        return new CollectionChange(newName, left - unchanged, kept - unchanged, 0, unchanged, shapes);
    }

    private long count(String name) {
        return database.getCollection(name).countDocuments();
    }

    private CollectionChange compared(String name, String newName, long kept, Shapes shapes) {
        long inserted = 0;
        long changed = 0;
        long unchanged = 0;
        boolean aligned = true;
        try (MongoCursor<RawBsonDocument> documents = byId(newName);
                MongoCursor<RawBsonDocument> keptDocuments = byId(prefix + name)) {
            while (documents.hasNext()) {
                List<RawBsonDocument> batch = next(documents, BATCH);
                // Until the first insert or delete both have the same order, and no _id has to be searched.
                List<RawBsonDocument> old = aligned ? next(keptDocuments, batch.size()) : List.of();
                aligned = aligned && haveSameIds(batch, old);
                Map<ByteBuffer, RawBsonDocument> found = aligned ? Map.of() : keptOf(name, batch);
                for (int i = 0; i < batch.size(); i++) {
                    RawBsonDocument document = batch.get(i);
                    RawBsonDocument was = aligned ? old.get(i) : found.get(id(document));
                    if (was == null) {
                        inserted++;
                    } else if (bytes(was).equals(bytes(document))) {
                        unchanged++;
                    } else {
                        changed++;
                        shapes.add(
                                was.decode(DOCUMENTS), document.decode(DOCUMENTS)); // raw ones read all to find a field
                    }
                }
            }
        }
        return new CollectionChange(newName, inserted, kept - changed - unchanged, changed, unchanged, shapes);
    }

    private MongoCursor<RawBsonDocument> byId(String name) {
        return raw(name).find().sort(Sorts.ascending("_id")).batchSize(BATCH).iterator();
    }

    private static List<RawBsonDocument> next(MongoCursor<RawBsonDocument> documents, int most) {
        List<RawBsonDocument> batch = new ArrayList<>(most);
        while (batch.size() < most && documents.hasNext()) {
            batch.add(documents.next());
        }
        return batch;
    }

    private static boolean haveSameIds(List<RawBsonDocument> batch, List<RawBsonDocument> old) {
        boolean same = batch.size() == old.size();
        for (int i = 0; same && i < batch.size(); i++) {
            same = batch.get(i).get("_id").equals(old.get(i).get("_id"));
        }
        return same;
    }

    private Map<ByteBuffer, RawBsonDocument> keptOf(String name, List<RawBsonDocument> batch) {
        Set<BsonValue> ids = new HashSet<>();
        batch.forEach(document -> ids.add(document.get("_id")));
        Map<ByteBuffer, RawBsonDocument> kept = new HashMap<>();
        raw(prefix + name)
                .find(Filters.in("_id", ids))
                .batchSize(BATCH)
                .forEach(document -> kept.put(id(document), document));
        return kept;
    }

    private MongoCollection<RawBsonDocument> raw(String name) {
        return database.getCollection(name, RawBsonDocument.class);
    }

    private static ByteBuffer bytes(RawBsonDocument document) {
        return ByteBuffer.wrap(document.getBackingArray(), document.getByteOffset(), document.getByteLength());
    }

    /** The bytes of an {@code _id}: the server takes 1 and 1.0 for the same, but only one of them is unchanged. */
    private static ByteBuffer id(RawBsonDocument document) {
        return bytes(new RawBsonDocument(new BsonDocument("_id", document.get("_id")), DOCUMENTS));
    }
}
