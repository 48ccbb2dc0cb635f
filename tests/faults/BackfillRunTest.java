package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;
import support.Run;

/** Backfills of migrations: stopped, killed, run again, estimated. */
@OnServer
class BackfillRunTest {
    private static final int DOCUMENTS = 5_000;
    private static final int KILLS = 4;

    @Test
    void eachBackfillOfAMigrationHasItsOwnCheckpoint(MongoServer server) {
        fill(server);
        server.collection("orders").insertOne(new Document("_id", 1).append("n", 0));
        Project project = project(server).with("1_change.java", source("""
            backfill("users").update(addOne()).run();
            backfill("orders").each(one -> Updates.inc("n", 1)).run();
            log("changed " + backfill("users").where(Filters.eq("n", 7)).delete().run());
            """));

        project.run("execute").exits(0).says("changed 0");

        assertThat(notOnce(server)).isZero();
        Document checkpoints = project.journal("1_change").get("checkpoints", Document.class);
        assertThat(checkpoints.keySet()).containsExactly("1", "2", "3");
        assertThat(checkpoints.get("2", Document.class))
                .containsEntry("collection", "orders")
                .containsEntry("state", "done");
    }

    @Test
    void aTerminatedBackfillEndsAfterItsBatchAndTheNextRunContinues(MongoServer server) {
        fill(server);
        Project project = project(server).with("1_change.java", slowly());
        Run run = project.start("execute");
        untilChanged(server, run, 500);

        run.terminate().exits(143).says("It is @Resumable. Run it again:");

        long done = changed(server);
        assertThat(done).isBetween(500L, DOCUMENTS - 1L);
        project.lockIsFree();
        assertThat(project.journal("1_change")
                        .get("checkpoints", Document.class)
                        .get("1", Document.class)
                        .getLong("done"))
                .isEqualTo(done);

        project.run("execute", "--wait", "30s").exits(0);
        assertThat(notOnce(server)).isZero();
        assertThat(project.states()).containsEntry("1_change", "applied");
    }

    @Test
    void aKilledBackfillContinuesUntilItIsDoneAndNoDocumentIsChangedTwice(MongoServer server) {
        fill(server);
        Project project = project(server).with("1_change.java", slowly()).lease("1s");
        for (int kill = 1; kill <= KILLS; kill++) {
            Run run = project.start("execute", "--wait", "60s");
            untilChanged(server, run, kill * 700L);
            run.kill();
        }

        project.run("execute", "--wait", "60s").exits(0);

        assertThat(notOnce(server)).isZero();
        assertThat(project.journal("1_change").getList("attempts", Document.class))
                .hasSize(KILLS + 1);
    }

    @Test
    void anotherTerminalPausesResumesAndCancelsIt(MongoServer server) {
        fill(server);
        Project project = project(server).with("1_change.java", slowly());
        Run run = project.start("execute");
        untilChanged(server, run, 100);
        project.run("backfill", "stop", "1").exits(2).says("Pause, resume, cancel or continue it", "backfill pause 1");
        project.run("backfill", "pause", "2").exits(2).says("no migration 2");

        project.run("backfill", "pause", "1").exits(0).says("1_change is asked to pause");
        Eventually.until("it is paused", () -> project.run("status").out().contains("paused"));
        long paused = changed(server);
        project.run("backfill", "resume", "1_change").exits(0).says("1_change is asked to resume.");
        untilChanged(server, run, paused + 100);

        project.run("backfill", "pause", "1", "--json").exits(0);
        Eventually.until("it is paused", () -> project.run("status").out().contains("paused"));
        project.run("backfill", "cancel", "1_ch").exits(0).says("1_change is asked to cancel.");
        run.exits(1).says("cancelled from another terminal", "To continue from its checkpoint:");
        project.run("execute").exits(0);
        assertThat(notOnce(server)).isZero();
    }

    @Test
    void anEstimateWritesNothing(MongoServer server) {
        fill(server);
        Project project = project(server).with("1_change.java", slowly());

        Document json =
                project.run("execute", "1", "--estimate", "--json").exits(0).json();

        Document estimate = json.getList("estimates", Document.class).get(0);
        assertThat(estimate).containsEntry("name", "1_change");
        assertThat(estimate.getList("backfills", Document.class).get(0))
                .containsEntry("collection", "users")
                .containsEntry("plan", "_id_");
        assertThat(changed(server)).isZero();
        assertThat(project.states()).isEmpty();
    }

    @Test
    void anEstimateOfATransactionalMigrationReadsInItsSession(MongoServer server) {
        fill(server);
        Project project = project(server).with("1_change.java", """
            import com.mongodb.client.ClientSession;
            import com.mongodb.client.MongoDatabase;

            import org.bson.Document;

            class Change {
                static void up(MongoDatabase db, ClientSession session) {
                    System.out.println(db.getCollection("users").countDocuments(session));
                    db.getCollection("users").insertOne(session, new Document());
                }
            }
            """);

        project.run("execute", "--estimate")
                .exits(0)
                .says(Integer.toString(DOCUMENTS), "users.insertOne ends the estimate");
        assertThat(server.collection("users").countDocuments()).isEqualTo(DOCUMENTS);
    }

    @Test
    void aProgramReadsTheProgressAsJsonLines(MongoServer server) {
        fill(server);
        Project project = project(server).with("1_change.java", slowly());

        Result result = project.run("execute", "--json", "--progress").exits(0);

        List<Document> lines = result.err().lines().map(Document::parse).toList();
        assertThat(lines).hasSizeBetween(2, 20);
        assertThat(lines.get(lines.size() - 1))
                .containsEntry("progress", "1_change")
                .containsEntry("unit", "docs")
                .containsEntry("done", DOCUMENTS)
                .containsEntry("total", DOCUMENTS)
                .containsKeys("perSecond", "batchMs", "lagMs");
        assertThat(result.steps()).hasSize(1);

        server.collection("users").updateMany(new Document(), Updates.set("n", 0));
        project.with("2_again.java", slowly());
        assertThat(project.run("execute", "--json").exits(0).err()).isEmpty();
    }

    /** At most two documents per millisecond, so that a test can act meanwhile. */
    private static String slowly() {
        return source("""
            backfill("users").update(addOne()).batch(50).maxRate(2_000).once().run();
            """);
    }

    private static String source(String up) {
        return """
            import static migopy.Migration.backfill;
            import static migopy.Migration.log;

            import com.mongodb.client.model.Filters;
            import com.mongodb.client.model.Updates;

            import migopy.Resumable;

            import org.bson.Document;

            import java.util.List;

            @Resumable
            class Change {
                static Document addOne() {
                    return new Document("$set", new Document("n", new Document("$add", List.of("$n", 1))));
                }

                static void up() {
                    %s
                }
            }
            """.formatted(up);
    }

    private static void fill(MongoServer server) {
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(new Document("_id", i).append("n", 0));
        }
        server.collection("users").insertMany(documents);
    }

    private static void untilChanged(MongoServer server, Run run, long documents) {
        Eventually.until(
                documents + " documents are changed",
                Duration.ofSeconds(60),
                () -> changed(server) >= documents || !run.isRunning(),
                run::soFar);
        assertThat(changed(server)).as(run.soFar()).isGreaterThanOrEqualTo(documents);
    }

    private static long changed(MongoServer server) {
        return server.collection("users").countDocuments(Filters.gt("n", 0));
    }

    private static long notOnce(MongoServer server) {
        return server.collection("users").countDocuments(Filters.ne("n", 1));
    }
}
