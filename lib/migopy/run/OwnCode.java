package migopy.run;

import com.mongodb.MongoException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import migopy.MigopyException;
import migopy.MigopyException.Kind;
import migopy.console.Console;
import migopy.mongo.InDoubt;
import migopy.mongo.MongoErrors;
import migopy.observe.CommandWatch.Unwatch;
import migopy.observe.Observation;
import migopy.observe.Observation.UncaughtExceptions;
import migopy.run.Call.CallResult;
import migopy.run.Shutdown.Stop;
import migopy.settings.Redactor;

/**
 * Calls the hooks and tasks of the project's own class: in a thread of their own and observed, as migrations are. What
 * they do has no record. {@code System.exit} in them ends neither the run nor its answer: the run's own thread waits for
 * the end of the call.
 */
public final class OwnCode implements AutoCloseable {
    private final LockedRun locked;
    private final Shutdown shutdown;
    private final Console console;
    private final Redactor redactor;
    private final Function<Observation, Unwatch> watch;
    private final MigrationThread thread = new MigrationThread();

    private OwnCode(
            LockedRun locked,
            Shutdown shutdown,
            Console console,
            Redactor redactor,
            Function<Observation, Unwatch> watch) {
        this.locked = locked;
        this.shutdown = shutdown;
        this.console = console;
        this.redactor = redactor;
        this.watch = watch;
    }

    /**
     * For code that is called without the lock.
     *
     * @param watch observes the commands of the code
     */
    public OwnCode(Shutdown shutdown, Console console, Redactor redactor, Function<Observation, Unwatch> watch) {
        this(null, shutdown, console, redactor, watch);
    }

    /** For the hooks of a run. */
    OwnCode(LockedRun locked) {
        this(locked, locked.shutdown(), locked.console(), locked.settings().redactor(), locked.connection()::watch);
    }

    /** A hook without a result. */
    interface Hook {
        void run() throws Exception;
    }

    /** Returns the thread, which calls the migrations as well. */
    MigrationThread thread() {
        return thread;
    }

    /**
     * Dumps by the user's hook.
     *
     * @param collections only these; empty for the whole database
     * @return the folder, or null
     */
    String dump(Set<String> collections) {
        try {
            return captured("doDump()", () -> locked.hooks().dump(collections), this::failedDump);
        } catch (MigopyException e) {
            throw e.kind() == Kind.FAILED ? new MigopyException(Kind.DUMP, e.getMessage(), e.hint(), e) : e;
        }
    }

    private MigopyException failedDump(Throwable thrown) {
        return thrown instanceof MigopyException known
                ? new MigopyException(Kind.DUMP, known.getMessage(), known.hint(), known)
                : Failure.ofUserCode(
                        Kind.DUMP,
                        "The dump before the run failed, so no migration was run",
                        "Fix doDump() in migopy.java, or run without a dump",
                        thrown,
                        redactor);
    }

    /**
     * Calls a hook.
     *
     * @param name as it is in the user's class: {@code beforeRun()}
     * @throws MigopyException if the hook fails
     */
    void hook(String name, Hook hook) {
        captured(
                name,
                () -> {
                    hook.run();
                    return null;
                },
                thrown -> thrown instanceof MigopyException known
                        ? known
                        : Failure.ofUserCode(
                                Kind.FAILED,
                                name + " failed",
                                "If it did not throw that on purpose, fix it in migopy.java. See what is recorded:"
                                        + " {migopy} status",
                                thrown,
                                redactor));
    }

    /**
     * Calls the code, and shows its output as that of a migration.
     *
     * @param name of the code in messages: {@code doDump()}
     * @param failed makes the exception to throw of one that the code throws
     * @throws MigopyException if the code calls System.exit, if a signal stops it, if it is unknown what the server did, or
     *     if it did something that must not stay unnoticed
     */
    @SuppressWarnings("try") // output goes elsewhere meanwhile, and needs no other use
    public <A> A captured(String name, Callable<A> code, Function<Throwable, RuntimeException> failed) {
        try (OutputCapture output = OutputCapture.start(console, redactor)) {
            return call(name, code, failed);
        }
    }

    /** The same, with the output as it is. */
    @SuppressWarnings("try") // what is closed needs no other use
    <A> A call(String name, Callable<A> code, Function<Throwable, RuntimeException> failed) {
        AtomicReference<A> value = new AtomicReference<>();
        Observation observation = new Observation();
        Call call = new Call(name, locked, shutdown, console, thread);
        CallResult result;
        try (Unwatch watched = watch.apply(observation);
                UncaughtExceptions uncaught = UncaughtExceptions.of(observation)) {
            result = call.run(() -> observation.run(() -> value.set(code.call())), limit());
        }
        if (locked != null && observation.hasDrops()) {
            locked.lease().doubt();
        }
        RuntimeException failure = failure(name, result, observation, failed);
        if (failure != null) {
            throw failure;
        }
        return value.get();
    }

    /** Once System.exit was called, another call of it never returns. */
    private Duration limit() {
        return shutdown.exited().isDone() ? Call.GRACE : null;
    }

    private static RuntimeException failure(
            String name, CallResult result, Observation observation, Function<Throwable, RuntimeException> failed) {
        if (result instanceof CallResult.ExitCalled called) {
            return exited(name, called.exit());
        }
        if (result instanceof CallResult.TimedOut) {
            return MigopyException.failed(
                    "%s took longer than %d s after a call of System.exit".formatted(name, Call.GRACE.toSeconds()),
                    "Throw an exception instead of calling System.exit");
        }
        Throwable thrown = observation.fault(); // of a thread, since the code returned
        if (result instanceof CallResult.Threw threw) {
            thrown = threw.thrown();
        } else if (result instanceof CallResult.StoppedBySignal stopped) {
            thrown = stopped.thrown();
            if (thrown != null || !stopped.ended()) {
                return stopped(name, stopped);
            }
        }
        MongoException lost =
                thrown == null ? InDoubt.lost(observation.unanswered()) : Failure.inDoubt(observation.unanswered());
        if (lost != null) {
            return unknown(name, lost);
        }
        if (thrown == null) {
            return null;
        }
        return thrown instanceof MigopyException known && known == observation.unnoticed()
                ? new MigopyException(known.kind(), name + ": " + known.getMessage(), known.hint(), known)
                : failed.apply(thrown);
    }

    private static MigopyException exited(String name, Stop.Exited exit) {
        Throwable bearer = new Throwable("System.exit");
        bearer.setStackTrace(exit.stack().toArray(new StackTraceElement[0]));
        return new MigopyException(Kind.FAILED, name + " called System.exit", "Throw an exception instead", bearer);
    }

    private static MigopyException stopped(String name, CallResult.StoppedBySignal stopped) {
        Kind kind = stopped.signal().kind();
        return stopped.thrown() instanceof MigopyException known
                ? new MigopyException(kind, known.getMessage(), known.hint(), known)
                : new MigopyException(
                        kind,
                        "%s was stopped by %s".formatted(name, stopped.signal().name()),
                        "Run the command again",
                        stopped.thrown());
    }

    private static MigopyException unknown(String name, MongoException lost) {
        return new MigopyException(
                Kind.UNKNOWN,
                "%s: what the server did is unknown: %s: %s"
                        .formatted(name, lost.getClass().getSimpleName(), MongoErrors.words(lost)),
                "Check what it wrote, then run the command again",
                lost);
    }

    /** Ends the thread. */
    @Override
    public void close() {
        thread.close();
    }
}
