package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

@OnServer
class IgnoreTest {
    private static Project three(MongoServer server) {
        return project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"));
    }

    @Test
    void allPendingMigrationsAreRecordedButNotExecuted(MongoServer server) {
        var project = three(server);
        Result result = project.run("ignore", "--yes", "--json").exits(0);
        assertThat(result.steps()).extracting("name").containsExactly("1_one", "2_two", "3_three");
        assertThat(result.steps()).extracting("outcome").containsOnly("ignored");
        assertThat(result.steps()).extracting("direction").containsOnly("ignore");
        assertThat(project.marks()).isEmpty();
        assertThat(project.states().values()).containsOnly("ignored");
        project.lockIsFree();
        project.run("execute").exits(0);
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void namesSelectMigrations(MongoServer server) {
        var project = three(server);
        project.run("ignore", "2").exits(0).says("ignored", "2_two");
        assertThat(project.states()).containsOnlyKeys("2_two");
    }

    @Test
    void toRecordsUpToAndIncludingTheNamedOne(MongoServer server) {
        var project = three(server);
        project.run("ignore", "--to", "2").exits(0);
        assertThat(project.states()).containsOnlyKeys("1_one", "2_two");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("three");
    }

    @Test
    void aDryRunShowsThePlanAndChangesNothing(MongoServer server) {
        var project = three(server);
        Result result =
                project.run("ignore", "--to", "2", "--dry-run", "--json").exits(0);
        assertThat(result.steps()).extracting("name").containsExactly("1_one", "2_two");
        assertThat(result.steps()).extracting("outcome").containsOnly("planned");
        assertThat(result.steps()).extracting("direction").containsOnly("ignore");
        project.run("ignore", "--dry-run").exits(0).says("3_three", "nothing was done");
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void unsuitableNamesAreRefused(MongoServer server) {
        var project = three(server);
        project.run("ignore", "1", "--to", "2").exits(2).complainsBriefly().says("--to");
        project.run("execute", "1").exits(0);
        project.run("ignore", "1").exits(2).complainsBriefly().says("1_one", "applied");
        assertThat(project.states()).containsOnlyKeys("1_one");
    }

    @Test
    void itIsAnAttemptWithItsAuthor(MongoServer server) {
        var project = three(server);
        project.run("ignore", "1").exits(0);
        Document entry = project.journal("1_one");
        assertThat(entry)
                .containsEntry("name", "1_one.java")
                .containsEntry("number", 1L)
                .containsKeys("checksum", "source", "run", "fence", "by");
        assertThat(entry.getList("attempts", Document.class))
                .singleElement()
                .satisfies(attempt ->
                        assertThat(attempt).containsEntry("direction", "ignore").containsEntry("outcome", "ignored"));
    }

    @Test
    void aMigrationThatDoesNotCompileMayBeIgnored(MongoServer server) {
        var project = project(server).with("1_one.java", "class {");
        project.run("ignore", "1").exits(0);
        assertThat(project.states()).containsEntry("1_one", "ignored");
    }

    @Test
    void repairMakesAnIgnoredOnePendingAgain(MongoServer server) {
        var project = three(server);
        project.run("ignore", "--yes").exits(0);
        project.run("repair", "3", "--as", "pending", "--reason", "needed after all")
                .exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("three");
    }
}
