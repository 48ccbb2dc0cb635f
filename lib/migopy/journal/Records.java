package migopy.journal;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Updates;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import migopy.MigopyException;
import migopy.StepReport.StepError;
import migopy.journal.Writes.Precondition;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.BsonWriter;
import org.bson.Document;
import org.bson.codecs.Codec;
import org.bson.codecs.EncoderContext;
import org.bson.codecs.StringCodec;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.conversions.Bson;

/**
 * The records that runs start and end, one document each: what the collections of migrations and of
 * fixes have in common.
 */
final class Records {
    /** The pauses between the tries of a write that ends a record: past them, it is unrecorded. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofSeconds(2));

    /** How long the majority is waited for: an election takes about 12 s. */
    private static final Duration MAJORITY = Duration.ofSeconds(40);

    private final MongoDatabase database;
    private final MongoCollection<BsonDocument> collection;
    private final String noun;
    private final Bson running;

    /**
     * @param noun what stands before a record's key in a message
     * @param stateField {@code state} or {@code outcome}
     */
    Records(MongoDatabase database, String collection, String noun, String stateField) {
        this.database = database;
        this.noun = noun;
        var registry = CodecRegistries.fromRegistries(
                CodecRegistries.fromCodecs((Codec<String>) new WellFormed()), database.getCodecRegistry());
        this.collection = database.getCollection(collection, BsonDocument.class).withCodecRegistry(registry);
        this.running = Filters.in(stateField, State.RUNNING.word(), State.ROLLING_BACK.word());
    }

    /**
     * Stores half a surrogate pair as {@code ?}: as it is it would be no UTF-8, and other drivers
     * could not read the document.
     */
    private static final class WellFormed extends StringCodec {
        @Override
        public void encode(BsonWriter writer, String value, EncoderContext context) {
            super.encode(writer, wellFormed(value), context);
        }

        private static String wellFormed(String value) {
            return value.chars().anyMatch(c -> Character.isSurrogate((char) c))
                    ? new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                    : value;
        }
    }

    MongoCollection<BsonDocument> collection() {
        return collection;
    }

    /** Those that some run has started and not ended. */
    Bson running() {
        return running;
    }

    /** The server sessions of those: of transactional calls, and of backfills. */
    List<BsonDocument> sessionsUnderWay() {
        return OpenSessions.of(collection, running);
    }

    /** Whether there is a document that looks so. */
    boolean has(Precondition expected) {
        return collection.find(expected.filter()).first() != null;
    }

    /**
     * Whether a transaction was committed that wrote this. Read linearizable: a commit of just now
     * is seen, and stays.
     */
    boolean isCommitted(Precondition ended) {
        return collection
                        .withReadConcern(ReadConcern.LINEARIZABLE)
                        .find(ended.filter())
                        .first()
                != null;
    }

    /**
     * Ends a record, and tries again where the server does not take it.
     *
     * @param ended what the record looks like if an earlier try got through
     * @param unrecorded what is thrown when no try got through
     * @throws MigopyException unknown, if the record is not as expected, or if no try got through
     */
    void end(
            Precondition expected,
            Bson update,
            Precondition ended,
            Function<RuntimeException, MigopyException> unrecorded) {
        for (int i = 0; ; i++) {
            try {
                if (collection.updateOne(expected.filter(), update).getMatchedCount() == 0 && !has(ended)) {
                    throw lost(expected.key());
                }
                return;
            } catch (MongoException | IllegalStateException e) { // the client may be closed
                if (i == PAUSES.size()) {
                    throw unrecorded.apply(e);
                }
                LockSupport.parkNanos(PAUSES.get(i).toNanos());
            }
        }
    }

    /**
     * Ends a record in the transaction of its own call: both are committed, or neither.
     *
     * @throws MigopyException unknown, if the record is not as expected; the caller aborts the
     *     transaction
     */
    void end(Precondition expected, Bson update, ClientSession session) {
        if (collection.updateOne(session, expected.filter(), update).getMatchedCount() == 0) {
            throw lost(expected.key());
        }
    }

    /** Notes why a call was asked to end whose record may stay running. */
    void note(Precondition expected, StepError error) {
        Bson noted = Updates.set("error", error.document());
        end(
                expected,
                noted,
                expected,
                e -> new MigopyException(
                        MigopyException.Kind.UNKNOWN,
                        "Why %s ended could not be recorded: %s".formatted(shown(expected.key()), e.getMessage()),
                        "Check the connection, then run: " + MigopyException.COMMAND + " status",
                        e));
    }

