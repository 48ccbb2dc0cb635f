package migopy.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import migopy.StepReport.StepError;
import migopy.console.Json;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;

/**
 * One attempt. Directions and outcomes are the journal's own words, so that one of a newer
 * version is shown too.
 *
 * @param name the migration, without {@code .java}
 * @param direction {@code up}, {@code down}, {@code ignore} or {@code repair}
 * @param outcome {@code applied}, {@code failed}, ...; {@code running} while it is under way
 * @param run the run's id, or null
 * @param startedAt by the server's clock, or null
 * @param finishedAt by the server's clock, or null
 * @param durationMs in milliseconds, or null
 * @param user who, or null
 * @param host where, or null
 * @param pid the process there, or null
 * @param migopy the version of Migopy, or null
 * @param reason what a person gave as the reason of a repair, or null
 * @param error why it failed, or null
 */
public record PastAttempt(
        String name,
        String direction,
        String outcome,
        String run,
        Instant startedAt,
        Instant finishedAt,
        Long durationMs,
        String user,
        String host,
        Long pid,
        String migopy,
        String reason,
        StepError error) {
    private static final String UNKNOWN = "unknown";

    /** User and host: {@code ada@laptop}; empty where they are unknown. */
    public String who() {
        return user == null ? "" : host == null ? user : user + "@" + host;
    }

    /** As {@code --json} shows it. */
    public Document json() {
        Document attempt =
                new Document("name", name).append("direction", direction).append("outcome", outcome);
        return facts(Json.put(attempt, "run", run));
    }

    /** When, how long, by whom, why and why not. */
    public Document facts(Document attempt) {
        Json.put(attempt, "startedAt", startedAt);
        Json.put(attempt, "finishedAt", finishedAt);
        Json.put(attempt, "durationMs", durationMs);
        Document by = new Document();
        Json.put(by, "user", user);
        Json.put(by, "host", host);
        Json.put(by, "pid", pid);
        Json.put(by, "migopy", migopy);
        Json.put(attempt, "by", by.isEmpty() ? null : by);
        Json.put(attempt, "reason", reason);
        return Json.put(attempt, "error", error == null ? null : Json.failure(error));
    }

    /** What the document is called: its {@code _id}, or the Python Migopy's name without ending. */
    public static String nameOf(BsonDocument document) {
        BsonValue key = document.get("_id");
        if (key != null && key.isString() && document.containsKey("state")) {
            return key.asString().getValue();
        }
        String name = text(document, "name");
        if (name != null) {
            int dot = name.lastIndexOf('.');
            return dot > 0 ? name.substring(0, dot) : name;
        }
        return key != null && key.isString() ? key.asString().getValue() : new BsonDocument("_id", key).toJson();
    }

    /** The last attempts of a migration, as they were written. */
    public static List<PastAttempt> all(String name, BsonDocument document) {
        List<PastAttempt> attempts = new ArrayList<>();
        if (document.get("attempts") instanceof BsonArray all) {
            for (BsonValue one : all) {
                if (one instanceof BsonDocument attempt) {
                    attempts.add(read(name, attempt));
                }
            }
        }
        return attempts;
    }

    /** One attempt. */
    public static PastAttempt read(String name, BsonDocument document) {
        BsonDocument by = inner(document, "by");
        return new PastAttempt(
                name,
                orUnknown(text(document, "direction")),
                orUnknown(text(document, "outcome")),
                text(document, "run"),
                time(document, "startedAt"),
                time(document, "finishedAt"),
                whole(document, "durationMs"),
                text(by, "user"),
                text(by, "host"),
                whole(by, "pid"),
                text(by, "migopy"),
                text(document, "reason"),
                document.containsKey("error") ? error(inner(document, "error")) : null);
    }

    private static StepError error(BsonDocument error) {
        StepError.Cause itself = cause(error);
        List<StepError.Cause> causes = new ArrayList<>();
        if (error.get("causes") instanceof BsonArray all) {
            all.stream().filter(BsonValue::isDocument).forEach(each -> causes.add(cause(each.asDocument())));
        }
        return new StepError(itself.type(), itself.message(), itself.frames(), causes, null);
    }

    private static StepError.Cause cause(BsonDocument error) {
        String type = orUnknown(text(error, "type"));
        String message = text(error, "message");
        List<String> frames = new ArrayList<>();
        if (error.get("frames") instanceof BsonArray all) {
            all.stream()
                    .filter(BsonValue::isString)
                    .forEach(f -> frames.add(f.asString().getValue()));
        }
        return new StepError.Cause(type, message == null ? type : message, frames);
    }

    private static String orUnknown(String text) {
        return text == null ? UNKNOWN : text;
    }

    private static BsonDocument inner(BsonDocument document, String field) {
        return document.get(field) instanceof BsonDocument inner ? inner : new BsonDocument();
    }

    public static String text(BsonDocument document, String field) {
        return document.isString(field) ? document.getString(field).getValue() : null;
    }

    /** A whole number, or null. */
    public static Long whole(BsonDocument document, String field) {
        return document.isInt64(field) || document.isInt32(field)
                ? Long.valueOf(document.getNumber(field).longValue())
                : null;
    }

    private static Instant time(BsonDocument document, String field) {
        return document.isDateTime(field)
                ? Instant.ofEpochMilli(document.getDateTime(field).getValue())
                : null;
    }
}
