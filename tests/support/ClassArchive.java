package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An archive of loaded classes, made once a run of the tests, by which the many JVMs that they
 * start need half the time of the processor. The JVM passes over one that does not fit.
 */
final class ClassArchive {
    private static final long MAKING_SECONDS = 60;

    private ClassArchive() {}

    private static final class Holder {
        static final List<String> OPTIONS = options(make());

        private static List<String> options(Path archive) {
            return Files.exists(archive)
                    ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off")
                    : List.of(); // the tests came from folders, of which there is no archive
        }
    }

    /** Options of a JVM whose class path begins with that of the tests. */
    static List<String> options() {
        return Holder.OPTIONS;
    }

    /** Of what a run loads that finds no server. */
    private static Path make() {
        Path archive = Scratch.root().resolve("classes.jsa");
        Path project = Scratch.folder("archived");
        List<String> command = new ArrayList<>(Jvm.COMMAND);
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds=off"));
        command.addAll(List.of("-Xlog:cds+dynamic=off", "-cp", Jvm.JARS));
        command.addAll(List.of(ProjectEntry.class.getName(), "execute"));
        command.addAll(
                List.of("--uri", "mongodb://127.0.0.1:1/none", "--connect-timeout", "200ms"));
        try {
            Files.createDirectory(project.resolve("mongomigrations"));
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(Map.of("MIGOPY_HOME", project.toString()));
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
