package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** The lock's document is deleted, or taken from its owner, while a run is in {@code up()}. */
@OnServer
class LockGoneTest {
    /** Several intervals of renewals with the lease of these tests. */
    private static final long RENEWALS_STOPPED_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String DROP_LOCK = "db().getCollection(\"migrations_lock\").drop();";

    /** Waits for a signal that is meant for this process alone. */
    private static final String EACH_WAITING = up("""
        String me = String.valueOf(ProcessHandle.current().pid());
        support.Signals.send("in-up-" + me);
        support.Signals.await("go-" + me);
        """);

    private static Project two(MongoServer server, String first) {
        return project(server)
                .with("1_slow.java", first)
                .with("2_two.java", marking("two"))
                .lease("2s");
    }

    @Test
    void aNewLockContinuesFromTheHighestFence(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        project.with("2_two.java", marking("two")).run("execute").exits(0);
        server.collection("migrations_lock").drop();

        project.with("3_three.java", marking("three")).run("execute").exits(0);

        assertThat(project.journal("3_three")).containsEntry("fence", 3L);
        assertThat(project.lock()).containsEntry("token", 3L);
        project.lockIsFree();
    }

    @Test
    void aLockThatWasReplacedByAnOlderOneContinuesFromItToo(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        server.collection("migrations").updateOne(new Document("_id", "1_one"), set("fence", 17L));

        project.run("rollback", "1").exits(0);

        assertThat(project.journal("1_one")).containsEntry("fence", 18L);
        assertThat(project.lock()).containsEntry("token", 18L);
    }

    @Test
    void theFenceOfARunningFixCountsToo(MongoServer server) {
        server.collection("migrations_fixes")
                .insertOne(
                        new Document("_id", "dead").append("outcome", "running").append("fence", 5L));

        project(server).with("1_one.java", marking("one")).run("execute").exits(0);

        assertThat(project(server).journal("1_one")).containsEntry("fence", 6L);
        assertThat(server.collection("migrations_fixes").find().first()).containsEntry("fence", 6L);
    }

    @Test
    void aFenceThatNoLockIssuedIsIgnored(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        server.collection("migrations").updateOne(new Document("_id", "1_one"), set("fence", Long.MAX_VALUE));

        project.with("2_two.java", marking("two")).run("execute").exits(0);

        assertThat(project.lock()).containsEntry("token", 2L);
    }

    @Test
    void aRunThatWasOvertakenAfterItsLockWasDeletedWritesNothing(MongoServer server) {
        var project = two(server, waitingFor("go"));
        var first = project.start("execute").untilInUp().suspend();
        server.collection("migrations_lock").drop();
        project.signal("go").run("execute", "--retry").exits(0);
        Document theirs = project.journal("1_slow");

        first.resume().exits(5).complainsBriefly();

        assertThat(project.journal("1_slow")).isEqualTo(theirs).containsEntry("fence", 2L);
        assertThat(project.marks()).containsOnlyOnce("two");
        project.lockIsFree();
    }

    @Test
    void aRunOnADroppedDatabaseDoesNotEndTheMigrationOfTheNextRun(MongoServer server) {
        var project = two(server, EACH_WAITING);
        var first = project.start("execute");
        first.until("in-up-" + first.pid()).suspend();
        server.db().drop();
        var second = project.start("execute");
        second.until("in-up-" + second.pid());
        Document theirs = project.journal("1_slow");

        project.signal("go-" + first.pid());
        first.resume().exits(5).complainsBriefly();

        assertThat(project.journal("1_slow"))
                .isEqualTo(theirs)
                .containsEntry("state", "running")
                .containsEntry("fence", 1L);
        assertThat(project.states()).containsOnlyKeys("1_slow");
        project.signal("go-" + second.pid());
        second.exits(0);
        assertThat(project.states().values()).containsExactly("applied", "applied");
    }

