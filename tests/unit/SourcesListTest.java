package unit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import support.Checkout;

class SourcesListTest {
    private static final Path LIBRARY = Checkout.root().resolve("lib/migopy");
    private static final Path LIST = LIBRARY.resolve("package-info.java");
    private static final Path MANAGER = LIBRARY.resolve("MigrationsManager.java");

    @Test
    void everyFileOfTheLibraryIsListedInOrder() throws IOException {
        List<String> listed;
        List<String> there;
        try (Stream<String> lines = Files.lines(LIST);
                Stream<Path> files = Files.walk(LIBRARY)) {
            listed = lines.filter(line -> line.startsWith("//SOURCES ")).toList();
            there = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.equals(MANAGER) && !file.equals(LIST))
                    .map(file -> LIBRARY.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> !file.startsWith("embedded/")) // a script with jars of its own
                    .sorted()
                    .map(file -> "//SOURCES " + file)
                    .toList();
        }
        assertThat(listed).as("to rewrite the list, run: tests/sources").isEqualTo(there);
    }
}
