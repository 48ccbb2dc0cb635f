///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES ../lib/migopy/MigrationsManager.java

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import migopy.files.ChecksumCache;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationDirectory.Listing;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.State;
import migopy.plan.Overview;
import migopy.plan.Planner;
import migopy.plan.Request.ExecuteRequest;
import org.bson.BsonString;

/**
 * Measures the parts of a command that need no server: {@code jbang bench/inside.java [FILES]}. The
 * first round of each shows the cost in a command, whose JVM is cold; the median of the others shows
 * the cost of the work itself.
 */
public class inside {
    private static final int FILES = 10_000;
    private static final int COMPILED = 1_000;
    private static final int SAME_NAME = 300;
    private static final int ROUNDS = 7;
    private static final Pattern NAME = Pattern.compile("(?<number>[0-9]+)_[a-z0-9_]+\\.java");

    private final Path home = Files.createTempDirectory("migopy-inside");
    private final Path migrations = Files.createDirectory(home.resolve("mongomigrations"));
    private int caches;

    private inside() throws IOException {}

    /** A part to measure. */
    private interface Work {
        void run() throws Exception;
    }

    public static void main(String... args) throws Exception {
        int files = args.length == 0 ? FILES : Integer.parseInt(args[0]);
        inside bench = new inside();
        try {
            bench.measure(files);
        } finally {
            bench.delete();
        }
    }

    private void measure(int files) throws Exception {
        for (int i = 1; i <= files; i++) {
            Files.writeString(
                    migrations.resolve(i + "_bench.java"),
                    "class Bench%d { static void up() { } static void down() { } }%n".formatted(i));
        }
        System.out.printf("| %d files | ms, cold | ms, warm |%n| --- | --- | --- |%n", files);
        Listing listing = new MigrationDirectory(migrations, NAME).scan();
        time("list the directory", () -> new MigrationDirectory(migrations, NAME).scan());
        time("checksums, none known", () -> new ChecksumCache(newCache()).of(listing));
        Path known = newCache();
        Map<String, String> checksums = new ChecksumCache(known).of(listing);
        // Checksums of files as young as the cache are not trusted: hence the second run.
        new ChecksumCache(known).of(listing);
        time("checksums, all known", () -> new ChecksumCache(known).of(listing));
        List<Entry> entries = applied(listing, checksums);
        time(
                "compare with the journal and plan",
                () -> Planner.plan(
                        Overview.of(listing, checksums, entries, Set.of(), false, Map.of()),
                        new ExecuteRequest(List.of(), null, null, false, false)));
        List<MigrationSource> sources = listing.files().stream()
                .limit(Math.min(COMPILED, files))
                .map(MigrationSource::read)
                .toList();
        time("compile " + sources.size(), () -> compile(newCache(), sources));
        Path compiled = newCache();
        compile(compiled, sources);
        List<MigrationSource> equal = sources.stream()
                .limit(SAME_NAME)
                .map(source -> MigrationSource.of(source.file(), source.text().replaceFirst("Bench[0-9]+", "Bench")))
                .toList();
        time("compile " + equal.size() + " of one class name", () -> compile(newCache(), equal));
        time("load " + sources.size() + " from the cache", () -> compile(compiled, sources));
    }

    private static List<Entry> applied(Listing listing, Map<String, String> checksums) {
        List<Entry> entries = new ArrayList<>();
        listing.files()
                .forEach(file -> entries.add(new JournalEntry(
                        new BsonString(file.name()),
                        file.name(),
                        file.number(),
                        State.APPLIED,
                        false,
                        checksums.get(file.name()),
                        "run",
                        1L,
                        false,
                        false,
                        false,
                        null,
                        null,
                        null,
                        1L,
                        null,
                        true,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null)));
        return entries.subList(0, Math.max(0, entries.size() - 5));
    }

    private void compile(Path cache, List<MigrationSource> sources) {
        SourceCompiler.compileOnce(home, cache, Map.of(), sources);
    }

    private Path newCache() throws IOException {
        return Files.createDirectory(home.resolve("cache-" + caches++));
    }

    private static void time(String what, Work work) throws Exception {
        double[] ms = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long started = System.nanoTime();
            work.run();
            ms[i] = (System.nanoTime() - started) / 1e6;
        }
        double cold = ms[0];
        double[] warm = Arrays.copyOfRange(ms, 1, ROUNDS);
        Arrays.sort(warm);
        System.out.printf("| %s | %.0f | %.0f |%n", what, cold, warm[warm.length / 2]);
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
