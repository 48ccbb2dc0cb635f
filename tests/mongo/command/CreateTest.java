package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;
import static support.Project.withoutServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

@OnServer
class CreateTest {
    private static List<String> files(Project project) throws IOException {
        try (Stream<Path> files = Files.list(project.migrations())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theFirstMigrationNeedsNoDatabase() throws IOException {
        var project = withoutServer();
        project.run("create", "add", "users").exits(0).says("add_users.java");
        assertThat(files(project)).singleElement().asString().endsWith("_add_users.java");
        project.run("validate").exits(0);
    }

    @Test
    void theCreatedFileIsExecutableAndRuns(MongoServer server) throws IOException {
        var project = project(server);
        project.run("create", "add users").exits(0);
        String file = files(project).get(0);
        Path path = project.migrations().resolve(file);
        assertThat(Files.isExecutable(path)).isTrue();
        assertThat(Files.readString(path))
                .startsWith("///usr/bin/env jbang \"$0\" \"$@\" ; exit $?")
                .contains("//DEPS ../migopy.java", "class AddUsers", "void up()", "main(String");
        project.run("execute").exits(0);
        assertThat(project.states()).containsValue("applied");
    }

    @Test
    void numbersContinueWithTheSameWidth() throws IOException {
        var project = withoutServer().with("0009_one.java", marking("one"));
        project.run("create", "two").exits(0);
        assertThat(files(project)).contains("0010_two.java");
        var plain = withoutServer().with("9_one.java", marking("one"));
        plain.run("create", "two").exits(0);
        assertThat(files(plain)).contains("10_two.java");
    }

    @Test
    void aTimestampFollowsATimestamp() throws IOException {
        var project = withoutServer().with("20201123101500_one.java", marking("one"));
        project.run("create", "two").exits(0);
        assertThat(files(project).get(1)).matches("20[0-9]{12}_two\\.java");
    }

    @Test
    void theNumberMayBeATimestampOrAnArgument() throws IOException {
        var project = withoutServer().with("1_one.java", marking("one"));
        project.run("create", "--number", "40", "forty").exits(0);
        project.run("create", "stamped", "--timestamp").exits(0);
        assertThat(files(project))
                .contains("40_forty.java")
                .anyMatch(name -> name.matches("20[0-9]{12}_stamped\\.java"));
    }

    @Test
    void aUsedOrInvalidNumberIsRefused() throws IOException {
        var project = withoutServer().with("1_one.java", marking("one"));
        project.run("create", "--number", "1", "again").exits(2).complainsBriefly();
        project.run("create", "--number", "-3", "again").exits(2);
        project.run("create", "--number", "many", "again").exits(2);
        project.run("create", "--number", "5", "--timestamp", "again").exits(2);
        assertThat(files(project)).containsExactly("1_one.java");
    }

    @Test
    void withoutANameItIsRefused() throws IOException {
        var project = withoutServer();
        project.run("create").exits(2).complainsBriefly();
        assertThat(files(project)).isEmpty();
    }

    @Test
    void theNameBecomesAFileNameThatMatchesThePattern() throws IOException {
        var project = withoutServer();
        project.run("create", "Add", "e-mail", "INDEX!").exits(0);
        assertThat(files(project)).singleElement().asString().matches("[0-9]+_[a-z0-9_]+\\.java");
        project.run("validate").exits(0);
    }

    @Test
    void jsonNamesTheFile() {
        var json =
                withoutServer().run("create", "add", "users", "--json").exits(0).json();
        assertThat(json)
                .containsOnlyKeys("name", "number", "path")
                .containsEntry("name", "1_add_users")
                .containsEntry("number", 1L)
                .containsEntry("path", "mongomigrations/1_add_users.java");
    }

    @Test
    void theDirectoryIsCreatedButNotItsParent() throws IOException {
        var project = withoutServer();
        Files.delete(project.migrations());
        project.run("create", "add", "--directory", "no/where")
                .exits(2)
                .complainsBriefly()
                .says("no/where");
        assertThat(project.migrations().resolveSibling("no")).doesNotExist();
        project.run("create", "add", "users").exits(0).says("mongomigrations/1_add_users.java");
        assertThat(project.migrations().resolve("1_add_users.java")).isRegularFile();
    }
}
