package migopy.dump;

import migopy.MigopyException;
import migopy.console.Event;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads all that is going to be restored, before anything is changed: each file against the
 * manifest, each document against BSON.
 */
final class DumpCheck {
    private static final int BUFFER = 1 << 18;

    private final DumpSource source;
    private final Map<String, Manifest.File> expected = new HashMap<>();
    private final Map<String, Manifest.Collection> collections = new HashMap<>();

    private DumpCheck(DumpSource source) {
        this.source = source;
        if (source.manifest() != null) {
            for (Manifest.Collection collection : source.manifest().collections()) {
                collections.put(collection.name(), collection);
                collection.files().forEach(file -> expected.put(file.path(), file));
            }
        }
    }

    /**
     * @param found everything in the folder
     * @param selected what will be restored of it
     * @throws MigopyException failed, naming the first file that is missing or damaged
     */
    static void check(
            DumpSource source,
            List<DumpedCollection> found,
            List<DumpedCollection> selected,
            Consumer<Event> events) {
        DumpCheck check = new DumpCheck(source);
        if (source.manifest() != null) {
            check.everythingIsThere(found);
        }
        List<SideBySide.Task> tasks = new ArrayList<>();
        selected.forEach(collection -> tasks.add(() -> check.check(collection, events)));
        SideBySide.run("check", tasks);
    }

    /** A collection whose two files are both gone would otherwise not be missed. */
    private void everythingIsThere(List<DumpedCollection> found) {
        Map<String, Path> there = new HashMap<>();
        for (DumpedCollection collection : found) {
            for (Path path : files(collection)) {
                there.put(pathInManifest(path), path);
            }
        }
        for (String path : expected.keySet()) {
            if (!there.containsKey(path)) {
                throw DumpedCollection.unreadable(
                        source.databaseFolder().resolveSibling(path), "it is missing", null);
            }
        }
        for (Map.Entry<String, Path> file : there.entrySet()) {
            if (!expected.containsKey(file.getKey())) {
                throw DumpedCollection.unreadable(
                        file.getValue(), "the manifest does not know it", null);
            }
        }
    }

    private void check(DumpedCollection collection, Consumer<Event> events) {
        if (collection.metadataFile() != null) {
            compare(collection.metadataFile(), checksums(collection.metadataFile()));
        }
        if (collection.dataFile() == null) {
            return;
        }
        Checksums checksums = new Checksums();
        Manifest.Collection listed = collections.get(collection.name());
        Meter meter =
                new Meter(
                        "checking " + collection.name(),
                        listed == null ? 0 : listed.documents(),
                        events);
        try (BsonFile file = BsonFile.open(collection.dataFile(), checksums)) {
            while (file.next() != null) {
                meter.add(1);
                SideBySide.goOn();
            }
            file.drain();
        }
        meter.ended();
        compare(collection.dataFile(), checksums);
        if (listed != null && listed.documents() != meter.done()) {
            throw DumpedCollection.unreadable(
                    collection.dataFile(),
                    "it holds %d documents, the manifest says %d"
                            .formatted(meter.done(), listed.documents()),
                    null);
        }
    }

    private void compare(Path path, Checksums checksums) {
        Manifest.File file = expected.get(pathInManifest(path));
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
        throw BsonFile.damaged(
                path,
                Math.min(from, checksums.bytes()),
                checksums.bytes() == file.bytes()
                        ? "it differs from what was dumped somewhere before byte " + to
                        : "it has %d bytes and was dumped with %d"
                                .formatted(checksums.bytes(), file.bytes()),
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
            throw DumpedCollection.unreadable(path, Failures.reason(e), e);
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
