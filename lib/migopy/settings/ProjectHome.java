package migopy.settings;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import migopy.MigopyException;

/** Finds the project's folder. JBang tells a program nothing of where its script lies. */
final class ProjectHome {
    private static final String ENTRY = "migopy.java";

    private ProjectHome() {}

    /** MIGOPY_HOME, else the folder of the nearest migopy.java at or above the current one. */
    static Path find(Map<String, String> environment, Path currentFolder) {
        String named = environment.get("MIGOPY_HOME");
        return named == null ? above(currentFolder) : named(named, currentFolder);
    }

    private static Path named(String named, Path currentFolder) {
        Path home;
        try {
            home = currentFolder.toAbsolutePath().resolve(named).normalize();
        } catch (InvalidPathException e) {
            home = null;
        }
        if (named.isEmpty() || home == null || !Files.isDirectory(home)) {
            throw MigopyException.usage(
                    "MIGOPY_HOME is no folder: " + Value.printable(named),
                    "Let it name the folder of migopy.java, or unset it");
        }
        return home;
    }

    private static Path above(Path currentFolder) {
        Path start = currentFolder.toAbsolutePath().normalize();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve(ENTRY))) {
                return folder;
            }
        }
        throw MigopyException.usage(
                "No migopy.java in %s or above it".formatted(start),
                "Go into the project's folder, or let MIGOPY_HOME name it");
    }
}
