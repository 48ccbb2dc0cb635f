import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Compares {@code ./migopy dbdump} and {@code mongodump} of one database as whole processes; each
 * round starts with the other one.
 */
final class DumpProcesses {
    private static final long LIMIT_SECONDS = 120;

    private final String uri;
    private final String database;
    private final Path folder;
    private final Path project;

    DumpProcesses(String uri, String database, Path folder) {
        this.uri = uri;
        this.database = database;
        this.folder = folder;
        this.project = Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
                .filter(path -> Files.isExecutable(path.resolve("migopy")))
                .findFirst()
                .orElseThrow();
    }

    void print(int rounds) throws IOException, InterruptedException {
        boolean both = isOnPath("mongodump");
        warmUp();
        System.out.printf("%n| round | `./migopy dbdump`, ms | `mongodump`, ms | |%n| --- | --- | --- | ---" + " |%n");
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            boolean turned = round % 2 == 0;
            double first = turned && both ? mongodump() : dbdump();
            double second = !both ? 0 : turned ? dbdump() : mongodump();
            ours.add(turned && both ? second : first);
            theirs.add(turned ? first : second);
            System.out.println(row(String.valueOf(round), ours.get(round - 1), theirs.get(round - 1)));
        }
        System.out.println(row("median", median(ours), median(theirs)));
    }

    private static String row(String round, double ours, double theirs) {
        return String.format(Locale.ROOT, "| %s | %.0f | %.0f | %.2f |", round, ours, theirs, ours / theirs);
    }

    /** The first run builds, the second records its classes, from which an archive is created. */
    private void warmUp() throws IOException, InterruptedException {
        dbdump();
        dbdump();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!hasArchive() && System.nanoTime() < end) {
            Thread.sleep(200);
        }
        dbdump();
    }

    private boolean hasArchive() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            return files.anyMatch(file -> file.endsWith("dbdump.jsa"));
        }
    }

    private double dbdump() throws IOException, InterruptedException {
        return millis(List.of(
                project.resolve("migopy").toString(),
                "dbdump",
                "--uri",
                uri,
                "--database",
                database,
                "--dump-directory",
                folder.resolve("ours").toString()));
    }

    private double mongodump() throws IOException, InterruptedException {
        return millis(List.of(
                "mongodump", "--quiet", "--uri=" + uri, "--db=" + database, "--out=" + folder.resolve("theirs")));
    }

    private double millis(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("MIGOPY_CACHE", folder.resolve("cache").toString());
        long start = System.nanoTime();
        Process process = builder.start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException(command + " failed");
        }
        double millis = (System.nanoTime() - start) / 1e6;
        delete(folder.resolve("ours"));
        delete(folder.resolve("theirs"));
        return millis;
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void delete(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                files.sorted(Comparator.reverseOrder()).forEach(DumpProcesses::deleteOne);
            }
        }
    }

    private static void deleteOne(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
