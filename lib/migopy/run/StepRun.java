package migopy.run;

import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.List;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.console.Wording;
import migopy.files.CompiledMigration;
import migopy.files.CompiledMigration.Condition;
import migopy.journal.Attempt;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Journal;
import migopy.journal.Journal.OpenRecord;
import migopy.journal.State;
import migopy.journal.Verified;
import migopy.journal.Writes.End;
import migopy.journal.Writes.Precondition;
import migopy.journal.Writes.Start;
import migopy.observe.HandedOut;
import migopy.plan.Plan.Step;
import migopy.run.RecordedCall.Conclusion;

/** One step of a run: what is recorded before the call, the call, and what is to be recorded after it. */
final class StepRun extends RecordedCall {
    private final Step step;
    private final CompiledMigration migration;
    private final String dump;
    private final boolean up;
    private final Start start;
    private final StepBackfills backfills;
    private final CallOptions options;

    /**
     * How a step ended.
     *
     * @param end what is to be recorded; null if it is recorded already, or must not be
     * @param error why the run cannot continue, if the step's report does not have the error
     * @param exitCode the run's exit code if it ends here; 0 if it continues
     * @param verification what is to be called once the end is recorded, or null
     */
    record StepResult(StepReport report, End end, MigopyException error, int exitCode, Verification verification) {
        /** Once the end is recorded. */
        StepResult recorded() {
            return new StepResult(report, null, error, exitCode, null);
        }

        /** Of a step whose end is recorded, and whose {@code verify()} does not hold. */
        StepResult unverified(Verification.Broken broken) {
            StepReport unverified = new StepReport(
                    report.name(), report.direction(), Outcome.UNVERIFIED, report.durationMs(), broken.error());
            return new StepResult(unverified, null, null, broken.exitCode(), null);
        }
    }

    /**
     * @param dump the folder of the dump before the run, or null
     */
    StepRun(LockedRun locked, Step step, CompiledMigration migration, CallOptions options, String dump) {
        super(locked, step.name(), step.direction(), migration.transactional(step.direction()), options);
        this.step = step;
        this.options = options;
        this.migration = migration;
        this.dump = dump;
        this.up = step.direction() == Direction.UP;
        this.start = newStart();
        this.backfills = new StepBackfills(locked, step.name(), start, step.entry());
    }

    private Start newStart() {
        JournalEntry entry = step.entry();
        Start.MigrationFacts source = new Start.MigrationFacts(
                migration.source().file().fileName(),
                migration.source().file().number(),
                migration.source().checksum(),
                migration.source().text(),
                migration.reversible(),
                migration.resumable());
        boolean interrupted = !again() && entry != null && entry.state().underWay();
        return new Start(
                expected(),
                up ? State.RUNNING : State.ROLLING_BACK,
                locked().runId(),
                locked().lease().token(),
                locked().lease().serverTime(),
                locked().by(),
                session() != null,
                session() == null ? null : session().getServerSession().getIdentifier(),
                up ? source : null,
                interrupted ? Attempt.interrupted(entry) : null,
                up && !again() && entry != null && !startsAnew(entry.state()));
    }

    /** Whether backfills start from the beginning, whatever checkpoints the record still has. */
    private static boolean startsAnew(State state) {
        return state == State.ROLLED_BACK || state == State.SKIPPED;
    }

    private boolean again() {
        return step instanceof Step.Up execute && execute.again();
    }

    private Precondition expected() {
        if (step.entry() == null) {
            return Precondition.absent(step.name());
        }
        return again()
                ? new Precondition(
                        step.entry().key(), State.ROLLED_BACK, locked().lease().token(), locked().runId())
                : Precondition.of(step.entry());
    }

    /** Returns what is recorded before the call. */
    Start start() {
        return start;
    }

    /** Calls {@code up()} or {@code down()}, once its start is recorded. */
    StepResult run() {
        Conclusion result = call();
        boolean applied = result.toRecord() && result.exitCode() == 0 && result.outcome() == Outcome.APPLIED;
        return new StepResult(
                report(result.outcome(), result.error()),
                result.toRecord() ? ended(result) : null,
                result.cause(),
                result.exitCode(),
                applied && verifies()
                        ? new Verification(locked().context(), locked(), options.thread(), migration)
                        : null);
    }

    private boolean verifies() {
        return up && migration.hasConditions() && migration.has(Condition.VERIFY);
    }

    @Override
    void verify() throws Throwable {
        if (verifies()) {
            new ConditionCall(locked().connection(), locked().settings().home(), migration, Condition.VERIFY, session())
                    .require();
        }
    }

    @Override
    void end(Conclusion result) {
        journal().end(ended(result));
    }

    private End ended(Conclusion result) {
        State outcome = State.valueOf(result.outcome().name());
        // What was to be rolled back is still applied if down() was never called, or its transaction was aborted.
        boolean untouched = outcome == State.ROLLBACK_FAILED && (!invoked() || session() != null);
        return ended(untouched ? State.APPLIED : outcome, outcome, result.error());
    }

    private End ended(State state, State outcome, StepError error) {
        Attempt attempt = new Attempt(
                step.direction().word(),
                outcome.word(),
                locked().runId(),
                start.startedAt(),
                locked().lease().serverTime(),
                durationMs(),
                locked().by(),
                error,
                state == State.SKIPPED
                        ? new Attempt.Note("reason", skip().reason())
                        : dump == null ? null : new Attempt.Note("dump", dump));
        return new End(start.started(), state, attempt, output(), verified(state));
    }

    /** In a transaction it has held already. Otherwise a kill must not leave a migration that seems to be verified. */
    private Verified verified(State state) {
        if (state != State.APPLIED || !verifies()) {
            return null;
        }
        Instant now = locked().lease().serverTime();
        return session() == null ? Verified.pending(now) : Verified.held(now);
    }

    private State done() {
        return up ? State.APPLIED : State.ROLLED_BACK;
    }

    private Journal journal() {
        return locked().ledger().journal();
    }

    @Override
    StepBackfills backfills() {
        return backfills;
    }

    @Override
    CallHandles.Proxies proxies() {
        boolean needed =
                migration.names(HandedOut.LAZY) || (session() == null && migration.names(List.of(HandedOut.SESSION)));
        return needed ? CallHandles.Proxies.ALL : CallHandles.Proxies.FEW;
    }

    @Override
    String cannotSkip() {
        return up ? null : "skip() ends up() only, and this is down()";
    }

    @Override
    void beforeCall() throws Exception {
        locked().hooks().beforeMigration(step.name());
    }

    @Override
    void invoke(CallHandles handles) throws Throwable {
        migration.call(step.direction(), handles.database(), handles.session());
    }

    @Override
    String settledBy() {
        return "Check the data, then run: "
                + Wording.command("repair", step.name(), "--as", up ? "applied" : "pending", "--reason", "...");
    }

    @Override
    boolean resumable() {
        return migration.resumable() && step.direction() == Direction.UP;
    }

    @Override
    String source() {
        return migration.source().text();
    }

    @Override
    List<String> framesOf(Throwable thrown) {
        return migration.framesOf(thrown);
    }

    @Override
    boolean started(Thread thread, List<StackTraceElement> stack) {
        return migration.started(thread, stack);
    }

    @Override
    OpenRecord record() {
        return journal().open(start, done());
    }

    @Override
    void endInTransaction(MongoDatabase database) {
        new Journal(database, locked().settings().migrationsCollection()).end(ended(done(), done(), null), session());
    }
}
