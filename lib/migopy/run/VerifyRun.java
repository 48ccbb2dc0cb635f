package migopy.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport.StepError;
import migopy.console.Wording;
import migopy.files.CompiledMigration;
import migopy.files.CompiledMigration.Condition;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler.Compilation;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Journal;
import migopy.journal.Verified;
import migopy.journal.Writes.Precondition;
import migopy.plan.MigrationState;
import migopy.plan.NameResolver;
import migopy.plan.Overview;
import migopy.plan.Situation;
import migopy.run.Survey.JournalView;

/** Calls {@code verify()} of applied migrations. Writes only that one holds which the journal has as unverified. */
public final class VerifyRun {
    private final RunContext context;
    private final VerifyRequest request;
    private final Ledger ledger;
    private final Map<String, String> retired = new HashMap<>();

    /**
     * Which migrations to verify.
     *
     * @param names only these; empty for all
     * @param since only those with higher numbers than this one, or null
     * @param stored whether those without a file are verified with the source in the journal
     */
    public record VerifyRequest(List<String> names, String since, boolean stored) {
        public VerifyRequest {
            names = List.copyOf(names);
        }
    }

    /**
     * What came of one migration.
     *
     * @param durationMs how long it took; null if it was not called
     * @param by the migration that retires it, or null
     * @param error why it does not hold, or null
     */
    public record VerifyOutcome(String name, Long durationMs, String by, StepError error) {
        /** Returns {@code holds}, {@code broken} or {@code retired}. */
        public String word() {
            return by != null ? "retired" : error == null ? "holds" : "broken";
        }
    }

    /**
     * What came of all.
     *
     * @param problems why none was called; empty if there were none
     */
    public record VerifyResult(List<VerifyOutcome> outcomes, List<Problem> problems) {
        public VerifyResult {
            outcomes = List.copyOf(outcomes);
            problems = List.copyOf(problems);
        }
    }

    private VerifyRun(RunContext context, VerifyRequest request, Ledger ledger) {
        this.context = context;
        this.request = request;
        this.ledger = ledger;
    }

    /**
     * Verifies without the lock, which is only taken to record that an unverified migration holds now.
     *
     * @throws MigopyException usage, for a name that is unknown, not applied, or without a {@code verify()}; locked, while
     *     another run holds the lock that is needed; of a signal's kind, if one ended it
     */
    public static VerifyResult run(RunContext context, VerifyRequest request) {
        Survey survey = Survey.of(context.settings());
        try (SourceReader reader = new SourceReader(context.settings())) {
            return context.guarded("Verifying", ledger -> new VerifyRun(context, request, ledger).run(survey, reader));
        }
    }

    private VerifyResult run(Survey survey, SourceReader reader) throws InterruptedException {
        Overview overview = survey.with(JournalView.read(ledger, context.connection()), ledger.journal());
        Map<String, Situation> chosen = chosen(overview);
        List<Problem> problems = new ArrayList<>();
        List<MigrationSource> sources = sources(overview, reader, problems);
        sources.forEach(source ->
                source.retired().forEach(name -> retired.put(name, source.file().name())));
        sources.removeIf(source ->
                !chosen.containsKey(source.file().name()) || !source.text().contains("verify"));
        Compilation compilation = reader.compiler().compile(sources);
        problems.addAll(compilation.problems());
        if (!problems.isEmpty()) {
            return new VerifyResult(List.of(), problems);
        }
        List<CompiledMigration> migrations = new ArrayList<>(compilation.migrations());
        migrations.removeIf(migration -> !migration.has(Condition.VERIFY));
        refuseNamesWithout(migrations, chosen);
        List<VerifyOutcome> outcomes = new ArrayList<>();
        try (OutputCapture output = OutputCapture.start(
                        context.console(), context.settings().redactor());
                MigrationThread thread = new MigrationThread()) {
            for (CompiledMigration migration : migrations) {
                output.restart();
                outcomes.add(outcome(migration, thread));
            }
        }
        record(outcomes, chosen);
        return new VerifyResult(outcomes, List.of());
    }

