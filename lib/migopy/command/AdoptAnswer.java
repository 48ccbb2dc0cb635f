package migopy.command;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import migopy.MigopyException;
import migopy.adopt.AdoptionPlan;
import migopy.adopt.AdoptionPlan.PlannedEntry;
import migopy.adopt.Adoptions.AdoptionResult;
import migopy.console.Answer;
import migopy.console.ErrorAnswer;
import migopy.console.Json;
import migopy.console.Table;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.journal.State;
import org.bson.Document;

/**
 * What {@code adopt} has registered or would register.
 *
 * @param where the database and the server, for the heading
 * @param again the command that registers it
 */
public record AdoptAnswer(String where, AdoptionResult result, String again) implements Answer {
    /** The smallest number that looks like a time: 2001 in seconds. A smaller one is a counter. */
    private static final long SMALLEST_TIME = 1_000_000_000;

    private AdoptionPlan plan() {
        return result.plan();
    }

    private boolean isPreview() {
        return result.run() == null;
    }

    @Override
    public boolean isError() {
        return result.error() != null;
    }

    /** Returns the exit code: that of the error, and 7 for a preview of what would be refused. */
    int exitCode() {
        if (result.error() != null) {
            return result.error().kind().exitCode();
        }
        return plan().problems().isEmpty() ? 0 : MigopyException.Kind.FINDINGS.exitCode();
    }

    @Override
    public void words(Words out) {
        List<PlannedEntry> rows = plan().rows();
        if (result.error() != null) {
            refused(out);
            return;
        }
        out.line(where);
        out.gap();
        out.line(found(out));
        out.gap();
        if (!rows.isEmpty()) {
            Table table = new Table(out, Table.Align.LEFT, Table.Align.LEFT, Table.Align.LEFT);
            rows.forEach(row -> table.row(word(row), row.name(), out.time(row.appliedAt()), note(row)));
            table.print();
            out.gap();
        }
        if (!plan().problems().isEmpty()) {
            out.problems(plan().problems(), true);
            out.gap();
        }
        plan().notices().forEach(out::line);
        out.line(closing());
        if (plan().problems().isEmpty()) {
            out.line(isPreview() && !rows.isEmpty() ? "To register them: " + again : "A new migration: " + create());
        }
    }

    private String found(Words out) {
        String last = plan().newest() == null ? "" : ", the last on " + out.time(plan().newest());
        String lock = plan().lock() == null
                ? " It has no lock, so make sure that it is not running."
                : plan().problems().stream().anyMatch(one -> plan().lock().equals(one.name()))
                        ? ""
                        : " Its lock in %s is free.".formatted(plan().lock());
        return "The journal of %s in %s has %s%s.%s"
                .formatted(
                        plan().peer().title(),
                        plan().collection(),
                        Wording.count(plan().applied(), "applied migration"),
                        last,
                        lock);
    }

    private void refused(Words out) {
        if (!plan().problems().isEmpty()) {
            out.problems(plan().problems(), true);
            return;
        }
        ErrorAnswer.of(result.error(), List.of()).words(out);
    }

    private String word(PlannedEntry row) {
        return row.state() == State.APPLIED ? isPreview() ? "planned" : "adopted" : "pending";
    }

    private static String note(PlannedEntry row) {
        return row.file() == null ? "" : "with " + row.file().fileName();
    }

    private String closing() {
        long applied = plan().rows().stream()
                .filter(row -> row.state() == State.APPLIED)
                .count();
        String known = plan().known() == 0 ? "" : ", %s registered already".formatted(Wording.number(plan().known()));
        if (plan().rows().isEmpty()) {
            return plan().problems().isEmpty() ? "Nothing to register" + known + "." : "Nothing was registered.";
        }
        String what = Wording.count(applied, "migration");
        if (!isPreview()) {
            return what + " registered as applied" + known + ".";
        }
        return what + " to register as applied" + known + "; nothing was written.";
    }

    /** Returns the command for a migration with a number above all others. */
    private String create() {
        Long highest = plan().highest();
        Long file = plan().highestFile();
        if (highest == null || file != null && file >= highest) {
            return Wording.command("create", "add", "users");
        }
        long now =
                Long.parseLong(LocalDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("uuuuMMddHHmmss")));
        return highest >= SMALLEST_TIME && highest < now
                ? Wording.command("create", "--timestamp", "add", "users")
                : Wording.command("create", "--number", Long.toString(highest + 1), "add", "users");
    }

    @Override
    public Document json() {
        Document answer = new Document("from", plan().peer().word())
                .append("collection", plan().collection())
                .append("migrations", plan().rows().stream().map(this::json).toList())
                .append("known", plan().known())
                .append("registered", result.registered());
        Json.put(answer, "highest", plan().highest());
        Json.put(answer, "run", result.run());
        answer.append("problems", Json.problems(plan().problems())).append("notices", plan().notices());
        if (result.error() != null) {
            answer.append("error", Json.error(ErrorAnswer.of(result.error(), List.of())));
        }
        return answer.append("exitCode", exitCode());
    }

    private Document json(PlannedEntry row) {
        Document json = new Document("name", row.name())
                .append("number", row.number())
                .append("id", row.id())
                .append("state", row.state() == State.APPLIED ? "applied" : "pending");
        Json.put(json, "appliedAt", row.appliedAt());
        return Json.put(json, "file", row.file() == null ? null : row.file().fileName());
    }
}
