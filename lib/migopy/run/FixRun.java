package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;

import migopy.MigopyException;
import migopy.Migration;
import migopy.Transaction;
import migopy.backfill.Backfill;
import migopy.console.Direction;
import migopy.console.Event;
import migopy.console.FixAnswer;
import migopy.console.Outcome;
import migopy.console.StepError;
import migopy.console.StepReport;
import migopy.journal.Fixes;
import migopy.journal.JournalEntry;
import migopy.journal.State;
import migopy.mongo.InSession;

import org.bson.BsonDocument;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One fix that holds the lock: what is written before it, the call, and what is written after. */
final class FixRun implements AutoCloseable {
    private final Operation operation;
    private final Fix fix;
    private final FixOptions options;
    private final OutputCapture output;
    private final ClientSession session;
    private final Fixes fixes;
    private final Fixes.Begun begun;
    private final StepBackfills backfills;
    private long startedNanos;

    /** How it ended, and whether its record says so already, or must not. */
    private record Result(Outcome outcome, StepError error, boolean settle, int exitCode) {}

    FixRun(Operation operation, Fix fix, FixOptions options, OutputCapture output) {
        this.operation = operation;
        this.fix = fix;
        this.options = options;
        this.output = output;
        this.fixes = operation.ledger().fixes();
        boolean transactional = fix.transactional() || options.transaction();
        this.session = transactional ? operation.connection().client().startSession() : null;
        var redactor = operation.settings().redactor();
        Fixes.Code code = fix.code();
        this.begun =
                new Fixes.Begun(
                        operation.runId(),
                        new Fixes.Code(
                                code.kind(),
                                redactor.redact(code.file()),
                                redactor.redact(code.source()),
                                code.checksum()),
                        redactor.redact(options.reason()),
                        operation.lease().token(),
                        operation.by(),
                        operation.lease().serverTime(),
                        session == null ? null : session.getServerSession().getIdentifier());
        this.backfills =
                new StepBackfills(
                        operation,
                        fix.name(),
                        begun.expected(),
                        new BsonDocument(),
                        Ledger.fixesCollection(operation.settings()));
    }

    /** Records it as running, calls it, and records how it ended. */
    FixAnswer run() {
        operation.lease().ensureHeld();
        fixes.begin(begun);
        startedNanos = System.nanoTime();
        try {
            operation.lease().ensureHeld(); // the begin may have taken as long as a lease does
            operation.console().event(new Event.StepStarted(fix.name(), Direction.UP));
            Result result = call();
            if (result.settle()) {
                fixes.settle(begun, settled(result.outcome(), result.error()));
            }
            return answer(result.outcome(), result.error(), result.exitCode(), null);
        } catch (MigopyException e) {
            return answer(Outcome.UNKNOWN, null, e.kind().exitCode(), e);
        }
    }

    @SuppressWarnings("try") // bound is closed, and needs no other use
    private Result call() {
        output.begin();
        try (MigrationThread thread = new MigrationThread();
                Migration.Unbind bound = Migration.bind(binding())) {
            Call call = new Call(operation, thread, backfills::underWay);
            return result(call.run(this::body, options.timeout()));
        }
    }

    /** In a transaction, {@code db()} leads into it as well. */
    private Migration.Binding binding() {
        MongoClient client = operation.connection().client();
        MongoDatabase database = operation.connection().database();
        if (session == null) {
            return new Migration.Binding(client, database, System.out::println, backfills::of);
        }
        return new Migration.Binding(
                InSession.of(client, session),
                InSession.of(database, session),
                System.out::println,
                FixRun::noBackfill);
    }

    private static Backfill noBackfill(String collection) {
        throw MigopyException.refused(
                "A backfill of %s makes transactions of its own".formatted(collection),
                "Run it without a transaction");
    }

