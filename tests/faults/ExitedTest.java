package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.time.Duration;
import java.time.Instant;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;

/** {@code System.exit}, called from anywhere during a run. */
@OnServer
class ExitedTest {
    private static final int DISK_IS_FULL = 14031;

    private static final String LEAVE_A_THREAD =
            "Thread left = new Thread(() -> { support.Signals.await(\"exit\"); System.exit(0); },"
                    + " \"left\"); left.setDaemon(true); left.start();";

    @Test
    void anExitByAThreadOfAnEarlierMigrationInterruptsTheCurrentOne(MongoServer server) {
        var project = project(server)
                .with("1_leaves.java", up(LEAVE_A_THREAD))
                .with("2_slow.java", waitingFor("go"))
                .with("3_three.java", marking("three"));
        var run = project.start("execute", "--json").untilInUp();
        project.signal("exit");

        var result = run.exits(5);

        assertThat(result.json()).containsEntry("exitCode", 5L);
        assertThat(result.steps()).extracting("outcome").containsExactly("applied", "interrupted");
        assertThat(project.journal("2_slow")).containsEntry("state", "running");
        assertThat(project.journal("2_slow").get("error", Document.class).getString("message"))
                .contains("System.exit", "left");
        project.lockIsFree();
        project.run("execute").exits(5).says("2_slow", "--retry");
    }

    @Test
    void anExitByAThreadOfTheMigrationFailsIt(MongoServer server) {
        String shared = "java.util.concurrent.CompletableFuture.runAsync(() -> System.exit(0)).join();";
        var project = project(server).with("1_exit.java", up(shared));
        project.start("execute").exits(1).says("called System.exit", "1_exit.java:8");
        assertThat(project.states()).containsEntry("1_exit", "failed");
        project.lockIsFree();
    }

    @Test
    void theExitCodeIsNeverZeroUnlessTheJournalRecordsApplied(MongoServer server) {
        var project = project(server)
                .with(
                        "1_exit.java",
                        up("support.Signals.send(\"in-up\");"
                                + " support.Signals.await(\"go\");"
                                + " System.exit(0);"));
        var run = project.start("execute", "--json").untilInUp();
        server.failing("migrations", "update").withError(DISK_IS_FULL);
        project.signal("go");

        var result = run.exits(5);

        assertThat(result.json()).containsEntry("exitCode", 5L);
        assertThat(result.steps()).extracting("outcome").containsExactly("unknown");
        project.lockIsFree();
    }

    @ParameterizedTest
    @CsvSource({
        "beforeRun(), false, beforeRun() called System.exit",
        "doDump(), false, doDump() called System.exit",
        "beforeMigration(String name), false, beforeMigration(): called System.exit",
        "'afterMigration(String name, StepReport step)', true, afterMigration() after 1_one called System.exit",
        "afterRun(), true, afterRun() called System.exit",
    })
    void anExitInAHookFailsTheRunAndIsAnswered(String hook, boolean applied, String says, MongoServer server) {
        var project = project(server)
                .entry("@Override protected void %s { System.exit(0); }".formatted(hook))
                .with("1_one.java", marking("one"));

        var result = project.start("execute", "--dump", "--json").exits(1);

        assertThat(result.json()).containsEntry("exitCode", 1L);
        assertThat(result.out()).contains(says);
        assertThat(project.marks()).hasSize(applied ? 1 : 0);
        assertThat("applied".equals(project.states().get("1_one"))).isEqualTo(applied);
        project.lockIsFree();
        var words = project.start("execute", "--dump").ended();
        assertThat(words.err()).doesNotContain("\tat ");
        project.entry("").start("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void anExitByAThreadOfAHookIsAnsweredAtOnce(MongoServer server) {
        var project = project(server)
                .entry("@Override protected void beforeRun() throws Exception {"
                        + " Thread ends = new Thread(() -> System.exit(0)); ends.start(); ends.join(); }")
                .with("1_one.java", marking("one"));
        Instant before = Instant.now();
        project.start("execute").exits(1).says("beforeRun() called System.exit");
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(60));
        assertThat(project.marks()).isEmpty();
        project.lockIsFree();
    }

