package migopy.dump;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
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
import migopy.MigopyException;
import migopy.console.Event;
import migopy.console.Wording;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.Checksums.Crc64;
import migopy.dump.DumpFolder.DumpFile;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;

/**
 * Unpacks a file by {@code mongodump --archive} into a dump's folder with a manifest, which is then restored
 * like any other. The documents of several collections may alternate in it.
 */
public final class ArchiveReader {
    private final RestoreRequest request;
    private final Path archive;
    private final BsonFile in;
    private final DumpFolder folder;
    private final String database;
    private final Map<String, ArchivedCollection> collections = new TreeMap<>();
    private final Set<String> names = new TreeSet<>();
    private final Set<String> leftOut = new TreeSet<>();

    /** The collection whose checksum does not match; null if there is none so far. */
    private String mismatched;

    private ArchiveReader(RestoreRequest request, BsonFile in, DumpFolder folder, String database) {
        this.request = request;
        this.archive = request.folder();
        this.in = in;
        this.folder = folder;
        this.database = database;
    }

    /** Whether a file begins like an archive, compressed or not. */
    public static boolean isArchive(Path path) {
        return Files.isRegularFile(path) && BsonFile.isArchive(path);
    }

    /**
     * Unpacks the collections of one database. Collections that were not requested are not checked.
     *
     * @param request a request whose folder is the archive
     * @param directory where the dump's folder is created
     * @return the dump's folder
     * @throws MigopyException failed, if the archive is damaged; usage, if it does not contain what was
     * requested; nothing is left then
     */
    public static Path unpack(RestoreRequest request, Path directory, Consumer<Event> events) {
        try (BsonFile in = BsonFile.openArchive(request.folder())) {
            return unpack(request, in, directory, events);
        } catch (ParallelTasks.Interrupted e) {
            throw DumpErrors.restore(
                    "Unpacking %s was interrupted; nothing was restored".formatted(request.folder()),
                    "Run it again: {migopy} " + request.arguments(request.collections()),
                    e);
        }
    }

    private static Path unpack(RestoreRequest request, BsonFile in, Path directory, Consumer<Event> events) {
        Path archive = request.folder();
        BsonDocument header = header(in, archive);
        List<BsonDocument> prelude = new ArrayList<>();
        for (BsonDocument one = in.nextInBlock(); one != null; one = in.nextInBlock()) {
            prelude.add(one);
        }
        String database = database(prelude, request.database(), archive);
        request.refuseOther(database);
        Path folder = DumpFolder.next(directory, database, Instant.now());
        Manifest unfinished = manifest(header, database, request);
        DumpFolder created = DumpFolder.create(folder, unfinished);
        ArchiveReader reader = new ArchiveReader(request, in, created, database);
        try {
            reader.unpack(prelude, unfinished, events);
            return folder;
        } catch (ClosedByInterruptException e) {
            throw new ParallelTasks.Interrupted();
        } catch (IOException e) {
            throw DumpErrors.restore(
                    "%s could not be unpacked into %s: %s".formatted(archive, created.partial(), DumpErrors.reason(e)),
                    "Free some space there, or use another directory: --dump-directory DIR",
                    e);
        } finally {
            reader.close();
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
                        : "%s contains several databases: %s".formatted(archive, String.join(", ", databases)),
                databases.isEmpty()
                        ? "Name another archive: {migopy} dbrestore FILE"
                        : "Name one: {migopy} dbrestore %s --database %s"
                                .formatted(
                                        Wording.word(archive.toString()),
                                        Wording.word(databases.iterator().next())));
    }

    private static Manifest manifest(BsonDocument header, String database, RestoreRequest request) {
        Set<String> only = request.collections();
        Instant now = Instant.now();
        BsonDocument own = header.getDocument(ArchiveWriter.MIGOPY, null);
        BsonDocument asked = own == null ? new BsonDocument() : own;
        return new Manifest(
                false,
                (own == null ? "mongodump " : "") + text(header, "tool_version"),
                text(header, "server_version"),
                request.run(),
                database,
                now,
                now,
                false,
                Manifest.query(asked),
                only.isEmpty() ? Manifest.selected(asked) : List.copyOf(only),
                List.of());
    }

    private void unpack(List<BsonDocument> prelude, Manifest unfinished, Consumer<Event> events) throws IOException {
        for (BsonDocument one : prelude) {
            String name = text(one, "collection");
            if (!text(one, "db").equals(database) || isLeftOut(name)) {
                leftOut.add(text(one, "db") + "." + name);
                continue;
            }
            names.add(name);
            if (takesAll() || request.collections().contains(name)) {
                ArchivedCollection collection = new ArchivedCollection(name, type(one), folder);
                collections.put(collection.dataName(), collection);
                collection.writeMetadata(text(one, "metadata"));
            }
        }
        refuseMissing();
        readBlocks();
        folder.complete(unfinished.completed(
                collections.values().stream().map(ArchivedCollection::dumped).toList(), false));
        if (!leftOut.isEmpty()) {
            events.accept(new Event.Notice("Not restored from the archive: " + Wording.some(List.copyOf(leftOut))));
        }
    }

    private boolean takesAll() {
        return request.collections().isEmpty();
    }

