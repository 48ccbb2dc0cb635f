package migopy.backfill;

import com.mongodb.client.ClientSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import migopy.MigopyException;
import migopy.backfill.Checkpoint.Fingerprint;
import migopy.console.Wording;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * The checkpoints of one attempt of a migration. Each of its backfills claims its own, found by what
 * it does and not only by its place in {@code up()}: after an edit, or in a loop over other data, no
 * backfill continues from the checkpoint of another.
 */
public final class Checkpoints {
    /** All are in one document, with some 300 bytes for each that is done. */
    private static final int MOST = 10_000;

    private static final String START_OVER =
            "To start over: {migopy} repair %1$s --as pending --reason \"...\", then run: {migopy} execute %1$s";

    private final String migration;
    private final String text;
    private final Map<Integer, BsonDocument> stored = new TreeMap<>();
    private final Set<Integer> claimed = new HashSet<>();
    private final CheckpointWriter writer;
    private int last;

    /** What another terminal requests of a running backfill. */
    public enum Control {
        RUN,
        PAUSE,
        CANCEL
    }

    /** Stores checkpoints in the migration's record. */
    @FunctionalInterface
    public interface CheckpointWriter {
        /**
         * Writes the checkpoint with a majority write that matches the run's fence.
         *
         * @param ordinal which backfill, from 1
         * @param checkpoint replaces the previous one
         * @param session the session whose transaction the write belongs to, or null for a write of
         *     its own
         * @return what another terminal requests
         * @throws MigopyException kind unknown, when another run has taken over
         */
        Control write(int ordinal, BsonDocument checkpoint, ClientSession session);
    }

    /**
     * A backfill's claim on its checkpoint.
     *
     * @param checkpoint where an earlier attempt stopped, or null
     */
    record Claim(int ordinal, BsonDocument checkpoint, CheckpointWriter writer) {
        Control write(BsonDocument next, ClientSession session) {
            return writer.write(ordinal, next, session);
        }
    }

    /**
     * @param migration the migration's name
     * @param text the checksum of its text
     * @param stored the checkpoints of an earlier attempt, by ordinal
     */
    public Checkpoints(String migration, String text, BsonDocument stored, CheckpointWriter writer) {
        this.migration = Objects.requireNonNull(migration);
        this.text = text;
        this.writer = Objects.requireNonNull(writer);
        for (Map.Entry<String, BsonValue> one : stored.entrySet()) {
            if (one.getKey().matches("[0-9]{1,9}") && one.getValue().isDocument()) {
                int ordinal = Integer.parseInt(one.getKey());
                this.stored.put(ordinal, one.getValue().asDocument());
                last = Math.max(last, ordinal);
            }
        }
    }

    /** Checkpoints of work that has no record: nothing is stored. */
    public static Checkpoints none() {
        return new Checkpoints("", "", new BsonDocument(), (ordinal, one, session) -> Control.RUN);
    }

    /** The checksum of the migration's text. */
    String text() {
        return text;
    }

    /**
     * Claims the checkpoint of a backfill.
     *
     * @throws MigopyException refused, if a checkpoint may be its own, but of another text
     */
    synchronized Claim claim(Fingerprint fingerprint) {
        List<Integer> free = new ArrayList<>();
        for (Map.Entry<Integer, BsonDocument> one : stored.entrySet()) {
            if (claimed.contains(one.getKey()) || !alike(one.getValue(), fingerprint)) {
                continue;
            }
            if (fingerprint.digest().equals(Checkpoint.digestOf(one.getValue()))) {
                return claim(one.getKey(), one.getValue());
            }
            free.add(one.getKey());
        }
        for (int ordinal : free) {
            // An older version wrote it, or `backfill continue` removed the digest.
            if (Checkpoint.digestOf(stored.get(ordinal)) == null) {
                return claim(ordinal, stored.get(ordinal));
            }
        }
        if (free.isEmpty()) {
            refuseOtherWay(fingerprint);
            return claim(next(), null);
        }
        if (fingerprint.way().equals(Change.Delete.WORD)) {
            return claim(free.get(0), null); // A delete that starts over changes nothing twice.
        }
        throw MigopyException.refused(
                difference(BackfillProgress.of(stored.get(free.get(0))), fingerprint),
                ("To continue from that checkpoint: {migopy} backfill continue %1$s, then run:"
                                + " {migopy} execute %1$s. " + START_OVER)
                        .formatted(Wording.word(migration)));
    }

    /**
     * Refuses a backfill if one that stopped, on the same collection, changes it in another way, or
     * got or lost its name: from the start, this one would repeat what that one did.
     */
    private void refuseOtherWay(Fingerprint fingerprint) {
        if (fingerprint.way().equals(Change.Delete.WORD)) {
            return;
        }
        for (Map.Entry<Integer, BsonDocument> one : stored.entrySet()) {
            BackfillProgress earlier = BackfillProgress.of(one.getValue());
            String name = Checkpoint.nameOf(one.getValue());
            boolean bothNamed = name != null && fingerprint.name() != null;
            if (!claimed.contains(one.getKey())
                    && earlier.phase() != BackfillProgress.Phase.DONE
                    && earlier.collection().equals(fingerprint.collection())
                    && (!bothNamed || name.equals(fingerprint.name()))) {
                throw MigopyException.refused(
                        difference(earlier, fingerprint), START_OVER.formatted(Wording.word(migration)));
            }
        }
    }

    private static boolean alike(BsonDocument checkpoint, Fingerprint fingerprint) {
        return fingerprint.collection().equals(BackfillProgress.of(checkpoint).collection())
                && fingerprint.way().equals(Checkpoint.wayOf(checkpoint))
                && Objects.equals(fingerprint.name(), Checkpoint.nameOf(checkpoint));
    }

    private Claim claim(int ordinal, BsonDocument checkpoint) {
        claimed.add(ordinal);
        return new Claim(ordinal, checkpoint, writer);
    }

    private int next() {
        if (last >= MOST) {
            throw MigopyException.failed(
                    "%s has more than %s".formatted(migration, Wording.count(MOST, "backfill")),
                    "Split it into several migrations");
        }
        return ++last;
    }

    private static String difference(BackfillProgress earlier, Fingerprint fingerprint) {
        String how = earlier.phase() == BackfillProgress.Phase.DONE
                ? "finished"
                : "stopped at %s of about %s documents"
                        .formatted(Wording.number(earlier.done()), Wording.number(earlier.estimate()));
        return ("%s() of %s differs from the backfill that %s in an earlier attempt: the migration"
                        + " was edited, or a value in it differs at each attempt")
                .formatted(fingerprint.way(), fingerprint.collection(), how);
    }
}
