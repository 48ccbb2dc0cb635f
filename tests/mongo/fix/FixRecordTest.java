package mongo.fix;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.transactionalWaitingFor;
import static support.Migrations.up;
import static support.Migrations.waitingFor;
import static support.Project.project;

import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** The record of a fix, and how it is shown. */
@OnServer
class FixRecordTest {
    private static final String INSERT = "db().getCollection(\"done\").insertOne(new Document(\"mark\", \"%s\"));\n";

    private static Document fix(MongoServer server) {
        return server.collection("migrations_fixes").find().first();
    }

    private static List<Document> listed(Project project) {
        return project.run("history", "--fixes", "--json").json().getList("fixes", Document.class);
    }

    @Test
    void aKilledFixStaysRunningAndIsShownAsInterrupted(MongoServer server) {
        var project = project(server).lease("2s").write("fix.java", waitingFor("never"));
        project.start("run", "fix.java", "--reason", "x").untilInUp().kill();
        isInterrupted(server, project);
        project.write("other.java", marking("other"));
        project.run("run", "other.java", "--reason", "y").exits(0);
        assertThat(listed(project))
                .extracting(one -> one.getString("outcome"))
                .containsExactly("interrupted", "applied");
    }

    @Test
    void aKilledFixOfJshellLinesStaysRunning(MongoServer server) {
        var project = project(server)
                .lease("2s")
                .write("fix.jsh", "support.Signals.send(\"in-up\")\n" + "support.Signals.await(\"never\")\n");
        project.start("run", "fix.jsh", "--reason", "x").untilInUp().kill();
        isInterrupted(server, project);
    }

    @Test
    void aKilledFixFromStandardInputStaysRunning(MongoServer server) {
        var project = project(server)
                .lease("2s")
                .input("support.Signals.send(\"in-up\")\n" + "support.Signals.await(\"never\")\n");
        project.start("run", "-", "--reason", "x").untilInUp().kill();
        isInterrupted(server, project);
    }

    private static void isInterrupted(MongoServer server, Project project) {
        assertThat(fix(server)).containsEntry("outcome", "running");
        project.letTheLeaseRunOut();
        project.run("history", "--fixes").exits(0).says("interrupted");
        assertThat(listed(project).get(0)).containsEntry("outcome", "interrupted");
    }

    @Test
    void aKilledTransactionalFixLeavesNothing(MongoServer server) {
        server.db().createCollection("done");
        var project = project(server).lease("2s").write("own.java", transactionalWaitingFor("never"));
        project.start("run", "own.java", "--reason", "x").untilInUp().kill();
        isInterrupted(server, project);
        project.write("other.java", marking("other"));
        project.run("run", "other.java", "--reason", "y", "--transaction").exits(0);
        assertThat(project.marks()).containsExactly("other");
    }

    @Test
    void theOutcomeIsUnknownIfTheEndCannotBeRecorded(MongoServer server) {
        var project = project(server).write("fix.java", marking("fixed"));
        server.failing("migrations_fixes", "update").withError(14031);
        Document answer = project.run("run", "fix.java", "--reason", "x", "--json")
                .exits(5)
                .json();
        assertThat(answer).containsEntry("outcome", "unknown").containsEntry("exitCode", 5L);
        assertThat(answer.get("error", Document.class).getString("message"))
                .contains("finished, but that could not be recorded");
        assertThat(fix(server)).containsEntry("outcome", "running");
    }

    @Test
    void aRunningFixIsShownAsRunning(MongoServer server) {
        var project = project(server).write("fix.java", waitingFor("go"));
        var run = project.start("run", "fix.java", "--reason", "x").untilInUp();
        assertThat(listed(project).get(0)).containsEntry("outcome", "running");
        project.signal("go");
        run.exits(0);
    }

    @Test
    void aFixThatIsEndedByASignalIsRecordedAsInterrupted(MongoServer server) {
        var project = project(server).write("fix.java", waitingFor("never"));
        project.start("run", "fix.java", "--reason", "x")
                .untilInUp()
                .terminate()
                .exits(143);
        assertThat(fix(server)).containsEntry("outcome", "failed");
        assertThat(fix(server).get("error", Document.class)).containsEntry("type", "interrupted");
        project.lockIsFree();
    }

    @Test
    void aFixCanHaveATimeout(MongoServer server) {
        var project = project(server).write("fix.java", waitingFor("never")).inChild();
        project.run("run", "fix.java", "--reason", "x", "--timeout", "1s").exits(1);
        assertThat(fix(server).get("error", Document.class))
                .containsEntry("type", "timeout")
                .containsEntry("message", "took longer than 1 s");
    }

    @Test
    void aFixThatLosesTheLockBeforeItIsCalledIsRecordedAsNotStarted(MongoServer server) {
        var project = project(server).lease("2s").write("fix.java", marking("fixed"));
        server.failing("migrations_fixes", "insert").blocking(Duration.ofSeconds(2));
        var run = project.start("run", "fix.java", "--reason", "x");
        Eventually.until("it holds the lock", () -> project.lock() != null);
        server.collection("migrations_lock").updateOne(new Document(), Updates.set("owner", "another"));
        run.exits(5);
        assertThat(project.marks()).isEmpty();
        assertThat(fix(server)).containsEntry("outcome", "failed");
        assertThat(fix(server).get("error", Document.class)).containsEntry("type", "not_started");
    }

