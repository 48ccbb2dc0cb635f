package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;

/** What a command does not need costs it nothing at its start. */
@OnServer
class LoadedClassesTest {
    @ParameterizedTest
    @ValueSource(strings = {"status", "execute"})
    void aPlainRunLoadsNothingOfLintRehearsalsAndReports(String command, MongoServer server) throws IOException {
        var project = project(server).with("1_one.java", marking("one"));
        Path log = Files.createTempFile("loaded", ".txt");
        project.start(List.of("-Xlog:class+load:file=" + log), command).exits(0);
        List<String> loaded = Files.readAllLines(log);
        Files.delete(log);
        assertThat(loaded).anyMatch(line -> line.contains(" migopy.command.Session "));
        assertThat(loaded.stream().filter(line -> line.matches(".* migopy\\.(lint|rehearsal|report)\\..*")))
                .isEmpty();
    }
}
