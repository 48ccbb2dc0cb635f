package migopy.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The attributes of a file by which a change is detected: if two stamps are equal and old enough, so
 * are the contents.
 *
 * @param type what it is
 * @param size in bytes
 * @param modified nanoseconds since 1970
 * @param changed when content, name or permissions last changed, in nanoseconds since 1970; no program
 *     can set it
 * @param inode the file's number on its disk; 0 if the system has none
 */
public record FileStamp(FileType type, long size, long modified, long changed, long inode) {
    /** The type of a directory's entry. */
    public enum FileType {
        FILE,
        DIRECTORY,
        LINK,
        OTHER
    }

    /** All attributes in one system call. */
    private static final String UNIX = "unix:mode,size,lastModifiedTime,ctime,ino";

    // The file type in st_mode, as POSIX writes it.
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_FILE = 0100000;
    private static final int TYPE_DIRECTORY = 0040000;
    private static final int TYPE_LINK = 0120000;

    /**
     * Returns the stamp of a file or of a link itself.
     *
     * @throws IOException if there is no such file, or it may not be accessed
     */
    public static FileStamp of(Path path) throws IOException {
        return of(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns the stamp of a file or of a link's target. */
    public static FileStamp ofTarget(Path path) throws IOException {
        return of(path, new LinkOption[0]);
    }

    /**
     * Whether both are equal. The {@code equals} of a record is linked at its first call, which costs
     * every start more than ten thousand comparisons.
     */
    boolean sameAs(FileStamp other) {
        return type == other.type
                && size == other.size
                && modified == other.modified
                && changed == other.changed
                && inode == other.inode;
    }

    private static FileStamp of(Path path, LinkOption... options) throws IOException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return basic(Files.readAttributes(path, BasicFileAttributes.class, options));
        }
        Map<String, Object> values = Files.readAttributes(path, UNIX, options);
        return new FileStamp(
                type((Integer) values.get("mode")),
                (Long) values.get("size"),
                nanos((FileTime) values.get("lastModifiedTime")),
                nanos((FileTime) values.get("ctime")),
                (Long) values.get("ino"));
    }

    private static FileStamp basic(BasicFileAttributes values) {
        FileType type = values.isRegularFile()
                ? FileType.FILE
                : values.isDirectory() ? FileType.DIRECTORY : values.isSymbolicLink() ? FileType.LINK : FileType.OTHER;
        return new FileStamp(type, values.size(), nanos(values.lastModifiedTime()), nanos(values.creationTime()), 0);
    }

    private static FileType type(int mode) {
        return switch (mode & TYPE_MASK) {
            case TYPE_FILE -> FileType.FILE;
            case TYPE_DIRECTORY -> FileType.DIRECTORY;
            case TYPE_LINK -> FileType.LINK;
            default -> FileType.OTHER;
        };
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }
}
