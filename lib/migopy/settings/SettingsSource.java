package migopy.settings;

/**
 * By this a migration that is run directly asks the user's {@code migopy} class where the database
 * is.
 */
public interface SettingsSource {
    /** The settings of the project, from its fields and the environment. */
    Settings settings();
}
