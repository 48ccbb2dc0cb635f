package migopy.journal;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.PushOptions;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import migopy.StepReport.Direction;
import migopy.journal.Entry.Adoption;
import migopy.journal.Entry.JournalEntry;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;

/** The writes to the journal, each with the precondition that its document must meet. */
public final class Writes {
    private Writes() {}

    /**
     * The filter of a write: what its document looked like when the writer read it. If the document has
     * changed since, the write matches nothing, and the writer was overtaken.
     *
     * <p>The fence alone is enough while journal and lock exist. If both were deleted, the next run counts
     * from the start again, and only its id distinguishes its record from that of an earlier run.
     *
     * @param field the field that holds the state: {@code state}, or {@code outcome} in a fix
     * @param state null for a document that does not exist, or has no state
     * @param fence null for one that has none
     * @param run the run that wrote it last; null for a document without one, such as a fix, whose key is its
     *     run
     */
    public record Precondition(String field, BsonValue key, State state, Long fence, String run) {
        /** A document of the journal. */
        public Precondition(BsonValue key, State state, Long fence, String run) {
            this("state", key, state, fence, run);
        }

        /** A migration without a document. */
        public static Precondition absent(String name) {
            return new Precondition(new BsonString(name), null, null, null);
        }

        /** The document as it was read. */
        public static Precondition of(JournalEntry entry) {
            return new Precondition(entry.key(), entry.bare() ? null : entry.state(), entry.fence(), entry.run());
        }

        Bson filter() {
            return Filters.and(
                    Filters.eq("_id", key),
                    is(field, state == null ? null : state.word()),
                    is("fence", fence),
                    is("run", run));
        }

        private static Bson is(String name, Object value) {
            return value == null ? Filters.exists(name, false) : Filters.eq(name, value);
        }
    }

    /**
     * The write before {@code up()} or {@code down()} is called.
     *
     * @param expected the document as the plan read it
     * @param state {@link State#RUNNING} or {@link State#ROLLING_BACK}
     * @param fence the token of the lock's owner
     * @param startedAt by the server's clock
     * @param session the server session of a transactional step, else null
     * @param source what will run; null to keep the source in the journal, as for a rollback
     * @param interrupted the attempt that an earlier run left open, else null
     * @param keepsCheckpoints whether backfills continue from their checkpoints
     */
    public record Start(
            Precondition expected,
            State state,
            String run,
            long fence,
            Instant startedAt,
            Actor by,
            boolean transactional,
            BsonDocument session,
            MigrationFacts source,
            Attempt interrupted,
            boolean keepsCheckpoints) {

        /**
         * The migration as it runs.
         *
         * @param name the file's name, with {@code .java}
         */
        public record MigrationFacts(
                String name, long number, String checksum, String text, boolean reversible, boolean resumable) {}

        /** The precondition for ending this step. */
        public Precondition started() {
            return in(state);
        }

        /** The same in another state. */
        Precondition in(State other) {
            return new Precondition(expected.key(), other, fence, run);
        }

        Bson update() {
            Document set = new Document("state", state.word())
                    .append("run", run)
                    .append("fence", fence)
                    .append("transactional", transactional)
                    .append("startedAt", Date.from(startedAt))
                    .append("by", by.toDocument());
            if (session != null) {
                set.append("session", session);
            }
            if (source != null) {
                set.append("name", source.name())
                        .append("number", source.number())
                        .append("checksum", source.checksum())
                        .append("source", source.text())
                        .append("reversible", source.reversible())
                        .append("resumable", source.resumable());
            }
            Document unset = new Document();
            List<String> old =
                    new ArrayList<>(List.of("finishedAt", "durationMs", "error", "output", "control", "reason"));
            if (session == null) {
                old.add("session");
            }
            if (!keepsCheckpoints) {
                old.add("checkpoints");
            }
            if (source != null) {
                old.add("verified"); // a rollback that is undone leaves it
            }
            old.forEach(field -> unset.append(field, ""));
            List<Bson> parts = new ArrayList<>(List.of(new Document("$set", set), new Document("$unset", unset)));
            if (interrupted != null) {
                parts.add(interrupted.push());
            }
            return Updates.combine(parts);
        }
    }

