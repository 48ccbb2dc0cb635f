package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.PeerJournals.day;
import static support.Project.project;

import java.time.Duration;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Run;

/** Adoptions that end before everything is registered. */
@OnServer
class AdoptKilledTest {
    private static final int MIGRATIONS = 60;

    private static final Duration DELAY = Duration.ofSeconds(3);

    /** Another tool has applied all migrations that have a file here. */
    private static Project translated(MongoServer server) {
        var project = project(server).lease("2s");
        for (int i = 1; i <= MIGRATIONS; i++) {
            project.with(i + "_step.java", marking("step" + i));
            server.collection("changelog")
                    .insertOne(new Document("fileName", i + "_step.js").append("appliedAt", day(i)));
        }
        return project;
    }

    @Test
    void afterAKillInTheMiddleNothingRunsThatIsNotRegisteredYet(MongoServer server) {
        var project = translated(server);
        try (var slow = server.failing("migrations", "update").afterThe(1).blocking(DELAY)) {
            Run run = project.start("adopt", "--files", "--apply");
            slow.awaitEntered();
            run.kill();
        }
        project.letTheLeaseRunOut();
        assertThat(project.states().size()).isBetween(20, MIGRATIONS - 20);
        project.run("execute").exits(3).says("is out of order");
        assertThat(project.marks()).isEmpty();
        project.run("adopt", "--files", "--apply").exits(0);
        assertThat(project.states()).hasSize(MIGRATIONS).containsValue("applied");
        project.run("execute").exits(0).says("Nothing to do");
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void aSignalEndsItBetweenTwoBatches(MongoServer server) {
        var project = translated(server);
        try (var slow = server.failing("migrations", "update").afterThe(1).blocking(DELAY)) {
            Run run = project.start("adopt", "--files", "--apply");
            slow.awaitEntered();
            run.interrupt();
            run.exits(130).says("Stopped after 40 of 60 migrations");
        }
        assertThat(project.states()).hasSize(40);
        project.lockIsFree();
        project.run("adopt", "--files", "--apply").exits(0).says("20 migrations registered");
    }
}
