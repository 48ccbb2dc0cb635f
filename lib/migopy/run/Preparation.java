package migopy.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.backfill.CollectionFacts;
import migopy.files.CompiledMigration;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Journal;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import migopy.plan.Plan.Step;

/**
 * The checks before the first step: all migrations compile, and can be executed or rolled back as planned.
 *
 * @param steps in their order, including those that are recorded without a call
 * @param compiled the steps with their migrations; empty if there is a problem
 * @param compiler analyzes the sources further
 */
record Preparation(List<Step> steps, List<Steps.Compiled> compiled, List<Problem> problems, SourceCompiler compiler) {

    static Preparation of(List<Step> steps, SourceReader reader, Connection connection, Journal journal) {
        SourceCompiler compiler = reader.compiler();
        List<Problem> problems = new ArrayList<>();
        List<MigrationSource> sources = sources(steps, reader, journal, problems);
        Map<MigrationSource, CompiledMigration> migrations = new IdentityHashMap<>();
        if (problems.isEmpty()) {
            Compilation compilation =
                    compiler.compile(sources.stream().filter(Objects::nonNull).toList());
            problems.addAll(compilation.problems());
            compilation.migrations().forEach(one -> migrations.put(one.source(), one));
        }
        List<Steps.Compiled> compiled = new ArrayList<>();
        boolean good = problems.isEmpty();
        for (int i = 0; good && i < steps.size(); i++) {
            Step step = steps.get(i);
            if (step instanceof Step.MarkIgnored) {
                continue; // recorded without a call
            }
            CompiledMigration migration = migrations.get(sources.get(i));
            impossible(step, migration, connection).ifPresent(problems::add);
            compiled.add(new Steps.Compiled(step, migration));
        }
        return new Preparation(steps, problems.isEmpty() ? compiled : List.of(), problems, compiler);
    }

    /**
     * Returns one source for each step, null if nothing is called. A migration that is redone has two: the text that was
     * applied, and that of its file.
     */
    private static List<MigrationSource> sources(
            List<Step> steps, SourceReader reader, Journal journal, List<Problem> problems) {
        List<MigrationFile> files = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Up execute) {
                files.add(execute.file());
            } else if (step instanceof Step.Down rollback && rollback.file() != null) {
                files.add(rollback.file());
            }
        }
        MigrationSource.Sources read = reader.readAll(files);
        problems.addAll(read.problems());
        Iterator<MigrationSource> ofFiles = read.sources().iterator();
        List<MigrationSource> sources = new ArrayList<>();
        for (Step step : read.problems().isEmpty() ? steps : List.<Step>of()) {
            if (step instanceof Step.MarkIgnored) {
                sources.add(null);
            } else if (step instanceof Step.Down rollback && rollback.file() == null) {
                sources.add(stored(rollback.entry(), reader, journal, problems).orElse(null));
            } else {
                sources.add(ofFiles.next());
            }
        }
        return sources;
    }

    static Optional<MigrationSource> stored(
            JournalEntry entry, SourceReader reader, Journal journal, List<Problem> problems) {
        var text = journal.document(entry.key())
                .filter(document -> document.isString("source"))
                .map(document -> document.getString("source").getValue());
        if (text.isEmpty() || entry.number() == null) {
            problems.add(new Problem(
                    Problem.ProblemKind.MISSING,
                    entry.name(),
                    "The journal has no source of %s".formatted(entry.name()),
                    "Restore the file"));
            return Optional.empty();
        }
        return Optional.of(MigrationSource.of(reader.place(entry.number(), entry.name()), text.get()));
    }

    private static Optional<Problem> impossible(Step step, CompiledMigration migration, Connection connection) {
        if (step.direction() == Direction.DOWN && !migration.reversible()) {
            return Optional.of(new Problem(
                    Problem.ProblemKind.NO_DOWN,
                    step.name(),
                    "%s has no down(), so it cannot be rolled back".formatted(step.name()),
                    "Write down(), or undo it in a new migration"));
        }
        if (step.direction() == Direction.UP && migration.dropped() != null) {
            return Optional.of(migration.dropped());
        }
        if (migration.transactional(step.direction()) && !connection.supportsTransactions()) {
            return Optional.of(new Problem(
                    Problem.ProblemKind.NOT_COMPILABLE,
                    step.name(),
                    "%s takes a ClientSession, and %s"
                            .formatted(step.name(), connection.topology().noTransactions()),
                    connection.topology().transactionsHint() + ", or remove the ClientSession parameter"));
        }
        return Optional.empty();
    }

    /** Returns the collections that the migrations name, and the journal; empty if one of them is unknown. */
    Set<String> touched(String journal) {
        Set<String> all = new HashSet<>(Set.of(journal));
        for (Steps.Compiled one : compiled) {
            Optional<Set<String>> names =
                    compiler.collectionsTouched(one.migration().source());
            if (names.isEmpty()) {
                return Set.of();
            }
            all.addAll(names.get());
        }
        return all;
    }

    /** Which backfills go over several shards, one line each; no user code is called for it. */
    List<String> shards(Connection connection) {
        if (connection.topology() == Topology.EMBEDDED) {
            return List.of();
        }
        Map<String, List<String>> keys = CollectionFacts.shardKeys(connection.client(), connection.database());
        List<String> lines = new ArrayList<>();
        for (Steps.Compiled one : keys.isEmpty() ? List.<Steps.Compiled>of() : compiled) {
            Set<String> names = compiler.collectionsBackfilled(one.migration().source());
            names.stream()
                    .filter(keys::containsKey)
                    .map(name -> sharded(one.step().name(), name, keys.get(name)))
                    .forEach(lines::add);
        }
        return lines;
    }

    private static String sharded(String migration, String collection, List<String> key) {
        return "%s: %s is sharded by %s; a batch of update() or delete() goes to all shards, what each() writes to the one that has the document"
                .formatted(migration, collection, String.join(", ", key));
    }
}
