package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failingDown;
import static support.Migrations.marking;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/**
 * Every kind of problem: {@code status} shows it, {@code execute} refuses because of it, and nothing is run
 * or overwritten.
 */
@OnServer
class ProblemsTest {
    private static void isRefused(Project project, String kind, String name) {
        Result status = project.run("status", "--json").exits(0);
        assertThat(status.problems()).as(status.toString()).anySatisfy(problem -> {
            assertThat(problem).containsEntry("kind", kind).containsEntry("name", name);
            assertThat(problem.getString("message")).isNotBlank();
            assertThat(problem.getString("hint")).isNotBlank();
        });
        var marks = project.marks();
        project.run("status", "--check").exits(3);
        project.run("status").exits(0).says(name);
        Result refused = project.run("execute", "--json").exits(3);
        assertThat(refused.error())
                .as(refused.toString())
                .containsEntry("kind", "refused")
                .containsKeys("message", "hint");
        assertThat(refused.json()).containsEntry("exitCode", 3L);
        project.run("execute").exits(3).complainsBriefly().says(name);
        assertThat(project.marks()).isEqualTo(marks);
    }

    @Test
    void aNameThatDoesNotMatchThePatternIsInvalid(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users")).with("add-users.java", marking("wrong"));
        isRefused(project, "invalid_name", "add-users.java");
    }

    @Test
    void aNumberThatExceedsALongIsAnInvalidName(MongoServer server) {
        String name = "9223372036854775808_far.java";
        isRefused(project(server).with(name, marking("far")), "invalid_name", name);
    }

    @Test
    void aMigrationInASubfolderIsAProblem(MongoServer server) {
        var project = project(server).write("mongomigrations/2024/1_a.java", marking("a"));
        isRefused(project, "invalid_name", "2024/1_a.java");
        project.run("execute").exits(3).says("subfolder");
        project.run("validate").exits(3).says("2024/1_a.java");
    }

    @Test
    void otherFilesInASubfolderAreNotAProblem(MongoServer server) {
        var project = project(server)
                .with("1_users.java", marking("users"))
                .write("mongomigrations/lib/Helper.java", "class Helper {}")
                .write("mongomigrations/seeds/1_users.json", "{}")
                .write("mongomigrations/.git/1_a.java", marking("a"));
        project.run("execute").exits(0);
        project.run("status", "--check").exits(0);
    }

    @Test
    void hiddenFilesAreSkipped(MongoServer server) throws IOException {
        var project = project(server)
                .with("1_users.java", marking("users"))
                .with("._1_users.java", "no text")
                .with(".nfs0001.java", "no text");
        Files.createSymbolicLink(project.migrations().resolve(".#1_users.java"), Path.of("ada@laptop.4711"));
        project.run("execute").exits(0);
        project.run("status", "--check").exits(0);
    }

    @Test
    void namesInHintsAreQuotedForAShell(MongoServer server) {
        var project = project(server)
                .environment("MIGRATIONS_FILE_PATTERN", "(?<number>[0-9]+)[ a-z']+\\.java")
                .with("1 ada's.java", marking("one"));
        project.run("execute").exits(0);
        project.with("1 ada's.java", marking("two"));
        project.run("execute").exits(3).says("repair '1 ada'\\''s' --as unchanged");
        project.run("rollback", "1").exits(3).says("rollback '1 ada'\\''s' --stored");
    }

