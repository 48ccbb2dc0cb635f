package migopy.run;

import java.util.List;
import migopy.MigopyException;

/** Why a run is asked to end before its time. */
sealed interface Stop {
    /** What kind of end the run comes to. */
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
     * Somebody called {@code System.exit}.
     *
     * @param thread that did; null where it is not known, as of a virtual one
     * @param stack of that thread
     */
    record Exited(Thread thread, List<StackTraceElement> stack) implements Stop {
        @Override
        public MigopyException.Kind kind() {
            return MigopyException.Kind.FAILED;
        }
    }
}
