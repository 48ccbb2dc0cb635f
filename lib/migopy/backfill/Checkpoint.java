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
 * How far a backfill is, as it is stored in the migration's record.
 *
 * @param partitions what each worker has still to visit
 * @param pass 1 for the walk along the whole collection, then one more for each sweep
 * @param exclusive whether no changed document was seen to match {@code where} again; only then can
 *     a sweep change the remaining documents without changing any of them twice
 * @param sessions the server sessions that the batches run in, so that the next run can end them
 */
record Checkpoint(
        BackfillProgress progress,
        Fingerprint fingerprint,
        List<Partition> partitions,
        int pass,
        boolean exclusive,
        List<BsonBinary> sessions) {
    /** The most bytes of an {@code _id} that a checkpoint stores. */
    static final int LARGEST_ID = 16 * 1024;

    private static final String WAY = "way";
    private static final String NAME = "name";
    private static final String DIGEST = "digest";

    /**
     * What distinguishes a backfill from the others of its migration, in this attempt and the next.
     *
     * @param collection its collection, as messages name it
     * @param way {@code update}, {@code each}, {@code insert} or {@code delete}
     * @param name as the migration gives it, or null
     * @param digest of the migration's text if it has a name; else of {@code where} and the change
     */
    record Fingerprint(String collection, String way, String name, String digest) {
        private static final JsonWriterSettings EXACT =
                JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();

        /**
         * @param text the checksum of the migration's text, which stands for the code of a function
         */
        static Fingerprint of(Job job, String text, CodecRegistry registry) {
            Document parts = new Document("collection", job.shownName())
                    .append(WAY, job.change().word());
            if (job.name() != null) {
                parts.append(NAME, job.name()).append("text", text);
            } else {
                parts.append("where", job.where() == null ? null : job.where().toBsonDocument(Document.class, registry))
                        .append("change", job.change().described(text, registry))
                        .append("options", job.options().described(registry));
            }
            return new Fingerprint(job.shownName(), job.change().word(), job.name(), digest(parts, registry));
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

    Checkpoint {
        partitions = List.copyOf(partitions);
        sessions = List.copyOf(sessions);
    }

    Checkpoint with(BackfillProgress next) {
        return new Checkpoint(next, fingerprint, partitions, pass, exclusive, sessions);
    }

    Checkpoint with(int index, Partition partition) {
        List<Partition> all = new ArrayList<>(partitions);
        all.set(index, partition);
        return new Checkpoint(progress, fingerprint, all, pass, exclusive, sessions);
    }

    Checkpoint inclusive() {
        return new Checkpoint(progress, fingerprint, partitions, pass, false, sessions);
    }

    Checkpoint nextPass() {
        return new Checkpoint(progress, fingerprint, List.of(Partition.WHOLE), pass + 1, exclusive, sessions);
    }

    /** The last checkpoint, without what only a later attempt would need. */
    Checkpoint finished(long left) {
        return new Checkpoint(progress.finished(left), fingerprint, List.of(), pass, exclusive, List.of());
    }

    Checkpoint inSessions(List<BsonBinary> ids) {
        return new Checkpoint(progress, fingerprint, partitions, pass, exclusive, ids);
    }

    BsonDocument toBson() {
        BsonDocument bson = new BsonDocument("collection", new BsonString(progress.collection()));
        if (fingerprint.name() != null) {
            bson.append(NAME, new BsonString(fingerprint.name()));
        }
        return bson.append(WAY, new BsonString(fingerprint.way()))
                .append(DIGEST, new BsonString(fingerprint.digest()))
                .append("state", new BsonString(progress.phase().word()))
                .append("done", new BsonInt64(progress.done()))
                .append("estimate", new BsonInt64(progress.estimate()))
                .append("changed", new BsonInt64(progress.changed()))
                .append("rate", new BsonDouble(progress.perSecond()))
                .append("left", new BsonInt64(progress.left()))
                .append("pass", new BsonInt32(pass))
                .append("exclusive", BsonBoolean.valueOf(exclusive))
                .append("sessions", new BsonArray(sessions))
                .append(
                        "segments",
                        new BsonArray(partitions.stream().map(Partition::toBson).toList()));
    }

    static Checkpoint of(BsonDocument bson, Fingerprint fingerprint) {
        return new Checkpoint(
                BackfillProgress.of(bson),
                fingerprint,
                bson.getArray("segments").stream()
                        .map(partition -> Partition.of(partition.asDocument()))
                        .toList(),
                bson.getInt32("pass").getValue(),
                bson.getBoolean("exclusive").getValue(),
                bson.getArray("sessions").stream().map(id -> id.asBinary()).toList());
    }

    /** The way in a stored checkpoint, or null. */
    static String wayOf(BsonDocument bson) {
        return string(bson, WAY);
    }

    /** The name in a stored checkpoint, or null. */
    static String nameOf(BsonDocument bson) {
        return string(bson, NAME);
    }

    /** The digest in a stored checkpoint; null if an older version wrote it, or it was removed. */
    static String digestOf(BsonDocument bson) {
        return string(bson, DIGEST);
    }

    private static String string(BsonDocument bson, String field) {
        return bson.isString(field) ? bson.getString(field).getValue() : null;
    }
}