    @Test
    void hooksThatAllCallExitEndTheRunToo(MongoServer server) {
        var project = project(server)
                .entry("@Override protected void afterMigration(String name, StepReport step) { System.exit(0); }"
                        + " @Override protected void afterRun() { System.exit(0); }")
                .with("1_one.java", marking("one"));
        project.start("execute", "--json").exits(1).json();
        assertThat(project.states()).containsEntry("1_one", "applied");
        project.lockIsFree();
    }

    @Test
    void anExitInATaskIsAnswered(MongoServer server) {
        var project = project(server).entry("@Command void task() { db().getName(); System.exit(0); }");
        var result = project.start("task", "--json").exits(1);
        assertThat(result.json()).containsEntry("exitCode", 1L);
        assertThat(result.error().getString("message")).isEqualTo("The task task called System.exit");
        project.start("task").exits(1).says("The task task called System.exit").complainsBriefly();
    }

    @Test
    void anExitInAnEstimateIsAnswered(MongoServer server) {
        var project = project(server).with("1_exit.java", up("System.exit(0);"));
        var result = project.start("execute", "--estimate", "--json").exits(1);
        assertThat(result.error().getString("message")).isEqualTo("1_exit called System.exit");
        assertThat(project.states()).isEmpty();
    }

    @Test
    void anExitInDbdumpIsAnswered(MongoServer server) {
        var project = project(server).entry("@Override protected void doDump() { System.exit(0); }");
        var result = project.start("dbdump", "--json").exits(1);
        assertThat(result.json()).containsEntry("exitCode", 1L);
        assertThat(result.error().getString("message")).isEqualTo("doDump() called System.exit");
    }

    @Test
    void anExitInARunThatATaskHasStartedIsRecorded(MongoServer server) {
        var project = project(server)
                .entry("@Command int task() { return new migopy().run(\"execute\"); }")
                .with("1_exit.java", up("System.exit(0);"));
        project.start("task", "--json").exits(1).json();
        assertThat(project.states()).containsEntry("1_exit", "failed");
        project.lockIsFree();
    }

    @Test
    void aTaskEndsAtOnceBySignal(MongoServer server) {
        var project =
                project(server).entry("@Command void task() { support.Signals.send(\"in-up\"); while (true) { } }");
        Instant before = Instant.now();
        project.start("task").untilInUp().terminate().exits(143);
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "new java.util.concurrent.CountDownLatch(1).await();",
                "support.Signals.awaitUninterruptibly(\"never\");"
            })
    void aSignalInAHookEndsTheRun(String waits, MongoServer server) {
        var project = project(server)
                .entry("@Override protected void beforeRun() throws Exception { support.Signals.send(\"in-up\"); "
                        + waits + " }")
                .with("1_one.java", marking("one"));
        var result = project.start("execute", "--json").untilInUp().terminate().exits(143);
        assertThat(result.json()).containsEntry("exitCode", 143L);
        assertThat(result.error().getString("message")).isEqualTo("beforeRun() was stopped by SIGTERM");
        assertThat(project.states()).isEmpty();
        project.lockIsFree();
    }

    @Test
    void afterRunIsCalledAfterASignalToo(MongoServer server) {
        var project = project(server)
                .entry("@Override protected void afterRun(RunReport report) {"
                        + " db().getCollection(\"done\").insertOne(new Document(\"mark\", report.exitCode() + \" \""
                        + " + report.steps().get(0).outcome().word())); }")
                .with("1_slow.java", waitingFor("never"));
        project.start("execute").untilInUp().terminate().exits(143);
        assertThat(project.marks()).endsWith("143 failed");
        project.lockIsFree();
    }

    @Test
    void anEndlessShutdownHookDoesNotDelayTheProcess(MongoServer server) {
        String hook = "Runtime.getRuntime().addShutdownHook(new Thread(() -> { while (true)"
                + " java.util.concurrent.locks.LockSupport.park(); }));";
        var project = project(server).with("1_hook.java", up(hook));
        project.start("execute").exits(0).says("A shutdown hook took longer than 10 s");
        assertThat(project.states()).containsEntry("1_hook", "applied");
    }
}
