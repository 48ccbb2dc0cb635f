package unit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static unit.settings.Given.given;

import java.nio.file.Files;
import java.nio.file.Path;
import migopy.MigopyException;
import migopy.settings.ConnectionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UriTest {
    private static final String SECRET = "s3cr-et";

    @ParameterizedTest
    @CsvSource({"host,MONGO_HOST,elsewhere", "port,MONGO_PORT,27018", "user,MONGO_USER,root"})
    void anAddressAtAHigherLevelThanTheUriIsRefusedAndBothOriginsAreNamed(
            String option, String environment, String value) {
        Given above = given().environment("MONGO_URI", "mongodb://prod/app").option(option, value);
        assertThat(above.refused()).hasMessageContainingAll("--" + option, value, "MONGO_URI");
        Given aboveField = given().field("mongoUri", "mongodb://prod/app").environment(environment, value);
        assertThat(aboveField.refused()).hasMessageContainingAll(environment, value, "the field mongoUri");
    }

    @ParameterizedTest
    @CsvSource({"host,MONGO_HOST,elsewhere", "port,MONGO_PORT,27018", "user,MONGO_USER,root"})
    void theUriOverridesAnAddressAtItsLevelOrBelow(String option, String environment, String value) {
        Given same = given().option("uri", "mongodb://prod/app").option(option, value);
        assertThat(same.resolve().connection().uri().reveal()).isEqualTo("mongodb://prod:27017/app");
        Given below = given().option("uri", "mongodb://prod/app").environment(environment, value);
        assertThat(below.resolve().connection().uri().reveal()).isEqualTo("mongodb://prod:27017/app");
    }

    @Test
    void aDatabaseInTheUriCountsAsSetAtTheUrisLevel() {
        Given given = given().environment("MONGO_URI", "mongodb://prod/ofuri");
        assertThat(given.field("mongoDatabase", "named").resolve().database()).isEqualTo("ofuri");
        assertThat(given.option("database", "named").resolve().database()).isEqualTo("named");
        assertThat(given.option("uri", "mongodb://prod/typed").resolve().database())
                .isEqualTo("typed");
    }

    @Test
    void anotherDatabaseDoesNotChangeTheAuthenticationSource() {
        ConnectionSettings connection = given().environment("MONGO_URI", "mongodb://app:pass@prod/ofuri")
                .option("database", "other")
                .resolve()
                .connection();
        assertThat(connection.database()).isEqualTo("other");
        assertThat(connection.uri().reveal()).isEqualTo("mongodb://app:pass@prod:27017/ofuri");
    }

    @Test
    void theSettingNamesTheDatabaseIfTheUriDoesNot() {
        Given given = given().option("uri", "mongodb://prod").field("mongoDatabase", "named");
        assertThat(given.resolve().database()).isEqualTo("named");
    }

    @Test
    void passwordAndAuthSourceAreAddedToAUriThatLacksThem() {
        Given given = given().option("uri", "mongodb://app@prod/db?w=1")
                .environment("MONGO_PASSWORD", "p@:/%$ \"'")
                .field("mongoAuthSource", "admin");
        assertThat(given.resolve().connection().uri().reveal())
                .isEqualTo("mongodb://app:p%40%3A%2F%25%24%20%22%27@prod:27017/db" + "?authsource=admin&w=1");
    }

    @Test
    void aUriThatHasAPasswordKeepsIt() {
        Given given = given().option("uri", "mongodb://app:mine@prod/db?authSource=a")
                .environment("MONGO_PASSWORD", "other")
                .environment("MONGO_AUTH_SOURCE", "b");
        assertThat(given.resolve().connection().uri().reveal())
                .isEqualTo("mongodb://app:mine@prod:27017/db?authsource=a");
    }

    @Test
    void tlsAppliesToAUriThatDoesNotMentionIt() {
        Given given = given().option("uri", "mongodb://prod/db").field("mongoTls", true);
        assertThat(given.resolve().connection().tls().enabled()).isTrue();
        given.option("uri", "mongodb://prod/db?tls=false");
        assertThat(given.resolve().connection().tls().enabled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "readPreference=primry, primry,primaryPreferred",
        "readConcernLevel=nonsense, nonsense,linearizable",
        "tls=maybe, maybe,'true, false'",
        "w=, w,empty",
    })
    void anOptionsWrongValueIsNamedWithTheAllowedOnes(String option, String value, String allowed) {
        String name = option.substring(0, option.indexOf('='));
        assertThat(given().environment("MONGO_URI", "mongodb://prod/app?" + option)
                        .refused())
                .hasMessageContainingAll(value, name, allowed, "MONGO_URI");
    }

    @Test
    void aDatabaseWithADotInTheUriIsRefused() {
        assertThat(given().environment("MONGO_URI", "mongodb://prod/a.b").refused())
                .hasMessageContainingAll("database", ".");
    }

    @Test
    void whatAUriOfTheSameLevelOverridesIsNamed() {
        Given given = given().environment("MONGO_URI", "mongodb://prod/ofuri");
        given.environment("MONGO_DATABASE", "other").environment("MONGO_HOST", "elsewhere");
        assertThat(given.resolve().connection().ignored())
                .containsExactly(
                        "host elsewhere (from MONGO_HOST) is ignored: the URI (from MONGO_URI) names another host",
                        "database other (from MONGO_DATABASE) is ignored: the URI (from MONGO_URI) names another"
                                + " database");
        given.environment("MONGO_DATABASE", "ofuri").environment("MONGO_HOST", "prod");
        assertThat(given.resolve().connection().ignored()).isEmpty();
    }

    @Test
    void tlsIsNeverTurnedOffSilently() {
        Given given = given().environment("MONGO_URI", "mongodb://prod/db?tls=false");
        assertThat(given.option("tls", "true").refused()).hasMessageContainingAll("--tls", "MONGO_URI");
        assertThat(given().option("uri", "mongodb+srv://prod.example.org/db")
                        .resolve()
                        .connection()
                        .tls()
                        .enabled())
                .isTrue();
    }

    @Test
    void theEmbeddedDatabaseHasItsOwnUri() {
        assertThat(given().environment("MONGO_URI", "embedded").resolve().embedded())
                .isTrue();
        assertThat(given().environment("MONGO_URI", "mongodb://prod")
                        .option("embedded", "true")
                        .resolve()
                        .embedded())
                .isTrue();
        assertThat(given().resolve().embedded()).isFalse();
        assertThat(given().option("uri", "mongodb://a")
                        .option("embedded", "true")
                        .refused())
                .hasMessageContainingAll("--uri", "--embedded");
        assertThat(given().environment("MONGO_URI", "embedded")
                        .option("host", "a")
                        .refused())
                .hasMessageContainingAll("--host", "MONGO_URI");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://app:s3cr-et@prod/db",
                "mongodb//app:s3cr-et@prod/db",
                "mongodb:/app:s3cr-et@prod",
                "app:s3cr-et@prod",
                "s3cr-et",
                "mongodb://app:s3cr-et@x@prod/db",
                "mongodb://app:s3cr-et/x@prod/db",
                "mongodb://app:s3cr-et:x@prod/db",
                "mongodb://app:s3cr-et%@prod/db",
                "mongodb://app:s3cr-et%zz@prod/db",
                "mongodb://app:s3cr-et?x@prod/db",
                "mongodb://app:s3cr-et@prod:0/db",
                "mongodb://app:s3cr-et@prod:65536/db",
                "mongodb://app:s3cr-et@prod:99999999999/db",
                "mongodb://app:s3cr-et@/db",
                "mongodb://app:s3cr-et@prod,/db",
                "mongodb://app:s3cr-et@prod/d b",
                "mongodb://app:s3cr-et@prod/db&w=1",
                "mongodb://app:s3cr-et@prod/d$b",
                "mongodb://app:s3cr-et@prod/db?s3cr-et",
                "mongodb://app:s3cr-et@prod/db?retryWrites=s3cr-et",
                "mongodb://app:s3cr-et@prod/db?authMechanism=s3cr-et",
                "mongodb://app:s3cr-et@prod/db?readPreference=s3cr-et",
                "mongodb://app:s3cr-et@prod/db?serverSelectionTimeoutMS=-1",
                "mongodb://app:s3cr-et",
                "mongodb://:s3cr-et@prod",
                "mongodb+srv://app:s3cr-et@prod:27017/db",
                "mongodb+srv://app:s3cr-et@a.example.org,b.example.org/db",
            })
    void aMalformedUriIsRefusedWithoutItsSecrets(String uri) {
        MigopyException refusal = given().environment("MONGO_URI", uri).refused();
        assertThat(refusal).hasMessageContainingAll("malformed", "MONGO_URI");
        assertThat(refusal.getMessage() + refusal.hint()).doesNotContain(SECRET);
        assertThat(refusal).hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MONGO_HOST", "MONGO_DATABASE", "MONGO_PORT", "DO_MONGO_DUMP"})
    void aUriInTheWrongPlaceIsNotPrintedEither(String name) {
        Given given = given().environment(name, "mongodb://app:s3cr-et@prod/db");
        assertThat(given.refused()).hasMessageContainingAll(name, "app:****@prod");
        assertThat(given.refused().getMessage()).doesNotContain(SECRET);
    }

    @Test
    void anOptionWithAnInvalidValueIsNamed() {
        assertThat(given().option("uri", "mongodb://a/b?w=1&readPreference=best")
                        .refused())
                .hasMessageContaining("readPreference");
    }

    @Test
    void nothingThatContainsThePasswordPrintsIt() {
        Given given = given().option("uri", "mongodb://app:s3cr-et@prod/db");
        assertThat(given.resolve().toString()).doesNotContain(SECRET).contains("****");
        assertThat(given.resolve().redactor().redact("is " + SECRET)).isEqualTo("is ****");
    }

    @Test
    void membersAndOptionsOfAUriAreKept() {
        assertThat(given().option(
                                "uri",
                                "mongodb://a,[::1]:5,c:27018/db?replicaSet=r&"
                                        + "readPreferenceTags=dc:ny,rack:1&readPreferenceTags="
                                        + "&readPreference=secondary")
                        .resolve()
                        .connection()
                        .uri()
                        .reveal())
                .isEqualTo("mongodb://a:27017,[::1]:5,c:27018/db?readpreference=secondary"
                        + "&readpreferencetags=dc:ny,rack:1&readpreferencetags="
                        + "&replicaset=r");
    }

    @Test
    void aPasswordFileLosesOneLineBreakAtItsEnd() throws Exception {
        Given given = given().environment("MONGO_USER", "app");
        Path file = given.home().resolve("password");
        given.environment("MONGO_PASSWORD_FILE", "password");
        for (String ending : new String[] {"", "\n", "\r\n"}) {
            Files.writeString(file, " pass word " + ending);
            assertThat(given.resolve().connection().uri().reveal())
                    .isEqualTo("mongodb://app:%20pass%20word%20@localhost:27017/");
        }
        Files.writeString(file, "two\n\n");
        assertThat(given.resolve().connection().uri().reveal()).contains(":two%0A@");
    }

    @ParameterizedTest
    @CsvSource({
        "readPreferense=secondary,readPreferense,Did you mean readPreference?",
        "wtimeout=5,wtimeout,Did you mean wTimeoutMS?",
        "tlsCAFiles=ca.pem,tlsCAFiles,Did you mean tlsCAFile?",
        "tlsAllowInvalidCertificates=true,tlsAllowInvalidCertificates,--tls-ca-file",
        "nothingLikeIt=1,nothingLikeIt,Remove it"
    })
    void anOptionThatTheDriverDoesNotKnowIsNamedWithTheNearest(String option, String named, String hint) {
        MigopyException refused =
                given().option("uri", "mongodb://prod/app?w=1&" + option).refused();
        assertThat(refused).hasMessageContaining(named);
        assertThat(refused.hint()).contains(hint);
    }

    @Test
    void anUnknownOptionThatMayBePartOfAPasswordIsNotShown() {
        assertThat(given().option("uri", "mongodb://host/app?" + SECRET + "=x").refused())
                .hasMessageNotContaining(SECRET);
    }

    /** The driver's own list, which is private. */
    @Test
    void everyOptionOfTheDriverIsKnown() throws ReflectiveOperationException {
        var field = com.mongodb.ConnectionString.class.getDeclaredField("ALL_KEYS");
        field.setAccessible(true);
        for (Object name : (java.util.Set<?>) field.get(null)) {
            String uri = "mongodb://prod/app?%s=".formatted(name);
            try {
                given().option("uri", uri + "1").resolve();
            } catch (MigopyException e) {
                assertThat(e).hasMessageNotContaining("does not know");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"snappy,org.xerial.snappy:snappy-java", "'zlib,zstd',com.github.luben:zstd-jni"})
    void aCompressorWithoutItsLibraryIsRefusedWithTheDepsLineToAdd(String names, String artifact) {
        MigopyException refused =
                given().option("uri", "mongodb://prod/app?compressors=" + names).refused();
        assertThat(refused).hasMessageContaining("compressors=" + names);
        assertThat(refused.hint()).contains("//DEPS " + artifact);
        given().option("uri", "mongodb://prod/app?compressors=zlib").resolve();
    }
}
