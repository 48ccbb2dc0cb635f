package migopy.journal;

import java.util.Locale;
import java.util.Optional;

/** The states that a journal document may be in. */
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

    /** Whether a run is at work on it, or was when it died. */
    public boolean underWay() {
        return this == RUNNING || this == ROLLING_BACK;
    }

    /** The state that {@code word} names, if it names one. */
    public static Optional<State> of(String word) {
        for (State state : values()) {
            if (state.word().equals(word)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
