package migopy.settings;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.MigopyException;
import migopy.settings.Value.Level;

/** Every setting at each level of precedence. */
final class Values {
    /** Highest precedence first. */
    static final List<Level> LEVELS = List.of(Level.OPTION, Level.ENVIRONMENT, Level.FIELD);

    private final Map<Setting, String> fields;
    private final Map<Setting, String> options;
    private final Map<String, String> environment;
    private final String originOfUri;

    /**
     * @param fields by setting; the default applies to one that is absent or null
     */
    Values(Map<Setting, String> fields, Map<Setting, String> options, Map<String, String> environment) {
        this(fields, options, environment, Setting.URI.option());
    }

    /** Returns only a URI, with the defaults of all else. */
    static Values ofUri(String uri, String origin) {
        return new Values(Map.of(), Map.of(Setting.URI, uri), Map.of(), origin);
    }

    private Values(
            Map<Setting, String> fields,
            Map<Setting, String> options,
            Map<String, String> environment,
            String originOfUri) {
        this.originOfUri = originOfUri;
        this.fields = fields;
        this.options = options;
        this.environment = environment;
        if (options.containsKey(Setting.EMBEDDED) && options.containsKey(Setting.URI)) {
            throw MigopyException.usage("--uri and --embedded cannot be combined", "Remove one of the two");
        }
    }

    /** Returns the value of highest precedence, or null if there is none. */
    Value of(Setting setting) {
        for (Level level : LEVELS) {
            Value value = at(level, setting);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Returns the value of highest precedence of a setting that has a default. */
    Value required(Setting setting) {
        Value value = of(setting);
        if (value == null) {
            throw new IllegalStateException(setting + " has no default");
        }
        return value;
    }

    /**
     * Returns the value at this level, or null. An empty one is refused: with a CI variable that is
     * missing, a command would otherwise run on another database.
     */
    Value at(Level level, Setting setting) {
        Value value = raw(level, setting);
        if (value != null && value.text().isEmpty() && setting != Setting.PASSWORD) {
            throw MigopyException.usage("%s is empty".formatted(value.origin()), "Set a value or unset it");
        }
        return value;
    }

    /** Returns a redactor that knows every secret at every level, used or not. */
    Redactor redactor(Path home, ConnectionSettings connection) {
        Set<String> secrets = new HashSet<>();
        for (Setting setting : Setting.values()) {
            for (Level level : setting.secret() ? LEVELS : List.<Level>of()) {
                Value value = raw(level, setting);
                if (value != null) {
                    secrets.addAll(setting == Setting.URI ? MongoUri.secretsIn(value.text()) : List.of(value.text()));
                }
            }
        }
        Value file = of(Setting.PASSWORD_FILE);
        if (file != null) {
            secrets.add(file.passwordInFile(home));
        }
        Set<String> open = new HashSet<>();
        for (String host : connection.hosts()) {
            int colon = host.lastIndexOf(':');
            open.add(colon < 0 ? host : host.substring(0, colon));
        }
        open.add(connection.user());
        open.add(connection.database());
        return Redactor.of(secrets, open);
    }

    private Value raw(Level level, Setting setting) {
        if (setting == Setting.URI && level == Level.OPTION && options.containsKey(Setting.EMBEDDED)) {
            return new Value(setting, ConnectionSettings.EMBEDDED, level, Setting.EMBEDDED.option());
        }
        String text = null;
        String origin = null;
        switch (level) {
            case OPTION -> {
                text = options.get(setting);
                origin = setting == Setting.URI ? originOfUri : setting.option();
            }
            case ENVIRONMENT -> {
                text = setting.environment() == null ? null : environment.get(setting.environment());
                origin = setting.environment();
            }
            case FIELD -> {
                String given = fields.get(setting);
                text = given == null ? setting.defaultText() : given;
                origin = setting.field() == null ? "the default" : "the field " + setting.field();
            }
        }
        return text == null ? null : new Value(setting, text, level, origin);
    }
}
