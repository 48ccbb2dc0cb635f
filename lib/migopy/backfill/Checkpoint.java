package migopy.backfill;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

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
        BackfillProgress standing,
        Fingerprint print,
        List<Partition> segments,
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

    Checkpoint with(BackfillProgress now) {
        return new Checkpoint(now, print, segments, pass, exclusive, sessions);
    }

    Checkpoint with(int index, Partition segment) {
        List<Partition> all = new ArrayList<>(segments);
        all.set(index, segment);
        return new Checkpoint(standing, print, all, pass, exclusive, sessions);
    }

    Checkpoint inclusive() {
        return new Checkpoint(standing, print, segments, pass, false, sessions);
    }

    Checkpoint nextPass(List<Partition> parts) {
        return new Checkpoint(standing, print, parts, pass + 1, exclusive, sessions);
    }

    /** The end, with nothing kept that only one who goes on would need. */
    Checkpoint done(long left) {
        BackfillProgress over = standing.state(BackfillProgress.Phase.DONE).left(left);
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
                BackfillProgress.of(bson),
                print,
                bson.getArray("segments").stream()
                        .map(part -> Partition.of(part.asDocument()))
                        .toList(),
                bson.getInt32("pass").getValue(),
                bson.getBoolean("exclusive").getValue(),
                bson.getArray("sessions").stream().map(id -> id.asBinary()).toList());
    }

    /**
     * What distinguishes a backfill from the others of its migration, in this attempt and in the next.
     *
     * @param collection its collection, as messages name it
     * @param way {@code update}, {@code each}, {@code insert} or {@code delete}
     * @param name as the migration gives it, or null
     * @param digest of the migration's text, where it has a name; else of {@code where} and of the
     *     change
     */
    record Fingerprint(String collection, String way, String name, String digest) {
        private static final JsonWriterSettings EXACT =
                JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();

        /**
         * @param text the checksum of the migration's text: what a function does is known by that alone
         */
        static Fingerprint of(Job job, String text, CodecRegistry registry) {
            Document parts = new Document("collection", job.shownName())
                    .append("way", job.change().word());
            if (job.name() != null) {
                parts.append("name", job.name()).append("text", text);
            } else {
                parts.append("where", job.where() == null ? null : rendered(job.where(), registry))
                        .append("change", job.change().described(text, registry))
                        .append("options", job.options().described(registry));
            }
            return new Fingerprint(job.shownName(), job.change().word(), job.name(), digest(parts, registry));
        }

        private static BsonDocument rendered(org.bson.conversions.Bson bson, CodecRegistry registry) {
            return bson.toBsonDocument(Document.class, registry);
        }

        private static String digest(Document parts, CodecRegistry registry) {
            String json = parts.toBsonDocument(Document.class, registry).toJson(EXACT);
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                return HexFormat.of().formatHex(digest.digest(json.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e); // every JDK has it
            }
        }
    }
}
