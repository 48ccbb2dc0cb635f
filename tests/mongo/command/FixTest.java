package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** {@code run FILE}: an ad-hoc fix under the lock, recorded, and never counted as a migration. */
@OnServer
class FixTest {
    @Test
    void aJavaFileRunsAndIsRecorded(MongoServer server) {
        var project = project(server).write("fixes/fix.java", marking("fixed"));
        project.run("run", "fixes/fix.java", "--reason", "$ticket 7").exits(0);
        assertThat(project.marks()).containsExactly("fixed");
        Document fix = server.collection("migrations_fixes").find().first();
        assertThat(fix)
                .containsEntry("source", marking("fixed"))
                .containsEntry("reason", "$ticket 7")
                .containsEntry("outcome", "applied")
                .containsKeys("_id", "file", "checksum", "by", "startedAt", "finishedAt", "durationMs");
        assertThat(fix.getString("file")).contains("fix.java");
        assertThat(project.states()).isEmpty();
        assertThat(project.run("status", "--json").json().getList("migrations", Document.class))
                .isEmpty();
        project.lockIsFree();
    }

    @Test
    void aFixThatThrowsIsRecordedAsFailed(MongoServer server) {
        var project = project(server).write("fix.java", failing("half", "not so"));
        project.run("run", "fix.java", "--reason", "x").exits(1).says("not so");
        Document fix = server.collection("migrations_fixes").find().first();
        assertThat(fix).containsEntry("outcome", "failed");
        assertThat(fix.get("error", Document.class)).containsEntry("message", "not so");
        project.lockIsFree();
    }

    @Test
    void itNeedsAReasonAndAFile(MongoServer server) {
        var project = project(server).write("fix.java", marking("fixed"));
        project.run("run", "fix.java").exits(2).complainsBriefly().says("--reason");
        project.run("run", "--reason", "x").exits(2).complainsBriefly();
        project.run("run", "nothing.java", "--reason", "x").exits(2).says("nothing.java");
        project.run("run", "migopy.txt", "--reason", "x").exits(2);
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void itIsRefusedWhileAnotherHoldsTheLock(MongoServer server) {
        var project = project(server).write("fix.java", marking("fixed"));
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 60));
        project.run("run", "fix.java", "--reason", "x").exits(4);
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void aFixThatDoesNotCompileIsRefused(MongoServer server) {
        var project = project(server).write("fix.java", "class {");
        project.run("run", "fix.java", "--reason", "x").exits(3).says("fix.java");
        assertThat(server.collection("migrations_fixes").countDocuments()).isZero();
    }

    @Test
    void linesOfJshellRunFromAFile(MongoServer server) {
        var project = project(server)
                .write(
                        "fix.jsh",
                        "db().getCollection(\"done\").insertOne(new" + " org.bson.Document(\"mark\", \"fixed\"));\n");
        project.start("run", "fix.jsh", "--reason", "x").exits(0);
        assertThat(project.marks()).containsExactly("fixed");
        assertThat(server.collection("migrations_fixes").find().first()).containsEntry("outcome", "applied");
    }

    @Test
    void linesOfJshellComeFromStandardInputAndWithJavaAClass(MongoServer server) {
        String line = "db().getCollection(\"done\").insertOne(new org.bson.Document(\"mark\"," + " \"typed\"));\n";
        var project = project(server).input(line);
        project.run("run", "-", "--reason", "typed").exits(0);
        project.input(marking("a class"))
                .run("run", "-", "--java", "--reason", "x")
                .exits(0);
        // In any order: their _ids come from the clocks of two JVMs.
        assertThat(project.marks()).containsExactlyInAnyOrder("typed", "a class");
        assertThat(server.collection("migrations_fixes").find())
                .extracting(fix -> fix.getString("source").strip())
                .containsExactlyInAnyOrder(line.strip(), marking("a class").strip());
    }

    @Test
    void aLineOfJshellThatThrowsEndsItAsFailed(MongoServer server) {
        var project = project(server).input("""
            int a = 1;
            throw new IllegalStateException("at line 2");
            db().getCollection("done").insertOne(new org.bson.Document("mark", "never"));
            """);
        project.run("run", "-", "--reason", "x").exits(1).says("at line 2");
        assertThat(project.marks()).isEmpty();
        assertThat(server.collection("migrations_fixes").find().first()).containsEntry("outcome", "failed");
    }
}
