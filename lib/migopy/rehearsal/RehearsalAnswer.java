package migopy.rehearsal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Table;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.dump.CollectionCopy.Copied;
import migopy.files.MigrationSource;
import migopy.lint.LintRules;
import migopy.observe.CallLog.ObservedCalls;
import migopy.rehearsal.Definition.DefinitionChange;
import migopy.rehearsal.PreImages.Changes;
import migopy.rehearsal.PreImages.CollectionChange;
import migopy.report.Finding;
import migopy.report.Findings;
import org.bson.BsonDocument;
import org.bson.Document;

/**
 * The answer of {@code rehearse}. It contains no value of any document.
 *
 * @param source the database and its server: {@code app on localhost:27017}
 * @param scratch the copy
 * @param startedAt when the rehearsal started
 * @param masked the fields whose values were replaced
 * @param migrations those that were rehearsed, in order
 * @param left how many were not, because an earlier one failed
 * @param kept whether the scratch database was kept
 */
public record RehearsalAnswer(
        String source,
        String scratch,
        Instant startedAt,
        List<Copied> copied,
        List<String> masked,
        List<RehearsedMigration> migrations,
        int left,
        boolean kept)
        implements Answer {
    public RehearsalAnswer {
        copied = List.copyOf(copied);
        masked = List.copyOf(masked);
        migrations = List.copyOf(migrations);
    }

    /** Returns the same with what lint finds in the sources; an error is a finding. */
    public RehearsalAnswer with(List<Finding> findings) {
        return new RehearsalAnswer(
                source,
                scratch,
                startedAt,
                copied,
                masked,
                migrations.stream().map(one -> one.with(findings)).toList(),
                left,
                kept);
    }

    /** Returns what is found in a source by its calls: scans of large collections. */
    public List<Finding> scans(MigrationSource source, LintRules rules) {
        return migrations.stream()
                .filter(one -> one.name().equals(source.file().name()))
                .flatMap(one -> one.scans(source, rules).stream())
                .toList();
    }

    /** Returns 7 if a migration, or its undoing, is not as it should be; else 0. */
    public int exitCode() {
        return findings() > 0 ? MigopyException.Kind.FINDINGS.exitCode() : 0;
    }

    /** Returns the names of the migrations that were rehearsed. */
    public Set<String> names() {
        return migrations.stream().map(RehearsedMigration::name).collect(Collectors.toSet());
    }

    /** Returns the last line of the words. */
    String summary() {
        String all = "%d rehearsed, %d with a finding".formatted(migrations.size(), findings());
        return left == 0 ? all : all + ", %d not rehearsed, because an earlier one failed".formatted(left);
    }

    /** Returns what is wrong, for other programs. */
    public Findings findings(String directory) {
        return RehearsalFindings.of(this, directory);
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
            throw notWritten(folder, e, "Choose another folder with --report");
        }
    }

    /**
     * Appends it to a file, in Markdown.
     *
     * @param redaction replaces each secret in a text
     * @throws MigopyException usage, if that is impossible
     */
    public void appendTo(Path file, UnaryOperator<String> redaction) {
        try {
            Files.writeString(
                    file,
                    redaction.apply(ReportMarkdown.of(this)),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw notWritten(file, e, "Unset GITHUB_STEP_SUMMARY, or use another --format");
        }
    }

    private static MigopyException notWritten(Path path, IOException e, String hint) {
        return new MigopyException(
                MigopyException.Kind.USAGE, "The report cannot be written to %s: %s".formatted(path, e), hint, e);
    }

    @Override
    public void words(Words out) {
        out.line("%s -> %s".formatted(source, scratch));
        for (Copied one : copied) {
            String copy = "  copied %s: %s of %s documents"
                    .formatted(one.collection(), Wording.number(one.documents()), Wording.number(one.total()));
            out.line(
                    one.aimed() == 0
                            ? copy
                            : copy + ", %s of them by filters and types".formatted(Wording.number(one.aimed())));
        }
        if (!masked.isEmpty()) {
            out.line("  masked: " + String.join(", ", masked));
        }
        for (RehearsedMigration one : migrations) {
            out.gap();
            Table table = new Table(out, Table.Align.LEFT, Table.Align.LEFT, Table.Align.LEFT);
            table.row(
                    one.state(),
                    one.name(),
                    one.up().durationMs() == null
                            ? ""
                            : "up " + out.duration(one.up().durationMs()),
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
                    .append("how", one.how())
                    .append("aimed", one.aimed())
                    .append("indexes", one.indexes()));
        }
        return new Document("source", source)
                .append("scratch", scratch)
                .append("startedAt", startedAt)
                .append("copied", collections)
                .append("masked", masked)
                .append(
                        "migrations",
                        migrations.stream().map(RehearsedMigration::json).toList())
                .append("left", left)
                .append("exitCode", exitCode());
    }

    static void lines(Words out, CollectionChange change) {
        out.line("      %s  %s".formatted(change.collection(), counted(change)));
        change.shapes()
                .renames()
                .forEach((one, count) -> out.line(
                        "          %s  renamed to %s in %s".formatted(one.from(), one.to(), Wording.number(count))));
        change.shapes().changes().forEach((one, count) -> out.line("          " + described(one, count)));
        if (change.shapes().others() > 0) {
            out.line("          %s more differences of other fields"
                    .formatted(Wording.number(change.shapes().others())));
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
        return "%s  %s in %s".formatted(change.path(), change.types("->"), Wording.number(count));
    }

    private static void count(List<String> counts, long count, String what) {
        if (count > 0) {
            counts.add("%s %s".formatted(Wording.number(count), what));
        }
    }

    static String described(Finding finding) {
        String line = finding.line() == null ? "" : "line %d: ".formatted(finding.line());
        return "%s %s  %s%s".formatted(finding.severity().word(), finding.rule(), line, finding.message());
    }

    static String described(DefinitionChange change) {
        if (change.operation().equals(Definition.RENAME)) {
            return "%s  renamed to %s".formatted(change.collection(), change.name());
        }
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

    static Document append(Document json, Changes changes) {
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

    static Document json(ObservedCalls call) {
        Document json = new Document("line", call.line())
                .append("command", call.command())
                .append("collection", call.collection());
        Json.put(json, "filter", call.filterWithoutValues());
        return json.append("calls", call.calls())
                .append("matched", call.matched())
                .append("ms", call.nanos() / 1_000_000);
    }
}
