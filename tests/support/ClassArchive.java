package support;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * An archive of loaded classes, made once a run of the tests, by which the many JVMs that they
 * start need less than half the time of the processor. The JVM passes over one that does not fit.
 */
public final class ClassArchive {
    private static final long MAKING_SECONDS = 60;

    /** Servers that a run can be learnt from fail rarely, but some of the tests' are meant to. */
    private static final int TRIES = 5;

    private static final int LINKS_AHEAD_OF_TIME = 24; // JEP 483

    /** Where runs of the tests at the same time share theirs; else each makes its own. */
    private static final String SHARED = System.getenv("MIGOPY_TEST_ARCHIVES");

    private static final ClassArchive OF_THIS_RUN = new ClassArchive();

    private List<String> options;
    private int tries;

    private ClassArchive() {}

    /**
     * What the command of a JVM begins with whose class path begins with that of the tests: an
     * archive fits only the options that it was made with.
     *
     * @param environment its environment, with the {@code MONGO_URI} of a server to learn from
     */
    public static List<String> command(Map<String, String> environment) {
        List<String> command = new ArrayList<>(Jvm.COMMAND);
        command.addAll(OF_THIS_RUN.learntFrom(environment));
        return command;
    }

    private synchronized List<String> learntFrom(Map<String, String> environment) {
        boolean server = environment.getOrDefault("MONGO_URI", "").startsWith("mongodb");
        if (options == null && tries < TRIES && server) {
            tries++;
            options = made(environment).map(ClassArchive::using).orElse(null);
        }
        return options == null ? List.of() : options;
    }

    private static List<String> using(Path archive) {
        return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off");
    }

    /**
     * The archive of this JDK, made unless another run of the tests that shares it has made it; the
     * others wait.
     */
    @SuppressWarnings("try") // lock is given back, and needs no other use
    private static Optional<Path> made(Map<String, String> environment) {
        try {
            Path folder = SHARED == null
                    ? Scratch.folder("classes")
                    : Files.createDirectories(
                            Path.of(SHARED, "jdk" + Runtime.version().feature()));
            Path archive = folder.resolve("classes.jsa");
            try (var file = FileChannel.open(folder.resolve("lock"), CREATE, WRITE);
                    FileLock lock = file.lock()) {
                return Files.exists(archive) || make(folder, archive, environment)
                        ? Optional.of(archive)
                        : Optional.empty();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of what a run loads that compiles and executes; false if that run did not get so far. */
    private static boolean make(Path folder, Path archive, Map<String, String> environment) throws IOException {
        Path loaded = folder.resolve("loaded");
        String database = "archived_" + ProcessHandle.current().pid();
        Map<String, String> own = new HashMap<>(environment);
        own.put("MIGOPY_HOME", project().toString());
        boolean ran = succeeds(
                own,
                List.of("-XX:DumpLoadedClassList=" + loaded),
                ProjectEntry.class.getName(),
                "execute",
                "--database",
                database);
        if (!ran) {
            return false;
        }
        try (MongoClient client = MongoClients.create(environment.get("MONGO_URI"))) {
            client.getDatabase(database).drop();
        }
        Files.write(loaded, archivable(Files.readAllLines(loaded)));
        List<String> options = new ArrayList<>(List.of("-Xshare:dump", "-Xlog:disable"));
        options.add("-XX:SharedClassListFile=" + loaded);
        options.add("-XX:SharedArchiveFile=" + archive);
        if (Runtime.version().feature() >= LINKS_AHEAD_OF_TIME) {
            options.add("-XX:+AOTClassLinking");
        }
        boolean made = succeeds(own, options);
        if (!made) {
            Files.deleteIfExists(archive);
        }
        return made;
    }

    private static Path project() {
        return Project.withoutServer()
                .with("1_one.java", Migrations.marking("one"))
                .folder();
    }

    /** Without what other loaders loaded, and the numbers that only those need. */
    private static List<String> archivable(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.startsWith("#") && !line.contains(" source: "))
                .map(line -> line.replaceFirst(" id: .*", ""))
                .distinct()
                .toList();
    }

    private static boolean succeeds(Map<String, String> environment, List<String> options, String... words) {
        List<String> command = new ArrayList<>(Jvm.COMMAND);
        command.addAll(options);
        command.addAll(List.of("-cp", Jvm.JARS));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            Process making = builder.start();
            if (!making.waitFor(MAKING_SECONDS, TimeUnit.SECONDS)) {
                making.destroyForcibly();
                throw new AssertionError("The archive of classes is not made in time");
            }
            return making.exitValue() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the archive of classes is made", e);
        }
    }
}
