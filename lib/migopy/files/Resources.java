package migopy.files;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What {@code //FILES} of a migration names, by the names under which its classes find it. The
 * rules are JBang's: {@code a/b.txt} is {@code b.txt}, {@code c=a/b.txt} is {@code c}, {@code
 * c/=a/b.txt} is {@code c/b.txt}; of a folder or a pattern what is below it, or below its part
 * without wildcards.
 */
final class Resources {
    /** So many files a migration: more than that is a folder that was not meant. */
    static final int FILE_LIMIT = 10_000;

    private static final int DEPTH_LIMIT = 20;
    private static final String WILDCARDS = "*?[{";

    private final Path base;
    private final Map<String, Path> found = new TreeMap<>();

    /** Why a line cannot be followed. */
    static final class Missing extends Exception {
        private static final long serialVersionUID = 1L;

        Missing(String message) {
            super(message, null, false, false);
        }
    }

    private Resources(Path base) {
        this.base = base;
    }

    /**
     * The files by their names as resources, {@code data/seed.json}.
     *
     * @param base the folder from which relative names start
     * @throws Missing with what is wrong with one of them
     */
    static Map<String, Path> of(List<String> words, Path base) throws Missing {
        Resources resources = new Resources(base);
        for (String word : words) {
            try {
                resources.add(word);
            } catch (IllegalArgumentException e) {
                throw new Missing("//FILES %s: %s".formatted(word, e.getMessage()));
            } catch (IOException e) {
                throw new Missing("//FILES %s cannot be read: %s".formatted(word, MigrationDirectory.reason(e)));
            }
        }
        return resources.found;
    }

    private void add(String word) throws IOException, Missing {
        int equals = word.indexOf('=');
        String target = equals < 0 ? "" : word.substring(0, equals);
        String name = word.substring(equals + 1);
        FileSystem system = base.getFileSystem();
        if (name.contains("://")
                || system.getPath(name).isAbsolute()
                || system.getPath(target).isAbsolute()) {
            throw new Missing("//FILES %s is not a relative path".formatted(word));
        }
        int wildcard = firstWildcard(name);
        if (wildcard >= 0) {
            int slash = name.lastIndexOf('/', wildcard);
            addBelow(word, base.resolve(name.substring(0, slash + 1)), name.substring(slash + 1), target);
            return;
        }
        Path path = base.resolve(name);
        if (Files.isDirectory(path)) {
            addBelow(word, path, "**", target);
        } else if (Files.isReadable(path)) {
            boolean into = target.isEmpty() || target.endsWith("/");
            put(word, into ? target + path.getFileName() : target, path);
        } else {
            throw new Missing("//FILES %s: no such file".formatted(word));
        }
    }

    private static int firstWildcard(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (WILDCARDS.indexOf(name.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private void addBelow(String word, Path folder, String pattern, String target) throws IOException, Missing {
        PathMatcher matcher = folder.getFileSystem().getPathMatcher("glob:" + pattern);
        int before = found.size();
        try (Stream<Path> all = Files.walk(folder, DEPTH_LIMIT)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Path relative = folder.relativize(path);
                if (matcher.matches(relative) && Files.isRegularFile(path)) {
                    String below = relative.toString().replace('\\', '/');
                    String into = target.isEmpty() || target.endsWith("/") ? target : target + "/";
                    put(word, into + below, path);
                }
            }
        }
        if (found.size() == before) {
            throw new Missing("//FILES %s: no such file".formatted(word));
        }
    }

    private void put(String word, String name, Path path) throws Missing {
        if (found.size() == FILE_LIMIT) {
            throw new Missing("//FILES %s: more than %d files".formatted(word, FILE_LIMIT));
        }
        found.put(name, path.toAbsolutePath().normalize());
    }
}
