package migopy.backfill;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * Where a backfill stands, as it is kept with the migration's record.
 *
 * @param print what distinguishes the backfill
 * @param segments the workers' parts
 * @param pass 1 for the walk along the whole collection, then one more for each sweep
 * @param exclusive whether no changed document was seen to match {@code where} again; only then may
 *     a sweep change what is left without changing anything twice
 * @param sessions the server sessions that the batches run in, so that the next owner can end them
 */
record Checkpoint(
        Standing standing,
        Fingerprint print,
        List<Segment> segments,
        int pass,
        boolean exclusive,
        List<BsonBinary> sessions) {
    /** What a checkpoint keeps of an {@code _id}; CONTRACT, section 4. */
    static final int LARGEST_ID = 16 * 1024;

    private static final String DIGEST = "digest";

    Checkpoint {
        segments = List.copyOf(segments);
        sessions = List.copyOf(sessions);
    }

    Checkpoint with(Standing now) {
        return new Checkpoint(now, print, segments, pass, exclusive, sessions);
    }

    Checkpoint with(int index, Segment segment) {
        List<Segment> all = new ArrayList<>(segments);
        all.set(index, segment);
        return new Checkpoint(standing, print, all, pass, exclusive, sessions);
    }

    Checkpoint inclusive() {
        return new Checkpoint(standing, print, segments, pass, false, sessions);
    }

    Checkpoint nextPass(List<Segment> parts) {
        return new Checkpoint(standing, print, parts, pass + 1, exclusive, sessions);
    }

    /** The end, with nothing kept that only one who goes on would need. */
    Checkpoint done(long left) {
        Standing over = standing.state(Standing.State.DONE).left(left);
        return new Checkpoint(over, print, List.of(), pass, exclusive, List.of());
    }

    Checkpoint inSessions(List<BsonBinary> ids) {
        return new Checkpoint(standing, print, segments, pass, exclusive, ids);
    }

    BsonDocument toBson() {
        BsonArray parts = new BsonArray();
        segments.forEach(segment -> parts.add(segment.toBson()));
        BsonDocument bson = new BsonDocument("collection", new BsonString(standing.collection()));
        if (print.name() != null) {
            bson.append("name", new BsonString(print.name()));
        }
        return bson.append("way", new BsonString(print.way()))
                .append(DIGEST, new BsonString(print.digest()))
                .append("state", new BsonString(standing.state().word()))
                .append("done", new BsonInt64(standing.done()))
                .append("estimate", new BsonInt64(standing.estimate()))
                .append("changed", new BsonInt64(standing.changed()))
                .append("rate", new BsonDouble(standing.perSecond()))
                .append("left", new BsonInt64(standing.left()))
                .append("pass", new BsonInt32(pass))
                .append("exclusive", BsonBoolean.valueOf(exclusive))
                .append("sessions", new BsonArray(sessions))
                .append("segments", parts);
    }

    /** The way in a checkpoint, or null. */
    static String wayOf(BsonDocument bson) {
        return bson.isString("way") ? bson.getString("way").getValue() : null;
    }

    /** The name in a checkpoint, or null. */
    static String nameOf(BsonDocument bson) {
        return bson.isString("name") ? bson.getString("name").getValue() : null;
    }

    /** The digest in a checkpoint; null in one of an earlier version, and where it was removed. */
    static String digestOf(BsonDocument bson) {
        return bson.isString(DIGEST) ? bson.getString(DIGEST).getValue() : null;
    }

    /** Goes on from a checkpoint. */
    static Checkpoint of(BsonDocument bson, Fingerprint print) {
        return new Checkpoint(
                Standing.of(bson),
                print,
                bson.getArray("segments").stream()
                        .map(part -> Segment.of(part.asDocument()))
                        .toList(),
                bson.getInt32("pass").getValue(),
                bson.getBoolean("exclusive").getValue(),
                bson.getArray("sessions").stream().map(id -> id.asBinary()).toList());
    }
}
