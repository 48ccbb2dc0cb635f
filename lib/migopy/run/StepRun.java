package migopy.run;

import com.mongodb.client.MongoDatabase;
import java.util.List;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.StepError;
import migopy.console.Wording;
import migopy.files.CompiledMigration;
import migopy.journal.Attempt;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Journal;
import migopy.journal.State;
import migopy.journal.Writes.End;
import migopy.journal.Writes.Precondition;
import migopy.journal.Writes.Start;
import migopy.observe.HandedOut;
import migopy.plan.Plan.Step;
import org.bson.BsonValue;

/** One step of a run: what is written before it, the call, and what is to be written after it. */
final class StepRun extends RecordedCall {
    private final Step step;
    private final CompiledMigration migration;
    private final String dump;
    private final boolean up;
    private final Start start;
    private final StepBackfills backfills;

    /**
     * How a step ended.
     *
     * @param end what the journal is to be told; null where it knows already, or must not be told
     * @param error why the run cannot go on, where the step's report does not say it
     * @param exitCode what the run's exit code is if it ends here; 0 if it goes on
     */
    record Result(StepReport report, End end, MigopyException error, int exitCode) {}

    /**
     * @param dump where the dump before the run lies, or null
     */
    StepRun(Operation operation, Step step, CompiledMigration migration, CallOptions options, String dump) {
        super(operation, step.name(), step.direction(), migration.transactional(step.direction()), options);
        this.step = step;
        this.migration = migration;
        this.dump = dump;
        this.up = step.direction() == Direction.UP;
        this.start = newStart();
        this.backfills = new StepBackfills(operation, step.name(), start, step.entry());
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
                operation().runId(),
                operation().lease().token(),
                operation().lease().serverTime(),
                operation().by(),
                session() != null,
                session() == null ? null : session().getServerSession().getIdentifier(),
                up ? source : null,
                interrupted ? Attempt.interrupted(entry) : null,
                up && !again() && entry != null && !startsAnew(entry.state()));
    }

    /** Whether a backfill has no place to go on from, whatever the record still has of one. */
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
                        step.entry().key(),
                        State.ROLLED_BACK,
                        operation().lease().token(),
                        operation().runId())
                : Precondition.of(step.entry());
    }

    /** What is recorded before the call. */
    Start start() {
        return start;
    }

    /** Calls {@code up()} or {@code down()}, once its start is recorded. */
    Result run() {
        CallResult result = call();
        return new Result(
                report(result.outcome(), result.error()),
                result.toRecord() ? end(result) : null,
                result.cause(),
                result.exitCode());
    }

    /** What is written where the step was started but never called. */
    End notStarted(String reason) {
        return end(neverCalled(reason));
    }

    private End end(CallResult result) {
        State outcome = State.valueOf(result.outcome().name());
        // What was to be rolled back is still applied if down() was never called.
        boolean untouched = outcome == State.ROLLBACK_FAILED && !invoked();
        return end(untouched ? State.APPLIED : outcome, outcome, result.error());
    }

    private End end(State state, State outcome, StepError error) {
        Attempt attempt = new Attempt(
                step.direction().word(),
                outcome.word(),
                operation().runId(),
                start.startedAt(),
                operation().lease().serverTime(),
                durationMs(),
                operation().by(),
                error,
                state == State.SKIPPED
                        ? new Attempt.Note("reason", skip().reason())
                        : dump == null ? null : new Attempt.Note("dump", dump));
        return new End(start.started(), state, attempt, output());
    }

    private State done() {
        return up ? State.APPLIED : State.ROLLED_BACK;
    }

    private Journal journal() {
        return operation().ledger().journal();
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
        operation().hooks().beforeMigration(step.name());
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
    BsonValue waitForMajority() {
        return journal().waitForMajority(start);
    }

    @Override
    void ensureOurs() {
        journal().ensureOurs(start);
    }

    @Override
    void endInTransaction(MongoDatabase database) {
        new Journal(database, operation().settings().migrationsCollection()).end(end(done(), done(), null), session());
    }

    @Override
    boolean isCommitted() {
        return journal().isCommitted(start, done());
    }

    @Override
    void note(StepError error) {
        journal().note(start, error);
    }
}
