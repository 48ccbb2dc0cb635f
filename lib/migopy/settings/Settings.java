package migopy.settings;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import migopy.MigopyException;

/**
 * The settings of one command, resolved and validated.
 *
 * @param connection how to connect to the database
 * @param home the project folder, which contains {@code migopy.java}
 * @param migrationsDirectory the absolute path of the migrations; it need not exist
 * @param migrationsFilePattern has a group {@code number}
 * @param migrationsCollection the journal's name; lock and fixes add {@code _lock} and {@code
 *     _fixes}
 * @param outOfOrder whether a pending migration may be below the highest applied one
 * @param dumpDirectory the absolute path of the dumps; it need not exist
 * @param dump whether {@code execute} dumps first
 * @param lease how long the lock is held without renewal
 * @param cacheDirectory what can be deleted at any time: {@code .migopy} in the project folder, or
 *     the folder in MIGOPY_CACHE
 * @param redactor knows every secret that was given, used or not
 */
public record Settings(
        ConnectionSettings connection,
        Path home,
        Path migrationsDirectory,
        Pattern migrationsFilePattern,
        String migrationsCollection,
        boolean outOfOrder,
        Path dumpDirectory,
        boolean dump,
        Duration lease,
        Path cacheDirectory,
        Redactor redactor) {

    /** How a migration that is run directly asks the user's {@code migopy} class for its settings. */
    public interface Provider {
        /** Returns the project's settings, from its fields and the environment. */
        Settings settings();
    }

    /**
     * Returns the database's name.
     *
     * @throws MigopyException kind usage, if no setting names one
     */
    public String database() {
        if (connection.database() == null) {
            throw MigopyException.usage(
                    "No database is set",
                    "Set mongoDatabase in migopy.java, MONGO_DATABASE or --database, or add it to the URI");
        }
        return connection.database();
    }

    /** Returns a path as a user would type it in the project folder: {@code mongomigrations/3_add_users.java}. */
    public String shown(Path path) {
        return (path.startsWith(home) ? home.relativize(path) : path).toString().replace(File.separatorChar, '/');
    }

    /** Returns the same settings for another database on the same server. */
    public Settings withDatabase(String name) {
        return on(connection.withDatabase(name), redactor);
    }

    /** Returns the same settings for another server. */
    Settings on(ConnectionSettings other, Redactor secrets) {
        return new Settings(
                other,
                home,
                migrationsDirectory,
                migrationsFilePattern,
                migrationsCollection,
                outOfOrder,
                dumpDirectory,
                dump,
                lease,
                cacheDirectory,
                secrets);
    }

    /**
     * Returns the same settings for a database on the server of a URI.
     *
     * @param origin where the URI comes from: {@code --on}
     * @throws MigopyException kind usage, if the URI cannot be right
     */
    public Settings on(String uri, String origin, String database) {
        Values values = Values.ofUri(uri, origin);
        ConnectionSettings other = ConnectionSettings.of(values, home).withDatabase(database);
        return on(other, redactor.and(MongoUri.secretsIn(uri)));
    }

    /** Returns whether Migopy starts the database itself. */
    public boolean embedded() {
        return connection.embedded();
    }
}
