package migopy.dump;

import migopy.MigopyException;
import migopy.console.Event;
import migopy.console.Wording;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;

import java.io.IOException;
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

/**
 * Unpacks a file by {@code mongodump --archive} into a dump's folder with a manifest, which is
 * restored as any other. The documents of several collections may take turns in it.
 */
public final class ArchiveReader {
    private final Path archive;
    private final BsonFile in;
    private final DumpFolder folder;
    private final String database;
    private final Map<String, ArchivedCollection> collections = new TreeMap<>();
    private final Set<String> leftOut = new TreeSet<>();

    private ArchiveReader(Path archive, BsonFile in, DumpFolder folder, String database) {
        this.archive = archive;
        this.in = in;
        this.folder = folder;
        this.database = database;
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
            return unpack(archive, in, directory, wanted, run, events);
        } catch (SideBySide.Stopped e) {
            throw Failures.restore(
                    "Unpacking %s was interrupted; nothing was restored".formatted(archive),
                    "Start it again.",
                    e);
        }
    }

    private static Path unpack(
            Path archive,
            BsonFile in,
            Path directory,
            String wanted,
            String run,
            Consumer<Event> events) {
        BsonDocument header = header(in, archive);
        List<BsonDocument> prelude = new ArrayList<>();
        for (BsonDocument one = in.nextInBlock(); one != null; one = in.nextInBlock()) {
            prelude.add(one);
        }
        String database = database(prelude, wanted, archive);
        Path folder = DumpFolder.next(directory, database, Instant.now());
        Manifest unfinished = manifest(header, database, run);
        DumpFolder created = DumpFolder.create(folder, unfinished);
        ArchiveReader reader = new ArchiveReader(archive, in, created, database);
        try {
            reader.unpack(prelude, unfinished, events);
            return folder;
        } catch (ClosedByInterruptException e) {
            throw new SideBySide.Stopped();
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
            ArchivedCollection collection = new ArchivedCollection(name, type(one), folder);
            collections.put(collection.dataName(), collection);
            collection.writeMetadata(text(one, "metadata"));
        }
        BsonDocument header;
        while ((header = in.next()) != null) {
            readBlock(header);
        }
        for (ArchivedCollection collection : collections.values()) {
            if (!collection.isWhole()) {
                throw damaged("it ends before " + collection.name());
            }
        }
        folder.complete(
                unfinished.completed(
                        collections.values().stream().map(ArchivedCollection::dumped).toList()));
        if (!leftOut.isEmpty()) {
            events.accept(
                    new Event.Notice(
                            "Not restored from the archive: "
                                    + Wording.some(List.copyOf(leftOut))));
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

    private void readBlock(BsonDocument header) throws IOException {
        String name = text(header, "collection");
        ArchivedCollection collection =
                text(header, "db").equals(database) ? collections.get(name) : null;
        if (collection == null) {
            leftOut.add(text(header, "db") + "." + name);
        }
        RawBsonDocument document;
        while ((document = in.nextInBlock()) != null) {
            SideBySide.goOn();
            if (collection != null) {
                collection.add(document);
            }
        }
        if (collection != null && header.getBoolean("EOF", BsonBoolean.FALSE).getValue()) {
            if (!collection.end(header.getInt64("CRC", new BsonInt64(0)).getValue())) {
                throw damaged("the checksum of %s does not match".formatted(collection.name()));
            }
        }
    }

    /** Closes what is still open; an unfinished folder is removed. */
    private void close() {
        try {
            for (ArchivedCollection collection : collections.values()) {
                collection.close();
            }
            folder.remove();
        } catch (IOException e) {
            throw Failures.restore(
                    "%s could not be removed: %s".formatted(folder.partial(), Failures.reason(e)),
                    "Remove it.",
                    e);
        }
    }

    private static RawBsonDocument header(BsonFile in, Path archive) {
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
