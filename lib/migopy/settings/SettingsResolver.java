package migopy.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import migopy.MigopyException;

/**
 * Puts options, environment and fields together: option beats environment, environment beats field.
 * Everything that cannot be right is refused here, by name and origin, before anything else
 * happens.
 */
public final class SettingsResolver {
    /**
     * Below this a lease could run out while one slow write is under way (tests need short ones).
     */
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

    private final Values values;
    private final Map<String, String> environment;
    private final Path currentFolder;

    /**
     * @param options from an option's name without dashes to its text; {@code password} to what was
     *     typed
     */
    public SettingsResolver(
            UserFields fields, Map<String, String> options, Map<String, String> environment, Path currentFolder) {
        this.values = new Values(fields, options, environment);
        this.environment = environment;
        this.currentFolder = currentFolder;
    }

    /**
     * The settings.
     *
     * @throws MigopyException kind usage, naming the setting and where it came from
     */
    public Settings resolve() {
        Path home = ProjectHome.find(environment, currentFolder);
        ConnectionSettings connection = new ConnectionResolver(values, home).resolve();
        Value lease = values.required(Setting.LOCK_LEASE);
        if (lease.duration("lease").compareTo(SHORTEST_LEASE) < 0) {
            throw lease.refused("lease", "is shorter than " + SHORTEST_LEASE.toMillis() + " ms");
        }
        Value cache = values.of(Setting.CACHE);
        return new Settings(
                connection,
                home,
                values.required(Setting.MIGRATIONS_DIRECTORY).path(home, "migrations directory"),
                pattern(values.required(Setting.MIGRATIONS_FILE_PATTERN)),
                collection(values.required(Setting.MIGRATIONS_COLLECTION)),
                values.required(Setting.DUMP_DIRECTORY).path(home, "dump directory"),
                values.required(Setting.DUMP).truth("dump"),
                lease.duration("lease"),
                cache == null ? home.resolve(".migopy") : cache.path(home, "cache directory"),
                values.redactor(home, connection));
    }

    private static Pattern pattern(Value value) {
        try {
            Pattern pattern = Pattern.compile(value.text());
            if (!hasNumber(pattern)) {
                throw value.refused(
                        "pattern", "has no group (?<number>...)", "Name the group of the number (?<number>...)");
            }
            return pattern;
        } catch (PatternSyntaxException e) {
            String wrong = "is not a regular expression: " + e.getDescription();
            throw value.text().contains("(?P<")
                    ? value.refused("pattern", wrong, "Name its group (?<number>...), without a P,")
                    : value.refused("pattern", wrong);
        }
    }

    private static boolean hasNumber(Pattern pattern) {
        try {
            // Java 17 tells a group only after a match: hence one that always matches.
            // The line break ends a comment that the pattern may end with.
            Pattern.compile(pattern.pattern() + "\n|", pattern.flags())
                    .matcher("")
                    .replaceFirst("${number}");
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String collection(Value value) {
        String wrong = Names.wrongWithCollection(value.text());
        if (wrong != null) {
            throw value.refused("collection", wrong);
        }
        return value.text();
    }
}
