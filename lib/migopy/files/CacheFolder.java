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
 * A folder of files that only save time: each ends in a checksum. One that is damaged, or that
 * others could have written, counts as missing; one that cannot be written costs the time that it
 * would have saved and nothing else.
 */
public final class CacheFolder {
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

    /**
     * Who can write a file. Kept classes are run, so they are used only if nobody but this user, or
     * root, could have written them. On a file system without owners every file counts as one's own.
     */
    public static final class Ownership {
        private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");
        private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");

        private static final String ATTRIBUTES = "unix:mode,uid";
        private static final int WRITABLE_BY_OTHERS = 022;
        private static final int ROOT = 0;
        private static final int UNKNOWN = -1;

        private Ownership() {}

        /** This process's user, asked for once. */
        private static final class Self {
            private static final int UID = uid();

            private static int uid() {
                try {
                    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
                } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
                    return UNKNOWN; // not Linux: names of users are compared
                }
            }
        }

        /**
         * Creates a folder and its missing parents, which only their owner can read or write whatever
         * the umask is.
         */
        public static void createFolder(Path folder) throws IOException {
            Files.createDirectories(folder, only(folder, OWNER));
        }

        /** The attributes of a new file that only its owner can read or write. */
        static FileAttribute<?>[] forFile(Path file) {
            return only(file, OWNER_FILE);
        }

        private static FileAttribute<?>[] only(Path path, Set<PosixFilePermission> permissions) {
            return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                    : new FileAttribute<?>[0];
        }

        /** Whether nobody but this user and root can have written a file; a missing one is safe. */
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
         * Takes the rights of others on a folder away where it is this user's own, and returns whether
         * it is safe now. What is in it may have been written before: see to each file.
         */
        static boolean secure(Path folder) {
            if (isSafe(folder)) {
                return true;
            }
            try {
                Files.setPosixFilePermissions(folder, OWNER); // refused by the system for others' folders
            } catch (IOException | UnsupportedOperationException e) {
                return false;
            }
            return isSafe(folder);
        }
    }
}
