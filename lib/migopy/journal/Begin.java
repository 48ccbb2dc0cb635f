package migopy.journal;

import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * What is written before {@code up()} or {@code down()} is called.
 *
 * @param expected the document as the plan saw it
 * @param state {@link State#RUNNING} or {@link State#ROLLING_BACK}
 * @param fence the token of the lock's owner
 * @param startedAt by the server's clock
 * @param session the server session of a transactional step, else null
 * @param source what will run; null where the journal's own stays, as for a rollback
 * @param interrupted the attempt that an earlier run left open, else null
 * @param keepsCheckpoints whether backfills go on where they stopped
 */
public record Begin(
        Expected expected,
        State state,
        String run,
        long fence,
        Instant startedAt,
        By by,
        boolean transactional,
        BsonDocument session,
        Source source,
        Attempt interrupted,
        boolean keepsCheckpoints) {

    /**
     * The migration as it runs.
     *
     * @param name the file's name, with {@code .java}
     */
    public record Source(
            String name, long number, String checksum, String text, boolean reversible, boolean resumable) {}

    /** What the document will look like to whoever ends this step. */
    public Expected begun() {
        return in(state);
    }

    /** The same in another state. */
    Expected in(State other) {
        return new Expected(expected.key(), other, fence, run);
    }

    Bson update() {
        Document set = new Document("state", state.word())
                .append("run", run)
                .append("fence", fence)
                .append("transactional", transactional)
                .append("startedAt", Date.from(startedAt))
                .append("by", by.toDocument());
        if (session != null) {
            set.append("session", session);
        }
        if (source != null) {
            set.append("name", source.name())
                    .append("number", source.number())
                    .append("checksum", source.checksum())
                    .append("source", source.text())
                    .append("reversible", source.reversible())
                    .append("resumable", source.resumable());
        }
        Document unset = new Document();
        List<String> old = new ArrayList<>(List.of("finishedAt", "durationMs", "error", "output", "control", "reason"));
        if (session == null) {
            old.add("session");
        }
        if (!keepsCheckpoints) {
            old.add("checkpoints");
        }
        old.forEach(field -> unset.append(field, ""));
        List<Bson> parts = new ArrayList<>(List.of(new Document("$set", set), new Document("$unset", unset)));
        if (interrupted != null) {
            parts.add(interrupted.push());
        }
        return Updates.combine(parts);
    }
}
