/**
 * The engine. The order of all effects is in {@link migopy.run.Runner}: take the lock, fence earlier runs, plan, compile, dump,
 * record the start of each migration, call it, record its end, release the lock.
 *
 * <p>May import every package but {@code migopy.command} and {@code migopy.fix}.
 */
package migopy.run;
