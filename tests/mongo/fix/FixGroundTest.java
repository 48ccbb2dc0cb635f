package mongo.fix;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.transactional;
import static support.Migrations.up;
import static support.Project.project;

import java.nio.file.Path;
import javax.tools.ToolProvider;
import mongo.command.Locks;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;

/** What a fix has in common with a migration: connection, lock, output, transactions. */
@OnServer
class FixGroundTest {
    @Test
    void aFixCanUseEverythingThatAMigrationCan(MongoServer server) {
        server.collection("users").insertOne(new Document("email", "ADA"));
        var project = project(server).write("a folder/Fix-2.java", up("""
            Migration.backfill("users")
                    .update(new Document("$set", new Document("email",
                            new Document("$toLower", "$email"))))
                    .run();
            Migration.log(Migration.client().getDatabase(db().getName())
                    .getCollection("users").find().first().getString("email"));
            """));
        project.run("run", "a folder/Fix-2.java", "--reason", "x").exits(0).says("ada");
        Document fix = server.collection("migrations_fixes").find().first();
        assertThat(fix)
                .containsEntry("output", "ada\n")
                .containsEntry("file", "a folder/Fix-2.java")
                .containsEntry("fence", 1L);
    }

    @Test
    void aFixCanHaveItsOwnDeps(MongoServer server) {
        var project = project(server)
                .write(
                        "jars/greeter/Greeter.java",
                        "package greeter; public class Greeter {"
                                + " public static String hello() { return \"hello\"; } }")
                .write(
                        "fixes/fix.java",
                        "//DEPS com.example:greeter:1.0\n" + up("System.out.println(greeter.Greeter.hello());"));
        Path jars = project.folder().resolve("jars");
        ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, jars.resolve("greeter/Greeter.java").toString());
        project.write("jbang-stand-in", "#!/bin/sh\necho '" + jars + "'\n");
        Path standIn = project.folder().resolve("jbang-stand-in");
        assertThat(standIn.toFile().setExecutable(true)).isTrue();
        project.environment("JBANG_LAUNCH_CMD", standIn.toString()).inChild();
        project.run("run", "fixes/fix.java", "--reason", "x").exits(0).says("hello");
    }

    @Test
    void aFixIsCompiledBeforeTheLockIsTaken(MongoServer server) {
        var project = project(server).write("fix.java", "class {").write("fix.jsh", "int a = b");
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 60));
        project.run("run", "fix.java", "--reason", "x").exits(3);
        project.run("run", "fix.jsh", "--reason", "x").exits(3);
    }

    @Test
    void aFixWaitsForTheLock(MongoServer server) {
        var project = project(server).write("fix.java", marking("fixed"));
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 2));
        Document refused = project.run("run", "fix.java", "--reason", "x", "--json")
                .exits(4)
                .json();
        assertThat(refused.get("error", Document.class)).containsEntry("kind", "locked");
        project.run("run", "fix.java", "--reason", "x", "--wait", "60s").exits(0);
        assertThat(server.collection("migrations_fixes").find().first()).containsEntry("fence", 8L);
    }

    @Test
    void aTransactionIsRefusedOnAStandalone(@On(Kind.STANDALONE) MongoServer server) {
        var project = project(server).write("fix.java", marking("fixed")).write("own.java", transactional("own"));
        project.run("run", "fix.java", "--reason", "x", "--transaction")
                .exits(3)
                .complainsBriefly();
        project.run("run", "own.java", "--reason", "x").exits(3).complainsBriefly();
        assertThat(server.db().listCollectionNames()).isEmpty();
        project.run("run", "fix.java", "--reason", "x").exits(0);
        assertThat(project.marks()).containsExactly("fixed");
    }

    @Test
    void noBackfillRunsInATransaction(MongoServer server) {
        var project = project(server).write("fix.java", up("Migration.backfill(\"users\").delete().run();"));
        project.run("run", "fix.java", "--reason", "x", "--transaction")
                .exits(1)
                .says("commits each batch by itself");
    }

    @Test
    void aMigrationThatIsRunAsAFixStaysPending(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("run", "mongomigrations/1_one.java", "--reason", "x").exits(0);
        project.run("status", "--check").exits(8).says("pending");
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aFixIsFoundFromAnyFolder(MongoServer server) {
        var project = project(server).write("sub/fix.java", marking("here"));
        project.write("fix.java", marking("project's")).startingIn("sub");
        project.run("run", "fix.java", "--reason", "x").exits(0);
        project.run("run", "sub/fix.java", "--reason", "x").exits(0);
        assertThat(project.marks()).containsExactly("here", "here");
    }

    @Test
    void anInvalidFixIsRefusedAndWritesNothing(MongoServer server) {
        Project project = project(server)
                .write("empty.java", source(""))
                .write("long.jsh", "// " + "x".repeat(1 << 20))
                .write("folder.java/x", "");
        project.run("run", "empty.java", "--reason", "x").exits(3).says("up()");
        project.run("run", "long.jsh", "--reason", "x").exits(3).says("1 MB");
        project.run("run", "folder.java", "--reason", "x").exits(2);
        project.run("run", "-", "--reason", "x", "--timeout", "soon").exits(2).says("--timeout");
        project.input("").run("run", "-", "--reason", "x").exits(2).says("empty");
        project.run("run", "-", "--reason", "x".repeat(5000)).exits(2).says("4 kB");
        assertThat(server.db().listCollectionNames()).isEmpty();
    }
}
