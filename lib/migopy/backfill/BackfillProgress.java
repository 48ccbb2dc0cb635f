package migopy.backfill;

import java.util.Locale;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * How far a backfill is: the part of its checkpoint that is shown to users.
 *
 * @param done documents visited, whether they matched or not
 * @param estimate how many there will be
 * @param changed documents changed
 * @param perSecond documents visited a second, recently
 * @param left how many still matched at the end; -1 before that
 */
public record BackfillProgress(
        String collection, Phase phase, long done, long estimate, long changed, double perSecond, long left) {
    /** What the backfill is doing. */
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
            for (Phase phase : values()) {
                if (phase.word().equals(word)) {
                    return phase;
                }
            }
            return RUNNING;
        }
    }

    static final long UNKNOWN = -1;

    /** Reads a checkpoint; missing fields get their defaults. */
    public static BackfillProgress of(BsonDocument checkpoint) {
        return new BackfillProgress(
                checkpoint.getString("collection", new BsonString("")).getValue(),
                Phase.of(checkpoint.getString("state", new BsonString("")).getValue()),
                checkpoint.getNumber("done", new BsonInt64(0)).longValue(),
                checkpoint.getNumber("estimate", new BsonInt64(0)).longValue(),
                checkpoint.getNumber("changed", new BsonInt64(0)).longValue(),
                checkpoint.getNumber("rate", new BsonDouble(0)).doubleValue(),
                checkpoint.getNumber("left", new BsonInt64(UNKNOWN)).longValue());
    }

    static BackfillProgress started(String collection, long estimate) {
        return new BackfillProgress(collection, Phase.RUNNING, 0, estimate, 0, 0, UNKNOWN);
    }

    BackfillProgress in(Phase next) {
        return new BackfillProgress(collection, next, done, estimate, changed, perSecond, left);
    }

    BackfillProgress finished(long matching) {
        return new BackfillProgress(collection, Phase.DONE, done, estimate, changed, perSecond, matching);
    }

    BackfillProgress plus(long visited, long written, double rate) {
        long visitedNow = done + visited;
        return new BackfillProgress(
                collection, phase, visitedNow, Math.max(estimate, visitedNow), changed + written, rate, left);
    }
}
