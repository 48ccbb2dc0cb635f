package migopy.dump;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import migopy.MigopyException;
import org.bson.RawBsonDocument;

/**
 * Reads the documents of a {@code .bson} or {@code .bson.gz} file; each is checked to be valid BSON. Offsets
 * count the bytes of the documents, in a {@code .gz} those before compression.
 */
final class BsonFile implements AutoCloseable {
    private static final int BUFFER = 1 << 18;

    private final Path path;
    private final InputStream file;
    private final InputStream in;
    private long offset;

    private BsonFile(Path path, InputStream file, InputStream in) {
        this.path = path;
        this.file = file;
        this.in = in;
    }

    /**
     * @throws MigopyException failed, if the file cannot be read
     */
    static BsonFile open(Path path) {
        return open(path, null);
    }

    /**
     * @param checksums updated with every byte that is read from the disk; may be null
     * @throws MigopyException failed, if the file cannot be read
     */
    static BsonFile open(Path path, Checksums checksums) {
        try {
            InputStream plain = Files.newInputStream(path);
            InputStream file = checksums == null ? plain : new Tapped(plain, checksums);
            return new BsonFile(path, file, unpacked(path, file));
        } catch (IOException e) {
            throw unreadable(path, 0, e);
        }
    }

    /** Whether a file begins like an archive of mongodump, compressed or not. */
    static boolean isArchive(Path path) {
        try (InputStream in = archive(path)) {
            return startsAsArchive(in);
        } catch (IOException e) { // an unreadable file is not an archive
            return false;
        }
    }

    /**
     * Opens an archive, after its first four bytes.
     *
     * @throws MigopyException failed, if it cannot be read
     */
    static BsonFile openArchive(Path path) {
        try {
            InputStream in = archive(path);
            if (!startsAsArchive(in)) {
                in.close();
                throw DumpErrors.damaged(path, 0, "it is not an archive", null);
            }
            BsonFile opened = new BsonFile(path, in, in);
            opened.offset = Integer.BYTES;
            return opened;
        } catch (IOException e) {
            throw unreadable(path, 0, e);
        }
    }

    private static boolean startsAsArchive(InputStream in) throws IOException {
        byte[] head = in.readNBytes(Integer.BYTES);
        return head.length == Integer.BYTES && BsonCheck.littleEndian(head, 0) == ArchiveWriter.MAGIC;
    }

    /** An archive's name does not say whether it is compressed. */
    private static InputStream archive(Path path) throws IOException {
        InputStream file = new BufferedInputStream(Files.newInputStream(path), BUFFER);
        try {
            file.mark(2);
            boolean gzip = file.read() == 0x1f && file.read() == 0x8b;
            file.reset();
            return gzip ? new BufferedInputStream(new GZIPInputStream(file, BUFFER), BUFFER) : file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Returns the file's bytes, decompressed if its name ends in {@code .gz}. */
    static InputStream unpacked(Path path) throws IOException {
        return unpacked(path, Files.newInputStream(path));
    }

    private static InputStream unpacked(Path path, InputStream file) throws IOException {
        try {
            return path.getFileName().toString().endsWith(FileNames.GZIP)
                    ? new BufferedInputStream(new GZIPInputStream(file, BUFFER), BUFFER)
                    : new BufferedInputStream(file, BUFFER);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Reads to the end of the file, including bytes after the end of the compressed data. */
    void drain() {
        try {
            file.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw unreadable(path, offset, e);
        }
    }

    /**
     * Returns the next document, or null at the end of the file.
     *
     * @throws MigopyException failed, with file and offset, if what follows is not a valid document
     */
    RawBsonDocument next() {
        try {
            byte[] head = in.readNBytes(Integer.BYTES);
            return head.length == 0 ? null : document(head, true);
        } catch (IOException e) {
            throw unreadable(path, offset, e);
        }
    }

    /**
     * Returns the next document of an archive's block, or null at its end.
     *
     * @throws MigopyException failed, as {@link #next}, and at the end of the file
     */
    RawBsonDocument nextInBlock() {
        return nextInBlock(true);
    }

    /** Skips the next document of a block, unchecked; false at the block's end. */
    boolean skipInBlock() {
        return nextInBlock(false) != null;
    }

    private RawBsonDocument nextInBlock(boolean checked) {
        try {
            byte[] head = in.readNBytes(Integer.BYTES);
            if (head.length == Integer.BYTES && BsonCheck.littleEndian(head, 0) == ArchiveWriter.TERMINATOR) {
                offset += Integer.BYTES;
                return null;
            }
            return document(head, checked);
        } catch (IOException e) {
            throw unreadable(path, offset, e);
        }
    }

    private RawBsonDocument document(byte[] head, boolean checked) throws IOException {
        long start = offset;
        try {
            if (head.length < Integer.BYTES) {
                throw DumpErrors.damaged(path, start, "the file is truncated", null);
            }
            int length = BsonCheck.littleEndian(head, 0);
            if (length < BsonCheck.SHORTEST || length > BsonCheck.LONGEST) {
                throw DumpErrors.damaged(path, start, "a document of length " + length, null);
            }
            byte[] bytes = new byte[length];
            System.arraycopy(head, 0, bytes, 0, head.length);
            int read = in.readNBytes(bytes, head.length, length - head.length);
            if (read < length - head.length) {
                throw DumpErrors.damaged(path, start, "the file is truncated", null);
            }
            if (checked) {
                BsonCheck.check(bytes);
            }
            offset = start + length;
            return new RawBsonDocument(bytes);
        } catch (BsonCheck.Damage e) {
            throw DumpErrors.damaged(path, start + e.offset(), e.getMessage(), null);
        }
    }

    /** Returns how many bytes of documents were read so far. */
    long offset() {
        return offset;
    }

    private static RuntimeException unreadable(Path path, long offset, IOException e) {
        return e instanceof ClosedByInterruptException
                ? new ParallelTasks.Interrupted()
                : DumpErrors.damaged(path, offset, reason(e), e);
    }

    private static String reason(IOException e) {
        if (e instanceof EOFException || e instanceof ZipException) {
            return "not a complete gzip file (" + e.getMessage() + ")";
        }
        return DumpErrors.reason(e);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw DumpErrors.damaged(path, offset, DumpErrors.reason(e), e);
        }
    }

    /** Updates the checksums with what is read. */
    private static final class Tapped extends FilterInputStream {
        private final Checksums checksums;

        Tapped(InputStream in, Checksums checksums) {
            super(in);
            this.checksums = checksums;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int start, int length) throws IOException {
            int read = super.read(bytes, start, length);
            if (read > 0) {
                checksums.update(bytes, start, read);
            }
            return read;
        }
    }
}
