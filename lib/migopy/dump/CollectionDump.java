package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import org.bson.BsonDocument;
import org.bson.codecs.configuration.CodecRegistries;

/** One collection on its way into its two files. */
final class CollectionDump {
    /**
     * Documents in one reply of the server, which ends it at 16 MiB. One of small documents is
     * ready sooner, so that server and dump work at the same time.
     */
    private static final int BATCH = 10_000;

    private final MongoDatabase database;
    private final CollectionInfo info;
    private final Metadata metadata;
    private final DumpFolder folder;
    private final boolean gzip;
    private final Memory memory;

    CollectionDump(
            MongoDatabase database,
            CollectionInfo info,
            Metadata metadata,
            DumpFolder folder,
            boolean gzip,
            Memory memory) {
        this.database = database;
        this.info = info;
        this.metadata = metadata;
        this.folder = folder;
        this.gzip = gzip;
        this.memory = memory;
    }

    /**
     * Writes metadata and documents.
     *
     * @param snapshot the point in time to read at; null: whatever is there while it reads
     * @throws Snapshot.Lost when the server cannot show it at that time, or it was dropped or
     *     renamed while it was read
     */
    Manifest.Collection run(BsonDocument filter, Snapshot snapshot, Meter meter) {
        List<Manifest.File> files = new ArrayList<>();
        try {
            files.add(writeMetadata());
            if (!info.isView()) {
                files.add(writeDocuments(filter, snapshot, meter));
            }
        } catch (IOException e) {
            throw notWritten(e);
        } catch (MongoException e) {
            if (Snapshot.isGone(e) || snapshot != null && Snapshot.isLost(e)) {
                throw new Snapshot.Lost(info.name(), e);
            }
            throw Failures.dump(e, "Reading " + info.name());
        }
        return new Manifest.Collection(info.name(), info.type(), snapshot != null, meter.done(), files);
    }

    /** Takes away what was written of a collection that could not be read to its end. */
    void removeFiles() {
        try {
            Files.deleteIfExists(folder.file(fileName(info.name(), FileNames.METADATA)));
            Files.deleteIfExists(folder.file(fileName(info.dataName(), FileNames.DATA)));
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private MigopyException notWritten(IOException e) {
        return Failures.dump(
                "%s could not be written into %s: %s".formatted(info.name(), folder.partial(), Failures.reason(e)),
                "Free some space or name another folder, and remove " + folder.partial(),
                e);
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

    private Manifest.File writeDocuments(BsonDocument filter, Snapshot snapshot, Meter meter) throws IOException {
        String name = fileName(info.dataName(), FileNames.DATA);
        DumpFile written;
        try (DumpFile file = DumpFile.create(folder.file(name), gzip);
                WriteBehind documents = new WriteBehind(file, memory);
                ClientSession session = snapshot == null ? null : snapshot.session()) {
            read(find(session, filter, new RawReplies(documents::write)), meter);
            documents.finish();
            written = file;
        }
        return Manifest.File.of(folder.pathInManifest(name), written.checksums());
    }

    private void read(FindIterable<RawReplies.Batch> found, Meter meter) throws IOException {
        try (MongoCursor<RawReplies.Batch> replies = memory.receive(found::iterator)) {
            while (memory.receive(replies::hasNext)) {
                meter.add(replies.next().documents());
                SideBySide.goOn();
            }
        } catch (RuntimeException e) {
            WriteBehind.throwOnFailure(e);
            throw e;
        }
    }

    private FindIterable<RawReplies.Batch> find(ClientSession session, BsonDocument filter, RawReplies decoding) {
        MongoCollection<RawReplies.Batch> collection = database.getCollection(info.dataName())
                .withCodecRegistry(CodecRegistries.fromRegistries(
                        CodecRegistries.fromCodecs(decoding), database.getCodecRegistry()))
                .withDocumentClass(RawReplies.Batch.class);
        FindIterable<RawReplies.Batch> found =
                session == null ? collection.find(filter) : collection.find(session, filter);
        return found.batchSize(BATCH);
    }

    private String fileName(String name, String extension) {
        return FileNames.encode(name) + extension + (gzip ? FileNames.GZIP : "");
    }
}
