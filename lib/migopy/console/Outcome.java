package migopy.console;

import java.util.Locale;

/** How a step of a run ended, or that it is only planned. */
public enum Outcome {
    PLANNED,
    APPLIED,
    ROLLED_BACK,
    IGNORED,
    SKIPPED,
    FAILED,
    ROLLBACK_FAILED,
    INTERRUPTED,
    UNKNOWN;

    /** The word in journal and JSON: {@code rolled_back}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
