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
 * Handles signals, and calls of {@code System.exit} by a migration.
 *
 * <p>It uses {@code sun.misc.Signal}: a shutdown hook is not notified of a second SIGTERM, and cannot let the program
 * continue. The first signal asks the run to end; a second one halts the process.
 *
 * <p>A call of {@code System.exit} starts the shutdown hooks and never returns. The hook here asks the run to end, waits
 * until it has recorded what happened and released the lock, and then halts with the run's own exit code.
 */
public final class Shutdown implements AutoCloseable {
    /**
     * How long a run may take to record what happened once System.exit was called: five calls of 10 s for the end of a
     * step, and as much to end operations and release the lock.
     */
    private static final Duration TO_RECORD = Duration.ofSeconds(120);

    /** How long the shutdown hooks of the user's own code may delay the end of the process. */
    private static final Duration OTHER_HOOKS = Duration.ofSeconds(10);

    /**
     * A second signal within this time is the first one repeated: {@code timeout} signals its child and then the child's
     * group; a terminal with a program in between does the same.
     */
    private static final Duration REPEATED = Duration.ofMillis(500);

    private static final Integer UNKNOWN = Kind.UNKNOWN.exitCode();

    /** The name of the thread in which a shutdown waits for the end of a run. */
    private static final String HOOK = "migopy-exit";

    private static final List<Kind> SIGNALS = List.of(Kind.SIGHUP, Kind.SIGINT, Kind.SIGTERM);

    private final boolean asProgram;
    private final boolean ofTask;
    private final Thread owner = Thread.currentThread();
    private final CompletableFuture<Stop> stop = new CompletableFuture<>();
    private final CompletableFuture<Stop.Exited> exited = new CompletableFuture<>();
    private final CompletableFuture<Integer> finished = new CompletableFuture<>();
    private final List<Runnable> restore = new ArrayList<>();
    private final Thread hook = new Thread(this::onShutdown, HOOK);
    private long signalledNanos;
    private int inSteps;

    private Shutdown(boolean asProgram, boolean ofTask) {
        this.asProgram = asProgram;
        this.ofTask = ofTask;
    }

    /**
     * Installs it. A signal interrupts the calling thread while no migration is running.
     *
     * @param asProgram false for a call from a user's own code: no signal handlers, and never a halt
     */
    public static Shutdown install(boolean asProgram) {
        Shutdown shutdown = new Shutdown(asProgram, false);
        if (asProgram) {
            SIGNALS.forEach(shutdown::handle);
        }
        Runtime.getRuntime().addShutdownHook(shutdown.hook);
        return shutdown;
    }

    /** Installs one for a custom task: it handles calls of {@code System.exit}, and a signal ends the JVM at once. */
    public static Shutdown installForTask(boolean asProgram) {
        Shutdown shutdown = new Shutdown(asProgram, true);
        Runtime.getRuntime().addShutdownHook(shutdown.hook);
        return shutdown;
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
        } else if (now - signalledNanos > REPEATED.toNanos()) {
            Runtime.getRuntime().halt(kind.exitCode());
        }
        if (inSteps == 0) {
            owner.interrupt();
        }
    }

    private void onShutdown() {
        Stop.Exited exit = exit();
        if (ofTask && exit.bySignal()) {
            return;
        }
        stop.complete(exit);
        exited.complete(exit);
        if (exit.thread() != owner) {
            finished.completeOnTimeout(UNKNOWN, TO_RECORD.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }
        if (asProgram) {
            awaitRunsOfTheTask();
            // Never the code that System.exit was called with: it may be 0.
            Runtime.getRuntime().halt(finished.getNow(UNKNOWN));
        }
    }

    /** A task may have started runs in this JVM, which record what happened at the same time. */
    private void awaitRunsOfTheTask() {
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each != hook && each.getName().equals(HOOK)) {
                try {
                    each.join(TO_RECORD.toMillis());
                } catch (InterruptedException e) {
                    return; // the process ends
                }
            }
        }
    }

    /** Returns the thread that called System.exit; the JVM shuts down in the first one. */
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

    /** Completes when System.exit is called. */
    CompletableFuture<Stop.Exited> exited() {
        return exited;
    }

    /** Returns why the run was asked to end, if it was. */
    public Optional<Stop> stopped() {
        return Optional.ofNullable(stop.getNow(null));
    }

    /** Returns the exception for a run that was ended before its first step. */
    public MigopyException endedEarly(Exception cause) {
        return new MigopyException(
                stopped().map(Stop::kind).orElse(Kind.FAILED),
                "Stopped before anything was done",
                "Run the command again",
                cause);
    }

    /** Throws {@link #endedEarly} if the run was asked to end. */
    public void throwIfStopped() {
        if (stopped().isPresent()) {
            throw endedEarly(null);
        }
    }

    /**
     * Notes whether a migration is running: a signal then does not interrupt this thread, which waits for the migration.
     */
    public synchronized void inStep(boolean inStep) {
        inSteps += inStep ? 1 : -1;
        if (inStep && stop.isDone()) {
            Thread.interrupted(); // a signal that came between two steps; the step checks stop() first
        }
    }

    /** Returns the exception that ended the command, or that for a signal if it was the cause. */
    public RuntimeException explained(RuntimeException e) {
        boolean signalled = stopped().filter(Stop.Signalled.class::isInstance).isPresent();
        return signalled
                        && !(e instanceof MigopyException known
                                && known.kind() == stop.join().kind())
                ? endedEarly(e)
                : e;
    }

    /**
     * Notes that the answer is printed. A call of {@code System.exit} that waits for it then ends the process with this
     * exit code.
     */
    public void finish(int exitCode) {
        finished.complete(exitCode);
        if (!asProgram || ofTask) {
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

    /** Restores the signal handlers that were there before. */
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

    /** Why a run is asked to end early. */
    sealed interface Stop {
        /** Returns the kind of error that the run ends with. */
        MigopyException.Kind kind();

        /**
         * A signal, once.
         *
         * @param name {@code SIGTERM}
         */
        record Signalled(String name, MigopyException.Kind kind) implements Stop {
            /** 128 and the signal's number. */
            int exitCode() {
                return kind.exitCode();
            }
        }

        /**
         * A call of {@code System.exit}.
         *
         * @param thread that called it; null if it is unknown, as for a virtual thread
         * @param stack of that thread
         */
        record Exited(Thread thread, List<StackTraceElement> stack) implements Stop {
            @Override
            public MigopyException.Kind kind() {
                return MigopyException.Kind.FAILED;
            }

            /** Whether the JVM itself called it, for a signal without a handler. */
            boolean bySignal() {
                return stack.stream().anyMatch(frame -> frame.getClassName().startsWith("java.lang.Terminator"));
            }
        }
    }
}
