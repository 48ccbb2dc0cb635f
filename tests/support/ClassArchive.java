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
 * An archive of loaded classes, created once per run of the tests, which more than halves the processor time of the
 * many JVMs that they start. A JVM ignores an archive that does not fit.
 */
public final class ClassArchive {
    private static final long MAKING_SECONDS = 60;

    /** The training run may meet a server that a test makes fail on purpose. */
    private static final int TRIES = 5;

    /** JEP 514: a training run writes its archive itself, and that has profiles of its methods too. */
    private static final boolean AOT_CACHE = Runtime.version().feature() >= 25;

    /** The folder in which concurrent runs of the tests share their archives; without it each run creates its own. */
    private static final String SHARED = System.getenv("MIGOPY_TEST_ARCHIVES");

    private static final ClassArchive OF_THIS_RUN = new ClassArchive();

    private List<String> options;
    private int tries;

    private ClassArchive() {}

    /**
     * Returns the first words of a java command whose class path starts with that of the tests. An archive fits only
     * the options that it was created with.
     *
     * @param environment its environment, with the {@code MONGO_URI} of a server for the training run
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

    /** Without the JVM's warnings about archives, which have many tags on JDK 25. */
    private static List<String> using(Path archive) {
        return AOT_CACHE
                ? List.of("-XX:AOTCache=" + archive, "-Xlog:disable")
                : List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off");
    }

    /** Returns the archive of this JDK. The first of the runs that share it creates it; the others wait. */
    @SuppressWarnings("try") // the lock is only held and released
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

    /** Creates the archive from the classes that a run of execute loads; returns false if that run failed. */
    private static boolean make(Path folder, Path archive, Map<String, String> environment) throws IOException {
        Path loaded = folder.resolve("loaded");
        String database = "archived_" + ProcessHandle.current().pid();
        Map<String, String> own = new HashMap<>(environment);
        own.put("MIGOPY_HOME", project().toString());
        boolean made = succeeds(
                own,
                List.of(AOT_CACHE ? "-XX:AOTCacheOutput=" + archive : "-XX:DumpLoadedClassList=" + loaded),
                ProjectEntry.class.getName(),
                "execute",
                "--database",
                database);
        if (made) {
            try (MongoClient client = MongoClients.create(environment.get("MONGO_URI"))) {
                client.getDatabase(database).drop();
            }
            made = AOT_CACHE ? Files.exists(archive) : dump(loaded, archive, own);
        }
        if (!made) {
            Files.deleteIfExists(archive);
        }
        return made;
    }

    private static boolean dump(Path loaded, Path archive, Map<String, String> environment) throws IOException {
        Files.write(loaded, archivable(Files.readAllLines(loaded)));
        return succeeds(
                environment,
                List.of(
                        "-Xshare:dump",
                        "-Xlog:disable",
                        "-XX:SharedClassListFile=" + loaded,
                        "-XX:SharedArchiveFile=" + archive));
    }

    /** Without a migopy.java, which would be refused: the running class was not built from it. */
    private static Path project() throws IOException {
        Path folder = Project.withoutServer()
                .with("1_one.java", Migrations.marking("one"))
                .folder();
        Files.delete(folder.resolve("migopy.java"));
        return folder;
    }

    /** Omits classes of other loaders, and the ids that only those need. */
    private static List<String> archivable(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.startsWith("#") && !line.contains(" source: "))
                .map(line -> line.replaceFirst(" id: .*", ""))
                .distinct()
                .toList();
    }

    private static boolean succeeds(Map<String, String> environment, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(Jvm.COMMAND);
        command.addAll(options);
        command.addAll(List.of("-cp", Jvm.JARS));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            Process making = builder.start();
            if (!making.waitFor(MAKING_SECONDS, TimeUnit.SECONDS)) {
                making.destroyForcibly();
                throw new AssertionError("the class archive was not created in time");
            }
            return making.exitValue() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the class archive was created", e);
        }
    }
}
