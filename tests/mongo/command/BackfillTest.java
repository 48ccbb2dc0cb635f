package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import com.mongodb.client.model.Filters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** Backfills of migrations that fail, are edited, and run again. */
@OnServer
class BackfillTest {
    private static final int DOCUMENTS = 100;

    @Test
    void afterAnEditOfItsStagesItIsRefusedUntilItMayContinueOrStartOver(MongoServer server) {
        fill(server);
        block(server, "n", 55);
        Project project = project(server).with("1_change.java", setting("first"));
        project.run("execute").exits(1).says("failed validation");
        assertThat(having(server, "first")).isEqualTo(50);
        block(server, "nothing", 0);

        project.with("1_change.java", setting("second"));
        project.run("execute")
                .exits(1)
                .says(
                        "update() of users differs from the backfill that stopped at 50 of about" + " 100",
                        "backfill continue 1_change",
                        "repair 1_change --as pending");
        assertThat(having(server, "second")).isZero();

        project.run("backfill", "continue", "1").exits(0).says("execute 1_change");
        project.run("execute", "1_change").exits(0);
        assertThat(having(server, "first")).isEqualTo(50);
        assertThat(having(server, "second")).isEqualTo(50);
    }

    @Test
    void anEditedFunctionStartsOverAfterRepair(MongoServer server) {
        fill(server);
        block(server, "n", 55);
        Project project = project(server).with("1_change.java", each("first"));
        project.run("execute").exits(1);
        block(server, "nothing", 0);

        project.with("1_change.java", each("second"));
        project.run("execute").exits(1).says("each() of users differs");
        project.run("repair", "1_change", "--as", "pending", "--reason", "edited")
                .exits(0);
        project.run("execute", "1_change").exits(0);

        assertThat(having(server, "second")).isEqualTo(DOCUMENTS);
    }

    @Test
    void anEditOfItsChangeOrItsNameIsRefusedUntilItMayStartOver(MongoServer server) {
        fill(server);
        block(server, "n", 55);
        Project project = project(server).with("1_change.java", setting("first"));
        project.run("execute").exits(1);
        block(server, "nothing", 0);

        String named = stages("second").replace(".update(", ".named(\"second\").update(");
        project.with("1_change.java", source(named));
        project.run("execute").exits(1).says("update() of users differs", "stopped at 50");
        project.with("1_change.java", each("second"));
        project.run("execute")
                .exits(1)
                .says("each() of users differs", "To start over", "--as pending")
                .neverSays("backfill continue");
        assertThat(having(server, "second")).isZero();

        project.run("repair", "1_change", "--as", "pending", "--reason", "edited")
                .exits(0);
        project.run("execute", "1_change").exits(0);
        assertThat(having(server, "second")).isEqualTo(DOCUMENTS);
    }

    @Test
    void aBackfillThatFinishedBeforeTheEditIsNotTakenForTheEditedOne(MongoServer server) {
        fill(server);
        String fails = "throw new IllegalStateException(\"later\");";
        Project project = project(server).with("1_change.java", source(stages("first") + fails));
        project.run("execute").exits(1);
        project.with("1_change.java", source(stages("second")));

        project.run("execute").exits(1).says("differs from the backfill that finished");
        project.with("1_change.java", source(stages("first") + "log(\"fixed\");"));
        project.run("execute").exits(0).says("fixed");
        assertThat(having(server, "first")).isEqualTo(DOCUMENTS);
    }

    @Test
    void inALoopOverChangingDataEachContinuesFromItsOwnCheckpoint(MongoServer server) {
        fill(server);
        block(server, "n", 75);
        server.collection("tenants").insertMany(List.of(tenant(1), tenant(3)));
        Project project = project(server).with("1_change.java", source("""
            for (var tenant : db().getCollection("tenants").find().sort(Sorts.ascending("_id"))) {
                int id = tenant.getInteger("_id");
                backfill("users").named("tenant " + id)
                        .where(Filters.eq("tenant", id))
                        .each(user -> Updates.set("count", id))
                        .batch(5)
                        .run();
            }
            """));
        project.run("execute").exits(1);
        block(server, "nothing", 0);
        server.collection("tenants").insertOne(tenant(0));

        project.run("execute").exits(0);

        for (int id : List.of(0, 1, 3)) {
            assertThat(server.collection("users")
                            .countDocuments(Filters.and(Filters.eq("tenant", id), Filters.ne("count", id))))
                    .as("tenant " + id)
                    .isZero();
        }
    }

