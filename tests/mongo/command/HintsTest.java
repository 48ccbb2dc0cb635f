package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.transactional;
import static support.Project.project;
import static support.Project.withoutServer;

import java.io.IOException;
import java.nio.file.Files;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Hints;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;

/** The hints of mistakes solve them. */
@OnServer
class HintsTest {
    @ParameterizedTest
    @CsvSource({
        "up, execute",
        "migrate, execute",
        "migrations:execute, execute",
        "down, rollback --last 1",
        "undo, rollback --last 1",
        "new, create",
    })
    void commandsOfOtherToolsLeadToOurs(String typed, String ours) {
        withoutServer()
                .run(typed)
                .exits(2)
                .says("Unknown command: " + typed, "Did you mean jbang migopy.java " + ours + "?");
    }

    @ParameterizedTest
    @CsvSource({
        "5_add_users, 5_add_users.java",
        "5_add_users.java, 5_add_users.java",
        "add users.java, 2_add_users.java",
        "2fa_login, 2_2fa_login.java",
    })
    void aFilesNameIsTakenAsOne(String typed, String file) {
        var project = withoutServer().with("1_one.java", marking("one"));
        project.run("create", typed).exits(0).says(file);
        assertThat(project.migrations().resolve(file)).isRegularFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "excute",
                "status --nonsense",
                "create",
                "history --fixes nosuch",
                "fix-to-migration",
                "fix-to-migration nosuch words",
                "backfill pause 1",
                "ignore",
                "dbdump --collection nosuch",
                "execute 1",
                "rollback",
                "rollback 2",
                "rollback --last 0",
                "rollback --run nosuch",
                "redo 2",
                "repair 1 --as pending --reason x",
                "repair 2 --as applied --reason x",
            })
    void theLastCommandOfAHintWorksAsItIsPrinted(String typed, MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        project.with("2_two.java", marking("two"));
        var refused = Hints.type(project, typed);
        assertThat(refused.exitCode()).as(refused.toString()).isNotZero();
        Hints.typeLast(project, refused).exits(0);
    }

    @Test
    void aPathWithABlankIsQuotedInHints() {
        withoutServer()
                .environment("MIGOPY_COMMAND", "/x/p b/migopy")
                .run("up")
                .exits(2)
                .says("'/x/p b/migopy' execute", "'/x/p b/migopy' help");
    }

    @Test
    void anExistingNameIsReported() {
        var project = withoutServer().with("1_add_users.java", marking("one"));
        project.run("create", "add users").exits(0).says("2_add_users.java", "1_add_users has the");
    }

    @Test
    void aReadOnlyDirectoryIsReportedWithTheReason() {
        withoutServer()
                .run("create", "add", "users", "--directory", "/sys/kernel")
                .exits(2)
                .complainsBriefly()
                .says(": ")
                .neverSays("cannot be written: /sys");
    }

    @Test
    void theHintOfAMissingDirectoryIsCreate() throws IOException {
        var project = withoutServer();
        Files.delete(project.migrations());
        Hints.typeLast(project, project.run("validate").exits(2)).exits(0);
        project.run("validate").exits(0);
    }

    @Test
    void theHintMovesAHelperClassBesideMigopyJava() {
        withoutServer()
                .with("Helper.java", "class Helper {}")
                .run("validate")
                .exits(3)
                .says("move it next to migopy.java, and add //SOURCES Helper.java to migopy.java");
    }

    @Test
    void aNamedGroupInPythonsSyntaxIsReported() {
        withoutServer()
                .run("validate", "--pattern", "(?P<migr_nr>[0-9]+)_.*\\.java")
                .exits(2)
                .says("Name the group of the number (?<number>...) without a P in --pattern");
        withoutServer()
                .run("validate", "--pattern", "(?<nr>[0-9]+)_.*\\.java")
                .exits(2)
                .says("Name the group of the number (?<number>...) in --pattern");
    }

    @Test
    void aTaskNamedLikeABuiltInCommandIsRefusedByEveryCommand() {
        var project = withoutServer().entry("@Command void history() {}");
        for (String command : new String[] {"validate", "history", "help"}) {
            project.run(command).exits(2).says("The task history", "@Command(name = \"my-history\")");
        }
        withoutServer()
                .entry("@Command(name = \"status\") void mine() {}")
                .run("help")
                .exits(2)
                .says("The task status");
        withoutServer().entry("void history() {}").run("validate").exits(0);
    }

    @Test
    void theHintOfATaskThatThrowsIsToFixIt() {
        withoutServer()
                .entry("@Command void seed() { throw new IllegalStateException(\"no seeds\"); }")
                .run("seed")
                .exits(1)
                .says("The task seed failed", "no seeds", "Fix it in migopy.java")
                .neverSays("please report");
    }

    @Test
    void aHookThatStopsARunIsNotReportedAsBroken(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .entry("@Override protected void beforeRun() {" + " throw new IllegalStateException(\"frozen\"); }");
        var stopped = project.run("execute").exits(1);
        stopped.says("beforeRun() failed", "frozen", "did not throw that on purpose");
        Hints.typeLast(project, stopped).exits(0);
    }

    @Test
    void aHookCanRefuseARunInItsOwnWords(MongoServer server) {
        project(server)
                .with("1_one.java", marking("one"))
                .entry("@Override protected void beforeRun() {"
                        + " throw MigopyException.refused(\"frozen until Monday\","
                        + " \"Wait\"); }")
                .run("execute")
                .exits(3)
                .says("frozen until Monday\nWait\n")
                .neverSays("beforeRun()");
    }

    @Test
    void theHintOfAQualifiedNameOfMigopyIsAnImport() {
        var project = withoutServer()
                .with("1_one.java", "class A { static void up() { migopy.Migration.db(); } }")
                .inChild();
        project.run("validate")
                .exits(3)
                .says("The class migopy hides the package", "import static migopy.Migration.db;");
    }

    @Test
    void anIgnoredMigrationIsNotReportedAsApplied(MongoServer server) {
        var project = project(server).with("5_users.java", marking("users"));
        project.run("ignore", "5").exits(0);
        var refused =
                project.with("3_late.java", marking("late")).run("execute").exits(3);
        refused.says("5_users is already ignored");
        Hints.type(project, Hints.commands(refused).get(0)).exits(0);
    }

    @Test
    void aMigrationWithoutItsFileCanBeRolledBack(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        Hints.typeLast(project, project.without("2_two.java").run("execute").exits(0))
                .exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void ignoreWithoutANameShowsHowManyAndRequiresYes(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        var refused = project.run("ignore").exits(2).complainsBriefly();
        refused.says("2 pending migrations without executing: 1_one, 2_two", "ignore --yes");
        assertThat(project.states()).isEmpty();
        Hints.type(project, Hints.commands(refused).get(0)).exits(0);
        assertThat(project.states()).hasSize(2);
        project.run("ignore").exits(0).says("Nothing to do");
    }

    @Test
    void aTransactionWithoutAReplicaSetIsReportedAsSuch(@On(Kind.STANDALONE) MongoServer server) {
        project(server)
                .with("1_one.java", transactional("one"))
                .run("execute")
                .exits(3)
                .says("it is not a replica set", "Start mongod with --replSet");
    }

    @Test
    void aDumpIsIgnoredByGit(MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1));
        Project project = project(server);
        project.run("dbdump").exits(0);
        assertThat(project.folder().resolve("mongodumps/.gitignore")).hasContent("*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"users.insertOne(new User(1));", "users.find().first();"})
    void theHintOfANonPublicRecordIsToMakeItPublic(String use, MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 7).append("number", 7));
        String text = source("record User(int number) {}\n"
                + "static void up() { var users = db().getCollection(\"users\","
                + " User.class);\n"
                + use
                + " }");
        var project = project(server).with("1_one.java", text);
        project.run("execute").exits(1).says("Make the record User public");
        project.with("1_one.java", text.replace("record User", "public record User"));
        project.run("execute").exits(0);
    }
}
