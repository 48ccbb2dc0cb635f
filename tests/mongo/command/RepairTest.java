package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failingDown;
import static support.Migrations.marking;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

@OnServer
class RepairTest {
    private static Project interrupted(MongoServer server) {
        server.collection("migrations").insertOne(CrashedRun.entry("1_one", 1));
        return project(server).with("1_one.java", marking("one"));
    }

    private static Document lastAttempt(Project project, String name) {
        List<Document> attempts = project.journal(name).getList("attempts", Document.class);
        return attempts.get(attempts.size() - 1);
    }

    @Test
    void itRequiresAReasonANameAndANewState(MongoServer server) {
        var project = interrupted(server);
        Document before = project.journal("1_one");
        project.run("repair", "1", "--as", "applied")
                .exits(2)
                .complainsBriefly()
                .says("--reason");
        project.run("repair", "1", "--as", "applied", "--reason", " ").exits(2);
        project.run("repair", "1", "--reason", "x").exits(2).says("--as");
        project.run("repair", "--as", "applied", "--reason", "x").exits(2);
        project.run("repair", "1", "--as", "failed", "--reason", "x").exits(2);
        project.run("repair", "9", "--as", "applied", "--reason", "x").exits(2);
        assertThat(project.journal("1_one")).isEqualTo(before);
    }

    @Test
    void anInterruptedMigrationIsSettledAsApplied(MongoServer server) {
        var project = interrupted(server);
        project.run("repair", "1", "--as", "applied", "--reason", "$$looked, all there")
                .exits(0)
                .says("1_one");
        assertThat(project.journal("1_one")).containsEntry("state", "applied");
        assertThat(lastAttempt(project, "1_one"))
                .containsEntry("reason", "$$looked, all there")
                .containsKeys("by", "run", "startedAt");
        project.run("execute").exits(0);
        assertThat(project.marks()).isEmpty();
        project.lockIsFree();
    }

    @Test
    void anInterruptedMigrationIsSettledAsPendingAndRunsNext(MongoServer server) {
        var project = interrupted(server);
        project.run("repair", "1", "--as", "pending", "--reason", "nothing there")
                .exits(0);
        assertThat(project.journal("1_one")).containsEntry("state", "rolled_back");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aFailedRollbackCanBeSettledAsAppliedOrPending(MongoServer server) {
        var project = project(server)
                .with("1_one.java", failingDown("one", "no"))
                .with("2_two.java", failingDown("two", "no"));
        project.run("execute").exits(0);
        project.run("rollback", "2").exits(1);
        project.run("repair", "2", "--as", "pending", "--reason", "done by hand")
                .exits(0);
        project.run("rollback", "1").exits(1);
        project.run("repair", "1", "--as", "applied", "--reason", "still there").exits(0);
        assertThat(project.states()).containsEntry("1_one", "applied").containsEntry("2_two", "rolled_back");
    }

    @Test
    void anEditIsAcceptedAndNotRunAgain(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        Object before = project.journal("1_one").get("checksum");
        project.with("1_one.java", marking("uno"));
        project.run("repair", "1", "--as", "unchanged", "--reason", "only a name")
                .exits(0);
        assertThat(project.journal("1_one").get("checksum")).isNotEqualTo(before);
        assertThat(project.run("status", "--json").problems()).isEmpty();
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void editedAcceptsAllEditsAtOnce(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"));
        project.run("execute").exits(0);
        project.with("1_one.java", marking("uno")).with("2_two.java", marking("due"));
        project.run("repair", "--edited", "--as", "unchanged", "--reason", "in Italian")
                .exits(0)
                .says("1_one", "2_two")
                .neverSays("3_three");
        assertThat(project.run("status", "--json").problems()).isEmpty();
        assertThat(project.journal("3_three").getList("attempts", Document.class))
                .hasSize(1);
    }

    @Test
    void aMissingFileIsAcceptedPermanentlyByNameOrAllAtOnce(MongoServer server) {
        var project = project(server);
        for (String file : List.of("1_one", "2_two", "3_three", "4_four")) {
            project.with(file + ".java", marking(file));
        }
        project.run("execute").exits(0);
        project.without("1_one.java").without("2_two.java").without("3_three.java");
        project.run("repair", "1_one", "--as", "applied", "--reason", "squashed")
                .exits(0);
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("missing", "missing");
        project.run("repair", "--missing", "--as", "applied", "--reason", "squashed")
                .exits(0);
        assertThat(project.run("status", "--json").problems()).isEmpty();
        project.with("5_five.java", marking("five"));
        project.run("execute").exits(0);
        assertThat(project.run("status", "--json").problems()).isEmpty();
    }

    @Test
    void migrationsThatNeedNoRepairAreRefused(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        project.run("execute", "1").exits(0);
        Document before = project.journal("1_one");
        project.run("repair", "1", "--as", "pending", "--reason", "x")
                .exits(3)
                .complainsBriefly()
                .says("nothing to repair", "rollback 1_one");
        project.run("repair", "2", "--as", "applied", "--reason", "x")
                .exits(3)
                .complainsBriefly()
                .says("nothing to repair", "ignore 2_two");
        assertThat(project.journal("1_one")).isEqualTo(before);
        assertThat(project.journal("2_two")).isNull();
    }

    @Test
    void itTakesTheLockAndIsRefusedWhileAnotherRunHoldsIt(MongoServer server) {
        var project = interrupted(server);
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 60));
        project.run("repair", "1", "--as", "applied", "--reason", "x").exits(4);
        assertThat(project.journal("1_one")).containsEntry("state", "running");
    }
}
