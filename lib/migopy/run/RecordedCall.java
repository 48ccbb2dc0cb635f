package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.Migration;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.Transaction;
import migopy.console.Wording;
import migopy.files.MigrationSource.Credentials;
import migopy.journal.Entry.JournalEntry;
import migopy.mongo.InDoubt;
import migopy.observe.CommandWatch;
import migopy.observe.Observation;
import migopy.observe.UncaughtExceptions;
import migopy.settings.Redactor;
import org.bson.BsonValue;

/**
 * A call of the user's code that has a record: a migration's step or an ad-hoc fix. The subclass
 * knows the record and the code; the transaction around the call, and what its end means, are here.
 */
abstract class RecordedCall implements AutoCloseable {
    private final Operation operation;
    private final String name;
    private final Direction direction;
    private final CallOptions options;
    private final ClientSession session;
    private final Observation observation = new Observation();
    private CallHandles handles;
    private Migration.Unbind bound;
    private Skip skip;
    private long startedNanos = System.nanoTime();
    private volatile long durationMs;
    private volatile boolean invoked;

    /**
     * How the code is called.
     *
     * @param timeout how long a call may take, or null
     * @param output keeps what is printed
     * @param thread makes the call
     */
    record CallOptions(Duration timeout, OutputCapture output, MigrationThread thread) {}

    /** Where {@code transactional}, the code is called in a transaction. */
    RecordedCall(Operation operation, String name, Direction direction, boolean transactional, CallOptions options) {
        this.operation = operation;
        this.name = name;
        this.direction = direction;
        this.options = options;
        this.session = transactional ? operation.connection().client().startSession() : null;
    }

    /** The backfills of the call. */
    abstract StepBackfills backfills();

    /** How much of what the code is handed has to be a proxy. */
    abstract CallHandles.Proxies proxies();

    /** Why {@code skip()} cannot end this code, or null. */
    abstract String cannotSkip();

    /** Runs once before the code is called, outside of its transaction. */
    abstract void beforeCall() throws Exception;

    /**
     * Calls the code.
     *
     * @throws Throwable what the code throws
     */
    abstract void invoke(CallHandles handles) throws Throwable;

    /** What settles the record once the data was checked, where its outcome is unknown. */
    abstract String settledBy();

    /** The text of the user's code. */
    abstract String source();

    /** Whether the next run calls it again by itself, however far it got. */
    boolean resumable() {
        return false;
    }

    /** The lines of the user's code that led to what was thrown. */
    abstract List<String> framesOf(Throwable thrown);

    /**
     * Whether a thread is that of the call, or was started by it.
     *
     * @param thread null where it is not known
     */
    abstract boolean started(Thread thread, List<StackTraceElement> stack);

    /**
     * Makes sure that the record is still as this run started it.
     *
     * @throws MigopyException unknown, if it is not
     */
    abstract void ensureOurs();

    /**
     * Records success in the transaction of the call itself: both are committed, or neither.
     *
     * @param database for use in a transaction
     */
    abstract void endInTransaction(MongoDatabase database);

    /** Whether the record says that the transaction of the call was committed. */
    abstract boolean isCommitted();

    /**
     * Waits until all that was written so far is on the majority.
     *
     * @return the id of the election that made this server the primary
     */
    abstract BsonValue waitForMajority();

    /** Notes in a record that stays running why the call was stopped. */
    abstract void note(StepError error);

    Operation operation() {
        return operation;
    }

    /** The session of a transactional call, else null. */
    ClientSession session() {
        return session;
    }

    /** Whether and why the call was skipped. */
    Skip skip() {
        return skip;
    }

    /** The last of what the call printed. */
    String output() {
        return options.output().text();
    }

    /** Makes ready what the call needs, so that what may fail of it fails before the call. */
    void prepare() {
        options.output().begin();
        skip = new Skip(observation, operation.settings().redactor(), cannotSkip());
        handles = new CallHandles(operation.connection(), session, observation, proxies());
        bound = Migration.bind(handles.binding(operation.settings().home(), backfills(), skip));
    }

