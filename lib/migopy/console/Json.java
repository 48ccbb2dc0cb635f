package migopy.console;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import migopy.Problem;
import migopy.StepReport;
import migopy.StepReport.StepError;
import migopy.StepReport.StepError.Cause;
import org.bson.Document;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/** The parts that JSON answers share, and the text of a whole answer. */
public final class Json {
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Json() {}

    /** Puts a value under a key, unless it is null. */
    public static Document put(Document document, String key, Object value) {
        if (value != null) {
            document.append(key, value);
        }
        return document;
    }

    /** Returns problems as {@code --json} lists them (docs/reference.md). */
    public static List<Document> problems(List<Problem> problems) {
        return problems.stream().map(Json::problem).toList();
    }

    private static Document problem(Problem problem) {
        Document document = new Document("kind", problem.kind().word())
                .append("name", problem.name())
                .append("message", problem.message())
                .append("hint", problem.hint());
        return put(document, "details", problem.details().isEmpty() ? null : problem.details());
    }

    public static Document error(ErrorAnswer error) {
        Document document = new Document("kind", error.kind()).append("message", error.message());
        List<Document> causes = error.causes().stream().map(Cause::document).toList();
        return put(document, "causes", causes.isEmpty() ? null : causes).append("hint", error.hint());
    }

    public static Document failure(StepError error) {
        return put(error.document(), "hint", error.hint());
    }

    public static Document step(StepReport step) {
        Document document = new Document("name", step.name())
                .append("direction", step.direction().word())
                .append("outcome", step.outcome().word());
        put(document, "durationMs", step.durationMs());
        put(document, "reason", step.reason());
        return put(document, "error", step.error() == null ? null : failure(step.error()));
    }

    /** Returns a document as one line of text; {@code rewriting} is applied to each string in it. */
    public static String text(Document document, UnaryOperator<String> rewriting) {
        JsonWriterSettings settings =
                JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();
        return ((Document) rewritten(document, rewriting)).toJson(settings);
    }

    /** Returns the text with {@code ?} for half a surrogate pair, which is not valid UTF-8. */
    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            }
        }
        return text;
    }

    // Before the conversion: in JSON, a secret that contains a quote is escaped.
    private static Object rewritten(Object value, UnaryOperator<String> rewriting) {
        if (value instanceof String text) {
            return wellFormed(rewriting.apply(text));
        }
        if (value instanceof Instant time) {
            return ISO.format(time);
        }
        if (value instanceof Date time) {
            return ISO.format(time.toInstant());
        }
        if (value instanceof List<?> list) {
            return list.stream().map(element -> rewritten(element, rewriting)).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Document document = new Document();
            map.forEach((key, inner) -> document.append((String) key, rewritten(inner, rewriting)));
            return document;
        }
        return value;
    }
}
