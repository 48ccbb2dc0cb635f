package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import migopy.files.CompiledMigration;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import org.junit.jupiter.api.Test;

class ClassCacheTest {
    private static final String GOOD = "class A { static void up() {} static class B {} }";

    private final Sandbox sandbox = new Sandbox();

    @Test
    void compiledClassesAreCached() throws IOException {
        sandbox.with("1_a.java", GOOD).with("2_b.java", "class C { static void up() {} }");
        sandbox.compile();
        List<Path> files = sandbox.cached();
        assertThat(files).hasSize(2);
        var times = new ArrayList<>();
        for (Path file : files) {
            times.add(Files.getLastModifiedTime(file));
        }
        assertThat(sandbox.compile().migrations()).hasSize(2);
        assertThat(sandbox.cached()).isEqualTo(files);
        for (int i = 0; i < files.size(); i++) {
            assertThat(Files.getLastModifiedTime(files.get(i))).isEqualTo(times.get(i));
        }
    }

    @Test
    void theFolderIsTouchedIfAllClassesWereCached() throws IOException {
        sandbox.with("1_a.java", GOOD);
        sandbox.compile();
        Path folder = sandbox.cached().get(0).getParent();
        FileTime old = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
        Files.setLastModifiedTime(folder, old);
        sandbox.compile();
        assertThat(Files.getLastModifiedTime(folder)).isGreaterThan(old);
    }

    @Test
    void aSecondRunDoesNotLoadTheCompiler() throws IOException, InterruptedException {
        sandbox.with("1_a.java", GOOD);
        assertThat(loadedInAChild()).anyMatch(line -> line.contains("com.sun.tools.javac.main"));
        assertThat(loadedInAChild())
                .anyMatch(line -> line.contains("migopy.files.CompiledMigration"))
                .noneMatch(line -> line.contains("tools.javac") || line.contains("javax.tools"));
    }

    @Test
    void stringsAreConcatenatedWithoutMethodHandles() throws IOException {
        sandbox.with(
                "1_a.java",
                "class A { static void up() { System.out.println(up + \"!\"); } " + "static String up = \"?\"; }");
        sandbox.compile();
        assertThat(Files.readString(sandbox.cached().get(0), StandardCharsets.ISO_8859_1))
                .contains("java/lang/StringBuilder")
                .doesNotContain("java/lang/invoke");
    }

    @Test
    void classesThatWereLoadedAheadAreNotReadAgain() throws IOException {
        sandbox.with("1_a.java", GOOD).with("2_b.java", "class B { static void up() {} }");
        sandbox.compile();
        List<MigrationSource> sources =
                MigrationSource.readAll(sandbox.scan().files()).sources();
        try (SourceCompiler compiler = sandbox.compiler()) {
            compiler.loadAhead(sources.get(1));
            List<Path> kept = sandbox.cached();
            for (Path file : kept) {
                Files.delete(file);
            }
            assertThat(compiler.compile(sources).migrations())
                    .extracting(CompiledMigration::name)
                    .containsExactly("1_a", "2_b");
        }
        assertThat(sandbox.cached()).as("compiled again").hasSize(1);
    }

    @Test
    void loadingAheadCompilesAndResolvesNothingAndReportsNoProblem() {
        sandbox.with("1_a.java", GOOD)
                .with("2_b.java", "class Broken {")
                .with("3_c.java", "//DEPS no.such:jar:1\nclass C { static void up() {} }");
        List<MigrationSource> sources =
                MigrationSource.readAll(sandbox.scan().files()).sources();
        try (SourceCompiler compiler = sandbox.compiler()) {
            sources.forEach(compiler::loadAhead);
            assertThat(sandbox.cache).doesNotExist();
            assertThat(compiler.compile(sources.subList(1, 2)).problems()).hasSize(1);
        }
    }

    /** Returns the classes that another JVM loads while it compiles the sandbox. */
    private List<String> loadedInAChild() throws IOException, InterruptedException {
        Path log = sandbox.home.resolve("loaded.txt");
        assertThat(CompileInChild.of(sandbox.home, List.of(), "-Xlog:class+load:file=" + log))
                .isZero();
        return Files.readAllLines(log);
    }

