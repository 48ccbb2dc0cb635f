package unit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static unit.settings.Given.given;

import java.nio.file.Files;
import java.util.function.Function;
import java.util.stream.Stream;
import migopy.settings.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PrecedenceTest {
    private static Stream<Arguments> settings() {
        return Stream.of(
                row("mongoUri", "MONGO_URI", "uri", "mongodb://a", "mongodb://b", "mongodb://c")
                        .shown(s -> "mongodb://" + s.connection().hosts().get(0).charAt(0)),
                row("mongoHost", "MONGO_HOST", "host", "a", "b", "c")
                        .shown(s -> s.connection().hosts().get(0).replace(":27017", "")),
                row("mongoPort", "MONGO_PORT", "port", 1, "2", "3")
                        .shown(s -> s.connection().hosts().get(0).replace("localhost:", "")),
                row("mongoDatabase", "MONGO_DATABASE", "database", "a", "b", "c")
                        .shown(Settings::database),
                row("connectTimeout", "MONGO_CONNECT_TIMEOUT", "connect-timeout", "1s", "2s", "3s")
                        .shown(s -> s.connection().connectTimeout().toSeconds() + "s"),
                row("migrationsDirectory", "MIGRATIONS_DIRECTORY", "directory", "a", "b", "c")
                        .shown(s -> s.home().relativize(s.migrationsDirectory())),
                row(
                                "migrationsFilePattern",
                                "MIGRATIONS_FILE_PATTERN",
                                "pattern",
                                "(?<number>1)",
                                "(?<number>2)",
                                "(?<number>3)")
                        .shown(Settings::migrationsFilePattern),
                row("migrationsCollection", "MIGRATIONS_COLLECTION", "collection", "a", "b", "c")
                        .shown(Settings::migrationsCollection),
                row("outOfOrder", "MIGRATIONS_OUT_OF_ORDER", null, true, "false", null)
                        .shown(Settings::outOfOrder),
                row("mongoDumpDirectory", "MONGO_DUMP_DIRECTORY", "dump-directory", "a", "b", "c")
                        .shown(s -> s.home().relativize(s.dumpDirectory())),
                row("doMongoDump", "DO_MONGO_DUMP", "dump", true, "false", "true")
                        .shown(Settings::dump),
                row("mongoTls", "MONGO_TLS", "tls", true, "false", "true")
                        .shown(s -> s.connection().tls().enabled()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void anOptionOverridesTheEnvironmentWhichOverridesTheField(Row row) {
        Given given = given().field(row.field, row.ofField);
        assertThat(row.shown(given)).isEqualTo(row.ofField.toString());
        given.environment(row.environment, row.ofEnvironment);
        assertThat(row.shown(given)).isEqualTo(row.ofEnvironment);
        if (row.option != null) {
            given.option(row.option, row.ofOption);
            assertThat(row.shown(given)).isEqualTo(row.ofOption);
        }
    }

    @Test
    void userPasswordAndAuthSourceHaveThreeLevelsToo() {
        Given given =
                given().field("mongoUser", "a").field("mongoPassword", "aa").field("mongoAuthSource", "aaa");
        assertThat(uri(given)).isEqualTo("mongodb://a:aa@localhost:27017/?authsource=aaa");
        given.environment("MONGO_USER", "b").environment("MONGO_PASSWORD", "bb");
        given.environment("MONGO_AUTH_SOURCE", "bbb");
        assertThat(uri(given)).isEqualTo("mongodb://b:bb@localhost:27017/?authsource=bbb");
        given.option("user", "c").option("password", "cc").option("auth-source", "ccc");
        assertThat(uri(given)).isEqualTo("mongodb://c:cc@localhost:27017/?authsource=ccc");
    }

    @Test
    void aPasswordFileCountsAtTheLevelWhereItIsGiven() throws Exception {
        Given given = given().field("mongoUser", "a").field("mongoPassword", "of-field");
        Files.writeString(given.home().resolve("one"), "of-environment\n");
        Files.writeString(given.home().resolve("two"), "of-option\n");
        given.environment("MONGO_PASSWORD_FILE", "one");
        assertThat(uri(given)).isEqualTo("mongodb://a:of-environment@localhost:27017/");
        given.option("password-file", "two");
        assertThat(uri(given)).isEqualTo("mongodb://a:of-option@localhost:27017/");
        given = given().field("mongoUser", "a").environment("MONGO_PASSWORD", "of-environment");
        Files.writeString(given.home().resolve("two"), "of-option");
        assertThat(uri(given.option("password-file", "two"))).isEqualTo("mongodb://a:of-option@localhost:27017/");
    }

    @ParameterizedTest
    @CsvSource({
        "mongoTlsCaFile, MONGO_TLS_CA_FILE, tls-ca-file",
        "mongoTlsCertificateKeyFile, MONGO_TLS_CERTIFICATE_KEY_FILE, tls-certificate-key-file"
    })
    void theFilesForTlsHaveThreeLevelsToo(String field, String environment, String option) {
        Given given = given().field(field, "a.pem");
        assertThat(given.refused()).hasMessageContaining("a.pem (from the field " + field + ")");
        given.environment(environment, "b.pem");
        assertThat(given.refused()).hasMessageContaining("b.pem (from " + environment + ")");
        given.option(option, "c.pem");
        assertThat(given.refused()).hasMessageContaining("c.pem (from --" + option + ")");
    }

    @Test
    void eachSettingHasItsDocumentedDefault() {
        Given given = given().option("database", "app");
        Settings settings = given.resolve();
        assertThat(settings.connection().hosts()).containsExactly("localhost:27017");
        assertThat(settings.connection().user()).isNull();
        assertThat(settings.connection().tls().enabled()).isFalse();
        assertThat(settings.connection().connectTimeout()).hasSeconds(5);
        assertThat(settings.migrationsDirectory()).isEqualTo(given.home().resolve("mongomigrations"));
        assertThat("3_add_users.java").matches(settings.migrationsFilePattern());
        assertThat(settings.migrationsCollection()).isEqualTo("migrations");
        assertThat(settings.dumpDirectory()).isEqualTo(given.home().resolve("mongodumps"));
        assertThat(settings.dump()).isFalse();
        assertThat(settings.lease()).hasSeconds(30);
        assertThat(settings.cacheDirectory()).isEqualTo(given.home().resolve(".migopy"));
    }

    @Test
    void theCacheCanBeElsewhere() {
        assertThat(given().environment("MIGOPY_CACHE", "/var/cache/x").resolve().cacheDirectory())
                .hasToString("/var/cache/x");
    }

    private static String uri(Given given) {
        return given.resolve().connection().uri().reveal();
    }

    private static Row row(String field, String environment, String option, Object one, String two, String three) {
        return new Row(field, environment, option, one, two, three, null);
    }

    private record Row(
            String field,
            String environment,
            String option,
            Object ofField,
            String ofEnvironment,
            String ofOption,
            Function<Settings, Object> look) {

        Arguments shown(Function<Settings, Object> by) {
            return Arguments.of(new Row(field, environment, option, ofField, ofEnvironment, ofOption, by));
        }

        String shown(Given given) {
            return look.apply(given.resolve()).toString();
        }

        @Override
        public String toString() {
            return field;
        }
    }
}
