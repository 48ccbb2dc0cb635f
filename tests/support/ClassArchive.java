package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * An archive of loaded classes, made once a run of the tests, by which the many JVMs that they
 * start need half the time of the processor. The JVM passes over one that does not fit.
 */
final class ClassArchive {
    private static final long MAKING_SECONDS = 60;

    private ClassArchive() {}

    /** The options, once the archive is made; one key for all. */
    private static final ConcurrentMap<Boolean, List<String>> OPTIONS = new ConcurrentHashMap<>();

    /**
     * Options of a JVM whose class path begins with that of the tests.
     *
     * @param environment that of the first JVM that asks: by it the server is found
     */
    static List<String> options(Map<String, String> environment) {
        return OPTIONS.computeIfAbsent(true, once -> options(make(environment)));
    }

    private static List<String> options(Path archive) {
        return Files.exists(archive)
                ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off")
                : List.of(); // the tests came from folders, of which there is no archive
    }

    /** Of what a run loads that connects, reads, and writes nothing. */
    private static Path make(Map<String, String> environment) {
        Path archive = Scratch.root().resolve("classes.jsa");
        Path project = Scratch.folder("archived");
        List<String> command = new ArrayList<>(Jvm.COMMAND);
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds=off"));
        command.addAll(List.of("-Xlog:cds+dynamic=off", "-cp", Jvm.JARS));
        command.addAll(List.of(ProjectEntry.class.getName(), "execute"));
        command.addAll(List.of("--dry-run", "--connect-timeout", "2s"));
        try {
            Files.createDirectory(project.resolve("mongomigrations"));
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(environment);
            builder.environment().put("MIGOPY_HOME", project.toString());
            Process making = builder.start();
            if (!making.waitFor(MAKING_SECONDS, TimeUnit.SECONDS)) {
                making.destroyForcibly();
                throw new AssertionError("The archive of classes is not made in time");
            }
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the archive of classes is made", e);
        }
    }
}
