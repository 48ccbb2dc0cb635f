package unit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import migopy.MigrationsManager;
import migopy.settings.Settings;
import org.junit.jupiter.api.Test;
import support.Scratch;

/** The fields of the class in migopy.java, each of which sets the setting of its name. */
class FieldsTest {
    private static final Path HOME = Scratch.folder("project");

    private static class Entry extends MigrationsManager {
        @Override
        protected Map<String, String> environment() {
            return Map.of("MIGOPY_HOME", HOME.toString());
        }
    }

    @Test
    void eachFieldSetsItsSetting() {
        Settings settings = new Entry() {
            {
                mongoHost = "db.example.org";
                mongoPort = 27018;
                mongoDatabase = "app";
                mongoUser = "ada";
                mongoPassword = "secret-one";
                mongoAuthSource = "admin";
                mongoTls = true;
                connectTimeout = Duration.ofMillis(1500);
                migrationsDirectory = "steps";
                migrationsFilePattern = "V(?<number>[0-9]+)\\.java";
                migrationsCollection = "journal";
                outOfOrder = true;
                mongoDumpDirectory = "dumps";
                doMongoDump = true;
                lockLease = Duration.ofSeconds(10);
            }
        }.settings();
        assertThat(settings.connection().uri().reveal())
                .isEqualTo("mongodb://ada:secret-one@db.example.org:27018/?authsource=admin");
        assertThat(settings.connection().tls().enabled()).isTrue();
        assertThat(settings.connection().connectTimeout()).hasMillis(1500);
        assertThat(settings.database()).isEqualTo("app");
        assertThat(settings.migrationsDirectory()).isEqualTo(HOME.resolve("steps"));
        assertThat(settings.migrationsFilePattern()).hasToString("V(?<number>[0-9]+)\\.java");
        assertThat(settings.migrationsCollection()).isEqualTo("journal");
        assertThat(settings.outOfOrder()).isTrue();
        assertThat(settings.dumpDirectory()).isEqualTo(HOME.resolve("dumps"));
        assertThat(settings.dump()).isTrue();
        assertThat(settings.lease()).hasSeconds(10);
        assertThat(settings.toString()).doesNotContain("secret-one");
    }

    @Test
    void theUriAndTheFilesForTlsAreFieldsToo() throws Exception {
        Keys keys = Keys.of("EC");
        Files.writeString(HOME.resolve("ca.pem"), keys.certificate());
        Entry entry = new Entry() {
            {
                mongoUri = "mongodb://a,b/app?replicaSet=rs0";
                mongoTlsCaFile = "ca.pem";
                mongoTlsCertificateKeyFile = "key.pem";
            }
        };
        assertThatThrownBy(entry::settings).hasMessageContaining("key.pem (from the field mongoTlsCertificateKeyFile)");
        Files.writeString(HOME.resolve("key.pem"), keys.in(Keys.Form.SEC1_EC) + keys.certificate());
        assertThat(entry.settings().connection().hosts()).containsExactly("a:27017", "b:27017");
        assertThat(entry.settings().connection().tls().context()).isNotNull();
        Files.delete(HOME.resolve("ca.pem"));
        assertThatThrownBy(entry::settings).hasMessageContaining("ca.pem (from the field mongoTlsCaFile)");
    }

    @Test
    void aFieldThatIsSetToNullHasItsDefault() {
        Settings settings = new Entry() {
            {
                mongoHost = null;
                connectTimeout = null;
                migrationsDirectory = null;
            }
        }.settings();
        assertThat(settings.connection().hosts()).containsExactly("localhost:27017");
        assertThat(settings.connection().connectTimeout()).hasSeconds(5);
        assertThat(settings.migrationsDirectory()).isEqualTo(HOME.resolve("mongomigrations"));
    }
}
