package migopy.rehearsal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.StepReport.Outcome;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Table;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.dump.CollectionCopy.Copied;
import migopy.observe.CallLog.ObservedCalls;
import migopy.rehearsal.Definition.DefinitionChange;
import migopy.rehearsal.PreImages.Changes;
import migopy.rehearsal.PreImages.CollectionChange;
import org.bson.BsonDocument;
import org.bson.Document;

/**
 * The answer of {@code rehearse}. It contains no value of any document.
 *
 * @param source the database and its server: {@code app on localhost:27017}
 * @param scratch the copy
 * @param startedAt when the rehearsal started
 * @param migrations those that were rehearsed, in order
 * @param left how many were not, because an earlier one failed
 * @param kept whether the scratch database was kept
 */
public record RehearsalAnswer(
        String source,
        String scratch,
        Instant startedAt,
        List<Copied> copied,
        List<RehearsedMigration> migrations,
        int left,
        boolean kept)
        implements Answer {
    public RehearsalAnswer {
        copied = List.copyOf(copied);
        migrations = List.copyOf(migrations);
    }

    /** Whether {@code down()}, or a second {@code up()}, led back to the state before it. */
    public enum Verdict {
        SAME,
        /** Only the order of fields in documents differs. */
        SAME_ORDER_DIFFERS,
        DIFFERS,
        FAILED,
        NO_DOWN;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        String sentence() {
            return sentence("leads back to the same state");
        }

        /**
         * @param same what it says of an unchanged state
         */
        String sentence(String same) {
            return switch (this) {
                case SAME -> same;
                case SAME_ORDER_DIFFERS -> same + ", but for the order of fields";
                case DIFFERS -> "leaves differences from the state before";
                case FAILED -> "failed";
                case NO_DOWN -> "does not exist";
            };
        }
    }

    /**
     * The result of a {@code down()}, or of a second {@code up()}.
     *
     * @param report null if there is no {@code down()}
     * @param changes what differs
     */
    public record Undo(Verdict verdict, StepReport report, Changes changes) {
        static final Undo NONE = new Undo(Verdict.NO_DOWN, null, new Changes(List.of(), List.of()));

        static Undo of(StepReport report, Changes changes) {
            boolean done = report.outcome() == Outcome.ROLLED_BACK || report.outcome() == Outcome.APPLIED;
            Verdict verdict = !done
                    ? Verdict.FAILED
                    : changes.isEmpty()
                            ? Verdict.SAME
                            : changes.sameFields() ? Verdict.SAME_ORDER_DIFFERS : Verdict.DIFFERS;
            return new Undo(verdict, report, changes);
        }

        boolean isFinding() {
            return verdict == Verdict.DIFFERS || verdict == Verdict.FAILED;
        }

        private Document json() {
            Document json = new Document("outcome", verdict.word());
            if (report != null) {
                Json.put(json, "durationMs", report.durationMs());
                Json.put(json, "error", report.error() == null ? null : Json.failure(report.error()));
            }
            return verdict == Verdict.DIFFERS ? append(json, changes) : json;
        }
    }

    /**
     * What a call would do to the source.
     *
     * @param documents how many it would match; null if that could not be counted in time
     * @param ms how long it would take, at the rate of the copy
     */
    public record Estimate(int line, String collection, Long documents, Long ms) {
        String sentence() {
            return "line %d: %,d documents of %s now, about %s"
                    .formatted(line, documents, collection, Wording.duration(ms));
        }
    }

    /**
     * A migration that was rehearsed.
     *
     * @param source the text of its file
     * @param down null if it was not tried
     * @param again a second {@code up()}; null if it was not tried
     */
    public record RehearsedMigration(
            String name,
            String source,
            StepReport up,
            List<ObservedCalls> calls,
            Changes changes,
            Undo down,
            Undo again,
            List<Estimate> estimates) {
        RehearsedMigration with(Undo undo) {
            return new RehearsedMigration(name, source, up, calls, changes, undo, again, estimates);
        }

        boolean hasFinding() {
            return up.error() != null || down != null && down.isFinding() || again != null && again.isFinding();
        }

        String state() {
            return hasFinding() ? "finding" : up.outcome() == Outcome.SKIPPED ? "skipped" : "rehearsed";
        }

        private void words(Words out) {
            if (up.error() != null) {
                out.line("      up() failed:");
                out.failure(name, up.error());
            }
            changes.documents().forEach(one -> lines(out, one));
            changes.definitions().forEach(one -> out.line("      " + described(one)));
            if (again != null) {
                undone(out, "up() again", again, "changes nothing");
            }
            if (down != null) {
                undone(out, "down()", down, "leads back to the same state");
            }
            estimates.stream()
                    .filter(one -> one.documents() != null)
                    .forEach(one -> out.line("      " + one.sentence()));
        }

        private static void undone(Words out, String what, Undo undo, String same) {
            out.line("      %s %s".formatted(what, undo.verdict().sentence(same)));
            if (undo.verdict() == Verdict.FAILED) {
                out.failure(undo.report().name(), undo.report().error());
            } else if (undo.verdict() == Verdict.DIFFERS) {
                undo.changes().documents().stream()
                        .filter(one -> !one.isEmpty())
                        .forEach(one -> lines(out, one));
                undo.changes().definitions().forEach(one -> out.line("      " + described(one)));
            }
        }

        /** Returns a line of the migration's file. */
        String sourceLine(int line) {
            return source.lines().skip(line - 1L).findFirst().orElse("").strip();
        }

        private Document json() {
            Document json = new Document("name", name).append("up", Json.step(up));
            json.append("calls", calls.stream().map(RehearsalAnswer::json).toList());
            append(json, changes);
            Json.put(json, "down", down == null ? null : down.json());
            Json.put(json, "twice", again == null ? null : again.json());
            return json.append(
                    "estimates",
                    estimates.stream()
                            .map(one -> Json.put(
                                    Json.put(
                                            new Document("line", one.line()).append("collection", one.collection()),
                                            "documents",
                                            one.documents()),
                                    "ms",
                                    one.ms()))
                            .toList());
        }
    }

    /** Returns 7 if a migration, or its undoing, is not as it should be; else 0. */
    public int exitCode() {
        return findings() > 0 ? MigopyException.Kind.FINDINGS.exitCode() : 0;
    }

    /** Returns the last line of the words. */
    String summary() {
        String all = "%d rehearsed, %d with a finding".formatted(migrations.size(), findings());
        return left == 0 ? all : all + ", %d not rehearsed, because an earlier one failed".formatted(left);
    }

    private long findings() {
        return migrations.stream().filter(RehearsedMigration::hasFinding).count();
    }

    /**
     * Writes it as {@code report.html}, {@code report.md} and {@code report.json} into a folder, which is created.
     *
     * @param redaction replaces each secret in a text
     * @throws MigopyException usage, if that is impossible
     */
    public void write(Path folder, UnaryOperator<String> redaction) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("report.html"), redaction.apply(ReportPage.of(this)));
            Files.writeString(folder.resolve("report.md"), redaction.apply(ReportMarkdown.of(this)));
            Files.writeString(folder.resolve("report.json"), Json.text(json(), redaction) + "\n");
        } catch (IOException e) {
            throw new MigopyException(
                    MigopyException.Kind.USAGE,
                    "The report cannot be written to %s: %s".formatted(folder, e),
                    "Choose another folder with --report",
                    e);
        }
    }

    @Override
    public void words(Words out) {
        out.line("%s -> %s".formatted(source, scratch));
        for (Copied one : copied) {
            out.line("  copied %s: %,d of %,d documents".formatted(one.collection(), one.documents(), one.total()));
        }
        for (RehearsedMigration one : migrations) {
            out.gap();
            Table table = new Table(out, Table.Align.LEFT, Table.Align.LEFT, Table.Align.LEFT);
            table.row(
                    one.state(),
                    one.name(),
                    "up " + out.duration(one.up().durationMs()),
                    one.down() == null || one.down().report() == null
                            ? ""
                            : "down " + out.duration(one.down().report().durationMs()));
            table.print();
            one.words(out);
        }
        out.gap();
        if (kept) {
            out.line("The copy was kept: " + scratch);
        }
        out.line(summary() + (findings() == 0 ? ". To run: {migopy} execute" : "."));
    }

    @Override
    public Document json() {
        List<Document> collections = new ArrayList<>();
        for (Copied one : copied) {
            collections.add(new Document("collection", one.collection())
                    .append("documents", one.documents())
                    .append("of", one.total())
                    .append("indexes", one.indexes()));
        }
        return new Document("source", source)
                .append("scratch", scratch)
                .append("startedAt", startedAt)
                .append("copied", collections)
                .append(
                        "migrations",
                        migrations.stream().map(RehearsedMigration::json).toList())
                .append("left", left)
                .append("exitCode", exitCode());
    }

    private static void lines(Words out, CollectionChange change) {
        out.line("      %s  %s".formatted(change.collection(), counted(change)));
        change.shapes()
                .renames()
                .forEach((one, count) ->
                        out.line("          %s  renamed to %s in %,d".formatted(one.from(), one.to(), count)));
        change.shapes().changes().forEach((one, count) -> out.line("          " + described(one, count)));
        if (change.shapes().others() > 0) {
            out.line("          %,d more differences of other fields"
                    .formatted(change.shapes().others()));
        }
    }

    /** {@code 50 changed, 2 unchanged}. */
    static String counted(CollectionChange change) {
        List<String> counts = new ArrayList<>();
        count(counts, change.inserted(), "inserted");
        count(counts, change.deleted(), "deleted");
        count(counts, change.changed(), "changed");
        count(counts, change.unchanged(), "unchanged");
        return counts.isEmpty() ? "no documents" : String.join(", ", counts);
    }

    static String described(Shapes.FieldChange change, long count) {
        return "%s  %s -> %s in %,d".formatted(change.path(), shown(change.was()), shown(change.is()), count);
    }

    private static String shown(String type) {
        return type == null ? "none" : type;
    }

    private static void count(List<String> counts, long count, String what) {
        if (count > 0) {
            counts.add("%,d %s".formatted(count, what));
        }
    }

    static String described(DefinitionChange change) {
        BsonDocument shown = change.is() == null ? change.was() : change.is();
        String name = change.name() == null ? "" : " " + change.name();
        boolean both = change.was() != null && change.is() != null;
        return "%s  %s%s %s"
                .formatted(
                        change.collection(),
                        change.operation(),
                        name,
                        both ? change.was().toJson() + " -> " + change.is().toJson() : shown.toJson());
    }

    private static Document append(Document json, Changes changes) {
        List<Document> documents = new ArrayList<>();
        for (CollectionChange one : changes.documents()) {
            List<Document> shapes = new ArrayList<>();
            for (Map.Entry<Shapes.FieldChange, Long> field :
                    one.shapes().changes().entrySet()) {
                shapes.add(new Document("path", field.getKey().path())
                        .append("was", field.getKey().was())
                        .append("is", field.getKey().is())
                        .append("count", field.getValue()));
            }
            List<Document> renames = new ArrayList<>();
            one.shapes()
                    .renames()
                    .forEach((renamed, count) -> renames.add(new Document("from", renamed.from())
                            .append("to", renamed.to())
                            .append("count", count)));
            documents.add(new Document("collection", one.collection())
                    .append("inserted", one.inserted())
                    .append("deleted", one.deleted())
                    .append("changed", one.changed())
                    .append("unchanged", one.unchanged())
                    .append("orderOnly", one.shapes().reordered())
                    .append("renames", renames)
                    .append("shapes", shapes));
        }
        List<Document> definitions = new ArrayList<>();
        for (DefinitionChange one : changes.definitions()) {
            Document definition = new Document("collection", one.collection()).append("op", one.operation());
            Json.put(definition, "name", one.name());
            Json.put(definition, "was", one.was());
            definitions.add(Json.put(definition, "is", one.is()));
        }
        return json.append("changes", documents).append("definitions", definitions);
    }

    private static Document json(ObservedCalls call) {
        Document json = new Document("line", call.line())
                .append("command", call.command())
                .append("collection", call.collection());
        Json.put(json, "filter", call.filterWithoutValues());
        return json.append("calls", call.calls())
                .append("matched", call.matched())
                .append("ms", call.nanos() / 1_000_000);
    }
}
