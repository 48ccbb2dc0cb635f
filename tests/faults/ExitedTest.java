package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Migrations.waitingFor;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;
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

    @Test
    void anExitInAHookEndsTheProcessAtOnceButNotWithZero(MongoServer server) {
        var project = project(server)
                .entry("@Override protected void beforeRun() { System.exit(0); }")
                .with("1_one.java", marking("one"));
        project.start("execute").exits(5);
        assertThat(project.marks()).isEmpty();
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
