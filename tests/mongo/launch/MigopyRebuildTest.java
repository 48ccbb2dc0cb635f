package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.Eventually;
import support.Scratch;

/** {@code ./migopy}: when it rebuilds, and what it keeps. */
class MigopyRebuildTest {
    private static final Duration ARCHIVE_LIMIT = Duration.ofSeconds(60);

    @Test
    void everyEditIsSeenEvenWithTheSameSizeAndTime() throws IOException {
        var project = Launcher.create();
        project.migopy().exits(0).says("answer first");
        Path helper = project.folder().resolve("command/StatusAnswer.java");
        FileTime before = Files.getLastModifiedTime(helper);
        project.answer("other");
        Files.setLastModifiedTime(helper, before);
        project.migopy().exits(0).says("answer other");
        // A source that matches a pattern and did not exist when the plan was created.
        project.write("more/Added.java", "class Added { does not compile }");
        Launched broken = project.migopy("status", "--json").exits(2);
        assertThat(broken.err()).contains("Added.java", "migopy.java could not be built");
        assertThat(Document.parse(broken.out()).getEmbedded(List.of("error", "kind"), ""))
                .isEqualTo("usage");
        Files.delete(project.folder().resolve("more/Added.java"));
        project.migopy().exits(0).says("answer other");
    }

    @Test
    void aClassWithAnotherNameThanItsFileIsNamed() throws IOException {
        var project = Launcher.create();
        String text = Files.readString(project.folder().resolve("migopy.java"));
        project.write("migopy.java", text.replace("class migopy", "class Shop"));
        Launched broken = project.migopy("status", "--json").exits(2);
        String hint = Document.parse(broken.out()).getEmbedded(List.of("error", "hint"), "");
        assertThat(hint).contains("Rename Shop: public class migopy extends MigrationsManager");
    }

    @Test
    void damagedOrMissingPartsOfThePlanAreRebuilt() throws IOException {
        var project = Launcher.create();
        project.migopy().exits(0);
        Path plan = find(project, "plan");
        Files.writeString(plan, Files.readString(plan).substring(0, 200));
        project.migopy().exits(0).says("answer first");
        Files.delete(plan.resolveSibling("app.jar"));
        project.migopy().exits(0).says("answer first");
        project.breakJbang();
        project.migopy().exits(0).says("answer first");
    }

    @Test
    void twoConcurrentFirstRunsDoNotAffectEachOther() {
        var project = Launcher.create();
        List<String> command = List.of("./migopy", "seven");
        var first = Launched.start(project.folder(), Map.of(), "typed\n", command);
        var second = Launched.start(project.folder(), Map.of(), "typed\n", command);
        // The build does not read the program's standard input.
        assertThat(first.ended().exits(7).says("answer first").out()).endsWith("typed\n");
        assertThat(second.ended().exits(7).says("answer first").out()).endsWith("typed\n");
        assertThat(files(project)).noneMatch(name -> name.matches(".*\\.\\d+") || name.endsWith("building"));
    }

    @Test
    void anIncompleteBuildInJbangsCacheIsRebuilt() throws IOException {
        var project = Launcher.create();
        Path cache = Scratch.folder("cache of jbang");
        Map<String, String> environment = Map.of("JBANG_CACHE_DIR", cache.toString());
        Launched.run(project.folder(), environment, "./migopy").exits(0);
        try (FileSystem jar = FileSystems.newFileSystem(find(cache, "migopy.jar"))) {
            Path manifest = jar.getPath("META-INF/MANIFEST.MF");
            List<String> lines = new ArrayList<>(Files.readAllLines(manifest));
            assertThat(lines.removeIf(line -> line.startsWith("Main-Class:"))).isTrue();
            Files.write(manifest, lines);
        }
        Files.delete(find(project, "plan"));
        Launched.run(project.folder(), environment, "./migopy").exits(0).says("answer first");
    }

    @Test
    void theCacheMayBeAnotherFolder() throws IOException {
        var project = Launcher.create();
        Path cache = Scratch.folder("cache");
        Map<String, String> environment = Map.of("MIGOPY_CACHE", cache.toString());
        Launched.run(project.folder(), environment, "./migopy").exits(0).says("answer first");
        assertThat(project.folder().resolve(".migopy")).doesNotExist();
        assertThat(cache.resolve("launch")).isDirectory();
    }

