package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import java.util.Set;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.console.Console;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.run.Runner.RunResult;
import migopy.run.Shutdown.Stop;
import migopy.settings.Redactor;
import migopy.settings.Settings;

/**
 * What a command that takes the lock works with.
 *
 * @param shutdown receives signals; its owner closes it
 * @param verbose whether to show stack traces
 */
public record RunContext(
        Settings settings,
        Connection connection,
        String runId,
        Console console,
        Hooks hooks,
        Shutdown shutdown,
        boolean verbose) {

    /** What the user's own {@code migopy} class adds to a run; this package must not know that class. */
    public interface Hooks {
        /** Runs under the lock, before the first step. An exception ends the run; no migration is called. */
        void beforeRun() throws Exception;

        /**
         * Runs under the lock, after the last step, however it ended.
         *
         * @param durationMs how long the run took in milliseconds, since it got the lock
         */
        void afterRun(RunResult result, long durationMs) throws Exception;

        /** Runs after the start of a step is recorded, before it is called. An exception fails the step. */
        void beforeMigration(String name) throws Exception;

        /** Runs after the end of a step is recorded. An exception ends the run. */
        void afterMigration(StepReport step) throws Exception;

        /**
         * Dumps the database before the first step.
         *
         * @param collections only these; empty for the whole database
         * @return the folder, as the journal notes it, or null
         */
        String dump(Set<String> collections) throws Exception;
    }

    /** Shows the stack trace of an exception of the user's code if that is wanted. */
    public void trace(Throwable thrown, Redactor redactor) {
        if (verbose) {
            console.trace(redactor.redact(Failure.trace(thrown)));
        }
    }

    /** Returns the kind of what ended the command: a signal's if there was one, else that of the failure. */
    public MigopyException.Kind kindAfter(MigopyException.Kind failure) {
        return shutdown.stopped().map(Stop::kind).orElse(failure);
    }

    /** Returns a failure, with the kind of the signal that caused it if there was one. */
    public MigopyException afterSignal(MigopyException e) {
        MigopyException.Kind kind = kindAfter(e.kind());
        return kind == e.kind() ? e : new MigopyException(kind, e.getMessage(), e.hint(), e);
    }

    /** What is done with journal and lock. */
    public interface LedgerWork<A> {
        A on(Ledger ledger) throws InterruptedException;
    }

    /**
     * Does the work. Whatever ends it before its first step is reported alike for every command.
     *
     * @param what is being done, for a server's error: {@code "Recording the fix"}
     * @throws MigopyException of a signal's kind if there was one, or what the work throws
     */
    public <A> A guarded(String what, LedgerWork<A> work) {
        try {
            return work.on(Ledger.open(settings, connection));
        } catch (InterruptedException | MongoInterruptedException e) {
            throw shutdown.endedEarly(e);
        } catch (RuntimeException e) {
            if (shutdown.stopped().filter(stop -> !explains(e, stop)).isPresent()) {
                throw shutdown.endedEarly(e); // whatever a call makes of its interruption
            }
            throw e instanceof MongoException known ? MongoErrors.translate(known, what) : e;
        }
    }

    private static boolean explains(RuntimeException e, Stop stop) {
        return e instanceof MigopyException known && (stop instanceof Stop.Exited || known.kind() == stop.kind());
    }
}
