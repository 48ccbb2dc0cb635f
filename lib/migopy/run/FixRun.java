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
import migopy.journal.Journal.OpenRecord;
import migopy.journal.State;
import migopy.run.FixRunner.Fix;
import migopy.run.FixRunner.FixAnswer;
import migopy.run.FixRunner.FixOptions;
import migopy.run.RecordedCall.Conclusion;
import org.bson.BsonDocument;

/** One fix: what is recorded before the call, the call, and what is recorded after it. */
final class FixRun extends RecordedCall {
    private final Fix fix;
    private final Fixes fixes;
    private final Fixes.FixStart start;
    private final StepBackfills backfills;

    FixRun(LockedRun locked, Fix fix, FixOptions options, CallOptions callOptions) {
        super(locked, fix.name(), Direction.UP, fix.transactional() || options.transaction(), callOptions);
        this.fix = fix;
        this.fixes = locked.ledger().fixes();
        var redactor = locked.settings().redactor();
        Fixes.Code code = fix.code();
        this.start = new Fixes.FixStart(
                locked.runId(),
                new Fixes.Code(
                        code.kind(), redactor.redact(code.file()), redactor.redact(code.source()), code.checksum()),
                redactor.redact(options.reason()),
                locked.lease().token(),
                locked.by(),
                locked.lease().serverTime(),
                session() == null ? null : session().getServerSession().getIdentifier());
        this.backfills = new StepBackfills(
                locked,
                fix.name(),
                start.expected(),
                fix.code().checksum(),
                new BsonDocument(),
                Ledger.fixesCollection(locked.settings()));
    }

    /** Records it as running, calls it, and records how it ended. */
    FixAnswer run() {
        locked().lease().ensureHeld();
        fixes.start(start);
        try {
            prepare();
            locked().console().event(new Event.StepStarted(fix.name(), Direction.UP));
            Conclusion result = call();
            if (result.toRecord()) {
                end(result);
            }
            return answer(result.outcome(), result.error(), result.exitCode(), result.cause());
        } catch (MigopyException e) {
            return answer(Outcome.UNKNOWN, null, e.kind().exitCode(), e);
        }
    }

    @Override
    void end(Conclusion result) {
        fixes.end(start, ended(result.outcome(), result.error()));
    }

    private Fixes.FixEnd ended(Outcome outcome, StepError error) {
        return new Fixes.FixEnd(
                State.valueOf(outcome.name()), null, locked().lease().serverTime(), durationMs(), error, output());
    }

    private FixAnswer answer(Outcome outcome, StepError error, int exitCode, MigopyException unknown) {
        StepReport report = report(outcome, error);
        locked().console().event(new Event.StepEnded(report));
        boolean undone = session() != null && outcome == Outcome.FAILED;
        return new FixAnswer(
                locked().runId(), fix.name(), outcome, report.durationMs(), error, undone, exitCode, unknown);
    }

    @Override
    StepBackfills backfills() {
        return backfills;
    }

    /** In a transaction, {@code db()} makes its calls in it, unless the fix takes the session itself. */
    @Override
    CallHandles.Proxies proxies() {
        return session() != null && !fix.transactional() ? CallHandles.Proxies.IN_SESSION : CallHandles.Proxies.ALL;
    }

    @Override
    String cannotSkip() {
        return "A fix is run once, so it cannot be skipped";
    }

    @Override
    void beforeCall() {
        // There are hooks for migrations only.
    }

    @Override
    void invoke(CallHandles handles) throws Throwable {
        fix.call(handles.database(), handles.session());
    }

    @Override
    String settledBy() {
        return "Check the data: run the fix again only if its writes are missing. See its record: "
                + Wording.command("history", locked().runId());
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
        return true; // no other code was called before it
    }

    @Override
    OpenRecord record() {
        return fixes.open(start);
    }

    @Override
    void endInTransaction(MongoDatabase database) {
        new Fixes(database, Ledger.fixesCollection(locked().settings()))
                .end(start, ended(Outcome.APPLIED, null), session());
    }
}
