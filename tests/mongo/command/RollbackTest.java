package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.failingDown;
import static support.Migrations.marking;
import static support.Migrations.oneWay;
import static support.Migrations.upAndDown;
import static support.Project.project;

import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

@OnServer
class RollbackTest {
    private static Project threeApplied(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"));
        project.run("execute").exits(0);
        return project;
    }

    private static void goesBack(Result result, String... names) {
        result.exits(0);
        assertThat(result.steps()).extracting("name").containsExactly((Object[]) names);
        assertThat(result.steps()).extracting("direction").containsOnly("down");
        assertThat(result.steps()).extracting("outcome").containsOnly("rolled_back");
    }

    @Test
    void withoutATargetItIsRefused(MongoServer server) {
        var project = threeApplied(server);
        project.run("rollback").exits(2).complainsBriefly().says("--last");
        assertThat(project.marks()).hasSize(3);
    }

    @Test
    void namesLastToAndRunCannotBeCombined(MongoServer server) {
        var project = threeApplied(server);
        project.run("rollback", "3", "--last", "1").exits(2);
        project.run("rollback", "--last", "1", "--to", "1").exits(2);
        project.run("rollback", "--run", "x", "--last", "1").exits(2);
        project.run("rollback", "--last", "0").exits(2);
        project.run("rollback", "--last").exits(2);
        assertThat(project.marks()).hasSize(3);
    }

    @Test
    void aNamedMigrationIsRolledBack(MongoServer server) {
        var project = threeApplied(server);
        project.run("rollback", "2_two").exits(0).says("rolled back", "2_two");
        assertThat(project.marks()).containsExactly("one", "three");
        assertThat(project.states()).containsEntry("2_two", "rolled_back");
        project.lockIsFree();
    }

    @Test
    void severalAreRolledBackNewestAppliedFirst(MongoServer server) {
        goesBack(threeApplied(server).run("rollback", "1", "3", "--json"), "3_three", "1_one");
    }

    @Test
    void theNewestMigrationIsTheLastAppliedOneWhateverItsNumber(MongoServer server) {
        var project = project(server).with("5_five.java", marking("five"));
        project.run("execute").exits(0);
        project.with("3_late.java", marking("late"));
        project.run("execute", "3").exits(0);
        goesBack(project.run("rollback", "--last", "1", "--json"), "3_late");
        goesBack(project.run("rollback", "--last", "1", "--json"), "5_five");
    }

