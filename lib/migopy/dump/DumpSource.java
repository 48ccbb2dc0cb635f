package migopy.dump;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.dump.FileNames.DumpedFile;

/**
 * The folder of a restore: a dump by Migopy with a manifest, or by mongodump without one.
 *
 * @param databaseFolder the folder with the collections' files; its name is the database's
 * @param manifest null if there is none
 */
record DumpSource(Path databaseFolder, Manifest manifest) {
    /** The limit of a manifest, which has 100 bytes for a collection and 11 for each 4 MiB of it. */
    private static final int LONGEST_MANIFEST = 256 << 20;

    String database() {
        return databaseFolder.getFileName().toString();
    }

    /**
     * Opens the folder; the manifest is in it or in its parent.
     *
     * @param wanted the database to suggest if there are several
     * @throws MigopyException refused, if the dump is not complete; usage, if it is not a dump's folder
     */
    static DumpSource open(Path given, String wanted) {
        Path folder = real(given);
        refusePartial(folder);
        if (Files.exists(folder.resolve(Manifest.NAME))) {
            Manifest manifest = manifest(folder.resolve(Manifest.NAME));
            Path database = folder.resolve(manifest.database());
            if (!isNameOfFolder(manifest.database()) || !Files.isDirectory(database)) {
                throw notADump(
                        given,
                        "its manifest names the database %s, which it does not contain".formatted(manifest.database()));
            }
            return new DumpSource(database, manifest);
        }
        Path parent = folder.getParent();
        if (parent != null && Files.exists(parent.resolve(Manifest.NAME))) {
            Manifest manifest = manifest(parent.resolve(Manifest.NAME));
            if (folder.getFileName().toString().equals(manifest.database())) {
                return new DumpSource(folder, manifest);
            }
        }
        return withoutManifest(given, folder, wanted);
    }

    private static boolean isNameOfFolder(String name) {
        return !name.isEmpty() && !name.equals(".") && !name.equals("..") && !name.contains("/");
    }

    /** A folder with collections, or with the folder of one database that has some. */
    private static DumpSource withoutManifest(Path given, Path folder, String wanted) {
        List<Path> databases = list(folder).stream()
                .filter(Files::isDirectory)
                .filter(DumpSource::containsCollections)
                .toList();
        if (databases.size() > 1) {
            throw ambiguous(
                    "%s contains several databases: %s".formatted(given, Wording.some(names(databases))),
                    databases,
                    wanted);
        }
        boolean collections = containsCollections(folder);
        if (databases.isEmpty() && !collections) {
            throw notADump(given, "it contains neither a manifest nor .bson files");
        }
        if (collections && !databases.isEmpty()) {
            throw ambiguous(
                    "%s contains collections, and a folder %s with collections of another database"
                            .formatted(given, names(databases).get(0)),
                    databases,
                    wanted);
        }
        return new DumpSource(databases.isEmpty() ? folder : databases.get(0), null);
    }

    private static List<String> names(List<Path> paths) {
        return paths.stream().map(path -> path.getFileName().toString()).toList();
    }

    private static MigopyException ambiguous(String message, List<Path> databases, String wanted) {
        int suggested = Math.max(names(databases).indexOf(wanted), 0);
        return MigopyException.usage(
                message,
                "Name the folder of one database: {migopy} dbrestore "
                        + Wording.word(databases.get(suggested).toString()));
    }

    /** Returns the oplog that {@code mongodump --oplog} writes beside the databases, or null. */
    Path oplog() {
        return list(databaseFolder.resolveSibling("")).stream()
                .filter(DumpSource::isOplog)
                .findFirst()
                .orElse(null);
    }

    /** A collection named oplog has a metadata file, the oplog has none. */
    private static boolean isOplog(Path path) {
        String name = path.getFileName().toString();
        return (name.equals("oplog.bson") || name.equals("oplog.bson.gz"))
                && Files.notExists(path.resolveSibling("oplog" + FileNames.METADATA))
                && Files.notExists(path.resolveSibling("oplog" + FileNames.METADATA + FileNames.GZIP));
    }

