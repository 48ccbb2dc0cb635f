/**
 * What would be done, or why nothing can be: pure functions of files, journal entries and request.
 *
 * <p>Knows values only: no driver, no file system, no clock. May import the values of {@code
 * migopy.journal} and {@code migopy.files}, {@code migopy.console} and {@link migopy.Problem}.
 */
package migopy.plan;