    @Test
    void withoutANameALoopOverChangingDataIsRefused(MongoServer server) {
        fill(server);
        block(server, "n", 75);
        server.collection("tenants").insertOne(tenant(3));
        Project project = project(server).with("1_change.java", source("""
            for (var tenant : db().getCollection("tenants").find().sort(Sorts.ascending("_id"))) {
                int id = tenant.getInteger("_id");
                backfill("users")
                        .each(user -> user.getInteger("tenant") == id ? Updates.inc("count", 1) : null)
                        .batch(5)
                        .run();
            }
            """));
        project.run("execute").exits(1).says("failed validation");
        block(server, "nothing", 0);
        server.collection("tenants").insertOne(tenant(0));

        project.run("execute").exits(1).says("each() of users differs");
        assertThat(server.collection("users").countDocuments(Filters.eq("tenant", 0)))
                .isEqualTo(server.collection("users")
                        .countDocuments(Filters.and(Filters.eq("tenant", 0), Filters.exists("count", false))));
    }

    @Test
    void aBackfillInTheFunctionOfAnotherIsRefused(MongoServer server) {
        fill(server);
        project(server)
                .with("1_change.java", source("""
                    backfill("users").each(user -> {
                        backfill("tenants").delete().run();
                        return null;
                    }).run();
                    """))
                .run("execute")
                .exits(1)
                .says("backfill(\"tenants\") cannot run in the function of another backfill");
    }

    @Test
    void aTimeLimitEndsABatchThatIsRepeated(MongoServer server) {
        fill(server);
        server.failing("users", "update").afterThe(0).withError(11602);
        Project project = project(server).with("1_change.java", each("first"));
        long start = System.nanoTime();

        project.run("execute", "--timeout", "1s")
                .exits(1)
                .says("took longer than 1 s")
                .neverSays("still runs");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void onlyARunningBackfillCanBePaused(MongoServer server) {
        Project project = project(server)
                .lease("2s")
                .with("1_change.java", source(""))
                .with("003_slow.java", support.Migrations.waitingFor("go"));
        project.run("execute", "1").exits(0);
        project.run("backfill", "pause", "1").exits(2).says("1_change is not running: it is applied");
        project.run("backfill", "pause", "7").exits(2).says("no migration 7");
        project.run("backfill", "continue", "1").exits(2).says("1_change is applied and has no stopped backfill");
        project.run("backfill").exits(2).complainsBriefly();
        project.run("backfill", "pause").exits(2).complainsBriefly();
        var run = project.start("execute").untilInUp();
        project.run("backfill", "pause", "3").exits(2).says("003_slow is running, but not a backfill");
        run.kill();
        project.letTheLeaseRunOut();
        project.run("backfill", "pause", "3").exits(2).says("The run of 003_slow has crashed");
    }

    private static String setting(String value) {
        return source(stages(value));
    }

    private static String stages(String value) {
        return """
            backfill("users").update(new Document("$set", new Document("value", "%s"))).batch(10).run();
            """.formatted(value);
    }

    private static String each(String value) {
        return source("""
            backfill("users").each(user -> Updates.set("value", "%s")).batch(10).run();
            """.formatted(value));
    }

    private static String source(String up) {
        return """
            import static migopy.Migration.*;

            import com.mongodb.client.model.*;

            import org.bson.Document;

            import java.util.List;

            class Change {
                static void up() {
                    %s
                }
            }
            """.formatted(up);
    }

    private static void fill(MongoServer server) {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            users.add(new Document("_id", i).append("n", i).append("tenant", i % 4));
        }
        server.collection("users").insertMany(users);
    }

    private static Document tenant(int id) {
        return new Document("_id", id);
    }

    /** Makes the server reject documents with this value, so that a backfill fails there. */
    private static void block(MongoServer server, String field, int value) {
        Document validator = new Document(field, new Document("$ne", value));
        server.db().runCommand(new Document("collMod", "users").append("validator", validator));
    }

    private static long having(MongoServer server, String value) {
        return server.collection("users").countDocuments(Filters.eq("value", value));
    }
}
