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
 * The records of what a run executes, one document each. What the collections of migrations and of fixes have
 * in common.
 */
final class Records {
    /**
     * The pauses between the tries of a write that ends a record. After the last try the end stays
     * unrecorded.
     */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofSeconds(2));

    /** The time limit for the majority: an election takes about 12 s. */
    private static final Duration MAJORITY = Duration.ofSeconds(40);

    private final MongoDatabase database;
    private final MongoCollection<BsonDocument> collection;
    private final String noun;
    private final Bson running;

    /**
     * @param noun the prefix of a record's key in a message
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
     * Stores half a surrogate pair as {@code ?}: it has no UTF-8 form, and other drivers could not read the
     * document.
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

    /** The filter of records that a run has started and not ended. */
    Bson running() {
        return running;
    }

    /** The server sessions of running records: those of transactional calls, and those of backfills. */
    List<BsonDocument> sessionsUnderWay() {
        return OpenSessions.of(collection, running);
    }

    /** Whether there is such a document. */
    boolean has(Precondition expected) {
        return collection.find(expected.filter()).first() != null;
    }

    /**
     * Whether the transaction that wrote this was committed. A linearizable read sees the latest commit, and
     * what it sees is never rolled back.
     */
    boolean isCommitted(Precondition ended) {
        return collection
                        .withReadConcern(ReadConcern.LINEARIZABLE)
                        .find(ended.filter())
                        .first()
                != null;
    }

    /**
     * Ends a record, with retries.
     *
     * @param ended matches the record if an earlier try succeeded
     * @param unrecorded makes the exception when no try succeeded
     * @throws MigopyException unknown, if the record is not as expected, or if no try succeeded
     */
    void end(Precondition expected, Bson update, Bson ended, Function<RuntimeException, MigopyException> unrecorded) {
        for (int i = 0; ; i++) {
            try {
                if (collection.updateOne(expected.filter(), update).getMatchedCount() == 0
                        && collection.find(ended).first() == null) {
                    throw lost(expected);
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
     * Ends a record in the transaction of its own call, so that both are committed or neither.
     *
     * @throws MigopyException unknown, if the record is not as expected; the caller aborts the transaction
     */
    void end(Precondition expected, Bson update, ClientSession session) {
        if (collection.updateOne(session, expected.filter(), update).getMatchedCount() == 0) {
            throw lost(expected);
        }
    }

    /** Records why a call was asked to stop, since its record may stay running. */
    void note(Precondition expected, StepError error) {
        Bson noted = Updates.set("error", error.document());
        end(
                expected,
                noted,
                expected.filter(),
                e -> new MigopyException(
                        MigopyException.Kind.UNKNOWN,
                        "Why %s ended could not be recorded: %s".formatted(shown(expected.key()), e.getMessage()),
                        "Check the connection, then run: " + MigopyException.COMMAND + " status",
                        e));
    }

    /**
     * Waits until every write of the primary so far is on the majority. It uses an update of a record that
     * changes nothing, since the server then waits for its latest write, and since this needs no further
     * privilege.
     *
     * @return the id of the primary's election; null behind a mongos
     * @throws MigopyException unknown, if the record is not as expected
     * @throws MongoException if the time limit was exceeded
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
                    throw lost(expected);
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

    /** Reports why a record is no longer as a call that is running expects it. */
    MigopyException lost(Precondition expected) {
        BsonDocument found = collection
                .find(Filters.eq("_id", expected.key()))
                .projection(Projections.include("fence"))
                .first();
        boolean higher = found != null
                && expected.fence() != null
                && found.isNumber("fence")
                && found.getNumber("fence").longValue() > expected.fence();
        if (found == null || higher) {
            return lost(expected.key());
        }
        String what = has(expected)
                ? "%s changed or deleted its own record in its transaction, which was aborted"
                : "The record of %s was changed while it ran, by its own code or by another program";
        return MigopyException.unknown(
                what.formatted(shown(expected.key())),
                "Do not write to %s in a migration. See what is recorded: %s status"
                        .formatted(collection.getNamespace().getCollectionName(), MigopyException.COMMAND));
    }

    /** The error for a record that no longer is as this run wrote it. */
    MigopyException lost(BsonValue key) {
        boolean there = collection
                        .find(Filters.eq("_id", key))
                        .projection(Projections.include("_id"))
                        .first()
                != null;
        return there
                ? MigopyException.unknown(
                        "Another run took over %s".formatted(shown(key)),
                        "Check the current state: " + MigopyException.COMMAND + " status")
                : MigopyException.unknown(
                        "The record of %s was deleted from %s while it ran"
                                .formatted(shown(key), collection.getNamespace().getFullName()),
                        "Check what else was deleted: " + MigopyException.COMMAND + " status");
    }

    String shown(BsonValue key) {
        return noun + shownKey(key);
    }

    static String shownKey(BsonValue key) {
        return key.isString() ? key.asString().getValue() : new Document("_id", key).toJson();
    }

    /**
     * The server sessions that running records name: that of a transactional step, and those in the
     * checkpoints of backfills. An open transaction in one of them may have written its record, which then
     * blocks every other write to it.
     */
    static final class OpenSessions {
        private static final int UUID_BYTES = 16;

        private OpenSessions() {}

        /**
         * @param underWay the filter of running records
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

        /** Whether the server can end it, which needs a UUID as its {@code id}. */
        static boolean isSession(BsonValue value) {
            return value instanceof BsonDocument session
                    && session.get("id") instanceof BsonBinary id
                    && BsonBinarySubType.isUuid(id.getType())
                    && id.getData().length == UUID_BYTES
                    && (!session.containsKey("uid") || session.isBinary("uid"));
        }
    }
}
