package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.up;
import static support.Project.project;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;

/** Passwords that are literals in a migration's source. */
@OnServer
class CredentialsTest {
    private static final String SECRET = "hunter2-of-app";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db().runCommand(new Document(\"createUser\", 5).append(\"pwd\", \"%s\"));",
                "db().runCommand(Document.parse(\"{createUser: 5, pwd: '%s'}\"));",
                "String apiKey = \"%s\"; if (true) throw new IllegalStateException(\"bad \" +" + " apiKey);",
                "MongoClients.create(\"mongodb://app:%s@localhost:bad\");",
            })
    void areMaskedInFramesAndMessagesAndNamedByValidate(String statement, MongoServer server) {
        var project = project(server).with("1_a.java", up(statement.formatted(SECRET)));
        project.run("validate").exits(0).says("1_a.java:8: this literal looks like a credential");
        project.run("execute").exits(1).says("1_a: ").neverSays(SECRET);
        assertThat(project.journal("1_a").get("error").toString()).doesNotContain(SECRET);
        project.run("execute", "--verbose").exits(1).neverSays(SECRET);
        project.run("history", "1").exits(0).neverSays(SECRET);
    }

    @Test
    void literalPasswordsAreMaskedInTheCompilersMessages(MongoServer server) {
        project(server)
                .with("1_a.java", up("db().runCommand(new Document(\"pwd\", \"" + SECRET + "\"))"))
                .run("validate")
                .exits(3)
                .says("';' expected", "****")
                .neverSays(SECRET);
    }
}
