package migopy.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import migopy.MigopyException;

/**
 * All settings of one start, resolved and found possible.
 *
 * @param connection how to reach the database
 * @param home the project's folder: that of {@code migopy.java}
 * @param migrationsDirectory where the migrations lie, absolute; it need not exist
 * @param migrationsFilePattern has a group {@code number}
 * @param migrationsCollection the journal's name; lock and fixes add {@code _lock} and {@code
 *     _fixes}
 * @param dumpDirectory where dumps go, absolute; it need not exist
 * @param dump whether {@code execute} dumps first
 * @param lease how long the lock is held without renewal
 * @param cacheDirectory what can be thrown away: {@code .migopy} in the project's folder, or where
 *     MIGOPY_CACHE points
 * @param redactor knows every secret that was given, used or not
 */
public record Settings(
        ConnectionSettings connection,
        Path home,
        Path migrationsDirectory,
        Pattern migrationsFilePattern,
        String migrationsCollection,
        Path dumpDirectory,
        boolean dump,
        Duration lease,
        Path cacheDirectory,
        Redactor redactor) {

    /**
     * The database's name.
     *
     * @throws MigopyException kind usage, if no setting names one
     */
    public String database() {
        if (connection.database() == null) {
            throw MigopyException.usage(
                    "No database is named",
                    "Set mongoDatabase in migopy.java, MONGO_DATABASE, --database, or name it in" + " the URI");
        }
        return connection.database();
    }

    /** Whether Migopy starts the database itself. */
    public boolean embedded() {
        return connection.embedded();
    }
}
