/**
 * The only place where effects have an order: lock, fence, plan, compile, dump, begin, call, end,
 * release.
 *
 * <p>May import every room but {@code migopy.command}. {@link migopy.run.Runner} tells the order;
 * what a step, a signal or a captured output is stands in a file of its own.
 */
package migopy.run;
