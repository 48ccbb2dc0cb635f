package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Result;

@OnServer
class HistoryTest {
    @Test
    void everyAttemptIsShownWithWhoAndHowItEnded(MongoServer server) {
        var project = project(server).with("1_one.java", failing("one", "not yet"));
        project.run("execute").exits(1);
        project.with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        project.run("rollback", "2").exits(0);
        project.run("history")
                .exits(0)
                .says("1_one", "2_two", "failed", "applied", "rolled back", "not yet")
                .says(System.getProperty("user.name"));
        Result json = project.run("history", "--json").exits(0);
        assertThat(json.out()).contains("not yet", "rolled_back", "durationMs");
        // rollback --run finds the migrations of a run by these.
        project.run("history").says(project.journal("1_one").getString("run"));
    }

    @Test
    void aNameLimitsItToThatMigration(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        project.run("history", "2").exits(0).says("2_two").neverSays("1_one");
        project.run("history", "2_two.java").exits(0).says("2_two");
        project.run("history", "nothing").exits(2).complainsBriefly();
    }

    @Test
    void withoutAttemptsItIsEmpty(MongoServer server) {
        project(server).run("history").exits(0);
        project(server).run("history", "--json").exits(0).json();
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void aRepairIsAnAttemptWithItsReason(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        project.with("1_one.java", marking("uno"));
        project.run("repair", "1", "--as", "unchanged", "--reason", "$only a rename")
                .exits(0);
        project.run("history").exits(0).says("$only a rename");
        assertThat(project.run("history", "--json").out()).contains("$only a rename");
    }

    @Test
    void aMigrationHasOneDuration(MongoServer server) {
        server.db().createCollection("done");
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", transactional("two"))
                .with("3_three.java", failing("three", "not so"));
        Result executed = project.run("execute", "--json").exits(1);
        for (var step : executed.steps()) {
            assertThat(project.journal(step.getString("name"))).containsEntry("durationMs", step.get("durationMs"));
        }
    }

    @Test
    void aUserWithoutANameIsShownByItsNumber(MongoServer server) throws IOException {
        var project = project(server).with("1_one.java", marking("one"));
        project.start(List.of("-Duser.name=?"), "execute").exits(0);
        Object uid = Files.getAttribute(project.folder(), "unix:uid");
        project.run("history").exits(0).says("uid " + uid + "@");
    }
}
