package migopy.dump;

import migopy.MigopyException;

import org.bson.BsonInvalidOperationException;
import org.bson.json.JsonParseException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which collections lie in a database's folder: two files of one name belong together. */
final class FolderContents {
    /**
     * {@code listCollections} answers in 16 MiB at most; as Extended JSON that is several times as
     * much.
     */
    private static final int LONGEST_METADATA = 128 << 20;

    private final Map<String, DumpedFile> metadata = new TreeMap<>();
    private final Map<String, DumpedFile> data = new TreeMap<>();

    private FolderContents(Path folder) {
        for (Path path : DumpSource.list(folder)) {
            DumpedFile file = DumpedFile.of(path);
            if (file == null) {
                continue;
            }
            Map<String, DumpedFile> files = file.kind() == DumpedFile.Kind.DATA ? data : metadata;
            DumpedFile other = files.put(file.stem(), file);
            if (other != null) {
                throw DumpedCollection.unreadable(
                        path, "there is %s too".formatted(other.path().getFileName()), null);
            }
        }
    }

    /** The collections of the folder, by name; those of the server itself are left out. */
    static List<DumpedCollection> of(Path folder) {
        return new FolderContents(folder).collections();
    }

    /** Those that are asked for; the lock's collection is never among them. */
    static List<DumpedCollection> select(
            List<DumpedCollection> all, Set<String> names, String lockCollection) {
        Set<String> missing = new TreeSet<>(names);
        all.forEach(collection -> missing.remove(collection.name()));
        if (!missing.isEmpty()) {
            throw MigopyException.usage(
                    "The dump holds no collection " + String.join(", ", missing),
                    "It holds: "
                            + String.join(", ", all.stream().map(DumpedCollection::name).toList()));
        }
        return all.stream()
                .filter(collection -> names.isEmpty() || names.contains(collection.name()))
                .filter(collection -> !collection.name().equals(lockCollection))
                .toList();
    }

    private List<DumpedCollection> collections() {
        List<DumpedCollection> found = new ArrayList<>();
        for (DumpedFile file : metadata.values()) {
            Metadata read = parse(file.path());
            String name = read.name() == null ? nameOf(file) : read.name();
            String dataStem =
                    CollectionInfo.TIME_SERIES.equals(read.type())
                            ? FileNames.encode(CollectionInfo.BUCKETS + name)
                            : file.stem();
            DumpedFile documents = data.remove(dataStem);
            found.add(
                    new DumpedCollection(
                            name, read, file.path(), documents == null ? null : documents.path()));
        }
        for (DumpedFile file : data.values()) {
            found.add(new DumpedCollection(nameOf(file), Metadata.none(), null, file.path()));
        }
        found.removeIf(
                collection ->
                        Catalog.isSystem(collection.name())
                                || collection.name().startsWith("$admin."));
        return found;
    }

    private static String nameOf(DumpedFile file) {
        String name = FileNames.isCut(file.stem()) ? null : FileNames.decode(file.stem());
        if (name == null) {
            throw DumpedCollection.unreadable(
                    file.path(), "its name does not tell the collection's name", null);
        }
        return name;
    }

    private static Metadata parse(Path path) {
        try {
            return Metadata.parse(DumpSource.text(path, LONGEST_METADATA));
        } catch (IOException e) {
            throw DumpedCollection.unreadable(path, Failures.reason(e), e);
        } catch (JsonParseException
                | BsonInvalidOperationException
                | IllegalArgumentException e) { // what the driver's reader throws
            throw DumpedCollection.unreadable(path, e.getMessage(), e);
        }
    }
}
