package mongo.peers;

import static mongo.peers.Adoption.adoptsAndGoesOn;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.util.Map;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Result;

@OnServer
class LiquibaseTest {
    private static String changeSet(int n, String more) {
        return """
              - changeSet:
                  id: step-%d
                  author: ada
                  changes:
                    - insertOne: { collectionName: theirs, document: "{ n: %d }" }
            """.formatted(n, n) + more;
    }

    private static final String ROLLBACK = """
                  rollback:
                    - runCommand: { command: "{ delete: 'theirs', deletes: [{ q: { n: 2 }, limit: 1 }] }" }
        """;

    private static ToolProject liquibase(String... changeSets) {
        return ToolProject.ofClass(Tool.LIQUIBASE, "liquibase.integration.commandline.LiquibaseCommandLine", Map.of())
                .with("changes.yaml", "databaseChangeLog:\n" + String.join("", changeSets));
    }

    private static Result run(MongoServer server, ToolProject tool, String... command) {
        String[] all = new String[command.length + 2];
        all[0] = "--url=" + server.uri();
        all[1] = "--changelog-file=changes.yaml";
        System.arraycopy(command, 0, all, 2, command.length);
        return tool.run(all);
    }

    @Test
    void whatLiquibaseAppliedIsAdoptedWithoutWhatItRolledBackOrCouldNotApply(MongoServer server) {
        var tool = liquibase(changeSet(1, ""), changeSet(2, ROLLBACK));
        run(server, tool, "update").exits(0);
        run(server, tool, "rollback-count", "--count=1").exits(0);
        assertThat(ToolProject.did(server, 2)).isFalse();
        tool.with(
                "changes.yaml",
                "databaseChangeLog:\n" + changeSet(1, "")
                        + changeSet(3, "        - runCommand: { command: \"{ nothing: 1 }\" }\n"));
        assertThat(run(server, tool, "update").exitCode()).isNotZero();
        assertThat(ToolProject.did(server, 3)).as("Liquibase keeps half of it").isTrue();

        adoptsAndGoesOn(server, "liquibase", "changes.yaml::step-1::ada");
    }

    @Test
    void nothingIsAdoptedWhileLiquibaseHoldsItsLock(MongoServer server) {
        String hangs =
                "        - runCommand: { command: \"{ count: 'theirs', query: { $where: 'sleep(60000) || true' } }\""
                        + " }\n";
        var tool = liquibase(changeSet(1, ""), changeSet(2, hangs));
        tool.killOnce(
                "change set 2 has started",
                () -> ToolProject.did(server, 2),
                "--url=" + server.uri(),
                "--changelog-file=changes.yaml",
                "update");
        project(server).run("adopt", "--apply").exits(3).says("DATABASECHANGELOGLOCK");
        assertThat(project(server).states()).isEmpty();

        run(server, tool, "release-locks").exits(0);
        adoptsAndGoesOn(server, "liquibase", "changes.yaml::step-1::ada");
    }

    @Test
    void theMigrationInTheDocsHasTheSameEffectInBoth(MongoServer server) {
        var both = BothWays.on(server, "liquibase.md");
        run(server, both.into(liquibase()), "update").exits(0);
        both.haveTheSameEffect();
    }
}
