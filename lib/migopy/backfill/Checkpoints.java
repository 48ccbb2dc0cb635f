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
 * The checkpoints of one attempt of a migration. Each of its backfills claims its own, by what it
 * does and not only by its place in {@code up()}: after an edit, or in a loop over other data, none
 * goes on from the checkpoint of another.
 */
public final class Checkpoints {
    /** Their checkpoints, some 300 bytes each when they are done, are in one document. */
    private static final int MOST = 10_000;

    private static final String START_ANEW =
            "{migopy} repair %1$s --as pending --reason \"...\", then run: {migopy} execute %1$s";

    private final String migration;
    private final String text;
    private final Map<Integer, BsonDocument> stored = new TreeMap<>();
    private final Set<Integer> claimed = new HashSet<>();
    private final Writer writer;
    private int last;

    /** Keeps the checkpoint of one of several backfills. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes it.
         *
         * @param ordinal which backfill, from 1
         * @see CheckpointWriter#write
         */
        Control write(int ordinal, BsonDocument checkpoint, ClientSession session);
    }

    /**
     * Where a backfill starts, and where it keeps how far it is.
     *
     * @param checkpoint where an earlier attempt stopped, or null
     */
    record Place(BsonDocument checkpoint, CheckpointWriter writer) {}

    /**
     * @param migration the migration's name
     * @param text the checksum of its text
     * @param stored what an earlier attempt left, by ordinal
     */
    public Checkpoints(String migration, String text, BsonDocument stored, Writer writer) {
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

    /** For work that has no record: nothing is kept. */
    public static Checkpoints none() {
        return new Checkpoints("", "", new BsonDocument(), (ordinal, one, session) -> Control.GO);
    }

    /** The checksum of the migration's text. */
    String text() {
        return text;
    }

    /**
     * The place of a backfill.
     *
     * @throws MigopyException refused, if a checkpoint may be its own, but of another text
     */
    synchronized Place claim(Fingerprint print) {
        List<Integer> free = new ArrayList<>();
        for (Map.Entry<Integer, BsonDocument> one : stored.entrySet()) {
            if (claimed.contains(one.getKey()) || !alike(one.getValue(), print)) {
                continue;
            }
            if (print.digest().equals(Checkpoint.digestOf(one.getValue()))) {
                return place(one.getKey(), one.getValue());
            }
            free.add(one.getKey());
        }
        for (int ordinal : free) {
            // One of an earlier version, or one that a person lets go on.
            if (Checkpoint.digestOf(stored.get(ordinal)) == null) {
                return place(ordinal, stored.get(ordinal));
            }
        }
        if (free.isEmpty()) {
            refuseOtherWay(print);
            return place(next(), null);
        }
        if (print.way().equals(Change.Delete.WORD)) {
            return place(free.get(0), null); // To delete from the start again changes nothing twice.
        }
        throw MigopyException.refused(
                other(BackfillProgress.of(stored.get(free.get(0))), print),
                ("To go on from that checkpoint: {migopy} backfill continue %1$s, then run:"
                                + " {migopy} execute %1$s. To start anew: "
                                + START_ANEW)
                        .formatted(Wording.word(migration)));
    }

    /**
     * One that stopped, on the same collection, has another way or got or lost its name: from the
     * start, this one would do again what that one did.
     */
    private void refuseOtherWay(Fingerprint print) {
        if (print.way().equals(Change.Delete.WORD)) {
            return;
        }
        for (Map.Entry<Integer, BsonDocument> one : stored.entrySet()) {
            BackfillProgress earlier = BackfillProgress.of(one.getValue());
            String name = Checkpoint.nameOf(one.getValue());
            boolean bothNamed = name != null && print.name() != null;
            if (!claimed.contains(one.getKey())
                    && earlier.state() != BackfillProgress.Phase.DONE
                    && earlier.collection().equals(print.collection())
                    && (!bothNamed || name.equals(print.name()))) {
                throw MigopyException.refused(
                        other(earlier, print), "To start anew: " + START_ANEW.formatted(Wording.word(migration)));
            }
        }
    }

    private static boolean alike(BsonDocument checkpoint, Fingerprint print) {
        return print.collection().equals(BackfillProgress.of(checkpoint).collection())
                && print.way().equals(Checkpoint.wayOf(checkpoint))
                && Objects.equals(print.name(), Checkpoint.nameOf(checkpoint));
    }

    private Place place(int ordinal, BsonDocument checkpoint) {
        claimed.add(ordinal);
        return new Place(checkpoint, (next, session) -> writer.write(ordinal, next, session));
    }

    private int next() {
        if (last >= MOST) {
            throw MigopyException.failed(
                    "%s has more than %,d backfills".formatted(migration, MOST),
                    "Divide them among several migrations");
        }
        return ++last;
    }

    private static String other(BackfillProgress earlier, Fingerprint print) {
        String how = earlier.state() == BackfillProgress.Phase.DONE
                ? "finished"
                : "stopped at %,d of about %,d documents".formatted(earlier.done(), earlier.estimate());
        return ("%s() of %s differs from the backfill that %s in an earlier attempt: the migration"
                        + " was edited, or a value in it differs at each attempt")
                .formatted(print.way(), print.collection(), how);
    }

    /** What another terminal asks a running backfill for. */
    public enum Control {
        GO,
        PAUSE,
        CANCEL
    }

    /** Keeps a backfill's checkpoint with its migration's record. */
    @FunctionalInterface
    public interface CheckpointWriter {
        /**
         * Writes the checkpoint with a majority write that matches the run's fence.
         *
         * @param checkpoint where the backfill stands; replaces the one before it
         * @param session the session whose transaction the write belongs to, or null for a write of its
         *     own
         * @return what another terminal asks for
         * @throws migopy.MigopyException kind unknown, when another run has taken over
         */
        Control write(BsonDocument checkpoint, ClientSession session);
    }
}