    /**
     * Waits until all that the primary has written so far is on the majority, by an update of a
     * record that changes nothing: the server then waits for its latest write. No right is needed
     * but that to the record.
     *
     * @return the id of the election that made this server the primary; null behind a mongos
     * @throws MigopyException unknown, if the record is not as expected
     * @throws MongoException if no server did it in time
     */
    BsonValue waitForMajority(Precondition expected) {
        long start = System.nanoTime();
        while (true) {
            try {
                BsonDocument reply = database.runCommand(unchanged(expected), BsonDocument.class);
                if (reply.containsKey("writeErrors") || reply.containsKey("writeConcernError")) {
                    throw new MongoException(reply.toJson());
                }
                if (reply.getNumber("n").intValue() == 0) {
                    throw lost(expected.key());
                }
                return reply.get("electionId");
            } catch (MongoException e) {
                if (System.nanoTime() - start > MAJORITY.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSES.get(0).toNanos());
            }
        }
    }

    private BsonDocument unchanged(Precondition expected) {
        BsonDocument filter = expected.filter().toBsonDocument(BsonDocument.class, database.getCodecRegistry());
        BsonDocument fence = new BsonDocument("fence", new BsonInt64(expected.fence()));
        BsonDocument update = new BsonDocument("q", filter).append("u", new BsonDocument("$set", fence));
        String name = collection.getNamespace().getCollectionName();
        return new BsonDocument("update", new BsonString(name))
                .append("updates", new BsonArray(List.of(update)))
                .append("writeConcern", new BsonDocument("w", new BsonString("majority")));
    }

    /** What is to be said of a record that is no longer as this run wrote it. */
    MigopyException lost(BsonValue key) {
        boolean there = collection
                        .find(Filters.eq("_id", key))
                        .projection(Projections.include("_id"))
                        .first()
                != null;
        return there
                ? MigopyException.unknown(
                        "Another run has taken over, and %s is in its hands now".formatted(shown(key)),
                        "See what is true: " + MigopyException.COMMAND + " status")
                : MigopyException.unknown(
                        "The record of %s was deleted from %s while it ran"
                                .formatted(shown(key), collection.getNamespace().getFullName()),
                        "Find out what else was deleted: " + MigopyException.COMMAND + " status");
    }

    String shown(BsonValue key) {
        return noun + shownKey(key);
    }

    static String shownKey(BsonValue key) {
        return key.isString() ? key.asString().getValue() : new Document("_id", key).toJson();
    }

    /**
     * The server sessions that records name: that of a transactional step, and those in the checkpoints
     * of backfills. A transaction in one of them may have written its record already, and then holds up
     * every other write to it.
     */
    static final class OpenSessions {
        private static final int UUID_BYTES = 16;

        private OpenSessions() {}

        /**
         * @param underWay which records
         */
        static List<BsonDocument> of(MongoCollection<BsonDocument> collection, Bson underWay) {
            List<BsonDocument> sessions = new ArrayList<>();
            collection
                    .find(underWay)
                    .projection(Projections.include("session", "checkpoints"))
                    .forEach(record -> add(record, sessions));
            return sessions;
        }

        private static void add(BsonDocument record, List<BsonDocument> sessions) {
            if (isSession(record.get("session"))) {
                sessions.add(record.getDocument("session"));
            }
            BsonDocument none = new BsonDocument();
            BsonDocument checkpoints = record.isDocument("checkpoints") ? record.getDocument("checkpoints") : none;
            for (BsonValue each : checkpoints.values()) {
                BsonDocument checkpoint = each.isDocument() ? each.asDocument() : none;
                BsonArray ids = checkpoint.isArray("sessions") ? checkpoint.getArray("sessions") : new BsonArray();
                for (BsonValue id : ids) {
                    BsonDocument session = new BsonDocument("id", id);
                    if (isSession(session)) {
                        sessions.add(session);
                    }
                }
            }
        }

        /** Whether the server can be asked to end it: its {@code id} is a UUID. */
        static boolean isSession(BsonValue value) {
            return value instanceof BsonDocument session
                    && session.get("id") instanceof BsonBinary id
                    && BsonBinarySubType.isUuid(id.getType())
                    && id.getData().length == UUID_BYTES
                    && (!session.containsKey("uid") || session.isBinary("uid"));
        }
    }
}
