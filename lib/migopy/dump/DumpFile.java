package migopy.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/**
 * A file of a dump as it is written: counted, hashed, of mode 0600, and on the disk when it is
 * closed. Not buffered.
 */
final class DumpFile extends OutputStream {
    /** One write of packed bytes to the disk. */
    private static final int PACKED = 1 << 16;

    private final FileChannel channel;
    private final Checksums checksums = new Checksums();
    private final OutputStream out;
    private boolean closed;

    private DumpFile(FileChannel channel, boolean gzip) throws IOException {
        this.channel = channel;
        this.out = gzip ? new GZIPOutputStream(new Hashed(), PACKED) : new Hashed();
    }

    /** Makes the file; it must not exist. */
    static DumpFile create(Path path, boolean gzip) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        FileChannel channel = FileChannel.open(path, options, mode(path, "rw-------"));
        try {
            return new DumpFile(channel, gzip);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Makes a folder of mode 0700, and those above it that are missing. */
    static void createFolder(Path path) throws IOException {
        if (path.getParent() != null && !Files.isDirectory(path.getParent())) {
            createFolder(path.getParent());
        }
        Files.createDirectory(path, mode(path, "rwx------"));
    }

    /**
     * Brings a folder's names to the disk; on a system whose folders cannot be opened there is no
     * such call.
     */
    static void force(Path folder) throws IOException {
        if (isPosix(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    /** What was written; after {@link #close}. */
    Checksums checksums() {
        return checksums;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (channel) {
            out.close();
            channel.force(true);
        }
    }

    private static FileAttribute<?>[] mode(Path path, String permissions) {
        return isPosix(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private final class Hashed extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            checksums.update(bytes, offset, length);
        }
    }
}
