package migopy.files;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import migopy.MigopyException;
import migopy.console.Wording;

/**
 * Compares the project's {@code migopy.java} with the running class: another project's class would run
 * these migrations with its own settings on its own database.
 *
 * <p>Only jars that JBang has built from a script are compared. JBang does not tell a program where
 * its script is, so it is asked which jar it builds from the project's script; the answer is cached
 * until one of the two files changes.
 */
public final class EntryScript {
    private static final String FILE = "migopy.java";

    /** The folder of a script's jar is named after the script and a SHA-256. */
    private static final int HASH_LENGTH = 64;

    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

    /** More bytes of a class are not compared; no class file comes near this size. */
    private static final int CLASS_LIMIT = 16 << 20;

    private final Path jar;
    private final Path script;
    private final CacheFolder cache;
    private final Jbang jbang;

    private EntryScript(Path jar, Path script, Path cacheDirectory, Jbang jbang) {
        this.jar = jar;
        this.script = script;
        this.cache = new CacheFolder(cacheDirectory.resolve("entry"));
        this.jbang = jbang;
    }

    /**
     * Returns the command that runs a project: its launcher, else JBang with its script; null if there
     * is neither.
     *
     * @param here the current folder, absolute
     */
    public static List<String> command(Path here, Path home, Map<String, String> environment) {
        Path launcher = home.resolve("migopy");
        if (!Programs.onWindows()
                && Programs.first(List.of(launcher.toString())).isPresent()) {
            // Relative, because hints show it.
            return List.of(Programs.typed(here, launcher));
        }
        return new Jbang(home, environment)
                .command()
                .map(jbang -> List.of(jbang.toString(), home.resolve(FILE).toString()))
                .orElse(null);
    }

    /**
     * Refuses a class that JBang has built from another script than the project's.
     *
     * @param running the entry class
     * @param home the project's folder
     * @param environment where JBang is searched
     * @throws MigopyException usage, if it was built from another script
     */
    public static void refuseAnothers(
            Class<?> running, Path home, Path cacheDirectory, Map<String, String> environment) {
        Path jar = builtByJbang(running);
        Path script = home.resolve(FILE);
        if (jar == null || !Files.isRegularFile(script)) {
            return;
        }
        Jbang jbang = new Jbang(home, environment, TIME_LIMIT);
        if (!new EntryScript(jar, script, cacheDirectory, jbang).mayBeTheSame()) {
            throw MigopyException.usage(
                    "The running class %s in %s was not built from %s".formatted(running.getName(), jar, script),
                    "Run the project's script: jbang %s".formatted(Wording.word(script.toString())));
        }
    }

    /** Returns the jar of a class, if JBang has named its folder; else null. */
    private static Path builtByJbang(Class<?> running) {
        CodeSource source = running.getProtectionDomain().getCodeSource();
        if (source == null || !"file".equals(source.getLocation().getProtocol())) {
            return null;
        }
        try {
            Path jar = Path.of(source.getLocation().toURI());
            Path folder = jar.getParent();
            String name = folder == null ? "" : String.valueOf(folder.getFileName());
            int dot = name.length() - HASH_LENGTH - 1;
            boolean hashed = dot > 0 && name.charAt(dot) == '.';
            return hashed && Files.isRegularFile(jar) ? jar : null;
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null; // not a file
        }
    }

    /** Whether the jar was built from the script, or that is unknown. */
    private boolean mayBeTheSame() {
        String known = known();
        Optional<String> kept =
                cache.read("same").map(in -> StandardCharsets.UTF_8.decode(in).toString());
        if (kept.isPresent() && kept.get().equals(known)) {
            return true;
        }
        Optional<Path> own =
                jbang.answer(List.of("info", "jar", script.toString())).map(Path::of);
        if (own.isEmpty()) {
            return true;
        }
        // JBang's options change the name of the jar, not the classes.
        if (!own.get().equals(jar) && !hasTheClassesOf(own.get())) {
            return false;
        }
        byte[] bytes = known.getBytes(StandardCharsets.UTF_8);
        cache.write("same", bytes, bytes.length);
        return true;
    }

    /** Returns the state of both files. */
    private String known() {
        try {
            return String.join("\n", jar.toString(), stamp(jar), script.toString(), stamp(script));
        } catch (IOException e) {
            return ""; // one of them has just been replaced
        }
    }

    private static String stamp(Path file) throws IOException {
        FileStamp stamp = FileStamp.ofTarget(file);
        return stamp.size() + " " + stamp.modified() + " " + stamp.changed() + " " + stamp.inode();
    }

    private boolean hasTheClassesOf(Path own) {
        if (jbang.answer(List.of("build", script.toString())).isEmpty()) {
            return true;
        }
        try {
            return classes(jar).equals(classes(own));
        } catch (IOException e) {
            return true;
        }
    }

    /** Returns the checksums of a jar's classes, by name, without the library's. */
    private static Map<String, String> classes(Path jar) throws IOException {
        Map<String, String> classes = new TreeMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            var entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (name.endsWith(".class") && !name.startsWith("migopy/")) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        byte[] bytes = in.readNBytes(CLASS_LIMIT);
                        // Without the version, since two JDKs may have compiled them.
                        Arrays.fill(bytes, Math.min(4, bytes.length), Math.min(8, bytes.length), (byte) 0);
                        classes.put(
                                name,
                                HexFormat.of()
                                        .formatHex(MigrationSource.sha256().digest(bytes)));
                    }
                }
            }
        }
        return classes;
    }
}
