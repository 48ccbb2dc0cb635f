package migopy.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import migopy.MigopyException;

/**
 * The folder of a dump, named {@code NAME.partial} until it is complete. A kill or a full disk leaves the
 * partial one, with a manifest that is not complete.
 */
public final class DumpFolder {
    static final String PARTIAL = ".partial";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** The limit of dumps of one database within one second. */
    private static final int MOST_PER_SECOND = 1_000;

    private final Path folder;
    private final Path partial;
    private final Path database;

    private DumpFolder(Path folder, String database) {
        this.folder = folder;
        this.partial = partialOf(folder);
        this.database = partial.resolve(database);
    }

    /** Returns a folder that does not exist yet: {@code 20261124T101500Z-app} in the dump directory. */
    public static Path next(Path directory, String database, Instant now) {
        refuseOtherThanFolder(directory);
        String name = TIME.format(now) + "-" + database;
        for (int i = 1; i <= MOST_PER_SECOND; i++) {
            Path folder = directory.resolve(i == 1 ? name : name + "-" + i);
            if (!Files.exists(folder) && !Files.exists(partialOf(folder))) {
                return folder;
            }
        }
        throw DumpErrors.dump(
                "%s contains %d dumps named %s".formatted(directory, MOST_PER_SECOND, name),
                "Wait a second, then run: {migopy} dbdump",
                null);
    }

    private static void refuseOtherThanFolder(Path directory) {
        String why = null;
        try {
            if (Files.isSymbolicLink(directory) && !Files.exists(directory)) {
                why = "a link to %s, which does not exist".formatted(Files.readSymbolicLink(directory));
            } else if (Files.exists(directory) && !Files.isDirectory(directory)) {
                why = "a file";
            }
        } catch (IOException e) {
            why = "a link that cannot be read: " + DumpErrors.reason(e);
        }
        if (why != null) {
            throw DumpErrors.dump(
                    "The dump directory %s is %s".formatted(directory, why),
                    "Move it away, or use another folder: {migopy} dbdump --dump-directory DIR",
                    null);
        }
    }

    /** Whether this folder contains a dump by Migopy, whose manifest says what was dumped. */
    public static boolean isOwn(Path folder) {
        return Files.exists(folder.resolve(Manifest.NAME));
    }

    /** Creates the partial folder, with the manifest of a dump that is not complete. */
    static DumpFolder create(Path folder, Manifest unfinished) {
        DumpFolder created = new DumpFolder(folder, unfinished.database());
        try {
            if (Files.exists(folder)) {
                throw DumpErrors.dump(folder + " already exists", "Move it away, then run: {migopy} dbdump", null);
            }
            Path directory = folder.getParent();
            boolean fresh = directory != null && !Files.exists(directory);
            DumpFile.createFolder(created.partial);
            DumpFile.createFolder(created.database);
            if (fresh) {
                // Keeps data out of commits, whatever the project's own ignore file says.
                Files.writeString(directory.resolve(".gitignore"), "*\n");
            }
            created.write(unfinished);
            return created;
        } catch (ClosedByInterruptException e) {
            throw created.abandoned();
        } catch (IOException e) {
            if (e instanceof FileAlreadyExistsException && Files.exists(created.partial)) {
                throw DumpErrors.dump(
                        created.partial + " already exists: another dump started in this second",
                        "Run it again: {migopy} dbdump",
                        e);
            }
            throw DumpErrors.dump(
                    "%s cannot be created: %s".formatted(created.partial, DumpErrors.reason(e)),
                    "Use another folder: {migopy} dbdump --dump-directory DIR",
                    e);
        }
    }

    /** Returns the path of a file of the database. */
    Path file(String name) {
        return database.resolve(name);
    }

    /** Returns the file's path in the manifest. */
    String pathInManifest(String name) {
        return database.getFileName() + "/" + name;
    }

    /** Writes the metadata file of a collection. */
    Manifest.ManifestFile writeMetadata(String collection, String json, boolean gzip) throws IOException {
        String name = FileNames.encode(collection) + FileNames.METADATA + (gzip ? FileNames.GZIP : "");
        return Manifest.ManifestFile.of(pathInManifest(name), write(file(name), json, gzip));
    }

