package migopy.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import migopy.MigopyException;

/**
 * Combines options, environment and fields. Every value that cannot be right is refused here, with
 * its name and origin, before anything else happens.
 */
public final class SettingsResolver {
    /** With a shorter one, the lease could expire during one slow write. Tests need short ones. */
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

    private static final String ENTRY = "migopy.java";

    private final Values values;
    private final Path currentFolder;

    /**
     * @param fields the fields of the user's class as they would be typed; the default applies to
     *     one that is absent or null
     * @param options the options that were typed; {@code true} for one without a value
     */
    public SettingsResolver(
            Map<Setting, String> fields,
            Map<Setting, String> options,
            Map<String, String> environment,
            Path currentFolder) {
        this.values = new Values(fields, options, environment);
        this.currentFolder = currentFolder;
    }

    /**
     * Returns the settings.
     *
     * @throws MigopyException kind usage, naming the setting and its origin
     */
    public Settings resolve() {
        Path home = home();
        ConnectionSettings connection = ConnectionSettings.of(values, home);
        return new Settings(
                connection,
                home,
                values.required(Setting.MIGRATIONS_DIRECTORY).path(home),
                pattern(values.required(Setting.MIGRATIONS_FILE_PATTERN)),
                collection(values.required(Setting.MIGRATIONS_COLLECTION)),
                values.required(Setting.OUT_OF_ORDER).isTrue(),
                values.required(Setting.DUMP_DIRECTORY).path(home),
                values.required(Setting.DUMP).isTrue(),
                lease(values.required(Setting.LOCK_LEASE)),
                values.required(Setting.CACHE).path(home),
                values.redactor(home, connection));
    }

    /** MIGOPY_HOME, else the folder of the nearest migopy.java: JBang does not say where its script is. */
    private Path home() {
        Path start = currentFolder.toAbsolutePath().normalize();
        Value named = values.of(Setting.HOME);
        if (named != null) {
            Path home = named.path(start);
            if (!Files.isDirectory(home)) {
                throw MigopyException.usage(
                        named.named() + " is not a folder", "Set it to the folder of migopy.java, or unset it");
            }
            return home;
        }
        Path nearest = nearest(start);
        if (nearest == null) {
            throw MigopyException.usage(
                    "There is no migopy.java in %s or a folder above it".formatted(start),
                    "Change to the project folder, or set MIGOPY_HOME to it");
        }
        return nearest;
    }

    /** Returns the nearest folder at or above this absolute one that has a migopy.java, or null. */
    public static Path nearest(Path start) {
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve(ENTRY))) {
                return folder;
            }
        }
        return null;
    }

    private static Pattern pattern(Value value) {
        try {
            Pattern pattern = Pattern.compile(value.text());
            if (!hasNumber(pattern)) {
                throw value.refused("has no group (?<number>...)", "Name the group of the number (?<number>...)");
            }
            return pattern;
        } catch (PatternSyntaxException e) {
            String why = "is not a regular expression: " + e.getDescription();
            throw value.text().contains("(?P<")
                    ? value.refused(why, "Name the group of the number (?<number>...) without a P")
                    : value.refused(why);
        }
    }

    private static boolean hasNumber(Pattern pattern) {
        try {
            // Java 17 reports whether a group exists only after a match: hence one that always matches.
            // The line break ends a comment that may be at the end of the pattern.
            Pattern.compile(pattern.pattern() + "\n|", pattern.flags())
                    .matcher("")
                    .replaceFirst("${number}");
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String collection(Value value) {
        String problem = MongoNames.problemWithCollection(value.text());
        if (problem != null) {
            throw value.refused(problem);
        }
        return value.text();
    }

    private static Duration lease(Value value) {
        Duration lease = value.duration();
        if (lease.compareTo(SHORTEST_LEASE) < 0) {
            throw value.refused("is shorter than " + SHORTEST_LEASE.toMillis() + " ms");
        }
        return lease;
    }
}
