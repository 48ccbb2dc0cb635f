package migopy.run;

import java.time.Duration;

/**
 * How a run is to go about its request.
 *
 * @param dryRun only plan; touch nothing
 * @param waitForLock how long to wait for the lock; zero to not wait
 * @param timeout how long one migration may take, or null
 * @param dump dump the database before the first migration
 * @param dumpTouched dump only what the migrations name
 */
public record RunOptions(boolean dryRun, Duration waitForLock, Duration timeout, boolean dump, boolean dumpTouched) {}
