package migopy.journal;

import java.util.Locale;
import java.util.Optional;

/** The state of a journal document. */
public enum State {
    RUNNING,
    APPLIED,
    FAILED,
    IGNORED,
    SKIPPED,
    ROLLING_BACK,
    ROLLBACK_FAILED,
    ROLLED_BACK;

    /** The word in the journal: {@code rolling_back}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a run is executing it, or crashed while it did. */
    public boolean underWay() {
        return this == RUNNING || this == ROLLING_BACK;
    }

    /** Returns the state for a word of the journal; empty for any other word. */
    public static Optional<State> of(String word) {
        for (State state : values()) {
            if (state.word().equals(word)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
