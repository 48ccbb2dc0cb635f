package migopy.adopt;

import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Sorts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.adopt.Peer.PeerLock;
import migopy.console.Nearest;
import migopy.console.Wording;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * The journal of another tool, as it was read.
 *
 * @param migrations in the order in which the tool runs them
 * @param notices what the user should know that is not a problem
 * @param lockHolder who holds the tool's lock, such as {@code " by ada"}; empty if it is free or the tool has none
 */
record PeerJournal(
        Peer peer,
        String collection,
        List<PeerMigration> migrations,
        List<String> notices,
        Optional<String> lockHolder) {
    /** The documents that are examined to recognize a journal. */
    private static final int SAMPLE = 20;

    /** A journal of 100,000 migrations is a few times smaller. */
    private static final long BYTES_LIMIT = 64L << 20;

    /** The locks that are read: each tool has one. */
    private static final int LOCKS = 10;

    /** Where a journal may be: its tool and its collection. */
    record Place(Peer peer, String collection) {
        /** The options that name it. */
        String options() {
            boolean usual = collection.equals(peer.collection());
            return "--from " + peer.word() + (usual ? "" : " --collection " + Wording.word(collection));
        }
    }

    /**
     * Finds the journal of another tool.
     *
     * @param own the collection of Migopy's journal
     * @param from the tool, as in {@code --from}; null to recognize it
     * @param collection its journal; null for the tool's default collection
     * @throws MigopyException usage, if there is none, or several
     */
    static Place find(MongoDatabase database, String own, String from, String collection) {
        Peer wanted = from == null ? null : named(from);
        List<String> names =
                database.listCollectionNames().authorizedCollections(true).into(new ArrayList<>());
        List<Place> found = new ArrayList<>();
        for (Peer peer : wanted == null ? Peer.values() : new Peer[] {wanted}) {
            Place place = new Place(peer, collection == null ? peer.collection() : collection);
            if (names.contains(place.collection()) && isRecognized(database, place)) {
                found.add(place);
            }
        }
        if (found.size() > 1) {
            found.removeIf(place -> place.collection().equals(own)); // an old one, which counts as applied already
        }
        if (found.size() == 1) {
            return found.get(0);
        }
        throw found.isEmpty()
                ? none(database.getName(), wanted, collection, names)
                : several(database.getName(), found);
    }

    private static boolean isRecognized(MongoDatabase database, Place place) {
        var sample = database.getCollection(place.collection(), BsonDocument.class)
                .find()
                .limit(SAMPLE);
        for (BsonDocument document : sample) {
            if (place.peer().wrote(document)) {
                return true;
            }
        }
        return false;
    }

    private static Peer named(String word) {
        Peer peer = Peer.of(word);
        if (peer == null) {
            List<String> words = Arrays.stream(Peer.values()).map(Peer::word).toList();
            String nearest = Nearest.of(word, words)
                    .map(near -> "Did you mean " + near + "? ")
                    .orElse("");
            throw MigopyException.usage(
                    "--from: %s is not a known tool".formatted(word), nearest + "Known tools: " + known());
        }
        return peer;
    }

    private static String known() {
        return Arrays.stream(Peer.values()).map(Peer::word).collect(Collectors.joining(", "));
    }

    private static MigopyException none(String database, Peer wanted, String collection, List<String> names) {
        String other = wanted == null ? "TOOL" : wanted.word();
        String hint = "Name its collection: {migopy} adopt --from %s --collection NAME".formatted(other)
                + (wanted == null ? ". Known tools: " + known() : "");
        String where = collection == null && wanted != null ? wanted.collection() : collection;
        if (where == null) {
            return MigopyException.usage("No journal of another tool was found in " + database, hint);
        }
        return MigopyException.usage(
                names.contains(where)
                        ? "%s does not contain the journal of %s"
                                .formatted(where, wanted == null ? "a known tool" : wanted.title())
                        : "%s has no collection %s".formatted(database, where),
                hint);
    }

    private static MigopyException several(String database, List<Place> found) {
        String places = found.stream()
                .map(place -> "%s (%s)".formatted(place.peer().title(), place.collection()))
                .collect(Collectors.joining(" and "));
        String ways =
                found.stream().map(place -> "{migopy} adopt " + place.options()).collect(Collectors.joining(", or: "));
        return MigopyException.usage(
                "%s has the journals of several tools: %s".formatted(database, places), "Name one: " + ways);
    }

    /**
     * Reads a journal, then its lock, so that a run that is writing to the journal is noticed.
     *
     * @param own the collection of Migopy's journal, whose own documents are skipped
     * @throws MigopyException refused, if it is larger than {@value #BYTES_LIMIT} bytes
     */
    static PeerJournal read(MongoDatabase database, String own, Place place) {
        List<PeerDocument> documents = new ArrayList<>();
        long bytes = 0;
        var all = database.getCollection(place.collection(), RawBsonDocument.class)
                .find()
                .sort(Sorts.ascending("_id"));
        try (MongoCursor<RawBsonDocument> cursor = all.iterator()) {
            while (cursor.hasNext()) {
                RawBsonDocument raw = cursor.next();
                bytes += raw.getByteBuffer().remaining();
                if (bytes > BYTES_LIMIT) {
                    throw MigopyException.refused(
                            "%s is larger than %d MB".formatted(place.collection(), BYTES_LIMIT >> 20),
                            "Check that it is a journal; if it is, report this limit");
                }
                BsonDocument document = raw.decode(new BsonDocumentCodec());
                if (!place.collection().equals(own) || !document.containsKey("state")) {
                    documents.add(new PeerDocument(document));
                }
            }
        }
        List<String> notices = new ArrayList<>();
        List<PeerMigration> migrations = place.peer().reader().read(documents, notices);
        return new PeerJournal(place.peer(), place.collection(), migrations, notices, holder(database, place.peer()));
    }

    private static Optional<String> holder(MongoDatabase database, Peer peer) {
        PeerLock lock = peer.lock();
        if (lock == null) {
            return Optional.empty();
        }
        var locks = database.getCollection(lock.collection(), BsonDocument.class)
                .find()
                .limit(LOCKS);
        return lock.holder(locks.into(new ArrayList<>()), Instant.now());
    }
}
