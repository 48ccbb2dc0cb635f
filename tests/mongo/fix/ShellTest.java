package mongo.fix;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.PseudoTerminal;
import support.Result;

/** {@code shell}: JShell's prompt on a pseudo-terminal. */
@OnServer
class ShellTest {
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";

    @Test
    void snippetsRunOnTheDatabaseAndAreRecorded(MongoServer server) {
        var project = project(server);
        for (int i = 0; i < 30; i++) {
            server.collection("many").insertOne(new Document("n", i));
        }
        Result result = PseudoTerminal.run(
                project,
                120,
                List.of(
                        "jshell>",
                        "var done = db().getCollection(\"done\")\r",
                        "==>",
                        "done.insertO\t",
                        "nsertOne(",
                        "new Document(\"mark\", \"typed\"))\r",
                        "==>",
                        "db().getCollection(\"many\").find()\r",
                        "==>",
                        "nope()\r",
                        "^--^",
                        CTRL_D),
                "shell");
        result.exits(0)
                .says(server.database(), ", primary; run ", "No lock is taken", "Recorded:")
                .says("\"n\": 19", "the first 20")
                .neverSays("\"n\": 20}");
        assertThat(project.marks()).containsExactly("typed");
        assertThat(project.lock()).isNull();
        Document record = server.collection("migrations_fixes").find().first();
        assertThat(record)
                .containsEntry("kind", "shell")
                .containsEntry("outcome", "applied")
                .containsKeys("by", "startedAt", "finishedAt", "durationMs", "checksum");
        assertThat(record.getString("source")).isEqualTo("""
            var done = db().getCollection("done")
            done.insertOne(new Document("mark", "typed"))
            db().getCollection("many").find()
            nope()
            """);
        assertThat(record.getString("output")).contains("\"n\": 19", "cannot find symbol");
        project.run("history", "--fixes").exits(0).says("shell", record.getString("_id"));
    }

    @Test
    void snippetsAreRecordedAsTheyWereTyped(MongoServer server) {
        var project = project(server).write("more.jsh", "var opened = 7\n").input("""
             var blank = 1
            int twice = 2
            int twice = 2
            for (int i = 0; i < 2; i++) {
                blank += i;
            }
            int a = 1; int b = 2;
            /open %s
            void method() { }
            import java.util.zip.CRC32
            /reset
            int after = 1
            /exit 1+2
            """.formatted("more.jsh"));
        Document answer = project.run("shell", "--json")
                .exits(3)
                .neverSays("\u0005", "\u0006")
                .json();
        assertThat(answer).containsEntry("exitCode", 3L);
        assertThat(source(server)).isEqualTo("""
            var blank = 1
            int twice = 2
            int twice = 2
            for (int i = 0; i < 2; i++) {
                blank += i;
            }
            int a = 1;
            int b = 2;
            var opened = 7
            void method() { }
            import java.util.zip.CRC32;
            int after = 1
            """);
        Document record = server.collection("migrations_fixes").find().first();
        assertThat(record.getString("output"))
                .doesNotContain("\u0005", "\u0006")
                .contains("Resetting state");
    }

    @Test
    void onATerminalTheSecondCtrlCEndsAnEndlessLoop(MongoServer server) {
        var project = project(server);
        PseudoTerminal.run(
                        project,
                        120,
                        List.of(
                                "jshell>",
                                " int a = 5, i = 0\r",
                                "i ==> 0",
                                " a = 6\r",
                                "a ==> 6",
                                "a = 6\r",
                                "a ==> 6",
                                "while (true) { if (i++ == 0) { System.out.println(\"lo\" +"
                                        + " \"op\"); } if (Thread.interrupted()) {"
                                        + " System.out.println(\"on\" + \"ward\"); } }\r",
                                "loop",
                                CTRL_C,
                                "onward",
                                CTRL_C),
                        "shell")
                .exits(130);
        assertThat(source(server))
                .startsWith("int a = 5, i = 0\na = 6\na = 6\n")
                .contains("while (true) {");
        assertThat(server.collection("migrations_fixes").find().first()).containsEntry("outcome", "failed");
    }

