package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
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
