package migopy.run;

import java.util.List;

/** Why a run is asked to end before its time. */
sealed interface Stop {
    /**
     * A signal, once.
     *
     * @param name {@code SIGTERM}
     * @param exitCode 128 and its number
     */
    record Signalled(String name, int exitCode) implements Stop {}

    /**
     * Somebody called {@code System.exit}.
     *
     * @param stack of the thread that did
     */
    record Exited(List<StackTraceElement> stack) implements Stop {}
}
