package migopy.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import migopy.MigopyException;

/**
 * Decides which server, which database and as whom: the part of the settings where several of them
 * meet.
 */
final class ConnectionResolver {
    /** As a URI, it asks for the database that Migopy starts itself. */
    static final String EMBEDDED = "embedded";

    private static final List<Setting> ADDRESS = List.of(Setting.HOST, Setting.PORT, Setting.USER);

    private final Values values;
    private final Path home;
    private final Value given;

    ConnectionResolver(Values values, Path home) {
        this.values = values;
        this.home = home;
        this.given = values.of(Setting.URI);
    }

    ConnectionSettings resolve() {
        ConnectionSettings.acceptNoLoggingLibrary();
        Duration timeout = values.required(Setting.CONNECT_TIMEOUT).duration("connect timeout");
        if (given != null) {
            ADDRESS.forEach(this::refuseAboveUri);
        }
        if (given != null && given.text().equals(EMBEDDED)) {
            return new ConnectionSettings(null, true, List.of(), null, database(null), Tls.OFF, timeout);
        }
        MongoUri uri = given == null ? fromHost() : completed(MongoUri.parse(given));
        if (given != null) {
            uri.judge(given);
        }
        return new ConnectionSettings(
                new Secret(uri.text()),
                false,
                uri.hosts(),
                uri.user(),
                database(uri.database()),
                new TlsResolver(values, home, given, uri).resolve(),
                timeout);
    }

    private void refuseAboveUri(Setting setting) {
        Value value = values.of(setting);
        if (value != null && value.above(given)) {
            throw MigopyException.usage(
                    "%s contradicts the URI (from %s)"
                            .formatted(value.named(setting.name().toLowerCase(Locale.ROOT)), given.origin()),
                    "Put it into the URI, or take one of the two away");
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
            throw withoutPassword(user.named("user"));
        }
        return withAuthSource(uri);
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
        String wrong = external ? null : Names.wrongWithDatabase(source.text());
        if (wrong != null) {
            throw source.refused("authentication source", wrong);
        }
        return uri.withOption("authsource", source.text());
    }

    private static MigopyException withoutPassword(String user) {
        return MigopyException.usage(
                user + " has no password", "Set MONGO_PASSWORD or MONGO_PASSWORD_FILE, or let --password ask for it");
    }

    private String password() {
        for (Level level : List.of(Level.OPTION, Level.ENVIRONMENT, Level.FIELD)) {
            Value typed = values.at(level, Setting.PASSWORD);
            Value file = values.at(level, Setting.PASSWORD_FILE);
            if (typed != null && !typed.text().isEmpty() && file != null) {
                throw MigopyException.usage(
                        "%s and %s both give a password".formatted(typed.origin(), file.origin()),
                        "Take one of the two away");
            }
            if (typed != null && !typed.text().isEmpty()) {
                return typed.text();
            }
            if (file != null) {
                return PasswordFile.read(file, home);
            }
        }
        return null;
    }

    /**
     * A URI's database counts at the URI's level; at the same level the URI wins, as it does for
     * the host.
     */
    private String database(String ofUri) {
        Value named = values.of(Setting.DATABASE);
        if (named != null) {
            String wrong = Names.wrongWithDatabase(named.text());
            if (wrong != null) {
                throw named.refused("database", wrong);
            }
        }
        if (named == null || (ofUri != null && !named.above(given))) {
            return ofUri;
        }
        return named.text();
    }
}
