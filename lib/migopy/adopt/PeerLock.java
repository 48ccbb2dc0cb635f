package migopy.adopt;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import migopy.console.Wording;
import org.bson.BsonDocument;

/**
 * The lock of another tool.
 *
 * @param collection the tool's default collection of its lock
 */
record PeerLock(String collection, Rule rule) {
    /** When a lock is held. */
    enum Rule {
        /** While there is a document. */
        DOCUMENT,
        /** While its document says so and {@code expiresAt} is in the future. */
        LEASE,
        /** While the field {@code locked} is not false. */
        FLAG
    }

    /**
     * Returns who holds the lock. A document that cannot be understood counts as held.
     *
     * @param now by this machine's clock, as the tools that use a lease compare it
     */
    Optional<String> holder(List<BsonDocument> documents, Instant now) {
        for (BsonDocument document : documents) {
            boolean held = switch (rule) {
                case DOCUMENT -> true;
                case LEASE ->
                    !document.isDateTime("expiresAt")
                            || document.getDateTime("expiresAt").getValue() > now.toEpochMilli();
                case FLAG ->
                    !document.isBoolean("locked")
                            || document.getBoolean("locked").getValue();
            };
            if (held) {
                return Optional.of(describe(document));
            }
        }
        return Optional.empty();
    }

    private static String describe(BsonDocument document) {
        StringBuilder text = new StringBuilder();
        for (String field : List.of("owner", "lockedBy", "hostname")) {
            if (document.isString(field)) {
                text.append(" by ").append(document.getString(field).getValue());
            }
        }
        for (String field : List.of("createdAt", "created_at", "lockGranted")) {
            if (document.isDateTime(field)) {
                Instant since = Instant.ofEpochMilli(document.getDateTime(field).getValue());
                text.append(" since ").append(Wording.time(since, ZoneId.systemDefault()));
            }
        }
        return text.toString();
    }
}
