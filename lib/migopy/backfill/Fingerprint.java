package migopy.backfill;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

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
