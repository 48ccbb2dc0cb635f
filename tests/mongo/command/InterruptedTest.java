package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.resumableWaitingFor;
import static support.Migrations.waitingFor;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** The commands after a kill, until a manual decision. */
@OnServer
class InterruptedTest {
    @Test
    void afterTheLeaseAManualDecisionIsNeeded(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_slow.java", waitingFor("go"))
                .with("3_three.java", marking("three"))
                .lease("3s");
        var killed = project.start("execute").untilInUp().kill();
        project.run("execute").exits(4);
        Document left = project.journal("2_slow");
        assertThat(left).containsEntry("state", "running").containsKeys("startedAt", "fence");
        assertThat(left.get("by", Document.class)).containsEntry("pid", killed.pid());

        project.run("execute", "--wait", "30s").exits(5).says("2_slow", "--retry", "repair");
        assertThat(project.states())
                .containsEntry("1_one", "applied")
                .containsEntry("2_slow", "running")
                .doesNotContainKey("3_three");
        assertThat(project.journal("2_slow").getLong("fence")).isGreaterThan(left.getLong("fence"));
        project.lockIsFree();
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("interrupted");

        project.run("rollback", "2").complainsBriefly();
        assertThat(project.states()).containsEntry("2_slow", "running");

        project.signal("go").run("execute", "2_slow", "--retry").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "slow", "three");
        assertThat(project.journal("2_slow").getList("attempts", Document.class))
                .extracting("outcome")
                .containsExactly("interrupted", "applied");
    }

    @Test
    void aResumableMigrationIsRunAgainByItself(MongoServer server) {
        var project =
                project(server).with("1_slow.java", resumableWaitingFor("go")).lease("2s");
        project.start("execute").untilInUp().kill();
        project.signal("go").letTheLeaseRunOut();
        project.run("status").exits(0).says("1_slow was interrupted, and execute runs it again", "1 interrupted.");
        project.run("execute").exits(0).says("it is marked @Resumable");
        assertThat(project.marks()).containsExactly("slow");
    }

    @Test
    void resumableDoesNotApplyToDown(MongoServer server) {
        String source = resumableWaitingFor("go").replace("static void up", "static void was");
        source = source.replace("static void down", "static void up").replace("void was", "void down");
        var project = project(server).with("1_slow.java", source).lease("2s");
        project.run("execute").exits(0);
        project.start("rollback", "1").untilInUp().kill();
        project.letTheLeaseRunOut();
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("interrupted");
        project.run("execute").exits(5).complainsBriefly().says("The rollback of 1_slow");
    }

    @Test
    void retryWithoutANameIncludesInterruptedMigrations(MongoServer server) {
        var project = project(server)
                .with("1_slow.java", waitingFor("go"))
                .with("2_two.java", marking("two"))
                .lease("2s");
        project.start("execute").untilInUp().kill();
        project.signal("go").letTheLeaseRunOut();
        project.run("execute", "--retry").exits(0);
        assertThat(project.marks()).containsExactly("slow", "two");
    }
}
