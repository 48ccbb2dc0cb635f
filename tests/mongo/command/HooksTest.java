package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;

/** What a project may add to its migopy.java: settings in fields, overrides, commands of its own. */
@OnServer
class HooksTest {
    private static final String NOTE = "private void note(String what) { db().getCollection(\"done\").insertOne(new"
            + " org.bson.Document(\"mark\", what)); }";

    private static Project withOne(MongoServer server) {
        return project(server).with("1_one.java", marking("one"));
    }

    @Test
    void fieldsAreSettingsAndTheEnvironmentBeatsThem(MongoServer server) {
        var project =
                withOne(server).entry("{ migrationsCollection = \"of_field\"; mongoDatabase = \"unused\";" + " }");
        project.run("execute").exits(0);
        assertThat(server.collection("of_field").countDocuments()).isEqualTo(1);
        project.environment("MIGRATIONS_COLLECTION", "of_environment")
                .run("execute")
                .exits(0);
        assertThat(server.collection("of_environment").countDocuments()).isEqualTo(1);
        project.run("execute", "--collection", "of_option").exits(0);
        assertThat(server.collection("of_option").countDocuments()).isEqualTo(1);
    }

    @Test
    void aCustomCommandRunsAndIsInTheHelp(MongoServer server) {
        var project = withOne(server).entry("""
            @Command(description = "Send the last dump to the archive")
            void archive() { System.out.println("archived from " + db().getName()); }
            """);
        project.start("archive").exits(0).says("archived from " + server.database());
        project.run("help").exits(0).says("archive", "Send the last dump to the archive", "execute");
        project.run("help", "archive").exits(0).says("Send the last dump to the archive");
        project.run("archve").exits(2).says("archive");
    }

    @Test
    void aCustomCommandMayHaveOptionsAndAnExitCode(MongoServer server) {
        var project = withOne(server).entry("""
            @Command
            int count(@picocli.CommandLine.Option(names = "--times") int times) {
                return times;
            }
            """);
        project.run("count", "--times", "7").exits(7);
    }

    @Test
    void aCustomCommandThatThrowsExits1(MongoServer server) {
        var project =
                withOne(server).entry("@Command void broken() { throw new" + " IllegalStateException(\"broken\"); }");
        project.run("broken").exits(1).says("broken");
    }