    private static Checksums write(Path path, String text, boolean gzip) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        DumpFile written;
        try (DumpFile file = DumpFile.create(path, gzip)) {
            file.write(bytes, 0, bytes.length);
            written = file;
        }
        return written.checksums();
    }

    Path partial() {
        return partial;
    }

    /** Removes what was written so far, to start over. */
    void clear() throws IOException {
        deleteFilesIn(database);
    }

    /** Removes the files of one collection. */
    void delete(Manifest.ManifestCollection collection) throws IOException {
        for (Manifest.ManifestFile file : collection.files()) {
            Files.delete(partial.resolve(file.path()));
        }
    }

    /** Removes the unfinished folder. */
    void remove() throws IOException {
        for (Path folder : List.of(database, partial)) {
            if (Files.exists(folder)) {
                deleteFilesIn(folder);
                Files.delete(folder);
            }
        }
    }

    /**
     * Removes a complete dump that was packed or restored.
     *
     * @throws MigopyException dump, if it cannot be removed
     */
    public static void remove(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw DumpErrors.dump(
                    "%s could not be removed: %s".formatted(folder, DumpErrors.reason(e)),
                    "It is no longer needed: remove it.",
                    e);
        }
    }

    private ParallelTasks.Interrupted abandoned() {
        ParallelTasks.Interrupted stopped = new ParallelTasks.Interrupted();
        try {
            remove();
        } catch (IOException e) {
            stopped.addSuppressed(e);
        }
        return stopped;
    }

    private static void deleteFilesIn(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /** Writes the manifest and gives the folder its name, in an order that a power failure cannot reverse. */
    void complete(Manifest manifest) throws IOException {
        DumpFile.force(database);
        write(manifest);
        Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
        DumpFile.force(folder.toAbsolutePath().getParent());
    }

    private void write(Manifest manifest) throws IOException {
        Path temporary = partial.resolve(Manifest.NAME + ".new");
        write(temporary, manifest.json(), false);
        Files.move(
                temporary,
                partial.resolve(Manifest.NAME),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        DumpFile.force(partial);
    }

    private static Path partialOf(Path folder) {
        return folder.resolveSibling(folder.getFileName() + PARTIAL);
    }

    /**
     * Writes a file of a dump: counted, hashed, with mode 0600, and flushed to the disk when it is closed.
     * Not buffered.
     */
    static final class DumpFile extends OutputStream {
        /** One write of compressed bytes to the disk. */
        private static final int PACKED = 1 << 16;

        private final FileChannel channel;
        private final Checksums checksums = new Checksums();
        private final OutputStream out;
        private boolean closed;

        private DumpFile(FileChannel channel, boolean gzip) throws IOException {
            this.channel = channel;
            this.out = gzip ? new GZIPOutputStream(new Hashed(), PACKED) : new Hashed();
        }

        /** Creates the file, which must not exist. */
        static DumpFile create(Path path, boolean gzip) throws IOException {
            Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            FileChannel channel = FileChannel.open(path, options, mode(path, "rw-------"));
            try {
                return new DumpFile(channel, gzip);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        /** Creates a folder with mode 0700, and its missing parents. */
        static void createFolder(Path path) throws IOException {
            if (path.getParent() != null && !Files.isDirectory(path.getParent())) {
                createFolder(path.getParent());
            }
            Files.createDirectory(path, mode(path, "rwx------"));
        }

        /** Flushes a folder's entries to the disk, where the system can open folders. */
        static void force(Path folder) throws IOException {
            if (isPosix(folder)) {
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        /** Returns the checksums of what was written, after {@link #close}. */
        Checksums checksums() {
            return checksums;
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try (channel) {
                out.close();
                channel.force(true);
            }
        }

        private static FileAttribute<?>[] mode(Path path, String permissions) {
            return isPosix(path)
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                    }
                    : new FileAttribute<?>[0];
        }

        private static boolean isPosix(Path path) {
            return path.getFileSystem().supportedFileAttributeViews().contains("posix");
        }

        private final class Hashed extends OutputStream {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                checksums.update(bytes, offset, length);
            }
        }
    }
}
