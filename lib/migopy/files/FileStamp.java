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
 * What the file system says of a file: if two stamps are equal and old enough, so are the contents.
 *
 * @param kind what it is
 * @param size in bytes
 * @param modified nanoseconds since 1970
 * @param changed when content, name or rights were last changed, nanoseconds since 1970: unlike
 *     {@code modified} nobody can set it back
 * @param inode the file's number on its disk; 0 where the system has none
 */
public record FileStamp(FileKind kind, long size, long modified, long changed, long inode) {
    /** What a name in a directory stands for. */
    public enum FileKind {
        FILE,
        DIRECTORY,
        LINK,
        OTHER
    }

    /** All of a stamp in one call to the system. */
    private static final String UNIX = "unix:mode,size,lastModifiedTime,ctime,ino";

    // The file type in st_mode, as POSIX writes it.
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_FILE = 0100000;
    private static final int TYPE_DIRECTORY = 0040000;
    private static final int TYPE_LINK = 0120000;

    /**
     * Looks at a file, and does not follow a link.
     *
     * @throws IOException when there is no such file, or it may not be looked at
     */
    public static FileStamp of(Path path) throws IOException {
        return of(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Looks at the file that a link leads to. */
    public static FileStamp ofTarget(Path path) throws IOException {
        return of(path, new LinkOption[0]);
    }

    /**
     * Whether both say the same. Written out: a record's own {@code equals} is put together at its
     * first call, which costs every start more than ten thousand comparisons do.
     */
    boolean sameAs(FileStamp other) {
        return kind == other.kind
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
                kind((Integer) values.get("mode")),
                (Long) values.get("size"),
                nanos((FileTime) values.get("lastModifiedTime")),
                nanos((FileTime) values.get("ctime")),
                (Long) values.get("ino"));
    }

    private static FileStamp basic(BasicFileAttributes values) {
        FileKind kind = values.isRegularFile()
                ? FileKind.FILE
                : values.isDirectory() ? FileKind.DIRECTORY : values.isSymbolicLink() ? FileKind.LINK : FileKind.OTHER;
        return new FileStamp(kind, values.size(), nanos(values.lastModifiedTime()), nanos(values.creationTime()), 0);
    }

    private static FileKind kind(int mode) {
        return switch (mode & TYPE_MASK) {
            case TYPE_FILE -> FileKind.FILE;
            case TYPE_DIRECTORY -> FileKind.DIRECTORY;
            case TYPE_LINK -> FileKind.LINK;
            default -> FileKind.OTHER;
        };
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }
}