    private Map<String, Situation> chosen(Overview overview) {
        Map<String, Situation> named = NameResolver.resolve(request.names(), overview.migrations());
        for (Situation one : named.values()) {
            if (one.state() != MigrationState.APPLIED) {
                throw MigopyException.usage(
                        "%s is not applied, but %s"
                                .formatted(one.name(), one.state().word()),
                        "List the applied migrations: {migopy} status --all");
            }
            if (one.file() == null && !request.stored()) {
                throw MigopyException.usage(
                        "The file of %s is gone".formatted(one.name()),
                        "Use the source in the journal: " + Wording.command("verify", one.name(), "--stored"));
            }
        }
        Situation since = request.since() == null ? null : NameResolver.resolve(request.since(), overview.migrations());
        Map<String, Situation> chosen = new HashMap<>();
        for (Situation one : overview.migrations()) {
            boolean wanted = named.isEmpty() || named.containsKey(one.name());
            boolean late =
                    since == null || one.number() != null && since.number() != null && one.number() > since.number();
            if (wanted && late && one.state() == MigrationState.APPLIED) {
                chosen.put(one.name(), one);
            }
        }
        return chosen;
    }

    /** Returns the sources of all applied migrations, since any of them may retire another. */
    private List<MigrationSource> sources(Overview overview, SourceReader reader, List<Problem> problems) {
        List<MigrationSource> sources = new ArrayList<>();
        for (Situation one : overview.migrations()) {
            if (one.state() != MigrationState.APPLIED) {
                continue;
            }
            if (one.file() != null) {
                MigrationSource.Sources read = MigrationSource.readAll(List.of(one.file()));
                sources.addAll(read.sources());
                problems.addAll(read.problems());
            } else if (request.stored()) {
                Preparation.stored(one.entry(), reader, ledger.journal(), new ArrayList<>())
                        .ifPresent(sources::add);
            }
        }
        return sources;
    }

    private void refuseNamesWithout(List<CompiledMigration> migrations, Map<String, Situation> chosen) {
        if (request.names().isEmpty()) {
            return;
        }
        Set<String> without = new TreeSet<>(chosen.keySet());
        migrations.forEach(migration -> without.remove(migration.name()));
        if (!without.isEmpty()) {
            throw MigopyException.usage(
                    "%s has no verify()".formatted(without.iterator().next()),
                    "Verify all that have one: {migopy} verify");
        }
    }

    private VerifyOutcome outcome(CompiledMigration migration, MigrationThread thread) {
        String by = retired.get(migration.name());
        if (by != null) {
            return new VerifyOutcome(migration.name(), null, by, null);
        }
        Verification verification = new Verification(context, null, thread, migration);
        Verification.Broken broken = verification.call(Condition.VERIFY);
        return new VerifyOutcome(
                migration.name(), verification.durationMs(), null, broken == null ? null : broken.error());
    }

    private void record(List<VerifyOutcome> outcomes, Map<String, Situation> chosen) throws InterruptedException {
        List<VerifyOutcome> better = new ArrayList<>(outcomes);
        better.removeIf(
                one -> one.error() != null || !chosen.get(one.name()).entry().unverified());
        if (better.isEmpty()) {
            return;
        }
        try (LockedRun locked = LockedRun.open(context, ledger, Duration.ZERO)) {
            locked.journalAlone();
            Journal journal = ledger.journal();
            for (VerifyOutcome one : better) {
                JournalEntry entry = chosen.get(one.name()).entry();
                Instant now = locked.lease().serverTime();
                long durationMs = one.durationMs() == null ? 0 : one.durationMs();
                locked.lease().ensureHeld();
                journal.settle(
                        Precondition.of(entry),
                        Verified.held(now).update(Verification.attempt(locked, now, durationMs, null)));
            }
        }
    }
}
