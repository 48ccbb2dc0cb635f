package migopy.backfill;

/**
 * Tells a backfill, before each batch, whether it may go on. Called from several threads, one at a
 * time.
 */
@FunctionalInterface
public interface LeaseCheck {
    /**
     * Returns while the run still holds its lock.
     *
     * @throws migopy.MigopyException kind unknown, when the lock is gone
     * @throws Stopped when the run was asked to end
     */
    void ensureHeld();
}