    /**
     * The write after a step has ended.
     *
     * @param expected the document as {@link Start#started()} left it
     * @param state the state that it ends in
     * @param attempt the same for the list of attempts
     * @param output the last 64 kB that it printed
     * @param verified what came of {@code verify()}, or null for a migration without one
     */
    public record End(Precondition expected, State state, Attempt attempt, String output, Verified verified) {
        /** The document once this is written. */
        public Precondition ended() {
            return new Precondition(expected.key(), state, expected.fence(), expected.run());
        }

        /** Matches the document once this is written; one that the migration has changed itself has another time. */
        Bson written() {
            return Filters.and(ended().filter(), Filters.eq("finishedAt", Date.from(attempt.finishedAt())));
        }

        /** Whether it ends a rollback whose transaction was aborted. */
        boolean undone() {
            return state == State.APPLIED && attempt.direction().equals(Direction.DOWN.word());
        }

        Bson update() {
            Document set = new Document("state", state.word())
                    .append("finishedAt", Date.from(attempt.finishedAt()))
                    .append("durationMs", attempt.durationMs())
                    .append("output", output);
            Document unset = new Document("session", "").append("control", "");
            if (state == State.SKIPPED) {
                set.append("reason", attempt.note().text());
            }
            Attempt.put(set, "verified", verified == null ? null : verified.document());
            if (state == State.ROLLED_BACK) {
                unset.append("verified", "");
            }
            if (attempt.error() == null) {
                unset.append("error", "");
            } else {
                set.append("error", attempt.error().document());
            }
            return Updates.combine(new Document("$set", set), new Document("$unset", unset), attempt.push());
        }
    }

    /** A record of a migration that is not run. */
    public sealed interface Registration {
        /** Returns what the document looked like when the plan was made. */
        Precondition expected();

        /** Returns the fields to write. */
        Bson update();
    }

    /**
     * A migration that is recorded as ignored, without being run.
     *
     * @param name the file's name, with {@code .java}
     * @param fence the token of the lock's owner
     */
    public record Ignored(
            Precondition expected,
            String name,
            long number,
            String checksum,
            String source,
            long fence,
            Attempt attempt)
            implements Registration {
        @Override
        public Bson update() {
            Document set = new Document("name", name)
                    .append("number", number)
                    .append("state", State.IGNORED.word())
                    .append("checksum", checksum)
                    .append("source", source)
                    .append("run", attempt.run())
                    .append("fence", fence)
                    .append("transactional", false)
                    .append("startedAt", Date.from(attempt.startedAt()))
                    .append("finishedAt", Date.from(attempt.finishedAt()))
                    .append("durationMs", attempt.durationMs())
                    .append("by", attempt.by().toDocument());
            Document unset = new Document("error", "")
                    .append("output", "")
                    .append("checkpoints", "")
                    .append("reason", "");
            return Updates.combine(new Document("$set", set), new Document("$unset", unset), attempt.push());
        }
    }

    /**
     * A migration of another tool.
     *
     * @param key its name here, which no document has
     * @param name the file's name with {@code .java}; without a file the same as {@code key}
     * @param state {@link State#APPLIED}, or {@link State#ROLLED_BACK} for one that a user has decided to be pending
     * @param appliedAt when the other tool applied it; null if unknown
     * @param origin where the other tool has it
     * @param hash the other tool's checksum, or null
     * @param text the text of its file; null without a file
     * @param fence the token of the lock's owner
     * @param attempt the adoption itself
     */
    public record Adopted(
            String key,
            String name,
            long number,
            State state,
            Instant appliedAt,
            Adoption origin,
            String hash,
            AcceptedText text,
            long fence,
            Attempt attempt)
            implements Registration {
        @Override
        public Precondition expected() {
            return Precondition.absent(key);
        }

        @Override
        public Bson update() {
            Document adopted = new Document("from", origin.from())
                    .append("collection", origin.collection())
                    .append("id", origin.id());
            Document set = new Document("name", name)
                    .append("number", number)
                    .append("state", state.word())
                    .append("run", attempt.run())
                    .append("fence", fence)
                    .append("by", attempt.by().toDocument())
                    .append("adopted", Attempt.put(adopted, "hash", hash));
            if (appliedAt != null) {
                set.append("startedAt", Date.from(appliedAt)).append("finishedAt", Date.from(appliedAt));
            }
            if (text == null) {
                set.append("fileGone", true).append("reversible", false);
            } else {
                set.append("checksum", text.checksum()).append("source", text.source());
            }
            return Updates.combine(new Document("$set", set), attempt.push());
        }
    }

