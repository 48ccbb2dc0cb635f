package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** {@code Migration.skip}: a migration that is not for this environment. */
@OnServer
class SkipTest {
    private static final String MARK = "db().getCollection(\"done\").insertOne(new Document(\"mark\", \"done\")); ";

    /** Skips until the collection `go` has a document. */
    private static final String UNTIL_GO = up("if (db().getCollection(\"go\").countDocuments() == 0)"
            + " Migration.skip(\"$only in\\nproduction\"); "
            + MARK);

    private static Document lastAttempt(Project project, String name) {
        List<Document> attempts = project.journal(name).getList("attempts", Document.class);
        return attempts.get(attempts.size() - 1);
    }

    @Test
    void aSkippedMigrationIsRecordedWithItsReasonAndCalledAgainByEachRun(MongoServer server) {
        var project = project(server).with("1_one.java", UNTIL_GO).with("2_two.java", marking("two"));
        project.run("status", "--check").exits(8);
        Result run = project.run("execute", "--json").exits(0);
        assertThat(run.steps().get(0))
                .containsEntry("outcome", "skipped")
                .containsEntry("reason", "$only in\nproduction")
                .doesNotContainKey("error");
        assertThat(project.journal("1_one"))
                .containsEntry("state", "skipped")
                .containsEntry("reason", "$only in\nproduction")
                .doesNotContainKeys("error", "session");
        assertThat(lastAttempt(project, "1_one"))
                .containsEntry("outcome", "skipped")
                .containsEntry("reason", "$only in\nproduction");

        project.run("status", "--check").exits(0).says("skipped", "$only in\\nproduction");
        Document status = project.run("status", "--json").exits(0).json();
        assertThat(status.getList("migrations", Document.class).get(0))
                .containsEntry("state", "skipped")
                .containsEntry("reason", "$only in\nproduction");
        assertThat(status.get("summary", Document.class)).containsEntry("skipped", 1L);
        assertThat(status.getList("problems", Document.class)).isEmpty();
        project.run("history", "1").exits(0).says("skipped", "$only in");

        project.run("execute").exits(0).says("skipped   1_one").says("production");
        assertThat(project.marks()).containsExactly("two");
        server.collection("go").insertOne(new Document());
        project.run("execute").exits(0).says("applied   1_one");
        assertThat(project.journal("1_one")).containsEntry("state", "applied").doesNotContainKey("reason");
        assertThat(project.marks()).containsExactly("two", "done");
    }

    @Test
    void nothingIsLeftOfATransactionThatIsSkipped(MongoServer server) {
        String up = "static void up(MongoDatabase database, ClientSession session) {"
                + " database.getCollection(\"done\").insertOne(session, new Document());"
                + " Migration.skip(\"not here\"); }";
        var project = project(server)
                .with("1_one.java", source(up))
                .with("2_two.java", up(MARK + "Migration.skip(\"not here\");"));
        project.run("execute").exits(0);
        assertThat(project.states()).containsEntry("1_one", "skipped").containsEntry("2_two", "skipped");
        assertThat(project.marks()).containsExactly("done");
    }

    @Test
    void onlyTheThreadOfUpCanSkipAndAnUpThatCatchesItFails(MongoServer server) {
        var project = project(server)
                .with("1_one.java", up("try { Migration.skip(\"no\"); } catch (Throwable t) { }" + MARK));
        project.run("execute").exits(1).says("skip(\"no\") was called, but up() caught what it throws and continued");
        assertThat(project.journal("1_one")).containsEntry("state", "failed");
        project.with("1_one.java", up("try { Migration.skip(\"no\"); } catch (Exception e) { }" + MARK));
        project.run("execute").exits(0);
        assertThat(project.journal("1_one")).containsEntry("state", "skipped");
        project.with("1_one.java", up("Migration.skip(\" \");"));
        project.run("execute").exits(1).says("skip() needs a reason");
        project.with(
                "1_one.java",
                up("Throwable[] t = new Throwable[1];"
                        + " Thread other = new Thread(() -> Migration.skip(\"no\"));"
                        + " other.setUncaughtExceptionHandler((x, e) -> t[0] = e);"
                        + " other.start();"
                        + " try { other.join(); } catch (InterruptedException e) { }"
                        + " throw new IllegalStateException(t[0].getMessage());"));
        project.run("execute").exits(1).says("skip() was called in another thread");
        assertThat(project.states()).containsEntry("1_one", "failed");
    }

    @Test
    void aRollbackAndAFixCannotBeSkipped(MongoServer server) {
        var project = project(server)
                .with("1_one.java", upAndDown(MARK, "Migration.skip(\"not back\");"))
                .write("fix.java", up("Migration.skip(\"no\");"));
        project.run("execute").exits(0);
        project.run("rollback", "1").exits(1).says("skip() ends up() only");
        assertThat(project.journal("1_one")).containsEntry("state", "rollback_failed");
        project.run("run", project.folder().resolve("fix.java").toString(), "--reason", "x")
                .exits(1)
                .says("cannot be skipped");
    }

    @Test
    void aSkippedMigrationBlocksNothing(MongoServer server) {
        var project = project(server)
                .with("1_one.java", UNTIL_GO)
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"));
        project.run("execute", "--steps", "1").exits(0);
        assertThat(project.states()).containsOnlyKeys("1_one");
        project.run("execute", "--steps", "1").exits(0).says("applied   2_two");
        project.run("rollback", "1").exits(2).says("is not applied, but skipped");
        project.run("rollback", "--last", "1").exits(0).says("2_two");
        project.run("execute", "--dry-run").exits(0).says("1_one");
        project.run("execute", "--estimate").exits(0).says("1_one is skipped: $only in");
        project.with("1_one.java", UNTIL_GO + "// edited\n");
        assertThat(project.run("status", "--json").problems()).isEmpty();
        project.run("ignore", "1_one").exits(0);
        assertThat(project.journal("1_one")).containsEntry("state", "ignored").doesNotContainKey("reason");
        project.run("repair", "1", "--as", "pending", "--reason", "x").exits(0);
        project.run("execute").exits(0);
        project.without("1_one.java");
        assertThat(project.run("status", "--json").problems()).isEmpty();
        project.run("execute").exits(0).says("Nothing to do");
        assertThat(project.marks()).containsExactly("two", "three");
    }

    @Test
    void aFileThatIsRunDirectlyReportsThatItWasSkipped(MongoServer server) {
        var project = project(server)
                .with(
                        "1_one.java",
                        source("static void up() { Migration.skip(\"not here\"); } public"
                                + " static void main(String... a) { up(); }"));
        project.startDirectly("1_one.java").exits(0).says("skipped: not here").neverSays("Exception");
    }
}
