package mongo.fix;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** Fixes made of JShell lines: checks before they run, what they can do, and where they fail. */
@OnServer
class JshellLinesTest {
    private static String mark(String mark) {
        return "db().getCollection(\"done\").insertOne(new Document(\"mark\", \"" + mark + "\"))\n";
    }

    private static Document fix(MongoServer server) {
        return server.collection("migrations_fixes").find().first();
    }

    private static void nothingRan(MongoServer server) {
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void anIncompleteStatementIsReportedBeforeTheFirstLineRuns(MongoServer server) {
        var project = project(server).write("fix.jsh", mark("one") + "\nfor (int i = 0; i < 3; i++) {\n  i++;\n");
        project.run("run", "fix.jsh", "--reason", "x")
                .exits(3)
                .complainsBriefly()
                .says("fix.jsh:3", "for (int i = 0; i < 3; i++) {");
        nothingRan(server);
    }

    @Test
    void aLineThatDoesNotCompileIsReportedBeforeTheFirstLineRuns(MongoServer server) {
        var project = project(server).write("fix.jsh", mark("one") + "int a = 1\nint b = a + c\n");
        project.run("run", "fix.jsh", "--reason", "x")
                .exits(3)
                .complainsBriefly()
                .says("fix.jsh:3: cannot find symbol", "    int b = a + c");
        var answer = project.run("run", "fix.jsh", "--reason", "x", "--json").exits(3);
        assertThat(answer.error()).containsEntry("kind", "refused");
        assertThat(answer.problemKinds()).containsExactly("not_compilable");
        nothingRan(server);
    }

    @Test
    void aMethodThatUsesAnUndefinedNameIsReportedBeforeTheFirstLineRuns(MongoServer server) {
        var project = project(server).write("fix.jsh", mark("one") + "void fix() { nowhere(); }\nfix()\n");
        project.run("run", "fix.jsh", "--reason", "x").exits(3).says("fix.jsh:2", "nowhere()");
        nothingRan(server);
    }

    @Test
    void jshellCommandsAndJbangDirectivesAreRefused(MongoServer server) {
        var project = project(server);
        for (String line : List.of("/exit", "//DEPS com.example:greeter:1.0")) {
            project.write("fix.jsh", mark("one") + line + "\n")
                    .run("run", "fix.jsh", "--reason", "x")
                    .exits(3)
                    .says("fix.jsh:2", line);
        }
        project.write("fix.jsh", "// nothing but this\n")
                .run("run", "fix.jsh", "--reason", "x")
                .exits(3)
                .says("nothing to run");
        nothingRan(server);
    }

    @Test
    void aLineThatThrowsIsShownAndEndsTheFix(MongoServer server) {
        var project = project(server).write("fix.jsh", """
            void fix(Object which) {

                which.hashCode();
            }
            """ + mark("one") + "fix(null)\n" + mark("never"));
        var frames = List.of("fix.jsh:3    which.hashCode();", "fix.jsh:6    fix(null)");
        project.run("run", "fix.jsh", "--reason", "x")
                .exits(1)
                .says("fix.jsh: ", "    " + String.join("\n    ", frames) + "\n");
        assertThat(project.marks()).containsExactly("one");
        assertThat(fix(server)).containsEntry("outcome", "failed");
        assertThat(fix(server).get("error", Document.class))
                .containsEntry("type", "java.lang.NullPointerException")
                .containsEntry("frames", frames);
        Document answer = project.run("run", "fix.jsh", "--reason", "x", "--json")
                .exits(1)
                .json();
        assertThat(answer).containsEntry("outcome", "failed").containsEntry("exitCode", 1L);
        assertThat(answer.get("error", Document.class)).containsEntry("frames", frames);
    }

    @Test
    void anErrorOfTheServerIsShownWithItsLine(MongoServer server) {
        var project = project(server)
                .input("var done = db().getCollection(\"done\")\n" + "done.find(new Document(\"$nothing\", 1))\n");
        project.run("run", "-", "--reason", "x").exits(1).says("$nothing", "stdin.jsh:2");
    }

    @Test
    void aCallOfExitIsRecordedAsAFailure(MongoServer server) {
        var project = project(server)
                .write("fix.jsh", mark("one") + "System.exit(0)\n")
                .inChild();
        project.run("run", "fix.jsh", "--reason", "x").exits(1).says("System.exit", "fix.jsh:2");
        assertThat(fix(server)).containsEntry("outcome", "failed");
        project.lockIsFree();
    }

    @Test
    void commonNamesAreImportedAndResultsArePrintedAsJson(MongoServer server) {
        var project = project(server).write("fix.jsh", """
            \ufeff// as an editor of another system leaves it\r
            var users = db().getCollection("users")\r
            users.insertMany(List.of(new Document("_id", 1).append("name", "ada"),
                    new Document("_id", 2).append("name", "bob")))
            users.updateOne(eq("_id", 1), combine(set("name", "Ada"), inc("seen", 1)))
            users.find(exists("seen")).sort(Sorts.ascending("_id"))
            new ObjectId("6560a0000000000000000000")
            log("at " + Instant.EPOCH + " by " + client().getClass().getSimpleName())
            if (users.countDocuments() == 2) {
                users.deleteOne(eq("_id", 2))
                        .getDeletedCount();
            }
            else {
                throw new IllegalStateException("not two");
            }
            backfill("users").update(new Document("$set", new Document("b", 1))).run()
            """);
        project.run("run", "fix.jsh", "--reason", "x")
                .exits(0)
                .says("{\"_id\": 1, \"name\": \"Ada\", \"seen\": 1}", "at 1970-01-01T00:00:00Z by");
        assertThat(server.collection("users").find())
                .containsExactly(new Document("_id", 1)
                        .append("name", "Ada")
                        .append("seen", 1)
                        .append("b", 1));
        assertThat(fix(server).getString("output")).contains("\"seen\": 1}", "at 1970-01-01");
    }

    @Test
    void jshellLinesCanHaveATimeoutAndAreEndedByASignal(MongoServer server) {
        var project = project(server)
                .write(
                        "slow.jsh",
                        "support.Signals.send(\"in-up\")\n" + "support.Signals.await(\"never\")\n" + mark("never"))
                .inChild();
        project.run("run", "slow.jsh", "--reason", "x", "--timeout", "1s").exits(1);
        assertThat(fix(server).get("error", Document.class)).containsEntry("type", "timeout");
        terminated(server, project.forgetSignals());
    }

    private static void terminated(MongoServer server, Project project) {
        project.start("run", "slow.jsh", "--reason", "y")
                .untilInUp()
                .terminate()
                .exits(143);
        Document fix = server.collection("migrations_fixes")
                .find(new Document("reason", "y"))
                .first();
        assertThat(fix).containsEntry("outcome", "failed");
        assertThat(fix.get("error", Document.class)).containsEntry("type", "interrupted");
        assertThat(project.marks()).isEmpty();
        project.lockIsFree();
    }
}
