package migopy.dump;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import migopy.console.Event;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.CollectionBuild.Creation;
import migopy.dump.CollectionBuild.IndexRestore;
import migopy.dump.RestoreAnswer.RefusedIndex;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

/** Copies collections to another database, with their options and indexes; of large ones, a random sample. */
public final class CollectionCopy {
    private static final int ALL = -1;

    private final MongoDatabase from;
    private final MongoDatabase to;
    private final Runnable ensureWanted;
    private final Consumer<Event> events;

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
     */
    public CollectionCopy(MongoDatabase from, MongoDatabase to, Runnable ensureWanted, Consumer<Event> events) {
        this.from = from;
        this.to = to;
        this.ensureWanted = ensureWanted;
        this.events = events;
    }

    /**
     * Copies the collections, then the views on them.
     *
     * @param wanted names of collections
     * @param whole names of collections that are never sampled
     * @param sample how many documents to copy of each at most
     * @return the collections, without views, by name
     */
    public List<Copied> copy(Predicate<String> wanted, Predicate<String> whole, long sample) {
        List<Copied> copied = new ArrayList<>();
        List<CollectionInfo> views = new ArrayList<>();
        for (CollectionInfo info : Catalog.of(from)) {
            if (info.isView()) {
                views.add(info);
            } else if (!Catalog.isSystem(info.name()) && wanted.test(info.name())) {
                copied.add(copy(info, whole.test(info.name()) ? ALL : sample));
            }
        }
        for (CollectionInfo view : views) {
            if (wanted.test(view.name())) {
                create(view);
            }
        }
        return copied;
    }

    /**
     * Adds documents to a collection that was copied.
     *
     * @param most how many to read of those that match
     * @param limit how long the search may take
     * @return how many were not in the copy
     */
    public long add(String collection, Bson filter, int most, Duration limit) {
        ensureWanted.run();
        Inserter inserter = new Inserter(to.getCollection(collection, RawBsonDocument.class), true, false);
        from.getCollection(collection, RawBsonDocument.class)
                .find(filter)
                .limit(most)
                .maxTime(limit.toMillis(), TimeUnit.MILLISECONDS)
                .forEach(inserter::add);
        inserter.flush();
        return inserter.inserted();
    }

    private void create(CollectionInfo info) {
        if (!Catalog.isSystemJs(info.name())) {
            new Creation(to, events).create(info.name(), info.name(), info.options());
        }
    }

    private Copied copy(CollectionInfo info, long most) {
        ensureWanted.run();
        create(info);
        List<BsonDocument> indexes = IndexRestore.withoutId(
                from.getCollection(info.name()).listIndexes(BsonDocument.class).into(new ArrayList<>()));
        List<RefusedIndex> refused =
                new IndexRestore(to, info.name(), false, events).build(info.name(), info.options(), indexes);
        refused.forEach(one -> events.accept(new Event.Notice(
                "The copy of %s has no index %s: %s".formatted(one.collection(), one.index(), one.message()))));
        MongoCollection<RawBsonDocument> source = from.getCollection(info.dataName(), RawBsonDocument.class);
        long total = source.estimatedDocumentCount();
        Inserter inserter = new Inserter(to.getCollection(info.dataName(), RawBsonDocument.class), true, false);
        try (MongoCursor<RawBsonDocument> documents = most == ALL || total <= most
                ? source.find().iterator()
                : source.aggregate(List.of(new Document("$sample", new Document("size", most))))
                        .iterator()) {
            while (documents.hasNext()) {
                if (inserter.add(documents.next()) > 0) {
                    ensureWanted.run();
                }
            }
        }
        inserter.flush();
        return new Copied(
                info.name(),
                inserter.inserted(),
                Math.max(total, inserter.inserted()),
                0,
                indexes.size() - refused.size());
    }
}
