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
        if (collection.isEmpty()) {
            database.listCollectionNames().into(new ArrayList<>()).stream()
                    .filter(name -> !name.isEmpty() && !name.startsWith("system."))
                    .forEach(this::keep);
        } else if (!before.containsKey(collection) && !isIgnored(collection)) {
            Definition definition = Definition.of(database, collection);
            before.put(collection, Optional.ofNullable(definition));
            if (definition != null && definition.hasIds()) {
                // Inserts only: $out would wait for a transaction that is about to make this write.
                database.createCollection(prefix + collection);
                Document merge = new Document("into", prefix + collection)
                        .append("whenMatched", "fail")
                        .append("whenNotMatched", "insert");
                database.getCollection(collection)
                        .aggregate(List.of(new Document("$merge", merge)))
                        .toCollection();
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
        before.forEach((name, was) -> {
            Definition is = Definition.of(database, name);
            if (undone && was.isEmpty() && is != null && is.isPlain() && count(name) == 0) {
                return;
            }
            definitions.addAll(Definition.changes(name, was.orElse(null), is));
            CollectionChange change = documents(name, was.orElse(null), is);
            if (change != null && (change.unchanged() > 0 || !change.isEmpty())) {
                documents.add(change);
            }
        });
        return new Changes(documents, definitions);
    }

    /**
     * Restores the documents of all kept collections, so that earlier migrations can be undone.
     *
     * @param changes what differs now
     * @return false if a definition differs, which is not restored: then documents are not either, since it may reject them
     */
    synchronized boolean restore(Changes changes) {
        boolean complete = true;
        for (DefinitionChange one : changes.definitions()) {
            if (before.get(one.collection()).isEmpty()) {
                database.getCollection(one.collection()).drop();
            } else {
                complete = false;
            }
        }
        if (!complete) {
            return false;
        }
        for (CollectionChange one : changes.documents()) {
            if (!one.isEmpty() && before.get(one.collection()).isPresent()) {
                database.getCollection(prefix + one.collection())
                        .aggregate(List.of(new Document("$out", one.collection())))
                        .allowDiskUse(true)
                        .bypassDocumentValidation(true)
                        .toCollection();
            }
        }
        return true;
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
    private CollectionChange documents(String name, Definition was, Definition is) {
        if (was == null && is == null || "view".equals(was == null ? is.type() : was.type())) {
            return null;
        }
        Shapes shapes = new Shapes();
        if (was == null || !was.hasIds()) {
            return new CollectionChange(name, is == null ? 0 : count(name), 0, 0, 0, shapes);
        }
        long kept = count(prefix + name);
        if (is == null || !is.hasIds()) {
            return new CollectionChange(name, 0, kept, 0, 0, shapes);
        }
        return compared(name, kept, shapes);
    }

    private long count(String name) {
        return database.getCollection(name).countDocuments();
    }

    private CollectionChange compared(String name, long kept, Shapes shapes) {
        long inserted = 0;
        long changed = 0;
        long unchanged = 0;
        try (MongoCursor<RawBsonDocument> documents =
                raw(name).find().sort(Sorts.ascending("_id")).batchSize(BATCH).iterator()) {
            while (documents.hasNext()) {
                List<RawBsonDocument> batch = new ArrayList<>(BATCH);
                while (batch.size() < BATCH && documents.hasNext()) {
                    batch.add(documents.next());
                }
                Map<ByteBuffer, RawBsonDocument> old = keptOf(name, batch);
                for (RawBsonDocument document : batch) {
                    RawBsonDocument was = old.get(id(document));
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
        return new CollectionChange(name, inserted, kept - changed - unchanged, changed, unchanged, shapes);
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
