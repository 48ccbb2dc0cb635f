package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.files.MigrationFile;
import migopy.files.NewMigration;
import migopy.files.Templates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewMigrationTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T10:15:00Z"), ZoneOffset.UTC);

    private final Sandbox sandbox = new Sandbox();

    private NewMigration maker(Pattern pattern) {
        return new NewMigration(sandbox.home, sandbox.migrations, pattern, CLOCK);
    }

    private String create(String... words) {
        return maker(Sandbox.PATTERN)
                .create(List.of(words), false, null, Templates.find(sandbox.migrations, null))
                .name();
    }

    private String createFor(String pattern, String... words) {
        return maker(Pattern.compile(pattern))
                .create(List.of(words), false, null, Templates.find(sandbox.migrations, null))
                .name();
    }

    private void refuses(String message, boolean timestamp, String number, String... words) {
        assertThatThrownBy(() -> maker(Sandbox.PATTERN)
                        .create(List.of(words), timestamp, number, Templates.find(sandbox.migrations, null)))
                .isInstanceOfSatisfying(
                        MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.USAGE))
                .hasMessageContaining(message);
    }

    @Test
    void theFirstIsNumberOne() {
        assertThat(create("add", "users")).isEqualTo("1_add_users");
        assertThat(create("more")).isEqualTo("2_more");
    }

    @Test
    void theFirstCreatesItsDirectoryButNoFurtherParents() throws IOException {
        Files.delete(sandbox.migrations);
        assertThat(create("add", "users")).isEqualTo("1_add_users");
        assertThat(sandbox.migrations.resolve("1_add_users.java")).isRegularFile();

        var astray = new NewMigration(sandbox.home, sandbox.home.resolve("a/b"), Sandbox.PATTERN, CLOCK);
        assertThatThrownBy(() -> astray.create(List.of("more"), false, null, Templates.find(sandbox.migrations, null)))
                .hasMessageContaining("does not exist");
        assertThat(sandbox.home.resolve("a")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "9_a, 10_x",
        "007_a, 008_x",
        "099_a, 100_x",
        "999_a, 1000_x",
        "20261122101500_a, 20261123101500_x",
        "20261123101500_a, 20261123101501_x",
        "20991231235959_a, 21000101000000_x",
        "20261399999999_a, 20261400000000_x",
        "20261123_a, 20261124_x",
        "0_a, 1_x"
    })
    void theNextIsNumberedLikeTheNewest(String newest, String expected) {
        sandbox.with(newest + ".java", "");
        assertThat(create("x")).isEqualTo(expected);
    }

    @Test
    void aNumberOrATimestampCanBePassed() {
        sandbox.with("3_a.java", "");
        NewMigration maker = maker(Sandbox.PATTERN);
        assertThat(maker.create(List.of("x"), false, "0012", Templates.find(sandbox.migrations, null)))
                .extracting(MigrationFile::name, MigrationFile::number)
                .containsExactly("0012_x", 12L);
        assertThat(maker.create(List.of("x"), true, null, Templates.find(sandbox.migrations, null))
                        .name())
                .isEqualTo("20261123101500_x");
        assertThat(maker.create(List.of("x"), true, null, Templates.find(sandbox.migrations, null))
                        .name())
                .isEqualTo("20261123101501_x");
    }

    @Test
    void anInvalidOrUsedNumberIsRefused() {
        sandbox.with("003_a.java", "").with("9223372036854775807_z.java", "");
        refuses("Number 3 is already used by 003_a", false, "3", "x");
        refuses("is not a number from 0 to 9223372036854775807", false, "9223372036854775808", "x");
        refuses("is not a number", false, "-1", "x");
        refuses("cannot be combined", true, "5", "x");
        refuses("9223372036854775807_z has the highest possible number", false, null, "x");
        assertThat(sandbox.migrations.toFile().list()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "Add Users, 1_add_users",
        "Split name's parts!, 1_split_name_s_parts",
        "añadir Größe, 1_anadir_gro_e",
        "../../etc/passwd, 1_etc_passwd",
        "a__b--c, 1_a_b_c",
        "2 factor, 1_2_factor"
    })
    void wordsBecomeLowerCaseAscii(String words, String expected) {
        assertThat(create(words)).isEqualTo(expected);
    }

    @Test
    void aNameWithoutWordsOrThatIsTooLongIsRefused() {
        refuses("must contain letters (a to z) or digits", false, null, "!!!", "日本");
        refuses("longer than 255 bytes", false, null, "x".repeat(300));
        assertThat(sandbox.migrations).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "V(?<number>\\d+)__[A-Za-z_]+\\.java | V1__Add_roles | V2__add_users",
                "V(?<number>\\d+)__[A-Z][A-Za-z]+\\.java | V1__Roles | V2__AddUsers",
                "(?<number>\\d{4})-[a-z-]+\\.java | 0009-add-roles | 0010-add-users",
                "(?<number>\\d{14})_[a-z_]+\\.java | 20200101000000_roles | 20261123101500_add_users",
                "change_(?<number>\\d+)_\\w+\\.java | change_1_roles | change_2_add_users",
                "[a-z]*\\.?(?<number>\\d+)[-_]+\\w+\\.java | db.7--a | db.8--add_users"
            })
    void theNewestFileIsTheModelForTheName(String pattern, String newest, String expected) {
        sandbox.with(newest + ".java", "");
        assertThat(createFor(pattern, "add", "users")).isEqualTo(expected);
    }

    @Test
    void aFirstNameThatDoesNotMatchThePatternIsRefusedAndANumberThatMatchesHelps() {
        String pattern = "(?<number>\\d{4})_[a-z_]+\\.java";
        assertThatThrownBy(() -> createFor(pattern, "add", "users"))
                .isInstanceOfSatisfying(
                        MigopyException.class,
                        e -> assertThat(e.hint()).contains("--number", "create the first file yourself"))
                .hasMessage("1_add_users.java does not match migrationsFilePattern " + pattern);
        assertThat(maker(Pattern.compile(pattern))
                        .create(List.of("add", "users"), false, "0001", Templates.find(sandbox.migrations, null))
                        .name())
                .isEqualTo("0001_add_users");
    }

    @ParameterizedTest
    @CsvSource({
        "add users, AddUsers",
        "2 factor, Migration2Factor",
        "document, DocumentMigration",
        "string, StringMigration",
        "migration, MigrationMigration",
        "class, Class Migration"
    })
    void theTemplateCompiles(String words, String className) throws IOException {
        MigrationFile file =
                maker(Sandbox.PATTERN).create(List.of(words), false, null, Templates.find(sandbox.migrations, null));
        String text = Files.readString(file.path());
        assertThat(text)
                .startsWith("///usr/bin/env jbang \"$0\" \"$@\" ; exit $?\n//DEPS ../migopy.java\n")
                .contains("class " + className.replace(" ", "") + " {\n    static void up() {\n")
                .endsWith("}\n");
        assertThat(sandbox.only().reversible()).isTrue();
    }

    @Test
    void whoeverCanReadTheFileCanExecuteIt() throws IOException {
        MigrationFile file =
                maker(Sandbox.PATTERN).create(List.of("x"), false, null, Templates.find(sandbox.migrations, null));
        assertThat(file.path()).isExecutable();
        assertThat(Files.getPosixFilePermissions(file.path()))
                .allSatisfy(right -> assertThat(right.name()).isNotEqualTo("OTHERS_WRITE"));
    }

    @Test
    void noFileIsOverwritten() throws IOException {
        Files.createSymbolicLink(sandbox.migrations.resolve("1_x.java"), sandbox.home.resolve("elsewhere"));
        refuses("already exists", false, null, "x");
        assertThat(sandbox.home.resolve("elsewhere")).doesNotExist();
    }
}
