package unit.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import migopy.files.ChecksumCache;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.NewMigration;
import migopy.files.Templates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file system without permissions and inodes, whose paths begin with a drive. */
class WindowsFilesTest {
    private FileSystem windows;
    private Sandbox sandbox;

    @BeforeEach
    void makeAProject() throws IOException {
        windows = Jimfs.newFileSystem(Configuration.windows());
        sandbox = new Sandbox(Files.createDirectories(windows.getPath("C:\\work\\shop")));
    }

    @AfterEach
    void close() throws IOException {
        windows.close();
    }

    @Test
    void migrationsAreListedInOrder() {
        sandbox.with("10_b.java", "b").with("2_a.java", "a");
        assertThat(sandbox.scan().problems()).isEmpty();
        assertThat(sandbox.names()).containsExactly("2_a", "10_b");
    }

    @Test
    void aNewMigrationRefersToTheEntryScriptAsJbangReadsIt() throws IOException {
        var made = new NewMigration(sandbox.home, sandbox.migrations, Sandbox.PATTERN, Clock.systemUTC())
                .create(List.of("add", "users"), false, null, Templates.find(sandbox.migrations, null));
        assertThat(made.name()).isEqualTo("1_add_users");
        assertThat(Files.readString(made.path())).contains("//DEPS ../migopy.java\n");
    }

    @Test
    void checksumsAreCachedAndAnEditIsDetected() throws IOException {
        sandbox.with("1_a.java", "a");
        assertThat(checksum()).isEqualTo(MigrationSource.checksum("a"));
        assertThat(sandbox.cache.resolve("checksums")).exists();
        assertThat(checksum()).isEqualTo(MigrationSource.checksum("a"));
        sandbox.with("1_a.java", "edited");
        assertThat(checksum()).isEqualTo(MigrationSource.checksum("edited"));
    }

    private String checksum() {
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
        return new ChecksumCache(sandbox.cache, later).of(sandbox.scan()).get("1_a");
    }

    @Test
    void aMigrationIsCompiledAndItsClassesAreCached() {
        sandbox.with("1_a.java", "class A { static void up() {} static void down() {} }");
        assertThat(sandbox.only().reversible()).isTrue();
        assertThat(sandbox.cached()).hasSize(1);
        assertThat(sandbox.only().name()).isEqualTo("1_a");
    }

    @Test
    void aDeletedFileIsNamed() {
        Path gone = sandbox.migrations.resolve("1_gone.java");
        var read = MigrationSource.readAll(List.of(new MigrationFile(1, "1_gone", gone)));
        assertThat(read.problems()).extracting("message").asString().contains("1_gone.java");
    }
}
