package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** The server refuses two databases whose names differ only in case. */
@OnServer
class DatabaseCaseTest {
    /** A project whose database exists under a name that differs only in case. */
    private static Project shouting(MongoServer server) {
        server.collection("users").insertOne(new Document("name", "Ada"));
        return project(server)
                .with("1_one.java", marking("one"))
                .environment("MONGO_URI", server.uri().replace(server.db().getName(), other(server)));
    }

    private static String other(MongoServer server) {
        return server.db().getName().toUpperCase(Locale.ROOT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "execute",
                "execute --dry-run",
                "execute --dump",
                "ignore",
                "validate --database",
                "history",
                "dbdump",
            })
    void aNameThatDiffersOnlyInCaseIsRefusedBeforeAnythingIsDone(String command, MongoServer server) {
        var project = shouting(server);
        String name = server.db().getName();
        project.run(command.split(" "))
                .exits(2)
                .complainsBriefly()
                .says("database " + name + ", and " + other(server), "--database " + name);
        assertThat(server.db().listCollectionNames().into(new ArrayList<>())).containsExactly("users");
        assertThat(project.folder().resolve("mongodumps")).doesNotExist();
    }

    @Test
    void theNameInTheHintWorks(MongoServer server) {
        shouting(server).run("execute", "--database", server.db().getName()).exits(0);
        assertThat(server.collection("done").countDocuments()).isEqualTo(1);
    }

    @Test
    void aNewDatabaseIsAccepted(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("status").exits(0);
        project.run("execute").exits(0);
        assertThat(project.states()).isEqualTo(Map.of("1_one", "applied"));
    }
}
