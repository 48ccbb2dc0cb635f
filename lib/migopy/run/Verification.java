package migopy.run;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.StepReport.StepError;
import migopy.console.Wording;
import migopy.files.CompiledMigration;
import migopy.files.CompiledMigration.Condition;
import migopy.files.MigrationSource.Credentials;
import migopy.journal.Attempt;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Verified;
import migopy.journal.Writes.Precondition;
import migopy.observe.Observation;
import migopy.run.Call.CallResult;
import migopy.settings.Redactor;

/**
 * The check of a migration's {@code before()}, or of its {@code verify()} outside of a transaction. In a transaction,
 * {@code verify()} is a part of the step's own call.
 */
final class Verification {
    /** The direction of an attempt that records {@code verify()}. */
    private static final String DIRECTION = "verify";

    private final RunContext context;
    private final LockedRun locked;
    private final MigrationThread thread;
    private final CompiledMigration migration;
    private long durationMs;

    /**
     * Why a condition does not hold.
     *
     * @param exitCode the run's exit code
     */
    record Broken(StepError error, int exitCode) {}

    /**
     * @param locked the run, or null without the lock
     * @param thread makes the call
     */
    Verification(RunContext context, LockedRun locked, MigrationThread thread, CompiledMigration migration) {
        this.context = context;
        this.locked = locked;
        this.thread = thread;
        this.migration = migration;
    }

    /** Returns how long the last call took. */
    long durationMs() {
        return durationMs;
    }

    /**
     * Calls {@code before()}.
     *
     * @throws MigopyException refused, if it throws or returns false; of a signal's kind, if one ended it
     */
    void requireBefore() {
        Broken broken = call(Condition.BEFORE);
        if (broken == null) {
            return;
        }
        StepError error = broken.error();
        String where =
                error.frames().isEmpty() ? "" : " in " + error.frames().get(0).split("\\s", 2)[0];
        throw new MigopyException(
                MigopyException.Kind.REFUSED,
                "%s was not started: %s".formatted(migration.name(), error.shown()),
                "Meet the condition of its before()%s, then run: {migopy} execute".formatted(where),
                null,
                error.causes());
    }

    /**
     * Calls {@code verify()} in a run, and records what came of it.
     *
     * @param applied the migration's record, which says that {@code verify()} has not ended
     * @return null if it holds
     * @throws MigopyException if the outcome could not be recorded, or a signal ended the call
     */
    Broken verify(Precondition applied) {
        Instant startedAt = locked.lease().serverTime();
        Broken broken = call(Condition.VERIFY);
        locked.lease().ensureHeld();
        Verified verified = broken == null
                ? Verified.held(locked.lease().serverTime())
                : Verified.broken(locked.lease().serverTime(), broken.error().message());
        Attempt attempt = broken == null ? null : attempt(locked, startedAt, durationMs, broken.error());
        locked.ledger().journal().settle(applied, verified.update(attempt));
        return broken == null ? null : new Broken(hinted(broken.error(), migration.name()), broken.exitCode());
    }

    /**
     * Returns an attempt that records {@code verify()}.
     *
     * @param error why it does not hold, or null
     */
    static Attempt attempt(LockedRun locked, Instant startedAt, long durationMs, StepError error) {
        return new Attempt(
                DIRECTION,
                error == null ? "verified" : "unverified",
                locked.runId(),
                startedAt,
                locked.lease().serverTime(),
                durationMs,
                locked.by(),
                error,
                null);
    }

    private static StepError hinted(StepError error, String name) {
        String hint = "%s stays applied. Fix the data, then run: %s, or accept it: %s"
                .formatted(
                        name,
                        Wording.command("verify", name),
                        Wording.command("repair", name, "--as", "unverified", "--reason", "..."));
        return new StepError(error.type(), error.message(), error.frames(), error.causes(), hint);
    }

    /**
     * Calls the method.
     *
     * @return null if the condition holds
     * @throws MigopyException of a signal's kind, if one ended the call
     */
    Broken call(Condition condition) {
        ConditionCall check =
                new ConditionCall(context.connection(), context.settings().home(), migration, condition, null);
        String what = "%s of %s".formatted(condition.method(), migration.name());
        long startedNanos = System.nanoTime();
        CallResult result = new Call(what, locked, context.shutdown(), context.console(), thread)
                .run(check::require, ConditionCall.LIMIT);
        durationMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
        if (result instanceof CallResult.Returned) {
            return null;
        }
        if (result instanceof CallResult.Threw threw) {
            context.trace(threw.thrown(), redactor());
            return broken(Failure.of(threw.thrown(), new Observation(), migration::framesOf, redactor())
                    .error());
        }
        if (result instanceof CallResult.StoppedBySignal stopped) {
            boolean applied = condition == Condition.VERIFY && locked != null;
            throw new MigopyException(
                    stopped.signal().kind(),
                    "%s was stopped by %s".formatted(what, stopped.signal().name()),
                    applied
                            ? migration.name() + " stays applied. Run: " + Wording.command("verify", migration.name())
                            : "Run the command again",
                    stopped.thrown());
        }
        if (result instanceof CallResult.ExitCalled called) {
            return broken(Failure.exit(called.exit().stack(), migration::framesOf, redactor()));
        }
        return broken(new StepError(
                JournalEntry.TIMEOUT,
                "%s took longer than %d s".formatted(condition.method(), ConditionCall.LIMIT.toSeconds()),
                List.of()));
    }

    private static Broken broken(StepError error) {
        return new Broken(error, MigopyException.Kind.FAILED.exitCode());
    }

    private Redactor redactor() {
        return context.settings()
                .redactor()
                .and(Credentials.in(migration.source().text()));
    }
}
