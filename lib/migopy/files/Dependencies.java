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
import migopy.files.SourceCompiler.InvalidSource;

/** Resolves the {@code //DEPS} of a file to jars, with JBang. Results are cached, since JBang takes a second. */
public final class Dependencies {
    private final CacheFolder folder;
    private final Jbang jbang;

    /** What this process has resolved, or failed to resolve, since many files may name the same jar. */
    private final Map<String, List<Path>> resolved = new HashMap<>();

    private final Map<String, InvalidSource> failed = new HashMap<>();

    Dependencies(Path home, Path cacheDirectory, Map<String, String> environment) {
        this.folder = new CacheFolder(cacheDirectory.resolve("dependencies"));
        this.jbang = new Jbang(home, environment);
    }

    /**
     * Resolves the {@code //DEPS} of a file; starts JBang only for what was not resolved before.
     *
     * @param base the folder to which relative names refer
     * @throws InvalidSource if they cannot be resolved
     */
    List<Path> resolve(Directives directives, Path base) throws InvalidSource {
        if (directives.dependencies().isEmpty()) {
            return List.of();
        }
        List<String> lines = lines(directives, base);
        String key = key(lines);
        if (failed.containsKey(key)) {
            throw failed.get(key);
        }
        if (!resolved.containsKey(key)) {
            resolved.put(key, resolve(directives, lines, key));
        }
        return resolved.get(key);
    }

    private List<Path> resolve(Directives directives, List<String> lines, String key) throws InvalidSource {
        Optional<List<Path>> stored = read(key);
        if (stored.isPresent()) {
            return stored.get();
        }
        try {
            List<Path> jars = jbang.resolve(lines);
            if (directives.dependencies().stream().allMatch(Dependencies::isFixed)) {
                write(key, jars);
            }
            return jars;
        } catch (InvalidSource e) {
            failed.put(key, e);
            throw e;
        }
    }

    /** Returns the lines to resolve, with absolute names of local files. */
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

    /** Whether a name always means the same jar: no snapshot, no range, no property. */
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

    /** Returns the cached jars, if each still exists with the same size. */
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
            return Optional.empty(); // a jar is missing, or another version wrote the line
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
        try {
            return new Dependencies(home, cacheDirectory, environment).resolve(Directives.of(text), home);
        } catch (InvalidSource e) {
            throw MigopyException.unreachable(name + " " + e.getMessage(), e.hint());
        }
    }

    /** Returns the jars of a class path. */
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
