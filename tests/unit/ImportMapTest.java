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

/** Holds the map of the house: a room imports only from rooms to its right. */
class ImportMapTest {
    /** From left to right; what stands in one list may not import from each other either. */
    private static final List<List<String>> MAP = List.of(
            List.of("MigrationsManager"),
            List.of("command"),
            List.of("fix"),
            List.of("run"),
            List.of("plan"),
            List.of("Migration", "journal", "lock", "dump"),
            List.of("mongo"),
            List.of("files", "backfill", "settings"),
            List.of("observe"),
            List.of("console", "MigopyException", "Problem", "Resumable", "StepReport"));

    /** Classes beside {@code Migration} that are parts of it. */
    private static final Map<String, String> PARTS = Map.of("DirectRun", "Migration", "Transaction", "Migration");

    private static final Pattern NAMED = Pattern.compile("\\bmigopy\\.([a-z]+\\b(?=\\.[a-zA-Z])|[A-Z][A-Za-z]*)");

    @Test
    void aRoomImportsOnlyFromRoomsToItsRight() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path source : sources()) {
            String from = room(source);
            for (String to : roomsNamedIn(source)) {
                if (!from.equals(to) && place(to) <= place(from) && !isLoweredRight(from, to)) {
                    wrong.add("%s (%s) names %s".formatted(source.getFileName(), from, to));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    // What lies at the far right has no order of its own: console speaks of problems and
    // exceptions.
    private static boolean isLoweredRight(String from, String to) {
        int last = MAP.size() - 1;
        return place(from) == last && place(to) == last;
    }

    @Test
    void everyFolderHasItsPlaceInTheMapAndSaysWhatItIsFor() throws IOException {
        try (Stream<Path> folders = Files.list(library())) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                assertThat(places()).containsKey(folder.getFileName().toString());
                assertThat(folder.resolve("package-info.java")).exists();
            }
        }
    }

    @Test
    void planKnowsValuesOnly() throws IOException {
        for (Path source : sources()) {
            if (room(source).equals("plan")) {
                assertThat(text(source))
                        .as(source.toString())
                        .doesNotContain("import com.mongodb", "import java.io", "java.nio.file.Files")
                        .doesNotContain("Instant.now", "currentTimeMillis", "nanoTime");
            }
        }
    }

    @Test
    void onlyTheRoomMongoMakesAClient() throws IOException {
        for (Path source : sources()) {
            if (!room(source).equals("mongo")) {
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

    private static String room(Path source) {
        Path within = library().relativize(source);
        String first = within.getName(0).toString();
        return within.getNameCount() > 1 ? first : whole(first.replace(".java", ""));
    }

    private static String whole(String name) {
        return PARTS.getOrDefault(name, name);
    }

    private static List<String> roomsNamedIn(Path source) throws IOException {
        String code = text(source).replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("(?m)//.*$", "");
        List<String> rooms = new ArrayList<>();
        Matcher named = NAMED.matcher(code.replaceAll("(?m)^package .*$", "").replaceAll("\"[^\"]*\"", ""));
        while (named.find()) {
            rooms.add(whole(named.group(1)));
        }
        return rooms;
    }

    private static Map<String, Integer> places() {
        Map<String, Integer> places = new HashMap<>(Map.of("embedded", MAP.size()));
        for (int place = 0; place < MAP.size(); place++) {
            for (String room : MAP.get(place)) {
                places.put(room, place);
            }
        }
        return places;
    }

    private static int place(String room) {
        Integer place = places().get(room);
        assertThat(place).as("the place of %s in the map", room).isNotNull();
        return place;
    }
}
