package migopy.report;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.StepReport.StepError;
import migopy.console.Json;
import org.bson.Document;

/**
 * One thing that a check has found in a migration.
 *
 * @param rule the code of the rule: {@code M302}
 * @param migration its name, without {@code .java}
 * @param line the line in its file, from 1; null if it is about the whole file
 * @param column the column in that line, from 1; null if unknown
 * @param code the text of the line, without its secrets; null without a line
 * @param message one line: what was found
 * @param why one line: why it matters
 * @param hint what to write instead; code may follow in further lines
 * @param suppressed the reason in the comment that allows it; null if it counts
 */
public record Finding(
        String rule,
        Severity severity,
        String migration,
        Integer line,
        Integer column,
        String code,
        String message,
        String why,
        String hint,
        String suppressed) {

    /** A stack frame in a migration's file: {@code 3_split.java:12    users.drop();}. */
    private static final Pattern FRAME = Pattern.compile("[^:]*:(\\d+)(?:\\s+(.*))?");

    /** How much a finding matters. Only errors fail a check, and warnings with {@code --strict}. */
    public enum Severity {
        ERROR,
        WARNING,
        INFO;

        /** Returns the word of this severity in JSON: {@code error}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Returns the error that a method of a migration failed, at the line that threw.
     *
     * @param failed what failed: {@code up() failed}
     */
    public static Finding failure(
            String rule, String migration, String failed, StepError error, String why, String hint) {
        Matcher frame =
                FRAME.matcher(error.frames().isEmpty() ? "" : error.frames().get(0));
        boolean known = frame.matches();
        String message = error.shown().lines().findFirst().orElse(error.type());
        return new Finding(
                rule,
                Severity.ERROR,
                migration,
                known ? Integer.valueOf(frame.group(1)) : null,
                null,
                known ? frame.group(2) : null,
                failed + ": " + message,
                why,
                hint,
                null);
    }

    /** Whether it counts: no comment in the source allows it. */
    public boolean counts() {
        return suppressed == null;
    }

    /** Returns the same finding, allowed for a reason. */
    public Finding allowed(String reason) {
        return new Finding(rule, severity, migration, line, column, code, message, why, hint, reason);
    }

    /** Returns the same finding with another severity. */
    public Finding as(Severity other) {
        return new Finding(rule, other, migration, line, column, code, message, why, hint, suppressed);
    }

    /** Returns it as {@code --json} lists it. */
    public Document json() {
        Document document =
                new Document("rule", rule).append("severity", severity.word()).append("migration", migration);
        Json.put(document, "line", line);
        Json.put(document, "column", column);
        Json.put(document, "code", code);
        document.append("message", message).append("why", why).append("hint", hint);
        return Json.put(document, "suppressed", suppressed);
    }
}
