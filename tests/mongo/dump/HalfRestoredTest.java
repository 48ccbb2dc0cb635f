package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;
import support.Run;

/**
 * A restore that replaced some collections and not all: every command reports it and names the command that finishes it.
 */
@OnServer
class HalfRestoredTest {
    private static final List<String> COLLECTIONS = List.of("a", "b", "c", "users");

    @Test
    void everyWritingCommandRefusesAndTheHintFinishesTheRestore(MongoServer server) {
        Project project = changedSinceItsDump(server);
        String dump = dump(project);
        change(server);

        server.failing("extra", "drop").withError(14031);
        Result failed =
                project.run("dbrestore", dump, "--drop", "--exact", "--json").exits(1);

        assertThat(failed.error().getString("hint")).endsWith("dbrestore --finish");
        assertThat(states(failed)).containsEntry("users", "restored");
        assertThat(states(failed)).containsEntry("migrations", "unchanged");
        server.failing("extra", "drop").close();
        for (String command : List.of(
                "status",
                "execute",
                "execute --dry-run",
                "rollback --last 1",
                "ignore 2",
                "repair 1 --as pending --reason x",
                "dbdump",
                "validate --database",
                "backfill pause 1")) {
            Result refused = project.run((command + " --json").split(" ")).exits(3);
            assertThat(refused.error().getString("kind")).as(command).isEqualTo("half_restored");
            assertThat(refused.error().getString("hint")).endsWith("dbrestore --finish");
        }
        project.run("dbrestore", dump, "--collection", "a").exits(3);
        project.run("history").exits(0);

        project.run("dbrestore", "--finish").exits(0).says("Not in the dump, dropped: extra");

        assertAsDumped(server, project);
        project.run("dbrestore", "--finish").exits(0).says("Nothing to finish");
    }

    @Test
    void anUnfinishedRestoreCanBeRepeated(MongoServer server) {
        Project project = changedSinceItsDump(server);
        String dump = dump(project);
        change(server);
        server.failing("extra", "drop").withError(14031);
        project.run("dbrestore", dump, "--drop", "--exact").exits(1).says("Unchanged: migrations");
        server.failing("extra", "drop").close();

        project.run("dbrestore", dump, "--drop", "--exact").exits(0);

        assertAsDumped(server, project);
    }

    @Test
    void aHalfRestoredDatabaseCanBeKeptAsItIs(MongoServer server) {
        Project project = changedSinceItsDump(server);
        String dump = dump(project);
        change(server);
        server.failing("extra", "drop").withError(14031);
        project.run("dbrestore", dump, "--drop", "--exact").exits(1);
        server.failing("extra", "drop").close();

        project.run("dbrestore", "--discard").exits(0).says("stays as it is");

        project.run("status").exits(0).says("ignored");
        assertThat(names(server)).noneMatch(name -> name.startsWith("migopy_restore"));
        project.run("dbrestore", "--discard").exits(0).says("Nothing to discard");
    }

    @Test
    void aRestoreKilledWhileItReplacesCollectionsIsFinishedLater(MongoServer server) {
        Project project = changedSinceItsDump(server).lease("2s");
        String dump = dump(project);
        change(server);
        var blocked = server.failing("extra", "drop").blocking(Duration.ofSeconds(4));
        try (Run restore = project.start("dbrestore", dump, "--drop", "--exact")) {
            blocked.awaitEntered();
            project.run("execute").exits(4);
            project.run("status").exits(3).says("is being restored");
            restore.kill();
        }
        blocked.close();
        project.letTheLeaseRunOut();

        Result refused = project.run("execute", "--json").exits(3);
        assertThat(refused.error().getString("kind")).isEqualTo("half_restored");
        project.run("dbrestore", "--finish").exits(0);

        assertAsDumped(server, project);
    }

