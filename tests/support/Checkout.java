package support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** The folder with the repository's own files. */
public final class Checkout {
    private Checkout() {}

    /**
     * Returns the repository's folder: the current folder or the nearest parent that contains lib/migopy and tests.
     *
     * @throws IllegalStateException if the tests run outside the repository
     */
    public static Path root() {
        return Stream.iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
                .filter(folder -> Files.isDirectory(folder.resolve("lib/migopy")))
                .filter(folder -> Files.isDirectory(folder.resolve("tests")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Run the tests from inside the repository, not from "
                        + Path.of("").toAbsolutePath()));
    }
}
