package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.model.Updates;

import migopy.MigopyException;
import migopy.Migration;
import migopy.Transaction;
import migopy.console.Direction;
import migopy.console.Outcome;
import migopy.console.StepError;
import migopy.console.StepReport;
import migopy.files.CompiledMigration;
import migopy.journal.Attempt;
import migopy.journal.Begin;
import migopy.journal.End;
import migopy.journal.Expected;
import migopy.journal.Journal;
import migopy.journal.JournalEntry;
import migopy.journal.State;
import migopy.plan.Step;

import org.bson.Document;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One step of a run: what is written before it, the call, and what is to be written after it. */
final class StepRun implements AutoCloseable {
    private final Operation operation;
    private final Step step;
    private final CompiledMigration migration;
    private final Manner manner;
    private final boolean up;
    private final ClientSession session;
    private final Begin begin;
    private final StepBackfills backfills;
    private long startedNanos;

    /**
     * How a step ended.
     *
     * @param end what the journal is to be told; null where it knows already, or must not be told
     * @param error why the run cannot go on, where the step's report does not say it
     * @param exitCode what the run's exit code is if it ends here; 0 if it goes on
     */
    record Result(StepReport report, End end, MigopyException error, int exitCode) {}

    /**
     * How the steps of a run are called.
     *
     * @param timeout how long one may take, or null
     * @param dump where the dump before the run lies, or null
     * @param output keeps what they print
     * @param thread calls them
     */
    record Manner(Duration timeout, String dump, OutputCapture output, MigrationThread thread) {}

    StepRun(Operation operation, Step step, CompiledMigration migration, Manner manner) {
        this.operation = operation;
        this.step = step;
        this.migration = migration;
        this.manner = manner;
        this.up = step.direction() == Direction.UP;
        boolean transactional = migration.transactional(step.direction());
        this.session = transactional ? operation.connection().client().startSession() : null;
        this.begin = begin(transactional);
        this.backfills = new StepBackfills(operation, step.name(), begin, step.entry());
    }

    private Begin begin(boolean transactional) {
        JournalEntry entry = step.entry();
        Begin.Source source =
                new Begin.Source(
                        migration.source().file().fileName(),
                        migration.source().file().number(),
                        migration.source().checksum(),
                        migration.source().text(),
                        migration.reversible(),
                        migration.resumable());
        boolean interrupted = !again() && entry != null && entry.state().underWay();
        return new Begin(
                expected(),
                up ? State.RUNNING : State.ROLLING_BACK,
                operation.runId(),
                operation.lease().token(),
                operation.lease().serverTime(),
                operation.by(),
                transactional,
                session == null ? null : session.getServerSession().getIdentifier(),
                up ? source : null,
                interrupted ? Attempt.interrupted(entry) : null,
                up && !again() && entry != null && entry.state() != State.ROLLED_BACK);
    }

    private boolean again() {
        return step instanceof Step.Execute execute && execute.again();
    }

    private Expected expected() {
        if (step.entry() == null) {
            return Expected.absent(step.name());
        }
        return again()
                ? new Expected(step.entry().key(), State.ROLLED_BACK, operation.lease().token())
                : Expected.of(step.entry());
    }

    /** What is recorded before the call. */
    Begin begin() {
        return begin;
    }

    /**
     * Calls {@code up()} or {@code down()}. The begin is recorded, and the lease was looked at
     * after that.
     */
    @SuppressWarnings("try") // bound is closed, and needs no other use
    Result call() {
        startedNanos = System.nanoTime();
        manner.output().begin();
        var binding =
                new Migration.Binding(
                        operation.connection().client(),
                        operation.connection().database(),
                        System.out::println,
                        backfills::of);
        Call call = new Call(operation, manner.thread(), backfills::underWay);
        try (Migration.Unbind bound = Migration.bind(binding)) {
            return result(call.run(this::body, manner.timeout()));
        }
    }

    private void body() throws Throwable {
        operation.hooks().beforeMigration(step.name());
        if (session == null) {
            migration.call(step.direction(), operation.connection().database(), null);
            return;
        }
        Journal inTransaction =
                new Journal(
                        operation.connection().transactionDatabase(),
                        operation.settings().migrationsCollection());
        new Transaction(session, this::ensureOurs)
                .run(
                        () -> {
                            migration.call(
                                    step.direction(), operation.connection().database(), session);
                            operation.lease().ensureHeld();
                            inTransaction.end(end(done(), null), session);
                        });
    }

