package migopy.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32;

/**
 * A folder of files that only save time. Each ends in a checksum: a file that is damaged, or that
 * other users could have written, counts as missing. A folder that cannot be written is not an error.
 */
public final class CacheFolder {
    /** More bytes of a file are not read: no cache comes near this size. */
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

    /** Returns what was stored under a name, without its checksum; empty if it is missing or damaged. */
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
     * @return whether they were stored
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
            return; // it stays until the next clean-up; partial files are never read
        }
    }

    /** Sets the folder's modification time to now. */
    void touch() {
        try {
            Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
        } catch (IOException e) {
            return; // it cannot be written
        }
    }

    /** Creates the folder, for its owner only, if it is missing. */
    void create() throws IOException {
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
            // The cache is never committed, whatever the project's own .gitignore contains.
            Files.writeString(top.resolve(".gitignore"), "*\n");
        }
    }

    private static long crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        // With the length, since a crash may leave a file of zeros, whose CRC is 0.
        return crc.getValue() << 32 | length;
    }

    /**
     * Permissions of files. Cached classes are executed, so they are used only if no user but this one
     * and root could have written them. On a file system without owners every file counts as this
     * user's.
     */
    public static final class Ownership {
        private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");
        private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");

        private static final String ATTRIBUTES = "unix:mode,uid";
        private static final int WRITABLE_BY_OTHERS = 022;
        private static final int ROOT = 0;
        private static final int UNKNOWN = -1;

        private Ownership() {}

        /** The user of this process, read once. */
        private static final class Self {
            private static final int UID = uid();

            private static int uid() {
                try {
                    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
                } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
                    return UNKNOWN; // not Linux: user names are compared
                }
            }
        }

        /** Creates a folder and its missing parents with permissions for their owner alone, whatever the umask. */
        public static void createFolder(Path folder) throws IOException {
            Files.createDirectories(folder, only(folder, OWNER));
        }

        /** Returns the attributes of a new file that only its owner can read or write. */
        static FileAttribute<?>[] forFile(Path file) {
            return only(file, OWNER_FILE);
        }

        private static FileAttribute<?>[] only(Path path, Set<PosixFilePermission> permissions) {
            return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                    : new FileAttribute<?>[0];
        }

        /** Whether only this user and root can have written a file; a missing one is safe. */
        public static boolean isSafe(Path path) {
            try {
                Map<String, Object> values = Files.readAttributes(path, ATTRIBUTES);
                int uid = (Integer) values.get("uid");
                boolean closed = ((Integer) values.get("mode") & WRITABLE_BY_OTHERS) == 0;
                return closed && (uid == ROOT || isMine(path, uid));
            } catch (UnsupportedOperationException | IllegalArgumentException e) {
                return true;
            } catch (NoSuchFileException e) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private static boolean isMine(Path path, int uid) throws IOException {
            return Self.UID == UNKNOWN
                    ? Files.getOwner(path).getName().equals(System.getProperty("user.name"))
                    : Self.UID == uid;
        }

        /**
         * Removes other users' permissions from a folder that this user owns, and returns whether it
         * is safe. Its files may have been written before: each must be checked.
         */
        static boolean secure(Path folder) {
            if (isSafe(folder)) {
                return true;
            }
            try {
                Files.setPosixFilePermissions(folder, OWNER); // fails for other users' folders
            } catch (IOException | UnsupportedOperationException e) {
                return false;
            }
            return isSafe(folder);
        }
    }
}
