package migopy.journal;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.client.result.UpdateResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import migopy.MigopyException;
import migopy.StepReport.StepError;
import migopy.console.Wording;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Writes.End;
import migopy.journal.Writes.Precondition;
import migopy.journal.Writes.Registration;
import migopy.journal.Writes.Renaming;
import migopy.journal.Writes.Start;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The {@code migrations} collection.
 *
 * <p>The database that is passed to the constructor brings the concerns along: write and read concern
 * majority, reads from the primary, 10 s a call, whatever the user's URI says.
 */
public final class Journal {
    /**
     * The {@code _id} of a document that a restore adds to the journal that it will replace. It shows every
     * reader of the journal, an older Migopy included, that the database is half restored.
     */
    public static final String RESTORE_MARK = "migopy_restore";

    /** Documents of about 600 bytes: a reply takes 10 s at 1 Mbit/s. */
    private static final int READ_BATCH = 2_000;

    /** Documents of up to about 100 kB, with the errors of the last attempts. */
    private static final int HISTORY_BATCH = 200;

    // What no plan needs, up to 1 MB a document. All other fields are read, since a document of another tool
    // is recognized by its own fields.
    private static final Bson FOR_PLANNING = Projections.exclude("source", "output", "attempts", "error.frames");

    /** Documents of other tools whose additional fields are all excluded from planning. */
    private static final Bson OF_ANOTHER_TOOL = Filters.and(
            Filters.exists("state", false),
            Filters.or(Filters.exists("source"), Filters.exists("output"), Filters.exists("attempts")));

