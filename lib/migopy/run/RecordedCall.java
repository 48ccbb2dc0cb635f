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
import migopy.files.MigrationSource.Credentials;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Journal.OpenRecord;
import migopy.mongo.InDoubt;
import migopy.observe.CommandWatch;
import migopy.observe.Observation;
import migopy.observe.Observation.UncaughtExceptions;
import migopy.run.Call.CallResult;
import migopy.run.CallHandles.Skip;
import migopy.run.Shutdown.Stop;
import migopy.settings.Redactor;

/**
 * A call of the user's code that has a record: a step of a migration, or an ad-hoc fix. The subclass knows the record and
 * the code; this class makes the call, in a transaction if the code takes one, and draws the conclusion.
 */
abstract class RecordedCall implements AutoCloseable {
    private final LockedRun locked;
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

    /**
     * What a call has come to.
     *
     * @param error why it failed, or null
     * @param toRecord whether to end the record: not if a transaction has, or the call may still be running
     * @param cause why the run cannot continue, if {@code error} does not show it; else null
     * @param exitCode the run's exit code if it ends here; 0 if it continues
     */
    record Conclusion(Outcome outcome, StepError error, boolean toRecord, MigopyException cause, int exitCode) {
        private static Conclusion unknown(MigopyException cause) {
            return new Conclusion(
                    Outcome.UNKNOWN, null, false, cause, cause.kind().exitCode());
        }
    }

    /** A call in a transaction if {@code transactional}. */
    RecordedCall(LockedRun locked, String name, Direction direction, boolean transactional, CallOptions options) {
        this.locked = locked;
        this.name = name;
        this.direction = direction;
        this.options = options;
        this.session = transactional ? locked.connection().client().startSession() : null;
    }

    /** Returns the started record. */
    abstract OpenRecord record();

    /** Ends the record of a call that is not in a transaction, or was not made. */
    abstract void end(Conclusion conclusion);

    /** Ends the record in the transaction of the call itself: both are committed, or neither. */
    abstract void endInTransaction(MongoDatabase database);

    /** Returns the hint for a call whose outcome is unknown. */
    abstract String settledBy();

    /** Returns the backfills of the call. */
    abstract StepBackfills backfills();

    /** Returns how much of what the code is handed has to be a proxy. */
    abstract CallHandles.Proxies proxies();

    /** Returns why {@code skip()} cannot end this code, or null. */
    abstract String cannotSkip();

    /** Runs once before the code is called, outside of its transaction. */
    abstract void beforeCall() throws Exception;

    /** Calls the code, and throws what it throws. */
    abstract void invoke(CallHandles handles) throws Throwable;

    /** Returns the text of the user's code. */
    abstract String source();

    /** Returns the lines of the user's code that led to an exception. */
    abstract List<String> framesOf(Throwable thrown);

    /** Whether a thread, null if it is unknown, is that of the call or was started by it. */
    abstract boolean started(Thread thread, List<StackTraceElement> stack);

    /** Checks what the code did in its transaction, before the commit. */
    void verify() throws Throwable {}

    /** Whether the next run calls it again by itself, however far it got. */
    boolean resumable() {
        return false;
    }

    LockedRun locked() {
        return locked;
    }

    /** Returns the session of a transactional call, else null. */
    ClientSession session() {
        return session;
    }

    /** Returns whether and why the call was skipped. */
    Skip skip() {
        return skip;
    }

    /** Returns the last 64 kB that the call printed. */
    String output() {
        return options.output().text();
    }

    /** Whether the user's code was called. */
    boolean invoked() {
        return invoked;
    }

    /** Returns how long the call took. */
    long durationMs() {
        return durationMs;
    }

    /** Prepares what the call needs. If that fails, the record ends as not started. */
    void prepare() {
        try {
            locked.lease().ensureHeld(); // recording the start may have taken as long as a lease does
            options.output().restart();
            skip = new Skip(observation, locked.settings().redactor(), cannotSkip());
            handles = new CallHandles(locked.connection(), session, observation, proxies());
            bound = Migration.bind(handles.binding(locked.settings().home(), backfills(), skip));
        } catch (RuntimeException | Error e) {
            throw neverCalled(Failure.ofRun(e));
        }
    }

