package migopy.plan;

import java.util.Locale;

/** How a migration stands, as status shows it: what the journal says, after a look at the lock. */
public enum MigrationState {
    APPLIED,
    IGNORED,
    /** Its {@code up()} said that it is not for this environment; asked again by each run. */
    SKIPPED,
    PENDING,
    /** Under way in a run that holds the lock. */
    RUNNING,
    /** On its way back in a run that holds the lock. */
    ROLLING_BACK,
    FAILED,
    ROLLBACK_FAILED,
    /** Recorded as under way by a run that no longer holds the lock. */
    INTERRUPTED,
    /** Its document in the journal cannot be understood. */
    UNREADABLE;

    /** The word for words and JSON: {@code rollback_failed}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
