package migopy.files;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import migopy.MigopyException;

/** The jars behind the {@code //DEPS} of a script that is no migration. */
public final class ScriptJars {
    private ScriptJars() {}

    /**
     * The jars that a script names, from the cache or from JBang.
     *
     * @param name what to call the script in a message
     * @param text the script's source
     * @param environment where JBang is looked for
     * @throws MigopyException kind unreachable, if they cannot be had
     */
    public static List<Path> of(
            String name, String text, Path home, Path cacheDirectory, Map<String, String> environment) {
        var dependencies = new Dependencies(home, cacheDirectory, environment);
        Dependencies.Answer answer = dependencies.resolve(Directives.of(text), home);
        if (answer instanceof Dependencies.Answer.Missing missing) {
            throw MigopyException.unreachable("%s: %s".formatted(name, missing.message()), missing.hint());
        }
        return ((Dependencies.Answer.Found) answer).jars();
    }
}
