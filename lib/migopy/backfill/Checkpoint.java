package migopy.backfill;

import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a backfill stands, as it is kept with the migration's record.
 *
 * @param segments the workers' parts
 * @param pass 1 for the walk along the whole collection, then one more for each sweep
 * @param exclusive whether no changed document was seen to match {@code where} again; only then may
 *     a sweep change what is left without changing anything twice
 * @param sessions the server sessions that the batches run in, so that the next owner can end them
 */
record Checkpoint(
        Standing standing,
        String way,
        List<Segment> segments,
        int pass,
        boolean exclusive,
        List<BsonBinary> sessions) {
    /** What a checkpoint keeps of an {@code _id}; CONTRACT, section 4. */
    static final int LARGEST_ID = 16 * 1024;

    Checkpoint {
        segments = List.copyOf(segments);
        sessions = List.copyOf(sessions);
    }

    Checkpoint with(Standing now) {
        return new Checkpoint(now, way, segments, pass, exclusive, sessions);
    }

    Checkpoint with(int index, Segment segment) {
        List<Segment> all = new ArrayList<>(segments);
        all.set(index, segment);
        return new Checkpoint(standing, way, all, pass, exclusive, sessions);
    }

    Checkpoint inclusive() {
        return new Checkpoint(standing, way, segments, pass, false, sessions);
    }

    Checkpoint nextPass(List<Segment> parts) {
        return new Checkpoint(standing, way, parts, pass + 1, exclusive, sessions);
    }

    /** The end, with nothing kept that only one who goes on would need. */
    Checkpoint done(long left) {
        Standing over = standing.state(Standing.State.DONE).left(left);
        return new Checkpoint(over, way, List.of(), pass, exclusive, List.of());
    }

    Checkpoint inSessions(List<BsonBinary> ids) {
        return new Checkpoint(standing, way, segments, pass, exclusive, ids);
    }

    BsonDocument toBson() {
        BsonArray parts = new BsonArray();
        segments.forEach(segment -> parts.add(segment.toBson()));
        return new BsonDocument("collection", new BsonString(standing.collection()))
                .append("way", new BsonString(way))
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

    static Checkpoint of(BsonDocument bson) {
        return new Checkpoint(
                Standing.of(bson),
                bson.getString("way").getValue(),
                bson.getArray("segments").stream()
                        .map(part -> Segment.of(part.asDocument()))
                        .toList(),
                bson.getInt32("pass").getValue(),
                bson.getBoolean("exclusive").getValue(),
                bson.getArray("sessions").stream().map(id -> id.asBinary()).toList());
    }
}