    private static void refusePartial(Path folder) {
        for (Path path : List.of(folder, folder.resolveSibling(""))) {
            String name = path.getFileName() == null ? "" : path.getFileName().toString();
            if (name.endsWith(DumpFolder.PARTIAL)) {
                throw incomplete(path);
            }
        }
    }

    private static MigopyException incomplete(Path folder) {
        return MigopyException.refused(
                "%s is not complete: the dump was killed or is still running".formatted(folder),
                "Restore another dump. If none is running, remove this one.");
    }

    private static Manifest manifest(Path path) {
        Manifest manifest;
        try {
            manifest = Manifest.parse(text(path, LONGEST_MANIFEST));
        } catch (IOException e) {
            throw unreadable(path, DumpErrors.reason(e), e);
        } catch (RuntimeException e) { // of the driver, or for an unknown format
            throw unreadable(path, String.valueOf(e.getMessage()), e);
        }
        if (!manifest.complete()) {
            throw incomplete(path.getParent());
        }
        return manifest;
    }

    private static MigopyException unreadable(Path path, String why, Exception cause) {
        return new MigopyException(
                MigopyException.Kind.REFUSED,
                "%s cannot be read: %s".formatted(path, why),
                "Restore another dump. Without the manifest, the files are restored as mongodump's," + " unchecked.",
                cause);
    }

    /**
     * Returns a file's text, decompressed if its name ends in {@code .gz}; more than {@code most} bytes are
     * an error.
     */
    static String text(Path path, int most) throws IOException {
        try (var in = BsonFile.unpacked(path)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("longer than " + most + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static boolean containsCollections(Path folder) {
        return list(folder).stream().anyMatch(path -> DumpedFile.of(path) != null && !isOplog(path));
    }

    static List<Path> list(Path folder) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path file : stream) {
                // No collection's name begins with a dot, but files of operating systems do.
                if (!file.getFileName().toString().startsWith(".")) {
                    files.add(file);
                }
            }
        } catch (IOException e) {
            throw MigopyException.usage(
                    "%s cannot be read: %s".formatted(folder, DumpErrors.reason(e)),
                    "Name a dump's folder: {migopy} dbrestore DIR");
        }
        files.sort(null);
        return files;
    }

    private static Path real(Path given) {
        if (given.toString().equals("-")) {
            throw MigopyException.usage(
                    "dbrestore - : archives on standard input are not supported",
                    "Write the archive into a file, then run: {migopy} dbrestore FILE");
        }
        try {
            Path folder = given.toRealPath();
            if (Files.isDirectory(folder)) {
                return folder;
            }
        } catch (IOException e) {
            throw notADump(
                    given,
                    Files.isSymbolicLink(given)
                            ? "it is a link to %s, which does not exist".formatted(linked(given))
                            : DumpErrors.reason(e));
        }
        throw notAFolder(given);
    }

    private static String linked(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "an unreadable target";
        }
    }

    private static MigopyException notAFolder(Path given) {
        DumpedFile file = DumpedFile.of(given);
        Path folder = given.toAbsolutePath().normalize().getParent();
        if (file == null) {
            return notADump(given, "it is a file");
        }
        String name = FileNames.decode(file.stem());
        return MigopyException.usage(
                "%s is the file of one collection, not a dump's folder".formatted(given),
                name == null
                        ? "Name its folder: {migopy} dbrestore " + Wording.word(folder.toString())
                        : "To restore that collection: {migopy} dbrestore %s --collection %s"
                                .formatted(Wording.word(folder.toString()), Wording.word(name)));
    }

    private static MigopyException notADump(Path given, String why) {
        return MigopyException.usage(
                "%s is not a dump's folder: %s".formatted(given, why),
                "Name a dump's folder, the database's folder in it, or an archive: {migopy} dbrestore DIR");
    }
}