    private void body() throws Throwable {
        if (session == null) {
            fix.call(operation.connection().database(), null);
            return;
        }
        Fixes inTransaction =
                new Fixes(
                        operation.connection().transactionDatabase(),
                        Ledger.fixesCollection(operation.settings()));
        new Transaction(session, this::ensureOurs)
                .run(
                        () -> {
                            // A method that takes a session passes it on by itself.
                            fix.call(
                                    fix.transactional()
                                            ? operation.connection().database()
                                            : Migration.db(),
                                    session);
                            operation.lease().ensureHeld();
                            inTransaction.settle(begun, settled(Outcome.APPLIED, null), session);
                        });
    }

    private void ensureOurs() {
        operation.lease().ensureHeld();
        if (!fixes.isOurs(begun)) {
            throw MigopyException.unknown(
                    "Another run has taken over while %s was under way".formatted(fix.name()),
                    "See what is true: " + MigopyException.COMMAND + " history --fixes");
        }
    }

    private Result result(Ending ending) {
        if (ending instanceof Ending.Returned) {
            return new Result(Outcome.APPLIED, null, session == null, 0);
        }
        if (session != null && isCommitted()) {
            int exitCode =
                    ending instanceof Ending.Stopped stopped ? stopped.signal().exitCode() : 0;
            return new Result(Outcome.APPLIED, null, false, exitCode);
        }
        if (ending instanceof Ending.Threw threw) {
            MigopyException overtaken = Failure.overtaken(threw.thrown());
            if (overtaken != null) {
                throw overtaken;
            }
            return failed(
                    Failure.of(
                            threw.thrown(),
                            fix.framesOf(threw.thrown()),
                            operation.settings().redactor()));
        }
        if (ending instanceof Ending.Stopped stopped) {
            return stopped(stopped);
        }
        if (ending instanceof Ending.TimedOut timedOut) {
            return timedOut(timedOut.over());
        }
        return failed(
                Failure.exit(
                        ((Ending.Exited) ending).stack(),
                        fix::framesOf,
                        operation.settings().redactor()));
    }

    /** As {@link StepRun} looks: the commit's answer may be lost while the commit is not. */
    private boolean isCommitted() {
        try {
            return fixes.isCommitted(begun);
        } catch (MongoException e) {
            operation.console().notice(Failure.NOT_ASKED + e.getMessage());
            return false;
        }
    }

    private static Result failed(StepError error) {
        return new Result(Outcome.FAILED, error, true, MigopyException.Kind.FAILED.exitCode());
    }

    private Result stopped(Ending.Stopped stopped) {
        int exitCode = stopped.signal().exitCode();
        List<String> frames =
                stopped.thrown() == null
                        ? List.of()
                        : Failure.redacted(
                                fix.framesOf(stopped.thrown()), operation.settings().redactor());
        StepError error =
                new StepError(
                        JournalEntry.INTERRUPTED, "stopped by " + stopped.signal().name(), frames);
        if (stopped.over()) {
            return new Result(Outcome.FAILED, error, true, exitCode);
        }
        // Nobody knows how far it comes: its record stays running, with the reason noted.
        try {
            fixes.note(begun, error);
        } catch (MongoException e) {
            operation.console().notice("Why it stopped could not be noted: " + e.getMessage());
        }
        return new Result(Outcome.INTERRUPTED, error, false, exitCode);
    }

    private Result timedOut(boolean over) {
        Duration timeout = options.timeout();
        String still = over ? "" : "; its thread %s still runs".formatted(MigrationThread.NAME);
        String message = "took longer than %d ms".formatted(timeout.toMillis());
        return failed(new StepError(JournalEntry.TIMEOUT, message + still, List.of()));
    }

    private Fixes.Settled settled(Outcome outcome, StepError error) {
        return new Fixes.Settled(
                outcome == Outcome.APPLIED ? State.APPLIED : State.FAILED,
                null,
                operation.lease().serverTime(),
                elapsed(),
                error,
                output.text());
    }

    private FixAnswer answer(
            Outcome outcome, StepError error, int exitCode, MigopyException unknown) {
        long durationMs = elapsed();
        operation
                .console()
                .event(
                        new Event.StepEnded(
                                new StepReport(
                                        fix.name(), Direction.UP, outcome, durationMs, error)));
        return new FixAnswer(
                operation.runId(), fix.name(), outcome, durationMs, error, exitCode, unknown);
    }

    private long elapsed() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
