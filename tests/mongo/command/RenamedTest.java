package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Project.project;

import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Hints;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** A migration that was run under one name is not run again under another. */
@OnServer
class RenamedTest {
    /** A project with 1_base and another migration applied, whose file then gets another name. */
    private static Project renamed(MongoServer server, String from, String to) {
        var project = project(server).with("1_base.java", marking("base")).with(from + ".java", marking("pay"));
        project.run("execute").exits(0);
        return project.without(from + ".java").with(to + ".java", marking("pay"));
    }

    private static void wasRunOnce(Project project) {
        assertThat(project.marks()).containsOnlyOnce("pay");
    }

    @Test
    void aRenumberedFileIsRefusedAndRecordedAsRenamedByTheCommandInTheHint(MongoServer server) {
        var project = renamed(server, "2_pay", "3_pay").with("2_other.java", marking("other"));
        Result status = project.run("status", "--json").exits(0);
        assertThat(status.problemKinds()).contains("renamed").doesNotContain("missing");
        project.run("status").exits(0).says("3_pay has the text of 2_pay, which was applied on 2");
        project.run("status", "--check").exits(3);
        for (String[] arguments : new String[][] {{"execute"}, {"execute", "3_pay"}}) {
            project.run(arguments).exits(3).complainsBriefly();
        }
        project.run("execute", "--out-of-order").exits(3);
        wasRunOnce(project);

        String command = "repair 3_pay --renamed-from 2_pay";
        project.run("execute").exits(3).says(command);
        Hints.type(project, command).exits(0).says("3_pay", "was 2_pay");

        assertThat(project.states()).containsOnlyKeys("1_base", "3_pay");
        assertThat(project.journal("3_pay"))
                .containsEntry("state", "applied")
                .containsEntry("name", "3_pay.java")
                .containsEntry("number", 3L);
        assertThat(project.journal("3_pay").getList("attempts", Document.class))
                .extracting(one -> one.getString("direction"))
                .containsExactly("up", "repair");
        project.run("history", "3_pay").exits(0).says("renamed from 2_pay");
        project.run("execute", "2_other").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("base", "pay", "other");
        project.run("rollback", "3_pay").exits(0);
        assertThat(project.marks()).containsExactly("base", "other");
    }

    @Test
    void aRepairOfTheOldNameDoesNotMakeTheNewNameRunnable(MongoServer server) {
        var project = renamed(server, "2_pay", "3_pay");
        project.run("repair", "2_pay", "--as", "applied", "--reason", "x")
                .exits(3)
                .says("repair 3_pay --renamed-from 2_pay");
        project.without("3_pay.java").with("4_more.java", marking("more"));
        project.run("repair", "2_pay", "--as", "applied", "--reason", "x").exits(0);
        project.with("3_pay.java", marking("pay"));
        project.run("execute").exits(3).says("3_pay has the text of 2_pay");
        project.run("ignore", "--yes").exits(3);
        project.run("repair", "--missing", "--as", "applied", "--reason", "x").exits(0);
        project.run("execute", "3_pay").exits(3);
        wasRunOnce(project);
        project.run("repair", "3_pay", "--renamed-from", "2_pay").exits(0);
        project.run("execute").exits(0);
        wasRunOnce(project);
    }

    @Test
    void aMigrationRenumberedBelowTheOthersIsRenamedAndNotOutOfOrder(MongoServer server) {
        var project = renamed(server, "5_pay", "4_pay");
        project.run("execute").exits(3).neverSays("execute 4_pay", "--out-of-order", "newer");
        project.run("execute", "4_pay", "--out-of-order").exits(3);
        project.run("repair", "4_pay", "--renamed-from", "5_pay.java").exits(0);
        project.run("execute").exits(0);
        wasRunOnce(project);
    }

