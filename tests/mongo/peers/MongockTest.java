package mongo.peers;

import static mongo.peers.Adoption.adoptsAndGoesOn;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import com.mongodb.client.model.Updates;
import java.util.Date;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

@OnServer
class MongockTest {
    private static final String MAIN = """
        package changes;
        import com.mongodb.client.MongoClients;
        import com.mongodb.client.MongoDatabase;
        import io.mongock.api.annotations.*;
        import io.mongock.driver.mongodb.sync.v4.driver.MongoSync4Driver;
        import io.mongock.runner.standalone.MongockStandalone;
        import org.bson.Document;

        public class Main {
            public static void main(String... args) throws Exception {
                try (var client = MongoClients.create(args[0])) {
                    var builder = MongockStandalone.builder()
                            .setDriver(MongoSync4Driver.withDefaultLock(client, args[1]))
                            .setTransactional(args[2].equals("transactional"));
                    for (int i = 3; i < args.length; i++) {
                        builder.addMigrationClass(Class.forName(args[i]));
                    }
                    builder.buildRunner().execute();
                }
            }
        }
        """;

    /** A change unit whose before part creates a collection. */
    private static String change(String name, int n, String up, String down) {
        return """
            package changes;
            import com.mongodb.client.MongoDatabase;
            import io.mongock.api.annotations.*;
            import org.bson.Document;

            @ChangeUnit(id = "%s", order = "%03d", author = "ada")
            public class %s {
                @BeforeExecution public void before(MongoDatabase db) { db.createCollection("before_%d"); }
                @RollbackBeforeExecution public void rollbackBefore(MongoDatabase db) {}
                @Execution public void up(MongoDatabase db) throws Exception {
                    db.getCollection("theirs").insertOne(new Document("n", %d));
                    %s
                }
                @RollbackExecution public void down(MongoDatabase db) {
                    %s
                }
            }
            """.formatted(name, n, name, n, n, up, down);
    }

    private static ToolProject mongock(Map<String, String> changes) {
        var sources = new TreeMap<>(changes);
        sources.put("changes/Main.java", MAIN);
        return ToolProject.ofClass(Tool.MONGOCK, "changes.Main", sources);
    }

    private static ToolProject mongock() {
        String thrown = "if (true) throw new IllegalStateException(\"broken\");";
        return mongock(Map.of(
                "changes/AddUsers.java", change("AddUsers", 1, "", ""),
                "changes/Fails.java", change("Fails", 2, thrown, ""),
                "changes/FailsTwice.java", change("FailsTwice", 3, thrown, thrown),
                "changes/Hangs.java", change("Hangs", 4, "new java.util.concurrent.CountDownLatch(1).await();", "")));
    }

    @Test
    void whatMongockExecutedIsAdoptedWithoutWhatItRolledBack(MongoServer server) {
        var tool = mongock();
        tool.run(server.uri(), server.database(), "transactional", "changes.AddUsers")
                .exits(0);
        tool.run(server.uri(), server.database(), "not", "changes.AddUsers", "changes.Fails")
                .exits(1);
        var states = server.collection("mongockChangeLog").distinct("state", String.class);
        assertThat(states).containsExactlyInAnyOrder("EXECUTED", "ROLLED_BACK");

        adoptsAndGoesOn(server, "mongock", "AddUsers");
    }

    @Test
    void aChangeThatMongockCouldNotRollBackNeedsADecision(MongoServer server) {
        var tool = mongock();
        tool.run(server.uri(), server.database(), "not", "changes.AddUsers", "changes.FailsTwice")
                .exits(1);

        project(server).run("adopt").exits(7).says("FailsTwice", "ROLLBACK_FAILED");
        project(server).run("adopt", "--apply").exits(3).says("FailsTwice");
        assertThat(project(server).states()).isEmpty();

        project(server).run("adopt", "--as", "pending", "FailsTwice", "--apply").exits(0);
        assertThat(project(server).states()).isEqualTo(Map.of("AddUsers", "applied", "FailsTwice", "rolled_back"));
    }

    @Test
    void nothingIsAdoptedWhileMongockHoldsItsLock(MongoServer server) {
        var tool = mongock();
        tool.killOnce(
                "change 4 has started",
                () -> ToolProject.did(server, 4),
                server.uri(),
                server.database(),
                "not",
                "changes.AddUsers",
                "changes.Hangs");
        project(server).run("adopt", "--apply").exits(3).says("mongockLock");
        assertThat(project(server).states()).isEmpty();

        // Mongock's lease is a minute; here it ends at once.
        server.collection("mongockLock").updateMany(new Document(), Updates.set("expiresAt", new Date(0)));
        project(server).run("adopt", "--apply").exits(3).says("Hangs");
        project(server).run("adopt", "--as", "applied", "Hangs", "--apply").exits(0);
        assertThat(project(server).states()).isEqualTo(Map.of("AddUsers", "applied", "Hangs", "applied"));
    }

    @Test
    void theMigrationInTheDocsHasTheSameEffectInBoth(MongoServer server) {
        var both = BothWays.on(server, "mongock.md");
        mongock(both.theirs())
                .run(server.uri(), server.database(), "transactional", "changes.ActivateUsers")
                .exits(0);
        both.haveTheSameEffect();
    }
}
