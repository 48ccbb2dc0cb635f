package migopy.run;

import com.mongodb.client.MongoDatabase;
import java.util.List;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.console.Event;
import migopy.console.Wording;
import migopy.journal.Fixes;
import migopy.journal.State;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** One fix that holds the lock: what is written before it, the call, and what is written after. */
final class FixRun extends RecordedCall {
    private final Fix fix;
    private final Fixes fixes;
    private final Fixes.FixStart start;
    private final StepBackfills backfills;

    FixRun(Operation operation, Fix fix, FixOptions options, CallOptions callOptions) {
        super(operation, fix.name(), Direction.UP, fix.transactional() || options.transaction(), callOptions);
        this.fix = fix;
        this.fixes = operation.ledger().fixes();
        var redactor = operation.settings().redactor();
        Fixes.Code code = fix.code();
        this.start = new Fixes.FixStart(
                operation.runId(),
                new Fixes.Code(
                        code.kind(), redactor.redact(code.file()), redactor.redact(code.source()), code.checksum()),
                redactor.redact(options.reason()),
                operation.lease().token(),
                operation.by(),
                operation.lease().serverTime(),
                session() == null ? null : session().getServerSession().getIdentifier());
        this.backfills = new StepBackfills(
                operation,
                fix.name(),
                start.expected(),
                fix.code().checksum(),
                new BsonDocument(),
                Ledger.fixesCollection(operation.settings()));
    }

    /** Records it as running, calls it, and records how it ended. */
    FixAnswer run() {
        operation().lease().ensureHeld();
        fixes.start(start);
        try {
            prepareOrSettle();
            operation().console().event(new Event.StepStarted(fix.name(), Direction.UP));
            CallResult result = call();
            if (result.toRecord()) {
                fixes.end(start, settled(result.outcome(), result.error()));
            }
            return answer(result.outcome(), result.error(), result.exitCode(), result.cause());
        } catch (MigopyException e) {
            return answer(Outcome.UNKNOWN, null, e.kind().exitCode(), e);
        }
    }

    private void prepareOrSettle() {
        try {
            operation().lease().ensureHeld(); // recording the start may have taken as long as a lease does
            prepare();
        } catch (RuntimeException | Error e) {
            MigopyException cause = Failure.ofRun(e);
            CallResult never = neverCalled(cause.getMessage());
            try {
                fixes.end(start, settled(never.outcome(), never.error()));
            } catch (MigopyException unrecorded) {
                cause.addSuppressed(unrecorded); // it stays running, for a manual decision
            }
            throw cause;
        }
    }

    private Fixes.FixEnd settled(Outcome outcome, StepError error) {
        return new Fixes.FixEnd(
                State.valueOf(outcome.name()), null, operation().lease().serverTime(), durationMs(), error, output());
    }

    private FixAnswer answer(Outcome outcome, StepError error, int exitCode, MigopyException unknown) {
        StepReport report = report(outcome, error);
        operation().console().event(new Event.StepEnded(report));
        return new FixAnswer(operation().runId(), fix.name(), outcome, report.durationMs(), error, exitCode, unknown);
    }

    @Override
    StepBackfills backfills() {
        return backfills;
    }

    /** In a transaction, {@code db()} leads into it; a method that takes a session passes it on. */
    @Override
    CallHandles.Proxies proxies() {
        return session() != null && !fix.transactional() ? CallHandles.Proxies.IN_SESSION : CallHandles.Proxies.ALL;
    }

    @Override
    String cannotSkip() {
        return "A fix is not asked again, so it cannot be skipped";
    }

    @Override
    void beforeCall() {
        // The hooks are those of migrations.
    }

    @Override
    void invoke(CallHandles handles) throws Throwable {
        fix.call(handles.database(), handles.session());
    }

    @Override
    String settledBy() {
        return "Check the data: run the fix again only if its writes are missing. See its record: "
                + Wording.command("history", operation().runId());
    }

    @Override
    String source() {
        return fix.code().source();
    }

    @Override
    List<String> framesOf(Throwable thrown) {
        return fix.framesOf(thrown);
    }

    @Override
    boolean started(Thread thread, List<StackTraceElement> stack) {
        return true; // nothing else was called before it
    }

    @Override
    BsonValue waitForMajority() {
        return fixes.waitForMajority(start);
    }

    @Override
    void ensureOurs() {
        fixes.ensureOurs(start);
    }

    @Override
    void endInTransaction(MongoDatabase database) {
        new Fixes(database, Ledger.fixesCollection(operation().settings()))
                .end(start, settled(Outcome.APPLIED, null), session());
    }

    @Override
    boolean isCommitted() {
        return fixes.isCommitted(start);
    }

    @Override
    void note(StepError error) {
        fixes.note(start, error);
    }
}
