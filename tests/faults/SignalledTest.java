package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static support.Migrations.backfillWaitingFor;
import static support.Migrations.failing;
import static support.Migrations.longUpdate;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Migrations.waitingFor;
import static support.Migrations.waitingUninterruptiblyFor;
import static support.Project.project;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;
import support.SignalDefaults;

/** A run is stopped from outside, from inside or by its time limit. */
@OnServer
class SignalledTest {
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final String THROWS_BESIDE_A_SIGNAL = "sun.misc.Signal.raise(new sun.misc.Signal(\"TERM\"));"
            + " long end = System.nanoTime() + %d_000L;"
            + " while (System.nanoTime() < end) { }"
            + " throw new IllegalStateException(\"no\");";

    private static Project two(MongoServer server, String first) {
        return project(server).with("1_slow.java", first).with("2_two.java", marking("two"));
    }

    @Test
    void aMigrationThatIgnoresInterruptsStaysRunningWithTheReasonNoted(MongoServer server) {
        var project = two(server, waitingUninterruptiblyFor("never"));
        var run = project.start("execute").untilInUp();
        Instant before = Instant.now();
        run.terminate().exits(143);

        assertThat(Duration.between(before, Instant.now())).isBetween(GRACE, GRACE.multipliedBy(2));
        assertThat(project.journal("1_slow")).containsEntry("state", "running");
        assertThat(project.journal("1_slow").get("error", Document.class)).containsEntry("type", "interrupted");
        project.lockIsFree();
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("interrupted");
        project.run("execute").exits(5);
        assertThat(project.states()).doesNotContainKey("2_two");
    }

    @Test
    void anExceptionAtTheMomentOfASignalIsNeverRecordedAsApplied(MongoServer server) {
        var project = project(server);
        for (int micros = 0; micros < 600; micros += 50) {
            project.with("1_throws.java", up(THROWS_BESIDE_A_SIGNAL.formatted(micros)));
            int exitCode = project.start("execute", "--retry", "1").ended().exitCode();
            assertThat(exitCode).isIn(1, 143);
            assertThat(project.journal("1_throws")).containsEntry("state", "failed");
        }
    }

    @Test
    void aSecondSignalEndsItAtOnce(MongoServer server) {
        var project = two(server, waitingUninterruptiblyFor("never"));
        var run = project.start("execute").untilInUp();
        Instant before = Instant.now();
        run.interrupt();
        run.untilSays("a second signal ends the process at once");
        run.interrupt();
        run.exits(130);
        assertThat(Duration.between(before, Instant.now())).isLessThan(GRACE);
        assertThat(project.states()).containsEntry("1_slow", "running");
    }

    @Test
    void aSignalThatIsRepeatedAtOnceCountsOnce(MongoServer server) {
        var project = two(server, longUpdate());
        var run = project.start("execute").untilInUp();
        run.terminateTwiceInAMoment().exits(143);
        assertThat(project.journal("1_slow")).containsEntry("state", "failed");
        project.lockIsFree();
    }

    @Test
    void itsOperationsOnTheServerAreEndedToo(MongoServer server) {
        var project = two(server, longUpdate());
        var run = project.start("execute").untilInUp();
        Eventually.until("the server is busy", () -> updates(server) == 1);
        run.terminate().exits(143);
        assertThat(updates(server)).isZero();
        assertThat(project.journal("1_slow")).containsEntry("state", "failed");
        assertThat(project.states()).doesNotContainKey("2_two");
        project.lockIsFree();
    }

    @Test
    void theyAreEndedAtTheTimeLimitToo(MongoServer server) {
        var project = two(server, longUpdate());
        project.start("execute", "--timeout", "2s").exits(1);
        assertThat(updates(server)).isZero();
        assertThat(project.journal("1_slow").get("error", Document.class)).containsEntry("type", "timeout");
        project.lockIsFree();
        project.run("execute").exits(5).says("1_slow");
    }

    @Test
    void anEndlessLoopThatIgnoresInterruptsIsEndedWithItsOperationsOnTheServer(MongoServer server) {
        var project = two(
                server,
                up("db().getCollection(\"done\").insertOne(new Document(\"mark\","
                        + " \"half\")); support.Signals.send(\"in-up\"); while (true) {"
                        + " try { db().getCollection(\"done\").updateMany(new"
                        + " Document(\"$where\", \"sleep(60000) || true\"), new"
                        + " Document(\"$set\", new Document(\"late\", true))); } catch"
                        + " (RuntimeException e) { Thread.interrupted(); } }"));
        var run = project.start("execute", "--timeout", "2s").untilInUp();
        Instant before = Instant.now();
        run.exits(1).says("1_slow", "took longer than 2 s");

        assertThat(Duration.between(before, Instant.now())).isLessThan(GRACE.multipliedBy(2));
        assertThat(project.journal("1_slow")).containsEntry("state", "failed");
        assertThat(project.journal("1_slow").get("error", Document.class)).containsEntry("type", "timeout");
        project.lockIsFree();
        Eventually.until("none of its operations is running", () -> updates(server) == 0);
        project.run("execute").exits(5).says("1_slow", "timed out");
        assertThat(project.states()).doesNotContainKey("2_two");
    }