    @Test
    void aMigrationWhoseOldNameHasAnotherTextIsRenamedToo(MongoServer server) {
        var project = renamed(server, "2_pay", "3_pay").with("2_pay.java", marking("other"));
        project.run("execute").exits(3).says("repair 3_pay --renamed-from 2_pay");
        project.run("repair", "2_pay", "--as", "unchanged", "--reason", "x").exits(3);
        project.run("repair", "--edited", "--as", "unchanged", "--reason", "x").exits(0);
        project.run("rollback", "2_pay").exits(3);
        wasRunOnce(project);
        project.run("repair", "3_pay", "--renamed-from", "2_pay").exits(0);
        project.run("execute", "2_pay").exits(0);
        assertThat(project.marks()).containsExactly("base", "pay", "other");
        assertThat(project.run("status", "--json").problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4_pay", "1_pay"})
    void aCommentOrAnotherClassNameDoesNotMakeItAnotherMigration(String to, MongoServer server) {
        String text = marking("pay");
        var project = project(server).with("2_pay.java", text).with("3_next.java", marking("next"));
        project.run("execute").exits(0);
        String changed = "// renumbered\n" + text.replaceAll("class \\w+", "class Pay3") + "/* the end */\n";
        project.without("2_pay.java").with(to + ".java", changed);

        String rename = "repair " + to + " --renamed-from 2_pay";
        project.run("status").exits(0).says(to + " has the code of 2_pay", rename);
        project.run("execute").exits(3).says(rename).neverSays("--as applied", "--out-of-order");
        project.run("execute", to).exits(3);
        project.run("repair", "2_pay", "--as", "applied", "--reason", "x").exits(3);
        Hints.type(project, rename).exits(0);
        project.run("repair", to, "--as", "unchanged", "--reason", "x").exits(0);
        project.run("execute").exits(0);
        wasRunOnce(project);
    }

    @Test
    void anotherTextIsAnotherMigration(MongoServer server) {
        var project = renamed(server, "2_pay", "3_pay").with("3_pay.java", marking("another"));
        project.run("execute").exits(3).says("2_pay was applied", "its file is gone");
        project.run("repair", "2_pay", "--as", "applied", "--reason", "x").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("base", "pay", "another");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3_pay", "2_payments"})
    void aFileWithOtherCodeThatMayBeTheMissingOneIsNamed(String to, MongoServer server) {
        var project = renamed(server, "2_pay", to).with(to + ".java", marking("another"));
        String rename = "repair " + to + " --renamed-from 2_pay";
        project.run("status").exits(0).says("If it is " + to + " now, record that: ", rename, "--as applied");
        project.run("execute").exits(3).says(rename);
        Hints.type(project, rename).exits(0);
        Hints.typeLast(project, project.run("execute").exits(3)).exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("base", "pay");
    }

    @Test
    void twoFilesWithTheSameTextAreTwoMigrations(MongoServer server) {
        var project = project(server).with("1_pay.java", marking("pay")).with("2_pay.java", marking("pay"));
        project.run("execute", "1").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("pay", "pay");
        assertThat(project.run("status", "--json").problems()).isEmpty();
    }

    @Test
    void ignoredAndFailedMigrationsKeepTheirStateUnderTheNewName(MongoServer server) {
        var project = project(server).with("1_old.java", marking("old"));
        project.run("ignore", "1").exits(0);
        project.with("2_bad.java", failing("bad", "no")).run("execute").exits(1);
        project.without("1_old.java")
                .without("2_bad.java")
                .with("3_old.java", marking("old"))
                .with("4_bad.java", failing("bad", "no"));
        project.run("execute").exits(3);
        project.run("repair", "3_old", "--renamed-from", "1_old").exits(0);
        project.run("repair", "4_bad", "--renamed-from", "2_bad").exits(0);
        assertThat(project.states())
                .containsOnlyKeys("3_old", "4_bad")
                .containsEntry("3_old", "ignored")
                .containsEntry("4_bad", "failed");
        project.with("4_bad.java", marking("good")).run("execute").exits(0);
        assertThat(project.marks()).containsExactly("bad", "good");
    }

    @Test
    void aRenameKilledBetweenItsTwoWritesIsCompletedByTheSameCommand(MongoServer server) {
        var project = renamed(server, "2_pay", "3_pay");
        Document old = project.journal("2_pay");
        project.run("repair", "3_pay", "--renamed-from", "2_pay").exits(0);
        Document moved = project.journal("3_pay");
        server.collection("migrations").insertOne(old);

        project.run("status", "--check").exits(3).says("repair 3_pay --renamed-from 2_pay");
        project.run("execute").exits(3).says("repair 3_pay --renamed-from 2_pay");
        project.run("repair", "3_pay", "--renamed-from", "2_pay").exits(0);

        assertThat(project.states()).containsOnlyKeys("1_base", "3_pay");
        assertThat(project.journal("3_pay")).isEqualTo(moved);
        project.run("repair", "3_pay", "--renamed-from", "2_pay").exits(0).says("Nothing");
        project.run("execute").exits(0);
        wasRunOnce(project);
    }

    @Test
    void aMigrationThatWasNotRenamedIsNotMoved(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"));
        project.run("execute", "--to", "2").exits(0);
        var before = project.states();
        String[] rename = {"repair", "3_three", "--renamed-from", "1_one"};
        project.run(rename).exits(3).complainsBriefly().says("its file still exists");
        project.run("repair", "2_two", "--renamed-from", "3_three").exits(3).complainsBriefly();
        project.run("repair", "2_two", "--renamed-from", "9_no").exits(2).complainsBriefly();
        project.run("repair", "--edited", "--renamed-from", "1_one").exits(2).complainsBriefly();
        project.without("1_one.java");
        project.run("repair", "2_two", "--renamed-from", "1_one").exits(3).says("of its own");
        project.run("repair", "1_one", "--renamed-from", "3_three")
                .exits(3)
                .says("repair 3_three --renamed-from 1_one");
        assertThat(project.states()).isEqualTo(before);
        // With another text the user decides, and the next command shows an edit.
        project.run(rename).exits(0);
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("edited");
    }

    @Test
    void theHintResolvesAFailedMigrationWithoutAFile(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.with("2_bad.java", failing("bad", "no")).run("execute").exits(1);
        project.without("2_bad.java");
        project.run("status", "--check").exits(3).says("2_bad failed on 2", "its file is gone");
        Result refused = project.run("execute").exits(3).complainsBriefly();
        Hints.typeLast(project, refused).exits(0);
        project.run("status", "--check").exits(0);
        project.run("execute").exits(0);

        project.with("2_bad.java", failing("bad", "no")).run("execute").exits(1);
        project.without("2_bad.java");
        project.run("repair", "2_bad", "--as", "applied", "--reason", "x").exits(0);
        project.run("status", "--check").exits(0);
    }

    @Test
    void anInterruptedTransactionalMigrationWithoutAFileIsAProblemToo(MongoServer server) {
        var project = project(server).with("1_one.java", transactional("one"));
        server.collection("migrations")
                .insertOne(new Document("_id", "2_gone")
                        .append("name", "2_gone.java")
                        .append("number", 2L)
                        .append("state", "running")
                        .append("run", "run-1")
                        .append("fence", 0L)
                        .append("transactional", true)
                        .append("startedAt", new Date()));
        project.run("status", "--check").exits(3);
        Hints.typeLast(project, project.run("execute").exits(3)).exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void theHintForADuplicateNumberNamesThePendingFileAndItsNewName(MongoServer server) {
        var project = project(server).with("07_pay.java", marking("pay")).with("08_next.java", marking("next"));
        project.run("execute").exits(0);
        project.with("07_add.java", marking("add"));
        for (String command : List.of("execute", "status")) {
            project.run(command).says("Rename 07_add.java, which is pending, to 09_add.java");
        }
        project.without("07_add.java").with("09_add.java", marking("add"));
        project.run("execute").exits(0);
        project.with("07_zero.java", marking("zero"));
        project.run("execute").exits(3).says("Rename 07_zero.java, which is pending, to 10_zero");
        assertThat(project.marks()).containsExactly("pay", "next", "add");
    }
}
