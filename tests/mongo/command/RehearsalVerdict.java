package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import support.Result;

/** What {@code rehearse --json} says of a migration, in as few lines as possible. */
final class RehearsalVerdict {
    private final List<String> lines = new ArrayList<>();

    private RehearsalVerdict() {}

    /** Returns the verdicts by the names of the migrations, without their numbers. */
    static Map<String, String> of(Result result) {
        Map<String, String> verdicts = new TreeMap<>();
        List<Document> migrations = result.json().getList("migrations", Document.class);
        assertThat(migrations).as(result.toString()).isNotNull();
        for (Document one : migrations) {
            RehearsalVerdict verdict = new RehearsalVerdict();
            verdict.migration(one);
            verdicts.put(one.getString("name").replaceFirst("[0-9]+_", ""), String.join("\n", verdict.lines) + "\n");
        }
        return verdicts;
    }

    private void migration(Document one) {
        Document up = one.get("up", Document.class);
        Document error = up.get("error", Document.class);
        lines.add(up.getString("outcome") + (error == null ? "" : ": " + message(error)));
        changes("", one);
        for (String undone : List.of("down", "twice")) {
            Document undo = one.get(undone, Document.class);
            if (undo != null) {
                Document failure = undo.get("error", Document.class);
                lines.add(undone + " " + undo.getString("outcome") + (failure == null ? "" : ": " + message(failure)));
                changes("  ", undo);
            }
        }
        for (Document finding : one.getList("findings", Document.class)) {
            lines.add(finding.getString("severity") + " " + finding.getString("rule"));
        }
    }

    private void changes(String indent, Document of) {
        for (Document change : of.getList("changes", Document.class, List.of())) {
            List<String> counts = new ArrayList<>();
            for (String what : List.of("inserted", "deleted", "changed", "unchanged")) {
                long count = ((Number) change.get(what)).longValue();
                if (count > 0) {
                    counts.add(count + " " + what);
                }
            }
            lines.add(indent + change.getString("collection") + ": " + String.join(", ", counts));
            for (Document renamed : change.getList("renames", Document.class)) {
                lines.add("%s  %s renamed %s %s"
                        .formatted(indent, renamed.get("from"), renamed.get("to"), renamed.get("count")));
            }
            for (Document shape : change.getList("shapes", Document.class)) {
                lines.add("%s  %s %s -> %s %s"
                        .formatted(
                                indent,
                                shape.get("path"),
                                type(shape.get("was")),
                                type(shape.get("is")),
                                shape.get("count")));
            }
        }
        for (Document definition : of.getList("definitions", Document.class, List.of())) {
            String name = definition.getString("name");
            lines.add(indent + definition.get("collection") + " " + definition.get("op")
                    + (name == null ? "" : " " + name));
        }
    }

    /** Without what differs each time: the number of an index build, and the server. */
    private static String message(Document error) {
        return error.getString("message")
                .replaceFirst("(?s).*caused by :: ", "")
                .replaceFirst(" on server .*", "");
    }

    private static Object type(Object name) {
        return name == null ? "none" : name;
    }
}
