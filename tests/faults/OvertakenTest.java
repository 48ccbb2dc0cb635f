package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.backfillWaitingFor;
import static support.Migrations.marking;
import static support.Migrations.transactionalWaitingFor;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** The lease expired while a run was suspended, or while its renewals failed. */
@OnServer
class OvertakenTest {
    private static final int DISK_IS_FULL = 14031;
    private static final int DOCUMENTS = 100;

    private static Project two(MongoServer server, String first) {
        return project(server)
                .with("1_slow.java", first)
                .with("2_two.java", marking("two"))
                .lease("2s");
    }

    @Test
    void aRunThatResumesAfterATakeoverWritesNothing(MongoServer server) {
        var project = two(server, waitingFor("go"));
        var asleep = project.start("execute").untilInUp().suspend();
        project.letTheLeaseRunOut();
        project.run("execute").exits(5).says("1_slow");
        Document theirs = project.journal("1_slow");

        project.signal("go");
        asleep.resume().exits(5).complainsBriefly().says("1_slow");

        assertThat(project.journal("1_slow")).isEqualTo(theirs).containsEntry("state", "running");
        assertThat(project.states()).doesNotContainKey("2_two");
        project.lockIsFree();
    }

    @Test
    void theRecordOfTheOtherRunStays(MongoServer server) {
        var project = two(server, waitingFor("go"));
        var asleep = project.start("execute").untilInUp().suspend();
        project.letTheLeaseRunOut();
        project.signal("go").run("execute", "--retry").exits(0);
        Document theirs = project.journal("1_slow");

        asleep.resume().exits(5);

        assertThat(project.journal("1_slow")).isEqualTo(theirs).containsEntry("state", "applied");
        assertThat(theirs.getList("attempts", Document.class))
                .extracting("outcome")
                .containsExactly("interrupted", "applied");
        assertThat(project.marks()).containsOnlyOnce("two");
        project.lockIsFree();
    }

    @Test
    void aTransactionalMigrationIsAppliedByTheOtherRunAlone(MongoServer server) {
        server.db().createCollection("done");
        var project = two(server, transactionalWaitingFor("go"));
        var asleep = project.start("execute").untilInUp().suspend();
        project.letTheLeaseRunOut();
        project.signal("go").run("execute").exits(0);

        asleep.resume().exits(5);

        assertThat(project.marks()).containsExactlyInAnyOrder("slow", "two");
        assertThat(project.states().values()).containsOnly("applied").hasSize(2);
    }

    @Test
    void aBackfillThatResumesStartsNoFurtherBatch(MongoServer server) {
        fill(server);
        var project = two(server, backfillWaitingFor("go"));
        var asleep = project.start("execute").untilInUp().suspend();
        project.letTheLeaseRunOut();
        project.signal("go").run("execute").exits(0);

        asleep.resume().exits(5);

        // Only documents of the current batch may be changed twice.
        assertThat(changed(server, 0)).isZero();
        assertThat(changed(server, 2)).isLessThanOrEqualTo(10);
        assertThat(project.journal("1_slow")).containsEntry("state", "applied");
    }

    @Test
    void withoutRenewalsNoFurtherStepIsStarted(MongoServer server) {
        var project = two(server, waitingFor("go"));
        var run = project.start("execute").untilInUp();
        server.failing("migrations_lock", "findAndModify").withError(DISK_IS_FULL);
        project.letTheLeaseRunOut();
        project.signal("go");

        run.exits(5).complainsBriefly().says("lock could not be renewed");

        // It finished and was not overtaken, so that is recorded.
        assertThat(project.states()).containsOnlyKeys("1_slow").containsEntry("1_slow", "applied");
        assertThat(project.marks()).containsExactly("slow");
    }

    @Test
    void withoutRenewalsNoFurtherBatchIsStarted(MongoServer server) {
        fill(server);
        var project = two(server, backfillWaitingFor("go"));
        var run = project.start("execute").untilInUp();
        var fault = server.failing("migrations_lock", "findAndModify").withError(DISK_IS_FULL);
        project.letTheLeaseRunOut();
        project.signal("go");

        run.exits(5).says("lock could not be renewed");

        assertThat(changed(server, 0)).isGreaterThanOrEqualTo(DOCUMENTS - 40);
        fault.close();
        project.run("execute").exits(0);
        assertThat(changed(server, 1)).isGreaterThanOrEqualTo(DOCUMENTS - 10);
        assertThat(changed(server, 0)).isZero();
    }

    @Test
    void renewalsThatFailForLessThanTwoThirdsOfTheLeaseHaveNoEffect(MongoServer server) {
        var project = two(server, waitingFor("go")).lease("6s");
        var run = project.start("execute").untilInUp();
        var before = project.lock().getDate("expiresAt");
        server.failing("migrations_lock", "findAndModify").times(2).withError(DISK_IS_FULL);
        Eventually.until(
                "it is renewed", () -> project.lock().getDate("expiresAt").after(before));
        project.signal("go");
        run.exits(0);
    }

    private static void fill(MongoServer server) {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            users.add(new Document("_id", i).append("n", 0));
        }
        server.collection("users").insertMany(users);
    }

    private static long changed(MongoServer server, int times) {
        return server.collection("users").countDocuments(new Document("n", times));
    }
}
