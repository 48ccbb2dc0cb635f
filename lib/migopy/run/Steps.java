package migopy.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.console.Event;
import migopy.files.CompiledMigration;
import migopy.files.CompiledMigration.Condition;
import migopy.journal.Journal;
import migopy.journal.Writes.Precondition;
import migopy.lock.Lease;
import migopy.plan.Plan.Step;
import migopy.run.Shutdown.Stop;

/**
 * Runs the steps one after the other: the start is recorded, the migration is called, the end is recorded.
 *
 * <p>The end of one step and the start of the next are written in one command if possible, which saves a wait for the
 * majority.
 */
final class Steps {
    private final LockedRun locked;
    private final Journal journal;
    private final Lease lease;
    private final RecordedCall.CallOptions options;
    private final String dump;
    private final OwnCode hooks;
    private final List<StepReport> reports = new ArrayList<>();

    /** The last step's result until it is recorded. */
    private StepRun.StepResult open;

    /** Whether recording that result has failed. */
    private boolean unrecorded;

    /**
     * How the steps ended.
     *
     * @param steps those that were started
     * @param error why they ended early, if no report has the error
     */
    record StepsResult(List<StepReport> steps, MigopyException error, int exitCode) {}

    /** A step and the migration to call for it. */
    record Compiled(Step step, CompiledMigration migration) {}

    /**
     * @param dump the folder of the dump before the run, or null
     */
    Steps(LockedRun locked, RecordedCall.CallOptions options, String dump, OwnCode hooks) {
        this.locked = locked;
        this.journal = locked.ledger().journal();
        this.lease = locked.lease();
        this.options = options;
        this.dump = dump;
        this.hooks = hooks;
    }

    /** Runs them in order, until one fails or the run has to end. */
    StepsResult run(List<Compiled> steps) {
        // A signal is handled between steps: an interrupt of this thread would only break its writes.
        locked.shutdown().inStep(true);
        try {
            for (Compiled next : steps) {
                Optional<Stop> stop = locked.shutdown().stopped();
                if (stop.isPresent()) {
                    return stopped(stop.get());
                }
                open = one(next);
                if (open.verification() != null) {
                    verify(open.verification());
                }
                if (open.exitCode() != 0) {
                    return finished(open.error(), open.exitCode());
                }
            }
            return finished(null, 0);
        } catch (RuntimeException | Error e) { // whatever it is, what was done must be recorded
            return endedEarly(Failure.ofRun(e));
        } finally {
            locked.shutdown().inStep(false);
        }
    }

    /** A step that returned is recorded all the same: the fence decides whether this run still may. */
    private StepsResult endedEarly(MigopyException cause) {
        MigopyException error = cause;
        if (open != null && !unrecorded) {
            try {
                recordOpen();
            } catch (RuntimeException | Error e) {
                MigopyException second = Failure.ofRun(e);
                second.addSuppressed(cause);
                error = open == null ? cause : second;
            }
        }
        if (open != null) { // it returned, but it is unknown whether that was recorded
            report(unknown(open.report()));
        }
        return new StepsResult(reports, error, error.kind().exitCode());
    }

    private StepsResult stopped(Stop stop) {
        recordOpen();
        MigopyException early = reports.isEmpty() ? locked.shutdown().endedEarly(null) : null;
        return new StepsResult(reports, early, stop.kind().exitCode());
    }

    private StepsResult finished(MigopyException error, int exitCode) {
        recordOpen();
        return new StepsResult(reports, error, exitCode);
    }

    private StepRun.StepResult one(Compiled next) {
        locked.recovery().clear(next.step().entry());
        lease.ensureHeld();
        if (next.migration().hasConditions()) {
            requireBefore(next);
        }
        try (StepRun run = new StepRun(locked, next.step(), next.migration(), options, dump)) {
            start(run);
            run.prepare();
            locked.console()
                    .event(new Event.StepStarted(next.step().name(), next.step().direction()));
            return run.run();
        }
    }

    private void requireBefore(Compiled next) {
        if (next.step().direction() == Direction.UP && next.migration().has(Condition.BEFORE)) {
            recordOpen(); // before() may take long, and sees what the step before it did
            new Verification(locked.context(), locked, options.thread(), next.migration()).requireBefore();
        }
    }

    /** The end is recorded before, so that a kill leaves a migration that is applied, but not verified. */
    private void verify(Verification verification) {
        Precondition applied = open.end().ended();
        unrecorded = true; // until it is recorded
        journal.end(open.end());
        unrecorded = false;
        open = open.recorded();
        Verification.Broken broken = verification.verify(applied);
        if (broken != null) {
            open = open.unverified(broken);
        }
    }

    private void start(StepRun run) {
        if (open == null || open.end() == null) {
            recordOpen();
            journal.start(run.start());
            return;
        }
        if (!journal.endAndStart(open.end(), run.start())) {
            recordOpen();
            lease.ensureHeld();
            journal.start(run.start());
            return;
        }
        StepReport ended = open.report();
        open = null;
        try {
            report(ended);
        } catch (MigopyException e) {
            throw run.neverCalled(e);
        }
    }

    private void recordOpen() {
        if (open != null) {
            StepRun.StepResult ended = open;
            if (ended.end() != null) {
                unrecorded = true; // until it is recorded
                journal.end(ended.end());
                unrecorded = false;
            }
            open = null;
            report(ended.report());
        }
    }

    private static StepReport unknown(StepReport report) {
        return new StepReport(
                report.name(), report.direction(), StepReport.Outcome.UNKNOWN, report.durationMs(), report.error());
    }

    private void report(StepReport report) {
        reports.add(report);
        locked.console().event(new Event.StepEnded(report));
        if (report.outcome() == StepReport.Outcome.UNKNOWN) {
            return;
        }
        hooks.call(
                "afterMigration() after " + report.name(),
                () -> {
                    locked.hooks().afterMigration(report);
                    return null;
                },
                thrown -> Failure.ofUserCode(
                        MigopyException.Kind.FAILED,
                        "afterMigration() failed after " + report.name(),
                        "%s stays %s. Fix afterMigration() in migopy.java. See what is left to do: {migopy} status"
                                .formatted(report.name(), report.outcome().word()),
                        thrown,
                        locked.settings().redactor()));
    }
}