    @Test
    void theUsersCacheReplacesThatOfAReadOnlyProject() throws IOException {
        var project = Launcher.create();
        Path home = Scratch.folder("home");
        if (Files.exists(Launcher.jbangsJar())) {
            Files.copy(Launcher.jbangsJar(), home.resolve(Launcher.jbangsJar().getFileName()));
        }
        Map<String, String> environment = Map.of("HOME", home.toString(), "JBANG_DIR", home.toString());
        List<String> command = new ArrayList<>(Launcher.withoutRootRights());
        command.add("./migopy");
        for (Path folder : List.of(Scratch.root(), project.folder())) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        }
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        try {
            Launched.start(project.folder(), environment, "", command)
                    .ended()
                    .exits(0)
                    .says("answer first")
                    .says("MIGOPY_CACHE " + home + "/.cache/migopy/");
            assertThat(project.folder().resolve(".migopy")).doesNotExist();
            Launched again =
                    Launched.start(project.folder(), environment, "", command).ended();
            assertThat(again.exits(0).says("answer first").err())
                    .as("nothing was built")
                    .isEmpty();
        } finally {
            for (Path folder : List.of(Scratch.root(), project.folder())) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            }
        }
    }

    @Test
    void theLauncherRecognizesAnAnswerByClassesThatExist() {
        Path library = Checkout.root().resolve("lib/migopy");
        assertThat(Checkout.root().resolve("migopy"))
                .content()
                .contains("'^migopy/[a-z]*/\\(Status\\|Run\\|Dump\\)Answer'");
        assertThat(library.resolve("command")).isDirectoryContaining("glob:**/StatusAnswer.java");
        assertThat(library.resolve("command")).isDirectoryContaining("glob:**/RunAnswer.java");
        assertThat(library).isDirectoryRecursivelyContaining("glob:**/DumpAnswer.java");
    }

    @Test
    void aClassArchiveIsCreatedInTheBackgroundAndADamagedOneIsIgnored() throws IOException {
        var project = Launcher.create();
        Map<String, String> environment = project.archiving();
        Launched.run(project.folder(), environment, "sh", "-c", "./migopy | cat")
                .exits(0)
                .says("answer first");
        assertThat(files(project))
                .as("a reader of the output does not wait for the archive")
                .noneMatch(name -> name.endsWith(".jsa"));
        Eventually.until(
                "there is an archive",
                ARCHIVE_LIMIT,
                () -> files(project).stream().anyMatch(name -> name.endsWith(".jsa")),
                () -> files(project).toString());
        Eventually.until("no process works on it", () -> !files(project).contains("archiving"));
        Path archive = find(
                project,
                files(project).stream()
                        .filter(n -> n.endsWith(".jsa"))
                        .findFirst()
                        .orElseThrow());
        Map<String, String> strict = Map.of("MIGOPY_ARCHIVE", "on", "MIGOPY_JAVA_OPTIONS", "-Xshare:on");
        Launched.run(project.folder(), strict, "./migopy").exits(0).says("answer first");
        archive.toFile().setWritable(true);
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        try (var file = new RandomAccessFile(archive.toFile(), "rw")) {
            file.seek(file.length() / 3);
            file.write(noise);
        }
        quiet(Launched.run(project.folder(), environment, "./migopy"));
        try (var file = new RandomAccessFile(archive.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        quiet(Launched.run(project.folder(), environment, "./migopy"));
        Eventually.until(
                "the truncated archive is created again",
                ARCHIVE_LIMIT,
                () -> !files(project).contains("archiving") && length(archive) > 1_000_000);
    }

    @Test
    void theCompilersClassesAreOnlyLoadedWhenMigrationsMayNeedCompiling() throws IOException {
        var project = Launcher.create();
        Map<String, String> environment = project.archiving();
        Path migration = project.write("mongomigrations/1_a.java", "class A {}");
        Launched.run(project.folder(), environment, "./migopy", "execute").exits(0);
        Eventually.until(
                "there are both archives",
                ARCHIVE_LIMIT,
                () -> files(project).containsAll(List.of("compile.jsa", "execute.jsa"))
                        && !files(project).contains("archiving"),
                () -> files(project).toString());
        Launched.run(project.folder(), environment, "./migopy", "execute").says("archive compile.jsa");
        Path classes = Files.createDirectory(project.folder().resolve(".migopy/classes"));
        setTime(migration, "2020-01-01T00:00:00Z");
        setTime(migration.getParent(), "2020-01-01T00:00:00Z");
        setTime(classes, "2020-01-02T00:00:00Z");
        Launched.run(project.folder(), environment, "./migopy", "execute").says("archive execute.jsa");
        setTime(migration, "2020-01-03T00:00:00Z");
        Launched.run(project.folder(), environment, "./migopy", "execute").says("archive compile.jsa");
    }

    private static void setTime(Path file, String time) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse(time)));
    }

    private static void quiet(Launched run) {
        run.exits(0).says("answer first");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).doesNotContain("warning", "error");
    }

    private static long length(Path file) {
        return file.toFile().length();
    }

    private static Path find(Launcher project, String name) throws IOException {
        return find(project.folder().resolve(".migopy"), name);
    }

    private static Path find(Path folder, String name) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }

    private static List<String> files(Launcher project) {
        Path cache = project.folder().resolve(".migopy");
        try (Stream<Path> all = Files.walk(cache, FileVisitOption.FOLLOW_LINKS)) {
            return all.map(file -> file.getFileName().toString()).toList();
        } catch (UncheckedIOException | IOException e) {
            // A file vanished while the folder was read: read it again.
            return List.of("archiving");
        }
    }
}
