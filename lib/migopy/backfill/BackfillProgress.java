package migopy.backfill;

import java.util.Locale;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * How far a backfill has come: the part of its checkpoint that a person wants to know.
 *
 * @param done documents visited, whether they matched or not
 * @param estimate how many there will be
 * @param changed documents changed
 * @param perSecond documents visited a second of late
 * @param left how many still matched when it ended; -1 while that is not known
 */
public record BackfillProgress(
        String collection, Phase state, long done, long estimate, long changed, double perSecond, long left) {
    /** What it is at. */
    public enum Phase {
        RUNNING,
        /** For a secondary that is behind. */
        WAITING,
        PAUSED,
        DONE;

        /** The word in the checkpoint: {@code paused}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private static Phase of(String word) {
            for (Phase state : values()) {
                if (state.word().equals(word)) {
                    return state;
                }
            }
            return RUNNING;
        }
    }

    static final long NOT_KNOWN = -1;

    /** Reads a checkpoint; what is missing counts as nothing. */
    public static BackfillProgress of(BsonDocument checkpoint) {
        return new BackfillProgress(
                checkpoint.getString("collection", new BsonString("")).getValue(),
                Phase.of(checkpoint.getString("state", new BsonString("")).getValue()),
                checkpoint.getNumber("done", new BsonInt64(0)).longValue(),
                checkpoint.getNumber("estimate", new BsonInt64(0)).longValue(),
                checkpoint.getNumber("changed", new BsonInt64(0)).longValue(),
                checkpoint.getNumber("rate", new BsonDouble(0)).doubleValue(),
                checkpoint.getNumber("left", new BsonInt64(NOT_KNOWN)).longValue());
    }

    BackfillProgress state(Phase now) {
        return new BackfillProgress(collection, now, done, estimate, changed, perSecond, left);
    }

    BackfillProgress left(long documents) {
        return new BackfillProgress(collection, state, done, estimate, changed, perSecond, documents);
    }

    BackfillProgress plus(long visited, long written, double rate) {
        return new BackfillProgress(
                collection, state, done + visited, Math.max(estimate, done + visited), changed + written, rate, left);
    }
}
