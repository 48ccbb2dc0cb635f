package migopy.journal;

import java.time.Instant;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** A document of the journal. */
public sealed interface Entry {
    /** The name to show: the migration's, or the {@code _id} as text. */
    String name();

    /** The migration's name: the document's {@code _id}, or the Python Migopy's name without its ending. */
    static String nameOf(BsonDocument document) {
        BsonValue key = document.get("_id");
        if (key != null && key.isString() && document.containsKey("state")) {
            return key.asString().getValue();
        }
        String name = text(document, "name");
        if (name != null) {
            int dot = name.lastIndexOf('.');
            return dot > 0 ? name.substring(0, dot) : name;
        }
        return key != null && key.isString() ? key.asString().getValue() : new BsonDocument("_id", key).toJson();
    }

    /** The text in a field; null where there is none. */
    static String text(BsonDocument document, String field) {
        return document.isString(field) ? document.getString(field).getValue() : null;
    }

    /** The whole number in a field; null where there is none. */
    static Long whole(BsonDocument document, String field) {
        return document.isInt64(field) || document.isInt32(field)
                ? Long.valueOf(document.getNumber(field).longValue())
                : null;
    }

    /**
     * A valid document. What it leaves out is null.
     *
     * @param key its {@code _id}, which differs from the name only in documents of the Python Migopy
     * @param name the migration's name, without {@code .java}
     * @param number the migration's number, null where neither document nor name has one
     * @param state never null: a document that only has a name counts as applied
     * @param bare whether the document only has a name, as the Python Migopy's have
     * @param fence the token of the owner of the lock that wrote it last, or null
     * @param session the server session of a transactional migration while it runs
     * @param resumable whether its class was marked {@code @Resumable} when it ran
     * @param fileGone whether a user has accepted that its file is missing
     * @param renamedFrom its name before a repair renamed it, or null
     * @param reason why it was skipped, or null
     * @param verified what came of its {@code verify()}, or null if it has none
     * @param checkpoints the checkpoints of its backfills by their position; null where it has none
     * @param adopted where it was registered from; null unless {@code adopt} registered it
     */
    record JournalEntry(
            BsonValue key,
            String name,
            Long number,
            State state,
            boolean bare,
            String checksum,
            String run,
            Long fence,
            boolean transactional,
            boolean resumable,
            boolean fileGone,
            BsonDocument session,
            Instant startedAt,
            Instant finishedAt,
            Long durationMs,
            Actor by,
            Boolean reversible,
            String renamedFrom,
            String reason,
            String errorType,
            String errorMessage,
            Verified verified,
            BsonDocument checkpoints,
            Adoption adopted)
            implements Entry {

        /** Whether another tool applied it, so that the journal does not have its source. */
        public boolean withoutSource() {
            return adopted != null && checksum == null;
        }

        /** The error type of a step that a signal stopped. */
        public static final String INTERRUPTED = "interrupted";

        /** The error type of a step that exceeded its time limit. */
        public static final String TIMEOUT = "timeout";

        /**
         * Whether {@code up()} or {@code down()} can be called again without doing anything twice; {@code
         * @Resumable} promises that only for {@code up()}.
         */
        public boolean safeToRunAgain() {
            return transactional || resumable && state != State.ROLLING_BACK;
        }

        /**
         * Whether a repair that was killed had moved {@code old} to this record: everything of {@code old} is
         * in it.
         */
        public boolean replaces(JournalEntry old) {
            return old.name.equals(renamedFrom) && run != null && run.equals(old.run);
        }

        /**
         * Whether a transactional rollback of it was interrupted or is running: until it is committed, the
         * migration is still applied.
         */
        public boolean rollingBackInTransaction() {
            return state == State.ROLLING_BACK && transactional;
        }

        /** Whether it is applied, but its {@code verify()} does not hold, and no user has accepted that. */
        public boolean unverified() {
            return state == State.APPLIED && verified != null && verified.blocks();
        }

        /** Whether it was stopped, so that it is unknown how far it got. */
        public boolean failedMidway() {
            return state == State.FAILED && (INTERRUPTED.equals(errorType) || TIMEOUT.equals(errorType));
        }
    }

    /**
     * The migration of another tool that an entry was registered from.
     *
     * @param from the tool, as {@code adopt --from} calls it
     * @param collection the tool's journal
     * @param id the tool's own identifier of the migration
     */
    record Adoption(String from, String collection, String id) {}

    /**
     * An invalid document. It is reported and never overwritten.
     *
     * @param name its {@code _id} as text
     * @param reason what is invalid: {@code its state is "done"}
     */
    record UnreadableEntry(String name, String reason) implements Entry {}
}
