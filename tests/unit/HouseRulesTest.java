package unit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import support.Checkout;

/** Rules that every source follows. */
class HouseRulesTest {
    private static final int LINES = 400;

    @Test
    void noFileIsLongerThan400Lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path source : sources("lib", "tests")) {
            List<String> text = Files.readAllLines(source);
            // tests/sources generates the list of the library's files, which is not code.
            long lines =
                    text.stream().filter(line -> !line.startsWith("//SOURCES ")).count();
            if (lines > LINES) {
                tooLong.add(source.getFileName() + ": " + lines);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void testsWaitForFactsAndSleepInOnePlaceOnly() throws IOException {
        for (Path source : sources("tests")) {
            if (source.endsWith("support/Eventually.java") || source.endsWith("unit/HouseRulesTest.java")) {
                continue;
            }
            assertThat(linesWith("Thread\\.sleep|TimeUnit\\.[A-Z]+\\.sleep|@Disabled", source))
                    .isEmpty();
        }
    }

    @Test
    void noExceptionIsSwallowedAndNoTodoIsLeft() throws IOException {
        for (Path source : sources("lib")) {
            assertThat(linesWith("TODO|FIXME|XXX", source)).isEmpty();
            assertThat(Files.readString(source))
                    .as(source.toString())
                    .doesNotContainPattern("catch \\([^)]*\\) \\{\\s*\\}");
        }
    }

    @Test
    void sourcesAreInThePackageOfTheirFolder() throws IOException {
        Path root = Checkout.root();
        for (Path source : sources("lib", "tests")) {
            Path within = root.relativize(source).getParent();
            String text = Files.readString(source);
            if (within.getNameCount() > 1 && text.contains("package ")) {
                String folder =
                        within.subpath(1, within.getNameCount()).toString().replace('/', '.');
                assertThat(text).as(source.toString()).containsPattern("(?m)^package " + folder + ";");
            }
        }
    }

    private static List<String> linesWith(String pattern, Path source) throws IOException {
        Pattern wanted = Pattern.compile(pattern);
        return Files.readAllLines(source).stream()
                .filter(line -> wanted.matcher(line).find())
                .map(line -> source.getFileName() + ": " + line.strip())
                .toList();
    }

    private static List<Path> sources(String... folders) throws IOException {
        try (Stream<Path> all = Stream.of(folders).map(Checkout.root()::resolve).flatMap(HouseRulesTest::walk)) {
            return all.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static Stream<Path> walk(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
