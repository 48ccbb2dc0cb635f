package migopy.command;

import java.util.List;
import java.util.OptionalInt;
import migopy.console.Console;

/**
 * What a signal that ends the JVM means for a JSON answer: none if there was none yet, and if there
 * was one, that the process ends with the exit code that it names. Runs that watch for signals
 * themselves never get here by one.
 */
final class SignalledEnd implements AutoCloseable {
    private final Console console;
    private final Thread hook = new Thread(this::onShutdown, "migopy-signalled");

    private SignalledEnd(Console console) {
        this.console = console;
    }

    /** Begins to watch, unless the JVM is ending already. */
    static SignalledEnd of(Console console) {
        SignalledEnd end = new SignalledEnd(console);
        try {
            Runtime.getRuntime().addShutdownHook(end.hook);
        } catch (IllegalStateException e) {
            console.silence(); // the signal was faster
        }
        return end;
    }

    private void onShutdown() {
        if (bySignal()) {
            OptionalInt answered = console.silence();
            answered.ifPresent(Runtime.getRuntime()::halt);
        }
    }

    /** A call of System.exit ends by the exit code that it was called with, or by a run's own. */
    private static boolean bySignal() {
        return Thread.getAllStackTraces().entrySet().stream()
                .anyMatch(each -> each.getKey().getName().startsWith("SIG") && isShutdown(List.of(each.getValue())));
    }

    private static boolean isShutdown(List<StackTraceElement> frames) {
        return frames.stream().anyMatch(frame -> frame.getClassName().equals("java.lang.Shutdown"));
    }

    /** Ends watching; in the middle of a shutdown waits for its end, which ends this thread too. */
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
