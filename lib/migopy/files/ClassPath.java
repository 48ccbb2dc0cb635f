package migopy.files;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import migopy.MigopyException;
import org.bson.conversions.Bson;

/** The class path on which the compiler finds what migrations use. */
record ClassPath(List<Path> entries) {
    /** Changes beyond this number of files in a folder of classes are not detected. */
    private static final int FOLDER_LIMIT = 20_000;

    /** One class of each jar that every migration needs. */
    private static final List<Class<?>> NEEDED =
            List.of(MigopyException.class, MongoDatabase.class, MongoException.class, Bson.class);

    ClassPath {
        entries = List.copyOf(entries);
    }

    /**
     * Returns the class path of this JVM, and the jars that it lacks because a host program loads this
     * library by a class loader of its own.
     */
    static ClassPath ofThisJvm() {
        Set<Path> entries = new LinkedHashSet<>();
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
            try {
                Path path = Path.of(entry).toAbsolutePath();
                if (Files.exists(path)) {
                    entries.add(path);
                }
            } catch (InvalidPathException e) {
                continue; // the JVM has ignored it, too
            }
        }
        for (Class<?> needed : NEEDED) {
            Path origin = origin(needed);
            if (origin != null && !contains(entries, origin)) {
                entries.add(origin);
            }
        }
        return new ClassPath(new ArrayList<>(entries));
    }

    /** Returns the entry that contains this library, or null if it is not a file. */
    static Path ofMigopy() {
        return origin(MigopyException.class);
    }

    private static Path origin(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        if (location == null || !location.getProtocol().equals("file")) {
            return null;
        }
        try {
            return Path.of(location.toURI());
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean contains(Set<Path> entries, Path origin) {
        if (entries.contains(origin)) {
            return true;
        }
        for (Path entry : entries) {
            try {
                if (Files.isSameFile(entry, origin)) {
                    return true;
                }
            } catch (IOException e) {
                continue;
            }
        }
        return false;
    }

    ClassPath with(List<Path> more) {
        Set<Path> all = new LinkedHashSet<>(entries);
        all.addAll(more);
        return new ClassPath(new ArrayList<>(all));
    }

    /** Returns a text that changes when a jar is rebuilt: paths, sizes and times. */
    String fingerprint() {
        StringBuilder text = new StringBuilder();
        for (Path entry : entries) {
            describe(entry, text);
        }
        return text.toString();
    }

    private static void describe(Path entry, StringBuilder text) {
        try {
            BasicFileAttributes values = Files.readAttributes(entry, BasicFileAttributes.class);
            if (values.isDirectory()) {
                try (Stream<Path> files = Files.walk(entry).limit(FOLDER_LIMIT)) {
                    files.filter(Files::isRegularFile).sorted().forEach(file -> stamp(file, text));
                }
            } else {
                stamp(entry, text);
            }
        } catch (IOException | UncheckedIOException e) {
            text.append(entry).append(" unreadable\n");
        }
    }

    private static void stamp(Path file, StringBuilder text) {
        try {
            BasicFileAttributes values = Files.readAttributes(file, BasicFileAttributes.class);
            text.append(file).append(' ').append(values.size()).append(' ');
            text.append(values.lastModifiedTime().to(TimeUnit.NANOSECONDS)).append('\n');
        } catch (IOException e) {
            text.append(file).append(" unreadable\n");
        }
    }
}
