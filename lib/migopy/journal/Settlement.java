package migopy.journal;

import com.mongodb.client.model.PushOptions;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * What a person has decided about a migration.
 *
 * @param expected the document as the person saw it
 * @param state what it is from now on; null where it stays what it is
 * @param fence the token of the lock's owner
 * @param finishedAt when it came to be so; null where it had ended before
 * @param text the text that counts from now on; null where the journal's own stays
 * @param fileGone whether its file may be missing from now on
 * @param attempts what to add: the repair itself, after the attempt that nobody had ended
 */
public record Settlement(
        Expected expected,
        State state,
        long fence,
        Instant finishedAt,
        Text text,
        boolean fileGone,
        List<Attempt> attempts) {

    /** A migration's text and its checksum. */
    public record Text(String source, String checksum) {}

    public Settlement {
        attempts = List.copyOf(attempts);
    }

    /**
     * For {@link Journal#settle}; no expression, so that any text of a person's is kept as it is.
     */
    public Bson update() {
        Document set = new Document("fence", fence);
        Document unset = new Document();
        if (state != null) {
            set.append("state", state.word());
            for (String old : List.of("error", "session", "control", "checkpoints", "reason")) {
                unset.append(old, "");
            }
        }
        if (finishedAt != null) {
            set.append("finishedAt", Date.from(finishedAt));
            unset.append("durationMs", ""); // how long it worked is not known
        }
        if (text != null) {
            set.append("source", text.source()).append("checksum", text.checksum());
        }
        if (fileGone) {
            set.append("fileGone", true);
        } else {
            unset.append("fileGone", "");
        }
        List<Document> pushed = attempts.stream().map(Attempt::toDocument).toList();
        return Updates.combine(
                new Document("$set", set),
                new Document("$unset", unset),
                Updates.pushEach("attempts", pushed, new PushOptions().slice(-Attempt.KEPT)));
    }
}