    private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);

    private final Records records;
    private final MongoCollection<BsonDocument> collection;

    public Journal(MongoDatabase database, String collection) {
        this.records = new Records(database, collection, "", "state");
        this.collection = records.collection();
    }

    /** Returns all entries in the order of their {@code _id}, without their sources, outputs and attempts. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        try (MongoCursor<BsonDocument> cursor = collection
                .find()
                .projection(FOR_PLANNING)
                .batchSize(READ_BATCH)
                .timeoutMode(TimeoutMode.ITERATION)
                .iterator()) {
            while (cursor.hasNext()) {
                entries.add(EntryReader.read(cursor.next()));
            }
        }
        for (Entry entry : entries) {
            if (entry instanceof JournalEntry known && known.bare()) {
                markThoseOfOtherTools(entries);
                break;
            }
        }
        return entries;
    }

    private void markThoseOfOtherTools(List<Entry> entries) {
        for (BsonDocument other : collection.find(OF_ANOTHER_TOOL).projection(Projections.include("name"))) {
            entries.replaceAll(
                    entry -> entry instanceof JournalEntry known && known.key().equals(other.get("_id"))
                            ? EntryReader.ofAnotherTool(other)
                            : entry);
        }
    }

    /** The whole document, with source, output and attempts. */
    public Optional<BsonDocument> document(BsonValue key) {
        return Optional.ofNullable(collection.find(Filters.eq("_id", key)).first());
    }

    /** Returns the checksums and the stored sources of these migrations. */
    public List<BsonDocument> sources(List<BsonValue> keys) {
        return collection
                .find(Filters.in("_id", keys))
                .projection(Projections.include("checksum", "source"))
                .into(new ArrayList<>());
    }

    /** Returns the documents of all migrations, for {@code history}, without their sources and outputs. */
    public List<BsonDocument> documents() {
        return collection
                .find()
                .projection(Projections.exclude("source", "output"))
                .batchSize(HISTORY_BATCH)
                .timeoutMode(TimeoutMode.ITERATION)
                .into(new ArrayList<>());
    }

    /** The server sessions of running transactional steps and backfills. */
    public List<BsonDocument> sessionsUnderWay() {
        return records.sessionsUnderWay();
    }

    /**
     * Checks that no other run has taken over this step.
     *
     * @throws MigopyException unknown, if another run took over, or the record was deleted
     */
    public OpenRecord open(Start start, State done) {
        return new OpenRecord(records, start.started(), start.in(done));
    }

    /** The record of a call that this run has started and not ended. */
    public static final class OpenRecord {
        private final Records records;
        private final Precondition started;
        private final Precondition committed;

        OpenRecord(Records records, Precondition started, Precondition committed) {
            this.records = records;
            this.started = started;
            this.committed = committed;
        }

        /**
         * Makes sure that it is still this run's.
         *
         * @throws MigopyException unknown, if another run has taken over, or the record was deleted
         */
        public void ensureOurs() {
            if (!records.has(started)) {
                throw records.lost(started);
            }
        }

        /** Returns whether it says that the transaction of the call was committed. */
        public boolean isCommitted() {
            return records.isCommitted(committed);
        }

        /**
         * Waits until all that the primary has written so far is on the majority.
         *
         * @return the id of the election that made this server the primary; null behind a mongos
         * @throws MigopyException unknown, if another run has taken over
         */
        public BsonValue waitForMajority() {
            return records.waitForMajority(started);
        }

        /** Notes why the call was asked to end; the record may stay so. */
        public void note(StepError error) {
            records.note(started, error);
        }
    }

    /** Marks the journal of a database that a restore will replace. */
    public void markRestore(String run) {
        collection.updateOne(
                Filters.eq("_id", RESTORE_MARK),
                Updates.set("run", run),
                new UpdateOptions().upsert(true).bypassDocumentValidation(true));
    }

    /** Removes the mark; creates nothing. */
    public void unmarkRestore() {
        collection.deleteOne(Filters.eq("_id", RESTORE_MARK));
    }

    /** Prevents further writes of every earlier run. The first thing a run does when it takes over. */
    public void raiseFence(long token) {
        Bson understood = Filters.or(Filters.exists("fence", false), Filters.type("fence", "number"));
        collection.updateMany(Filters.and(records.running(), understood), Updates.set("fence", token));
    }

    /**
     * Records that a step starts.
     *
     * @throws MigopyException unknown, if the document has changed since the plan was made
     */
    public void start(Start start) {
        boolean there = false;
        try {
            UpdateOptions options = new UpdateOptions().upsert(start.expected().state() == null);
            UpdateResult result = collection.updateOne(start.expected().filter(), start.update(), options);
            there = result.getMatchedCount() > 0 || result.getUpsertedId() != null;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
        }
        if (!there && !records.has(start.started())) { // it has it, if only the answer to the first try was lost
            throw records.lost(start.expected().key());
        }
    }

    /**
     * Records how a step ended, with retries.
     *
     * @throws MigopyException unknown, if another run took over, if the record was deleted, or if no try
     *     succeeded
     */
    public void end(End end) {
        if (!end.undone()) {
            records.end(end.expected(), end.update(), end.written(), e -> unrecorded(end, e));
            return;
        }
        Document applied = applied(end.expected().key());
        String run = applied.get("run") instanceof BsonString text
                ? text.getValue()
                : end.expected().run();
        Precondition ended = new Precondition(
                end.expected().key(), State.APPLIED, end.expected().fence(), run);
        records.end(end.expected(), restored(applied, end.attempt()), ended.filter(), e -> unrecorded(end, e));
    }

    private static MigopyException unrecorded(End end, RuntimeException e) {
        String name = Records.shownKey(end.expected().key());
        boolean failed = end.attempt().error() != null;
        String as = end.state() == State.APPLIED ? "applied" : "pending";
        String what = failed
                ? "%s failed, and that could not be recorded: %s"
                : "%s finished, but that could not be recorded: %s";
        return new MigopyException(
                MigopyException.Kind.UNKNOWN,
                what.formatted(name, e.getMessage()),
                "When the server accepts writes again, run: "
                        + Wording.command("repair", name, "--as", as, "--reason", "..."),
                e);
    }

    /**
     * Records the end of a step in the migration's own transaction, so that both are committed or neither.
     *
     * @throws MigopyException unknown, if another run took over; the caller aborts the transaction
     */
    public void end(End end, ClientSession session) {
        records.end(end.expected(), end.update(), session);
    }

    /**
     * Records the end of one step and the start of the next in one command, which waits for the majority
     * once.
     *
     * @return false if that failed; {@link #end(End)} and {@link #start} then determine what was written
     */
    public boolean endAndStart(End end, Start start) {
        // The end is an upsert that never inserts. If the record was overtaken or deleted, that is an error,
        // which stops the command before the start of the next; a plain update would match nothing, and the
        // server would continue.
        Bson other = Updates.setOnInsert(
                "_id", new BsonDocument("not", end.expected().key()));
        boolean absent = start.expected().state() == null;
        try {
            BulkWriteResult result = collection.bulkWrite(
                    List.of(
                            new UpdateOneModel<>(end.expected().filter(), Updates.combine(end.update(), other), UPSERT),
                            new UpdateOneModel<>(
                                    start.expected().filter(), start.update(), new UpdateOptions().upsert(absent))),
                    new BulkWriteOptions().ordered(true));
            return result.getMatchedCount() + result.getUpserts().size() == 2;
        } catch (MongoException e) { // the command as a whole may fail, too
            return false;
        }
    }

    /** Records migrations without running them. Documents that have changed since the plan are left alone. */
    public int register(List<? extends Registration> all) {
        if (all.isEmpty()) {
            return 0;
        }
        List<UpdateOneModel<BsonDocument>> writes = new ArrayList<>(all.size());
        for (Registration one : all) {
            writes.add(new UpdateOneModel<>(one.expected().filter(), one.update(), UPSERT));
        }
        var result = collection.bulkWrite(writes, new BulkWriteOptions().ordered(true));
        return result.getMatchedCount() + result.getUpserts().size();
    }

    /**
     * Writes what a user has decided.
     *
     * @throws MigopyException unknown, if the document has changed since it was read
     */
    public void settle(Precondition expected, Bson update) {
        if (collection.updateOne(expected.filter(), update).getMatchedCount() == 0) {
            throw records.lost(expected.key());
        }
    }

    /**
     * Moves a record to another name. A kill in between leaves both; {@link JournalEntry#replaces} detects
     * that, and {@link #remove} completes the move.
     *
     * @throws MigopyException unknown, if one of the two has changed since it was read
     */
    public void rename(Renaming renaming) {
        BsonDocument old = document(renaming.from().key())
                .orElseThrow(() -> records.lost(renaming.from().key()));
        BsonDocument earlier = document(renaming.to().key()).orElse(null);
        try {
            collection.replaceOne(
                    renaming.to().filter(), renaming.document(old, earlier), new ReplaceOptions().upsert(true));
        } catch (MongoWriteException e) {
            throw e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY
                    ? records.lost(renaming.to().key())
                    : e;
        }
        remove(renaming.from());
    }

    /**
     * Removes a record that was moved to another name.
     *
     * @throws MigopyException unknown, if it has changed since it was read
     */
    public void remove(Precondition expected) {
        if (collection.deleteOne(expected.filter()).getDeletedCount() == 0
                && document(expected.key()).isPresent()) {
            throw records.lost(expected.key());
        }
    }

    /**
     * Marks a migration as applied again after the transaction of its rollback was aborted. Times and actor
     * are those of the attempt that applied it.
     *
     * @throws MigopyException unknown, if the document has changed since it was read
     */
    public void restoreApplied(JournalEntry entry) {
        settle(Precondition.of(entry), restored(applied(entry.key()), Attempt.interrupted(entry)));
    }

    private static Bson restored(Document applied, Attempt attempt) {
        Document unset = new Document("session", "").append("error", "").append("control", "");
        return Updates.combine(new Document("$set", applied), new Document("$unset", unset), attempt.push());
    }

    /** The fields of an applied migration: times and author are those of the attempt that applied it. */
    private Document applied(BsonValue key) {
        Document fields = new Document("state", State.APPLIED.word());
        BsonDocument attempt = document(key).map(Journal::appliedLast).orElse(new BsonDocument());
        for (String field : List.of("startedAt", "finishedAt", "durationMs", "run", "by")) {
            if (attempt.containsKey(field)) {
                fields.append(field, attempt.get(field));
            }
        }
        return fields;
    }

    private static BsonDocument appliedLast(BsonDocument document) {
        BsonDocument last = new BsonDocument();
        for (BsonValue each : document.getArray("attempts", new BsonArray())) {
            BsonDocument attempt = each.isDocument() ? each.asDocument() : new BsonDocument();
            BsonString applied = new BsonString(State.APPLIED.word());
            if (applied.equals(attempt.get("outcome"))) {
                last = attempt;
            }
        }
        return last;
    }
}
