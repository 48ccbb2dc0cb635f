package migopy.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/**
 * Who can write a file. Kept classes are run, so they are used only if nobody but this user, or
 * root, could have written them. On a file system without owners every file counts as one's own.
 */
public final class Ownership {
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
