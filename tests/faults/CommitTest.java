package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** A transaction is interrupted between its commit and the answer. */
@OnServer
class CommitTest {
    private static final int WRITE_CONCERN_TIMED_OUT = 64;

    private static Project two(MongoServer server) {
        server.db().createCollection("done");
        return project(server).with("1_one.java", transactional("one")).with("2_two.java", marking("two"));
    }

    private static void commits(MongoServer server, Object mode, Document how) {
        how.append("failCommands", List.of("commitTransaction"));
        server.admin(new Document("configureFailPoint", "failCommand")
                .append("mode", mode)
                .append("data", how));
    }

    @Test
    void aCommitWhoseAnswerIsLostIsFoundInTheJournal(@On(Kind.OWN) MongoServer server) {
        var project = two(server);
        Document lost = new Document("code", WRITE_CONCERN_TIMED_OUT).append("errmsg", "by failCommand");
        commits(server, "alwaysOn", new Document("writeConcernError", lost));

        project.start("execute").exits(0);

        assertThat(project.marks()).containsExactly("one", "two");
        assertThat(project.states().values()).containsOnly("applied").hasSize(2);
    }

    @Test
    void anUnknownCommitEndsTheRunAndTheNextRunFindsOut(@On(Kind.OWN) MongoServer server) {
        var project = two(server);
        commits(server, "alwaysOn", new Document("closeConnection", true));

        Result result = project.start("execute").exits(5);

        result.complainsBriefly().says("1_one", "unknown whether the transaction was committed", "status");
        project.lockIsFree();
        assertThat(project.marks()).isEmpty();
        commits(server, "off", new Document());
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactlyInAnyOrder("one", "two");
        assertThat(project.states().values()).containsOnly("applied").hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "timeout"})
    void aRunThatEndsInItsCommitLeavesBothOrNothing(String by, @On(Kind.OWN) MongoServer server) {
        var project = two(server);
        Document slowly = new Document("blockConnection", true).append("blockTimeMS", 2_000);
        commits(server, new Document("times", 1), slowly);
        var run = by.equals("TERM") ? project.start("execute") : project.start("execute", "--timeout", "1s");
        Eventually.until("it commits", () -> isCommitting(server));
        if (by.equals("TERM")) {
            run.terminate();
        }

        Result result = run.ended();

        boolean applied = "applied".equals(project.states().get("1_one"));
        assertThat(project.marks().contains("one")).as(result::toString).isEqualTo(applied);
        int stopped = by.equals("TERM") ? 143 : applied ? 0 : 1;
        result.exits(stopped);
        project.lockIsFree();
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactlyInAnyOrder("one", "two");
    }

    private static boolean isCommitting(MongoServer server) {
        Document commit = new Document("command.commitTransaction", new Document("$exists", true));
        List<Document> pipeline =
                List.of(new Document("$currentOp", new Document("localOps", true)), new Document("$match", commit));
        return !server.client()
                .getDatabase("admin")
                .aggregate(pipeline)
                .into(new ArrayList<>())
                .isEmpty();
    }
}
