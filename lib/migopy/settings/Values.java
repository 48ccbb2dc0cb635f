package migopy.settings;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.MigopyException;

/** Every setting at each of its three levels. */
final class Values {
    private final UserFields fields;
    private final Map<String, String> options;
    private final Map<String, String> environment;

    Values(UserFields fields, Map<String, String> options, Map<String, String> environment) {
        this.fields = fields;
        this.options = Map.copyOf(options);
        this.environment = Map.copyOf(environment);
    }

    /** The strongest value of this setting, or null if it is not set at all. */
    Value of(Setting setting) {
        for (Level level : List.of(Level.OPTION, Level.ENVIRONMENT, Level.FIELD)) {
            Value value = at(level, setting);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** The strongest value of a setting that has a default. */
    Value required(Setting setting) {
        Value value = of(setting);
        if (value == null) {
            throw new IllegalStateException(setting + " has no default");
        }
        return value;
    }

    /**
     * What was said at this level, or null. Said and empty is refused: a missing CI variable would
     * reach elsewhere.
     */
    Value at(Level level, Setting setting) {
        Value value = raw(level, setting);
        if (value != null && value.text().isEmpty() && setting != Setting.PASSWORD) {
            throw MigopyException.usage(
                    "%s is empty".formatted(value.origin()), "Give it a value, or take it away altogether");
        }
        return value;
    }

    /** Knows every secret at every level, used or not. */
    Redactor redactor(Path home, ConnectionSettings connection) {
        Set<String> secrets = new HashSet<>();
        for (Level level : Level.values()) {
            Value password = raw(level, Setting.PASSWORD);
            if (password != null) {
                secrets.add(password.text());
            }
            Value uri = raw(level, Setting.URI);
            if (uri != null) {
                secrets.addAll(MongoUri.secretsIn(uri.text()));
            }
        }
        Value file = of(Setting.PASSWORD_FILE);
        if (file != null) {
            secrets.add(PasswordFile.read(file, home));
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
        String text;
        String origin;
        switch (level) {
            case OPTION -> {
                text = setting.option == null ? null : options.get(setting.option);
                origin = "--" + setting.option;
            }
            case ENVIRONMENT -> {
                text = environment.get(setting.environment);
                origin = setting.environment;
            }
            default -> {
                text = fields.text(setting);
                origin = "the field " + setting.field;
            }
        }
        if (setting == Setting.URI && level == Level.OPTION && embedded()) {
            return new Value(setting, ConnectionResolver.EMBEDDED, level, "--embedded");
        }
        return text == null ? null : new Value(setting, text, level, origin);
    }

    /** Whether {@code --embedded} was typed. */
    private boolean embedded() {
        boolean asked = Boolean.parseBoolean(options.getOrDefault("embedded", "false"));
        if (asked && options.containsKey(Setting.URI.option)) {
            throw MigopyException.usage("--uri and --embedded name two databases", "Take one of the two away");
        }
        return asked;
    }
}