    @Test
    void afterASignalTheAnswerNamesTheReplacedCollections(MongoServer server) {
        Project project = changedSinceItsDump(server);
        String dump = dump(project);
        change(server);
        var blocked = server.failing("extra", "drop").blocking(Duration.ofSeconds(6));
        try (Run restore = project.start("dbrestore", dump, "--drop", "--exact")) {
            blocked.awaitEntered();
            restore.interrupt();
            restore.exits(130).says("Restored: a, b, c, users", "Unchanged: migrations", "dbrestore --finish");
        }
        blocked.close();
        project.run("dbrestore", "--finish").exits(0);
        assertAsDumped(server, project);
    }

    @Test
    void aFailureBeforeTheSwapChangesNothing(MongoServer server) {
        Project project = changedSinceItsDump(server);
        String dump = dump(project);
        change(server);
        server.collection("migopy_restore.00000001.0").insertOne(new Document());
        Dumps.Look before = look(server);
        server.failing("migrations_lock", "update").times(1).withError(14031);

        Result failed = project.run("dbrestore", dump, "--drop", "--json").exits(1);

        assertThat(states(failed)).containsOnlyKeys("a", "b", "c", "migrations", "users");
        assertThat(states(failed).values()).containsOnly("unchanged");
        before.hashes().remove("migopy_restore.00000001.0");
        before.collections().remove("migopy_restore.00000001.0");
        before.indexes().remove("migopy_restore.00000001.0");
        assertThat(look(server)).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void addingDocumentsToAJournalIsRecordedAsAnUnfinishedRestore(MongoServer server) {
        Project project = changedSinceItsDump(server);
        String dump = dump(project);
        server.collection("users").deleteMany(new Document());
        server.failing("users", "insert").withError(14031);

        Result failed = project.run("dbrestore", dump, "--json").exits(1);

        assertThat(states(failed)).containsEntry("users", "partial");
        assertThat(failed.error().getString("hint")).contains("dbrestore " + dump);
        server.failing("users", "insert").close();
        project.run("status").exits(3);
        project.run("dbrestore", "--finish").exits(3).says("Repeat the restore");
        project.run("dbrestore", dump).exits(0);
        project.run("status").exits(0);
    }

    private static Project changedSinceItsDump(MongoServer server) {
        for (String name : COLLECTIONS) {
            server.collection(name).insertOne(new Document("_id", 1).append("time", "old"));
        }
        Project project = project(server).with("1_one.java", marking("one"));
        project.run("ignore", "1").exits(0);
        return project;
    }

    private static void change(MongoServer server) {
        for (String name : COLLECTIONS) {
            server.collection(name)
                    .updateOne(new Document("_id", 1), new Document("$set", new Document("time", "new")));
        }
        server.collection("extra").insertOne(new Document("_id", 1));
    }

    private static void assertAsDumped(MongoServer server, Project project) {
        project.run("status").exits(0).says("ignored");
        for (String name : COLLECTIONS) {
            assertThat(server.collection(name).find().first()).containsEntry("time", "old");
        }
        assertThat(names(server)).containsExactlyInAnyOrder("a", "b", "c", "migrations", "migrations_lock", "users");
        assertThat(project.lock()).doesNotContainKey("restore");
        assertThat(server.collection("migrations_lock").countDocuments()).isEqualTo(1);
    }

    private static String dump(Project project) {
        return Path.of(project.run("dbdump", "--json").exits(0).json().getString("folder"))
                .toString();
    }

    private static List<String> names(MongoServer server) {
        return server.db().listCollectionNames().into(new ArrayList<>());
    }

    private static Dumps.Look look(MongoServer server) {
        Dumps.Look look = Dumps.look(server.db());
        look.hashes().remove(Dumps.LOCK);
        return look;
    }

    private static Map<String, String> states(Result result) {
        Map<String, String> states = new TreeMap<>();
        for (Document one : result.json().getList("collections", Document.class)) {
            states.put(one.getString("name"), one.getString("state"));
        }
        return states;
    }
}
