package migopy.files;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds programs as a shell does. */
public final class Programs {
    private static final List<String> SUFFIXES =
            File.separatorChar == '\\' ? List.of(".exe", ".cmd", ".bat", "") : List.of("");

    private Programs() {}

    /** Whether this is Windows, which has no POSIX shell. */
    public static boolean onWindows() {
        return System.getProperty("os.name", "").startsWith("Windows");
    }

    /** Returns the path of a program as it is typed in a folder: {@code ./migopy}. */
    static String typed(Path here, Path program) {
        String path = here.relativize(program.toAbsolutePath()).toString();
        return path.startsWith("..") ? path : "./" + path;
    }

    /** Returns the program of a name or path; empty if there is none. */
    public static Optional<Path> find(String name, Map<String, String> environment) {
        return first(name.contains("/") || name.contains(File.separator) ? List.of(name) : onPath(name, environment));
    }

    /** Returns the paths that a program of this name would have in the folders of PATH. */
    static List<String> onPath(String name, Map<String, String> environment) {
        List<String> candidates = new ArrayList<>();
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (!folder.isEmpty()) {
                candidates.add(folder + File.separator + name);
            }
        }
        return candidates;
    }

    /** Returns the first candidate that is an executable file. */
    static Optional<Path> first(List<String> candidates) {
        for (String candidate : candidates) {
            for (String suffix : SUFFIXES) {
                try {
                    Path path = Path.of(candidate + suffix);
                    if (Files.isRegularFile(path) && Files.isExecutable(path)) {
                        return Optional.of(path.toAbsolutePath());
                    }
                } catch (InvalidPathException e) {
                    continue;
                }
            }
        }
        return Optional.empty();
    }
}
