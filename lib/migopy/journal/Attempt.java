package migopy.journal;

import com.mongodb.client.model.PushOptions;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.console.Json;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * One attempt at a migration, of which the journal keeps the last {@value #KEPT}. Directions and
 * outcomes are the journal's own words, so that attempts of a newer version can be shown.
 *
 * @param direction {@code up}, {@code down}, {@code ignore} or {@code repair}
 * @param outcome {@code applied}, {@code failed}, {@code interrupted}, {@code repaired} and the
 *     like; {@code running} while it runs
 * @param run the run's id; null if unknown
 * @param startedAt by the server's clock; null if unknown
 * @param finishedAt null if unknown
 * @param durationMs null if unknown
 * @param by never null in an attempt that was read
 * @param error null where there was none
 * @param note null where there is none
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

    /** How many attempts a document keeps. */
    public static final int KEPT = 20;

    private static final String REASON = "reason";
    private static final String UNKNOWN = "unknown";

    /**
     * The reason for a repair or a skip, or the folder of the dump that was made before.
     *
     * @param field {@code reason} or {@code dump}
     */
    public record Note(String field, String text) {}

    /**
     * An attempt at one of several migrations.
     *
     * @param name the migration's, without {@code .java}
     */
    public record NamedAttempt(String name, Attempt attempt) {
        /** As {@code --json} shows it. */
        public Document json() {
            Document json = new Document("name", name)
                    .append("direction", attempt.direction())
                    .append("outcome", attempt.outcome());
            return attempt.facts(put(json, "run", attempt.run()));
        }
    }

    /** An attempt whose outcome its run never recorded. */
    public static Attempt interrupted(Entry.JournalEntry entry) {
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

    /** Reads the attempts of a migration's document. Whatever cannot be understood counts as missing. */
    public static List<Attempt> all(BsonDocument document) {
        return documents(document, "attempts").map(Attempt::read).toList();
    }

    /** Reads one attempt, or what a fix's record has of one. */
    public static Attempt read(BsonDocument document) {
        String reason = Entry.text(document, REASON);
        return new Attempt(
                Objects.requireNonNullElse(Entry.text(document, "direction"), UNKNOWN),
                Objects.requireNonNullElse(Entry.text(document, "outcome"), UNKNOWN),
                Entry.text(document, "run"),
                time(document, "startedAt"),
                time(document, "finishedAt"),
                Entry.whole(document, "durationMs"),
                Actor.read(inner(document, "by")),
                document.containsKey("error") ? error(inner(document, "error")) : null,
                reason == null ? null : new Note(REASON, reason));
    }

    private static StepError error(BsonDocument error) {
        StepError.Cause itself = cause(error);
        List<StepError.Cause> causes =
                documents(error, "causes").map(Attempt::cause).toList();
        return new StepError(itself.type(), itself.message(), itself.frames(), causes, null);
    }

    private static StepError.Cause cause(BsonDocument error) {
        String type = Objects.requireNonNullElse(Entry.text(error, "type"), UNKNOWN);
        String message = Objects.requireNonNullElse(Entry.text(error, "message"), type);
        List<String> frames = new ArrayList<>();
        if (error.isArray("frames")) {
            error.getArray("frames").stream()
                    .filter(BsonValue::isString)
                    .forEach(frame -> frames.add(frame.asString().getValue()));
        }
        return new StepError.Cause(type, message, frames);
    }

    /** When it started; when it finished, where only that is known; null where neither is. */
    public Instant time() {
        return startedAt == null ? finishedAt : startedAt;
    }

    /** Why it was done or skipped; null where no reason was recorded. */
    public String reason() {
        return note != null && note.field().equals(REASON) ? note.text() : null;
    }

    /** Adds to the answer of {@code history --json} when it was, how long, by whom, why, and its error. */
    public Document facts(Document json) {
        put(json, "startedAt", startedAt);
        put(json, "finishedAt", finishedAt);
        put(json, "durationMs", durationMs);
        Document actor = by.toDocument();
        put(json, "by", actor.isEmpty() ? null : actor);
        put(json, REASON, reason());
        return put(json, "error", error == null ? null : Json.failure(error));
    }

    Document toDocument() {
        Document document = new Document("direction", direction).append("outcome", outcome);
        put(document, "run", run);
        put(document, "startedAt", date(startedAt));
        put(document, "finishedAt", date(finishedAt));
        put(document, "durationMs", durationMs);
        put(document, "by", by == null ? null : by.toDocument());
        put(document, "error", error == null ? null : error.document());
        return note == null ? document : document.append(note.field(), note.text());
    }

    Bson push() {
        return Updates.pushEach("attempts", List.of(toDocument()), new PushOptions().slice(-KEPT));
    }

    private static Instant time(BsonDocument document, String field) {
        return document.isDateTime(field)
                ? Instant.ofEpochMilli(document.getDateTime(field).getValue())
                : null;
    }

    private static BsonDocument inner(BsonDocument document, String field) {
        return document.isDocument(field) ? document.getDocument(field) : new BsonDocument();
    }

    private static Stream<BsonDocument> documents(BsonDocument document, String field) {
        return document.isArray(field)
                ? document.getArray(field).stream()
                        .filter(BsonValue::isDocument)
                        .map(BsonValue::asDocument)
                : Stream.of();
    }

    // not Json's: its formatters would be loaded before the first migration is called
    static Document put(Document document, String field, Object value) {
        return value == null ? document : document.append(field, value);
    }

    private static Date date(Instant instant) {
        return instant == null ? null : Date.from(instant);
    }
}
