package unit.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import migopy.dump.DumpFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpFolderTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:15:00.9Z");

    @TempDir
    Path directory;

    @Test
    void isNamedAfterTheTimeAndTheDatabase() {
        assertThat(DumpFolder.next(directory, "app", NOW)).isEqualTo(directory.resolve("20261124T101500Z-app"));
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void getsAnotherNameIfADumpOrAPartialDumpHasItsName() throws IOException {
        Files.createDirectory(directory.resolve("20261124T101500Z-app"));
        Files.createDirectory(directory.resolve("20261124T101500Z-app-2.partial"));
        assertThat(DumpFolder.next(directory, "app", NOW)).isEqualTo(directory.resolve("20261124T101500Z-app-3"));
    }
}
