package migopy.journal;

import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.Date;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * What the journal says about {@code verify()} of an applied migration that has one.
 *
 * @param at by the server's clock; null if unknown
 * @param ok whether it held
 * @param message why it did not, or null
 * @param accepted the reason for which a user has accepted that, or null
 */
public record Verified(Instant at, boolean ok, String message, String accepted) {
    /** The record of a migration whose {@code up()} has returned, before {@code verify()} is called. */
    public static Verified pending(Instant at) {
        return new Verified(at, false, "it was not called to its end", null);
    }

    /** The record of a condition that holds. */
    public static Verified held(Instant at) {
        return new Verified(at, true, null, null);
    }

    /** The record of a condition that does not hold. */
    public static Verified broken(Instant at, String message) {
        return new Verified(at, false, message, null);
    }

    /** Reads the subdocument. */
    static Verified read(BsonDocument document) {
        return new Verified(
                document.isDateTime("at")
                        ? Instant.ofEpochMilli(document.getDateTime("at").getValue())
                        : null,
                document.isBoolean("ok") && document.getBoolean("ok").getValue(),
                Entry.text(document, "message"),
                Entry.text(document, "accepted"));
    }

    /** Whether {@code execute} is refused until it holds, or is accepted. */
    public boolean blocks() {
        return !ok && accepted == null;
    }

    /** The same, accepted by a user. */
    public Verified accepted(String reason) {
        return new Verified(at, ok, message, reason);
    }

    Document document() {
        Document document = new Document("at", at == null ? null : Date.from(at)).append("ok", ok);
        Attempt.put(document, "message", message);
        return Attempt.put(document, "accepted", accepted);
    }

    /**
     * Returns the update for {@link Journal#settle}.
     *
     * @param attempt the same for the list of attempts; null to add none
     */
    public Bson update(Attempt attempt) {
        Bson set = Updates.set("verified", document());
        return attempt == null ? set : Updates.combine(set, attempt.push());
    }
}