    /** Records that the call is not made although its start is recorded, and returns the cause. */
    MigopyException neverCalled(MigopyException cause) {
        measure();
        try {
            end(failed(new StepError(StepError.NOT_STARTED, cause.getMessage(), List.of()), 0));
        } catch (RuntimeException e) {
            cause.addSuppressed(e); // it stays interrupted, which needs a manual decision
        }
        return cause;
    }

    /** Calls the code. Its start is recorded, and the lease was checked after that. */
    @SuppressWarnings("try") // what is closed needs no other use
    Conclusion call() {
        startedNanos = System.nanoTime();
        Call call = new Call(locked, options.thread(), backfills()::running);
        try (CommandWatch.Unwatch watched = locked.connection().watch(observation);
                UncaughtExceptions uncaught = UncaughtExceptions.of(observation)) {
            return conclusion(call.run(this::body, options.timeout()));
        } catch (RuntimeException | Error e) {
            // Not of the user's code, which another thread has called: the record stays as it is.
            measure();
            return Conclusion.unknown(new MigopyException(
                    MigopyException.Kind.UNKNOWN,
                    "How %s ended is unknown: %s".formatted(name, Failure.text(e)),
                    settledBy(),
                    e));
        } finally {
            unbind();
            if (observation.hasDrops()) {
                locked.lease().doubt();
            }
        }
    }

    private void body() throws Throwable {
        observation.run(this::beforeCall);
        if (session == null) {
            observe();
            return;
        }
        Runnable beforeRetry = () -> {
            locked.lease().ensureHeld();
            record().ensureOurs();
        };
        new Transaction(session, observation, locked.connection().client(), beforeRetry).run(() -> {
            observe();
            MongoException lost = InDoubt.lost(observation.unanswered());
            if (lost != null) {
                throw lost; // of a write outside of the transaction
            }
            verify();
            locked.lease().ensureHeld();
            measure();
            endInTransaction(locked.connection().transactionDatabase());
        });
    }

    private void observe() throws Throwable {
        invoked = true;
        observation.run(() -> skip.noticing(() -> invoke(handles)));
    }

