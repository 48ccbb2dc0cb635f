package migopy.journal;

import com.mongodb.client.model.Updates;
import java.util.Date;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * A migration that is registered without being run.
 *
 * @param name the file's name, with {@code .java}
 * @param fence the token of the lock's owner
 */
public record Ignored(
        Expected expected, String name, long number, String checksum, String source, long fence, Attempt attempt) {
    Bson update() {
        Document set = new Document("name", name)
                .append("number", number)
                .append("state", State.IGNORED.word())
                .append("checksum", checksum)
                .append("source", source)
                .append("run", attempt.run())
                .append("fence", fence)
                .append("transactional", false)
                .append("startedAt", Date.from(attempt.startedAt()))
                .append("finishedAt", Date.from(attempt.finishedAt()))
                .append("durationMs", attempt.durationMs())
                .append("by", attempt.by().toDocument());
        Document unset = new Document("error", "")
                .append("output", "")
                .append("checkpoints", "")
                .append("reason", "");
        return Updates.combine(new Document("$set", set), new Document("$unset", unset), attempt.push());
    }
}
