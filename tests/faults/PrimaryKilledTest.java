package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.up;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.Mongod;
import support.On;
import support.OnServer;

/** Kill -9 of the primary of three members: the driver finds the next one, and the run continues. */
@OnServer
class PrimaryKilledTest {
    @Test
    void duringUpTheRunContinuesWithTheNextPrimary(@On(Kind.THREE_MEMBERS) MongoServer server) {
        server.db().createCollection("done");
        var project = project(server)
                .with("1_slow.java", waitingFor("go"))
                .with("2_two.java", transactional("two"))
                .with("3_three.java", marking("three"));
        var run = project.start("execute").untilInUp();
        killPrimary(server);
        project.signal("go");

        run.exits(0);

        assertThat(project.marks()).containsExactlyInAnyOrder("slow", "two", "three");
        assertThat(project.states().values()).containsOnly("applied").hasSize(3);
        project.lockIsFree();
    }

    @Test
    void anUpdateThatWasLostWithItIsInterruptedAndRunsAgainOnlyWithRetry(@On(Kind.THREE_MEMBERS) MongoServer server) {
        server.db().createCollection("done");
        String update = up("support.Signals.send(\"in-up\"); if (!new"
                + " java.io.File(System.getProperty(\"migopy.test.signals\"),"
                + " \"again\").exists()) { db().getCollection(\"done\").updateMany(new"
                + " Document(\"$where\", \"sleep(60000) || true\"), new"
                + " Document(\"$set\", new Document(\"late\", true))); }");
        var project = project(server).with("1_one.java", marking("one")).with("2_update.java", update);
        project.with("3_three.java", marking("three"));
        var run = project.start("execute").untilInUp();
        Eventually.until("the server is busy", () -> isUpdating(server));
        killPrimary(server);

        run.exits(5).says("2_update", "2_update.java:8", "execute 2_update --retry");

        assertThat(project.states())
                .containsEntry("1_one", "applied")
                .containsEntry("2_update", "running")
                .doesNotContainKey("3_three");
        project.lockIsFree();
        project.signal("again").run("execute").exits(5);
        project.run("execute", "--retry").exits(0);
        assertThat(project.marks()).containsExactly("one", "three");
    }

    private static boolean isUpdating(MongoServer server) {
        Document match = new Document("op", "update").append("ns", server.database() + ".done");
        return server.client()
                        .getDatabase("admin")
                        .aggregate(List.of(new Document("$currentOp", new Document()), new Document("$match", match)))
                        .first()
                != null;
    }

    private static void killPrimary(MongoServer server) {
        Mongod primary = server.primary();
        server.kill(primary);
    }
}
