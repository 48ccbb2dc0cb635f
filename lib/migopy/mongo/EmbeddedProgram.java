package migopy.mongo;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import migopy.MigopyException;
import migopy.files.CacheFolder.Ownership;
import migopy.files.Dependencies;
import migopy.files.MigrationSource;

/**
 * What the embedded server's JVM runs: the script's classes, compiled once, and its jars, resolved
 * once.
 *
 * @param folder where its files are
 * @param classPath the script's classes, then its jars
 */
record EmbeddedProgram(Path folder, List<Path> classPath) {
    private static final String NAME = "EmbeddedDatabase";
    private static final String MAIN = "migopy.embedded." + NAME;

    /** Put into the jar by a //FILES of MigrationsManager: so it is there from a URL, too. */
    private static final String RESOURCE = "/migopy/embedded/" + NAME + ".java";

    /** Finds what is there already, makes what is missing, and says so where that takes long. */
    static EmbeddedProgram prepare(Path home, Path cacheDirectory, Map<String, String> environment) throws IOException {
        Path folder = cacheDirectory.resolve("embedded");
        String text = script();
        Path classes = folder.resolve(nameOfClasses(text));
        boolean fresh = !Files.isDirectory(classes);
        if (fresh) {
            System.err.println("Preparing the embedded database (once)");
        }
        // Before the folder: a cache that is new gets its .gitignore by this.
        List<Path> jars = Dependencies.ofScript("the embedded database", text, home, cacheDirectory, environment);
        Ownership.createFolder(folder);
        if (fresh) {
            compile(text, classes, jars);
        }
        if (!Ownership.isSafe(folder) || !Ownership.isSafe(classes)) {
            throw MigopyException.refused(
                    "%s belongs to another user, or others can write it".formatted(folder),
                    "Let MIGOPY_CACHE name a folder that only you can write");
        }
        List<Path> classPath = new ArrayList<>(List.of(classes));
        classPath.addAll(jars);
        return new EmbeddedProgram(folder, classPath);
    }

    /** Another text, or another Java, has classes of its own. */
    private static String nameOfClasses(String text) {
        String checksum = MigrationSource.checksum(text);
        return "classes-%d-%s".formatted(Runtime.version().feature(), checksum.substring(checksum.length() - 16));
    }

    /** The command line of its JVM. */
    List<String> command() {
        String path = classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                path,
                MAIN,
                folder.resolve("data").toString());
    }

    private static String script() throws IOException {
        try (InputStream in = EmbeddedProgram.class.getResourceAsStream(RESOURCE)) {
            return new String(Objects.requireNonNull(in, RESOURCE).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Into a folder of this process first: nobody ever sees half of the classes. */
    private static void compile(String text, Path classes, List<Path> jars) throws IOException {
        Path made = Files.createTempDirectory(classes.getParent(), "classes-");
        try {
            compileInto(made, text, jars);
            Files.move(made, classes, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(classes)) { // else another run has made them just now
                throw e;
            }
        } finally {
            delete(made);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void compileInto(Path classes, String text, List<Path> jars) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw MigopyException.usage("This Java has no compiler", "Use a JDK, not a JRE: set JAVA_HOME to one");
        }
        Path source = Files.writeString(classes.resolve(NAME + ".java"), text);
        var errors = new ByteArrayOutputStream();
        String path = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        int code = compiler.run(
                null,
                errors,
                errors,
                "-XDignore.symbol.file",
                "-proc:none",
                "-encoding",
                "UTF-8",
                "-cp",
                path,
                "-d",
                classes.toString(),
                source.toString());
        if (code != 0) {
            throw new IOException(errors.toString(StandardCharsets.UTF_8).strip());
        }
    }
}
