package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.up;
import static support.Project.project;

import java.nio.file.Path;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** A migration run by its own {@code main}: on the configured database, and recorded nowhere. */
@OnServer
class DirectRunTest {
    private static String withMain(String source, String main) {
        int end = source.lastIndexOf('}');
        return source.substring(0, end) + "    public static void main(String... args) { " + main + " }\n}\n";
    }

    @Test
    void itUsesTheDatabaseOfTheEnvironmentAndRecordsNothing(MongoServer server) {
        var project = project(server).with("1_one.java", withMain(marking("one"), "up();"));
        var result = project.startDirectly("1_one.java").exits(0);
        assertThat(result.err())
                .contains(server.database(), "Nothing is recorded")
                .contains("jbang migopy.java run FILE --reason \"...\"");
        assertThat(result.out()).isEmpty();
        assertThat(project.marks()).containsExactly("one");
        assertThat(server.db().listCollectionNames()).containsExactly("done");
        assertThat(project.run("status", "--check").exitCode()).isEqualTo(8);
    }

    @Test
    void itsHintNamesALauncherThatIsThere(MongoServer server) throws Exception {
        var project = project(server).with("1_one.java", withMain(marking("one"), "up();"));
        for (String launcher : List.of("jbang", "migopy")) {
            Path copy = project.write(launcher, "#!/bin/sh\n").folder().resolve(launcher);
            assertThat(copy.toFile().setExecutable(true)).isTrue();
            String typed = launcher.equals("jbang") ? "./jbang migopy.java" : "./migopy";
            project.environment("PATH", "/usr/bin:/bin")
                    .startDirectly("1_one.java")
                    .exits(0)
                    .says("what is: " + typed + " run FILE");
            project.startingIn("mongomigrations")
                    .startDirectly("1_one.java")
                    .exits(0)
                    .says("what is: " + typed.replace("./", "../").replace(" m", " ../m") + " run FILE");
            project.startingIn("");
        }
        project.run("stauts").exits(2).says("jbang migopy.java help");
    }

    @Test
    void theFieldsOfTheEntryClassApplyAndItsHooksAreNotCalled(MongoServer server) {
        var project = project(server)
                .environment("MONGO_URI", null)
                .entry("{ mongoUri = \"" + server.uri() + "\"; }"
                        + " @Override protected void afterRun(RunReport report) { throw new Error(); }")
                .with("1_one.java", withMain(marking("one"), "up();"));
        project.startDirectly("1_one.java").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aTransactionalOneCommitsThroughMigrationTransaction(MongoServer server) {
        server.db().createCollection("done");
        var project =
                project(server).with("1_one.java", withMain(transactional("one"), "Migration.transaction(Step::up);"));
        project.startDirectly("1_one.java").exits(0);
        assertThat(project.marks()).containsExactly("one");
        assertThat(project.states()).isEmpty();
    }

    @Test
    void errorsInTheReplyOfACommandEndItToo(MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1));
        String insert = "db().runCommand(Document.parse(\"{insert: 'users', documents: [{_id: 1}]}\"));";
        project(server)
                .with("1_one.java", withMain(up(insert), "up();"))
                .startDirectly("1_one.java")
                .exits(1)
                .complainsBriefly()
                .says("E11000");
    }

    @Test
    void aLostAnswerExits5AlsoIfItsExceptionIsCaught(MongoServer server) {
        server.db().createCollection("done");
        server.failing("done", "insert").closingTheConnection();
        for (String body : List.of("try { up(); } catch (com.mongodb.MongoException e) { }", "up();")) {
            project(server)
                    .with("1_one.java", withMain(marking("one"), body))
                    .startDirectly("1_one.java")
                    .exits(5)
                    .says("What the server did is unknown", "MongoSocket");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "var s = Migration.client().startSession(); s.startTransaction();"
                        + " db().getCollection(\"done\").insertOne(s, new Document());",
                "db().getCollection(\"done\").aggregate(java.util.List.of(Document.parse(\"{$out: 'copy'}\")));",
                "Migration.backfill(\"done\").delete();",
                "db(); Thread t = new Thread(() -> { throw new IllegalStateException(\"lost\"); }); t.start();",
            })
    void aCallThatIsNeverRunCommittedOrCaughtExits1(String statement, MongoServer server) {
        server.collection("done").insertOne(new Document("_id", 1));
        project(server)
                .with("1_one.java", withMain(up(statement), "up();"))
                .startDirectly("1_one.java")
                .exits(1)
                .says("1_one.java:");
        assertThat(server.collection("done").countDocuments()).isEqualTo(1);
    }

    @Test
    void withoutAReplicaSetATransactionalOneIsRefused(@On(Kind.STANDALONE) MongoServer server) {
        var project =
                project(server).with("1_one.java", withMain(transactional("one"), "Migration.transaction(Step::up);"));
        project.startDirectly("1_one.java").exits(3).complainsBriefly().says("this server has no transactions");
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void anExceptionIsShownWithItsLineAndExits1(MongoServer server) {
        var project = project(server).with("1_one.java", withMain(failing("one", "too bad"), "up();"));
        project.startDirectly("1_one.java").exits(1).says("too bad", "at Step.up(1_one.java:8)");
        assertThat(project.states()).isEmpty();
    }

    @Test
    void anInvalidSettingExits2InTwoLines(MongoServer server) {
        var project = project(server)
                .entry("{ mongoPort = 0; }")
                .environment("MONGO_URI", null)
                .with("1_one.java", withMain(marking("one"), "up();"));
        project.startDirectly("1_one.java").exits(2).complainsBriefly().says("port 0 (from the field mongoPort)");
    }

    @Test
    void anUnreachableServerExits6InTwoLines(MongoServer server) {
        var project = project(server)
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/app")
                .environment("MONGO_CONNECT_TIMEOUT", "500ms")
                .with("1_one.java", withMain(marking("one"), "up();"));
        project.startDirectly("1_one.java").exits(6).complainsBriefly();
    }

    @Test
    void aFileOfTheProjectIsTheSameInARunAndDirectly(MongoServer server) {
        var project = project(server)
                .write("seeds/names.txt", "Ada")
                .with(
                        "1_one.java",
                        withMain(
                                up("try { db().getCollection(\"done\").insertOne(new"
                                        + " Document(\"mark\", java.nio.file.Files"
                                        + ".readString(Migration.file(\"seeds/names.txt\"))));"
                                        + " } catch (java.io.IOException e) { throw new"
                                        + " java.io.UncheckedIOException(e); }"),
                                "up();"));
        project.run("execute").exits(0);
        project.startDirectly("1_one.java").exits(0);
        assertThat(project.marks()).containsExactly("Ada", "Ada");
    }
}
