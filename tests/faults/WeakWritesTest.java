package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Project.project;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.Mongod;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** Writes that do not wait for the majority: a failover rolls them back, but not their record. */
@OnServer
class WeakWritesTest {
    private static final String WITH_W1 = "db().withWriteConcern(com.mongodb.WriteConcern.W1).getCollection(\"done\")"
            + ".insertOne(new Document(\"mark\", \"one\"));";

    private static final String WAITING = "support.Signals.send(\"in-up\"); support.Signals.await(\"write\"); "
            + WITH_W1
            + " support.Signals.send(\"written\"); support.Signals.await(\"go\");";

    @Test
    void aMigrationWhoseWritesAFailoverRolledBackIsNotRecordedAsApplied(@On(Kind.THREE_MEMBERS) MongoServer server) {
        var project = project(server).with("1_one.java", up(WAITING)).with("2_two.java", marking("x"));

        rolledBackBy(server, project, "execute")
                .says("1_one", "Another primary was elected", "repair 1_one --as applied");

        assertThat(project.marks()).isEmpty();
        assertThat(project.states()).containsOnlyKeys("1_one").containsEntry("1_one", "running");
    }

    @Test
    void writesInDownThatAFailoverRolledBackGetAHintForARollback(@On(Kind.THREE_MEMBERS) MongoServer server) {
        var project = project(server).with("1_one.java", upAndDown("", WAITING));
        project.run("execute").exits(0);

        rolledBackBy(server, project, "rollback", "1")
                .says("repair 1_one --as pending")
                .neverSays("--as applied");

        assertThat(project.states()).containsEntry("1_one", "rolling_back");
    }

    @Test
    void writesInAFixThatAFailoverRolledBackNeedNoRepair(@On(Kind.THREE_MEMBERS) MongoServer server) {
        var project = project(server).write("fix.java", up(WAITING));

        var result = rolledBackBy(server, project, "run", "fix.java", "--reason", "x");

        result.says("Another primary was elected", "history ").neverSays("repair");
        project.run("history", "--fixes").exits(0).says("interrupted");
    }

    /** Starts a run whose write with w: 1 is rolled back by a failover while it is in the user's code. */
    private static Result rolledBackBy(MongoServer server, Project project, String... command) {
        server.db().createCollection("done");
        var run = project.start(command).untilInUp();
        Mongod primary = server.primary();
        replicate(server, primary, false);
        project.signal("write");
        run.until("written");
        server.kill(primary);
        replicate(server, primary, true);
        Eventually.until("another is elected", () -> server.primary() != null);
        project.signal("go");
        return run.exits(5);
    }

    @Test
    void writesWithoutMajorityAreAwaitedAndReported(MongoServer server) {
        var project = project(server).with("1_one.java", up(WITH_W1));
        project.run("execute").exits(0).says("w: 1", "majority");
        assertThat(project.states()).containsEntry("1_one", "applied");
        project.with("2_two.java", marking("two"))
                .run("execute", "--uri", server.uriWith("w=1"))
                .exits(0)
                .says("2_two wrote with w: 1");
        assertThat(project.marks()).containsExactly("one", "two");
        project.with("3_three.java", marking("three")).run("execute").exits(0).neverSays("w: 1", "majority");
    }

    /** Starts or stops the replication from the primary. */
    private static void replicate(MongoServer server, Mongod primary, boolean on) {
        for (Mongod member : server.members()) {
            if (member == primary) {
                continue;
            }
            String uri = "mongodb://%s/?directConnection=true".formatted(member.address());
            try (MongoClient client = MongoClients.create(uri)) {
                client.getDatabase("admin")
                        .runCommand(new Document("configureFailPoint", "stopReplProducer")
                                .append("mode", on ? "off" : "alwaysOn"));
            }
        }
    }
}
