/**
 * Where each setting came from (option, environment, field), whether it can be right, and what may
 * never be printed.
 *
 * <p>Opens no connection. May import console, {@link migopy.MigopyException}, {@link
 * migopy.Problem} and the driver's {@code ConnectionString}, which judges a URI.
 */
package migopy.settings;
