package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.failingDown;
import static support.Migrations.marking;
import static support.Migrations.oneWay;
import static support.Migrations.transactional;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

@OnServer
class RedoTest {
    private static Project twoApplied(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        return project;
    }

    @Test
    void theNewestMigrationIsRolledBackAndExecutedAgain(MongoServer server) {
        var project = twoApplied(server);
        Result result = project.run("redo", "--json").exits(0);
        assertThat(result.steps()).extracting("name").containsExactly("2_two", "2_two");
        assertThat(result.steps()).extracting("outcome").containsExactly("rolled_back", "applied");
        assertThat(project.marks()).containsExactly("one", "two");
        assertThat(project.states()).containsEntry("2_two", "applied");
        assertThat(project.journal("2_two").getList("attempts", Document.class))
                .extracting(attempt -> attempt.get("outcome"))
                .containsExactly("applied", "rolled_back", "applied");
        project.lockIsFree();
    }

    @Test
    void anEditedMigrationIsRolledBackByItsStoredSourceAndAppliedByItsFile(MongoServer server) {
        var project = twoApplied(server);
        project.with(
                "2_two.java", failingDown("zwei", "the new down() must not run").replace("class Step", "class X"));
        project.run("redo").exits(0).says("rolled back", "applied", "2_two");
        assertThat(project.marks()).containsExactly("one", "zwei");
        assertThat(project.journal("2_two").getString("source")).contains("zwei");
        project.run("status", "--check").exits(0);
    }

    @Test
    void aTransactionalMigrationIsRedoneToo(MongoServer server) {
        var project = project(server).with("1_one.java", transactional("one"));
        project.run("execute").exits(0);
        project.with("1_one.java", transactional("uno"));
        project.run("redo").exits(0);
        assertThat(project.marks()).containsExactly("uno");
    }

    @Test
    void bothLinesHaveTheSameColumns(MongoServer server) {
        Result result = twoApplied(server).run("redo").exits(0);
        assertThat(result.out().lines().filter(line -> line.contains("2_two")))
                .hasSize(2)
                .extracting(line -> line.indexOf("2_two"))
                .containsOnly("  rolled back   ".length());
    }

    @Test
    void aNamedMigrationIsRedoneAlone(MongoServer server) {
        var project = twoApplied(server);
        project.run("redo", "1").exits(0);
        assertThat(project.marks()).containsExactly("two", "one");
    }

    @Test
    void nothingIsRolledBackIfTheNewTextDoesNotCompile(MongoServer server) {
        var project = twoApplied(server);
        project.with("2_two.java", "class Broken { static void up() { }");
        project.run("redo").exits(3).says("2_two.java");
        assertThat(project.marks()).containsExactly("one", "two");
        assertThat(project.states()).containsEntry("2_two", "applied");
    }

    @Test
    void aMigrationWithoutDownIsRefused(MongoServer server) {
        var project = project(server).with("1_one.java", oneWay("one"));
        project.run("execute").exits(0);
        project.with("1_one.java", marking("uno"));
        project.run("redo").exits(3).says("no down()");
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aFailureInUpIsRecordedAndExecuteRunsItAgain(MongoServer server) {
        var project = twoApplied(server);
        project.with("2_two.java", failing("half", "no"));
        project.run("redo").exits(1).says("failed", "2_two").neverSays("stays");
        assertThat(project.states()).containsEntry("2_two", "failed");
        project.run("redo").exits(2).says("2_two is not applied, but failed", "execute");
        project.with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "half", "two");
    }

    @Test
    void withoutItsFileOnlyARollbackIsPossible(MongoServer server) {
        var project = twoApplied(server);
        project.without("2_two.java");
        project.run("redo").exits(3).says("rollback 2_two --stored");
        project.run("rollback", "2_two", "--stored").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void withNothingAppliedItDoesNothing(MongoServer server) {
        project(server).with("1_one.java", marking("one")).run("redo").exits(2).says("execute");
    }

    @Test
    void aDryRunOnlyShowsThePlan(MongoServer server) {
        var project = twoApplied(server);
        Result result = project.run("redo", "--dry-run", "--json").exits(0);
        assertThat(result.steps()).extracting("direction").isEqualTo(List.of("down", "up"));
        assertThat(project.journal("2_two").getList("attempts", Document.class)).hasSize(1);
    }
}
