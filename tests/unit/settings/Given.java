package unit.settings;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.settings.Setting;
import migopy.settings.Settings;
import migopy.settings.SettingsResolver;
import support.Scratch;

/** Settings given at each level, in a project folder of their own. */
public final class Given {
    private final Map<Setting, String> fields = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<Setting, String> options = new HashMap<>();
    private Path currentFolder = Scratch.folder("current");

    private Given() {}

    /** Returns nothing but a project folder. */
    public static Given given() {
        Given given = new Given();
        return given.environment("MIGOPY_HOME", Scratch.folder("project").toString());
    }

    public Given field(String name, Object value) {
        fields.put(named(name, Setting::field), value.toString());
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
        options.put(named("--" + name, Setting::option), value);
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
        return new SettingsResolver(fields, options, environment, currentFolder).resolve();
    }

    /** Returns the error, which is of kind usage. */
    public MigopyException refused() {
        MigopyException refusal = catchThrowableOfType(MigopyException.class, this::resolve);
        if (refusal == null || refusal.kind() != MigopyException.Kind.USAGE) {
            throw new AssertionError("not refused (2), but " + refusal);
        }
        return refusal;
    }

    private static Setting named(String name, Function<Setting, String> as) {
        return Stream.of(Setting.values())
                .filter(setting -> name.equals(as.apply(setting)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no setting " + name));
    }
}
