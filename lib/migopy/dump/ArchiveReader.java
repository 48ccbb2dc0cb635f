package migopy.dump;

import migopy.MigopyException;
import migopy.console.Event;
import migopy.console.Wording;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Unpacks a file by {@code mongodump --archive} into a dump's folder with a manifest, which is
 * restored as any other. The documents of several collections may take turns in it.
 */
public final class ArchiveReader {
    private static final int BUFFER = 1 << 16;

    private final Path archive;
    private final BsonFile in;
    private final DumpFolder folder;
    private final String database;
    private final Map<String, Unpacked> collections = new TreeMap<>();
    private final Set<String> leftOut = new TreeSet<>();

    private ArchiveReader(Path archive, BsonFile in, DumpFolder folder, String database) {
        this.archive = archive;
        this.in = in;
        this.folder = folder;
        this.database = database;
    }

    /** A collection on its way from the archive into its files. */
    private static final class Unpacked {
        private final String name;
        private final String type;
        private final List<Manifest.File> files = new ArrayList<>();
        private final Crc64 crc = new Crc64();
        private DumpFile file;
        private OutputStream out;
        private long documents;
        private boolean ended;

        Unpacked(String name, String type) {
            this.name = name;
            this.type = type;
        }

        String dataName() {
            return type.equals(CollectionInfo.TIME_SERIES) ? CollectionInfo.BUCKETS + name : name;
        }
    }

    /** Whether a file begins as an archive does, packed or not. */
    public static boolean isArchive(Path path) {
        return Files.isRegularFile(path) && BsonFile.isArchive(path);
    }

    /**
     * Unpacks the collections of one database.
     *
     * @param directory where the folder is made
     * @param wanted the database, if the archive contains several
     * @param run the run's id, for the manifest
     * @return the dump's folder
     * @throws MigopyException failed, when the archive is damaged; usage, when it does not contain
     *     the database; nothing is left then
     */
    public static Path unpack(
            Path archive, Path directory, String wanted, String run, Consumer<Event> events) {
        try (BsonFile in = BsonFile.openArchive(archive)) {
            BsonDocument header = inBlock(in, archive);
            List<BsonDocument> prelude = new ArrayList<>();
            for (BsonDocument one = in.nextInBlock(); one != null; one = in.nextInBlock()) {
                prelude.add(one);
            }
            String database = database(prelude, wanted, archive);
            Path folder = DumpFolder.next(directory, database, Instant.now());
            DumpFolder created = DumpFolder.create(folder, manifest(header, database, run));
            ArchiveReader reader = new ArchiveReader(archive, in, created, database);
            try {
                reader.unpack(prelude, manifest(header, database, run), events);
                return folder;
            } catch (IOException e) {
                throw Failures.restore(
                        "%s could not be unpacked into %s: %s"
                                .formatted(archive, created.partial(), Failures.reason(e)),
                        "Free some space there, or name another directory: --dump-directory DIR",
                        e);
            } finally {
                reader.close();
            }
        }
    }

    private static String database(List<BsonDocument> prelude, String wanted, Path archive) {
        Set<String> databases = new TreeSet<>();
        prelude.forEach(one -> databases.add(text(one, "db")));
        databases.remove(""); // of the oplog
        if (databases.contains(wanted)) {
            return wanted;
        }
        if (databases.size() == 1) {
            return databases.iterator().next();
        }
        throw MigopyException.usage(
                databases.isEmpty()
                        ? archive + " contains no collections"
                        : "%s contains several databases: %s"
                                .formatted(archive, String.join(", ", databases)),
                databases.isEmpty()
                        ? "Name another archive."
                        : "Name one: {migopy} dbrestore %s --database %s"
                                .formatted(
                                        Wording.word(archive.toString()),
                                        Wording.word(databases.iterator().next())));
    }

    private static Manifest manifest(BsonDocument header, String database, String run) {
        Instant now = Instant.now();
        String tool = "mongodump " + text(header, "tool_version");
        String server = text(header, "server_version");
        return new Manifest(
                false, tool, server, run, database, now, now, false, null, List.of(), List.of());
    }

