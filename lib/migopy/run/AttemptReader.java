package migopy.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import migopy.console.HistoryAnswer.Attempt;
import migopy.console.StepError;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Reads the attempts of one of the journal's documents. Whatever else stands there, what can be
 * understood is shown: a value of another type than the journal's counts as missing.
 */
final class AttemptReader {
    private static final String UNKNOWN = "unknown";

    private AttemptReader() {}

    /** What the document is called: its {@code _id}, or the Python Migopy's name without ending. */
    static String nameOf(BsonDocument document) {
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
    static List<Attempt> attempts(String name, BsonDocument document) {
        List<Attempt> attempts = new ArrayList<>();
        if (document.get("attempts") instanceof BsonArray all) {
            for (BsonValue one : all) {
                if (one instanceof BsonDocument attempt) {
                    attempts.add(attempt(name, attempt));
                }
            }
        }
        return attempts;
    }

    /** One attempt. */
    static Attempt attempt(String name, BsonDocument document) {
        BsonDocument by = inner(document, "by");
        return new Attempt(
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

    static String text(BsonDocument document, String field) {
        return document.isString(field) ? document.getString(field).getValue() : null;
    }

    /** A whole number, or null. */
    static Long whole(BsonDocument document, String field) {
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
