package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** A rollback in a transaction is killed: nothing of it is left, so the migration is applied. */
@OnServer
class UndoneRollbackTest {
    private static final String TEXT = source("static void up(MongoDatabase database, ClientSession session) {"
            + " database.getCollection(\"done\").insertOne(session, new"
            + " Document(\"mark\", \"one\")); } static void down(MongoDatabase"
            + " database, ClientSession session) {"
            + " database.getCollection(\"done\").deleteMany(session, new"
            + " Document()); support.Signals.send(\"in-up\");"
            + " support.Signals.await(\"go\"); }");

    private static Project killed(MongoServer server) {
        server.db().createCollection("done");
        var project = project(server).lease("2s").with("1_one.java", TEXT);
        project.run("execute").exits(0);
        project.with("2_two.java", marking("two")).run("execute").exits(0);
        project.start("rollback", "1_one").untilInUp().kill();
        project.letTheLeaseRunOut();
        return project;
    }

    @Test
    void theNextRunUnderTheLockWritesAppliedBack(MongoServer server) {
        var project = killed(server);
        assertThat(project.journal("1_one")).containsEntry("state", "rolling_back");
        project.run("status").exits(0).says("it is still applied");
        project.run("status", "--check").exits(0);

        project.run("execute").exits(0).says("Nothing to do");

        Document entry = project.journal("1_one");
        List<Document> attempts = entry.getList("attempts", Document.class);
        assertThat(attempts).extracting("outcome").containsExactly("applied", "interrupted");
        assertThat(attempts).extracting("direction").containsExactly("up", "down");
        assertThat(entry)
                .containsEntry("state", "applied")
                .containsEntry("startedAt", attempts.get(0).get("startedAt"))
                .containsEntry("finishedAt", attempts.get(0).get("finishedAt"))
                .containsEntry("run", attempts.get(0).get("run"))
                .doesNotContainKeys("session", "error");
        project.run("status").exits(0).neverSays("interrupted");
        project.signal("go").run("rollback", "--last", "1").exits(0);
        assertThat(project.states()).containsEntry("1_one", "applied").containsEntry("2_two", "rolled_back");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "if (true) throw new IllegalStateException(\"no\");",
                "session.commitTransaction();",
                "db.getCollection(\"done\").insertOne(new Document());",
                "try { db.getCollection(\"done\").insertOne(session, new Document(\"_id\", 7));"
                        + " } catch (Exception e) {}",
            })
    void oneThatFailsInItsTransactionIsStillApplied(String statement, MongoServer server) {
        server.collection("done").insertOne(new Document("_id", 7).append("mark", "seven"));
        String text = source("static void up() {} static void down(MongoDatabase db, ClientSession session) {"
                + " db.getCollection(\"done\").deleteMany(session, new Document(\"mark\", \"x\")); %s }"
                        .formatted(statement));
        var project = project(server).with("1_one.java", text);
        project.run("execute").exits(0);

        project.run("rollback", "1_one")
                .exits(1)
                .says("it is still applied", "rollback 1_one")
                .neverSays("--as pending");

        assertThat(project.journal("1_one")).containsEntry("state", "applied");
        assertThat(project.journal("1_one").getList("attempts", Document.class))
                .extracting("outcome")
                .containsExactly("applied", "rollback_failed");
        project.run("execute").exits(0).says("Nothing to do");
        assertThat(project.marks()).containsExactly("seven");
    }

    @Test
    void aFailureThatAnEarlierVersionRecordedIsSettledAsApplied(MongoServer server) {
        var project = project(server).with("1_one.java", TEXT);
        project.run("execute").exits(0);
        var failed = new Document("state", "rollback_failed").append("transactional", true);
        server.collection("migrations").updateOne(new Document("_id", "1_one"), new Document("$set", failed));

        project.run("execute")
                .exits(3)
                .says("it is still applied", "--as applied")
                .neverSays("--as pending");
    }

    @Test
    void anEditOfItsFileIsNoticed(MongoServer server) {
        var project = killed(server).with("1_one.java", TEXT + "\n// edited\n");
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("edited");
        project.run("execute").exits(3).says("1_one was edited");
        assertThat(project.journal("1_one")).containsEntry("state", "applied");
    }

    @Test
    void whileItRunsItIsShownAsRollingBack(MongoServer server) {
        server.db().createCollection("done");
        var project = project(server).with("1_one.java", TEXT);
        project.run("execute").exits(0);
        var run = project.start("rollback", "1_one").untilInUp();
        project.run("status").exits(0).says("rolling back");
        project.signal("go");
        run.exits(0);
        assertThat(project.journal("1_one")).containsEntry("state", "rolled_back");
    }
}
