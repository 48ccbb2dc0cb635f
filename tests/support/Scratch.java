package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The folder with all files of this test run. It is deleted when the run ends. */
public final class Scratch {
    private Scratch() {}

    /** The run's folder: created on first use, deleted when the JVM ends. */
    private static final class Holder {
        static final Path ROOT = create();

        private static Path create() {
            try {
                Path root = Files.createTempDirectory("migopy-tests-").toRealPath();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root), "delete-scratch"));
                return root;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Returns the run's folder, for files that the whole run shares. */
    public static Path root() {
        return Holder.ROOT;
    }

    /** Creates an empty folder whose name starts with {@code what}. */
    public static Path folder(String what) {
        try {
            return Files.createTempDirectory(Holder.ROOT, what + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a folder recursively, read-only folders too; what cannot be deleted is left to the system. */
    public static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("left behind: " + folder + " (" + e.getMessage() + ")");
        }
    }
}
