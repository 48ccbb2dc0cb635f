package unit.settings;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import migopy.MigopyException;
import migopy.settings.Settings;
import migopy.settings.SettingsResolver;
import migopy.settings.UserFields;
import support.Scratch;

/** Settings given at each level, in a project's folder of their own. */
public final class Given {
    private final Map<String, Object> fields = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> options = new HashMap<>();
    private Path currentFolder = Scratch.folder("current");

    private Given() {}

    /** A project's folder, and nothing set but that. */
    public static Given given() {
        Given given = new Given();
        return given.environment("MIGOPY_HOME", Scratch.folder("project").toString());
    }

    public Given field(String name, Object value) {
        fields.put(name, value);
        return this;
    }

    public Given environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Given withoutEnvironment(String name) {
        environment.remove(name);
        return this;
    }

    public Given option(String name, String value) {
        options.put(name, value);
        return this;
    }

    public Given in(Path folder) {
        currentFolder = folder;
        return this;
    }

    public Path home() {
        return Path.of(environment.get("MIGOPY_HOME"));
    }

    public Settings resolve() {
        return new SettingsResolver(userFields(), options, environment, currentFolder).resolve();
    }

    /** The refusal, which is of kind usage. */
    public MigopyException refused() {
        MigopyException refusal = catchThrowableOfType(MigopyException.class, this::resolve);
        if (refusal == null || refusal.kind() != MigopyException.Kind.USAGE) {
            throw new AssertionError("not refused (2), but " + refusal);
        }
        return refusal;
    }

    private UserFields userFields() {
        RecordComponent[] components = UserFields.class.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                Object standing = components[i].getAccessor().invoke(UserFields.DEFAULTS);
                values[i] = fields.getOrDefault(components[i].getName(), standing);
            }
            return UserFields.class.getConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
