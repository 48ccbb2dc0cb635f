/**
 * What a run will do, or why it is refused: pure functions of files, journal entries and a request.
 *
 * <p>Values only: no driver, no file system, no clock.
 */
package migopy.plan;
