/**
 * Ad-hoc fixes: a file or standard input, compiled; JShell lines; and JShell's prompt.
 *
 * <p>May import {@code migopy.run} and what that may import. {@link migopy.run.FixRunner} takes the
 * lock, records a fix and stops it.
 */
package migopy.fix;
