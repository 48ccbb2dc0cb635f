package unit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import support.Checkout;

/** Compares the imports with the map of the packages: a package imports only from packages to its right. */
class ImportMapTest {
    /** From left to right; the members of one list may not import from each other either. */
    private static final List<List<String>> MAP = List.of(
            List.of("MigrationsManager", "Main"),
            List.of("command"),
            List.of("fix", "adopt", "rehearsal"),
            List.of("run"),
            List.of("plan", "lint"),
            List.of("Migration", "journal", "lock", "dump"),
            List.of("mongo"),
            List.of("files", "backfill", "settings"),
            List.of("observe", "report"),
            List.of("console", "MigopyException", "Problem", "Resumable", "RunReport", "StepReport"));

    /** Classes beside {@code Migration} that are parts of it. */
    private static final Map<String, String> PARTS =
            Map.of("Check", "Migration", "DirectRun", "Migration", "Transaction", "Migration");

    private static final Pattern NAMED = Pattern.compile("\\bmigopy\\.([a-z]+\\b(?=\\.[a-zA-Z])|[A-Z][A-Za-z]*)");

    @Test
    void aPackageImportsOnlyFromPackagesToItsRight() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path source : sources()) {
            String from = packageOf(source);
            for (String to : packagesNamedIn(source)) {
                if (!from.equals(to) && place(to) <= place(from) && !isRightmost(from, to)) {
                    wrong.add("%s (%s) names %s".formatted(source.getFileName(), from, to));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    // The rightmost list has no order of its own: console prints problems and exceptions.
    private static boolean isRightmost(String from, String to) {
        int last = MAP.size() - 1;
        return place(from) == last && place(to) == last;
    }

    @Test
    void everyPackageIsInTheMapAndHasAPackageInfo() throws IOException {
        try (Stream<Path> folders = Files.list(library())) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                assertThat(places()).containsKey(folder.getFileName().toString());
                assertThat(folder.resolve("package-info.java")).exists();
            }
        }
    }

    @Test
    void planImportsOnlyValues() throws IOException {
        for (Path source : sources()) {
            if (packageOf(source).equals("plan")) {
                assertThat(text(source))
                        .as(source.toString())
                        .doesNotContain("import com.mongodb", "import java.io", "java.nio.file.Files")
                        .doesNotContain("Instant.now", "currentTimeMillis", "nanoTime");
            }
        }
    }

    @Test
    void onlyThePackageMongoCreatesAClient() throws IOException {
        for (Path source : sources()) {
            if (!packageOf(source).equals("mongo")) {
                assertThat(text(source)).as(source.toString()).doesNotContain("MongoClients.create");
            }
        }
    }

    private static Path library() {
        return Checkout.root().resolve("lib/migopy");
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(library())) {
            // embedded/ is a script of its own, with jars that nothing else may use.
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.startsWith(library().resolve("embedded")))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .toList();
        }
    }

    private static String text(Path source) throws IOException {
        return Files.readString(source);
    }

    private static String packageOf(Path source) {
        Path within = library().relativize(source);
        String first = within.getName(0).toString();
        return within.getNameCount() > 1 ? first : whole(first.replace(".java", ""));
    }

    private static String whole(String name) {
        return PARTS.getOrDefault(name, name);
    }

    private static List<String> packagesNamedIn(Path source) throws IOException {
        String code = text(source)
                .replaceAll("(?s)\"\"\".*?\"\"\"", "")
                .replaceAll("(?s)/\\*.*?\\*/", "")
                .replaceAll("(?m)//.*$", "");
        List<String> names = new ArrayList<>();
        Matcher named = NAMED.matcher(code.replaceAll("(?m)^package .*$", "").replaceAll("\"[^\"]*\"", ""));
        while (named.find()) {
            names.add(whole(named.group(1)));
        }
        return names;
    }

    private static Map<String, Integer> places() {
        Map<String, Integer> places = new HashMap<>(Map.of("embedded", MAP.size()));
        for (int place = 0; place < MAP.size(); place++) {
            for (String name : MAP.get(place)) {
                places.put(name, place);
            }
        }
        return places;
    }

    private static int place(String name) {
        Integer place = places().get(name);
        assertThat(place).as("the place of %s in the map", name).isNotNull();
        return place;
    }
}
