package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.up;
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
import support.Result;

/** A run is killed. */
@OnServer
class RunKilledTest {
    /** Marks "half", then keeps the server busy for 20 s, unless the test sent "again". */
    private static final String LONG_UPDATE =
            up("db().getCollection(\"done\").insertOne(new Document(\"mark\", \"half\"));"
                    + " support.Signals.send(\"in-up\");if (!new"
                    + " java.io.File(System.getProperty(\"migopy.test.signals\"),"
                    + " \"again\").exists()) { db().getCollection(\"done\").updateMany(new"
                    + " Document(\"$where\", \"sleep(20000) || true\"), new Document(\"$set\","
                    + " new Document(\"late\", true))); }");

    private static Project threeWith(MongoServer server, String second) {
        return project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", second)
                .with("3_three.java", marking("three"))
                .lease("2s");
    }

    @Test
    void operationsOfACrashedRunAreReportedAndEndedBeforeItIsRunAgain(MongoServer server) {
        var project = threeWith(server, LONG_UPDATE);
        var killed = project.start("execute").untilInUp();
        Eventually.until("the server is busy", () -> updates(server) == 1);
        killed.kill();
        project.run("execute").exits(4).says("--wait");
        project.letTheLeaseRunOut();

        Result result = project.run("execute").exits(5);

        Document left = project.journal("2_two");
        Document by = left.get("by", Document.class);
        assertThat(by).containsEntry("pid", killed.pid());
        result.says("2_two was interrupted: run " + left.getString("run"), "started on ");
        result.says("by %s on %s, pid %d".formatted(by.get("user"), by.get("host"), killed.pid()));
        result.says("still runs on the server: update of " + server.database() + ".done, opid ");
        result.says("execute 2_two --retry", "repair 2_two --as");
        assertThat(project.states()).containsEntry("2_two", "running").doesNotContainKey("3_three");
        project.lockIsFree();
        project.signal("again").run("execute", "2_two", "--retry").exits(0);
        assertThat(updates(server)).isZero();
        project.run("execute").exits(0);
        assertThat(project.states()).containsOnlyKeys("1_one", "2_two", "3_three");
        assertThat(server.collection("done").countDocuments(new Document("late", true)))
                .isZero();
    }

    @Test
    void betweenTheEndOfUpAndItsRecordItStaysRunning(MongoServer server) {
        var project = threeWith(server, waitingFor("go"));
        var run = project.start("execute").untilInUp();
        var fault = server.failing("migrations", "update");
        fault.closingTheConnection();
        project.signal("go");
        Eventually.until("up() has done its work", () -> project.marks().contains("slow"));
        run.kill();
        fault.close();
        project.letTheLeaseRunOut();

        project.run("execute").exits(5).says("2_two", "none of its operations is running on the server");
        assertThat(project.states()).containsEntry("2_two", "running");
        project.run("repair", "2_two", "--as", "applied", "--reason", "its mark is there")
                .exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "slow", "three");
    }

    @Test
    void aHaltOfTheJvmIsAKillToo(MongoServer server) {
        var project = threeWith(server, up("Runtime.getRuntime().halt(137);"));
        project.start("execute").exits(137);
        assertThat(project.states()).containsEntry("2_two", "running").doesNotContainKey("3_three");
        project.letTheLeaseRunOut();
        project.run("execute").exits(5).says("2_two");
    }

    @Test
    void aTransactionalMigrationThatIsKilledInItsCommitIsAppliedExactlyOnce(MongoServer server) {
        server.db().createCollection("done");
        var project = threeWith(server, transactional("two"));
        server.admin(new Document("configureFailPoint", "failCommand")
                .append("mode", new Document("times", 1))
                .append(
                        "data",
                        new Document("failCommands", List.of("commitTransaction"))
                                .append("blockConnection", true)
                                .append("blockTimeMS", 1_000)));
        var run = project.start("execute");
        Eventually.until("it commits", () -> !commits(server).isEmpty());
        run.kill();
        project.letTheLeaseRunOut();

        project.run("execute").exits(0);

        assertThat(project.marks()).containsExactlyInAnyOrder("one", "two", "three");
        assertThat(project.states().values()).containsOnly("applied").hasSize(3);
    }

    private static List<Document> commits(MongoServer server) {
        return operations(server, new Document("command.commitTransaction", new Document("$exists", true)));
    }

    private static int updates(MongoServer server) {
        return operations(server, new Document("op", "update").append("ns", server.database() + ".done"))
                .size();
    }

    private static List<Document> operations(MongoServer server, Document match) {
        return server.client()
                .getDatabase("admin")
                .aggregate(List.of(
                        new Document("$currentOp", new Document("localOps", true)), new Document("$match", match)))
                .into(new ArrayList<>());
    }
}
