package migopy.settings;

/**
 * Every setting, with its three names: the field in {@code migopy.java}, the environment variable,
 * the option.
 */
enum Setting {
    URI("mongoUri", "MONGO_URI", "uri"),
    HOST("mongoHost", "MONGO_HOST", "host"),
    PORT("mongoPort", "MONGO_PORT", "port"),
    DATABASE("mongoDatabase", "MONGO_DATABASE", "database"),
    USER("mongoUser", "MONGO_USER", "user"),
    PASSWORD("mongoPassword", "MONGO_PASSWORD", "password"),
    PASSWORD_FILE(null, "MONGO_PASSWORD_FILE", "password-file"),
    AUTH_SOURCE("mongoAuthSource", "MONGO_AUTH_SOURCE", "auth-source"),
    TLS("mongoTls", "MONGO_TLS", "tls"),
    TLS_CA_FILE("mongoTlsCaFile", "MONGO_TLS_CA_FILE", "tls-ca-file"),
    TLS_CERTIFICATE_KEY_FILE(
            "mongoTlsCertificateKeyFile", "MONGO_TLS_CERTIFICATE_KEY_FILE", "tls-certificate-key-file"),
    CONNECT_TIMEOUT("connectTimeout", "MONGO_CONNECT_TIMEOUT", "connect-timeout"),
    MIGRATIONS_DIRECTORY("migrationsDirectory", "MIGRATIONS_DIRECTORY", "directory"),
    MIGRATIONS_FILE_PATTERN("migrationsFilePattern", "MIGRATIONS_FILE_PATTERN", "pattern"),
    MIGRATIONS_COLLECTION("migrationsCollection", "MIGRATIONS_COLLECTION", "collection"),
    DUMP_DIRECTORY("mongoDumpDirectory", "MONGO_DUMP_DIRECTORY", "dump-directory"),
    DUMP("doMongoDump", "DO_MONGO_DUMP", "dump"),
    LOCK_LEASE("lockLease", "MIGOPY_LOCK_LEASE", null),
    CACHE(null, "MIGOPY_CACHE", null);

    /** The field's name in {@code MigrationsManager}, or null if there is none. */
    final String field;

    /** The environment variable. */
    final String environment;

    /** The option without its dashes, or null if there is none. */
    final String option;

    Setting(String field, String environment, String option) {
        this.field = field;
        this.environment = environment;
        this.option = option;
    }
}
