package migopy.journal;

import java.time.Instant;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** A document of the journal: understood, or not. */
public sealed interface Entry {
    /** What to call it on the screen: the migration's name, or what stands in its {@code _id}. */
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
     * A document of the journal that is understood. What a document may leave out is null here.
     *
     * @param key its {@code _id}; another than the name only where the Python Migopy wrote it
     * @param name the migration's name, without {@code .java}
     * @param number the migration's number, or null where neither document nor name has one
     * @param state never null: a document that only has a name counts as applied
     * @param bare whether the document only has a name, as the Python Migopy's have
     * @param fence the token of the owner of the lock that wrote it last, or null
     * @param session the server session of a transactional migration while it runs
     * @param resumable whether its class was marked {@code @Resumable} when it ran
     * @param fileGone whether a person has accepted that its file is gone
     * @param renamedFrom the name that it had until a repair renamed it, or null
     * @param reason why it was skipped, or null
     * @param checkpoints where its backfills stopped, by their ordinal; null where it has none
     */
    public record JournalEntry(
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
            BsonDocument checkpoints)
            implements Entry {

        /** The error type of a step that ended because a person or a supervisor asked for it. */
        public static final String INTERRUPTED = "interrupted";

        /** The error type of a step that ended because its time was up. */
        public static final String TIMEOUT = "timeout";

        /**
         * Whether calling {@code up()} or {@code down()} once more cannot do anything twice; what is
         * marked {@code @Resumable} promises that of {@code up()} alone.
         */
        public boolean safeToRunAgain() {
            return transactional || resumable && state != State.ROLLING_BACK;
        }

        /**
         * Whether this is the record to which {@code old} was being moved when that repair was killed:
         * all of {@code old} is here already.
         */
        public boolean replaces(JournalEntry old) {
            return old.name.equals(renamedFrom) && run != null && run.equals(old.run);
        }

        /**
         * Whether a rollback of it was cut off, or is running, in a transaction: as long as that is not
         * committed, it is still applied.
         */
        public boolean rollingBackInTransaction() {
            return state == State.ROLLING_BACK && transactional;
        }

        /** Whether it failed in a way that leaves open how far it came. */
        public boolean failedMidway() {
            return state == State.FAILED && (INTERRUPTED.equals(errorType) || TIMEOUT.equals(errorType));
        }
    }

    /**
     * A document of the journal that cannot be understood; it is reported and never overwritten.
     *
     * @param name its {@code _id} as text
     * @param reason what about it is not understood: {@code state is "done"}
     */
    public record UnreadableEntry(String name, String reason) implements Entry {}
}
