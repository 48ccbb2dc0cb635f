package mongo.peers;

import static mongo.peers.Adoption.adoptsAndGoesOn;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import golden.Manual;
import golden.Manual.Example;
import golden.Manual.Shown;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

@OnServer
class MigrateMongoTest {
    private static String file(int n) {
        return "202304%02d101500-step_%d.js".formatted(n, n);
    }

    private static String stem(int n) {
        return file(n).replace(".js", "");
    }

    private static ToolProject migrateMongo(MongoServer server) {
        String home = Tool.MIGRATE_MONGO.folder().resolve("node_modules").toString();
        return ToolProject.of(Map.of("NODE_PATH", home), "node", home + "/migrate-mongo/bin/migrate-mongo.js")
                .with("migrate-mongo-config.js", """
                    module.exports = {
                      mongodb: { url: "%s", databaseName: "%s", options: {} },
                      migrationsDir: "migrations",
                      changelogCollectionName: "changelog",
                      lockCollectionName: "changelog_lock",
                      lockTtl: 600,
                      migrationFileExtension: ".js",
                      useFileHash: true,
                      moduleSystem: "commonjs",
                    };
                    """.formatted(server.uri(), server.database()));
    }

    private static ToolProject with(ToolProject project, int n, String up) {
        return project.with("migrations/" + file(n), """
            module.exports = {
              async up(db) { %s },
              async down(db) { await db.collection("theirs").deleteOne({ n: %d }); },
            };
            """.formatted(up, n));
    }

    private static String insert(int n) {
        return "await db.collection(\"theirs\").insertOne({ n: " + n + " });";
    }

    @Test
    void fortyMigrationsThatMigrateMongoAppliedAreNotRunAgain(MongoServer server) {
        var tool = migrateMongo(server);
        IntStream.rangeClosed(1, 41).forEach(n -> with(tool, n, insert(n)));
        tool.run("up").exits(0);
        tool.run("down").exits(0);

        String[] forty =
                IntStream.rangeClosed(1, 40).mapToObj(MigrateMongoTest::stem).toArray(String[]::new);
        adoptsAndGoesOn(server, "migrate-mongo", forty);

        assertThat(server.collection("theirs").countDocuments()).isEqualTo(40);
    }

    @Test
    void whatMigrateMongoRolledBackOrCouldNotApplyIsNotAdopted(MongoServer server) {
        var tool = migrateMongo(server);
        with(tool, 1, insert(1));
        with(tool, 2, insert(2));
        tool.run("up").exits(0);
        tool.run("down").exits(0).says(file(2));
        with(tool, 2, "throw new Error('broken');");
        tool.run("up").exits(1);

        var project = adoptsAndGoesOn(server, "migrate-mongo", stem(1));

        var adopted = project.journal(stem(1)).get("adopted", Document.class);
        assertThat(adopted.get("hash"))
                .isEqualTo(server.collection("changelog").find().first().get("fileHash"));
    }

    @Test
    void nothingIsAdoptedWhileMigrateMongoHoldsItsLock(MongoServer server) {
        var tool = migrateMongo(server);
        with(tool, 1, insert(1));
        with(tool, 2, insert(2) + " await new Promise(resolve => setTimeout(resolve, 60000));");
        tool.killOnce("migration 2 has started", () -> ToolProject.did(server, 2), "up");
        assertThat(server.collection("changelog_lock").countDocuments()).isEqualTo(1);

        project(server).run("adopt", "--apply").exits(3).says("changelog_lock");
        assertThat(project(server).states()).isEmpty();

        server.collection("changelog_lock").deleteMany(new Document());
        adoptsAndGoesOn(server, "migrate-mongo", stem(1));
    }

    @Test
    void theMigrationInTheDocsHasTheSameEffectInBoth(MongoServer server) {
        var both = BothWays.on(server, "migrate-mongo.md");
        both.into(migrateMongo(server)).run("up").exits(0);
        both.haveTheSameEffect();
    }

    @Test
    void theJournalIsAdoptedAsTheDocsShow(MongoServer server) {
        var tool = migrateMongo(server);
        for (String file : List.of("20230401101500-add_users.js", "20260302090000-index_emails.js")) {
            tool.with("migrations/" + file, "module.exports = { async up() {}, async down() {} };");
        }
        tool.run("up").exits(0);
        var project = project(server).environment("MIGOPY_COMMAND", "./migopy");
        for (Example example : Manual.read().all("adopt")) {
            for (Shown shown : example.commands()) {
                assertThat(Manual.withoutTimes(
                                        project.run(shown.arguments()).exits(0).out())
                                .replaceAll("(?m)^\\S+ on \\S+$", "HEADING"))
                        .isEqualTo(Manual.withoutTimes(shown.answer()).replaceAll("(?m)^\\S+ on \\S+$", "HEADING"));
            }
        }
    }
}