    /** Calls the code. Its start is recorded, and the lease was checked after that. */
    CallResult call() {
        startedNanos = System.nanoTime();
        CallResult result = called();
        if (!result.committed()) {
            measure();
        }
        return result;
    }

    @SuppressWarnings("try") // what is closed needs no other use
    private CallResult called() {
        Call call = new Call(operation, options.thread(), backfills()::running);
        try (CommandWatch.Unwatch watched = operation.connection().watch(observation);
                UncaughtExceptions uncaught = UncaughtExceptions.of(observation)) {
            return result(call.run(this::body, options.timeout()));
        } catch (RuntimeException | Error e) {
            // Not the user's code: that runs in another thread. The call was made, so its record
            // stays as it is.
            MigopyException unknown = new MigopyException(
                    MigopyException.Kind.UNKNOWN,
                    "How %s ended is unknown: %s".formatted(name, Failure.text(e)),
                    "See what is recorded: " + MigopyException.COMMAND + " status",
                    e);
            return new CallResult(
                    Outcome.UNKNOWN, null, false, unknown, unknown.kind().exitCode());
        } finally {
            unbind();
            if (observation.hasDrops()) {
                operation.lease().doubt();
            }
        }
    }

    private void unbind() {
        if (bound != null) {
            bound.close();
            bound = null;
        }
    }

    private void body() throws Throwable {
        beforeCall();
        if (session == null) {
            observe();
            return;
        }
        new Transaction(session, observation, operation.connection().client(), this::ensureStillOurs).run(() -> {
            observe();
            MongoException lost = InDoubt.lost(observation.unanswered());
            if (lost != null) {
                throw lost; // of a write outside of the transaction
            }
            operation.lease().ensureHeld();
            measure();
            endInTransaction(operation.connection().transactionDatabase());
        });
    }

    private void observe() throws Throwable {
        invoked = true;
        observation.run(() -> skip.noticing(() -> invoke(handles)));
    }

    /** Whether the user's code was called. */
    boolean invoked() {
        return invoked;
    }

    private void ensureStillOurs() {
        operation.lease().ensureHeld();
        ensureOurs();
    }

