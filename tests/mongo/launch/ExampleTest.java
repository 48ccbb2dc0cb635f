package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** The worked example at the top of the repository. */
@OnServer
class ExampleTest {
    private static final String ALL = String.valueOf(samples().size());

    @Test
    void itsMigrationsAreAppliedRolledBackAndAppliedAgain(MongoServer server) throws IOException {
        var project = withSamples(project(server));
        project.run("execute").exits(0);
        assertThat(server.collection("users").countDocuments()).isEqualTo(2);
        assertThat(server.collection("users").find(new Document("name", "Ada")).first())
                .containsEntry("status", "active")
                .containsEntry("emailLower", "ada@example.com")
                .containsEntry("slug", "ada"); // by a library that only that file uses
        project.run("rollback", "--last", ALL).exits(0);
        assertThat(server.collection("users").countDocuments()).isZero();
        project.run("execute").exits(0);
        assertThat(project.states().values()).hasSize(Integer.parseInt(ALL)).containsOnly("applied");
    }

    @Test
    void itsMigrationsRunOnTheEmbeddedDatabaseToo() throws IOException {
        var project = withSamples(Project.withoutServer()).entry("{ mongoDatabase = \"app\"; }");
        project.run("execute", "--embedded").exits(0);
        project.run("rollback", "--last", ALL, "--embedded").exits(0);
        project.run("execute", "--embedded").exits(0);
        project.run("status", "--check", "--embedded").exits(0);
    }

    @Test
    void everySampleIsAnExecutableScript() throws IOException {
        for (Path sample : samples()) {
            assertThat(sample).isExecutable();
            assertThat(Files.readAllLines(sample))
                    .startsWith("///usr/bin/env jbang \"$0\" \"$@\" ; exit $?", "//DEPS ../migopy.java");
        }
        assertThat(Checkout.root().resolve("migopy.java")).isExecutable();
    }

    private static Project withSamples(Project project) throws IOException {
        for (Path sample : samples()) {
            project.with(sample.getFileName().toString(), Files.readString(sample));
        }
        return project;
    }

    private static List<Path> samples() {
        try (Stream<Path> files = Files.list(Checkout.root().resolve("mongomigrations"))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
