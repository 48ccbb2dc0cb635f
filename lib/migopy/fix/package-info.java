/**
 * Ad-hoc fixes: what a file or standard input holds, compiled; JShell's lines and JShell's prompt.
 *
 * <p>May import {@code migopy.run} and what that may import. That a fix holds the lock, is recorded
 * and can be stopped is {@link migopy.run.FixRunner}'s work.
 */
package migopy.fix;
