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
import migopy.run.Runner.RunResult;
import migopy.run.Shutdown.Stop;

/** Records migrations as ignored, without calling them. */
final class Ignores {
    /** The number of sources in one message, each of at most 1 MB: the server accepts 48 MB. */
    private static final int BATCH = 20;

    private final LockedRun locked;

    Ignores(LockedRun locked) {
        this.locked = locked;
    }

    RunResult run(List<Step> steps) {
        List<MigrationFile> files =
                steps.stream().map(step -> ((Step.MarkIgnored) step).file()).toList();
        MigrationSource.Sources read = MigrationSource.readAll(files);
        if (!read.problems().isEmpty()) {
            var refusal = Plan.refusal(read.problems());
            return new RunResult(
                    locked.runId(),
                    List.of(),
                    read.problems(),
                    refusal,
                    refusal.kind().exitCode());
        }
        locked.tellStarted(steps.stream().map(Step::name).toList());
        // A signal is handled between batches, so that exactly what was recorded is reported.
        locked.shutdown().inStep(true);
        try {
            return register(steps, read.sources());
        } finally {
            locked.shutdown().inStep(false);
        }
    }

    private RunResult register(List<Step> steps, List<MigrationSource> sources) {
        List<StepReport> reports = new ArrayList<>();
        for (int from = 0; from < steps.size(); from += BATCH) {
            Optional<Stop> stop = locked.shutdown().stopped();
            if (stop.isPresent()) {
                var early = reports.isEmpty() ? locked.shutdown().endedEarly(null) : null;
                int exitCode = stop.get().kind().exitCode();
                return new RunResult(locked.runId(), reports, List.of(), early, exitCode);
            }
            int to = Math.min(from + BATCH, steps.size());
            List<Ignored> batch = new ArrayList<>();
            for (int i = from; i < to; i++) {
                batch.add(ignored(steps.get(i), sources.get(i)));
            }
            locked.lease().ensureHeld();
            locked.ledger().journal().register(batch);
            for (Step step : steps.subList(from, to)) {
                StepReport report = new StepReport(step.name(), Direction.IGNORE, Outcome.IGNORED, 0L, null);
                reports.add(report);
                locked.console().event(new Event.StepEnded(report));
            }
        }
        return new RunResult(locked.runId(), reports, List.of(), null, 0);
    }

    private Ignored ignored(Step step, MigrationSource source) {
        Instant now = locked.lease().serverTime();
        Attempt attempt = new Attempt(
                Direction.IGNORE.word(), Outcome.IGNORED.word(), locked.runId(), now, now, 0L, locked.by(), null, null);
        return new Ignored(
                step.entry() == null ? Precondition.absent(step.name()) : Precondition.of(step.entry()),
                source.file().fileName(),
                source.file().number(),
                source.checksum(),
                source.text(),
                locked.lease().token(),
                attempt);
    }
}