    @Test
    void theLargestLongIsANumber(MongoServer server) {
        var project = project(server).with("9223372036854775807_far.java", marking("far"));
        project.run("execute").exits(0);
        assertThat(project.journal("9223372036854775807_far").get("number")).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void filesThatDoNotEndInJavaAreIgnored(MongoServer server) {
        var project = project(server).with("notes.txt", "x").with("1_users.java.orig", "x");
        assertThat(project.run("status", "--json").exits(0).problems()).isEmpty();
        project.run("execute").exits(0);
    }

    @Test
    void twoFilesWithTheSameNumberAreADuplicate(MongoServer server) {
        var project = project(server).with("7_users.java", marking("users")).with("007_orders.java", marking("orders"));
        Result result = project.run("execute", "--json").exits(3);
        result.says("7_users", "007_orders");
        assertThat(project.run("status", "--json").problemKinds()).contains("duplicate_number");
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void anEditedAppliedFileIsShownWithADiff(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        project.run("execute").exits(0);
        project.with("1_users.java", marking("persons")).with("2_more.java", marking("more"));
        isRefused(project, "edited", "1_users");
        project.run("execute").exits(3).says("\"users\"", "\"persons\"", "repair 1_users --as unchanged --reason");
    }

    @Test
    void lineEndingsTrailingBlanksAndAByteOrderMarkAreNotAnEdit(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        project.run("execute").exits(0);
        String other = "\ufeff" + marking("users").replace("\n", "  \t\r\n") + "\r\n\r\n";
        project.with("1_users.java", other);
        assertThat(project.run("status", "--json").exits(0).problems()).isEmpty();
        project.run("execute").exits(0);
    }

    @Test
    void anAppliedMigrationWithoutAFileIsMissing(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users")).with("2_orders.java", marking("orders"));
        project.run("execute").exits(0);
        project.without("1_users.java");
        isRefused(project, "missing", "1_users");
    }

    @Test
    void anAppliedMigrationAboveTheHighestFileIsOnlyANotice(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users")).with("2_orders.java", marking("orders"));
        project.run("execute").exits(0);
        project.without("2_orders.java");
        Result status = project.run("status", "--json").exits(0);
        assertThat(status.problems()).isEmpty();
        project.run("status", "--check").exits(0);
        project.run("status").exits(0).says("2_orders", "newer");
        project.run("execute").exits(0);
    }

    @Test
    void manyNewerMigrationsAreOneNotice(MongoServer server) {
        var project = project(server);
        for (int i = 1; i <= 12; i++) {
            project.with(i + "_users.java", marking("users" + i));
        }
        project.run("execute").exits(0);
        for (int i = 2; i <= 12; i++) {
            project.without(i + "_users.java");
        }
        assertThat(project.run("status", "--json").exits(0).json().getList("notices", String.class))
                .containsExactly("11 migrations are applied and newer than every file here: 2_users to" + " 12_users");
    }

    @Test
    void aPendingNumberBelowTheHighestAppliedMigrationIsOutOfOrder(MongoServer server) {
        var project = project(server).with("5_users.java", marking("users"));
        project.run("execute").exits(0);
        project.with("3_late.java", marking("late"));
        isRefused(project, "out_of_order", "3_late");
    }

    @Test
    void aPendingNumberBelowAnIgnoredMigrationIsOutOfOrderToo(MongoServer server) {
        var project = project(server).with("5_users.java", marking("users"));
        project.run("ignore", "--yes").exits(0);
        project.with("3_late.java", marking("late"));
        isRefused(project, "out_of_order", "3_late");
    }

    @Test
    void anInterruptedMigrationIsNeverRunAgainByItself(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users")).with("2_more.java", marking("more"));
        server.collection("migrations").insertOne(CrashedRun.entry("1_users", 1));
        Result refused = project.run("execute", "--json").exits(5);
        assertThat(refused.error()).containsEntry("kind", "unknown");
        project.run("execute").exits(5).says("1_users", "--retry", "repair");
        assertThat(project.marks()).isEmpty();
        project.run("execute", "1_users", "--retry").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("users", "more");
    }

    @Test
    void aRollbackThatFailedBlocksWithKindFailed(MongoServer server) {
        var project = project(server).with("1_users.java", failingDown("users", "no way back"));
        project.run("execute").exits(0);
        project.run("rollback", "1").exits(1);
        project.with("2_more.java", marking("more"));
        isRefused(project, "failed", "1_users");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{_id: '1_users', name: '1_users.java', number: 1, state: 'sparkling'}",
                "{_id: '1_users', name: 17}",
                "{_id: '1_users', name: '1_users.java', state: ['applied']}",
                "{_id: {a: 1}, state: 'applied'}",
                "{_id: '1_users', name: '1_users.java', number: 1, state: 'applied', checksum: {a:" + " 1}}",
                "{_id: '1_users', name: '1_users.java', number: 'one', state: 'applied'}",
                "{_id: 42, whatever: true}",
            })
    void anInvalidDocumentIsReportedAndNeverOverwritten(String json, MongoServer server) {
        Document strange = Document.parse(json);
        server.collection("migrations").insertOne(strange);
        var project = project(server).with("1_users.java", marking("users")).with("2_more.java", marking("more"));
        Result status = project.run("status", "--json").exits(0);
        assertThat(status.problemKinds()).as(status.toString()).containsAnyOf("unreadable", "unknown_entry");
        project.run("execute").exits(3).complainsBriefly();
        project.run("execute", "2").exits(3);
        project.run("ignore").exits(3);
        project.run("rollback", "--last", "1").exits(3);
        assertThat(server.collection("migrations").find()).containsExactly(strange);
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void eachOfSeveralProblemsIsPrintedOnce(MongoServer server) {
        var project = project(server).with("add-users.java", "class A {}").with("B.java", "class B {}");
        for (String command : new String[] {"execute", "validate"}) {
            Result refused = project.run(command).exits(3);
            for (String name : new String[] {"add-users.java", "B.java"}) {
                assertThat((refused.out() + refused.err()).lines())
                        .as(refused.toString())
                        .filteredOn(line -> line.startsWith(name))
                        .hasSize(1);
            }
        }
    }
}
