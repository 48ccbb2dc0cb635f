package migopy.settings;

import java.util.Locale;

/**
 * The table of settings. Options, help, the fields of {@code migopy.java}, messages and the table
 * in the manual are made from it, or are compared with it by a test. An option overrides an
 * environment variable, which overrides a field.
 */
public enum Setting {
    // field in migopy.java, environment variable, option, default, help; null where there is none
    URI("mongoUri", "MONGO_URI", "--uri URI", null, "connection string"),
    HOST("mongoHost", "MONGO_HOST", "--host HOST", "localhost", "server, if there is no URI"),
    PORT("mongoPort", "MONGO_PORT", "--port PORT", "27017", "port, if there is no URI"),
    DATABASE("mongoDatabase", "MONGO_DATABASE", "--database NAME", null, "database; required unless the URI names it"),
    USER("mongoUser", "MONGO_USER", "--user NAME", null, "user name"),
    PASSWORD("mongoPassword", "MONGO_PASSWORD", "--password", null, "password; the option prompts for it"),
    PASSWORD_FILE(null, "MONGO_PASSWORD_FILE", "--password-file FILE", null, "file that contains the password"),
    AUTH_SOURCE("mongoAuthSource", "MONGO_AUTH_SOURCE", "--auth-source NAME", null, "database that stores the user"),
    TLS("mongoTls", "MONGO_TLS", "--tls", null, "encrypt the connection; the TLS files and mongodb+srv imply it"),
    TLS_CA_FILE("mongoTlsCaFile", "MONGO_TLS_CA_FILE", "--tls-ca-file FILE", null, "trusted certificates (PEM)"),
    TLS_CERTIFICATE_KEY_FILE(
            "mongoTlsCertificateKeyFile",
            "MONGO_TLS_CERTIFICATE_KEY_FILE",
            "--tls-certificate-key-file FILE",
            null,
            "client certificate and key (PEM)"),
    CONNECT_TIMEOUT(
            "connectTimeout",
            "MONGO_CONNECT_TIMEOUT",
            "--connect-timeout TIME",
            "5s",
            "how long to wait for the server"),
    MIGRATIONS_DIRECTORY(
            "migrationsDirectory",
            "MIGRATIONS_DIRECTORY",
            "--directory DIR",
            "mongomigrations",
            "folder of the migrations"),
    MIGRATIONS_FILE_PATTERN(
            "migrationsFilePattern",
            "MIGRATIONS_FILE_PATTERN",
            "--pattern REGEX",
            "(?<number>[0-9]+)_[a-z0-9_]+\\.java",
            "file names of migrations"),
    MIGRATIONS_COLLECTION(
            "migrationsCollection",
            "MIGRATIONS_COLLECTION",
            "--collection NAME",
            "migrations",
            "journal; the lock and the fixes are beside it"),
    OUT_OF_ORDER(
            "outOfOrder",
            "MIGRATIONS_OUT_OF_ORDER",
            null,
            "false",
            "allow pending migrations below the highest applied one"),
    DUMP_DIRECTORY(
            "mongoDumpDirectory", "MONGO_DUMP_DIRECTORY", "--dump-directory DIR", "mongodumps", "folder of the dumps"),
    DUMP("doMongoDump", "DO_MONGO_DUMP", "--dump", "false", "dump before execute"),
    EMBEDDED(null, null, "--embedded", null, "use a database that Migopy starts itself, for a first try"),
    LOCK_LEASE("lockLease", "MIGOPY_LOCK_LEASE", null, "30s", "how long the lock is held without renewal"),
    HOME(null, "MIGOPY_HOME", null, null, "project folder, otherwise found by its migopy.java"),
    CACHE(null, "MIGOPY_CACHE", null, ".migopy", "folder for caches and the embedded database");

    private final String field;
    private final String environment;
    private final String option;
    private final String valueLabel;
    private final String defaultText;
    private final String help;

    Setting(String field, String environment, String option, String defaultText, String help) {
        this.field = field;
        this.environment = environment;
        int blank = option == null ? -1 : option.indexOf(' ');
        this.option = blank < 0 ? option : option.substring(0, blank);
        this.valueLabel = blank < 0 ? null : option.substring(blank + 1);
        this.defaultText = defaultText;
        this.help = help;
    }

    /** Returns the field's name in {@code MigrationsManager}, or null if there is none. */
    public String field() {
        return field;
    }

    /** Returns the environment variable, or null if there is none. */
    public String environment() {
        return environment;
    }

    /** Returns the option with its dashes, or null if there is none. */
    public String option() {
        return option;
    }

    /** Returns the name of the option's value, or null for an option without a value. */
    public String valueLabel() {
        return valueLabel;
    }

    /** Returns the default as it would be typed, or null if there is none. */
    public String defaultText() {
        return defaultText;
    }

    /** Returns what the setting is for, without its default. */
    public String help() {
        return help;
    }

    /** Returns the name of the setting in messages: {@code connect timeout}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Returns whether the value is or contains a secret, which no message may show. */
    public boolean secret() {
        return this == URI || this == PASSWORD;
    }
}
