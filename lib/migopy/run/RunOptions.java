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
 * @param asProgram whether this is the JVM's program, which may install signal handlers and halt
 */
public record RunOptions(
        boolean dryRun,
        Duration waitForLock,
        Duration timeout,
        boolean dump,
        boolean dumpTouched,
        boolean asProgram) {}
