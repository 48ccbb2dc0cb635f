package migopy.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.console.Event;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.journal.Attempt;
import migopy.journal.Writes.Ignored;
import migopy.journal.Writes.Precondition;
import migopy.plan.Plan;
import migopy.plan.Plan.Step;

/** Registers migrations without calling them. */
final class Ignores {
    /** So many sources are sent at once, each of at most 1 MB: the server takes 48 MB a message. */
    private static final int BATCH = 20;

    private final Operation operation;

    Ignores(Operation operation) {
        this.operation = operation;
    }

    RunResult run(List<Step> steps) {
        List<MigrationFile> files =
                steps.stream().map(step -> ((Step.MarkIgnored) step).file()).toList();
        MigrationSource.Sources read = MigrationSource.readAll(files);
        if (!read.problems().isEmpty()) {
            var refusal = Plan.refusal(read.problems());
            return new RunResult(
                    operation.runId(),
                    List.of(),
                    read.problems(),
                    refusal,
                    refusal.kind().exitCode());
        }
        operation.tellStarted(steps.stream().map(Step::name).toList());
        // A signal is looked at between batches: what is told is what was registered.
        operation.watchdog().inStep(true);
        try {
            return register(steps, read.sources());
        } finally {
            operation.watchdog().inStep(false);
        }
    }

    private RunResult register(List<Step> steps, List<MigrationSource> sources) {
        List<StepReport> reports = new ArrayList<>();
        for (int from = 0; from < steps.size(); from += BATCH) {
            Optional<Stop> stop = operation.watchdog().stopped();
            if (stop.isPresent()) {
                var early = reports.isEmpty() ? operation.watchdog().endedEarly(null) : null;
                int exitCode = stop.get().kind().exitCode();
                return new RunResult(operation.runId(), reports, List.of(), early, exitCode);
            }
            int to = Math.min(from + BATCH, steps.size());
            List<Ignored> batch = new ArrayList<>();
            for (int i = from; i < to; i++) {
                batch.add(ignored(steps.get(i), sources.get(i)));
            }
            operation.lease().ensureHeld();
            operation.ledger().journal().ignore(batch);
            for (Step step : steps.subList(from, to)) {
                StepReport report = new StepReport(step.name(), Direction.IGNORE, Outcome.IGNORED, 0L, null);
                reports.add(report);
                operation.console().event(new Event.StepEnded(report));
            }
        }
        return new RunResult(operation.runId(), reports, List.of(), null, 0);
    }

    private Ignored ignored(Step step, MigrationSource source) {
        Instant now = operation.lease().serverTime();
        Attempt attempt = new Attempt(
                Direction.IGNORE.word(),
                Outcome.IGNORED.word(),
                operation.runId(),
                now,
                now,
                0L,
                operation.by(),
                null,
                null);
        return new Ignored(
                step.entry() == null ? Precondition.absent(step.name()) : Precondition.of(step.entry()),
                source.file().fileName(),
                source.file().number(),
                source.checksum(),
                source.text(),
                operation.lease().token(),
                attempt);
    }
}
