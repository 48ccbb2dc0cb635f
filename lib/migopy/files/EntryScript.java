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
 * The project's {@code migopy.java}, held against the class that runs: another project's would run
 * these migrations with its settings on its database.
 *
 * <p>Only a jar that JBang has built of a script is looked into. JBang tells a program nothing of
 * where its script is, so it is asked what it would build of the project's; the answer is kept as
 * long as neither file changes. Everything else (the launcher, which builds from the project's
 * folder, a jar or a test of one's own) was put together by somebody who knows what runs.
 */
public final class EntryScript {
    private static final String FILE = "migopy.java";

    /** JBang names the folder of a script's jar after the script and a SHA-256. */
    private static final int HASH_LENGTH = 64;

    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

    /** A class of a script: the largest that a class file's tables allow are far smaller. */
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
     * Refuses a class that JBang has built of another script than the project's.
     *
     * @param running the class that runs
     * @param home the project's folder
     * @param environment where JBang is looked for
     * @throws MigopyException usage, if it is another's
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
                    "%s is not what runs here, but the class %s of another script, built as %s"
                            .formatted(script, running.getName(), jar),
                    "Start the project's own: jbang %s".formatted(Wording.word(script.toString())));
        }
    }

    /** The jar of a class, if its folder has a name that JBang gives; else null. */
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
            return null; // from nowhere that JBang puts a jar
        }
    }

    /** Whether it is the same, or nobody can tell. */
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
        // Options of JBang's give its jar another name, and the classes stay what they are.
        if (!own.get().equals(jar) && !hasTheClassesOf(own.get())) {
            return false;
        }
        byte[] bytes = known.getBytes(StandardCharsets.UTF_8);
        cache.write("same", bytes, bytes.length);
        return true;
    }

    /** What the answer holds for. */
    private String known() {
        try {
            return String.join("\n", jar.toString(), stamp(jar), script.toString(), stamp(script));
        } catch (IOException e) {
            return ""; // one of them has just been replaced: not kept
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

    /** The checksums of a jar's classes, by name, without those of the library. */
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
                        // Without the version: the two may have been compiled by two JDKs.
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
