package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

@OnServer
class ExecuteTest {
    private static Project five(MongoServer server) {
        return project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"))
                .with("4_four.java", marking("four"))
                .with("5_five.java", marking("five"));
    }

    @Test
    void allPendingMigrationsRunInOrderAndAreRecorded(MongoServer server) {
        var project = five(server).with("10_ten.java", marking("ten"));
        project.run("execute").exits(0).says("applied", "1_one", "10_ten");
        assertThat(project.marks()).containsExactly("one", "two", "three", "four", "five", "ten");
        assertThat(project.states()).hasSize(6).containsValue("applied");
        assertThat(project.states().values()).containsOnly("applied");
        project.lockIsFree();
    }

    @Test
    void withNothingPendingItExits0AndRunsNothingAgain(MongoServer server) {
        var project = five(server);
        project.run("execute").exits(0);
        Result again = project.run("execute", "--json").exits(0);
        assertThat(again.steps()).isEmpty();
        assertThat(project.marks()).hasSize(5);
    }

    @Test
    void ifTheFourthOfFiveThrowsTheFifthIsNotStartedAndTheFixedOneRunsNext(MongoServer server) {
        var project = five(server).with("4_four.java", failing("four", "E11000 by hand"));
        project.run("execute")
                .exits(1)
                .says("4_four", "E11000 by hand", "4_four.java:", "3_three")
                .neverSays("5_five");
        assertThat(project.marks()).containsExactly("one", "two", "three", "four");
        assertThat(project.states())
                .containsEntry("3_three", "applied")
                .containsEntry("4_four", "failed")
                .doesNotContainKey("5_five");
        project.lockIsFree();

        project.with("4_four.java", marking("four, fixed"));
        assertThat(project.run("status", "--json").problems()).isEmpty();
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "two", "three", "four", "four, fixed", "five");
        assertThat(project.states().values()).containsOnly("applied");
        assertThat(project.journal("4_four").getList("attempts", Document.class))
                .extracting("outcome")
                .containsExactly("failed", "applied");
    }

    @Test
    void theStackTraceOfAFailureHasTheFramesOfThatFileOnly(MongoServer server) {
        var project = project(server).with("1_one.java", failing("one", "broken"));
        Result result = project.run("execute").exits(1).says("1_one.java:");
        result.neverSays("java.base", "migopy.run", "jdk.internal");
    }

    @Test
    void aNameMayBeTheFileNameItsNumberOrAnUnambiguousPrefix(MongoServer server) {
        for (String name : new String[] {"3_three", "3_three.java", "3", "003", "3_th"}) {
            var project = five(server);
            Result result = project.run("execute", name, "--json").exits(0);
            assertThat(result.steps()).extracting("name").containsExactly("3_three");
            project.run("rollback", name).exits(0);
        }
    }

    @Test
    void severalNamesRunInOrderOfNumber(MongoServer server) {
        var project = five(server);
        project.run("execute", "4", "2").exits(0);
        assertThat(project.marks()).containsExactly("two", "four");
    }

    @Test
    void aNamedMigrationMayRunWhileAnEarlierOneIsPendingWithANotice(MongoServer server) {
        var project = five(server);
        Result result = project.run("execute", "5").exits(0);
        assertThat(result.err()).contains("1_one");
        assertThat(project.marks()).containsExactly("five");
        project.run("execute").exits(3).says("out of order");
        project.run("execute", "3").exits(0); // a name is explicit consent
        project.run("execute", "--out-of-order").exits(0);
        assertThat(project.marks()).containsExactly("five", "three", "one", "two", "four");
    }

    @Test
    void aProjectCanAllowPendingMigrationsBelowTheHighestAppliedOne(MongoServer server) {
        var project = five(server);
        project.run("execute", "5").exits(0);
        project.run("status", "--check").exits(3).says("out of order");
        project.run("validate", "--database").exits(3).says("out of order");
        project.entry("{ outOfOrder = true; }");
        project.run("status", "--check").exits(8).neverSays("out of order");
        project.run("validate", "--database").exits(0).neverSays("out of order");
        project.run("execute", "--dry-run").exits(0).says("1_one", "4_four");
        project.environment("MIGRATIONS_OUT_OF_ORDER", "false");
        project.run("execute").exits(3).says("out of order");
        project.environment("MIGRATIONS_OUT_OF_ORDER", "true");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("five", "one", "two", "three", "four");
    }

    @Test
    void toRunsUpToAndIncludingTheNamedOne(MongoServer server) {
        var project = five(server);
        project.run("execute", "--to", "3_three").exits(0);
        assertThat(project.marks()).containsExactly("one", "two", "three");
    }

    @Test
    void stepsRunsThatMany(MongoServer server) {
        var project = five(server);
        project.run("execute", "--steps", "2").exits(0);
        assertThat(project.marks()).containsExactly("one", "two");
        project.run("execute", "--steps", "9").exits(0);
        assertThat(project.marks()).hasSize(5);
        project.run("execute", "--steps", "0").exits(2);
        project.run("execute", "--steps", "-1").exits(2);
        project.run("execute", "--steps", "some").exits(2);
    }

    @Test
    void aDryRunShowsThePlanAndChangesNothing(MongoServer server) {
        var project = five(server);
        project.run("execute", "--dry-run").exits(0).says("1_one", "5_five");
        Result result =
                project.run("execute", "--dry-run", "--to", "2", "--json").exits(0);
        assertThat(result.steps()).extracting("name").containsExactly("1_one", "2_two");
        assertThat(result.steps()).extracting("outcome").containsOnly("planned");
        assertThat(result.steps()).extracting("direction").containsOnly("up");
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void aDryRunRefusesEverythingThatARunRefuses(MongoServer server) {
        var project = five(server).with("add-users.java", marking("wrong"));
        project.run("execute", "--dry-run").exits(3);
    }

    @Test
    void anAppliedMigrationNeedNotCompile(MongoServer server) {
        var project = five(server).with("5_five.java", source("static void up() { nonsense }"));
        project.run("ignore", "5").exits(0);
        project.with("6_six.java", marking("six"));
        project.run("execute").exits(3).says("1_one");
        project.run("execute", "--out-of-order").exits(0).says("1_one", "6_six");
        assertThat(project.marks()).containsExactly("one", "two", "three", "four", "six");
    }

    @Test
    void nothingRunsIfALaterMigrationDoesNotCompile(MongoServer server) {
        var project = five(server).with("5_five.java", source("static void up() { nonsense }"));
        Result result = project.run("execute", "--json").exits(3);
        assertThat(result.error()).containsEntry("kind", "refused");
        assertThat(result.problemKinds()).contains("not_compilable");
        project.run("execute").exits(3).says("5_five.java:7", "nonsense");
        assertThat(project.marks()).isEmpty();
        assertThat(project.states()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "static void down() {}",
                "void up() {}",
                "static void up(int number) {}",
                "static void up() {} } class Other { static void up() {}",
            })
    void oneWhoseUpCannotBeCalledIsRefusedBeforeAnythingRuns(String members, MongoServer server) {
        var project = five(server).with("5_five.java", source(members));
        Result result = project.run("execute", "--json").exits(3);
        assertThat(result.problemKinds()).containsExactly("no_up");
        assertThat(result.error()).containsEntry("kind", "refused");
        project.run("execute").exits(3).complainsBriefly().says("5_five.java has", "up()");
        assertThat(project.states()).isEmpty();
    }

    @Test
    void aMigrationOutsideTheRunNeedNotCompile(MongoServer server) {
        var project = five(server).with("5_five.java", "class {");
        project.run("execute", "--to", "4").exits(0);
    }

    @Test
    void visibilityDoesNotMatterAndFilesMayShareClassNames(MongoServer server) {
        project(server)
                .with("1_a.java", source("private static void up() { Helper.mark(); }") + helper("a"))
                .with("2_b.java", source("public static void up() { Helper.mark(); }") + helper("b"))
                .run("execute")
                .exits(0);
        assertThat(server.collection("done").distinct("mark", String.class)).containsExactlyInAnyOrder("a", "b");
    }

    private static String helper(String mark) {
        return """
            class Helper {
                static void mark() {
                    db().getCollection("done").insertOne(new Document("mark", "%s"));
                }
            }
            """.formatted(mark);
    }

    @Test
    void upMayTakeTheDatabase(MongoServer server) {
        var project = project(server)
                .with(
                        "1_a.java",
                        source("static void up(MongoDatabase database) {"
                                + " database.getCollection(\"done\")"
                                + ".insertOne(new Document(\"mark\", \"a\")); }"));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("a");
        assertThat(project.journal("1_a")).containsEntry("transactional", false);
    }

    @Test
    void theOutputOfAMigrationGoesToStandardOutputOrWithJsonToStandardError(MongoServer server) {
        String printing = up("System.out.println(\"it's me\"); System.err.println(\"and me\");");
        var project = project(server).with("1_a.java", printing).with("2_b.java", printing);
        Result plain = project.run("execute", "--steps", "1").exits(0);
        assertThat(plain.out()).contains("it's me");
        Result json = project.run("execute", "--json").exits(0);
        assertThat(json.err()).contains("it's me");
        assertThat(json.steps()).hasSize(1);
        assertThat(project.journal("1_a").getString("output")).contains("it's me", "and me");
    }

    @Test
    void logPrintsALineAndRecordsIt(MongoServer server) {
        var project = project(server).with("1_a.java", up("migopy.Migration.log(\"halfway\");"));
        project.run("execute").exits(0).says("halfway");
        assertThat(project.journal("1_a").getString("output")).contains("halfway");
    }

    @Test
    void closingSystemOutHasNoEffect(MongoServer server) {
        var project = five(server).with("1_one.java", up("System.out.close();"));
        project.run("execute").exits(0).says("5_five");
        assertThat(project.run("status", "--json").exits(0).json()).isNotNull();
    }

    @Test
    void progressGoesToStandardErrorAndResultsToStandardOutput(MongoServer server) {
        Result result = five(server).run("execute").exits(0);
        assertThat(result.out()).contains("applied", "1_one", "5_five");
    }

    @Test
    void estimateReportsTheNumberOfDocuments(MongoServer server) {
        var project = five(server);
        project.run("execute", "--estimate", "--dry-run").exits(0);
        assertThat(project.run("execute", "--estimate").exits(0).out()).contains("1_one");
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void sharedCodeIsInTheEntryScriptOrItsSources(MongoServer server) {
        var project = project(server)
                .helper(
                        "helpers/Names.java",
                        "package helpers; public class Names {" + " public static String first() { return \"Ada\"; } }")
                .with(
                        "1_a.java",
                        up("db().getCollection(\"done\").insertOne(new"
                                + " Document(\"mark\", helpers.Names.first() +"
                                + " migopy.suffix()));"))
                .entry("public static String suffix() { return \" L.\"; }");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("Ada L.");
    }

    @Test
    void sourcesInAMigrationAreRefusedWithThatHint(MongoServer server) {
        var project = five(server).with("5_five.java", "//SOURCES Names.java\n" + marking("five"));
        Result result = project.run("execute", "--json").exits(3);
        assertThat(result.problemKinds()).containsExactly("not_compilable");
        assertThat(result.problems().get(0).getString("hint")).contains("migopy.java");
        assertThat(project.marks()).isEmpty();
    }
}
