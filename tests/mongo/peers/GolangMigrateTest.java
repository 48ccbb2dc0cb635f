package mongo.peers;

import static mongo.peers.Adoption.adoptsAndGoesOn;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

@OnServer
class GolangMigrateTest {
    private static ToolProject golangMigrate(MongoServer server) {
        var project = ToolProject.of(
                Map.of(),
                Tool.GOLANG_MIGRATE.folder().resolve("migrate").toString(),
                "-source",
                "file://migrations",
                "-database",
                server.uri());
        IntStream.rangeClosed(1, 3)
                .forEach(n -> project.with("migrations/" + n + "_step.up.json", """
                    [{ "insert": "theirs", "documents": [{ "n": %d }] }]
                    """.formatted(n))
                        .with("migrations/" + n + "_step.down.json", """
                            [{ "delete": "theirs", "deletes": [{ "q": { "n": %d }, "limit": 1 }] }]
                            """.formatted(n)));
        return project;
    }

    @Test
    void theVersionThatGolangMigrateReachedIsAdopted(MongoServer server) {
        var tool = golangMigrate(server);
        tool.run("up").exits(0);
        tool.run("down", "1").exits(0);

        adoptsAndGoesOn(server, "golang-migrate", "golang-migrate_2");

        assertThat(server.collection("theirs").countDocuments()).isEqualTo(2);
    }

    @Test
    void aDirtyVersionAndAHeldLockOfGolangMigrateAreRefused(MongoServer server) {
        var tool = golangMigrate(server).with("migrations/3_step.up.json", """
            [{ "insert": "theirs", "documents": [{ "n": 3 }] },
             { "count": "theirs", "query": { "$where": "sleep(60000) || true" } }]
            """);
        tool.killOnce("migration 3 has started", () -> ToolProject.did(server, 3), "up");
        var version = server.collection("schema_migrations").find().first();
        assertThat(version).containsEntry("version", 3).containsEntry("dirty", true);
        project(server).run("adopt", "--apply").exits(3).says("migrate_advisory_lock");

        server.collection("migrate_advisory_lock").deleteMany(new Document());
        project(server).run("adopt", "--apply").exits(3).says("dirty");
        assertThat(project(server).states()).isEmpty();

        tool.run("force", "2").exits(0);
        adoptsAndGoesOn(server, "golang-migrate", "golang-migrate_2");
    }

    @Test
    void theMigrationInTheDocsHasTheSameEffectInBoth(MongoServer server) {
        var both = BothWays.on(server, "golang-migrate.md");
        var tool = golangMigrate(server);
        for (String file : List.of("3_step.up.json", "3_step.down.json")) {
            tool.without("migrations/" + file);
        }
        both.into(tool).run("up").exits(0);
        both.haveTheSameEffect();
    }
}
