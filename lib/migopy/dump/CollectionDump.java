package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.DumpFolder.DumpFile;
import migopy.dump.ParallelTasks.MemoryBudget;
import migopy.dump.ParallelTasks.Meter;
import migopy.dump.Selection.Snapshot;
import migopy.dump.WriteBehind.Chunks;
import org.bson.BsonBinaryReader;
import org.bson.BsonDocument;
import org.bson.BsonReader;
import org.bson.BsonSerializationException;
import org.bson.BsonWriter;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.io.BasicOutputBuffer;
import org.bson.io.BsonInput;
import org.bson.io.BsonInputMark;

/** Writes one collection into its two files. */
final class CollectionDump {
    /**
     * Documents in one reply of the server, which limits it to 16 MiB. A limit for small documents lets
     * server and dump work at the same time.
     */
    private static final int BATCH = 10_000;

    /**
     * The memory of one reply of the server: 16 MiB and a little more, and as much again twice in the driver's pool,
     * which keeps buffers of each power of two.
     */
    private static final long REPLY = 48L << 20;

    private final MongoDatabase database;
    private final CollectionInfo info;
    private final Metadata metadata;
    private final DumpFolder folder;
    private final boolean gzip;
    private final MemoryBudget budget;
    private final Chunks chunks;

    CollectionDump(
            MongoDatabase database,
            CollectionInfo info,
            Metadata metadata,
            DumpFolder folder,
            boolean gzip,
            MemoryBudget budget,
            Chunks chunks) {
        this.database = database;
        this.info = info;
        this.metadata = metadata;
        this.folder = folder;
        this.gzip = gzip;
        this.budget = budget;
        this.chunks = chunks;
    }

    /**
     * Writes metadata and documents.
     *
     * @param snapshot the point in time to read at; null to read without one
     * @throws Snapshot.Lost if the server cannot read it at that time, or it was dropped or renamed while it
     * was read
     */
    Manifest.ManifestCollection run(BsonDocument filter, Snapshot snapshot, Meter meter) {
        List<Manifest.ManifestFile> files = new ArrayList<>();
        try {
            files.add(folder.writeMetadata(info.name(), metadata.json(), gzip));
            if (!info.isView()) {
                files.add(writeDocuments(filter, snapshot, meter));
            }
        } catch (IOException e) {
            throw notWritten(e);
        } catch (MongoException e) {
            if (Snapshot.isGone(e) || snapshot != null && Snapshot.isLost(e)) {
                throw new Snapshot.Lost(info.name(), e);
            }
            throw DumpErrors.dump(e, "Reading " + info.name());
        }
        return new Manifest.ManifestCollection(info.name(), info.type(), snapshot != null, meter.done(), files);
    }

