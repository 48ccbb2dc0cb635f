package migopy.journal;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.PushOptions;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import migopy.StepReport.Direction;
import migopy.journal.Entry.JournalEntry;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;

/** What is written to the journal, and what has to be true of a document when it is written. */
public final class Writes {
    private Writes() {}

    /**
     * What a writer saw of a document before it writes: the filter of every write. If the document has
     * changed since, the write matches nothing, and the writer was overtaken.
     *
     * <p>The fence alone would do as long as journal and lock are there. Where both were deleted, the
     * next run starts to count anew, and only its id tells its record from that of the run before.
     *
     * @param field where the state stands: {@code state}, or a fix's {@code outcome}
     * @param state null for a document that is not there, or has no state
     * @param fence null for one that has none
     * @param run the run that wrote it last; null for one that has none, as a fix, whose run is its key
     */
    public record Precondition(String field, BsonValue key, State state, Long fence, String run) {
        /** A document of the journal. */
        public Precondition(BsonValue key, State state, Long fence, String run) {
            this("state", key, state, fence, run);
        }

        /** A migration that the journal does not know yet. */
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
     * What is written before {@code up()} or {@code down()} is called.
     *
     * @param expected the document as the plan saw it
     * @param state {@link State#RUNNING} or {@link State#ROLLING_BACK}
     * @param fence the token of the lock's owner
     * @param startedAt by the server's clock
     * @param session the server session of a transactional step, else null
     * @param source what will run; null where the journal's own stays, as for a rollback
     * @param interrupted the attempt that an earlier run left open, else null
     * @param keepsCheckpoints whether backfills go on where they stopped
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

        /** What the document will look like to whoever ends this step. */
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
            old.forEach(field -> unset.append(field, ""));
            List<Bson> parts = new ArrayList<>(List.of(new Document("$set", set), new Document("$unset", unset)));
            if (interrupted != null) {
                parts.add(interrupted.push());
            }
            return Updates.combine(parts);
        }
    }

    /**
     * What is written when a step is over.
     *
     * @param expected the document as {@link Start#started()} left it
     * @param state the state that it ends in
     * @param attempt the same once more, for {@code attempts}
     * @param output the last 64 kB that it printed
     */
    public record End(Precondition expected, State state, Attempt attempt, String output) {
        /** What the document looks like once this is written. */
        Precondition ended() {
            return new Precondition(expected.key(), state, expected.fence(), expected.run());
        }

        /** Whether it ends a rollback that has undone nothing. */
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
            if (attempt.error() == null) {
                unset.append("error", "");
            } else {
                set.append("error", attempt.error().document());
            }
            return Updates.combine(new Document("$set", set), new Document("$unset", unset), attempt.push());
        }
    }

    /**
     * A migration that is registered without being run.
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
            Attempt attempt) {
        Bson update() {
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
     * What a person has decided about a migration.
     *
     * @param expected the document as the person saw it
     * @param state what it is from now on; null where it stays what it is
     * @param fence the token of the lock's owner
     * @param finishedAt when it came to be so; null where it had ended before
     * @param text the text that counts from now on; null where the journal's own stays
     * @param fileGone whether its file may be missing from now on
     * @param attempts what to add: the repair itself, after the attempt that nobody had ended
     */
    public record Settlement(
            Precondition expected,
            State state,
            long fence,
            Instant finishedAt,
            AcceptedText text,
            boolean fileGone,
            List<Attempt> attempts) {

        /** A migration's text and its checksum. */
        public record AcceptedText(String source, String checksum) {}

        public Settlement {
            attempts = List.copyOf(attempts);
        }

        /**
         * For {@link Journal#settle}; no expression, so that any text of a person's is kept as it is.
         */
        public Bson update() {
            Document set = new Document("fence", fence);
            Document unset = new Document();
            if (state != null) {
                set.append("state", state.word());
                for (String old : List.of("error", "session", "control", "checkpoints", "reason")) {
                    unset.append(old, "");
                }
            }
            if (finishedAt != null) {
                set.append("finishedAt", Date.from(finishedAt));
                unset.append("durationMs", ""); // how long it worked is not known
            }
            if (text != null) {
                set.append("source", text.source()).append("checksum", text.checksum());
            }
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
     * A record that moves to the new name of its migration, with its history.
     *
     * @param from the document under the old name, as it was read
     * @param to what the new name has: nothing, or what was rolled back under it earlier
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
