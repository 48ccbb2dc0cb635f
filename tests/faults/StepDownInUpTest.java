package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.longUpdate;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** The primary steps down while a migration is in {@code up()}. */
@OnServer
class StepDownInUpTest {
    @Test
    void aPlainUpdateManyIsInterrupted(@On(Kind.OWN) MongoServer server) {
        var project = project(server)
                .environment("MONGO_URI", server.uriOfSet())
                .with("1_slow.java", longUpdate())
                .with("2_two.java", marking("two"));
        var run = project.start("execute").untilInUp();
        Eventually.until("the server is busy", () -> isUpdating(server));

        server.stepDown(1);

        run.exits(5).says("1_slow", "1_slow.java", "execute 1_slow --retry");
        assertThat(project.states()).containsOnlyKeys("1_slow").containsEntry("1_slow", "running");
        project.lockIsFree();
    }

    @Test
    void theLeaseIsRenewedAfterTheElectionAndTheRunContinues(@On(Kind.OWN) MongoServer server) {
        server.db().createCollection("done");
        var project = project(server)
                .environment("MONGO_URI", server.uriOfSet())
                .with("1_slow.java", waitingFor("go"))
                .with("2_two.java", transactional("two"))
                .with("3_three.java", marking("three"))
                .lease("6s");
        var run = project.start("execute").untilInUp();
        var before = project.lock().getDate("expiresAt");
        server.stepDown(1);
        Eventually.until(
                "the lease is renewed",
                () -> project.lock().getDate("expiresAt").after(before));
        project.signal("go");
        server.stepDown(1); // and once more, during the writes

        run.exits(0);

        assertThat(project.marks()).containsExactlyInAnyOrder("slow", "two", "three");
        assertThat(project.states().values()).containsOnly("applied").hasSize(3);
        project.lockIsFree();
    }

    private static boolean isUpdating(MongoServer server) {
        Document match = new Document("op", "update").append("ns", server.database() + ".done");
        return server.client()
                        .getDatabase("admin")
                        .aggregate(List.of(
                                new Document("$currentOp", new Document("localOps", true)),
                                new Document("$match", match)))
                        .first()
                != null;
    }
}
