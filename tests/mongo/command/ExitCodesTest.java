package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Migrations.waitingFor;
import static support.Migrations.waitingUninterruptiblyFor;
import static support.Project.project;

import com.mongodb.client.model.Updates;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** The exit codes of README.md as a shell sees them, each from a separate process, and those of signals. */
@OnServer
class ExitCodesTest {
    @Test
    void zeroThreeFiveAndEightAreProcessExitCodes(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).inChild();
        project.run("status", "--check").exits(8);
        project.run("execute").exits(0);
        project.run("execute").exits(0);
        project.with("1_one.java", marking("uno"));
        project.run("execute").exits(3);
        project.with("1_one.java", marking("one"));
        server.collection("migrations").updateOne(new Document(), Updates.set("state", "running"));
        project.run("execute").exits(5);
    }

    @Test
    void aFailureExits1AndWrongArguments2(MongoServer server) {
        var project = project(server).with("1_one.java", failing("one", "no")).inChild();
        project.run("execute").exits(1);
        project.run("excute").exits(2).complainsBriefly().says("execute");
    }

    @Test
    void anUnreachableServerExits6AndALockHeldByAnotherRun4(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).inChild();
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 60));
        project.run("execute").exits(4);
        project.environment("MONGO_URI", "mongodb://127.0.0.1:1/app");
        project.environment("MONGO_CONNECT_TIMEOUT", "1s");
        project.run("status").exits(6).complainsBriefly();
    }

    @Test
    void interruptExits130AndTerminate143(MongoServer server) {
        var project = project(server).with("1_one.java", waitingFor("never"));
        var first = project.start("execute").untilInUp();
        first.interrupt().exits(130);
        assertThat(project.journal("1_one"))
                .containsEntry("state", "failed")
                .extracting("error", InstanceOfAssertFactories.MAP)
                .containsEntry("type", "interrupted");
        project.lockIsFree();
        project.run("execute").exits(5).says("1_one", "--retry");

        project.forgetSignals();
        var second = project.start("execute", "1_one", "--retry").untilInUp();
        second.terminate().exits(143);
        project.lockIsFree();
    }

    @Test
    void systemExitInAMigrationIsAFailure(MongoServer server) {
        var project = project(server).with("1_one.java", up("System.exit(0);")).with("2_two.java", marking("two"));
        project.start("execute").exits(1).says("1_one", "System.exit", "1_one.java:8");
        assertThat(project.states()).containsOnlyKeys("1_one").containsEntry("1_one", "failed");
        project.lockIsFree();
    }

    @Test
    void systemExitFromAnotherThreadIsAFailureToo(MongoServer server) {
        var project = project(server)
                .with(
                        "1_one.java",
                        up("Thread t = new Thread(() -> System.exit(0)); t.start();"
                                + " support.Signals.await(\"never\");"));
        project.start("execute").exits(1).says("System.exit");
        assertThat(project.states()).containsEntry("1_one", "failed");
        project.lockIsFree();
    }

    @Test
    void aTimeoutIsAFailureThatCountsAsInterrupted(MongoServer server) {
        var project = project(server).with("1_one.java", waitingFor("never"));
        project.start("execute", "--timeout", "1s").exits(1).says("1_one");
        assertThat(project.journal("1_one")).containsEntry("state", "failed");
        assertThat(project.journal("1_one").get("error", Document.class)).containsEntry("type", "timeout");
        project.lockIsFree();
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("interrupted");
        project.run("execute").exits(5);
        project.signal("never").run("execute", "1", "--retry").exits(0);
    }

    @Test
    void aTimeoutEndsEvenAMigrationThatIgnoresInterrupts(MongoServer server) {
        var project = project(server).with("1_one.java", waitingUninterruptiblyFor("never"));
        project.start("execute", "--timeout", "1s").exits(1);
        assertThat(project.journal("1_one")).containsEntry("state", "failed");
        project.lockIsFree();
    }

    @Test
    void insideAnotherProgramATimeoutNamesTheThreadThatStillRuns(MongoServer server) {
        var project = project(server).with("1_one.java", waitingUninterruptiblyFor("later"));
        project.run("execute", "--timeout", "1s").exits(1).says("migopy-migration still runs");
        project.lockIsFree();
        project.signal("later");
    }

    @Test
    void invalidTimeoutsExit2(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        for (String wrong : new String[] {"0s", "-1s", "soon", "10x", ""}) {
            project.run("execute", "--timeout", wrong).exits(2);
        }
        assertThat(project.marks()).isEmpty();
        project.run("execute", "--timeout", "1m").exits(0);
    }
}