    @Test
    void lastRollsBackThatMany(MongoServer server) {
        var project = threeApplied(server);
        goesBack(project.run("rollback", "--last", "2", "--json"), "3_three", "2_two");
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void toRollsBackEverythingAfterTheNamedOne(MongoServer server) {
        var project = threeApplied(server);
        goesBack(project.run("rollback", "--to", "1_one", "--json"), "3_three", "2_two");
        assertThat(project.states()).containsEntry("1_one", "applied");
    }

    @Test
    void runRollsBackTheMigrationsOfThatRun(MongoServer server) {
        var project = threeApplied(server);
        project.with("4_four.java", marking("four")).with("5_five.java", marking("five"));
        String run = project.run("execute", "--json").exits(0).json().getString("run");
        goesBack(project.run("rollback", "--run", run, "--json"), "5_five", "4_four");
        assertThat(project.marks()).containsExactly("one", "two", "three");
        project.run("rollback", "--run", "nosuchrun").exits(2).complainsBriefly();
    }

    @Test
    void aDryRunShowsThePlanAndChangesNothing(MongoServer server) {
        var project = threeApplied(server);
        Document lock = project.lock();
        Document entry = project.journal("3_three");
        Result result =
                project.run("rollback", "--last", "1", "--dry-run", "--json").exits(0);
        assertThat(result.steps()).extracting("outcome").containsExactly("planned");
        assertThat(result.steps()).extracting("direction").containsExactly("down");
        assertThat(project.lock()).isEqualTo(lock);
        assertThat(project.journal("3_three")).isEqualTo(entry);
        assertThat(project.marks()).hasSize(3);
    }

    @Test
    void aMigrationWithoutDownIsRefusedBeforeAnythingIsRolledBack(MongoServer server) {
        var project = project(server).with("1_one.java", oneWay("one"));
        project.with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        Result result = project.run("rollback", "--last", "2", "--json").exits(3);
        assertThat(result.problemKinds()).containsExactly("no_down");
        assertThat(result.error()).containsEntry("kind", "refused");
        assertThat(project.marks()).containsExactly("one", "two");
        assertThat(project.states().values()).containsOnly("applied");
    }

    @Test
    void aFailureInDownIsRecordedAndBlocksUntilItIsSettled(MongoServer server) {
        var project = project(server).with("1_one.java", failingDown("one", "no way back"));
        project.run("execute").exits(0);
        Result result = project.run("rollback", "1", "--json").exits(1);
        assertThat(result.steps()).extracting("outcome").containsExactly("rollback_failed");
        assertThat(result.steps().get(0).get("error", Document.class)).containsEntry("message", "no way back");
        assertThat(project.states()).containsEntry("1_one", "rollback_failed");
        project.with("2_two.java", marking("two"));
        project.run("execute").exits(3).says("1_one", "repair");
        project.run("repair", "1", "--as", "applied", "--reason", "checked").exits(0);
        project.run("execute").exits(0);
    }

    @Test
    void aMigrationWhoseDownIsNotCalledStaysApplied(MongoServer server) {
        var project = threeApplied(server);
        Document before = project.journal("3_three");
        project.entry("@Override protected void beforeMigration(String name) {"
                + " throw new IllegalStateException(\"not now\"); }");

        project.run("rollback", "3")
                .exits(1)
                .says("not now", "still applied", "rollback 3_three")
                .neverSays("repair");

        assertThat(project.journal("3_three"))
                .containsEntry("state", "applied")
                .containsEntry("run", before.get("run"))
                .containsEntry("finishedAt", before.get("finishedAt"))
                .doesNotContainKey("error");
        List<Document> attempts = project.journal("3_three").getList("attempts", Document.class);
        assertThat(attempts).extracting("outcome").containsExactly("applied", "rollback_failed");
        assertThat(attempts.get(1).get("error", Document.class)).containsEntry("type", "not_started");
        project.entry("").run("rollback", "3").exits(0);
    }

    @Test
    void aMigrationWhoseRollbackLosesTheLockBeforeDownStaysApplied(MongoServer server) {
        var project = threeApplied(server).lease("2s");
        server.failing("migrations", "update").times(1).blocking(Duration.ofSeconds(2));
        Document before = project.lock();
        var run = project.start("rollback", "3");
        Eventually.until("it holds the lock", () -> !project.lock().equals(before));
        server.collection("migrations_lock").updateOne(new Document(), Updates.set("owner", "another"));
        run.exits(5);
        assertThat(project.states()).containsEntry("3_three", "applied");
        assertThat(project.marks()).hasSize(3);
    }

    @Test
    void aDownThatExceedsItsTimeoutFails(MongoServer server) {
        var project = project(server).with("1_one.java", upAndDown("", "support.Signals.await(\"never\");"));
        project.run("execute").exits(0);
        project.run("rollback", "1", "--timeout", "1s").exits(1).says("took longer than 1 s");
        assertThat(project.states()).containsEntry("1_one", "rollback_failed");
        project.lockIsFree();
        project.run("rollback", "1").exits(3).complainsBriefly().says("repair 1_one");
    }

    @Test
    void aMigrationWithoutItsFileIsRolledBackOnlyFromTheStoredSource(MongoServer server) {
        var project = threeApplied(server);
        project.without("3_three.java");
        project.run("rollback", "3").exits(3).says("--stored");
        project.run("rollback", "--last", "1").exits(3).says("3_three");
        assertThat(project.marks()).hasSize(3);
        goesBack(project.run("rollback", "3", "--stored", "--json"), "3_three");
        assertThat(project.marks()).containsExactly("one", "two");
    }

    @Test
    void aMigrationThatIsNotAppliedCannotBeRolledBack(MongoServer server) {
        var project = threeApplied(server).with("4_four.java", marking("four"));
        project.run("rollback", "4").exits(2).complainsBriefly().says("4_four");
        assertThat(project.states()).doesNotContainKey("4_four");
    }

    @Test
    void everyAttemptIsKept(MongoServer server) {
        var project = threeApplied(server);
        project.run("rollback", "3").exits(0);
        project.run("execute").exits(0);
        project.run("rollback", "3").exits(0);
        assertThat(project.journal("3_three").getList("attempts", Document.class))
                .extracting("direction")
                .containsExactly("up", "down", "up", "down");
    }

    @Test
    void anEditedMigrationIsRolledBackByItsStoredSourceWithThatOption(MongoServer server) {
        var project = threeApplied(server);
        project.with("3_three.java", failingDown("drei", "the new down() must not run"));
        project.run("rollback", "3").exits(3).says("edited", "rollback 3_three --stored");
        project.run("rollback", "3_three", "--stored").exits(0);
        assertThat(project.marks()).containsExactly("one", "two");
    }

    @Test
    void aFailedMigrationCannotBeRolledBackAndTheHintWorks(MongoServer server) {
        var project = project(server).with("1_one.java", failing("one", "no"));
        project.run("execute").exits(1);
        project.run("rollback", "1").exits(2).says("1_one is not applied, but failed", "execute");
    }
}
