package migopy.dump;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.FileNames.DumpedFile;

/** The collections in a database's folder; a collection has up to two files of the same name. */
final class FolderContents {
    /** A reply of {@code listCollections} has at most 16 MiB, and several times as much as Extended JSON. */
    private static final int LONGEST_METADATA = 128 << 20;

    private final Path folder;
    private final RestoreRequest request;
    private final Set<String> names;
    private final List<String> leftOut = new ArrayList<>();
    private final List<DumpedCollection> collections = new ArrayList<>();
    private final Map<String, DumpedFile> metadata = new TreeMap<>();
    private final Map<String, DumpedFile> data = new TreeMap<>();

    /** A file that also exists compressed; null if there is none. */
    private DumpedFile twice;

    private FolderContents(Path folder, RestoreRequest request, Set<String> names) {
        this.folder = folder;
        this.request = request;
        this.names = names;
        for (Path path : DumpSource.list(folder)) {
            DumpedFile file = DumpedFile.of(path);
            if (file == null) {
                continue;
            }
            Map<String, DumpedFile> files = file.kind() == DumpedFile.FileKind.DATA ? data : metadata;
            DumpedFile other = isSelected(file) ? files.put(file.stem(), file) : null;
            if (other != null && twice == null) {
                twice = file;
            }
        }
    }

    /** Reads a folder; if collections are named, only their files. */
    static FolderContents of(Path folder, RestoreRequest request) {
        FolderContents contents = new FolderContents(folder, request, request.collections());
        contents.read();
        return contents;
    }

    /** Returns the collections of the folder, by name. */
    List<DumpedCollection> collections() {
        return collections;
    }

    /** Returns what is in the folder and never restored: the server's own collections. */
    List<String> leftOut() {
        return leftOut;
    }

    /** Refuses a requested name that does not exist. */
    void refuseMissing() {
        Set<String> missing = new TreeSet<>(names);
        collections.forEach(collection -> missing.remove(collection.name()));
        if (!missing.isEmpty()) {
            throw MigopyException.usage(
                    "The dump contains no collection " + String.join(", ", missing),
                    "It contains: " + Wording.some(namesOfFiles()));
        }
    }

    /** Only the metadata contains a name that was cut, so it is always read. */
    private boolean isSelected(DumpedFile file) {
        if (names.isEmpty() || FileNames.isCut(file.stem())) {
            return true;
        }
        String name = FileNames.decode(file.stem());
        return name != null
                && (names.contains(name)
                        || name.startsWith(CollectionInfo.BUCKETS)
                                && names.contains(name.substring(CollectionInfo.BUCKETS.length())));
    }

    private void read() {
        if (twice != null) {
            throw unreadable(twice, "it exists twice, compressed and not", null);
        }
        for (DumpedFile file : metadata.values()) {
            Metadata read = isCutOfAnother(file) ? null : parse(file);
            if (read == null) {
                continue;
            }
            String name = read.name() == null ? nameOf(file) : read.name();
            String dataStem = CollectionInfo.TIME_SERIES.equals(read.type())
                    ? FileNames.encode(CollectionInfo.BUCKETS + name)
                    : file.stem();
            DumpedFile documents = data.remove(dataStem);
            add(new DumpedCollection(name, read, file.path(), documents == null ? null : documents.path()));
        }
        for (DumpedFile file : data.values()) {
            if (!names.isEmpty() && FileNames.isCut(file.stem())) {
                continue; // of another collection, because no metadata file named it
            }
            add(new DumpedCollection(nameOf(file), Metadata.none(), null, file.path()));
        }
    }

    /** Whether a file's name was cut, and it is not known to belong to a requested collection. */
    private boolean isCutOfAnother(DumpedFile file) {
        if (names.isEmpty() || !FileNames.isCut(file.stem())) {
            return false;
        }
        String name = nameOf(file.stem());
        return name == null || !names.contains(name);
    }

    private void add(DumpedCollection collection) {
        String name = collection.name();
        if (request.isLeftOut(name)) {
            leftOut.add(name.startsWith(CollectionInfo.BUCKETS) ? name + " (without metadata)" : name);
        } else if (names.isEmpty() || names.contains(name)) {
            collections.add(collection);
        }
    }

    private List<String> namesOfFiles() {
        FolderContents all = new FolderContents(folder, request, Set.of());
        Set<String> stems = new TreeSet<>(all.metadata.keySet());
        stems.addAll(all.data.keySet());
        return stems.stream()
                .map(all::nameOf)
                .filter(name -> name != null && !request.isLeftOut(name))
                .toList();
    }

    /** Returns the name of the collection with such files; null if it is unknown. */
    private String nameOf(String stem) {
        if (!FileNames.isCut(stem)) {
            return FileNames.decode(stem);
        }
        DumpedFile file = metadata.get(stem);
        try {
            return file == null ? null : metadataIn(file).name();
        } catch (IOException | RuntimeException e) { // of the driver's reader
            return null;
        }
    }

    private static String nameOf(DumpedFile file) {
        String name = FileNames.isCut(file.stem()) ? null : FileNames.decode(file.stem());
        if (name == null) {
            throw DumpErrors.unreadable(file.path(), "its name is not that of a collection", null);
        }
        return name;
    }

    private Metadata parse(DumpedFile file) {
        try {
            return metadataIn(file);
        } catch (IOException e) {
            throw unreadable(file, DumpErrors.reason(e), e);
        } catch (RuntimeException e) { // of the driver's reader
            throw unreadable(file, e.getMessage(), e);
        }
    }

    private static Metadata metadataIn(DumpedFile file) throws IOException {
        return Metadata.parse(DumpSource.text(file.path(), LONGEST_METADATA));
    }

    private MigopyException unreadable(DumpedFile file, String why, Exception cause) {
        MigopyException error = DumpErrors.unreadable(file.path(), why, cause);
        String hint = request.hintWithout(FileNames.decode(file.stem()), namesOfFiles());
        return new MigopyException(error.kind(), error.getMessage(), hint, cause);
    }

    /**
     * A collection in a dump's folder.
     *
     * @param metadataFile null if there is none
     * @param dataFile null if there is none, as for a view
     */
    record DumpedCollection(String name, Metadata metadata, Path metadataFile, Path dataFile) {
        String type() {
            return metadata.type() == null ? CollectionInfo.COLLECTION : metadata.type();
        }

        boolean isView() {
            return type().equals(CollectionInfo.VIEW);
        }

        boolean isTimeSeries() {
            return type().equals(CollectionInfo.TIME_SERIES);
        }

        boolean hasValidator() {
            return metadata.options().containsKey("validator");
        }

        /** Returns the collection that its documents are inserted into. */
        String dataName(String name) {
            return isTimeSeries() ? CollectionInfo.BUCKETS + name : name;
        }
    }
}
