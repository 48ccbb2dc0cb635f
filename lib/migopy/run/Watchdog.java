package migopy.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import migopy.MigopyException;
import migopy.MigopyException.Kind;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Signals, and calls of {@code System.exit} by a migration.
 *
 * <p>{@code sun.misc.Signal}, because a JVM gives a shutdown hook no second SIGTERM, and none at
 * all while it still wants to work. The first signal asks the run to end; a second one halts.
 *
 * <p>A call of {@code System.exit} starts the shutdown hooks and never returns. The hook tells the
 * run, lets it record what happened and release the lock, and then halts with the run's own exit
 * code instead of the migration's.
 */
public final class Watchdog implements AutoCloseable {
    /**
     * How long a run may take to record what happened once System.exit was called: five calls of 10
     * s for the end of a step, and its share of those that end operations and release the lock.
     */
    private static final Duration LAST_WORDS = Duration.ofSeconds(120);

    /** How long the shutdown hooks of the user's own code may hold up a process that has ended. */
    private static final Duration OTHER_HOOKS = Duration.ofSeconds(10);

    /**
     * Within this time a second signal is the first one said again: {@code timeout} signals its
     * child and then the child's group, a terminal and a program in between do the same.
     */
    private static final Duration ONE_AND_THE_SAME = Duration.ofMillis(500);

    private static final Integer UNKNOWN = Kind.UNKNOWN.exitCode();

    private static final List<Kind> SIGNALS = List.of(Kind.SIGHUP, Kind.SIGINT, Kind.SIGTERM);

    private final boolean asProgram;
    private final Thread owner = Thread.currentThread();
    private final CompletableFuture<Stop> stop = new CompletableFuture<>();
    private final CompletableFuture<Integer> finished = new CompletableFuture<>();
    private final List<Runnable> restore = new ArrayList<>();
    private final Thread hook = new Thread(this::onShutdown, "migopy-exit");
    private long signalledNanos;
    private int inSteps;

    private Watchdog(boolean asProgram) {
        this.asProgram = asProgram;
    }

    /**
     * Begins to watch; the calling thread is the one that a signal interrupts while no migration is
     * under way.
     *
     * @param asProgram false for a call from a user's own code: no signal handlers, and never a
     *     halt
     */
    public static Watchdog install(boolean asProgram) {
        Watchdog watchdog = new Watchdog(asProgram);
        if (asProgram) {
            SIGNALS.forEach(watchdog::handle);
        }
        Runtime.getRuntime().addShutdownHook(watchdog.hook);
        return watchdog;
    }

    private void handle(Kind kind) {
        Signal signal = new Signal(kind.name().substring("SIG".length()));
        SignalHandler before = Signal.handle(signal, received -> onSignal(kind));
        restore.add(() -> Signal.handle(signal, before));
    }

    private synchronized void onSignal(Kind kind) {
        long now = System.nanoTime();
        boolean first = stop.complete(new Stop.Signalled(kind.name(), kind));
        if (first) {
            signalledNanos = now;
        } else if (now - signalledNanos > ONE_AND_THE_SAME.toNanos()) {
            Runtime.getRuntime().halt(kind.exitCode());
        }
        if (inSteps == 0) {
            owner.interrupt();
        }
    }

    private void onShutdown() {
        Stop.Exited exit = exit();
        stop.complete(exit);
        if (exit.thread() != owner) {
            finished.completeOnTimeout(UNKNOWN, LAST_WORDS.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }
        if (asProgram) {
            // Never the code that System.exit was called with: it may be 0.
            Runtime.getRuntime().halt(finished.getNow(UNKNOWN));
        }
    }

    /** Who called System.exit; the JVM shuts down in the thread that was first. */
    private static Stop.Exited exit() {
        Stop.Exited found = new Stop.Exited(null, List.of());
        for (Map.Entry<Thread, StackTraceElement[]> each :
                Thread.getAllStackTraces().entrySet()) {
            List<StackTraceElement> stack = List.of(each.getValue());
            if (calls(stack, "runHooks")) {
                return new Stop.Exited(each.getKey(), stack);
            }
            if (calls(stack, "exit")) {
                found = new Stop.Exited(each.getKey(), stack);
            }
        }
        return found;
    }

    private static boolean calls(List<StackTraceElement> stack, String method) {
        return stack.stream()
                .anyMatch(frame -> frame.getClassName().equals("java.lang.Shutdown")
                        && frame.getMethodName().equals(method));
    }

    /** Completes when the run is asked to end. */
    CompletableFuture<Stop> stop() {
        return stop;
    }

    /** Why the run was asked to end, if it was. */
    public Optional<Stop> stopped() {
        return Optional.ofNullable(stop.getNow(null));
    }

    /** What a person is told who ended the run before its first step. */
    public MigopyException endedEarly(Exception cause) {
        return new MigopyException(
                stopped().map(Stop::kind).orElse(Kind.FAILED),
                "Stopped before anything was done",
                "Start it again",
                cause);
    }

    /**
     * Says whether a migration is under way: a signal then does not interrupt this thread, which
     * waits for the migration's end.
     */
    public synchronized void inStep(boolean inStep) {
        inSteps += inStep ? 1 : -1;
        if (inStep && stop.isDone()) {
            Thread.interrupted(); // a signal that came between two steps; the step looks at
            // stop() first
        }
    }

    /** The exception that ended the work, or what a person is told if a signal was behind it. */
    public RuntimeException explained(RuntimeException e) {
        boolean signalled = stopped().filter(Stop.Signalled.class::isInstance).isPresent();
        return signalled
                        && !(e instanceof MigopyException known
                                && known.kind() == stop.join().kind())
                ? endedEarly(e)
                : e;
    }

    /**
     * Says that the answer is out. A call of {@code System.exit} that waits for that ends the
     * process, with this exit code.
     */
    public void finish(int exitCode) {
        finished.complete(exitCode);
        if (!asProgram) {
            return;
        }
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> limit(exitCode), "migopy-end"));
        } catch (IllegalStateException e) {
            return; // the process is ending already
        }
    }

    /** Ends the process if other shutdown hooks do not end in time. */
    private static void limit(int exitCode) {
        Thread limit = new Thread(
                () -> {
                    LockSupport.parkNanos(OTHER_HOOKS.toNanos());
                    System.err.println("A shutdown hook took longer than %d s; the process was ended."
                            .formatted(OTHER_HOOKS.toSeconds()));
                    Runtime.getRuntime().halt(exitCode);
                },
                "migopy-limit");
        limit.setDaemon(true);
        limit.start();
    }

    /** Ends watching and puts back what was there before. */
    @Override
    public void close() {
        restore.forEach(Runnable::run);
        if (stopped().filter(Stop.Exited.class::isInstance).isEmpty()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                return; // System.exit was called just now: the hook waits for the answer
            }
        }
        if (stop.isDone()) {
            Thread.interrupted();
        }
    }
}
