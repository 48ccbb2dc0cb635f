package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.oneWay;
import static support.Project.project;

import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Result;

@OnServer
class StatusTest {
    @Test
    void aProjectWithoutMigrationsIsNotAnError(MongoServer server) {
        project(server).run("status").exits(0);
    }

    @Test
    void noCommandMeansStatus(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        assertThat(project.run().exits(0).out())
                .isEqualTo(project.run("status").exits(0).out());
    }

    @Test
    void itShowsDatabaseDirectoryAndTheNextCommand(MongoServer server) {
        project(server)
                .with("1_users.java", marking("users"))
                .run("status")
                .exits(0)
                .says(server.database(), "mongomigrations", "1_users", "pending", "execute");
    }

    @Test
    void itWritesNothingAndCreatesNothing(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        project.run("status").exits(0);
        project.run("status", "--check").exits(8);
        project.run("status", "--json").exits(0);
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void itCompilesNothing(MongoServer server) {
        Result result = project(server).with("1_broken.java", "class {").run("status", "--json");
        assertThat(result.exits(0).problems()).isEmpty();
    }

    @Test
    void migrationsAreOrderedByNumberAndNotByName(MongoServer server) {
        var project = project(server)
                .with("10_ten.java", marking("ten"))
                .with("2_two.java", marking("two"))
                .with("007_seven.java", marking("seven"))
                .with("20261123101500_stamp.java", marking("stamp"));
        assertThat(names(project.run("status", "--json")))
                .containsExactly("2_two", "007_seven", "10_ten", "20261123101500_stamp");
    }

    @Test
    void pendingMigrationsAreShownLast(MongoServer server) {
        var project = project(server).with("5_five.java", marking("five"));
        project.run("execute").exits(0);
        project.with("6_six.java", marking("six")).with("3_three.java", marking("three"));
        String out = project.run("status").exits(0).out();
        assertThat(out.indexOf("5_five")).isLessThan(out.indexOf("3_three"));
        assertThat(out.indexOf("3_three")).isLessThan(out.indexOf("6_six"));
    }

    @Test
    void theLastTenAppliedMigrationsAreShownAndAllWithAll(MongoServer server) {
        var project = project(server);
        for (int number = 1; number <= 14; number++) {
            project.with("%02d_step.java".formatted(number), marking("step"));
        }
        project.run("execute").exits(0);
        project.run("status").exits(0).says("05_step", "14_step").neverSays("04_step");
        project.run("status", "--all").exits(0).says("01_step", "04_step", "14_step");
        assertThat(names(project.run("status", "--json"))).hasSize(14);
    }

    @Test
    void checkExits8IfAFailedMigrationIsStillToBeApplied(MongoServer server) {
        var project = project(server).with("1_users.java", failing("users", "no"));
        project.run("execute").exits(1);
        project.run("status", "--check").exits(8);
    }

    @Test
    void checkExits8IfSomethingIsPendingAnd3IfThereIsAProblem(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        project.run("status", "--check").exits(8);
        project.run("execute").exits(0);
        project.run("status", "--check").exits(0);
        project.with("1_users.java", marking("others"));
        project.run("status", "--check").exits(3).says("1_users", "edited");
        project.run("status").exits(0).says("1_users", "edited");
    }

    @Test
    void theJsonHasTheMigrationsASummaryAndTheProblems(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users")).with("2_orders.java", oneWay("orders"));
        project.run("execute").exits(0);
        project.with("3_more.java", marking("more"));
        Document json = project.run("status", "--json").exits(0).json();
        assertThat(json)
                .containsEntry("database", server.database())
                .containsEntry("collection", "migrations")
                .containsEntry("directory", "mongomigrations")
                .containsEntry("embedded", false)
                .containsEntry("problems", List.of());
        assertThat(json.get("summary", Document.class))
                .containsEntry("applied", 2L)
                .containsEntry("pending", 1L)
                .containsEntry("failed", 0L)
                .containsEntry("ignored", 0L)
                .containsEntry("interrupted", 0L);
        List<Document> rows = json.getList("migrations", Document.class);
        Document first = rows.get(0);
        assertThat(first)
                .containsOnlyKeys("name", "number", "state", "startedAt", "finishedAt", "durationMs", "reversible")
                .containsEntry("name", "1_users")
                .containsEntry("number", 1L)
                .containsEntry("state", "applied")
                .containsEntry("reversible", true);
        assertThat(rows.get(1)).containsEntry("reversible", false);
        assertThat(rows.get(2))
                .containsEntry("name", "3_more")
                .containsEntry("number", 3L)
                .containsEntry("state", "pending")
                .doesNotContainKeys("problem", "startedAt", "finishedAt", "durationMs");
    }

    @Test
    void aMigrationWithoutDownIsMarked(MongoServer server) {
        var project = project(server).with("1_users.java", oneWay("users"));
        project.run("execute").exits(0);
        project.run("status").exits(0).says("no down");
    }

    @Test
    void aRolledBackMigrationIsPendingAgain(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        project.run("execute").exits(0);
        project.run("rollback", "1").exits(0);
        assertThat(states(project.run("status", "--json"))).containsExactly("pending");
        project.run("status", "--check").exits(8);
    }

    @Test
    void failedAndIgnoredMigrationsAreShownAsSuch(MongoServer server) {
        var project =
                project(server).with("1_users.java", marking("users")).with("2_orders.java", failing("orders", "no"));
        project.run("ignore", "1").exits(0);
        project.run("execute").exits(1);
        assertThat(states(project.run("status", "--json"))).containsExactly("ignored", "failed");
    }

    @Test
    void aRunningMigrationWithoutALockIsShownAsInterrupted(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        server.collection("migrations").insertOne(underWay("1_users", "running"));
        Result result = project.run("status", "--json").exits(0);
        assertThat(states(result)).containsExactly("interrupted");
        assertThat(result.problemKinds()).containsExactly("interrupted");
        assertThat(result.problems().get(0).getString("hint")).contains("repair");
        project.run("status", "--check").exits(3);
    }

    @Test
    void aMigrationOfTheLocksOwnerIsRunningAndNotAProblem(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        server.collection("migrations").insertOne(underWay("1_users", "running"));
        Date soon = Date.from(server.time().plusSeconds(60));
        server.collection("migrations_lock")
                .insertOne(new Document("_id", "lock")
                        .append("owner", "owner-2")
                        .append("run", "run-1")
                        .append("host", "elsewhere")
                        .append("pid", 7L)
                        .append("token", 1L)
                        .append("acquiredAt", new Date())
                        .append("expiresAt", soon));
        Result result = project.run("status", "--json").exits(0);
        assertThat(states(result)).containsExactly("running");
        assertThat(result.problems()).isEmpty();
    }

    @Test
    void standardOutputHasNoColourWithoutATerminal(MongoServer server) {
        var project = project(server).with("1_users.java", marking("users"));
        project.run("status").exits(0).neverSays("\u001b");
    }

    private static Document underWay(String name, String state) {
        return new Document("_id", name)
                .append("name", name + ".java")
                .append("number", 1L)
                .append("state", state)
                .append("run", "run-1")
                .append("fence", 1L)
                .append("transactional", false)
                .append("startedAt", new Date())
                .append(
                        "by",
                        new Document("user", "ada")
                                .append("host", "elsewhere")
                                .append("pid", 7L)
                                .append("migopy", "0.1.0"));
    }

    private static List<String> names(Result result) {
        return rows(result).stream().map(row -> row.getString("name")).toList();
    }

    private static List<String> states(Result result) {
        return rows(result).stream().map(row -> row.getString("state")).toList();
    }

    private static List<Document> rows(Result result) {
        return result.json().getList("migrations", Document.class);
    }

    @Test
    void whatWasEditedSinceItWasCompiledIsMarked(MongoServer server) {
        String mark = "edited since it was last compiled";
        var project = project(server).with("1_one.java", marking("one"));
        project.run("status").exits(0).neverSays(mark);
        project.run("validate").exits(0);
        project.run("status").exits(0).neverSays(mark);

        project.with("1_one.java", failing("one", "no")).with("2_two.java", marking("two"));
        Result status = project.run("status").exits(0).says(mark);
        assertThat(status.out().lines().filter(line -> line.contains(mark)))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("pending", "1_one"));
        assertThat(rows(project.run("status", "--json").exits(0)))
                .extracting(row -> row.getBoolean("editedSinceCompiled"))
                .containsExactly(true, null);

        project.run("execute").exits(1);
        project.run("status").exits(0).neverSays(mark);
        project.with("1_one.java", "class A { static void up() { db(); } }");
        project.run("status").exits(0).says("failed", mark);
        project.run("status", "--compile").says(mark); // what does not compile was not compiled
        project.with("1_one.java", marking("one"))
                .run("status", "--compile")
                .exits(0)
                .neverSays(mark);
        project.with("1_one.java", marking("one") + "\n").run("execute").exits(0);
        project.run("status").exits(0).neverSays(mark);
    }

    @Test
    void compileReportsPendingFilesThatDoNotCompile(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        project.with("2_two.java", "class A { static void up() { db(); } }");
        assertThat(project.run("status", "--json").exits(0).problemKinds()).isEmpty();
        project.run("status", "--check", "--compile")
                .exits(3)
                .says("2_two.java:1: cannot find symbol", "import static migopy.Migration.db;");
    }
}
