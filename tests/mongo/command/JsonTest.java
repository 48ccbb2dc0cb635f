package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Project.project;

import java.time.Instant;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Result;

/**
 * {@code --json} on any command: exactly one document on standard output, of the shape in
 * docs/reference.md.
 */
@OnServer
class JsonTest {
    @Test
    void everyCommandAnswersWithOneDocument(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        List<List<String>> commands = List.of(
                List.of("--json"),
                List.of("status", "--json"),
                List.of("--json", "validate"),
                List.of("execute", "--dry-run", "--json"),
                List.of("execute", "--json"),
                List.of("execute", "--json"),
                List.of("history", "--json"),
                List.of("history", "1", "--json"),
                List.of("rollback", "1", "--json"),
                List.of("ignore", "--yes", "--json"),
                List.of("repair", "1", "--as", "pending", "--reason", "x", "--json"),
                List.of("create", "two", "--json"),
                List.of("edit", "--json"),
                List.of("unlock", "--json"),
                List.of("--version", "--json"),
                List.of("help", "--json"),
                List.of("help", "execute", "--json"));
        for (List<String> command : commands) {
            Result result = project.run(command.toArray(String[]::new)).exits(0);
            assertThat(result.json()).as(result.toString()).isNotEmpty();
        }
    }

    @Test
    void everyErrorAnswersWithOneDocumentToo(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        List<List<String>> commands = List.of(
                List.of("nothing", "--json"),
                List.of("status", "--nothing", "--json"),
                List.of("execute", "9", "--json"),
                List.of("rollback", "--json"),
                List.of("backfill", "--json"),
                List.of("backfill", "pause", "--json"),
                List.of("status", "--port", "0", "--json"));
        for (List<String> command : commands) {
            Result result = project.run(command.toArray(String[]::new)).exits(2);
            assertThat(result.json())
                    .as(result.toString())
                    .containsOnlyKeys("error", "exitCode")
                    .containsEntry("exitCode", 2L);
            assertThat(result.error())
                    .containsOnlyKeys("kind", "message", "hint")
                    .containsEntry("kind", "usage");
            assertThat(result.error().getString("message")).isNotBlank();
            assertThat(result.error().getString("hint")).isNotBlank();
        }
    }

    @Test
    void aRunAnswersWithItsStepsInOrder(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", failing("two", "say \"why\"\n\ttwice"));
        Result result = project.run("execute", "--json").exits(1);
        assertThat(result.json()).containsOnlyKeys("run", "steps", "exitCode").containsEntry("exitCode", 1L);
        Document one = result.steps().get(0);
        assertThat(one)
                .containsOnlyKeys("name", "direction", "outcome", "durationMs")
                .containsEntry("name", "1_one")
                .containsEntry("direction", "up")
                .containsEntry("outcome", "applied");
        assertThat(one.get("durationMs")).isInstanceOf(Long.class);
        Document two = result.steps().get(1);
        assertThat(two)
                .containsOnlyKeys("name", "direction", "outcome", "durationMs", "error")
                .containsEntry("name", "2_two")
                .containsEntry("outcome", "failed");
        assertThat(two.get("error", Document.class))
                .containsEntry("type", "java.lang.IllegalStateException")
                .containsEntry("message", "say \"why\"\n\ttwice");
    }

    @Test
    void aPlannedStepHasNoDuration(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        assertThat(project.run("execute", "--dry-run", "--json").exits(0).steps())
                .singleElement()
                .satisfies(step -> assertThat(step).containsOnlyKeys("name", "direction", "outcome"));
    }

    @Test
    void timesAreIsoTextsInUtc(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        Document row = project.run("status", "--json")
                .json()
                .getList("migrations", Document.class)
                .get(0);
        Instant started = Instant.parse(row.getString("startedAt"));
        assertThat(started)
                .isEqualTo(project.journal("1_one").getDate("startedAt").toInstant());
        assertThat(Instant.parse(row.getString("finishedAt"))).isAfterOrEqualTo(started);
    }

    @Test
    void aProblemHasKindNameMessageAndHint(MongoServer server) {
        var project = project(server).with("wrong.java", marking("one"));
        Document problem = project.run("status", "--json").exits(0).problems().get(0);
        assertThat(problem).containsKeys("kind", "name", "message", "hint");
    }

    @Test
    void aRefusedRunAnswersWithTheErrorAndItsProblems(MongoServer server) {
        var project = project(server).with("wrong.java", marking("one"));
        Result result = project.run("execute", "--json").exits(3);
        assertThat(result.json()).containsKeys("error", "exitCode").doesNotContainKey("steps");
        assertThat(result.error()).containsEntry("kind", "refused");
    }
}
