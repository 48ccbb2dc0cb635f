package migopy.command;

import java.util.List;

/**
 * An option that stands before or after any command.
 *
 * @param name with its dashes
 * @param value what help calls its value, or null for an option without one
 * @param setting whether it is a setting, which goes to the settings under its name without dashes
 * @param summary what help says about it
 */
record GlobalOption(String name, String value, boolean setting, String summary) {
    /** In the order of the help text. */
    static final List<GlobalOption> ALL = List.of(
            setting("--uri", "URI", "MongoDB's connection string (MONGO_URI)"),
            setting("--host", "HOST", "localhost (MONGO_HOST)"),
            setting("--port", "PORT", "27017 (MONGO_PORT)"),
            setting("--database", "NAME", "the URI's, else required (MONGO_DATABASE)"),
            setting("--user", "NAME", "(MONGO_USER)"),
            new GlobalOption("--password", null, false, "ask for it (else MONGO_PASSWORD)"),
            setting("--password-file", "FILE", "the password's file (MONGO_PASSWORD_FILE)"),
            setting("--auth-source", "NAME", "the database that knows the user (MONGO_AUTH_SOURCE)"),
            setting("--tls", null, "(MONGO_TLS)"),
            setting("--tls-ca-file", "FILE", "PEM (MONGO_TLS_CA_FILE)"),
            setting("--tls-certificate-key-file", "FILE", "PEM (MONGO_TLS_CERTIFICATE_KEY_FILE)"),
            setting("--connect-timeout", "TIME", "5s (MONGO_CONNECT_TIMEOUT)"),
            setting("--directory", "DIR", "mongomigrations (MIGRATIONS_DIRECTORY)"),
            setting("--pattern", "REGEX", "of migrations' file names (MIGRATIONS_FILE_PATTERN)"),
            setting("--collection", "NAME", "migrations (MIGRATIONS_COLLECTION)"),
            setting("--dump-directory", "DIR", "mongodumps (MONGO_DUMP_DIRECTORY)"),
            setting("--dump", null, "dump before execute (DO_MONGO_DUMP)"),
            setting("--embedded", null, "a database that Migopy starts itself, for a first try"),
            new GlobalOption("--json", null, false, "answer with one JSON document"),
            new GlobalOption(
                    "--progress", null, false, "with --json: progress too, a JSON document a line on standard error"),
            new GlobalOption("--verbose", null, false, "stack traces, and where the time goes"),
            new GlobalOption("--version", null, false, "the version"),
            new GlobalOption("--help", null, false, "this text, or the command's"));

    private static GlobalOption setting(String name, String value, String summary) {
        return new GlobalOption(name, value, true, summary);
    }

    /** The option of this name, or null. */
    static GlobalOption named(String name) {
        for (GlobalOption option : ALL) {
            if (option.name().equals(name)) {
                return option;
            }
        }
        return null;
    }
}
