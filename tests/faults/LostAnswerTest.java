package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Project.project;

import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** A call whose reply was lost may have done everything, or may still be running. */
@OnServer
class LostAnswerTest {
    private static final String SLOW_INCREMENT =
            "db().getCollection(\"done\").updateMany(new Document(\"$where\", \"sleep(300) ||"
                    + " true\"), new Document(\"$inc\", new Document(\"cents\", 1)));";

    private static final String INSERT_MANY =
            "db().getCollection(\"done\").insertMany(java.util.List.of(new Document(\"mark\","
                    + " \"a\"), new Document(\"mark\", \"b\")));";

    private static Project impatient(MongoServer server) {
        return project(server).environment("MONGO_URI", server.uriWith("socketTimeoutMS=1000"));
    }

    private static void fill(MongoServer server) {
        for (int i = 0; i < 12; i++) {
            server.collection("done").insertOne(new Document("_id", i).append("cents", 0));
        }
    }

    @Test
    void anUpdateWhoseReplyIsLostIsInterruptedAndNotRunAgain(MongoServer server) {
        fill(server);
        var project = impatient(server).with("1_add.java", up(SLOW_INCREMENT));

        project.run("execute")
                .exits(5)
                .says("interrupted", "1_add", "MongoSocketReadTimeoutException", "1_add.java:")
                .says("execute 1_add --retry");

        Eventually.until("the update is ended", () -> !isUpdating(server));
        assertThat(project.journal("1_add")).containsEntry("state", "running");
        assertThat(project.journal("1_add").get("error", Document.class))
                .containsEntry("type", "interrupted")
                .extracting("frames")
                .asList()
                .isNotEmpty();
        project.lockIsFree();
        project.run("status").exits(0).says("interrupted", "MongoSocketReadTimeoutException");
        project.run("execute").exits(5).says("how far it got is unknown", "--retry");
        assertThat(server.collection("done").countDocuments(new Document("cents", 2)))
                .isZero();
        project.run("repair", "1_add", "--as", "applied", "--reason", "checked").exits(0);
        assertThat(project.journal("1_add").getList("attempts", Document.class).get(0))
                .containsEntry("outcome", "interrupted")
                .containsKey("error");
    }

    @Test
    void theJsonAnswerHasTheOutcomeInterruptedAndTheExitCode(MongoServer server) {
        server.failing("done", "insert").withWriteConcernError(64);
        var project = project(server).with("1_two.java", up(INSERT_MANY)).with("2_two.java", marking("two"));

        var result = project.run("execute", "--json").exits(5);

        assertThat(result.json()).containsEntry("exitCode", 5L);
        assertThat(result.steps()).extracting("outcome").containsExactly("interrupted");
        assertThat(project.states()).containsOnlyKeys("1_two");
    }