    @Test
    void systemExitIsAFailureOfThatMigrationAlone(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.with("2_exit.java", up("System.exit(0);")).with("3_three.java", marking("three"));
        project.start("execute").exits(1).says("2_exit", "called System.exit", "2_exit.java:8");
        assertThat(project.states())
                .containsEntry("1_one", "applied")
                .containsEntry("2_exit", "failed")
                .doesNotContainKey("3_three");
        assertThat(project.journal("2_exit").get("error", Document.class))
                .containsEntry("message", "called System.exit")
                .containsEntry("frames", List.of("2_exit.java:8    System.exit(0);"));
        project.lockIsFree();
    }

    @Test
    void aRepairThatIsStoppedReleasesItsLockAndChangesNothing(MongoServer server) {
        var project = two(server, failing("slow", "no"));
        project.run("execute").exits(1);
        Document before = project.journal("1_slow");
        // The second time that it reads the journal, it does so under the lock.
        var held = server.failing("migrations", "find").afterThe(1).blocking(Duration.ofSeconds(5));
        var repair = project.start("repair", "1", "--as", "applied", "--reason", "x", "--json");
        Eventually.until("it has the lock", () -> project.lock().get("owner") != null);

        assertThat(repair.terminate().exits(143).error())
                .containsEntry("kind", "signal")
                .containsEntry("message", "Stopped before anything was done");

        held.close();
        project.lockIsFree();
        assertThat(project.journal("1_slow")).isEqualTo(before);
    }

    @Test
    void aSignalWhileFilesAreCompiledIsAnsweredAsASignal(MongoServer server) {
        var project = project(server).cold();
        for (int i = 1; i <= 60; i++) {
            project.with(i + "_m.java", marking("m" + i));
        }
        var run = project.start("execute", "--json");
        Eventually.until("it has the lock", () -> project.lock() != null);
        assertThat(run.terminate().exits(143).json()).containsEntry("exitCode", 143L);
        project.lockIsFree();
    }

    @Test
    void migrationsThatWereIgnoredBeforeASignalAreReported(MongoServer server) {
        var project = project(server);
        for (int i = 1; i <= 25; i++) {
            project.with(i + "_m.java", marking("m" + i));
        }
        var held = server.failing("migrations", "update").blocking(Duration.ofSeconds(2));
        var ignore = project.start("ignore", "--yes", "--json");
        held.awaitEntered();

        Result result = ignore.terminate().exits(143);

        assertThat(result.steps()).hasSameSizeAs(project.states().keySet()).hasSize(20);
        project.lockIsFree();
    }

    @Test
    void aBackfillFinishesItsBatchAndIsResumedLater(MongoServer server) {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            users.add(new Document("_id", i).append("n", 0));
        }
        server.collection("users").insertMany(users);
        var project = two(server, backfillWaitingFor("go"));
        var run = project.start("execute").untilInUp();
        run.terminate();
        project.signal("go");
        run.exits(143);

        assertThat(server.collection("users").countDocuments(new Document("n", 1)))
                .isBetween(30L, 60L);
        assertThat(project.journal("1_slow")).containsEntry("state", "failed").containsKey("checkpoints");
        project.lockIsFree();
        project.run("execute").exits(0);
        assertThat(server.collection("users").countDocuments(new Document("n", 1)))
                .isEqualTo(100);
    }

    @Test
    void aSignalWhileItWaitsForTheLockEndsTheWait(MongoServer server) {
        var project = two(server, waitingFor("go"));
        var first = project.start("execute").untilInUp();
        var second = project.start("execute", "--wait", "60s").untilSays("ait");
        second.terminate().exits(143);
        project.signal("go");
        first.exits(0);
        project.lockIsFree();
    }

    @Test
    void systemExitAfterASignalChangesNothing(MongoServer server) {
        var project = two(
                server,
                up("support.Signals.send(\"in-up\"); try {"
                        + " support.Signals.await(\"never\"); } finally {"
                        + " System.exit(0); }"));
        project.start("execute").untilInUp().terminate().exits(143).neverSays("\tat ");
        assertThat(project.states()).doesNotContainKey("2_two");
        project.lockIsFree();
    }

    @Test
    void aClosedTerminalIsASignalAndNotACallOfSystemExit(MongoServer server) throws Exception {
        assumeThat(SignalDefaults.lacksHangups())
                .as("SIGHUP is ignored, as under nohup, and every child process ignores it too")
                .isFalse();
        var project = two(server, waitingFor("never"));
        var run = project.start("execute").untilInUp();
        new ProcessBuilder("kill", "-HUP", String.valueOf(run.pid())).start().waitFor();
        run.exits(129);
        assertThat(project.journal("1_slow").get("error", Document.class)).containsEntry("type", "interrupted");
        project.lockIsFree();
    }

    private static int updates(MongoServer server) {
        Document working = new Document("op", "update").append("ns", server.database() + ".done");
        Document heldUp = new Document("command.update", "migrations").append("command.$db", server.database());
        Document match = new Document("$or", List.of(working, heldUp));
        return server.client()
                .getDatabase("admin")
                .aggregate(List.of(
                        new Document("$currentOp", new Document("localOps", true)), new Document("$match", match)))
                .into(new ArrayList<>())
                .size();
    }
}
