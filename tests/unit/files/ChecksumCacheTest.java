package unit.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import migopy.files.ChecksumCache;
import migopy.files.MigrationSource;
import org.junit.jupiter.api.Test;

class ChecksumCacheTest {
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));

    private final Sandbox sandbox = new Sandbox();
    private final Path stored = sandbox.cache.resolve("checksums");

    /** Returns the checksums as of an hour from now, when no change is recent. */
    private Map<String, String> later() {
        return new ChecksumCache(sandbox.cache, LATER).of(sandbox.scan());
    }

    private Map<String, String> now() {
        return new ChecksumCache(sandbox.cache).of(sandbox.scan());
    }

    @Test
    void aCachedChecksumIsThatOfTheSource() {
        sandbox.with("1_a.java", "a \r\n").with("2_b.java", "b");
        Map<String, String> expected = Map.of(
                "1_a", MigrationSource.checksum("a"),
                "2_b", MigrationSource.checksum("b"));
        assertThat(later()).isEqualTo(expected);
        assertThat(later()).isEqualTo(expected);
        assertThat(new ChecksumCache(sandbox.cache).of(sandbox.scan().files())).isEqualTo(expected);
    }

    @Test
    void aFileWithACachedChecksumIsNotReadAgain() throws IOException {
        sandbox.with("1_a.java", "a");
        later();
        // Seen by a forged cache, whose checksum is returned.
        forge("a", "b");
        assertThat(later()).containsEntry("1_a", MigrationSource.checksum("b"));
    }

    /** Replaces a checksum in the stored cache, and updates the trailer. */
    private void forge(String text, String other) throws IOException {
        byte[] bytes = Files.readAllBytes(stored);
        String latin = new String(bytes, StandardCharsets.ISO_8859_1);
        latin = latin.replace(MigrationSource.checksum(text), MigrationSource.checksum(other));
        bytes = latin.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        int length = bytes.length - Long.BYTES;
        crc.update(bytes, 0, length);
        ByteBuffer.wrap(bytes).putLong(length, crc.getValue() << 32 | length);
        Files.write(stored, bytes);
    }

    @Test
    void anEditOfTheSameSizeAndTimeIsDetected() throws IOException {
        sandbox.with("1_a.java", "a");
        Path file = sandbox.migrations.resolve("1_a.java");
        FileTime time = Files.getLastModifiedTime(file);
        later();
        Files.writeString(file, "b");
        Files.setLastModifiedTime(file, time);
        assertThat(later()).containsEntry("1_a", MigrationSource.checksum("b"));
    }

    @Test
    void aReplacedFileIsDetected() throws IOException {
        sandbox.with("1_a.java", "a").with("2_b.java", "b");
        later();
        Files.move(
                sandbox.migrations.resolve("2_b.java"),
                sandbox.migrations.resolve("1_a.java"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(later()).isEqualTo(Map.of("1_a", MigrationSource.checksum("b")));
    }

    @Test
    void aRecentlyWrittenFileIsNotCached() {
        sandbox.with("1_a.java", "a");
        now();
        assertThat(stored).doesNotExist();
    }

    @Test
    void editsWithinOneTickOfTheClockAreDetected() {
        for (int i = 0; i < 200; i++) {
            String text = "text " + (char) ('a' + i % 26);
            sandbox.with("1_a.java", text);
            assertThat(now()).containsEntry("1_a", MigrationSource.checksum(text));
        }
    }

    @Test
    void aCacheIsIgnoredWithAnyKindOfDamage() throws IOException {
        sandbox.with("1_a.java", "a").with("2_b.java", "b");
        Map<String, String> expected = later();
        byte[] whole = Files.readAllBytes(stored);
        for (int i = 0; i < whole.length; i += 7) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x41;
            Files.write(stored, damaged);
            assertThat(later()).isEqualTo(expected);
        }
        for (int length : new int[] {0, 1, 8, 20, whole.length / 2, whole.length - 1}) {
            Files.write(stored, Arrays.copyOf(whole, length));
            assertThat(later()).isEqualTo(expected);
            Files.write(stored, new byte[length]);
            assertThat(later()).isEqualTo(expected);
        }
        Files.write(stored, whole, StandardOpenOption.APPEND);
        assertThat(later()).isEqualTo(expected);
    }

    @Test
    void aReadOnlyCacheOnlyCostsTime() throws IOException {
        sandbox.with("1_a.java", "a");
        Files.writeString(sandbox.cache, "a file where the folder should be");
        assertThat(later()).containsEntry("1_a", MigrationSource.checksum("a"));
    }

    @Test
    void aFileThatCannotBeReadHasNoChecksum() throws IOException {
        sandbox.with("1_a.java", new byte[] {(byte) 0xff}).with("2_b.java", "b");
        assertThat(later()).containsOnlyKeys("2_b");
        assertThat(later()).containsOnlyKeys("2_b");
    }

    @Test
    void checksumsOfOtherFilesStayInTheCache() throws IOException {
        sandbox.with("1_a.java", "a").with("2_b.java", "b");
        later();
        sandbox.with("3_c.java", "c");
        new ChecksumCache(sandbox.cache, LATER).of(sandbox.scan().files().subList(2, 3));
        forge("a", "x");
        assertThat(later()).containsEntry("1_a", MigrationSource.checksum("x"));
    }

    @Test
    void theCacheFolderIsIgnoredByGit() {
        sandbox.with("1_a.java", "a");
        later();
        assertThat(sandbox.cache.resolve(".gitignore")).hasContent("*");
    }

    @Test
    void noPartialFilesRemain() {
        sandbox.with("1_a.java", "a");
        later();
        assertThat(sandbox.cache.toFile().list()).containsExactlyInAnyOrder(".gitignore", "checksums");
    }
}
