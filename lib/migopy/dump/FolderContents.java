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

/** Which collections lie in a database's folder: two files of one name belong together. */
final class FolderContents {
    /**
     * {@code listCollections} answers in 16 MiB at most; as Extended JSON that is several times as
     * much.
     */
    private static final int LONGEST_METADATA = 128 << 20;

    private final Path folder;
    private final RestoreRequest request;
    private final Set<String> names;
    private final List<String> leftOut = new ArrayList<>();
    private final List<DumpedCollection> collections = new ArrayList<>();
    private final Map<String, DumpedFile> metadata = new TreeMap<>();
    private final Map<String, DumpedFile> data = new TreeMap<>();

    /** A file of which there is a packed one as well; null if there is none. */
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

    /** Reads a folder; of the collections that are asked for, if some are, the files alone. */
    static FolderContents of(Path folder, RestoreRequest request) {
        FolderContents contents = new FolderContents(folder, request, request.collections());
        contents.read();
        return contents;
    }

    /** The collections of the folder, by name. */
    List<DumpedCollection> collections() {
        return collections;
    }

    /** What is in the folder and never restored: collections of the server itself. */
    List<String> leftOut() {
        return leftOut;
    }

    /** Refuses a name that was asked for and is not there. */
    void refuseMissing() {
        Set<String> missing = new TreeSet<>(names);
        collections.forEach(collection -> missing.remove(collection.name()));
        if (!missing.isEmpty()) {
            throw MigopyException.usage(
                    "The dump holds no collection " + String.join(", ", missing),
                    "It holds: " + Wording.some(namesOfFiles()));
        }
    }

    /** A name that was cut is known only from the metadata, so that is always read. */
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
            throw unreadable(twice, "it is there twice, packed and not", null);
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
                continue; // of another collection, or its metadata would have named it
            }
            add(new DumpedCollection(nameOf(file), Metadata.none(), null, file.path()));
        }
    }

    /**
     * Whether a file's name was cut, and what it is of cannot be read, which others are asked for.
     */
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

    /** The name of what has such files; null if it is unknown. */
    private String nameOf(String stem) {
        if (!FileNames.isCut(stem)) {
            return FileNames.decode(stem);
        }
        DumpedFile file = metadata.get(stem);
        try {
            return file == null ? null : metadataIn(file).name();
        } catch (IOException | RuntimeException e) { // whatever the driver's reader throws
            return null;
        }
    }

    private static String nameOf(DumpedFile file) {
        String name = FileNames.isCut(file.stem()) ? null : FileNames.decode(file.stem());
        if (name == null) {
            throw DumpErrors.unreadable(file.path(), "its name does not tell the collection's name", null);
        }
        return name;
    }

    private Metadata parse(DumpedFile file) {
        try {
            return metadataIn(file);
        } catch (IOException e) {
            throw unreadable(file, DumpErrors.reason(e), e);
        } catch (RuntimeException e) { // whatever the driver's reader throws
            throw unreadable(file, e.getMessage(), e);
        }
    }

    private static Metadata metadataIn(DumpedFile file) throws IOException {
        return Metadata.parse(DumpSource.text(file.path(), LONGEST_METADATA));
    }

    private MigopyException unreadable(DumpedFile file, String why, Exception cause) {
        MigopyException error = DumpErrors.unreadable(file.path(), why, cause);
        String hint = request.wayOnWithout(FileNames.decode(file.stem()), namesOfFiles());
        return new MigopyException(error.kind(), error.getMessage(), hint, cause);
    }

    /**
     * A collection as it lies in a folder.
     *
     * @param metadataFile null if there is none
     * @param dataFile null if there is none, as with a view
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

        /** The collection that its documents go into. */
        String dataName(String name) {
            return isTimeSeries() ? CollectionInfo.BUCKETS + name : name;
        }

    }
}
