package migopy.run;

import java.time.Duration;

/**
 * How a fix is to be run.
 *
 * @param reason why; the record keeps it
 * @param waitForLock how long to wait for the lock; zero to not wait
 * @param timeout how long it may take, or null
 * @param transaction all of it in one transaction
 */
public record FixOptions(String reason, Duration waitForLock, Duration timeout, boolean transaction) {}
