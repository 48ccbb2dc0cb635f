package migopy.journal;

import com.mongodb.client.model.Updates;
import java.util.Date;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * What is written when a step is over.
 *
 * @param expected the document as {@link Begin#begun()} left it
 * @param state the state that it ends in
 * @param attempt the same once more, for {@code attempts}
 * @param output the last 64 kB that it printed
 */
public record End(Expected expected, State state, Attempt attempt, String output) {
    /** What the document looks like once this is written. */
    Expected ended() {
        return new Expected(expected.key(), state, expected.fence(), expected.run());
    }

    Bson update() {
        Document set = new Document("state", state.word())
                .append("finishedAt", Date.from(attempt.finishedAt()))
                .append("durationMs", attempt.durationMs())
                .append("output", output);
        Document unset = new Document("session", "").append("control", "");
        if (state == State.SKIPPED) {
            set.append("reason", attempt.note().text());
        }
        if (attempt.error() == null) {
            unset.append("error", "");
        } else {
            set.append("error", Attempt.errorDocument(attempt.error()));
        }
        return Updates.combine(new Document("$set", set), new Document("$unset", unset), attempt.push());
    }
}
