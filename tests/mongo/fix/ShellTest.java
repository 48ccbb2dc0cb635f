package mongo.fix;

import static org.assertj.core.api.Assertions.assertThat;

import static support.Migrations.marking;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;

import support.MongoServer;
import support.OnServer;
import support.PseudoTerminal;
import support.Result;

import java.util.List;

/** {@code shell}: JShell's prompt, driven through a pseudo-terminal. */
@OnServer
class ShellTest {
    private static final String CTRL_D = "\u0004";

    @Test
    void whatIsTypedRunsOnTheDatabaseAndIsRecorded(MongoServer server) {
        var project = project(server);
        for (int i = 0; i < 30; i++) {
            server.collection("many").insertOne(new Document("n", i));
        }
        Result result =
                PseudoTerminal.run(
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
                .says(server.database(), "the primary", "No lock is taken", "Recorded:")
                .says("\"n\": 19", "the first 20")
                .neverSays("\"n\": 20}");
        assertThat(project.marks()).containsExactly("typed");
        assertThat(project.lock()).isNull();
        Document record = server.collection("migrations_fixes").find().first();
        assertThat(record)
                .containsEntry("kind", "shell")
                .containsEntry("outcome", "applied")
                .containsKeys("by", "startedAt", "finishedAt", "durationMs", "checksum");
        assertThat(record.getString("source"))
                .isEqualTo(
                        """
                        var done = db().getCollection("done")
                        done.insertOne(new Document("mark", "typed"))
                        db().getCollection("many").find()
                        nope()
                        """);
        assertThat(record.getString("output")).contains("\"n\": 19", "cannot find symbol");
        project.run("history", "--fixes").exits(0).says("shell", record.getString("_id"));
    }

    @Test
    void whatASnippetThrowsStandsInTheRecord(MongoServer server) {
        var project = project(server).input("throw new IllegalStateException(\"typed wrongly\")\n");
        Document answer = project.run("shell", "--json").exits(0).json();
        assertThat(answer).containsEntry("outcome", "failed").containsEntry("recorded", true);
        Document record = server.collection("migrations_fixes").find().first();
        assertThat(record.get("error", Document.class)).containsEntry("message", "typed wrongly");
    }

    @Test
    void aFixAsksForItsReasonOnATerminal(MongoServer server) {
        var project = project(server).write("mend.java", marking("mended"));
        PseudoTerminal.run(project, 120, List.of("Reason: ", "ticket 7\r"), "run", "mend.java")
                .exits(0)
                .says("applied");
        assertThat(server.collection("migrations_fixes").find().first())
                .containsEntry("reason", "ticket 7");
    }
}
