package migopy.journal;

import com.mongodb.client.model.PushOptions;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.journal.Entry.JournalEntry;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * One attempt at a migration, as the journal keeps the last {@value #KEPT} of them.
 *
 * @param direction {@code up}, {@code down}, {@code ignore} or {@code repair}
 * @param outcome {@code applied}, {@code failed}, {@code interrupted}, {@code repaired} and the
 *     like
 * @param finishedAt null where nobody knows
 * @param durationMs null where nobody knows
 * @param error null where there was none
 * @param note what a person or its {@code skip()} said about it, or where its dump lies; null where
 *     there is none
 */
public record Attempt(
        String direction,
        String outcome,
        String run,
        Instant startedAt,
        Instant finishedAt,
        Long durationMs,
        Actor by,
        StepError error,
        Note note) {

    /** How many attempts a document keeps (CONTRACT, section 4). */
    public static final int KEPT = 20;

    /**
     * What stands beside an attempt.
     *
     * @param field {@code reason} or {@code dump}
     */
    public record Note(String field, String text) {}

    /** One whose end an earlier run never said. */
    public static Attempt interrupted(JournalEntry entry) {
        boolean down = entry.state() == State.ROLLING_BACK;
        return new Attempt(
                (down ? Direction.DOWN : Direction.UP).word(),
                Outcome.INTERRUPTED.word(),
                entry.run(),
                entry.startedAt(),
                null,
                null,
                entry.by(),
                entry.errorType() == null
                        ? null
                        : new StepError(
                                entry.errorType(),
                                Objects.requireNonNullElse(entry.errorMessage(), entry.errorType()),
                                List.of()),
                null);
    }

    Document toDocument() {
        Document document = new Document("direction", direction)
                .append("outcome", outcome)
                .append("run", run)
                .append("startedAt", date(startedAt))
                .append("finishedAt", date(finishedAt))
                .append("durationMs", durationMs)
                .append("by", by == null ? null : by.toDocument())
                .append("error", error == null ? null : errorDocument(error));
        if (note != null) {
            document.append(note.field(), note.text());
        }
        document.values().removeIf(value -> value == null);
        return document;
    }

    Bson push() {
        return Updates.pushEach("attempts", List.of(toDocument()), new PushOptions().slice(-KEPT));
    }

    static Document errorDocument(StepError error) {
        Document document = new Document("type", error.type())
                .append("message", error.message())
                .append("frames", error.frames());
        if (!error.causes().isEmpty()) {
            document.append(
                    "causes",
                    error.causes().stream()
                            .map(cause -> new Document("type", cause.type())
                                    .append("message", cause.message())
                                    .append("frames", cause.frames()))
                            .toList());
        }
        return document;
    }

    private static Date date(Instant instant) {
        return instant == null ? null : Date.from(instant);
    }
}
