package migopy.rehearsal;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CountOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import migopy.console.Event;
import migopy.dump.CollectionCopy;
import migopy.dump.CollectionCopy.Copied;
import migopy.mongo.MongoErrors;
import migopy.observe.CallLog.ObservedCalls;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;

/**
 * Adds to random samples what they miss: documents that the migrations' filters select, and documents with a field of a
 * type that the sample does not have.
 */
final class Aim {
    /** Filters of a collection that are searched for. */
    private static final int MOST_FILTERS = 10;

    /** With more fields than this, their names are data. */
    private static final int MOST_FIELDS = 200;

    private static final int DEEPEST = 3;

    /** A search without an index reads the whole collection. */
    private static final Duration SEARCH = Duration.ofSeconds(10);

    private static final Duration ALL_SEARCHES = Duration.ofSeconds(60);

    private final CollectionCopy copy;
    private final MongoDatabase source;
    private final MongoDatabase scratch;
    private final long sample;
    private final Consumer<Event> events;
    private final long startedNanos = System.nanoTime();

    /**
     * @param sample how many documents were copied of each collection; up to half as many are added
     */
    Aim(CollectionCopy copy, MongoDatabase source, MongoDatabase scratch, long sample, Consumer<Event> events) {
        this.copy = copy;
        this.source = source;
        this.scratch = scratch;
        this.sample = sample;
        this.events = events;
    }

    /**
     * Adds the documents.
     *
     * @param copied what was copied; its samples are as they were copied
     * @param calls those of all migrations
     * @return what is copied now
     */
    List<Copied> add(List<Copied> copied, List<ObservedCalls> calls) {
        List<Copied> all = new ArrayList<>();
        for (Copied one : copied) {
            boolean sampled =
                    one.isSample() && Definition.of(scratch, one.collection()).hasIds();
            all.add(sampled ? one.withAimed(added(one.collection(), filters(one.collection(), calls))) : one);
        }
        return all;
    }

    private Set<BsonDocument> filters(String collection, List<ObservedCalls> calls) {
        Set<BsonDocument> filters = new LinkedHashSet<>();
        for (ObservedCalls one : calls) {
            if (one.aim() != null && one.collection().equals(collection) && filters.size() < MOST_FILTERS) {
                filters.add(one.aim());
            }
        }
        BsonDocument types = otherTypes(collection);
        if (!types.isEmpty()) {
            filters.add(types);
        }
        return filters;
    }

    private long added(String collection, Set<BsonDocument> filters) {
        long added = 0;
        for (BsonDocument filter : filters) {
            int most = (int) Math.max(1, Math.min(Integer.MAX_VALUE, sample / 2 / filters.size()));
            added += added(collection, filter, most);
        }
        return added;
    }

    private long added(String collection, BsonDocument filter, int most) {
        Duration left = ALL_SEARCHES.minusNanos(System.nanoTime() - startedNanos);
        try {
            long copied = scratch.getCollection(collection).countDocuments(filter, new CountOptions().limit(most));
            if (copied >= most) {
                return 0;
            }
            if (left.toMillis() > 0) {
                return copy.add(
                        source.getCollection(collection, RawBsonDocument.class),
                        scratch.getCollection(collection, RawBsonDocument.class),
                        filter,
                        most,
                        left.compareTo(SEARCH) < 0 ? left : SEARCH);
            }
            notice(collection, "after %d s".formatted(ALL_SEARCHES.toSeconds()));
        } catch (MongoException e) {
            notice(collection, MongoErrors.words(e));
        }
        return 0;
    }

    private void notice(String collection, String why) {
        events.accept(new Event.Notice(
                "The search for documents of %s that the sample misses was ended: %s".formatted(collection, why)));
    }

    /** Returns a filter for documents with a field of another type than the copied ones have; empty if they have too many. */
    private BsonDocument otherTypes(String collection) {
        FieldTypes types = new FieldTypes();
        for (RawBsonDocument document :
                scratch.getCollection(collection, RawBsonDocument.class).find()) {
            types.add(document);
            if (types.byField.size() > MOST_FIELDS) {
                return new BsonDocument();
            }
        }
        return types.others();
    }

    /** The types that documents have in their fields, also in those of embedded documents, but not of arrays. */
    private static final class FieldTypes {
        private final Map<String, Set<Byte>> byField = new TreeMap<>();
        private final Map<String, Long> counts = new TreeMap<>();
        private long documents;

        void add(BsonDocument document) {
            documents++;
            add("", document, 0);
        }

        private void add(String prefix, BsonDocument document, int depth) {
            document.forEach((name, value) -> {
                if (name.isEmpty() || name.contains(".") || name.startsWith("$")) {
                    return; // no filter can name it
                }
                String field = prefix + name;
                // As a byte, since the server calls MinKey -1, and the driver 255.
                byField.computeIfAbsent(field, any -> new TreeSet<>())
                        .add((byte) value.getBsonType().getValue());
                counts.merge(field, 1L, Long::sum);
                if (value.isDocument() && depth < DEEPEST) {
                    add(field + ".", value.asDocument(), depth + 1);
                }
            });
        }

        BsonDocument others() {
            BsonArray others = new BsonArray();
            byField.forEach((field, types) -> {
                BsonArray known = new BsonArray();
                types.forEach(type -> known.add(new BsonInt32(type)));
                BsonDocument other = new BsonDocument("$not", new BsonDocument("$type", known));
                if (counts.get(field) < documents) {
                    other.append("$exists", BsonBoolean.TRUE);
                }
                others.add(new BsonDocument(field, other));
            });
            return others.isEmpty() ? new BsonDocument() : new BsonDocument("$or", others);
        }
    }
}
