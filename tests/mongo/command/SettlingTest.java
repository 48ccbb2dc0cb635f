package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.failingDown;
import static support.Migrations.marking;
import static support.Migrations.transactionalWaitingFor;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** The states that `repair` accepts and refuses. */
@OnServer
class SettlingTest {
    private static Result repair(Project project, String name, String as) {
        return project.run("repair", name, "--as", as, "--reason", "x");
    }

    @Test
    void theInterruptedAttemptIsKeptBesideTheRepair(MongoServer server) {
        server.collection("migrations").insertOne(CrashedRun.entry("1_one", 1));
        var project = project(server).with("1_one.java", marking("one"));
        String out = project.run("history", "--json").exits(0).out();
        assertThat(out).contains("\"outcome\": \"interrupted\"");
        repair(project, "1", "applied").exits(0).says("was interrupted");
        Document entry = project.journal("1_one");
        assertThat(entry).containsKeys("finishedAt").doesNotContainKeys("durationMs", "session", "error");
        assertThat(entry.getList("attempts", Document.class))
                .extracting("direction")
                .containsExactly("up", "repair");
        assertThat(entry.getList("attempts", Document.class))
                .extracting("outcome")
                .containsExactly("interrupted", "applied");
    }

    @ParameterizedTest
    @CsvSource({"applied, applied", "pending, rolled_back"})
    void aFailedMigrationCanBeSettledAsAppliedOrPending(String as, String state, MongoServer server) {
        var project = project(server).with("1_one.java", failing("one", "no"));
        project.run("execute").exits(1);
        project.with("1_one.java", marking("one"));
        repair(project, "1", as).exits(0);
        assertThat(project.states()).containsEntry("1_one", state);
        assertThat(project.journal("1_one")).doesNotContainKey("error");
        assertThat(project.run("status", "--json").problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"applied, applied", "pending, rolled_back"})
    void anIgnoredMigrationCanBeSettledAsAppliedOrPending(String as, String state, MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("ignore", "--yes").exits(0);
        repair(project, "1", as).exits(0);
        assertThat(project.states()).containsEntry("1_one", state);
        assertThat(project.run("status", "--json").problems()).isEmpty();
    }

    @Test
    void aMissingMigrationThatWasUndoneManuallyIsRemoved(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        project.without("1_one.java");
        repair(project, "1", "pending").exits(0);
        assertThat(project.run("status", "--json").problems()).isEmpty();
        project.run("status", "--all").neverSays("1_one");
        project.run("history", "1_one").exits(0).says("repaired");
    }

    @Test
    void anUnsuitableStateIsRefusedWithTheSuitableOne(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", failingDown("three", "no"));
        project.run("execute").exits(0);
        project.run("rollback", "3").exits(1);
        project.without("1_one.java").with("2_two.java", marking("due"));
        repair(project, "1", "unchanged").exits(2).complainsBriefly().says("--as applied");
        repair(project, "2", "pending").exits(2).complainsBriefly().says("rollback 2_two");
        repair(project, "2", "applied").exits(2).says("--as unchanged");
        repair(project, "3", "unchanged").exits(2).says("--as pending");
        project.run("repair", "--edited", "--as", "pending", "--reason", "x").exits(2);
        project.run("repair", "--missing", "--as", "unchanged", "--reason", "x").exits(2);
        assertThat(project.states())
                .containsEntry("1_one", "applied")
                .containsEntry("2_two", "applied")
                .containsEntry("3_three", "rollback_failed");
        project.lockIsFree();
    }

    @Test
    void severalMigrationsAreSettledAllOrNone(MongoServer server) {
        server.collection("migrations").insertMany(List.of(CrashedRun.entry("1_one", 1), CrashedRun.entry("2_two", 2)));
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"));
        project.run("repair", "1", "2", "3", "--as", "applied", "--reason", "x").exits(3);
        assertThat(project.states()).containsEntry("1_one", "running").containsEntry("2_two", "running");
        project.run("repair", "2", "1", "--as", "applied", "--reason", "x").exits(0);
        assertThat(project.states()).containsEntry("1_one", "applied").containsEntry("2_two", "applied");
    }

    @Test
    void unreadableEntriesAreNotChanged(MongoServer server) {
        Document strange = new Document("_id", "1_one").append("state", "sparkling");
        server.collection("migrations").insertOne(strange);
        var project = project(server).with("1_one.java", marking("one"));
        repair(project, "1", "applied").exits(3).complainsBriefly().says("1_one");
        assertThat(server.collection("migrations").find()).containsExactly(strange);
    }

    @Test
    void withoutEditsThereIsNothingToSettle(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        project.run("repair", "--edited", "--as", "unchanged", "--reason", "x")
                .exits(0)
                .says("Nothing to repair");
        Document json = project.run("repair", "--missing", "--as", "applied", "--reason", "x", "--json")
                .exits(0)
                .json();
        assertThat(json.getList("repaired", Document.class)).isEmpty();
    }

    @Test
    void theTransactionOfAKilledRunIsEndedBeforeItIsSettled(MongoServer server) {
        var project = project(server)
                .with("1_slow.java", transactionalWaitingFor("go"))
                .lease("2s");
        project.start("execute").untilInUp().kill();
        project.letTheLeaseRunOut();
        repair(project, "1", "pending").exits(0);
        assertThat(project.states()).containsEntry("1_slow", "rolled_back");
        assertThat(project.marks()).isEmpty();
        project.signal("go").run("execute").exits(0);
        assertThat(project.marks()).containsExactly("slow");
    }

    @Test
    void aReasonOfMoreThan4KilobytesIsRefused(MongoServer server) {
        server.collection("migrations").insertOne(CrashedRun.entry("1_one", 1));
        var project = project(server).with("1_one.java", marking("one"));
        project.run("repair", "1", "--as", "applied", "--reason", "é".repeat(2_049))
                .exits(2);
        project.run("repair", "1", "--as", "applied", "--reason", "é".repeat(2_048))
                .exits(0);
    }
}
