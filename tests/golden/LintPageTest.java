package golden;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.withoutServer;

import golden.Manual.Shown;
import org.junit.jupiter.api.Test;

/** The examples of docs/lint.md. */
class LintPageTest {
    private final Manual manual = Manual.read();

    @Test
    void theExampleIsFoundAsShown() {
        var migration = manual.one("lint");
        var linted = manual.one("linted");
        Shown shown = linted.commands().get(0);
        var result = withoutServer()
                .environment("MIGOPY_COMMAND", "./migopy")
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
