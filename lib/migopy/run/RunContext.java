package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import migopy.MigopyException;
import migopy.console.Console;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.settings.Redactor;
import migopy.settings.Settings;

/**
 * What a command that takes the lock works with.
 *
 * @param watchdog hears of signals; whoever installed it closes it
 * @param verbose whether stack traces are wanted
 */
public record RunContext(
        Settings settings,
        Connection connection,
        String runId,
        Console console,
        Hooks hooks,
        Watchdog watchdog,
        boolean verbose) {

    /** Shows the whole stack trace of what the user's code threw, where that is wanted. */
    public void trace(Throwable thrown, Redactor redactor) {
        if (verbose) {
            console.trace(redactor.redact(Failure.trace(thrown)));
        }
    }

    /** The kind of what ended the work: a signal's if one came, else that of the failure. */
    public MigopyException.Kind kindAfter(MigopyException.Kind failure) {
        return watchdog.stopped().map(Stop::kind).orElse(failure);
    }

    /** A failure, of the kind of the signal that caused it if one came. */
    public MigopyException afterSignal(MigopyException e) {
        MigopyException.Kind kind = kindAfter(e.kind());
        return kind == e.kind() ? e : new MigopyException(kind, e.getMessage(), e.hint(), e);
    }

    /** What is done with journal and lock. */
    public interface Work<A> {
        A on(Ledger ledger) throws InterruptedException;
    }

    /**
     * Does it, and says in the same words for every command what ended it before its first step.
     *
     * @param what is being done, for a server's error: {@code "Recording the fix"}
     * @throws MigopyException of a signal's kind, where one came; or what the work throws
     */
    public <A> A guarded(String what, Work<A> work) {
        try {
            return work.on(Ledger.open(settings, connection));
        } catch (InterruptedException | MongoInterruptedException e) {
            throw watchdog.endedEarly(e);
        } catch (RuntimeException e) {
            if (watchdog.stopped().isPresent()) {
                throw watchdog.endedEarly(e); // whatever a call makes of its interruption
            }
            throw e instanceof MongoException known ? MongoErrors.translate(known, what) : e;
        }
    }
}
