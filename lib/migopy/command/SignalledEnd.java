package migopy.command;

import java.util.List;
import java.util.OptionalInt;
import migopy.console.Console;

/**
 * Handles a signal that ends the JVM: suppresses a JSON answer that was not printed yet; if one was printed, the process
 * ends with the exit code in it. Runs that handle signals themselves do not get here.
 */
final class SignalledEnd implements AutoCloseable {
    private final Console console;
    private final Thread hook = new Thread(this::onShutdown, "migopy-signalled");

    private SignalledEnd(Console console) {
        this.console = console;
    }

    /** Starts watching, unless the JVM is ending already. */
    static SignalledEnd of(Console console) {
        SignalledEnd end = new SignalledEnd(console);
        try {
            Runtime.getRuntime().addShutdownHook(end.hook);
        } catch (IllegalStateException e) {
            console.silence(); // the signal came first
        }
        return end;
    }

    private void onShutdown() {
        if (bySignal()) {
            OptionalInt answered = console.silence();
            answered.ifPresent(Runtime.getRuntime()::halt);
        }
    }

    /** A call of System.exit ends with its own exit code, or with a run's. */
    private static boolean bySignal() {
        return Thread.getAllStackTraces().entrySet().stream()
                .anyMatch(each -> each.getKey().getName().startsWith("SIG") && isShutdown(List.of(each.getValue())));
    }

    private static boolean isShutdown(List<StackTraceElement> frames) {
        return frames.stream().anyMatch(frame -> frame.getClassName().equals("java.lang.Shutdown"));
    }

    /** Ends watching. During a shutdown it waits for its end, which ends this thread, too. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            awaitTheEnd();
        }
    }

    private void awaitTheEnd() {
        try {
            hook.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
