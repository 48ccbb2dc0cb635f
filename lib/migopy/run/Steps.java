package migopy.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.console.Event;
import migopy.files.CompiledMigration;
import migopy.journal.Journal;
import migopy.lock.Lease;
import migopy.plan.Plan.Step;

/**
 * The steps of a run, one after the other: started in the journal, called, ended in the journal.
 *
 * <p>The end of one and the start of the next are written together where both can be, which saves
 * each migration one wait for the majority.
 */
final class Steps {
    private final Operation operation;
    private final Journal journal;
    private final Lease lease;
    private final RecordedCall.CallOptions options;
    private final String dump;
    private final List<StepReport> told = new ArrayList<>();

    /** The last step's result while the journal does not know it yet. */
    private StepRun.Result open;

    /** Whether the journal was asked to take that result, and did not. */
    private boolean refused;

    /**
     * How the steps ended.
     *
     * @param steps those that were started
     * @param error why they ended early, where no report says it
     */
    record Outcome(List<StepReport> steps, MigopyException error, int exitCode) {}

    /** A step and what is to be called for it. */
    record Compiled(Step step, CompiledMigration migration) {}

    /**
     * @param dump where the dump before the run is, or null
     */
    Steps(Operation operation, RecordedCall.CallOptions options, String dump) {
        this.operation = operation;
        this.journal = operation.ledger().journal();
        this.lease = operation.lease();
        this.options = options;
        this.dump = dump;
    }

    /** Does them in order, until one fails or the run has to end. */
    Outcome run(List<Compiled> steps) {
        // A signal is looked at between steps: interrupting this thread would only break its
        // writes.
        operation.watchdog().inStep(true);
        try {
            for (Compiled next : steps) {
                Optional<Stop> stop = operation.watchdog().stopped();
                if (stop.isPresent()) {
                    return stopped(stop.get());
                }
                StepRun.Result result = one(next);
                if (result.exitCode() != 0) {
                    record(result);
                    return over(result.error(), result.exitCode());
                }
                open = result;
            }
            return over(null, 0);
        } catch (RuntimeException | Error e) { // whatever it is, what was done is recorded
            return endedEarly(Failure.ofRun(e));
        } finally {
            operation.watchdog().inStep(false);
        }
    }

    /** What ran to its end is recorded all the same: the fence knows whether it still may be. */
    private Outcome endedEarly(MigopyException cause) {
        MigopyException error = cause;
        if (open != null && !refused) {
            try {
                recordOpen();
            } catch (RuntimeException | Error e) {
                MigopyException second = Failure.ofRun(e);
                second.addSuppressed(cause);
                error = open == null ? cause : second;
            }
        }
        if (open != null) { // what ran to its end but is not known to be recorded
            tell(unknown(open.report()));
        }
        return new Outcome(told, error, error.kind().exitCode());
    }

    private Outcome stopped(Stop stop) {
        recordOpen();
        MigopyException early = told.isEmpty() ? operation.watchdog().endedEarly(null) : null;
        return new Outcome(told, early, stop.kind().exitCode());
    }

    private Outcome over(MigopyException error, int exitCode) {
        recordOpen();
        return new Outcome(told, error, exitCode);
    }

    private StepRun.Result one(Compiled next) {
        operation.takeover().clear(next.step().entry());
        lease.ensureHeld();
        try (StepRun run = new StepRun(operation, next.step(), next.migration(), options, dump)) {
            start(run);
            prepare(run);
            operation
                    .console()
                    .event(new Event.StepStarted(next.step().name(), next.step().direction()));
            return run.run();
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
            tell(ended);
        } catch (MigopyException e) {
            throw neverCalled(run, e);
        }
    }

    private void prepare(StepRun run) {
        try {
            lease.ensureHeld(); // recording the start may have taken as long as a lease does
            run.prepare();
        } catch (RuntimeException | Error e) {
            throw neverCalled(run, Failure.ofRun(e));
        }
    }

    /** Says in the journal that what was started was not called, if it is still ours to say. */
    private MigopyException neverCalled(StepRun run, MigopyException cause) {
        try {
            journal.end(run.notStarted(cause.getMessage()));
        } catch (RuntimeException e) {
            cause.addSuppressed(e); // it stays interrupted, which needs a manual decision
        }
        return cause;
    }

    private void recordOpen() {
        if (open != null) {
            StepRun.Result ended = open;
            if (ended.end() != null) {
                refused = true; // until it is not
                journal.end(ended.end());
                refused = false;
            }
            open = null;
            tell(ended.report());
        }
    }

    /** Records the last step of the run; if that cannot be done, its outcome is unknown. */
    private void record(StepRun.Result result) {
        open = result;
        recordOpen();
    }

    private static StepReport unknown(StepReport report) {
        return new StepReport(
                report.name(), report.direction(), StepReport.Outcome.UNKNOWN, report.durationMs(), report.error());
    }

    private void tell(StepReport report) {
        told.add(report);
        operation.console().event(new Event.StepEnded(report));
        if (report.outcome() == StepReport.Outcome.UNKNOWN) {
            return;
        }
        try {
            operation.hooks().afterMigration(report);
        } catch (Throwable e) { // the hook is the user's own code
            throw new MigopyException(
                    MigopyException.Kind.FAILED,
                    "afterMigration() failed after %s: %s".formatted(report.name(), Failure.text(e)),
                    report.name() + " stays " + report.outcome().word() + ". Mend the hook, then start again",
                    e);
        }
    }
}