    @Test
    void hooksMayBeOverriddenAndRunInOrder(MongoServer server) {
        var project = withOne(server).with("2_two.java", marking("two"));
        project.entry(NOTE + """
            @Override protected void beforeRun() { note("before run"); }
            @Override protected void afterRun() { note("after run"); }
            @Override protected void beforeMigration(String name) { note("before " + name); }
            @Override protected void afterMigration(String name, StepReport step) {
                note(step.outcome().word() + " " + name);
            }
            """);
        project.run("execute").exits(0);
        assertThat(project.marks())
                .containsExactly(
                        "before run",
                        "before 1_one",
                        "one",
                        "applied 1_one",
                        "before 2_two",
                        "two",
                        "applied 2_two",
                        "after run");
        project.run("rollback", "2").exits(0);
        assertThat(project.marks()).endsWith("before run", "before 2_two", "rolled_back 2_two", "after run");
        int before = project.marks().size();
        project.run("execute", "--dry-run").exits(0);
        project.run("ignore", "--yes").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).hasSize(before);
    }

    private static final String NOTE_REPORT = NOTE + """
        @Override protected void afterRun(RunReport report) {
            StringBuilder text = new StringBuilder(report.command() + " " + report.exitCode());
            for (StepReport step : report.steps()) {
                text.append(", " + step.name() + " " + step.outcome().word());
            }
            boolean timed = report.durationMs() >= report.steps().get(0).durationMs();
            boolean here = report.run().equals(runId()) && report.database().equals(db().getName());
            note(text + ", " + report.error() + ", " + timed + " " + here);
        }
        """;

    @Test
    void theHookAfterARunGetsItsResult(MongoServer server) {
        var project = withOne(server).with("2_two.java", marking("two")).entry(NOTE_REPORT);
        project.run("execute").exits(0);
        assertThat(project.marks()).endsWith("execute 0, 1_one applied, 2_two applied, null, true true");
        project.run("redo", "2").exits(0);
        assertThat(project.marks()).endsWith("redo 0, 2_two rolled_back, 2_two applied, null, true true");
        project.with("3_three.java", failing("three", "no hope\nat all"))
                .run("execute")
                .exits(1);
        assertThat(project.marks()).endsWith("execute 1, 3_three failed, 3_three: no hope, true true");
    }

    @Test
    void theHookAfterARunIsNotCalledIfNoMigrationWasStarted(MongoServer server) {
        var project = withOne(server).entry(NOTE_REPORT);
        project.run("execute", "--dry-run").exits(0);
        project.run("rehearse", "--here").exits(0);
        project.run("ignore", "--yes").exits(0);
        project.run("execute").exits(0).says("Nothing to do");
        project.with("0_zero.java", marking("zero")).run("execute").exits(3);
        project.entry(NOTE_REPORT + throwing("beforeRun()"))
                .run("execute", "--out-of-order")
                .exits(1);
        project.entry(NOTE_REPORT + throwing("doDump()"))
                .run("execute", "--out-of-order", "--dump")
                .exits(1);
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void oneOfBothFormsOfTheHookAfterARunIsCalled(MongoServer server) {
        String both = NOTE_REPORT + "@Override protected void afterRun() { note(\"old form\"); }";
        var project = withOne(server).entry(both);
        project.run("execute").exits(0);
        assertThat(project.marks()).hasSize(2).endsWith("execute 0, 1_one applied, null, true true");
        project.entry(both.replace("StringBuilder text", "super.afterRun(report); StringBuilder text")
                        .replace("RunReport report)", "RunReport report) throws Exception"))
                .with("2_two.java", marking("two"))
                .run("execute")
                .exits(0);
        assertThat(project.marks()).hasSize(5).contains("old form");
    }

    @Test
    void theHookAfterARunGetsNoSecrets(@On(Kind.AUTH) MongoServer server) {
        server.createUser("ada", "correct-horse", "readWrite");
        var project = project(server)
                .environment("MONGO_URI", server.uriAs("ada", "correct-horse"))
                .entry(NOTE_REPORT)
                .with("1_one.java", failing("one", "cannot log in with correct-horse"));
        project.run("execute").exits(1);
        assertThat(project.marks()).endsWith("execute 1, 1_one failed, 1_one: cannot log in with ****, true true");
    }

    @Test
    void aHookThatThrowsEndsTheRunAndIsNamed(MongoServer server) {
        var project = withOne(server).with("2_two.java", marking("two"));
        project.entry(throwing("beforeRun()"));
        project.run("execute").exits(1).complainsBriefly().says("beforeRun() failed", "not now");
        assertThat(project.states()).isEmpty();
        project.lockIsFree();

        project.entry(throwing("beforeMigration(String name)"));
        project.run("execute").exits(1).complainsBriefly().says("1_one", "not now");
        assertThat(project.states()).containsOnlyKeys("1_one").containsEntry("1_one", "failed");
        assertThat(project.marks()).isEmpty();

        project.entry(throwing("afterMigration(String name, StepReport step)"));
        project.run("execute")
                .exits(1)
                .complainsBriefly()
                .says("afterMigration() failed after 1_one", "1_one stays applied");
        assertThat(project.states()).containsEntry("1_one", "applied");
        assertThat(project.marks()).containsExactly("one");

        project.entry(throwing("afterRun(RunReport report)"));
        project.run("execute").exits(1).complainsBriefly().says("afterRun() failed");
        assertThat(project.states()).containsEntry("2_two", "applied");
        project.lockIsFree();
    }

    @Test
    void aHookCannotCloseTheClient(MongoServer server) {
        var project = withOne(server).entry("""
            @Override protected void beforeRun() { client().close(); }
            @Override protected void beforeMigration(String name) { try (var client = client()) { } }
            @Command void close() { client().close(); System.out.println(db().listCollectionNames().first()); }
            """);
        project.run("execute").exits(0);
        assertThat(project.states()).containsEntry("1_one", "applied");
        project.run("close").exits(0);
    }

    private static String throwing(String hook) {
        return "@Override protected void %s { throw new IllegalStateException(\"not now\"); }".formatted(hook);
    }

    @Test
    void doDumpRunsBeforeTheFirstStepAndOnlyIfThereIsOne(MongoServer server) {
        var project = withOne(server).entry(NOTE + "@Override protected void doDump() { note(\"dump\"); }");
        project.run("execute", "--dry-run", "--dump").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
        project.run("execute", "--dump").exits(0);
        assertThat(project.marks()).containsExactly("one");
        project.with("2_two.java", marking("two")).run("execute", "--dump").exits(0);
        assertThat(project.marks()).containsExactly("one", "dump", "two");
        project.run("dbdump").exits(0);
        assertThat(project.marks()).hasSize(4).endsWith("dump");
    }

    @Test
    void doMongoDumpIsTheSettingOfThatOption(MongoServer server) {
        var project = withOne(server)
                .entry(NOTE + "{ doMongoDump = true; }" + "@Override protected void doDump() { note(\"dump\"); }");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("dump", "one");
    }

    @Test
    void nothingRunsAfterAFailedDump(MongoServer server) {
        var project = withOne(server)
                .entry("@Override protected void doDump() { throw new" + " IllegalStateException(\"disk full\"); }");
        var result = project.run("execute", "--dump", "--json").exits(1);
        assertThat(result.error()).containsEntry("kind", "dump");
        assertThat(result.error().getString("message")).contains("disk full");
        assertThat(project.states()).isEmpty();
        assertThat(project.marks()).isEmpty();
        project.lockIsFree();
    }

    @Test
    void theBuiltInDumpIsMadeBeforeExecute(MongoServer server) throws IOException {
        server.collection("users").insertOne(new Document("name", "Ada"));
        var project = withOne(server);
        project.run("execute", "--dump").exits(0);
        try (var dumps = Files.walk(project.folder().resolve("mongodumps"))) {
            List<String> files =
                    dumps.map(file -> file.getFileName().toString()).toList();
            assertThat(files).contains("users.bson", "users.metadata.json");
            assertThat(files).doesNotContain("migrations_lock.bson", "done.bson");
        }
        project.with("2_two.java", marking("two"));
        project.run("execute", "--dump-touched").exits(0);
        project.with("3_three.java", up("throw new IllegalStateException();"));
        assertThat(project.run("execute", "--dump").exits(1).err())
                .contains("dbrestore " + project.folder().resolve("mongodumps"));
    }
}
