package migopy.journal;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import migopy.MigopyException;
import migopy.StepReport.StepError;
import migopy.journal.Writes.Precondition;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The {@code migrations_fixes} collection: one document for each ad-hoc fix and each shell. Plans do not read
 * it.
 */
public final class Fixes {
    private static final String OUTCOME = "outcome";

    private final Records records;
    private final MongoCollection<BsonDocument> collection;

    /**
     * @param database the journal's database, with its read and write concern; or a transaction's
     */
    public Fixes(MongoDatabase database, String collection) {
        this.records = new Records(database, collection, "fix ", OUTCOME);
        this.collection = records.collection();
    }

    /** The kind of a fix's code. */
    public enum FixKind {
        /** A class with {@code up()}. */
        JAVA,
        /** Lines of JShell. */
        JSHELL,
        /** An interactive shell, without the lock. */
        SHELL;

        /** The word in the document: {@code jshell}. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * The code of a fix.
     *
     * @param file as it was typed; {@code -} for standard input
     * @param source the text that runs, without secrets; null when a shell starts
     */
    public record Code(FixKind kind, String file, String source, String checksum) {}

    /**
     * The write before a fix runs.
     *
     * @param run the run's id, and the document's
     * @param reason the reason; null for a shell
     * @param fence the token of the lock's owner; null for a shell, which takes no lock
     * @param session the server session of a transactional one, else null
     */
    public record FixStart(
            String run, Code code, String reason, Long fence, Actor by, Instant startedAt, BsonDocument session) {
        /** The precondition for ending it. */
        public Precondition expected() {
            return new Precondition(OUTCOME, new BsonString(run), State.RUNNING, fence, null);
        }
    }

    /**
     * The write after a fix has ended.
     *
     * @param outcome {@link State#APPLIED} or {@link State#FAILED}
     * @param code what was typed in a shell; null where the source is recorded already
     * @param error why it failed, or null
     * @param output the last 64 kB that it printed
     */
    public record FixEnd(
            State outcome, Code code, Instant finishedAt, long durationMs, StepError error, String output) {
        /** Matches the document once this is written. */
        private Bson written(FixStart start) {
            return Filters.and(ended(start, outcome).filter(), Filters.eq("finishedAt", Date.from(finishedAt)));
        }

        private Bson update() {
            Document set = new Document(OUTCOME, outcome.word())
                    .append("finishedAt", Date.from(finishedAt))
                    .append("durationMs", durationMs)
                    .append("output", output);
            if (code != null) {
                set.append("source", code.source()).append("checksum", code.checksum());
            }
            Document unset = new Document("session", "").append("control", "");
            if (error == null) {
                unset.append("error", "");
            } else {
                set.append("error", error.document());
            }
            return Updates.combine(new Document("$set", set), new Document("$unset", unset));
        }
    }

    /** Records that a fix starts. */
    public void start(FixStart start) {
        Document document = new Document("_id", start.run())
                .append("kind", start.code().kind().word())
                .append("file", start.code().file())
                .append("source", start.code().source())
                .append("checksum", start.code().checksum())
                .append("reason", start.reason())
                .append(OUTCOME, State.RUNNING.word())
                .append("fence", start.fence())
                .append("by", start.by().toDocument())
                .append("startedAt", Date.from(start.startedAt()))
                .append("transactional", start.session() == null ? null : true)
                .append("session", start.session());
        document.values().removeIf(value -> value == null);
        collection.insertOne(document.toBsonDocument(BsonDocument.class, collection.getCodecRegistry()));
    }

    /**
     * Records how a fix ended, with retries.
     *
     * @throws MigopyException unknown, if another run took over, or if no try succeeded
     */
    public void end(FixStart start, FixEnd end) {
        records.end(start.expected(), end.update(), end.written(start), e -> unrecorded(start, end, e));
    }

    private MigopyException unrecorded(FixStart start, FixEnd end, RuntimeException e) {
        return new MigopyException(
                MigopyException.Kind.UNKNOWN,
                "%s %s, but that could not be recorded: %s"
                        .formatted(start.code().file(), end.error() == null ? "finished" : "failed", e.getMessage()),
                "Correct its record, which stays running: _id %s in %s".formatted(start.run(), namespace()),
                e);
    }

    /**
     * Records how a fix ended in its own transaction, so that both are committed or neither.
     *
     * @throws MigopyException unknown, if another run has taken over
     */
    public void end(FixStart start, FixEnd end, ClientSession session) {
        records.end(start.expected(), end.update(), session);
    }

    /** Records what a shell has evaluated so far. */
    public void source(FixStart start, Code code) {
        collection.updateOne(
                start.expected().filter(),
                Updates.combine(Updates.set("source", code.source()), Updates.set("checksum", code.checksum())));
    }

    /** Returns the record of a fix that this run has started. */
    public Journal.OpenRecord open(FixStart start) {
        return new Journal.OpenRecord(records, start.expected(), ended(start, State.APPLIED));
    }

    private static Precondition ended(FixStart start, State outcome) {
        return new Precondition(OUTCOME, new BsonString(start.run()), outcome, start.fence(), null);
    }

    /**
     * The highest fence of the running fixes; 0 if only shells are open, which have no fence. Empty if
     * nothing is running.
     */
    public Optional<Long> highestFenceUnderWay() {
        BsonDocument highest = collection
                .find(Filters.eq(OUTCOME, State.RUNNING.word()))
                .sort(Sorts.descending("fence"))
                .projection(Projections.include("fence"))
                .first();
        if (highest == null) {
            return Optional.empty();
        }
        return Optional.of(
                highest.isNumber("fence") ? highest.getNumber("fence").longValue() : 0L);
    }

    /** The server sessions of running transactional fixes and backfills. */
    public List<BsonDocument> sessionsUnderWay() {
        return records.sessionsUnderWay();
    }

    /** Prevents further writes to the records of running fixes. A shell has no fence and is left alone. */
    public void raiseFence(long token) {
        collection.updateMany(
                Filters.and(Filters.eq(OUTCOME, State.RUNNING.word()), Filters.type("fence", "number")),
                Updates.set("fence", token));
    }

    /** All of them, oldest first, without their sources and outputs. */
    public List<BsonDocument> documents() {
        return collection
                .find()
                .projection(Projections.exclude("source", "output"))
                .sort(Sorts.ascending("startedAt"))
                .timeoutMode(TimeoutMode.ITERATION)
                .into(new ArrayList<>());
    }

    /** One, with source and output. */
    public Optional<BsonDocument> document(String run) {
        return Optional.ofNullable(collection.find(Filters.eq("_id", run)).first());
    }

    /** The collection's name with its database: {@code app.migrations_fixes}. */
    public String namespace() {
        return collection.getNamespace().getFullName();
    }
}