    private void refuseMissing() {
        Set<String> missing = new TreeSet<>(request.collections());
        missing.removeAll(names);
        if (!missing.isEmpty()) {
            throw MigopyException.usage(
                    "%s contains no collection %s of %s".formatted(archive, String.join(", ", missing), database),
                    "It contains: "
                            + Wording.some(names.stream()
                                    .filter(name -> !request.isLeftOut(name))
                                    .toList()));
        }
    }

    private void readBlocks() throws IOException {
        try {
            BsonDocument header;
            while ((takesAll() || !isComplete()) && (header = in.next()) != null) {
                readBlock(header);
            }
        } catch (MigopyException e) {
            throw withHint(e);
        }
        for (ArchivedCollection collection : collections.values()) {
            if (!collection.isWhole()) {
                throw withHint(damaged("it ends before " + collection.name()));
            }
        }
    }

    private boolean isComplete() {
        return collections.values().stream().allMatch(ArchivedCollection::isWhole);
    }

    /**
     * Returns the same error with the command that restores the others: all of them after a wrong checksum,
     * otherwise those that are complete.
     */
    private MigopyException withHint(MigopyException e) {
        Set<String> others = new TreeSet<>();
        for (ArchivedCollection collection : collections.values()) {
            if (collection.isWhole() || mismatched != null) {
                others.add(collection.name());
            }
        }
        String hint = request.hintWithout(mismatched, others);
        return new MigopyException(e.kind(), e.getMessage(), hint, e.getCause());
    }

    /** Archives of older versions have the type in the metadata only. */
    private String type(BsonDocument prelude) {
        String type = text(prelude, "type");
        try {
            return type.isEmpty() ? Metadata.parse(text(prelude, "metadata")).type() : type;
        } catch (RuntimeException e) { // of the driver's reader
            throw damaged("the metadata of %s: %s".formatted(text(prelude, "collection"), e.getMessage()));
        }
    }

    private static boolean isLeftOut(String name) {
        return Catalog.isSystem(name) && !name.startsWith(CollectionInfo.BUCKETS);
    }

    private void readBlock(BsonDocument header) throws IOException {
        String name = text(header, "collection");
        ArchivedCollection collection = text(header, "db").equals(database) ? collections.get(name) : null;
        if (collection == null) {
            if (takesAll()) {
                leftOut.add(text(header, "db") + "." + name);
            }
            while (in.skipInBlock()) {
                ParallelTasks.stopIfInterrupted();
            }
            return;
        }
        RawBsonDocument document;
        while ((document = in.nextInBlock()) != null) {
            ParallelTasks.stopIfInterrupted();
            collection.add(document);
        }
        if (header.getBoolean("EOF", BsonBoolean.FALSE).getValue()) {
            if (!collection.end(header.getInt64("CRC", new BsonInt64(0)).getValue())) {
                mismatched = collection.name();
                throw damaged("the checksum of %s does not match".formatted(collection.name()));
            }
        }
    }

    /** Closes what is still open and removes an unfinished folder. */
    private void close() {
        try {
            for (ArchivedCollection collection : collections.values()) {
                collection.close();
            }
            folder.remove();
        } catch (IOException e) {
            throw DumpErrors.restore(
                    "%s could not be removed: %s".formatted(folder.partial(), DumpErrors.reason(e)),
                    "It is no longer needed: remove it.",
                    e);
        }
    }

    private static RawBsonDocument header(BsonFile in, Path archive) {
        RawBsonDocument document = in.nextInBlock();
        if (document == null) {
            throw DumpErrors.damaged(archive, Integer.BYTES, "it has no header", null);
        }
        return document;
    }

    private MigopyException damaged(String what) {
        return DumpErrors.damaged(archive, in.offset(), what, null);
    }

    private static String text(BsonDocument document, String field) {
        return document.getString(field, new BsonString("")).getValue();
    }

    /** Writes one collection of an archive into its files. */
    static final class ArchivedCollection implements AutoCloseable {
        private static final int BUFFER = 1 << 16;

        private final String name;
        private final String type;
        private final DumpFolder folder;
        private final List<Manifest.ManifestFile> files = new ArrayList<>();
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

        /** Returns the name of its documents' blocks in the archive. */
        String dataName() {
            return type.equals(CollectionInfo.TIME_SERIES) ? CollectionInfo.BUCKETS + name : name;
        }

        void writeMetadata(String json) throws IOException {
            files.add(folder.writeMetadata(name, json, false));
        }

        void add(RawBsonDocument document) throws IOException {
            open();
            byte[] bytes = document.getBackingArray();
            crc.update(bytes, document.getByteOffset(), document.getByteLength());
            out.write(bytes, document.getByteOffset(), document.getByteLength());
            documents++;
        }

        /** Returns whether the documents have the archive's checksum. */
        boolean end(long expected) throws IOException {
            if (ended || crc.value() != expected) {
                return false;
            }
            ended = true;
            if (!isView()) {
                open(); // an empty one has a file too
                out.close();
                files.add(Manifest.ManifestFile.of(folder.pathInManifest(dataFile()), file.checksums()));
            }
            return true;
        }

        /** Whether all documents were read; a view has none. */
        boolean isWhole() {
            return ended || isView();
        }

        Manifest.ManifestCollection dumped() {
            return new Manifest.ManifestCollection(name, type, false, documents, files);
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

        /** Closes a file that is not complete. */
        @Override
        public void close() throws IOException {
            if (!ended && file != null) {
                file.close();
            }
        }
    }
}
