package migopy.settings;

/**
 * The settings as the fields of the user's {@code migopy} class hold them; a field that is null was
 * never set.
 *
 * @param connectTimeout as typed: {@code 5s}
 * @param lockLease as typed: {@code 30s}
 */
public record UserFields(
        String mongoUri,
        String mongoHost,
        int mongoPort,
        String mongoDatabase,
        String mongoUser,
        String mongoPassword,
        String mongoAuthSource,
        boolean mongoTls,
        String mongoTlsCaFile,
        String mongoTlsCertificateKeyFile,
        String connectTimeout,
        String migrationsDirectory,
        String migrationsFilePattern,
        String migrationsCollection,
        String mongoDumpDirectory,
        boolean doMongoDump,
        String lockLease) {

    /** Every default, in one place. */
    public static final UserFields DEFAULTS = new UserFields(
            null,
            "localhost",
            27017,
            null,
            null,
            null,
            null,
            false,
            null,
            null,
            "5s",
            "mongomigrations",
            "(?<number>[0-9]+)_[a-z0-9_]+\\.java",
            "migrations",
            "mongodumps",
            false,
            "30s");

    /** The field's value as text, or null where it was not set. */
    String text(Setting setting) {
        return switch (setting) {
            case URI -> mongoUri;
            case HOST -> orDefault(mongoHost, DEFAULTS.mongoHost);
            case PORT -> Integer.toString(mongoPort);
            case DATABASE -> mongoDatabase;
            case USER -> mongoUser;
            case PASSWORD -> mongoPassword;
            case AUTH_SOURCE -> mongoAuthSource;
            case TLS -> mongoTls ? "true" : null;
            case TLS_CA_FILE -> mongoTlsCaFile;
            case TLS_CERTIFICATE_KEY_FILE -> mongoTlsCertificateKeyFile;
            case CONNECT_TIMEOUT -> orDefault(connectTimeout, DEFAULTS.connectTimeout);
            case MIGRATIONS_DIRECTORY -> orDefault(migrationsDirectory, DEFAULTS.migrationsDirectory);
            case MIGRATIONS_FILE_PATTERN -> orDefault(migrationsFilePattern, DEFAULTS.migrationsFilePattern);
            case MIGRATIONS_COLLECTION -> orDefault(migrationsCollection, DEFAULTS.migrationsCollection);
            case DUMP_DIRECTORY -> orDefault(mongoDumpDirectory, DEFAULTS.mongoDumpDirectory);
            case DUMP -> Boolean.toString(doMongoDump);
            case LOCK_LEASE -> orDefault(lockLease, DEFAULTS.lockLease);
            case PASSWORD_FILE, CACHE -> null;
        };
    }

    private static String orDefault(String value, String otherwise) {
        return value == null ? otherwise : value;
    }
}
