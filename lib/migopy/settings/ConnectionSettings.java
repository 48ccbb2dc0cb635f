package migopy.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import migopy.MigopyException;
import migopy.settings.Value.Level;

/**
 * How to connect to the database.
 *
 * @param uri complete, with user and password, but without TLS files; null if embedded
 * @param hosts as they are shown: {@code localhost:27017}; empty if embedded
 * @param user the user who is authenticated, or null
 * @param database the database to migrate, or null if no setting names one
 * @param tls whether the connection is encrypted, and with which certificates
 * @param connectTimeout how long the first contact may take
 * @param ignored settings at the URI's own level that it overrides, each as a sentence
 */
public record ConnectionSettings(
        Secret uri,
        boolean embedded,
        List<String> hosts,
        String user,
        String database,
        Tls tls,
        Duration connectTimeout,
        List<String> ignored) {

    /** As a URI, it selects the database that Migopy starts itself. */
    static final String EMBEDDED = "embedded";

    private static final String SLF4J_VERBOSITY = "slf4j.internal.verbosity";

    /** A text whose {@code toString} does not show it. */
    public static final class Secret {
        private final String text;

        /** Hides this text. */
        public Secret(String text) {
            this.text = Objects.requireNonNull(text);
        }

        /** Returns the text itself, for the one place that needs it. */
        public String reveal() {
            return text;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Secret secret && secret.text.equals(text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String toString() {
            return Redactor.MASK;
        }
    }

    public ConnectionSettings {
        hosts = List.copyOf(hosts);
        ignored = List.copyOf(ignored);
    }

    /**
     * Keeps slf4j from warning that there is no logging library. It must be called before the
     * driver's first class is used. Migopy brings none, so that the one that a project names in its
     * {@code //DEPS} is the only one.
     */
    public static void acceptNoLoggingLibrary() {
        if (System.getProperty(SLF4J_VERBOSITY) == null) {
            System.setProperty(SLF4J_VERBOSITY, "ERROR");
        }
    }

    /**
     * Returns the same server with another database.
     *
     * @throws MigopyException usage, if no database can have that name
     */
    public ConnectionSettings withDatabase(String name) {
        String problem = MongoNames.problemWithDatabase(name);
        if (problem != null) {
            throw MigopyException.usage("The database name %s %s".formatted(name, problem), "Use a shorter name");
        }
        return new ConnectionSettings(uri, embedded, hosts, user, name, tls, connectTimeout, ignored);
    }

    /** Decides which server, which database and which user these values mean. */
    static ConnectionSettings of(Values values, Path home) {
        acceptNoLoggingLibrary();
        return new Resolver(values, home).resolve();
    }

    private static final class Resolver {
        private static final List<Setting> ADDRESS = List.of(Setting.HOST, Setting.PORT, Setting.USER);

        private final Values values;
        private final Path home;
        private final Value given;

        Resolver(Values values, Path home) {
            this.values = values;
            this.home = home;
            this.given = values.of(Setting.URI);
        }

        ConnectionSettings resolve() {
            Duration timeout = values.required(Setting.CONNECT_TIMEOUT).duration();
            if (given == null) {
                MongoUri uri = withAuthSource(fromHost());
                return of(uri, timeout);
            }
            ADDRESS.forEach(this::refuseAboveUri);
            if (given.text().equals(EMBEDDED)) {
                return new ConnectionSettings(null, true, List.of(), null, database(null), Tls.OFF, timeout, List.of());
            }
            MongoUri uri = completed(MongoUri.parse(given));
            uri.validate(given);
            return of(uri, timeout);
        }

        private ConnectionSettings of(MongoUri uri, Duration timeout) {
            return new ConnectionSettings(
                    new Secret(uri.text()),
                    false,
                    uri.hosts(),
                    uri.user(),
                    database(uri.database()),
                    Tls.of(values, home, given, uri),
                    timeout,
                    given == null ? List.of() : ignored(uri));
        }

        /** Options and variables only: fields have defaults. */
        private List<String> ignored(MongoUri uri) {
            List<String> ignored = new ArrayList<>();
            for (Setting setting : List.of(Setting.HOST, Setting.PORT, Setting.USER, Setting.DATABASE)) {
                Value value = values.of(setting);
                boolean sameLevel = value != null && value.level() == given.level() && value.level() != Level.FIELD;
                if (sameLevel && !uri.agrees(setting, value.text())) {
                    ignored.add("%s is ignored: the URI (from %s) names another %s"
                            .formatted(
                                    value.named(),
                                    given.origin(),
                                    setting.name().toLowerCase(Locale.ROOT)));
                }
            }
            return ignored;
        }

        private void refuseAboveUri(Setting setting) {
            Value value = values.of(setting);
            if (value != null && value.above(given)) {
                throw MigopyException.usage(
                        "%s contradicts the URI (from %s)".formatted(value.named(), given.origin()),
                        "Add it to the URI, or remove one of the two");
            }
        }

        private MongoUri fromHost() {
            Value user = values.of(Setting.USER);
            String password = user == null ? null : password();
            MongoUri uri = MongoUri.ofHost(
                    values.required(Setting.HOST),
                    values.required(Setting.PORT),
                    user == null ? null : user.text(),
                    password);
            if (user != null && password == null) {
                throw withoutPassword(user.named());
            }
            return uri;
        }

        private MongoUri completed(MongoUri uri) {
            if (!uri.loginByPassword()) {
                return uri;
            }
            MongoUri complete = uri.password() == null ? uri.withPassword(password()) : uri;
            if (complete.password() == null) {
                throw withoutPassword("the user in the URI (from " + given.origin() + ")");
            }
            return withAuthSource(complete);
        }

        private MongoUri withAuthSource(MongoUri uri) {
            Value source = values.of(Setting.AUTH_SOURCE);
            if (source == null || uri.user() == null || uri.options().containsKey("authsource")) {
                return uri;
            }
            boolean external = source.text().equals("$external");
            String problem = external ? null : MongoNames.problemWithDatabase(source.text());
            if (problem != null) {
                throw source.refused(problem);
            }
            return uri.withOption("authsource", source.text());
        }

        private static MigopyException withoutPassword(String user) {
            return MigopyException.usage(
                    user + " has no password", "Set MONGO_PASSWORD or MONGO_PASSWORD_FILE, or add --password");
        }

        private String password() {
            for (Level level : Values.LEVELS) {
                Value typed = values.at(level, Setting.PASSWORD);
                Value file = values.at(level, Setting.PASSWORD_FILE);
                boolean given = typed != null && !typed.text().isEmpty();
                if (given && file != null) {
                    throw MigopyException.usage(
                            "%s and %s both set the password".formatted(typed.origin(), file.origin()),
                            "Remove one of the two");
                }
                if (given) {
                    return typed.text();
                }
                if (file != null) {
                    return file.passwordInFile(home);
                }
            }
            return null;
        }

        /** A URI's database counts as set at the URI's level; at the same level the URI wins, as it does for the host. */
        private String database(String ofUri) {
            Value named = values.of(Setting.DATABASE);
            if (named != null) {
                String problem = MongoNames.problemWithDatabase(named.text());
                if (problem != null) {
                    throw named.refused(problem);
                }
            }
            if (named == null || (ofUri != null && !named.above(given))) {
                return ofUri;
            }
            return named.text();
        }
    }
}
