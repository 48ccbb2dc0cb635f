package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.Problem;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationDirectory.Listing;
import migopy.files.MigrationFile;
import org.junit.jupiter.api.Test;
import support.Scratch;

class MigrationDirectoryTest {
    private final Sandbox sandbox = new Sandbox();

    @Test
    void migrationsAreOrderedByNumber() {
        sandbox.with("10_c.java", "").with("2_b.java", "").with("001_a.java", "");
        assertThat(sandbox.names()).containsExactly("001_a", "2_b", "10_c");
        assertThat(sandbox.scan().files()).extracting(MigrationFile::number).containsExactly(1L, 2L, 10L);
        assertThat(sandbox.scan().problems()).isEmpty();
    }

    @Test
    void anEmptyDirectoryIsNotAProblem() {
        assertThat(sandbox.scan()).isEqualTo(new Listing(List.of(), List.of(), List.of()));
    }

    @Test
    void onlyJavaFilesAreListed() throws IOException {
        sandbox.with("README.md", "").with("1_a.java.orig", "").with("1_a.JAVA", "");
        Files.createDirectory(sandbox.migrations.resolve("old"));
        assertThat(sandbox.scan().files()).isEmpty();
        assertThat(sandbox.scan().problems()).isEmpty();
    }

    @Test
    void leadingZerosDoNotChangeTheNumber() {
        sandbox.with("007_a.java", "").with("7_b.java", "");
        Listing listing = sandbox.scan();
        assertThat(listing.files()).hasSize(2);
        assertThat(listing.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.DUPLICATE_NUMBER);
            assertThat(problem.name()).isEqualTo("7_b");
            assertThat(problem.message()).isEqualTo("7_b has the same number as 007_a");
        });
    }

    @Test
    void threeFilesWithOneNumberAreTwoProblems() {
        sandbox.with("1_a.java", "").with("1_b.java", "").with("1_c.java", "");
        assertThat(sandbox.scan().problems()).extracting(Problem::name).containsExactly("1_b", "1_c");
    }

    @Test
    void theHighestNumberIsTheLargestLong() {
        sandbox.with("9223372036854775807_last.java", "")
                .with("9223372036854775808_beyond.java", "")
                .with("9999999999999999999_far.java", "")
                .with("99999999999999999999999999_farther.java", "")
                .with("00000000000000000000000000000000000012_zeros.java", "");
        Listing listing = sandbox.scan();
        assertThat(listing.files()).extracting(MigrationFile::number).containsExactly(12L, Long.MAX_VALUE);
        assertThat(listing.problems())
                .hasSize(3)
                .allSatisfy(problem -> assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.INVALID_NAME));
    }

    @Test
    void aNameThatDoesNotMatchThePatternIsAProblem() {
        sandbox.with("add_users.java", "").with("3_Add.java", "").with(".#3_a.java", "");
        assertThat(sandbox.scan().problems())
                .extracting(Problem::name)
                .containsExactlyInAnyOrder("add_users.java", "3_Add.java");
    }

    @Test
    void theHintForADuplicateNumberIsAFreeOneOfTheSameWidth() {
        sandbox.with("V007_a.java", "").with("V007_b.java", "").with("V009_c.java", "");
        Pattern pattern = Pattern.compile("V(?<number>[0-9]+)_[a-z]+\\.java");
        assertThat(sandbox.scan(pattern).problems())
                .singleElement()
                .extracting(Problem::hint)
                .isEqualTo("Rename V007_b.java to V010_b.java or, if it is already applied,"
                        + " V007_a.java to V010_a.java");
    }

    @Test
    void controlCharactersAreRefusedAndShownEscaped() {
        Pattern anything = Pattern.compile("(?<number>[0-9]+).*", Pattern.DOTALL);
        sandbox.with("3_a\n\u001b[2J.java", "").with("4_\u202ecipy.java", "");
        Listing listing = sandbox.scan(anything);
        assertThat(listing.files()).isEmpty();
        assertThat(listing.problems())
                .extracting(Problem::name)
                .containsExactlyInAnyOrder("3_a\\n\\u001b[2J.java", "4_\\u202ecipy.java");
        assertThat(listing.problems())
                .allSatisfy(problem ->
                        assertThat(problem.message() + problem.hint()).matches("\\P{Cntrl}*"));
    }

    @Test
    void aFolderNamedLikeAFileIsRefused() throws IOException {
        Files.createDirectory(sandbox.migrations.resolve("3_a.java"));
        assertThat(sandbox.scan().files()).isEmpty();
        assertThat(sandbox.scan().problems())
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("3_a.java is a folder");
    }

    @Test
    void aLinkToAFileOutsideOfTheDirectoryIsRefused() throws IOException {
        Path outside = Files.writeString(Scratch.folder("outside").resolve("x.java"), "");
        Files.createSymbolicLink(sandbox.migrations.resolve("3_a.java"), outside);
        assertThat(sandbox.scan().files()).isEmpty();
        assertThat(sandbox.scan().problems())
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("3_a.java is a link to a file outside of the migrations' directory");
    }

    @Test
    void aLinkToAFileOutsideThroughAnotherLinkIsRefused() throws IOException {
        Path outside = Scratch.folder("outside");
        Files.writeString(outside.resolve("x.java"), "");
        Files.createSymbolicLink(sandbox.home.resolve("door"), outside);
        Files.createSymbolicLink(sandbox.migrations.resolve("3_a.java"), Path.of("../door/x.java"));
        assertThat(sandbox.scan().files()).isEmpty();
        assertThat(sandbox.scan().problems()).hasSize(1);
    }

    @Test
    void aLinkWithinTheDirectoryIsAMigration() throws IOException {
        // As Kubernetes mounts a ConfigMap.
        Files.createDirectory(sandbox.migrations.resolve("..data"));
        Files.writeString(sandbox.migrations.resolve("..data/3_a.java"), "");
        Files.createSymbolicLink(sandbox.migrations.resolve("3_a.java"), Path.of("..data/3_a.java"));
        assertThat(sandbox.names()).containsExactly("3_a");
        assertThat(sandbox.scan().problems()).isEmpty();
    }

    @Test
    void aBrokenLinkIsRefused() throws IOException {
        Files.createSymbolicLink(sandbox.migrations.resolve("3_a.java"), Path.of("gone.java"));
        Files.createSymbolicLink(sandbox.migrations.resolve("4_a.java"), Path.of("4_a.java"));
        assertThat(sandbox.scan().files()).isEmpty();
        assertThat(sandbox.scan().problems()).hasSize(2);
    }

    @Test
    void aPipeIsRefusedAndNotOpened() throws IOException, InterruptedException {
        Path pipe = sandbox.migrations.resolve("3_a.java");
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assumeTrue(made.waitFor() == 0);
        assertThat(sandbox.scan().problems())
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("3_a.java is not a regular file");
    }

    @Test
    void aMissingDirectoryIsNamedWithItsPath() {
        Path missing = sandbox.home.resolve("nowhere");
        assertThatThrownBy(() -> new MigrationDirectory(missing, Sandbox.PATTERN).scan())
                .isInstanceOfSatisfying(
                        MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.USAGE))
                .hasMessage("The migrations' directory %s does not exist", missing);
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsNamed() throws IOException {
        Path file = Files.writeString(sandbox.home.resolve("file"), "");
        assertThatThrownBy(() -> new MigrationDirectory(file, Sandbox.PATTERN).scan())
                .isInstanceOf(MigopyException.class)
                .hasMessage("The migrations' directory %s is not a directory", file);
    }

    @Test
    void anUnreadableDirectoryIsNamedWithTheReason() throws IOException {
        Files.setPosixFilePermissions(sandbox.migrations, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(sandbox.migrations), "root may read everything");
        assertThatThrownBy(sandbox::scan)
                .isInstanceOf(MigopyException.class)
                .hasMessageEndingWith("cannot be read: permission denied");
    }

    @Test
    void theNumberIsTheGroupInTheUsersPattern() {
        Pattern flyway = Pattern.compile("V(?<number>\\d+)__[A-Za-z_]+\\.java");
        sandbox.with("V12__Add_users.java", "").with("12_add.java", "");
        Listing listing = sandbox.scan(flyway);
        assertThat(listing.files())
                .extracting(MigrationFile::number, MigrationFile::name)
                .containsExactly(tuple(12L, "V12__Add_users"));
        assertThat(listing.problems()).extracting(Problem::name).containsExactly("12_add.java");
    }

    @Test
    void aGroupWithoutANumberIsAnInvalidName() {
        sandbox.with("x_a.java", "").with("_a.java", "").with("\u0663_a.java", "");
        Listing listing = sandbox.scan(Pattern.compile("((?<number>.+)|)_a\\.java"));
        assertThat(listing.files()).isEmpty();
        assertThat(listing.problems()).hasSize(3);
    }
}
