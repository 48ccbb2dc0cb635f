package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Project.project;
import static support.Project.withoutServer;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

@OnServer
class LintTest {
    private static final String DROP = "db().getCollection(\"users\").drop();";

    private static String up(String statements) {
        return source("static void up() {\n" + statements + "\n}");
    }

    private static Document only(Result result) {
        var findings = result.json().getList("findings", Document.class);
        assertThat(findings).as(result.toString()).hasSize(1);
        return findings.get(0);
    }

    @Test
    void anErrorIsShownWithItsLineAndFailsTheCheck() {
        var project = withoutServer().with("1_one.java", marking("one")).with("2_two.java", up(DROP));
        project.run("lint")
                .exits(7)
                .says("2_two.java:8:29  error M101  drops users")
                .says("    " + DROP + "\n")
                .says("2 migrations checked: 1 error.");
        Result result = project.run("lint", "--json").exits(7);
        assertThat(only(result))
                .containsEntry("rule", "M101")
                .containsEntry("severity", "error")
                .containsEntry("migration", "2_two")
                .containsEntry("line", 8L)
                .containsEntry("column", 29L)
                .containsEntry("code", DROP)
                .containsKeys("message", "why", "hint")
                .doesNotContainKey("suppressed");
        assertThat(result.json())
                .containsEntry("exitCode", 7L)
                .containsEntry(
                        "summary",
                        new Document("errors", 1L)
                                .append("warnings", 0L)
                                .append("infos", 0L)
                                .append("suppressed", 0L));
    }

    @Test
    void itNeedsNoServerAndNothingFoundIsFine() {
        withoutServer()
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/app")
                .with("1_one.java", marking("one"))
                .run("lint")
                .exits(0)
                .says("1 migration checked: no findings.");
        withoutServer().run("lint").exits(0).says("0 migrations checked");
    }

    @Test
    void warningsFailOnlyWithStrict() {
        var project = withoutServer().with("1_one.java", up("db().getCollection(\"users\").dropIndex(\"a_1\");"));
        project.run("lint").exits(0).says("warning M108");
        project.run("lint", "--strict").exits(7).says("1 warning");
    }