    @Test
    void aRunWhoseLockWasDeletedReportsItAndStartsNothingMore(MongoServer server) {
        var project = two(server, waitingFor("go"));
        var run = project.start("execute").untilInUp();
        server.collection("migrations_lock").drop();
        untilARenewalFails(server);
        project.signal("go");

        run.exits(5)
                .complainsBriefly()
                .says("lost its lock", "migrations_lock was deleted")
                .neverSays("another");

        assertThat(project.states()).containsOnlyKeys("1_slow").containsEntry("1_slow", "applied");
        assertThat(project.lock()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db().getCollection(\"migrations_lock\").drop();",
                "db().getCollection(\"migrations_lock\").deleteMany(new Document());",
                "db().runCommand(new Document(\"drop\", \"migrations_lock\"));"
            })
    void noMigrationFollowsOneThatDeletesTheLock(String statement, MongoServer server) {
        var project = two(server, up(statement)).lease("30s");

        project.run("execute").exits(5).says("migrations_lock was deleted");

        assertThat(project.states()).containsOnlyKeys("1_slow").containsEntry("1_slow", "applied");
    }

    @ParameterizedTest
    @ValueSource(strings = {DROP_LOCK, "db().getCollection(\"migrations_lock\").deleteMany(new Document());"})
    void theSameHoldsForTheLastMigration(String statement, MongoServer server) {
        var project = project(server).with("1_one.java", up(statement));

        var result = project.run("execute", "--json").exits(5);

        assertThat(result.error().getString("message")).contains("lost its lock", "migrations_lock was deleted");
        assertThat(result.steps()).extracting("outcome").containsExactly("applied");
        assertThat(project.states()).containsEntry("1_one", "applied");
    }

    @Test
    void theSameHoldsForATransactionARollbackAndAFix(MongoServer server) {
        String method = "public static void up(MongoDatabase db, ClientSession session) { %s }".formatted(DROP_LOCK);
        var project = project(server).with("1_one.java", source(method)).write("fix.java", up(DROP_LOCK));
        project.run("execute").exits(5).says("migrations_lock was deleted");

        project.with("2_two.java", upAndDown("", DROP_LOCK));
        project.run("execute").exits(0);
        project.run("rollback", "2").exits(5).says("migrations_lock was deleted");
        assertThat(project.states()).containsEntry("2_two", "rolled_back");

        project.run("run", "fix.java", "--reason", "x").exits(5).says("migrations_lock was deleted");
    }

    @Test
    void theSameHoldsForAHookAfterTheLastMigration(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .entry("@Override protected void afterRun() { " + DROP_LOCK + " }");

        project.run("execute").exits(5).says("migrations_lock was deleted");
    }

    @Test
    void aRunWhoseLockWasRemovedWithUnlockReportsIt(MongoServer server) {
        var project = two(server, waitingFor("go"));
        var run = project.start("execute").untilInUp();
        project.run("unlock", "--owner", project.lock().getString("owner")).exits(0);
        untilARenewalFails(server);
        project.signal("go");

        run.exits(5).complainsBriefly().says("lost its lock", "released by unlock");

        assertThat(project.states()).containsOnlyKeys("1_slow");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRunWhoseLockWasTakenOverNamesTheNewOwner(boolean held, MongoServer server) {
        var project = two(server, waitingFor("go"));
        var run = project.start("execute").untilInUp();
        Document other = new Document("_id", "lock").append("token", 9L);
        if (held) {
            other.append("run", "other1").append("host", "elsewhere").append("owner", "other/1");
        }
        server.collection("migrations_lock").replaceOne(new Document("_id", "lock"), other);
        untilARenewalFails(server);
        project.signal("go");

        run.exits(5).says(held ? "run other1 on elsewhere" : "another run took it over");
    }

    /**
     * Waits until the lock's owner has tried a renewal since the lock was changed. One that came before this method's first
     * count may have been the last one; then there is none for longer than the interval of renewals.
     */
    private static void untilARenewalFails(MongoServer server) {
        long before = findAndModifies(server);
        long start = System.nanoTime();
        Eventually.until(
                "a renewal was tried",
                () -> findAndModifies(server) > before || System.nanoTime() - start > RENEWALS_STOPPED_NANOS);
    }

    private static long findAndModifies(MongoServer server) {
        Document commands = server.admin(new Document("serverStatus", 1))
                .get("metrics", Document.class)
                .get("commands", Document.class);
        return commands.get("findAndModify", Document.class).getLong("total");
    }

    private static Document set(String field, Object value) {
        return new Document("$set", new Document(field, value));
    }
}
