package migopy.plan;

import java.util.Locale;

/** The state of a migration, as {@code status} shows it: that of the journal, compared with the lock. */
public enum MigrationState {
    APPLIED,
    IGNORED,
    /** Its {@code up()} called {@code skip()}, which each run calls again. */
    SKIPPED,
    PENDING,
    /** Being applied by a run that holds the lock. */
    RUNNING,
    /** Being rolled back by a run that holds the lock. */
    ROLLING_BACK,
    FAILED,
    ROLLBACK_FAILED,
    /** Recorded as running by a run that no longer holds the lock. */
    INTERRUPTED,
    /** Its document in the journal is invalid. */
    UNREADABLE;

    /** The word in text and JSON: {@code rollback_failed}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