    @Test
    void aWrappedExceptionOfAnotherClientIsRecognized(MongoServer server) {
        server.failing("done", "insert").withError(11602);
        String wrapped = "try (var own = MongoClients.create(\"%s\")) {".formatted(server.uri())
                + " own.getDatabase(db().getName()).getCollection(\"done\").insertOne(new"
                + " Document(\"mark\", \"a\")); } catch (RuntimeException e) { throw new"
                + " IllegalStateException(\"could not\", e); }";
        var project = project(server).with("1_own.java", up(wrapped));

        project.run("execute").exits(5).says("could not", "interrupted");

        assertThat(project.journal("1_own")).containsEntry("state", "running");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "throw new IllegalStateException(\"could not\");"})
    void aLostAnswerIsNoticedAlsoIfItsExceptionIsCaught(String then, MongoServer server) {
        fill(server);
        String caught = "try { " + SLOW_INCREMENT + " } catch (com.mongodb.MongoException e) {" + then + "}";
        var project = impatient(server).with("1_add.java", up(caught)).with("2_two.java", marking("two"));

        project.run("execute").exits(5).says("interrupted", "MongoSocketReadTimeoutException", "1_add.java:");

        Eventually.until("the update is ended", () -> !isUpdating(server));
        assertThat(project.states()).containsExactly(Map.entry("1_add", "running"));
        project.run("execute").exits(5).says("--retry");
    }

    @Test
    void anAnswerThatTheDriverGetsOnItsSecondAttemptIsNotLost(MongoServer server) {
        server.db().createCollection("done");
        server.failing("done", "insert").times(1).closingTheConnection();
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aRollbackWhoseAnswerIsLostIsInterruptedAndNeedsAManualDecision(MongoServer server) {
        fill(server);
        var project = impatient(server).with("1_add.java", upAndDown("", SLOW_INCREMENT));
        project.run("execute").exits(0);

        project.run("rollback", "1_add")
                .exits(5)
                .says("repair 1_add --as applied")
                .neverSays("--retry");

        assertThat(project.journal("1_add")).containsEntry("state", "rolling_back");
        project.run("rollback", "1_add").exits(5);
        project.run("repair", "1_add", "--as", "pending", "--reason", "checked").exits(0);
    }

    @Test
    void aFixWhoseReplyIsLostIsInterrupted(MongoServer server) {
        fill(server);
        var project = impatient(server).write("fix.java", up(SLOW_INCREMENT)).write("fix.jsh", SLOW_INCREMENT + "\n");
        for (String fix : List.of("fix.java", "fix.jsh")) {
            var result = project.run("run", fix, "--reason", "x", "--json").exits(5);
            assertThat(result.json()).containsEntry("outcome", "interrupted");
            Eventually.until("the update is ended", () -> !isUpdating(server));
        }
        assertThat(server.collection("migrations_fixes").find())
                .allMatch(one -> one.getString("outcome").equals("running"));
        project.run("history", "--fixes").exits(0).says("interrupted");
        project.lockIsFree();
    }

    @Test
    void aResumableOrTransactionalMigrationRunsAgainByItself(MongoServer server) {
        server.db().createCollection("done");
        String twice = "db().getCollection(\"done\").insertOne(new Document(\"mark\", \"a\"));";
        String inSession = "database.getCollection(\"done\").insertOne(session, new Document());";
        var project = project(server)
                .with("1_resumable.java", up(twice).replace("class Step", "@Resumable\nclass Step"))
                .with(
                        "2_whole.java",
                        source("static void up(MongoDatabase database, ClientSession"
                                + " session) { "
                                + inSession
                                + " }"));
        server.failing("done", "insert").times(1).withWriteConcernError(64);
        project.run("execute", "--to", "1").exits(5);
        project.run("execute", "--to", "1").exits(0);

        server.failing("done", "insert").withError(11601);
        project.run("execute").exits(1);
        assertThat(project.journal("2_whole")).containsEntry("state", "failed");
        server.failing("nowhere", "insert").withError(1);
        project.run("execute").exits(0);
        assertThat(project.states().values()).containsOnly("applied");
    }

    @Test
    void aWriteThatTheServerRejectsIsAFailure(MongoServer server) {
        server.collection("done").insertOne(new Document("_id", 1));
        String nobody = "MongoClients.create(\"mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100\")"
                + ".getDatabase(\"x\").getCollection(\"y\").insertOne(new Document());";
        var project = project(server)
                .with("1_twice.java", up("db().getCollection(\"done\").insertOne(new" + " Document(\"_id\", 1));"))
                .with("2_nobody.java", up(nobody));
        project.run("execute").exits(1).says("E11000");
        assertThat(project.journal("1_twice")).containsEntry("state", "failed");
        project.run("execute", "2_nobody").exits(1);
        assertThat(project.journal("2_nobody")).containsEntry("state", "failed");
    }

    private static boolean isUpdating(MongoServer server) {
        Document match = new Document("op", "update").append("ns", server.database() + ".done");
        Document current = new Document("$currentOp", new Document("localOps", true));
        return server.client()
                        .getDatabase("admin")
                        .aggregate(List.of(current, new Document("$match", match)))
                        .first()
                != null;
    }
}
