package migopy.dump;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.dump.FolderContents.DumpedCollection;
import migopy.dump.ParallelTasks.Meter;
import org.bson.RawBsonDocument;

/**
 * Reads everything that will be restored before anything is changed: compares each file with the manifest,
 * and checks that each document is valid BSON.
 */
final class DumpCheck {
    private static final int BUFFER = 1 << 18;

    private final DumpSource source;
    private final RestoreRequest request;
    private final List<DumpedCollection> selected;
    private final Map<String, Manifest.ManifestFile> expected = new HashMap<>();
    private final Map<String, Manifest.ManifestCollection> listed = new HashMap<>();
    private final Map<String, Integer> largest = new ConcurrentHashMap<>();

    /**
     * @param selected what will be restored
     * @throws MigopyException failed, if the manifest lists other files
     */
    DumpCheck(DumpSource source, RestoreRequest request, List<DumpedCollection> selected) {
        this.source = source;
        this.request = request;
        this.selected = selected;
        if (source.manifest() != null) {
            for (Manifest.ManifestCollection collection : source.manifest().collections()) {
                if (isRequested(collection.name())) {
                    listed.put(collection.name(), collection);
                    collection.files().forEach(file -> expected.put(file.path(), file));
                }
            }
            refuseMissingFiles();
        }
    }

    /**
     * Reads everything.
     *
     * @throws MigopyException failed, naming the first file that is damaged
     */
    void check(Consumer<Event> events) {
        List<Runnable> tasks = new ArrayList<>();
        for (DumpedCollection collection : selected) {
            tasks.add(() -> {
                try {
                    check(collection, events);
                } catch (MigopyException e) {
                    throw withHint(e, collection.name());
                }
            });
        }
        ParallelTasks.run("check", tasks);
    }

    /** Returns the manifest's number of documents; 0 if unknown. */
    long documents(DumpedCollection collection) {
        Manifest.ManifestCollection known = listed.get(collection.name());
        return known == null ? 0 : known.documents();
    }

    /** Returns the size of its largest document, after {@link #check}. */
    int largest(DumpedCollection collection) {
        return largest.getOrDefault(collection.name(), 0);
    }

    private boolean isRequested(String name) {
        return !request.isLeftOut(name)
                && (request.collections().isEmpty() || request.collections().contains(name));
    }

    /** Also finds a collection of which both files are missing. */
    private void refuseMissingFiles() {
        Map<String, DumpedCollection> there = new HashMap<>();
        for (DumpedCollection collection : selected) {
            files(collection).forEach(path -> there.put(pathInManifest(path), collection));
        }
        for (Manifest.ManifestCollection collection : listed.values()) {
            for (Manifest.ManifestFile file : collection.files()) {
                if (!there.containsKey(file.path())) {
                    Path path = source.databaseFolder().resolveSibling(file.path());
                    throw withHint(DumpErrors.unreadable(path, "it is missing", null), collection.name());
                }
            }
        }
        there.forEach((path, collection) -> {
            if (!expected.containsKey(path)) {
                Path file = source.databaseFolder().resolveSibling(path);
                throw withHint(DumpErrors.unreadable(file, "the manifest does not list it", null), collection.name());
            }
        });
    }

    /** Returns the same error with the command that restores all others. */
    private MigopyException withHint(MigopyException e, String damaged) {
        Set<String> others = new TreeSet<>(listed.keySet());
        selected.forEach(collection -> others.add(collection.name()));
        String hint = request.hintWithout(damaged, others);
        return new MigopyException(e.kind(), e.getMessage(), hint, e.getCause());
    }

    private void check(DumpedCollection collection, Consumer<Event> events) {
        if (collection.metadataFile() != null) {
            compare(collection.metadataFile(), checksums(collection.metadataFile()));
        }
        if (collection.dataFile() == null) {
            return;
        }
        Checksums checksums = new Checksums();
        Meter meter = new Meter("checking " + collection.name(), documents(collection), events);
        int longest = 0;
        try (BsonFile file = BsonFile.open(collection.dataFile(), checksums)) {
            RawBsonDocument document;
            while ((document = file.next()) != null) {
                longest = Math.max(longest, document.getByteLength());
                meter.add(1);
                ParallelTasks.stopIfInterrupted();
            }
            file.drain();
        }
        meter.ended();
        largest.put(collection.name(), longest);
        compare(collection.dataFile(), checksums);
        Manifest.ManifestCollection known = listed.get(collection.name());
        if (known != null && known.documents() != meter.done()) {
            throw DumpErrors.unreadable(
                    collection.dataFile(),
                    "it contains %d documents, the manifest says %d".formatted(meter.done(), known.documents()),
                    null);
        }
    }

    private void compare(Path path, Checksums checksums) {
        Manifest.ManifestFile file = expected.get(pathInManifest(path));
        if (file == null || file.sha256().equals(checksums.hash())) {
            return;
        }
        List<String> now = checksums.blocks();
        int block = 0;
        while (block < now.size()
                && block < file.blocks().size()
                && now.get(block).equals(file.blocks().get(block))) {
            block++;
        }
        long from = (long) block * Checksums.BLOCK;
        long to = Math.min(from + Checksums.BLOCK, checksums.bytes());
        throw DumpErrors.damaged(
                path,
                Math.min(from, checksums.bytes()),
                checksums.bytes() == file.bytes()
                        ? "it differs from the dump somewhere before byte " + to
                        : "it has %d bytes, the dump had %d".formatted(checksums.bytes(), file.bytes()),
                null);
    }

    private static Checksums checksums(Path path) {
        Checksums checksums = new Checksums();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(path)) {
            int read;
            while ((read = in.read(buffer)) > 0) {
                checksums.update(buffer, 0, read);
            }
        } catch (IOException e) {
            throw DumpErrors.unreadable(path, DumpErrors.reason(e), e);
        }
        return checksums;
    }

    private String pathInManifest(Path path) {
        return source.database() + "/" + path.getFileName();
    }

    private static List<Path> files(DumpedCollection collection) {
        List<Path> files = new ArrayList<>();
        if (collection.metadataFile() != null) {
            files.add(collection.metadataFile());
        }
        if (collection.dataFile() != null) {
            files.add(collection.dataFile());
        }
        return files;
    }
}
