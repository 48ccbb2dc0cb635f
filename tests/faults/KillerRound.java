package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import com.mongodb.MongoException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.bson.Document;
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
    private static final Duration REPAIR_LIMIT = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Integer[] EXIT_CODES = {0, 1, 4, 5, 6, 143};

    private final MongoServer server;
    private final long seed;
    private final Random random;
    private final Project project;
    private final KillerMigrations migrations;
    private final Runners runners;
    private long callsBefore;
    private long disturbedAt = System.nanoTime();

    KillerRound(MongoServer server, long seed) {
        this.server = server;
        this.seed = seed;
        this.random = new Random(seed);
        // The round before may have ended with a step-down.
        Eventually.until("there is a primary", () -> isPrimary(server));
        server.db().drop();
        server.db().createCollection("done");
        server.db().createCollection("calls");
        this.project = project(server).lease("1s");
        this.runners = new Runners(server, project, random);
        this.migrations = new KillerMigrations(project, random, MIGRATIONS);
        project.run("validate").exits(0); // compiles them in this JVM, where javac is warm
    }

    private static boolean isPrimary(MongoServer server) {
        return server.admin(new Document("hello", 1)).getBoolean("isWritablePrimary");
    }

    void play() {
        try {
            long end = System.nanoTime() + LIMIT.toNanos();
            while (!settled()) {
                assertThat(System.nanoTime()).as("not settled in time").isLessThan(end);
                while (runners.awake() < RUNNERS) {
                    runners.start("", "execute", "--wait", "10s");
                }
                Eventually.pause(Duration.ofMillis(50 + random.nextInt(300)));
                if (gotOn()) {
                    disturb();
                }
                runners.ended().forEach(this::heed);
                appliedOnesAreDone();
            }
            for (Result result : runners.untilAllHaveEnded()) {
                assertThat(result.exitCode()).isIn((Object[]) EXIT_CODES);
            }
            migrations.assertEachIsDoneOnceAndRecorded();
        } catch (AssertionError | MongoException e) {
            throw new AssertionError("seed %d: %s%n%s".formatted(seed, e.getMessage(), runners.story()), e);
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

    /** A machine that is slow shall get on, too: between two disturbances there are some calls. */
    private boolean gotOn() {
        long now = migrations.calls();
        boolean idle = System.nanoTime() - disturbedAt > IDLE.toNanos();
        if (now < callsBefore + CALLS_BETWEEN && !idle) {
            return false;
        }
        callsBefore = now;
        disturbedAt = System.nanoTime();
        return true;
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

    /** Does what a person would do who reads the answer. */
    private void heed(Result result) {
        assertThat(result.exitCode()).as(result::toString).isIn((Object[]) EXIT_CODES);
        result.neverSays("\tat com.mongodb", "\tat migopy", "Exception in thread");
        if (result.exitCode() == 1) {
            migrations.fixOne();
        } else if (result.exitCode() == 5) {
            settle();
        }
    }

    private void settle() {
        Result status = project.run("status", "--json");
        if (status.exitCode() == 6) {
            return; // an election; the next run asks again
        }
        List<String> interrupted = status.exits(0).problems().stream()
                .filter(problem -> "interrupted".equals(problem.getString("kind")))
                .map(problem -> problem.getString("name"))
                .toList();
        for (String name : interrupted) {
            runners.endTheProcessOf(project.journal(name));
            String as = migrations.isDone(name) ? "applied" : "pending";
            List<Result> repairs = new ArrayList<>();
            // The other run may have the lock just now, until it has come to the same conclusion.
            Eventually.until(
                    "the lock is free for a repair of " + name,
                    REPAIR_LIMIT,
                    () -> repairs.add(repair(name, as)) && last(repairs).exitCode() != 4);
            runners.tell(last(repairs).toString());
            // Settled by now, or in an election: the next run says it once more.
            assertThat(last(repairs).exitCode()).as(last(repairs)::toString).isIn(0, 3, 5, 6);
        }
    }

    private Result repair(String name, String as) {
        return project.run("repair", name, "--as", as, "--reason", "random killer");
    }

    private static Result last(List<Result> results) {
        return results.get(results.size() - 1);
    }

    /** What the journal calls applied is done, at any moment. */
    private void appliedOnesAreDone() {
        Map<String, String> states = project.states();
        List<String> applied = states.entrySet().stream()
                .filter(entry -> entry.getValue().equals("applied"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toList());
        assertThat(project.marks()).as("what is applied").containsAll(applied);
    }
}