    private void ensureOurs() {
        operation.lease().ensureHeld();
        if (!operation.ledger().journal().isOurs(begin)) {
            throw MigopyException.unknown(
                    "Another run has taken %s over".formatted(step.name()),
                    "See what is true: " + MigopyException.COMMAND + " status");
        }
    }

    private Result result(Ending ending) {
        if (ending instanceof Ending.Returned) {
            return done(0);
        }
        if (session != null && isCommitted()) {
            return done(ending instanceof Ending.Stopped one ? one.signal().exitCode() : 0);
        }
        if (ending instanceof Ending.Threw threw) {
            return thrown(threw.thrown());
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
                        migration::framesOf,
                        operation.settings().redactor()),
                1);
    }

    /**
     * A commit's answer may be lost, or come too late, while the commit is not: the record then
     * says so.
     */
    private boolean isCommitted() {
        try {
            return operation.ledger().journal().isCommitted(begin, done());
        } catch (MongoException e) {
            operation.console().notice(Failure.NOT_ASKED + e.getMessage());
            return false;
        }
    }

    private State done() {
        return up ? State.APPLIED : State.ROLLED_BACK;
    }

    private Result done(int exitCode) {
        StepReport report = report(up ? Outcome.APPLIED : Outcome.ROLLED_BACK, null);
        // A transactional one is recorded already, in its own transaction.
        return new Result(report, session == null ? end(done(), null) : null, null, exitCode);
    }

    private Result failed(StepError error, int exitCode) {
        StepReport report = report(up ? Outcome.FAILED : Outcome.ROLLBACK_FAILED, error);
        End end = end(up ? State.FAILED : State.ROLLBACK_FAILED, error);
        return new Result(report, end, null, exitCode);
    }

    private Result thrown(Throwable thrown) {
        MigopyException overtaken = Failure.overtaken(thrown);
        if (overtaken != null) {
            return new Result(
                    report(Outcome.UNKNOWN, null), null, overtaken, overtaken.kind().exitCode());
        }
        return failed(Failure.of(thrown, migration, operation.settings().redactor()), 1);
    }

    private Result stopped(Ending.Stopped stopped) {
        int exitCode = stopped.signal().exitCode();
        List<String> frames =
                stopped.thrown() == null
                        ? List.of()
                        : Failure.redacted(
                                migration.framesOf(stopped.thrown()),
                                operation.settings().redactor());
        StepError error =
                new StepError(
                        JournalEntry.INTERRUPTED, "stopped by " + stopped.signal().name(), frames);
        if (stopped.over()) {
            return failed(error, exitCode);
        }
        // Nobody knows how far it comes: it stays running in the journal, with the reason noted.
        Document noted =
                new Document("type", error.type())
                        .append("message", error.message())
                        .append("frames", error.frames());
        try {
            operation.ledger().journal().note(begin.begun(), Updates.set("error", noted));
        } catch (MongoException e) {
            operation.console().notice("Why it stopped could not be noted: " + e.getMessage());
        }
        return new Result(report(Outcome.INTERRUPTED, error), null, null, exitCode);
    }

    private Result timedOut(boolean over) {
        Duration timeout = manner.timeout();
        String message = "took longer than " + shown(timeout);
        String still = over ? "" : "; its thread %s still runs".formatted(MigrationThread.NAME);
        return failed(new StepError(JournalEntry.TIMEOUT, message + still, List.of()), 1);
    }

    private static String shown(Duration timeout) {
        return timeout.toMillis() % 1000 == 0
                ? timeout.toSeconds() + " s"
                : timeout.toMillis() + " ms";
    }

    private StepReport report(Outcome outcome, StepError error) {
        return new StepReport(step.name(), step.direction(), outcome, elapsed(), error);
    }

    private long elapsed() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    /**
     * What is written where the step was begun but never called, because the run had to end before.
     */
    End neverCalled(String reason) {
        startedNanos = System.nanoTime();
        StepError error = new StepError("not_started", reason, List.of());
        return end(up ? State.FAILED : State.ROLLBACK_FAILED, error);
    }

    private End end(State state, StepError error) {
        Instant finishedAt = operation.lease().serverTime();
        String dump = manner.dump();
        Attempt attempt =
                new Attempt(
                        step.direction().word(),
                        state.word(),
                        operation.runId(),
                        begin.startedAt(),
                        finishedAt,
                        elapsed(),
                        operation.by(),
                        error,
                        dump == null ? null : new Attempt.Note("dump", dump));
        return new End(begin.begun(), state, attempt, manner.output().text());
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
