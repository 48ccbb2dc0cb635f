package support;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;

/**
 * An archive of loaded classes, by which a test's many JVMs start in half the time. It knows jars
 * only, so they run {@link ProjectEntry} instead of a compiled migopy.java; and no agent.
 */
public final class ClassArchive {
    private final Path file = Scratch.root().resolve("classes.jsa");

    private ClassArchive() {}

    /** Made by a run of this project, which then has executed what is pending. */
    public static ClassArchive of(Project project) {
        ClassArchive archive = new ClassArchive();
        project.startBare(
                        List.of("-XX:ArchiveClassesAtExit=" + archive.file, "-Xlog:cds=off"),
                        "execute")
                .exits(0);
        assertThat(archive.file).exists();
        return archive;
    }

    /** Starts a command of a project without a migopy.java of its own. */
    public Run start(Project project, String... arguments) {
        return project.startBare(
                List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds=off"), arguments);
    }
}
