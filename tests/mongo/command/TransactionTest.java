package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.transactional;
import static support.Migrations.transactionalWaitingFor;
import static support.Project.project;

import com.mongodb.MongoException;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

@OnServer
class TransactionTest {
    private static Project prepared(MongoServer server) {
        server.db().createCollection("done");
        return project(server);
    }

    private static String throwingAfter(String mark) {
        return transactional(mark)
                .replaceFirst(
                        "new Document\\(\"mark\", \"[a-z]+\"\\)\\);",
                        "$0 if (true) throw new IllegalStateException(\"not so\");");
    }

    @Test
    void itIsAppliedAndRecordedInOneTransaction(MongoServer server) {
        var project = prepared(server).with("1_one.java", transactional("one"));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
        assertThat(project.journal("1_one"))
                .containsEntry("state", "applied")
                .containsEntry("transactional", true)
                .doesNotContainKey("session");
    }

    @Test
    void nothingIsLeftOfATransactionThatThrows(MongoServer server) {
        var project = prepared(server).with("1_one.java", throwingAfter("one"));
        project.run("execute").exits(1).says("not so");
        assertThat(project.marks()).isEmpty();
        assertThat(project.journal("1_one")).containsEntry("state", "failed").containsEntry("transactional", true);
        project.with("1_one.java", transactional("one")).run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void itIsRolledBackInATransactionToo(MongoServer server) {
        var project = prepared(server).with("1_one.java", transactional("one"));
        project.run("execute").exits(0);
        project.run("rollback", "1").exits(0);
        assertThat(project.marks()).isEmpty();
        assertThat(project.states()).containsEntry("1_one", "rolled_back");
    }

    @Test
    void itsServerSessionIsNamedWhileItRuns(MongoServer server) {
        var project = prepared(server).with("1_one.java", transactionalWaitingFor("go"));
        var run = project.start("execute").untilInUp();
        assertThat(project.journal("1_one"))
                .containsEntry("state", "running")
                .containsEntry("transactional", true)
                .containsKey("session");
        assertThat(project.marks()).isEmpty();
        project.signal("go");
        run.exits(0);
        assertThat(project.marks()).containsExactly("slow");
    }

    @Test
    void aKilledMigrationIsRunAgainByItselfAndAppliedOnce(MongoServer server) {
        var project = prepared(server).lease("2s");
        project.with("1_one.java", transactionalWaitingFor("go")).with("2_two.java", marking("two"));
        project.start("execute").untilInUp().kill();
        project.signal("go").letTheLeaseRunOut();
        project.run("status", "--json").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("slow", "two");
        assertThat(project.journal("1_one")).containsEntry("state", "applied");
    }

    @Test
    void aTransientErrorCallsItAgainAtMost3Times(MongoServer server) {
        var project = prepared(server).with("1_one.java", counting(2));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("call 3");
    }

    @Test
    void aTransientErrorThatPersistsIsAFailure(MongoServer server) {
        var project = prepared(server).with("1_one.java", counting(99));
        project.run("execute").exits(1).says("try again");
        assertThat(project.marks()).isEmpty();
        assertThat(project.states()).containsEntry("1_one", "failed");
    }

    /** Throws a transient error on its first {@code times} calls, then inserts the number of the call. */
    private static String counting(int times) {
        return source("""
            static int calls;
            static void up(MongoDatabase database, ClientSession session) {
                calls++;
                if (calls <= %d) {
                    var e = new com.mongodb.MongoException("try again");
                    e.addLabel(com.mongodb.MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
                    throw e;
                }
                database.getCollection("done")
                        .insertOne(session, new Document("mark", "call " + calls));
            }
            """.formatted(times));
    }

    @Test
    void anUnknownCommitIsRetried(MongoServer server) {
        var project = prepared(server).with("1_one.java", transactional("one"));
        server.admin(new Document("configureFailPoint", "failCommand")
                .append("mode", new Document("times", 1))
                .append(
                        "data",
                        new Document("failCommands", List.of("commitTransaction")).append("closeConnection", true)));
        server.closeAtEnd(() -> server.admin(new Document("configureFailPoint", "failCommand").append("mode", "off")));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aTransactionWithThreeMarksWritesAllOrNone(MongoServer server) {
        List<String> inserts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            inserts.add("database.getCollection(\"done\").insertOne(session, new Document(\"_id\"," + " 1));");
        }
        var project = prepared(server)
                .with(
                        "1_one.java",
                        source("static void up(MongoDatabase database, ClientSession"
                                + " session) {"
                                + String.join("\n", inserts)
                                + "}"));
        project.run("execute").exits(1).says("E11000");
        assertThat(server.collection("done").countDocuments()).isZero();
        assertThat(project.journal("1_one").get("error", Document.class).getString("type"))
                .startsWith(MongoException.class.getPackageName());
    }
}
