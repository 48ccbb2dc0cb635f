package migopy.dump;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bson.RawBsonDocument;

/** One collection on its way from an archive into its files. */
final class ArchivedCollection implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final String name;
    private final String type;
    private final DumpFolder folder;
    private final List<Manifest.File> files = new ArrayList<>();
    private final Crc64 crc = new Crc64();
    private DumpFile file;
    private OutputStream out;
    private long documents;
    private boolean ended;

    ArchivedCollection(String name, String type, DumpFolder folder) {
        this.name = name;
        this.type = type;
        this.folder = folder;
    }

    String name() {
        return name;
    }

    /** The name that its documents have in the archive. */
    String dataName() {
        return type.equals(CollectionInfo.TIME_SERIES) ? CollectionInfo.BUCKETS + name : name;
    }

    void writeMetadata(String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        String fileName = FileNames.encode(name) + FileNames.METADATA;
        DumpFile written;
        try (DumpFile metadata = DumpFile.create(folder.file(fileName), false)) {
            metadata.write(bytes, 0, bytes.length);
            written = metadata;
        }
        files.add(Manifest.File.of(folder.pathInManifest(fileName), written.checksums()));
    }

    void add(RawBsonDocument document) throws IOException {
        open();
        byte[] bytes = document.getBackingArray();
        crc.update(bytes, document.getByteOffset(), document.getByteLength());
        out.write(bytes, document.getByteOffset(), document.getByteLength());
        documents++;
    }

    /** Returns whether the documents have the checksum that the archive gives. */
    boolean end(long expected) throws IOException {
        if (ended || crc.value() != expected) {
            return false;
        }
        ended = true;
        if (!isView()) {
            open(); // an empty one has a file, too
            out.close();
            files.add(Manifest.File.of(folder.pathInManifest(dataFile()), file.checksums()));
        }
        return true;
    }

    /** Whether the archive said where it ends; of a view there are no documents. */
    boolean isWhole() {
        return ended || isView();
    }

    Manifest.Collection dumped() {
        return new Manifest.Collection(name, type, false, documents, files);
    }

    private boolean isView() {
        return type.equals(CollectionInfo.VIEW);
    }

    private String dataFile() {
        return FileNames.encode(dataName()) + FileNames.DATA;
    }

    private void open() throws IOException {
        if (out == null) {
            file = DumpFile.create(folder.file(dataFile()), false);
            out = new BufferedOutputStream(file, BUFFER);
        }
    }

    /** Gives up what has not ended. */
    @Override
    public void close() throws IOException {
        if (!ended && file != null) {
            file.close();
        }
    }
}
