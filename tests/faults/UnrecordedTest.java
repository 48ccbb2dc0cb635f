package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** Journal and lock cannot be written, temporarily or permanently. */
@OnServer
class UnrecordedTest {
    private static final int DISK_IS_FULL = 14031;

    private static Project two(MongoServer server) {
        return project(server).with("1_slow.java", waitingFor("go")).with("2_two.java", marking("two"));
    }

    @Test
    void aMigrationThatRanButCouldNotBeRecordedIsNeitherAppliedNorFailed(MongoServer server) {
        var project = two(server);
        var run = project.start("execute", "--json").untilInUp();
        var fault = server.failing("migrations", "update").withError(DISK_IS_FULL);
        project.signal("go");

        Result result = run.exits(5);

        assertThat(result.steps()).extracting("outcome").containsExactly("unknown");
        result.neverSays("\"applied\"", "\"failed\"");
        fault.close();
        assertThat(project.states()).containsOnlyKeys("1_slow").containsEntry("1_slow", "running");
        project.lockIsFree();
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("interrupted");
        project.run("execute").exits(5).says("1_slow");
        project.run("repair", "1_slow", "--as", "applied", "--reason", "it ran").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("slow", "two");
    }

    @Test
    void theMessageReportsThatItRanAndTheHintWhatToType(MongoServer server) {
        var project = two(server);
        var run = project.start("execute").untilInUp();
        server.failing("migrations", "update").withError(DISK_IS_FULL);
        project.signal("go");

        run.exits(5)
                .complainsBriefly()
                .says("1_slow finished, but that could not be recorded")
                .says("repair 1_slow --as applied");
    }

    @Test
    void aFailureThatCannotBeRecordedIsUnknownToo(MongoServer server) {
        var project = project(server)
                .with(
                        "1_one.java",
                        up("support.Signals.send(\"in-up\");"
                                + " support.Signals.await(\"go\"); throw new"
                                + " IllegalStateException(\"no\");"));
        var run = project.start("execute").untilInUp();
        server.failing("migrations", "update").withError(DISK_IS_FULL);
        project.signal("go");

        run.exits(5).says("1_one failed, and that could not be recorded");
        assertThat(project.states()).containsEntry("1_one", "running");
    }

    @Test
    void theAnswerIsTheSameIfNothingCanBeWrittenAnyMore(@On(Kind.OWN) MongoServer server) {
        var project = two(server);
        var run = project.start("execute").untilInUp();
        server.admin(new Document("configureFailPoint", "failCommand")
                .append("mode", "alwaysOn")
                .append(
                        "data",
                        new Document("failCommands", List.of("update", "findAndModify"))
                                .append("errorCode", DISK_IS_FULL)));
        project.signal("go");

        run.exits(5).complainsBriefly().says("1_slow finished, but that could not be recorded");
        assertThat(project.states()).containsEntry("1_slow", "running").doesNotContainKey("2_two");
    }

    @Test
    void aRefusalBeforeTheFirstStepLeavesNoRecord(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", failing("two", "no"));
        server.failing("migrations", "update").withError(DISK_IS_FULL);

        Result result = project.run("execute");

        assertThat(result.exitCode()).as(result::toString).isIn(1, 6);
        result.complainsBriefly();
        assertThat(project.states()).isEmpty();
        assertThat(project.marks()).isEmpty();
        project.lockIsFree();
    }

    @Test
    void connectionsCutDuringWritesDoNoHarm(MongoServer server) {
        var project = two(server).with("3_three.java", marking("three"));
        var run = project.start("execute").untilInUp();
        server.failing("migrations", "update").times(1).closingTheConnection();
        project.signal("go");
        run.exits(0).neverSays("xception");
        assertThat(project.states().values()).containsOnly("applied").hasSize(3);

        project.with("4_four.java", marking("four"));
        server.failing("migrations_lock", "findAndModify").times(1).closingTheConnection();
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("slow", "two", "three", "four");
    }

    @Test
    void anInterruptionOfTheNetworkForASecondDoesNoHarm(MongoServer server) {
        var proxy = server.proxy();
        var project = two(server).environment("MONGO_URI", server.uriThrough(proxy));
        var run = project.start("execute").untilInUp();
        proxy.cutOnce();
        project.signal("go");
        run.exits(0);
        assertThat(project.marks()).containsExactly("slow", "two");
        assertThat(project.states().values()).containsOnly("applied").hasSize(2);
        project.lockIsFree();
    }
}