    @Test
    void whatDoesNotCompileIsAProblem() {
        withoutServer()
                .with("1_one.java", up("nonsense"))
                .with("2_two.java", up(DROP))
                .run("lint")
                .exits(3)
                .says("1_one.java:8: not a statement", "error M101");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// migopy:allow M101 empty since release 41\n" + DROP,
                DROP + " // migopy:allow M101 empty since release 41",
                "// migopy:allow M101 empty since release 41\ndb()\n.getCollection(\"users\")\n.drop();",
                DROP + "\n// migopy:allow-file M101 empty since release 41",
            })
    void aCommentWithAReasonAllowsAFinding(String statements) {
        var project = withoutServer().with("1_one.java", up(statements));
        project.run("lint").exits(0).says("1 migration checked: 1 allowed.").neverSays("M101");
        assertThat(only(project.run("lint", "--json").exits(0)))
                .containsEntry("rule", "M101")
                .containsEntry("suppressed", "empty since release 41");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// migopy:allow M101\n" + DROP,
                "// migopy:allow M102 empty since release 41\n" + DROP,
                "// migopy:allow M999 empty since release 41\n" + DROP,
                "// migopy:allow M101 empty since release 41\n\n" + DROP,
            })
    void aCommentThatAllowsNothingIsReported(String statements) {
        withoutServer().with("1_one.java", up(statements)).run("lint").exits(7).says("M101", "M604");
    }

    @Test
    void migrationsAreSelectedByNameOrByNumber() {
        var project = withoutServer()
                .with("1_one.java", up(DROP))
                .with("2_two.java", marking("two"))
                .with("3_three.java", up(DROP));
        project.run("lint", "2").exits(0).says("1 migration checked");
        project.run("lint", "3_three.java").exits(7).says("3_three.java:8").neverSays("1_one");
        project.run("lint", "--since", "1").exits(7).says("2 migrations checked: 1 error");
        project.run("lint", "4").exits(2).says("There is no migration 4");
        project.run("lint", "--since", "1", "3").exits(2).says("cannot be combined");
    }

    @Test
    void onlyPendingOnesAreCheckedIfAsked(MongoServer server) {
        server.collection("users").insertOne(new Document());
        var project = project(server).with("1_one.java", up(DROP));
        project.run("execute").exits(0);
        project.with("2_two.java", marking("two"));
        project.run("lint", "--pending").exits(0).says("1 migration checked: no findings");
        project.run("lint").exits(7);
    }

    @Test
    void executeRefusesErrorsBeforeItRunsAnything(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", up(DROP));
        project.run("execute", "--lint")
                .exits(3)
                .says("2_two.java:8:29  error M101  drops users", "lint has found 1 error, so nothing was run");
        assertThat(project.marks()).isEmpty();
        project.run("execute", "--lint", "1").exits(0);
        project.with("2_two.java", up("// migopy:allow M101 empty\n" + DROP));
        project.run("execute", "--lint").exits(0);
        assertThat(project.states()).containsEntry("2_two", "applied");
    }

    @Test
    void executeAndValidateGoByTheProjectsRulesAndComments(MongoServer server) {
        String index = "db().getCollection(\"users\").createIndex(new Document(\"a\", 1));";
        var project = project(server)
                .entry("""
                    @Override
                    protected void lint(LintRules rules) {
                        rules.startAfter("1_old").off("M101").error("M108");
                        rules.check("S1", "no more indexes on users",
                                call -> call.is("createIndex") && call.on("users"));
                    }
                    """)
                .with("1_old.java", up(index))
                .with("2_drop.java", up(DROP))
                .with("3_index.java", up(index));
        project.run("validate").exits(0).says("lint finds 1 error and 0 warnings.");
        project.run("execute", "--lint")
                .exits(3)
                .says("3_index.java:8:29  error S1  no more indexes on users")
                .neverSays("2_drop.java");
        project.with("3_index.java", up("// migopy:allow S1 for the report\n" + index));
        project.run("validate").exits(0).neverSays("lint finds");
        project.run("execute", "--lint", "2", "3").exits(0);
        project.with("4_used.java", up("db().getCollection(\"users\").dropIndex(\"a_1\");"));
        project.run("validate").exits(0).says("lint finds 1 error");
        project.run("execute", "--lint", "4").exits(3).says("error M108");
    }

    @Test
    void validateCountsWhatLintFinds() {
        var project = withoutServer().with("1_one.java", up(DROP));
        project.run("validate").exits(0).says("lint finds 1 error and 0 warnings. To see them:");
        assertThat(project.run("validate", "--json").exits(0).json())
                .containsEntry("lint", new Document("errors", 1L).append("warnings", 0L));
        withoutServer()
                .with("1_one.java", marking("one"))
                .run("validate")
                .exits(0)
                .neverSays("lint");
    }

    @Test
    void aProjectHasItsOwnRules() {
        Project project = withoutServer()
                .entry("""
                    @Override
                    protected void lint(LintRules rules) {
                        rules.startAfter("1_one").off("M108").info("M101");
                        rules.check("S1", "no more indexes on users",
                                call -> call.is("createIndex") && call.on("users"));
                    }
                    """)
                .with("1_one.java", up(DROP))
                .with("2_two.java", up(DROP + "\ndb().getCollection(\"users\").dropIndex(\"a_1\");"))
                .with("3_three.java", up("db().getCollection(\"users\").createIndex(new Document(\"a\", 1));"))
                .with(
                        "4_four.java",
                        up("db().getCollection(\"users\").createIndex( // migopy:allow S1 for the report\n"
                                + "new Document(\"a\", 1));"));
        project.run("lint")
                .exits(7)
                .says("2_two.java:8:29  info M101", "3_three.java:8:29  error S1  no more indexes on users")
                .says("3 migrations checked: 1 error, 1 info, 1 allowed.")
                .neverSays("M108");
        project.run("lint", "1").exits(0).says("info M101");
    }

    @Test
    void aMistakeInTheProjectsRulesIsReported() {
        withoutServer()
                .entry("@Override protected void lint(LintRules rules) { rules.off(\"M301x\"); }")
                .run("lint")
                .exits(2)
                .says("there is no rule M301x", "lint --rules");
        withoutServer()
                .entry("@Override protected void lint(LintRules rules) { rules.check(\"S1\", \"nothing\", call -> {"
                        + " throw new IllegalStateException(\"oops\"); }); }")
                .with("1_one.java", up(DROP))
                .run("lint")
                .exits(2)
                .says("The rule S1 of lint(...) in migopy.java failed", "oops");
    }

    @Test
    void rulesAreListedAndExplained() {
        withoutServer().run("lint", "--rules").exits(0).says("M101  error    up() drops a collection or the database");
        withoutServer().run("lint", "--explain", "m101").exits(0).says("M101  error: up() drops", "Instead of:");
        withoutServer().run("lint", "--explain", "M1").exits(2).says("There is no rule M1");
        withoutServer().run("lint", "--format", "pdf").exits(2).says("There is no format pdf", "sarif");
    }

    @Test
    void aSecretIsNotShown() {
        String secret = "new Document(\"createUser\", \"a\").append(\"pwd\", \"hunter2-hunter2\")";
        var project = withoutServer().with("1_one.java", up("db().runCommand(" + secret + ");"));
        for (String format : new String[] {"words", "json", "github", "gitlab", "sarif", "junit", "gcc"}) {
            project.run("lint", "--format", format).exits(7).says("M505").neverSays("hunter2");
        }
    }
}