    @Test
    void aFixThatWasOvertakenWritesNothing(MongoServer server) {
        var project =
                project(server).lease("2s").write("slow.java", waitingFor("go")).write("other.java", marking("other"));
        var slow = project.start("run", "slow.java", "--reason", "x").untilInUp();
        slow.suspend();
        project.letTheLeaseRunOut();
        project.run("run", "other.java", "--reason", "y").exits(0);
        slow.resume();
        project.signal("go");
        slow.exits(5);
        assertThat(listed(project))
                .extracting(one -> one.getString("outcome"))
                .containsExactly("interrupted", "applied");
    }

    @Test
    void aFixWithoutASessionCanRunInOneTransaction(MongoServer server) {
        var project = project(server)
                .write(
                        "half.java",
                        up(INSERT.formatted("half")
                                + "Migration.client()"
                                + ".withWriteConcern(com.mongodb.WriteConcern.W1)"
                                + ".getDatabase(db().getName())"
                                + ".getCollection(\"done\")"
                                + ".insertOne(new Document(\"mark\", \"half\"));"
                                + "Object o = null; o.hashCode();"))
                .write("whole.jsh", INSERT.formatted("one") + INSERT.formatted("two"))
                .write("own.java", transactional("own"));
        server.collection("done").insertOne(new Document("mark", "before"));
        project.run("run", "half.java", "--reason", "x", "--transaction")
                .exits(1)
                .says("nothing of it is in the database", "Fix half.java, then run it again")
                .neverSays("how far it got");
        assertThat(project.marks()).containsExactly("before");
        project.run("run", "whole.jsh", "--reason", "x", "--transaction").exits(0);
        project.run("run", "own.java", "--reason", "x").exits(0);
        assertThat(project.marks()).containsExactly("before", "one", "two", "own");
        assertThat(server.collection("migrations_fixes").find())
                .extracting(one -> one.getString("outcome"))
                .containsExactly("failed", "applied", "applied");
        assertThat(server.collection("migrations_fixes").find())
                .noneMatch(one -> one.containsKey("session"))
                .allMatch(one -> one.getBoolean("transactional"));
    }

    @Test
    void theEndOfALongOutputIsRecorded(MongoServer server) {
        String line = "x".repeat(1023);
        var project = project(server)
                .write(
                        "loud.java",
                        up("for (int i = 0; i < 50 * 1024; i++) System.out.println(\""
                                + line
                                + "\"); System.out.println(\"the end\");"))
                .inChild();
        project.run("run", "loud.java", "--reason", "x", "--json").exits(0);
        String output = fix(server).getString("output");
        assertThat(output.length()).isBetween(60 * 1024, 64 * 1024);
        assertThat(output).endsWith("the end\n");
        Document shown =
                project.run("history", fix(server).getString("_id"), "--json").json();
        assertThat(shown.getString("output")).isEqualTo(output);
        assertThat(shown.getString("source")).contains(line);
    }

    @Test
    void secretsAreMaskedInRecords(MongoServer server) {
        String secret = "tr0ub4dor-and-3";
        String telling = "System.out.println(\"it is %s\");\n".formatted(secret);
        String throwing = "if (true) throw new IllegalStateException(\"%s\");\n".formatted(secret);
        var project = project(server)
                .environment("MONGO_USER", null)
                .environment("MONGO_PASSWORD", secret)
                .write("fix.java", up(telling + throwing))
                .write(secret + ".jsh", telling + throwing)
                .input(telling + throwing);
        for (String file : List.of("fix.java", secret + ".jsh", "-")) {
            project.run("run", file, "--reason", "for " + secret).exits(1).neverSays(secret);
        }
        project.run("shell").exits(0).neverSays(secret);
        assertThat(server.collection("migrations_fixes").find())
                .hasSize(4)
                .allSatisfy(
                        one -> assertThat(one.toJson()).doesNotContain(secret).contains("****"));
        project.run("history", "--fixes").exits(0).says("****").neverSays(secret);
    }

    @Test
    void oneRecordShowsReasonSourceAndOutput(MongoServer server) {
        var project = project(server).write("fix.jsh", "db().getCollection(\"done\").countDocuments()\n");
        Document answer = project.run("run", "fix.jsh", "--reason", "$ticket 7", "--json")
                .exits(0)
                .json();
        assertThat(answer).containsEntry("outcome", "applied").containsEntry("exitCode", 0L);
        String run = answer.getString("run");
        project.run("history", run)
                .exits(0)
                .says("applied", "fix.jsh", "reason: $ticket 7", "countDocuments()", "    0");
        Document shown = project.run("history", run, "--json").json();
        assertThat(shown)
                .containsEntry("run", run)
                .containsEntry("kind", "jshell")
                .containsEntry("reason", "$ticket 7")
                .containsEntry("output", "0\n");
        assertThat(project.run("history", "--fixes").out()).contains(run, "$ticket 7");
    }
}
