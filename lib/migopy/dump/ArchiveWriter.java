package migopy.dump;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.Checksums.Crc64;
import migopy.dump.DumpFolder.DumpFile;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * Writes a dump's folder into one file, as {@code mongodump --archive} does: a prelude with the metadata of
 * all collections, then the documents of each collection with their checksum.
 */
public final class ArchiveWriter {
    /** The first four bytes of an archive. */
    static final int MAGIC = 0x8199e26d;

    /** In place of the next document's length: the end of a block. */
    static final int TERMINATOR = -1;

    /** What was requested, in the header; mongorestore ignores it. */
    static final String MIGOPY = "migopy";

    private static final String VERSION = "0.1";
    private static final int BUFFER = 1 << 18;

    private final Path folder;
    private final Manifest manifest;
    private final OutputStream out;

    private ArchiveWriter(Path folder, Manifest manifest, OutputStream out) {
        this.folder = folder;
        this.manifest = manifest;
        this.out = out;
    }

    /**
     * Refuses a file that exists, or whose folder does not exist, before anything is dumped.
     *
     * @throws MigopyException usage
     */
    public static void refuse(Path archive) {
        Path parent = archive.toAbsolutePath().getParent();
        if (archive.toString().isEmpty()) {
            throw MigopyException.usage("--archive is empty", "Name a file: {migopy} dbdump --archive FILE");
        }
        if (archive.toString().equals("-")) {
            throw MigopyException.usage(
                    "--archive - : archives on standard output are not supported",
                    "Name a file: {migopy} dbdump --archive FILE");
        }
        if (Files.exists(archive)) {
            throw MigopyException.usage(
                    archive + " already exists", "Name another file: {migopy} dbdump --archive FILE");
        }
        if (parent == null || !Files.isDirectory(parent)) {
            throw MigopyException.usage(
                    "--archive %s: the folder %s does not exist".formatted(archive, parent),
                    "Create it: mkdir -p " + Wording.word(String.valueOf(parent)));
        }
    }

    /**
     * Packs a complete dump into {@code archive} and removes its folder.
     *
     * @param gzip whether the archive as a whole is compressed
     * @throws MigopyException dump, if the archive cannot be written: the folder is kept
     */
    public static void pack(Path folder, Path archive, boolean gzip) {
        Path partial = archive.resolveSibling(archive.getFileName() + DumpFolder.PARTIAL);
        try {
            Manifest manifest = Manifest.parse(Files.readString(folder.resolve(Manifest.NAME)));
            try (DumpFile file = DumpFile.create(partial, gzip);
                    OutputStream out = new BufferedOutputStream(file, BUFFER)) {
                new ArchiveWriter(folder, manifest, out).write();
            }
            Files.move(partial, archive, StandardCopyOption.ATOMIC_MOVE);
            DumpFile.force(archive.toAbsolutePath().getParent());
            DumpFolder.remove(folder);
        } catch (ParallelTasks.Interrupted e) {
            throw notWritten(folder, archive, partial, "interrupted", e);
        } catch (IOException e) {
            throw notWritten(folder, archive, partial, DumpErrors.reason(e), e);
        }
    }

    private static MigopyException notWritten(Path folder, Path archive, Path partial, String why, Exception cause) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        return DumpErrors.dump(
                "%s could not be written: %s; the dump is in %s".formatted(archive, why, folder),
                "To restore it from there: {migopy} dbrestore " + Wording.word(folder.toString()),
                cause);
    }

    private void write() throws IOException {
        writeInt(MAGIC);
        write(new BsonDocument("concurrent_collections", new BsonInt32(1))
                .append("version", new BsonString(VERSION))
                .append("server_version", new BsonString(manifest.server()))
                .append("tool_version", new BsonString(manifest.tool()))
                .append(MIGOPY, manifest.asked()));
        for (Manifest.ManifestCollection collection : manifest.collections()) {
            write(prelude(collection));
        }
        writeInt(TERMINATOR);
        for (Manifest.ManifestCollection collection : manifest.collections()) {
            writeDocuments(collection);
        }
    }

    private BsonDocument prelude(Manifest.ManifestCollection collection) throws IOException {
        Path metadata = folder.resolve(collection.files().get(0).path());
        return new BsonDocument("db", new BsonString(manifest.database()))
                .append("collection", new BsonString(collection.name()))
                .append("metadata", new BsonString(Files.readString(metadata)))
                .append("size", new BsonInt32(0))
                .append("type", new BsonString(collection.type()));
    }

    private void writeDocuments(Manifest.ManifestCollection collection) throws IOException {
        boolean buckets = collection.type().equals(CollectionInfo.TIME_SERIES);
        String name = (buckets ? CollectionInfo.BUCKETS : "") + collection.name();
        Crc64 crc = new Crc64();
        write(header(name, false, 0));
        if (collection.files().size() > 1) { // a view has metadata only
            copy(folder.resolve(collection.files().get(1).path()), crc);
        }
        writeInt(TERMINATOR);
        write(header(name, true, crc.value()));
        writeInt(TERMINATOR);
    }

    private void copy(Path file, Crc64 crc) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            int read;
            while ((read = in.read(buffer)) > 0) {
                crc.update(buffer, 0, read);
                out.write(buffer, 0, read);
                ParallelTasks.stopIfInterrupted();
            }
        }
    }

    private BsonDocument header(String collection, boolean end, long crc) {
        return new BsonDocument("db", new BsonString(manifest.database()))
                .append("collection", new BsonString(collection))
                .append("EOF", BsonBoolean.valueOf(end))
                .append("CRC", new BsonInt64(crc));
    }

    private void write(BsonDocument document) throws IOException {
        RawBsonDocument raw = new RawBsonDocument(document, new BsonDocumentCodec());
        out.write(raw.getBackingArray(), raw.getByteOffset(), raw.getByteLength());
    }

    private void writeInt(int value) throws IOException {
        out.write(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }
}