    /** Before the end of a transaction is recorded, too, so that record and report have the same duration. */
    private void measure() {
        durationMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    private Conclusion conclusion(CallResult result) {
        boolean returned = result instanceof CallResult.Returned;
        if (session != null && (returned || isCommitted())) {
            return done(
                    result instanceof CallResult.StoppedBySignal stopped
                            ? stopped.signal().exitCode()
                            : 0);
        }
        measure();
        if (returned) {
            return returned();
        }
        if (result instanceof CallResult.Threw threw) {
            return thrown(threw.thrown());
        }
        if (result instanceof CallResult.StoppedBySignal stopped) {
            return stopped(stopped);
        }
        if (result instanceof CallResult.TimedOut timedOut) {
            return timedOut(timedOut.ended());
        }
        return exited(((CallResult.ExitCalled) result).exit());
    }

    /** The answer to a commit may be lost or late although it was committed: the record then shows it. */
    private boolean isCommitted() {
        try {
            return record().isCommitted();
        } catch (MongoException e) {
            locked.console().notice(Failure.NOT_ASKED + e.getMessage());
            return false;
        }
    }

    /** Without a transaction, which checks both of these before its commit. */
    private Conclusion returned() {
        Throwable fault = observation.fault(); // of a thread, since up() returned
        Throwable hidden = fault != null ? fault : InDoubt.lost(observation.unanswered());
        if (hidden != null) {
            return thrown(hidden);
        }
        try {
            if (observation.hasWeakWrites()) {
                new WeakWrites(locked, observation, name, settledBy()).waitForMajority(record());
            }
            return done(0);
        } catch (MigopyException e) {
            return thrown(e);
        }
    }

    private Conclusion done(int exitCode) {
        Outcome outcome = direction == Direction.DOWN ? Outcome.ROLLED_BACK : Outcome.APPLIED;
        return new Conclusion(outcome, null, session == null, null, exitCode);
    }

    private Conclusion failed(StepError error, int exitCode) {
        if (direction != Direction.DOWN) {
            return new Conclusion(Outcome.FAILED, invoked ? error : Failure.ofHook(error, name), true, null, exitCode);
        }
        StepError shown = invoked && session == null ? error : Failure.stillApplied(error, invoked, name);
        return new Conclusion(Outcome.ROLLBACK_FAILED, shown, true, null, exitCode);
    }

    private Conclusion thrown(Throwable thrown) {
        if (skip.ended(thrown)) {
            return new Conclusion(Outcome.SKIPPED, null, true, null, 0);
        }
        Failure failure = failure(thrown);
        if (failure.overtaken() != null) {
            return Conclusion.unknown(failure.overtaken());
        }
        if (!failure.inDoubt()) {
            return failed(failure.error(), 1);
        }
        locked.endOwnOperations(); // they may still be running, and hold up whatever follows
        if (session == null) {
            return interrupted(failure.error(), MigopyException.Kind.UNKNOWN.exitCode());
        }
        // Nothing is left of the transaction: that is a failure like any other.
        StepError error = failure.error();
        String type = thrown.getClass().getName();
        return failed(new StepError(type, error.message(), error.frames(), error.causes(), null), 1);
    }

    /** The run's secrets, and what looks like one in the code. */
    private Redactor redactor() {
        return locked.settings().redactor().and(Credentials.in(source()));
    }

    private Failure failure(Throwable thrown) {
        Redactor redactor = redactor();
        locked.context().trace(thrown, redactor);
        return Failure.of(thrown, observation, this::framesOf, redactor);
    }

    private Conclusion stopped(CallResult.StoppedBySignal stopped) {
        List<String> frames = stopped.thrown() == null
                ? List.of()
                : failure(stopped.thrown()).error().frames();
        StepError error = new StepError(
                JournalEntry.INTERRUPTED,
                "stopped by " + stopped.signal().name(),
                frames,
                List.of(),
                resumable() ? "It is @Resumable. Run it again: {migopy} execute" : null);
        int exitCode = stopped.signal().exitCode();
        return stopped.ended() ? failed(error, exitCode) : interrupted(error, exitCode);
    }

    private Conclusion exited(Stop.Exited exit) {
        locked.endOwnOperations(); // the process ends, and would leave them running
        StepError error = Failure.exit(exit.stack(), this::framesOf, redactor());
        boolean byHook = !invoked && options.thread().isIt(exit.thread());
        if (byHook || started(exit.thread(), exit.stack())) {
            return failed(error, 1);
        }
        String thread = exit.thread() == null ? "unknown" : exit.thread().getName();
        String message = "System.exit was called by a thread that it did not start: " + thread;
        return interrupted(
                new StepError(JournalEntry.INTERRUPTED, message, error.frames()),
                MigopyException.Kind.UNKNOWN.exitCode());
    }

    private Conclusion timedOut(boolean ended) {
        Duration timeout = options.timeout();
        String limit = timeout.toMillis() % 1000 == 0 ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms";
        String still = ended ? "" : "; its thread %s still runs".formatted(MigrationThread.NAME);
        return failed(new StepError(JournalEntry.TIMEOUT, "took longer than " + limit + still, List.of()), 1);
    }

    /** How far the call got is unknown: its record stays running, with the reason noted. */
    private Conclusion interrupted(StepError error, int exitCode) {
        try {
            record().note(error);
        } catch (MigopyException e) {
            locked.console().notice(e.getMessage());
        }
        return new Conclusion(Outcome.INTERRUPTED, error, false, null, exitCode);
    }

    /** Returns the report of the call. */
    StepReport report(Outcome outcome, StepError error) {
        String reason = outcome == Outcome.SKIPPED ? skip.reason() : null;
        return new StepReport(name, direction, outcome, durationMs, error, reason);
    }

    private void unbind() {
        if (bound != null) {
            bound.close();
            bound = null;
        }
    }

    @Override
    public void close() {
        unbind();
        try {
            if (session != null) {
                session.close();
            }
        } catch (RuntimeException e) {
            locked.console().notice("The session could not be closed: " + e.getMessage());
        }
    }
}
