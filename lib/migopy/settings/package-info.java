/**
 * Settings: the origin of each value (option, environment, field), its validation, and the secrets
 * that are never printed. {@link migopy.settings.Setting} is the table of all settings.
 *
 * <p>Opens no connection. May import console, {@link migopy.MigopyException}, {@link
 * migopy.Problem} and the driver's {@code ConnectionString}, which validates a URI.
 */
package migopy.settings;
