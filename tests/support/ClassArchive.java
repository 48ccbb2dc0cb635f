package support;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
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

    private static final ClassArchive OF_THIS_RUN = new ClassArchive();

    private List<String> options;
    private int tries;

    private ClassArchive() {}

    /**
     * Options of a JVM whose class path begins with that of the tests.
     *
     * @param environment its environment, with the {@code MONGO_URI} of a server to learn from
     */
    public static List<String> options(Map<String, String> environment) {
        return OF_THIS_RUN.learntFrom(environment);
    }

    private synchronized List<String> learntFrom(Map<String, String> environment) {
        if (options == null && tries < TRIES && environment.containsKey("MONGO_URI")) {
            tries++;
            options = made(environment).map(ClassArchive::using).orElse(null);
        }
        return options == null ? List.of() : options;
    }

    private static List<String> using(Path archive) {
        return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off");
    }

    /** Of what a run loads that compiles and executes; empty if that run did not get so far. */
    private static Optional<Path> made(Map<String, String> environment) {
        String database = "archived_" + ProcessHandle.current().pid();
        Path archive = Scratch.folder("classes").resolve("classes.jsa");
        Project project = Project.withoutServer().with("1_one.java", Migrations.marking("one"));
        List<String> command = new ArrayList<>(Jvm.COMMAND);
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds=off"));
        command.addAll(List.of("-Xlog:cds+dynamic=off", "-cp", Jvm.JARS));
        command.addAll(List.of(ProjectEntry.class.getName(), "execute", "--database", database));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("MIGOPY_HOME", project.folder().toString());
        try {
            Process making = builder.start();
            if (!making.waitFor(MAKING_SECONDS, TimeUnit.SECONDS)) {
                making.destroyForcibly();
                throw new AssertionError("The archive of classes is not made in time");
            }
            if (making.exitValue() != 0) {
                return Optional.empty();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the archive of classes is made", e);
        }
        try (MongoClient client = MongoClients.create(environment.get("MONGO_URI"))) {
            client.getDatabase(database).drop();
        }
        // Where the tests came from folders there is no archive.
        return Optional.of(archive).filter(made -> made.toFile().exists());
    }
}
