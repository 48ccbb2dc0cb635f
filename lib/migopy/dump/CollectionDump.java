package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;

import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One collection on its way into its two files. */
final class CollectionDump {
    /** So many documents between two looks at the clock and at the thread's interrupt. */
    private static final int LOOK = 256;

    /**
     * Documents in one answer of the server, which cuts it at 16 MiB. Left alone it fills these 16
     * MiB, and the driver keeps a kilobyte at least for each small document.
     */
    private static final int BATCH = 5_000;

    private final MongoDatabase database;
    private final CollectionInfo info;
    private final Metadata metadata;
    private final DumpFolder folder;
    private final boolean gzip;

    CollectionDump(
            MongoDatabase database,
            CollectionInfo info,
            Metadata metadata,
            DumpFolder folder,
            boolean gzip) {
        this.database = database;
        this.info = info;
        this.metadata = metadata;
        this.folder = folder;
        this.gzip = gzip;
    }

    /**
     * Writes metadata and documents.
     *
     * @param snapshot the point in time to read at; null: whatever is there while it reads
     * @throws Snapshot.Lost when the server cannot show it at that time
     */
    Manifest.Collection run(BsonDocument filter, Snapshot snapshot, Meter meter) {
        List<Manifest.File> files = new ArrayList<>();
        try {
            files.add(writeMetadata());
            if (!info.isView()) {
                files.add(writeDocuments(filter, snapshot, meter));
            }
        } catch (IOException e) {
            throw Failures.dump(
                    "%s could not be written into %s: %s"
                            .formatted(info.name(), folder.partial(), Failures.reason(e)),
                    "Make room or name another folder, and remove " + folder.partial(),
                    e);
        } catch (MongoException e) {
            if (snapshot != null && Snapshot.isLost(e)) {
                throw new Snapshot.Lost(info.name(), e);
            }
            throw Failures.dump(e, "Reading " + info.name());
        }
        return new Manifest.Collection(
                info.name(), info.type(), snapshot != null, meter.done(), files);
    }

    private Manifest.File writeMetadata() throws IOException {
        byte[] json = metadata.json().getBytes(StandardCharsets.UTF_8);
        String name = fileName(info.name(), FileNames.METADATA);
        DumpFile written;
        try (DumpFile file = DumpFile.create(folder.file(name), gzip)) {
            file.write(json, 0, json.length);
            written = file;
        }
        return Manifest.File.of(folder.pathInManifest(name), written.checksums());
    }

    private Manifest.File writeDocuments(BsonDocument filter, Snapshot snapshot, Meter meter)
            throws IOException {
        String name = fileName(info.dataName(), FileNames.DATA);
        DumpFile written;
        try (DumpFile file = DumpFile.create(folder.file(name), gzip);
                ClientSession session = snapshot == null ? null : snapshot.session();
                MongoCursor<RawBsonDocument> documents = find(session, filter).iterator()) {
            int sinceLook = 0;
            while (documents.hasNext()) {
                RawBsonDocument document = documents.next();
                file.write(
                        document.getBackingArray(),
                        document.getByteOffset(),
                        document.getByteLength());
                if (++sinceLook == LOOK) {
                    sinceLook = 0;
                    meter.add(LOOK);
                    SideBySide.goOn();
                }
            }
            meter.add(sinceLook);
            written = file;
        }
        return Manifest.File.of(folder.pathInManifest(name), written.checksums());
    }

    private FindIterable<RawBsonDocument> find(ClientSession session, BsonDocument filter) {
        MongoCollection<RawBsonDocument> collection =
                database.getCollection(info.dataName(), RawBsonDocument.class);
        FindIterable<RawBsonDocument> found =
                session == null ? collection.find(filter) : collection.find(session, filter);
        return found.batchSize(BATCH);
    }

    private String fileName(String name, String extension) {
        return FileNames.encode(name) + extension + (gzip ? FileNames.GZIP : "");
    }
}