    private static String source(MongoServer server) {
        return server.collection("migrations_fixes").find().first().getString("source");
    }

    @Test
    void theExceptionOfASnippetIsRecorded(MongoServer server) {
        var project = project(server).input("throw new IllegalStateException(\"typed wrongly\")\n");
        Document answer = project.run("shell", "--json").exits(0).json();
        assertThat(answer).containsEntry("outcome", "failed").containsEntry("recorded", true);
        Document record = server.collection("migrations_fixes").find().first();
        assertThat(record.get("error", Document.class)).containsEntry("message", "typed wrongly");
    }

    @Test
    void theBannerShowsDatabaseAndUser(@On(Kind.AUTH) MongoServer server) {
        server.createUser("keeper", "s3cret", "readWrite");
        var project = project(server)
                .environment("MONGO_URI", server.uriAs("keeper", "s3cret"))
                .input("var text = \"s3cret\"\n");
        String run = project.run("shell", "--json").exits(0).json().getString("run");
        project.run("shell")
                .exits(0)
                .says("%s on %s, as keeper, primary; run ".formatted(server.database(), server.address()))
                .neverSays("s3cret");
        assertThat(server.collection("migrations_fixes")
                        .find(new Document("_id", run))
                        .first())
                .containsEntry("source", "var text = \"****\"\n");
        project.run("history", run, "--json").exits(0).says("****").neverSays("s3cret");
    }

    @Test
    void nothingIsRecordedOnASecondary(@On(Kind.THREE_MEMBERS) MongoServer server) {
        Document hello = server.admin(new Document("hello", 1));
        String other = hello.getList("hosts", String.class).stream()
                .filter(host -> !host.equals(hello.getString("primary")))
                .findFirst()
                .orElseThrow();
        var project = project(server)
                .environment("MONGO_URI", "mongodb://%s/%s?directConnection=true".formatted(other, server.database()))
                .input("db().getName()\n");
        Document answer = project.run("shell", "--json").exits(0).json();
        assertThat(answer).containsEntry("recorded", false);
        project.run("shell").exits(0).says("not the primary", "Nothing can be recorded");
        assertThat(server.collection("migrations_fixes").countDocuments()).isZero();
    }

    @Test
    void theRecordIsSettledWhenTheProcessExits(MongoServer server) {
        var project = project(server)
                .input("System.out.println(\"typed\")\n"
                        + "{ support.Signals.send(\"in-up\");"
                        + " support.Signals.await(\"never\"); }\n");
        project.start("shell").untilInUp().terminate().exits(143);
        Document record = server.collection("migrations_fixes").find().first();
        assertThat(record).containsEntry("outcome", "failed");
        assertThat(record.getString("output"))
                .contains("System.out.println(\"typed\")", "typed", "support.Signals.send");
        assertThat(record.get("error", Document.class)).containsEntry("type", "interrupted");
        assertThat(record.getString("source"))
                .startsWith("System.out.println(\"typed\")\n")
                .contains("support.Signals.await(\"never\")");
    }

    @Test
    void aKilledShellIsShownAsInterrupted(MongoServer server) {
        var project = project(server).input("support.Signals.send(\"in-up\")\n" + "support.Signals.await(\"never\")\n");
        var shell = project.start("shell").untilInUp();
        project.run("history", "--fixes").exits(0).says("running");
        shell.kill();
        assertThat(source(server)).contains("support.Signals.send(\"in-up\")");
        project.run("history", "--fixes").exits(0).says("interrupted");
    }

    @Test
    void onATerminalAFixAsksForItsReason(MongoServer server) {
        var project = project(server).write("fix.java", marking("fixed"));
        PseudoTerminal.run(project, 120, List.of("Reason: ", "ticket 7\r"), "run", "fix.java")
                .exits(0)
                .says("applied");
        assertThat(server.collection("migrations_fixes").find().first()).containsEntry("reason", "ticket 7");
    }
}