    private void unpack(List<BsonDocument> prelude, Manifest unfinished, Consumer<Event> events)
            throws IOException {
        for (BsonDocument one : prelude) {
            String name = text(one, "collection");
            if (!text(one, "db").equals(database) || isLeftOut(name)) {
                leftOut.add(text(one, "db") + "." + name);
                continue;
            }
            Unpacked collection = new Unpacked(name, type(one));
            collections.put(collection.dataName(), collection);
            writeMetadata(collection, text(one, "metadata"));
        }
        BsonDocument header;
        while ((header = in.next()) != null) {
            readBlock(header);
            SideBySide.goOn();
        }
        for (Unpacked collection : collections.values()) {
            if (!collection.ended && !collection.type.equals(CollectionInfo.VIEW)) {
                throw damaged("it ends before " + collection.name);
            }
        }
        folder.complete(unfinished.completed(dumped()));
        if (!leftOut.isEmpty()) {
            events.accept(
                    new Event.Notice(
                            "Not restored from the archive: " + String.join(", ", leftOut)));
        }
    }

    /** Older ones have it in the metadata only. */
    private String type(BsonDocument prelude) {
        String type = text(prelude, "type");
        try {
            return type.isEmpty() ? Metadata.parse(text(prelude, "metadata")).type() : type;
        } catch (RuntimeException e) { // whatever the driver's reader throws
            throw damaged(
                    "the metadata of %s: %s"
                            .formatted(text(prelude, "collection"), e.getMessage()));
        }
    }

    private static boolean isLeftOut(String name) {
        return Catalog.isSystem(name) && !name.startsWith(CollectionInfo.BUCKETS);
    }

    private void writeMetadata(Unpacked collection, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        String name = FileNames.encode(collection.name) + FileNames.METADATA;
        DumpFile written;
        try (DumpFile file = DumpFile.create(folder.file(name), false)) {
            file.write(bytes, 0, bytes.length);
            written = file;
        }
        collection.files.add(Manifest.File.of(folder.pathInManifest(name), written.checksums()));
    }

    private void readBlock(BsonDocument header) throws IOException {
        String name = text(header, "collection");
        Unpacked collection = text(header, "db").equals(database) ? collections.get(name) : null;
        if (collection == null) {
            leftOut.add(text(header, "db") + "." + name);
        }
        RawBsonDocument document;
        while ((document = in.nextInBlock()) != null) {
            if (collection != null) {
                add(collection, document);
            }
        }
        if (collection != null && header.getBoolean("EOF", BsonBoolean.FALSE).getValue()) {
            end(collection, header.getInt64("CRC", new BsonInt64(0)).getValue());
        }
    }

    private void add(Unpacked collection, RawBsonDocument document) throws IOException {
        open(collection);
        byte[] bytes = document.getBackingArray();
        collection.crc.update(bytes, document.getByteOffset(), document.getByteLength());
        collection.out.write(bytes, document.getByteOffset(), document.getByteLength());
        collection.documents++;
    }

    private void open(Unpacked collection) throws IOException {
        if (collection.out == null) {
            String name = FileNames.encode(collection.dataName()) + FileNames.DATA;
            collection.file = DumpFile.create(folder.file(name), false);
            collection.out = new BufferedOutputStream(collection.file, BUFFER);
        }
    }

    private void end(Unpacked collection, long crc) throws IOException {
        if (collection.ended || collection.crc.value() != crc) {
            throw damaged("the checksum of %s does not match".formatted(collection.name));
        }
        collection.ended = true;
        if (collection.type.equals(CollectionInfo.VIEW)) {
            return;
        }
        open(collection); // an empty one has a file, too
        collection.out.close();
        String name = FileNames.encode(collection.dataName()) + FileNames.DATA;
        collection.files.add(
                Manifest.File.of(folder.pathInManifest(name), collection.file.checksums()));
    }

    private List<Manifest.Collection> dumped() {
        return collections.values().stream()
                .map(c -> new Manifest.Collection(c.name, c.type, false, c.documents, c.files))
                .toList();
    }

    /** Closes what is still open; an unfinished folder is removed. */
    private void close() {
        for (Unpacked collection : collections.values()) {
            if (!collection.ended && collection.file != null) {
                try {
                    collection.file.close();
                } catch (IOException e) {
                    leftOut.add(collection.name); // it is removed
                }
            }
        }
        try {
            folder.remove();
        } catch (IOException e) {
            throw Failures.restore(
                    "%s could not be removed: %s".formatted(folder.partial(), Failures.reason(e)),
                    "Remove it.",
                    e);
        }
    }

    private static RawBsonDocument inBlock(BsonFile in, Path archive) {
        RawBsonDocument document = in.nextInBlock();
        if (document == null) {
            throw BsonFile.damaged(archive, Integer.BYTES, "it has no header", null);
        }
        return document;
    }

    private MigopyException damaged(String what) {
        return BsonFile.damaged(archive, in.offset(), what, null);
    }

    private static String text(BsonDocument document, String field) {
        return document.getString(field, new BsonString("")).getValue();
    }
}
