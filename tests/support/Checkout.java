package support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** Where the repository's own files are. */
public final class Checkout {
    private Checkout() {}

    /**
     * The repository's folder: the one at or above the current folder that has lib/migopy and
     * tests.
     *
     * @throws IllegalStateException when the tests are run from elsewhere
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
