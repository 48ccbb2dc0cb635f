package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import com.mongodb.MongoException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import support.Eventually;
import support.MongoServer;
import support.Project;
import support.Result;
import support.Run;

/** One round of {@link RandomKillerTest}, on an empty database. */
final class KillerRound implements AutoCloseable {
    private static final int MIGRATIONS = 20;
    private static final int RUNNERS = 2;
    private static final int CALLS_BETWEEN = 6;
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Integer[] EXIT_CODES = {0, 1, 4, 5, 6, 143};

    private final MongoServer server;
    private final long seed;
    private final Random random;
    private final Project project;
    private final KillerMigrations migrations;
    private final Runners runners;

    KillerRound(MongoServer server, long seed) {
        this.server = server;
        this.seed = seed;
        this.random = new Random(seed);
        // The previous round may have ended with a step-down.
        Runners.awaitPrimary(server);
        server.db().drop();
        server.db().createCollection("done");
        server.db().createCollection("calls");
        this.project = project(server).lease("1s");
        this.runners = new Runners(server, project, random);
        this.migrations = new KillerMigrations(project, random, MIGRATIONS);
        project.run("validate").exits(0); // compiles them in this JVM, where javac is warm
    }

    void play() {
        try {
            long end = System.nanoTime() + LIMIT.toNanos();
            while (!settled()) {
                assertThat(System.nanoTime()).as("settled in time").isLessThan(end);
                while (runners.awake() < RUNNERS) {
                    runners.start("", "execute", "--wait", "10s");
                }
                Eventually.pause(Duration.ofMillis(50 + random.nextInt(300)));
                if (runners.mayDisturb(migrations.calls(), CALLS_BETWEEN, IDLE)) {
                    disturb();
                }
                runners.ended().forEach(this::handle);
                assertAppliedAreDone();
            }
            runners.untilAllHaveEnded().forEach(result -> Runners.check(result, EXIT_CODES));
            migrations.assertEachIsDoneOnceAndRecorded();
        } catch (AssertionError | MongoException e) {
            throw new AssertionError("seed %d: %s%n%s".formatted(seed, e.getMessage(), runners.log()), e);
        }
    }

    @Override
    public void close() throws IOException {
        runners.close();
    }

    private boolean settled() {
        Map<String, String> states = project.states();
        return states.size() == MIGRATIONS && states.values().stream().allMatch("applied"::equals);
    }

    private void disturb() {
        int what = random.nextInt(100);
        if (what < 15 && runners.wake()) {
            return;
        }
        Run one = runners.next();
        if (one == null) {
            return;
        }
        if (what < 35) {
            runners.kill(one);
        } else if (what < 47) {
            runners.stop(one);
        } else if (what < 62) {
            runners.cut();
        } else if (what < 67) {
            runners.stepDown();
        } else if (what < 73) {
            runners.terminate(one);
        }
    }

    /** Does what a user would do after this result. */
    private void handle(Result result) {
        Runners.check(result, EXIT_CODES);
        if (result.exitCode() == 1) {
            migrations.fixOne();
        } else if (result.exitCode() == 5) {
            runners.settle(migrations::isDone);
        }
    }

    /** Asserts that every migration that the journal records as applied is done. */
    private void assertAppliedAreDone() {
        Map<String, String> states = project.states();
        List<String> applied = states.entrySet().stream()
                .filter(entry -> entry.getValue().equals("applied"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toList());
        assertThat(project.marks()).as("marks of applied migrations").containsAll(applied);
    }
}
