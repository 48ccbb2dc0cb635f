package mongo.peers;

import static mongo.peers.Adoption.adoptsAndGoesOn;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.util.Map;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

@OnServer
class FlywayTest {
    private static final String MAIN = """
        import org.flywaydb.core.Flyway;

        public class Main {
            public static void main(String... args) {
                var flyway = Flyway.configure()
                        .dataSource(args[0], null, null)
                        .locations("filesystem:migrations")
                        .sqlMigrationSuffixes(".json")
                        .baselineVersion("1")
                        .executeInTransaction(args[2].equals("transactional"))
                        .load();
                switch (args[1]) {
                    case "migrate" -> flyway.migrate();
                    case "baseline" -> flyway.baseline();
                    default -> flyway.repair();
                }
            }
        }
        """;

    private static ToolProject flyway() {
        var project = ToolProject.ofClass(Tool.FLYWAY, "Main", Map.of("Main.java", MAIN));
        return project.with("migrations/V1__first.json", insert(1))
                .with("migrations/V2__second.json", insert(2))
                .with("migrations/R__each_time.json", insert(9));
    }

    private static String insert(int n) {
        return "{ \"insert\": \"theirs\", \"documents\": [{ \"n\": %d }] }\n".formatted(n);
    }

    @Test
    void whatFlywayAppliedIsAdoptedWithoutRepeatableMigrations(MongoServer server) {
        var tool = flyway();
        tool.run(server.uri(), "migrate", "transactional").exits(0);
        tool.with("migrations/V3__third.json", "{ \"nothing\": 1 }\n");
        tool.run(server.uri(), "migrate", "transactional").exits(1);
        project(server).run("adopt").exits(0).says("1 repeatable migration");

        adoptsAndGoesOn(server, "flyway", "1__first", "2__second");
    }

    @Test
    void whatIsBelowFlywaysBaselineIsAdoptedAsTheBaseline(MongoServer server) {
        var tool = flyway();
        tool.run(server.uri(), "baseline", "transactional").exits(0);
        tool.run(server.uri(), "migrate", "transactional").exits(0);
        assertThat(ToolProject.did(server, 1)).isFalse();

        adoptsAndGoesOn(server, "flyway", "1_baseline", "2__second");
    }

    @Test
    void aMigrationThatFlywayRecordedAsFailedNeedsADecision(MongoServer server) {
        var tool = flyway().with("migrations/V3__third.json", "{ \"nothing\": 1 }\n");
        tool.run(server.uri(), "migrate", "not").exits(1);
        project(server).run("adopt").exits(7).says("3__third");
        project(server).run("adopt", "--apply").exits(3).says("3__third");
        assertThat(project(server).states()).isEmpty();

        tool.without("migrations/V3__third.json")
                .run(server.uri(), "repair", "not")
                .exits(0);
        adoptsAndGoesOn(server, "flyway", "1__first", "2__second");
    }

    @Test
    void theMigrationInTheDocsHasTheSameEffectInBoth(MongoServer server) {
        var both = BothWays.on(server, "flyway.md");
        var tool = both.into(flyway());
        // Flyway migrates a database that has collections, but no journal, only after this.
        tool.run(server.uri(), "baseline", "transactional").exits(0);
        tool.run(server.uri(), "migrate", "transactional").exits(0);
        both.haveTheSameEffect();
    }
}
