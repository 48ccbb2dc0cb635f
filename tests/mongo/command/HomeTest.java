package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** How the folder of a project is found. */
@OnServer
class HomeTest {
    @Test
    void itIsTheNearestFolderWithAnEntryScriptAtOrAboveTheCurrentOne(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).inChild();
        project.environment("MIGOPY_HOME", null).write("deep/down/note.txt", "");
        project.startingIn("deep/down").run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void withoutAnEntryScriptBothSolutionsAreNamed(MongoServer server) throws IOException {
        var project = project(server).with("1_one.java", marking("one")).inChild();
        project.environment("MIGOPY_HOME", null);
        Files.delete(project.folder().resolve("migopy.java"));
        project.run("status").exits(2).complainsBriefly().says("MIGOPY_HOME", "migopy.java");
    }

    @Test
    void aHomeThatIsNotAFolderIsRefused(MongoServer server) {
        project(server)
                .environment("MIGOPY_HOME", "/no/such/folder")
                .run("status")
                .exits(2)
                .complainsBriefly()
                .says("/no/such/folder");
    }

    @Test
    void verboseShowsTheStackTraceOfAnError(MongoServer server) {
        var project = project(server)
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/app")
                .environment("MONGO_CONNECT_TIMEOUT", "300ms");
        assertThat(project.run("status").exits(6).err()).doesNotContain("\tat ");
        assertThat(project.run("status", "--verbose").exits(6).err()).contains("\tat ");
    }
}