    @Test
    void aMigrationIsCompiledAgainAfterAnyKindOfDamage() throws IOException {
        sandbox.with("1_a.java", GOOD);
        sandbox.compile();
        Path file = sandbox.cached().get(0);
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i += whole.length / 20) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            assertThat(sandbox.compile().migrations()).hasSize(1);
            assertThat(file).hasBinaryContent(whole);
        }
        for (int length : new int[] {0, 7, 8, 100, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(sandbox.compile().migrations()).hasSize(1);
            Files.write(file, new byte[length]);
            assertThat(sandbox.compile().migrations()).hasSize(1);
        }
        assertThat(file).hasBinaryContent(whole);
    }

    @Test
    void theCachedClassesOfAnotherMigrationAreNotUsed() throws IOException {
        sandbox.with("1_a.java", GOOD);
        sandbox.compile();
        Path first = sandbox.cached().get(0);
        sandbox.with("1_a.java", "class Other { static void up() {} static void down() {} }");
        sandbox.compile();
        for (Path file : sandbox.cached()) {
            if (!file.equals(first)) {
                Files.copy(first, file, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        assertThat(sandbox.only().reversible()).isTrue();
    }

    @Test
    void anEditedMigrationIsCompiledAgain() {
        sandbox.with("1_a.java", GOOD);
        assertThat(sandbox.only().reversible()).isFalse();
        sandbox.with("1_a.java", "class A { static void up() {} static void down() {} }");
        assertThat(sandbox.only().reversible()).isTrue();
    }

    @Test
    void stackTracesNameTheFileEvenIfAnotherHasTheSameText() {
        sandbox.with("1_a.java", GOOD).with("2_b.java", GOOD);
        assertThat(sandbox.compile().migrations()).hasSize(2);
        assertThat(sandbox.cached()).hasSize(2);
    }

    @Test
    void aFileThatDoesNotCompileIsNotCached() {
        sandbox.with("1_a.java", "class A { int i }");
        sandbox.compile();
        assertThat(sandbox.cached()).isEmpty();
    }

    @Test
    void aReadOnlyCacheOnlyCostsTime() throws IOException {
        Files.writeString(sandbox.cache, "a file where the folder should be");
        sandbox.with("1_a.java", GOOD).with("2_b.java", "class C { static void up() {} }");
        Compilation compilation = sandbox.compile();
        assertThat(compilation.migrations()).hasSize(2);
        assertThat(compilation.problems()).isEmpty();
    }

    @Test
    void oldFilesAreDeletedIfThereAreTooMany() throws IOException {
        sandbox.with("1_a.java", GOOD);
        sandbox.compile();
        Path folder = sandbox.cache.resolve("classes");
        Path old = folder.resolve("old");
        Files.write(old, new byte[0]);
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        for (int i = 0; i < 10_000; i++) {
            Files.write(folder.resolve("x" + i), new byte[0]);
        }
        sandbox.with("2_b.java", "class C { static void up() {} }");
        assertThat(sandbox.compile().migrations()).hasSize(2);
        assertThat(sandbox.cached()).hasSize(5_000);
        assertThat(old).doesNotExist();
    }

    @Test
    void cachedClassesAreReadableByTheirOwnerOnly() throws IOException {
        sandbox.with("1_a.java", GOOD);
        sandbox.compile();
        Path kept = sandbox.cached().get(0);
        assertThat(permissions(kept)).isEqualTo("rw-------");
        assertThat(permissions(kept.getParent())).isEqualTo("rwx------");
        assertThat(permissions(sandbox.cache)).isEqualTo("rwx------");
    }

    @Test
    void classesThatOtherUsersCouldHaveWrittenAreNotUsed() throws IOException {
        sandbox.with("1_a.java", GOOD);
        sandbox.compile();
        Path kept = sandbox.cached().get(0);
        Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rw-rw-r--"));
        FileTime old = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
        Files.setLastModifiedTime(kept, old);
        assertThat(sandbox.compile().migrations()).hasSize(1);
        assertThat(Files.getLastModifiedTime(kept)).as("compiled again").isGreaterThan(old);
        assertThat(permissions(kept)).isEqualTo("rw-------");
    }

    @Test
    void aFolderThatOthersCanWriteIsSecuredAndOneOfAnotherUserIsNotUsed() throws IOException {
        sandbox.with("1_a.java", GOOD);
        sandbox.compile();
        Path folder = sandbox.cached().get(0).getParent();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        sandbox.compile();
        assertThat(permissions(folder)).isEqualTo("rwx------");
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can give files away");
        Files.setAttribute(folder, "unix:uid", 65534);
        sandbox.with("2_b.java", "class C { static void up() {} }");
        assertThat(sandbox.compile().migrations()).hasSize(2);
        assertThat(sandbox.cached()).hasSize(1);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
