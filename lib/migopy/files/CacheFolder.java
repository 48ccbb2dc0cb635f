package migopy.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32;

/**
 * A folder of files that only save time: each ends in a checksum. One that is damaged, or that
 * others could have written, counts as missing; one that cannot be written costs the time that it
 * would have saved and nothing else.
 */
final class CacheFolder {
    /** No cache of ours comes near this many bytes: what does is none of ours. */
    static final int FILE_LIMIT = 64 << 20;

    private static final int TRAILER = Long.BYTES;

    private static final Set<OpenOption> REPLACE = Set.of(
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            LinkOption.NOFOLLOW_LINKS);

    private final Path folder;

    /** Whether only this user can write the folder; null until it is first used. */
    private Boolean safe;

    CacheFolder(Path folder) {
        this.folder = folder;
    }

    Path path() {
        return folder;
    }

    /** What was stored under a name, without its checksum; empty if there is nothing whole. */
    Optional<ByteBuffer> read(String name) {
        Path file = folder.resolve(name);
        if (!isSafe() || !Ownership.isSafe(file)) {
            return Optional.empty();
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(FILE_LIMIT);
        } catch (IOException e) {
            return Optional.empty();
        }
        int length = bytes.length - TRAILER;
        if (length < 0 || ByteBuffer.wrap(bytes).getLong(length) != crc(bytes, length)) {
            return Optional.empty();
        }
        return Optional.of(ByteBuffer.wrap(bytes, 0, length).slice());
    }

    private synchronized boolean isSafe() {
        if (safe == null) {
            safe = Ownership.secure(folder);
        }
        return safe;
    }

    /**
     * Stores bytes under a name, all of them or none.
     *
     * @return whether they were stored; a folder that cannot be written is no error
     */
    boolean write(String name, byte[] bytes, int length) {
        ByteBuffer trailer = ByteBuffer.allocate(TRAILER).putLong(0, crc(bytes, length));
        // Two processes, or two threads of one, may store the same name at the same time.
        Path partial = folder.resolve(
                "%s.%x.partial".formatted(name, ThreadLocalRandom.current().nextLong()));
        try {
            create();
            if (!isSafe()) {
                return false;
            }
            try (FileChannel out = FileChannel.open(partial, REPLACE, Ownership.forFile(partial))) {
                ByteBuffer[] parts = {ByteBuffer.wrap(bytes, 0, length), trailer};
                while (trailer.hasRemaining()) {
                    out.write(parts);
                }
            }
            Files.move(partial, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            delete(partial);
            return false;
        }
    }

    void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It stays until the next clean-up; nothing ever reads a partial file.
            return;
        }
    }

    /** Makes the folder as young as if something had just been stored in it. */
    void touch() {
        try {
            Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // It cannot be written, and seems as old as it is: that costs time and nothing else.
            return;
        }
    }

    private void create() throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path top = folder;
        while (top != null && !top.endsWith(".migopy")) {
            top = top.getParent();
        }
        boolean fresh = top != null && !Files.exists(top);
        Ownership.createFolder(folder);
        if (fresh) {
            // So that a cache is never committed, whatever the project's own ignore file says.
            Files.writeString(top.resolve(".gitignore"), "*\n");
        }
    }

    private static long crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        // The length as well: a file of zeros, as a crash leaves it, must not pass.
        return crc.getValue() << 32 | length;
    }
}