    private CallResult result(Ending ending) {
        if (ending instanceof Ending.Returned) {
            return session == null ? returned() : done(0);
        }
        if (session != null && committed()) {
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
        return exited(((Ending.Exited) ending).exit());
    }

    /** Without a transaction, which would have seen to both of these before its commit. */
    private CallResult returned() {
        Throwable fault = observation.fault(); // of a thread, since then
        Throwable hidden = fault != null ? fault : InDoubt.lost(observation.unanswered());
        if (hidden != null) {
            return thrown(hidden);
        }
        try {
            if (observation.hasWeakWrites()) {
                new WeakWrites(operation, observation, settledBy()).waitForMajority(name, this::waitForMajority);
            }
            return done(0);
        } catch (MigopyException e) {
            return thrown(e);
        }
    }

    /**
     * A commit's answer may be lost, or come too late, while the commit is not: the record then
     * says so.
     */
    private boolean committed() {
        try {
            return isCommitted();
        } catch (MongoException e) {
            operation.console().notice(Failure.NOT_ASKED + e.getMessage());
            return false;
        }
    }

    private CallResult done(int exitCode) {
        Outcome outcome = direction == Direction.DOWN ? Outcome.ROLLED_BACK : Outcome.APPLIED;
        return new CallResult(outcome, null, session == null, null, exitCode);
    }

    private CallResult failed(StepError error, int exitCode) {
        if (direction != Direction.DOWN) {
            return new CallResult(Outcome.FAILED, error, true, null, exitCode);
        }
        StepError shown = invoked ? error : notStarted(error);
        return new CallResult(Outcome.ROLLBACK_FAILED, shown, true, null, exitCode);
    }

    private StepError notStarted(StepError error) {
        String hint = "down() was not called, so it is still applied. Fix the cause, then run: "
                + Wording.command("rollback", name);
        return new StepError(StepError.NOT_STARTED, error.message(), error.frames(), error.causes(), hint);
    }

    private CallResult thrown(Throwable thrown) {
        if (skip.ended(thrown)) {
            return new CallResult(Outcome.SKIPPED, null, true, null, 0);
        }
        Failure failure = failure(thrown);
        MigopyException overtaken = failure.overtaken();
        if (overtaken != null) {
            return new CallResult(
                    Outcome.UNKNOWN, null, false, overtaken, overtaken.kind().exitCode());
        }
        if (!failure.inDoubt()) {
            return failed(failure.error(), 1);
        }
        operation.endOwnOperations(); // they may still be running, and hold up whatever follows
        if (session == null) {
            return interrupted(failure.error(), MigopyException.Kind.UNKNOWN.exitCode());
        }
        // Nothing is left of the transaction: that is a failure like any other.
        StepError was = failure.error();
        String type = thrown.getClass().getName();
        return failed(new StepError(type, was.message(), was.frames(), was.causes(), null), 1);
    }

    /** The run's secrets, and what looks like one in the code. */
    private Redactor redactor() {
        return operation.settings().redactor().and(Credentials.in(source()));
    }

    private Failure failure(Throwable thrown) {
        Redactor redactor = redactor();
        operation.context().trace(thrown, redactor);
        return Failure.of(thrown, observation.unanswered(), this::framesOf, redactor);
    }

    private CallResult stopped(Ending.Stopped stopped) {
        int exitCode = stopped.signal().exitCode();
        List<String> frames = stopped.thrown() == null
                ? List.of()
                : failure(stopped.thrown()).error().frames();
        StepError error = new StepError(
                JournalEntry.INTERRUPTED,
                "stopped by " + stopped.signal().name(),
                frames,
                List.of(),
                resumable() ? "It is @Resumable. Run it again: {migopy} execute" : null);
        return stopped.over() ? failed(error, exitCode) : interrupted(error, exitCode);
    }

    private CallResult exited(Stop.Exited exit) {
        operation.endOwnOperations(); // the process ends, and would leave them running
        StepError error = Failure.exit(exit.stack(), this::framesOf, redactor());
        if (started(exit.thread(), exit.stack())) {
            return failed(error, 1);
        }
        String thread = exit.thread() == null ? "unknown" : exit.thread().getName();
        String message = "System.exit was called by a thread that it did not start: " + thread;
        return interrupted(
                new StepError(JournalEntry.INTERRUPTED, message, error.frames()),
                MigopyException.Kind.UNKNOWN.exitCode());
    }

    /** How far the call got is unknown: its record stays running, with the reason noted. */
    private CallResult interrupted(StepError error, int exitCode) {
        try {
            note(error);
        } catch (MigopyException e) {
            operation.console().notice(e.getMessage());
        }
        return new CallResult(Outcome.INTERRUPTED, error, false, null, exitCode);
    }

    private CallResult timedOut(boolean over) {
        String message = "took longer than " + shown(options.timeout());
        String still = over ? "" : "; its thread %s still runs".formatted(MigrationThread.NAME);
        return failed(new StepError(JournalEntry.TIMEOUT, message + still, List.of()), 1);
    }

    private static String shown(Duration timeout) {
        return timeout.toMillis() % 1000 == 0 ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms";
    }

    /** How a step was started but never called, because the run had to end before. */
    CallResult neverCalled(String reason) {
        measure();
        return failed(new StepError(StepError.NOT_STARTED, reason, List.of()), 0);
    }

    /** The report of a call that ended so. */
    StepReport report(Outcome outcome, StepError error) {
        String reason = outcome == Outcome.SKIPPED ? skip.reason() : null;
        return new StepReport(name, direction, outcome, durationMs, error, reason);
    }

    /** Before the end of a transaction is recorded: record and report then say the same. */
    private void measure() {
        durationMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    /** How long the call took. */
    long durationMs() {
        return durationMs;
    }

    @Override
    public void close() {
        unbind();
        try {
            if (session != null) {
                session.close();
            }
        } catch (RuntimeException e) {
            operation.console().notice("The session could not be closed: " + e.getMessage());
        }
    }
}
