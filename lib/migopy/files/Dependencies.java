package migopy.files;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import migopy.MigopyException;

/**
 * The jars behind the {@code //DEPS} of a file, as JBang resolves them; remembered, since asking
 * takes a second.
 */
public final class Dependencies {
    private final CacheFolder folder;
    private final Jbang jbang;

    /** What was resolved in this process, failures as well: many files may name the same jar. */
    private final Map<String, Jars> known = new HashMap<>();

    /** The jars, or why they cannot be resolved. */
    sealed interface Jars {}

    record Resolved(List<Path> paths) implements Jars {}

    record Unresolved(String message, String hint, List<String> details) implements Jars {}

    Dependencies(Path home, Path cacheDirectory, Map<String, String> environment) {
        this.folder = new CacheFolder(cacheDirectory.resolve("dependencies"));
        this.jbang = new Jbang(home, environment);
    }

    /**
     * Resolves what a file names; starts nothing if that is none or was resolved before.
     *
     * @param base the folder that relative names start from
     */
    Jars resolve(Directives directives, Path base) {
        if (directives.dependencies().isEmpty()) {
            return new Resolved(List.of());
        }
        List<String> lines = lines(directives, base);
        String key = key(lines);
        Jars answer = known.get(key);
        if (answer == null) {
            Optional<List<Path>> stored = read(key);
            answer = stored.isPresent() ? new Resolved(stored.get()) : jbang.resolve(lines);
            if (stored.isEmpty()
                    && answer instanceof Resolved found
                    && directives.dependencies().stream().allMatch(Dependencies::isFixed)) {
                write(key, found.paths());
            }
            known.put(key, answer);
        }
        return answer;
    }

    /**
     * The lines to resolve by, with the names of local files made independent of where they are
     * read.
     */
    private static List<String> lines(Directives directives, Path base) {
        List<String> lines = new ArrayList<>(directives.repositoryLines());
        for (String name : directives.dependencies()) {
            lines.add("//DEPS " + absolute(name, base));
        }
        return lines;
    }

    private static String absolute(String name, Path base) {
        if (base == null || name.contains(":")) {
            return name;
        }
        try {
            Path file = base.resolve(name).toAbsolutePath().normalize();
            return Files.exists(file) ? file.toString() : name;
        } catch (InvalidPathException e) {
            return name;
        }
    }

    /** Whether a name stands for the same jar tomorrow: no snapshot, no range, no property. */
    private static boolean isFixed(String name) {
        return !name.contains("SNAPSHOT")
                && !name.contains("[")
                && !name.contains("(")
                && !name.contains("+")
                && !name.contains("${")
                && !name.endsWith("LATEST")
                && !name.endsWith("RELEASE");
    }

    private static String key(List<String> lines) {
        byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MigrationSource.sha256().digest(text));
    }

    /** The jars that were found before, if each is still there with the same size. */
    private Optional<List<Path>> read(String key) {
        return folder.read(key)
                .map(in -> StandardCharsets.UTF_8.decode(in).toString())
                .flatMap(Dependencies::parse);
    }

    private static Optional<List<Path>> parse(String text) {
        List<Path> jars = new ArrayList<>();
        try {
            for (String line : text.lines().toList()) {
                int space = line.indexOf(' ');
                Path jar = Path.of(line.substring(space + 1));
                if (Files.size(jar) != Long.parseLong(line.substring(0, space))) {
                    return Optional.empty();
                }
                jars.add(jar);
            }
            return Optional.of(jars);
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // A jar that is gone, or a line of another version: resolved again.
            return Optional.empty();
        }
    }

    private void write(String key, List<Path> jars) {
        StringBuilder text = new StringBuilder();
        for (Path jar : jars) {
            try {
                text.append(Files.size(jar)).append(' ').append(jar).append('\n');
            } catch (IOException e) {
                return;
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        folder.write(key, bytes, bytes.length);
    }

    /**
     * Returns the jars of a script that is not a migration, from the cache or from JBang.
     *
     * @param name what messages call the script
     * @param text the script's source
     * @param environment where JBang is searched
     * @throws MigopyException kind unreachable, if they cannot be resolved
     */
    public static List<Path> ofScript(
            String name, String text, Path home, Path cacheDirectory, Map<String, String> environment) {
        Jars jars = new Dependencies(home, cacheDirectory, environment).resolve(Directives.of(text), home);
        if (jars instanceof Unresolved failure) {
            throw MigopyException.unreachable("%s: %s".formatted(name, failure.message()), failure.hint());
        }
        return ((Resolved) jars).paths();
    }

    /** The jars in a class path as text. */
    static List<Path> paths(String classPath) {
        List<Path> paths = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            if (!entry.isBlank()) {
                paths.add(Path.of(entry.strip()).toAbsolutePath());
            }
        }
        return paths;
    }
}
