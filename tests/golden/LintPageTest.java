package golden;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;
import static support.Project.withoutServer;

import golden.Manual.Shown;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** The examples of docs/lint.md. */
@OnServer
class LintPageTest {
    private final Manual manual = Manual.read();

    @Test
    void theExampleIsFoundAsShown() {
        isFoundAsShown(withoutServer(), "lint", "linted");
    }

    @Test
    void theExampleWithADatabaseIsFoundAsShown(MongoServer server) {
        server.collection("users")
                .insertMany(List.of(
                        new Document("_id", 1).append("email", "ada@example.com"),
                        new Document("_id", 2).append("email", "ada@example.com")));
        isFoundAsShown(project(server), "lintdatabase", "lintedwith");
    }

    private void isFoundAsShown(Project project, String source, String answer) {
        var migration = manual.one(source);
        var linted = manual.one(answer);
        Shown shown = linted.commands().get(0);
        var result = project.environment("MIGOPY_COMMAND", "./migopy")
                .with(migration.fileName(), migration.text())
                .run(shown.arguments())
                .exits(Integer.parseInt(linted.argument()));
        assertThat(result.out()).isEqualTo(shown.answer());
    }

    @Test
    void theRulesOfAProjectAreThoseThatAreShown() {
        String indexes = marking("one")
                .replace(
                        "static void up() {",
                        "static void up() { db().getCollection(\"users\")" + ".createIndex(new Document(\"a\", 1));");
        withoutServer()
                .entry(manual.one("lintrules").text())
                .with("40_old.java", indexes)
                .with("41_last_one.java", indexes)
                .with("42_new.java", indexes)
                .run("lint")
                .exits(7)
                .says("error S1  no more indexes on users", "1 migration checked: 1 error.");
    }
}
