package migopy.files;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import migopy.files.Javac.Unit;

/**
 * Compiled classes on disk: one file with all classes of a migration, named by everything that they
 * depend on. A separate thread writes the files, since a file system may take as long to create one as
 * javac to compile it.
 */
final class ClassCache implements AutoCloseable {
    /** With more files than this, and than twice those in use, the older half is deleted. */
    static final int FILE_LIMIT = 10_000;

    private static final int FORMAT = 0x4d434c31;

    /** What is not written by then is compiled again by the next run. */
    private static final long CLOSING_SECONDS = 10;

    private final CacheFolder folder;
    private final CompiledTexts texts;
    private final String setting;
    private ExecutorService writing;
    private volatile boolean writable = true;

    /** @param setting what all classes of this run depend on: compiler and class path */
    ClassCache(Path cacheDirectory, String setting) {
        this.folder = new CacheFolder(cacheDirectory.resolve("classes"));
        this.texts = new CompiledTexts(cacheDirectory);
        MessageDigest digest = MigrationSource.sha256();
        update(digest, setting);
        this.setting = HexFormat.of().formatHex(digest.digest());
    }

    /** Returns the name under which a unit's classes are stored; it changes with everything that they depend on. */
    String key(Unit unit) {
        MessageDigest digest = MigrationSource.sha256();
        update(digest, setting);
        update(digest, unit.fileName());
        update(digest, unit.source().checksum()); // what it ignores does not change the classes
        if (!unit.dependencies().isEmpty()) {
            update(digest, new ClassPath(unit.dependencies()).fingerprint());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** With its length first, so that two different lists of texts never have the same bytes. */
    private static void update(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }

    /** Returns the classes by name; empty if they are missing or damaged. */
    Optional<Map<String, byte[]>> get(String key) {
        return folder.read(key).flatMap(in -> classes(in, key));
    }

    private static Optional<Map<String, byte[]>> classes(ByteBuffer in, String key) {
        try {
            if (in.getInt() != FORMAT || !text(in).equals(key)) {
                return Optional.empty();
            }
            int count = in.getInt();
            Map<String, byte[]> classes = new TreeMap<>();
            for (int i = 0; i < count; i++) {
                String name = text(in);
                classes.put(name, bytes(in));
            }
            return Optional.of(classes);
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            return Optional.empty(); // written by another version
        }
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** Stores classes for the next run. If that fails, the next run compiles them again. */
    void put(String key, Map<String, byte[]> classes) {
        if (writing == null) {
            writing = Executors.newSingleThreadExecutor(ClassCache::daemon);
        }
        writing.execute(() -> store(key, classes));
    }

    private static Thread daemon(Runnable writes) {
        Thread thread = new Thread(writes, "migopy-classes");
        thread.setDaemon(true); // a cache must not keep the JVM running
        return thread;
    }

    private void store(String key, Map<String, byte[]> classes) {
        if (!writable) {
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            write(out, key.getBytes(StandardCharsets.UTF_8));
            out.writeInt(classes.size());
            for (Map.Entry<String, byte[]> named : classes.entrySet()) {
                write(out, named.getKey().getBytes(StandardCharsets.UTF_8));
                write(out, named.getValue());
            }
        } catch (IOException e) {
            throw new IllegalStateException("Writing into memory does not fail", e);
        }
        byte[] all = bytes.toByteArray();
        writable = folder.write(key, all, all.length);
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /**
     * Deletes the older half if there are too many files. Does nothing if none was stored.
     *
     * @param inUse the number of migrations
     */
    void cleanUp(int inUse) {
        if (writing != null) {
            writing.execute(() -> deleteOld(inUse));
        }
    }

    /** Records which texts have classes now. */
    void compiled(List<MigrationSource> sources) {
        if (writing != null) {
            writing.execute(() -> texts.add(sources));
        } else {
            texts.add(sources); // it only reads, unless a file has an earlier text again
        }
    }

    private void deleteOld(int inUse) {
        if (!writable) {
            return;
        }
        try (Stream<Path> entries = Files.list(folder.path())) {
            List<Path> files = new ArrayList<>(entries.toList());
            int limit = Math.max(FILE_LIMIT, 2 * inUse);
            if (files.size() > limit) {
                record Aged(Path file, FileTime time) {}
                files.stream()
                        .map(file -> new Aged(file, time(file)))
                        .sorted(Comparator.comparing(Aged::time))
                        .limit(files.size() - limit / 2)
                        .forEach(aged -> folder.delete(aged.file()));
            }
        } catch (IOException | UncheckedIOException e) {
            writable = false; // another process may be cleaning up at the same time
        }
    }

    /**
     * Records in the folder's modification time that all classes were cached: if no migration is
     * newer, the launcher starts java without the compiler's classes.
     */
    void touch() {
        folder.touch();
    }

    /** Waits until everything is written. */
    @Override
    public void close() {
        if (writing == null) {
            return;
        }
        writing.shutdown();
        try {
            if (!writing.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                writing.shutdownNow();
            }
        } catch (InterruptedException e) {
            writing.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