    /** Removes what was written of a collection that could not be read completely. */
    void removeFiles() {
        try {
            Files.deleteIfExists(folder.file(fileName(info.name(), FileNames.METADATA)));
            Files.deleteIfExists(folder.file(fileName(info.dataName(), FileNames.DATA)));
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private MigopyException notWritten(IOException e) {
        return DumpErrors.dump(
                "%s could not be written into %s: %s".formatted(info.name(), folder.partial(), DumpErrors.reason(e)),
                "Free some space or use --dump-directory, and remove " + folder.partial(),
                e);
    }

    private Manifest.ManifestFile writeDocuments(BsonDocument filter, Snapshot snapshot, Meter meter)
            throws IOException {
        String name = fileName(info.dataName(), FileNames.DATA);
        DumpFile written;
        try (DumpFile file = DumpFile.create(folder.file(name), gzip);
                WriteBehind documents = new WriteBehind(file, chunks);
                ClientSession session = snapshot == null ? null : snapshot.session()) {
            read(find(session, filter, new RawReplies(documents::write)), meter);
            documents.finish();
            written = file;
        }
        return Manifest.ManifestFile.of(folder.pathInManifest(name), written.checksums());
    }

    private void read(FindIterable<RawReplies.Reply> found, Meter meter) throws IOException {
        try (MongoCursor<RawReplies.Reply> replies = budget.with(REPLY, found::iterator)) {
            while (budget.with(REPLY, replies::hasNext)) {
                meter.add(replies.next().documents());
                ParallelTasks.stopIfInterrupted();
            }
        } catch (RuntimeException e) {
            WriteBehind.throwOnFailure(e);
            throw e;
        }
    }

    private FindIterable<RawReplies.Reply> find(ClientSession session, BsonDocument filter, RawReplies decoding) {
        MongoCollection<RawReplies.Reply> collection = database.getCollection(info.dataName())
                .withCodecRegistry(CodecRegistries.fromRegistries(
                        CodecRegistries.fromCodecs(decoding), database.getCodecRegistry()))
                .withDocumentClass(RawReplies.Reply.class);
        FindIterable<RawReplies.Reply> found =
                session == null ? collection.find(filter) : collection.find(session, filter);
        return found.batchSize(BATCH);
    }

    private String fileName(String name, String extension) {
        return FileNames.encode(name) + extension + (gzip ? FileNames.GZIP : "");
    }

    /**
     * Decodes the batch of a find or getMore reply as one value: passes the documents to a sink as they are
     * in the driver's buffer, without an object for each.
     *
     * <p>The driver asks a codec for one element of the batch's array at a time. This one also consumes all
     * that follow, so that the driver sees an array of one element.
     */
    static final class RawReplies implements Codec<RawReplies.Reply> {
        private static final byte DOCUMENT = 0x03;
        private static final byte END = 0x00;

        private final Sink sink;

        /** Where documents go; called once for each of them. */
        interface Sink {
            void write(byte[] bytes, int offset, int length);
        }

        /** What one reply contained. */
        record Reply(int documents) {}

        RawReplies(Sink sink) {
            this.sink = sink;
        }

        @Override
        public Reply decode(BsonReader reader, DecoderContext context) {
            BsonInput input = ((BsonBinaryReader) reader).getBsonInput();
            int remaining = input.getRemaining();
            BsonInputMark start = input.getMark(remaining);
            Elements elements = new Elements();
            input.pipe(elements, remaining); // hands over the buffer's own array
            start.reset();
            input.skip(elements.last);
            reader.skipValue(); // leaves the reader after the last one, in the state it expects
            return new Reply(elements.count);
        }

        @Override
        public void encode(BsonWriter writer, Reply value, EncoderContext context) {
            throw new UnsupportedOperationException("batches are only read");
        }

        @Override
        public Class<Reply> getEncoderClass() {
            return Reply.class;
        }

        /** Iterates over the elements of a BSON array, from inside its first one. */
        private final class Elements extends BasicOutputBuffer {
            private int count;
            private int last;

            Elements() {
                super(0);
            }

            @Override
            public void writeBytes(byte[] reply, int offset, int length) {
                int end = offset + length;
                int at = offset;
                do {
                    last = at - offset;
                    at = next(reply, at, end);
                } while (at > 0);
            }

            /**
             * Passes on the document at {@code at}; returns where the next one starts, or 0 after the last. A
             * method of its own, because a cold JVM compiles it long before the loop.
             */
            private int next(byte[] reply, int at, int end) {
                int size = end - at < Integer.BYTES ? 0 : BsonCheck.littleEndian(reply, at);
                if (size < BsonCheck.SHORTEST
                        || size >= end - at
                        || size > BsonCheck.LONGEST
                        || reply[at + size - 1] != END) {
                    throw damaged("a document of length " + size);
                }
                sink.write(reply, at, size);
                count++;
                int name = at + size + 1;
                byte type = reply[name - 1];
                if (type == END) {
                    return 0;
                }
                if (type != DOCUMENT) {
                    throw damaged("an element of type " + type);
                }
                while (name < end && reply[name] != END) {
                    name++;
                }
                return name + 1;
            }

            private BsonSerializationException damaged(String what) {
                return new BsonSerializationException("The server's reply contains " + what);
            }
        }
    }
}
