package unit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static unit.settings.Given.given;

import java.nio.file.Files;
import java.nio.file.Path;
import migopy.MigopyException;
import migopy.settings.Settings;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Scratch;

class RefusalTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "65536", "abc", "27017x", "1.5", " 1", "999999999999"})
    void anInvalidPortIsRefusedWithItsOrigin(String port) {
        assertThat(given().environment("MONGO_PORT", port).refused())
                .hasMessageContaining("port " + port + " (from MONGO_PORT)");
        assertThat(given().option("port", port).refused()).hasMessageContaining("(from --port)");
    }

    @Test
    void anInvalidFieldIsNamedToo() {
        assertThat(given().field("mongoPort", 0).refused()).hasMessageContaining("port 0 (from the field mongoPort)");
    }

    @ParameterizedTest
    @CsvSource({
        "MONGO_TLS, maybe",
        "DO_MONGO_DUMP, yes please",
        "MONGO_CONNECT_TIMEOUT, 5",
        "MONGO_CONNECT_TIMEOUT, 0s",
        "MONGO_CONNECT_TIMEOUT, 5 s",
        "MONGO_CONNECT_TIMEOUT, -5s",
        "MIGOPY_LOCK_LEASE, 1ms",
        "MIGRATIONS_FILE_PATTERN, [0-9]+",
        "MIGRATIONS_FILE_PATTERN, (?<Number>[0-9]+)",
        "MIGRATIONS_FILE_PATTERN, (?<number>[0-9]+",
        "MIGRATIONS_FILE_PATTERN, (?x)[0-9]+ # (?<number>x)",
        "MIGRATIONS_COLLECTION, a$b",
        "MIGRATIONS_COLLECTION, system.users",
        "MONGO_DATABASE, a.b",
        "MONGO_DATABASE, a b",
        "MONGO_DATABASE, a$b",
        "MONGO_DATABASE, a/b",
        "MONGO_DATABASE, '  '",
        "MONGO_HOST, localhost:27017",
        "MONGO_HOST, a/b",
        "MONGO_HOST, user@host",
        "MONGO_TLS_CA_FILE, not-there.pem",
        "MONGO_TLS_CERTIFICATE_KEY_FILE, not-there.pem",
        "MONGO_AUTH_SOURCE, a.b",
        "MONGO_PASSWORD_FILE, not-there",
    })
    void anInvalidValueIsRefusedWithItsOrigin(String name, String value) {
        Given given = given().environment(name, value);
        if (name.startsWith("MONGO_AUTH") || name.startsWith("MONGO_PASSWORD")) {
            given.environment("MONGO_USER", "app");
        }
        if (name.startsWith("MONGO_AUTH")) {
            given.environment("MONGO_PASSWORD", "pass");
        }
        assertThat(given.refused()).hasMessageContainingAll(name, value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MONGO_URI",
                "MONGO_HOST",
                "MONGO_PORT",
                "MONGO_DATABASE",
                "MONGO_TLS",
                "MIGRATIONS_DIRECTORY",
                "MIGRATIONS_COLLECTION",
                "DO_MONGO_DUMP"
            })
    void anEmptyVariableIsRefused(String name) {
        assertThat(given().environment(name, "").refused()).hasMessageContaining(name + " is empty");
    }

    @Test
    void aDatabaseIsRequiredWhereItIsNeeded() {
        Settings settings = given().resolve();
        MigopyException refusal = Assertions.catchThrowableOfType(MigopyException.class, settings::database);
        assertThat(refusal.kind()).isEqualTo(MigopyException.Kind.USAGE);
        assertThat(refusal.hint()).contains("MONGO_DATABASE");
    }

    @Test
    void aUserWithoutAPasswordIsRefused() {
        assertThat(given().environment("MONGO_USER", "app").refused())
                .hasMessageContaining("user app (from MONGO_USER) has no password");
        assertThat(given().option("uri", "mongodb://app@prod").refused())
                .hasMessageContainingAll("--uri", "no password");
    }

    @Test
    void twoPasswordsAtOneLevelAreRefused() throws Exception {
        Given given = given().environment("MONGO_USER", "app").environment("MONGO_PASSWORD", "one1");
        Files.writeString(given.home().resolve("file"), "two2");
        given.environment("MONGO_PASSWORD_FILE", "file");
        MigopyException refusal = given.refused();
        assertThat(refusal).hasMessageContainingAll("MONGO_PASSWORD and MONGO_PASSWORD_FILE");
        assertThat(refusal.getMessage()).doesNotContain("one1", "two2");
    }

    @Test
    void controlCharactersInASettingAreShownEscaped() {
        assertThat(given().environment("MONGO_DATABASE", "a\u001b[2Jb.").refused())
                .hasMessageContaining("a\\u001b[2Jb.");
    }

    @Test
    void theProjectFolderIsThatOfTheNearestMigopyJavaAtOrAboveTheCurrentFolder() throws Exception {
        Path project = Scratch.folder("nearest");
        Path below = Files.createDirectories(project.resolve("a/b"));
        Files.writeString(project.resolve("migopy.java"), "");
        Files.createDirectory(project.resolve("a/migopy.java"));
        Given given = given().withoutEnvironment("MIGOPY_HOME").in(below);
        assertThat(given.resolve().home()).isEqualTo(project);
        assertThat(given.resolve().migrationsDirectory()).isEqualTo(project.resolve("mongomigrations"));
    }

    @Test
    void anErrorAboutTheProjectFolderNamesBothWaysToSetIt() {
        Given given = given().withoutEnvironment("MIGOPY_HOME");
        MigopyException refusal = given.refused();
        assertThat(refusal.getMessage() + refusal.hint()).contains("migopy.java", "MIGOPY_HOME");
        assertThat(given().environment("MIGOPY_HOME", "/not/there").refused())
                .hasMessageContainingAll("MIGOPY_HOME", "/not/there");
    }
}