    /** A migration's text and its checksum. */
    public record AcceptedText(String source, String checksum) {}

    /**
     * A decision that a user made about a migration.
     *
     * @param expected the document as the user saw it
     * @param state its new state; null to keep the present one
     * @param fence the token of the lock's owner
     * @param finishedAt when it ended; null where that is recorded already
     * @param text the text that counts from now on; null to keep the source in the journal
     * @param fileGone whether its file may be missing
     * @param verified what counts as come of its {@code verify()}; null to keep it
     * @param attempts the attempts to add: the repair itself, after an attempt without an outcome
     */
    public record Settlement(
            Precondition expected,
            State state,
            long fence,
            Instant finishedAt,
            AcceptedText text,
            boolean fileGone,
            Verified verified,
            List<Attempt> attempts) {

        public Settlement {
            attempts = List.copyOf(attempts);
        }

        /** For {@link Journal#settle}. Not an expression, so that a user's text is stored as it is. */
        public Bson update() {
            Document set = new Document("fence", fence);
            Document unset = new Document();
            if (state != null) {
                set.append("state", state.word());
                for (String old : List.of("error", "session", "control", "checkpoints", "reason", "verified")) {
                    unset.append(old, "");
                }
            }
            if (finishedAt != null) {
                set.append("finishedAt", Date.from(finishedAt));
                unset.append("durationMs", ""); // how long it ran is unknown
            }
            if (text != null) {
                set.append("source", text.source()).append("checksum", text.checksum());
            }
            Attempt.put(set, "verified", verified == null ? null : verified.document());
            if (fileGone) {
                set.append("fileGone", true);
            } else {
                unset.append("fileGone", "");
            }
            List<Document> pushed = attempts.stream().map(Attempt::toDocument).toList();
            return Updates.combine(
                    new Document("$set", set),
                    new Document("$unset", unset),
                    Updates.pushEach("attempts", pushed, new PushOptions().slice(-Attempt.KEPT)));
        }
    }

    /**
     * The move of a record, with its attempts, to the new name of its migration.
     *
     * @param from the document under the old name, as it was read
     * @param to the document under the new name: none, or that of a migration that was rolled back
     * @param oldName the old name, without {@code .java}
     * @param fileName the new file's name, with {@code .java}
     * @param number the new file's number
     * @param fence the token of the lock's owner
     * @param repair the attempt that records the renaming itself
     */
    public record Renaming(
            Precondition from,
            Precondition to,
            String oldName,
            String fileName,
            long number,
            long fence,
            Attempt repair) {

        /** The document under the new name. */
        BsonDocument document(BsonDocument old, BsonDocument earlier) {
            BsonDocument moved = old.clone();
            moved.put("_id", to.key());
            moved.put("name", new BsonString(fileName));
            moved.put("number", new BsonInt64(number));
            moved.put("fence", new BsonInt64(fence));
            moved.put("renamedFrom", new BsonString(oldName));
            moved.remove("fileGone");
            BsonArray attempts = new BsonArray();
            attempts.addAll(attempts(earlier));
            attempts.addAll(attempts(old));
            attempts.add(repair.toDocument().toBsonDocument());
            int more = Math.max(0, attempts.size() - Attempt.KEPT);
            moved.put("attempts", new BsonArray(attempts.subList(more, attempts.size())));
            return moved;
        }

        private static List<BsonValue> attempts(BsonDocument document) {
            return document != null && document.isArray("attempts") ? document.getArray("attempts") : List.of();
        }
    }
}
