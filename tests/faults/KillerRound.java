package faults;

import static org.assertj.core.api.Assertions.assertThat;

import static support.Project.project;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;

import org.bson.Document;

import support.Eventually;
import support.MongoServer;
import support.Project;
import support.Result;
import support.Run;
import support.TcpProxy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One round of {@link RandomKillerTest}, on an empty database. */
final class KillerRound implements AutoCloseable {
    private static final int MIGRATIONS = 20;
    private static final int RUNNERS = 2;
    private static final int MOST_ASLEEP = 2;
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
    private final TcpProxy proxy;
    private final List<Run> awake = new ArrayList<>();
    private final List<Run> asleep = new ArrayList<>();
    private final List<String> story = new ArrayList<>();
    private long callsBefore;
    private long disturbedAt = System.nanoTime();

    KillerRound(MongoServer server, long seed) {
        this.server = server;
        this.seed = seed;
        this.random = new Random(seed);
        this.proxy = TcpProxy.to("127.0.0.1", server.port());
        // The round before may have ended with a step-down.
        Eventually.until("there is a primary", () -> isPrimary(server));
        server.db().drop();
        server.db().createCollection("done");
        server.db().createCollection("calls");
        this.project = project(server).lease("1s");
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
                while (awake.size() < RUNNERS) {
                    awake.add(started());
                }
                Eventually.pause(Duration.ofMillis(50 + random.nextInt(300)));
                if (gotOn()) {
                    disturb();
                }
                for (Run ended : awake.stream().filter(run -> !run.isRunning()).toList()) {
                    awake.remove(ended);
                    heed(ended.ended());
                }
                appliedOnesAreDone();
            }
            asleep.forEach(run -> send(run, Run::resume));
            awake.addAll(asleep);
            for (Run run : awake) {
                assertThat(run.ended().exitCode()).isIn((Object[]) EXIT_CODES);
            }
            migrations.assertEachIsDoneOnceAndRecorded();
        } catch (AssertionError | MongoException e) {
            throw new AssertionError(
                    "seed %d: %s%n%s".formatted(seed, e.getMessage(), String.join("\n", story)), e);
        }
    }

    @Override
    public void close() throws IOException {
        awake.forEach(Run::close);
        asleep.forEach(Run::close);
        proxy.close();
    }

    private boolean settled() {
        Map<String, String> states = project.states();
        return states.size() == MIGRATIONS && states.values().stream().allMatch("applied"::equals);
    }

    private Run started() {
        String uri = random.nextBoolean() ? server.uriOfSet() : server.uriThrough(proxy);
        project.environment("MONGO_URI", uri);
        Run run = project.startBare("execute", "--wait", "10s");
        project.environment("MONGO_URI", server.uriOfSet());
        return run;
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

    /** Mostly the one that holds the lock. */
    private void disturb() {
        int what = random.nextInt(100);
        if (what < 15 && !asleep.isEmpty()) {
            Run woken = asleep.remove(random.nextInt(asleep.size()));
            tell("wake", woken);
            send(woken, Run::resume);
            awake.add(woken);
            return;
        }
        Run one = random.nextInt(10) == 0 ? awake.get(0) : holder();
        if (one == null || !one.isRunning()) {
            return;
        }
        if (what < 35) {
            tell("kill", one);
            send(one, Run::kill);
            awake.remove(one);
        } else if (what < 47 && asleep.size() < MOST_ASLEEP) {
            tell("stop", one);
            send(one, Run::suspend);
            awake.remove(one);
            asleep.add(one);
        } else if (what < 62) {
            story.add("cut");
            proxy.cutOnce();
        } else if (what < 67) {
            stepDown();
        } else if (what < 73) {
            tell("terminate", one);
            send(one, Run::terminate);
        }
    }

    private void stepDown() {
        story.add("step down");
        try {
            server.stepDown(1);
        } catch (MongoCommandException e) {
            story.add("it has no primary just now");
        }
    }

    private Run holder() {
        Document lock = project.lock();
        Object pid = lock == null ? null : lock.get("pid");
        return awake.stream()
                .filter(run -> Long.valueOf(run.pid()).equals(pid))
                .findFirst()
                .orElse(null);
    }

    /** One that ends just now needs no signal any more. */
    private static void send(Run run, Consumer<Run> signal) {
        try {
            signal.accept(run);
        } catch (AssertionError e) {
            if (run.isRunning()) {
                throw e;
            }
        }
    }

    private void tell(String what, Run run) {
        story.add(what + " " + run.pid());
    }

    /** Does what a person would do who reads the answer. */
    private void heed(Result result) {
        story.add(result.toString());
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
        List<String> interrupted =
                status.exits(0).problems().stream()
                        .filter(problem -> "interrupted".equals(problem.getString("kind")))
                        .map(problem -> problem.getString("name"))
                        .toList();
        for (String name : interrupted) {
            endTheProcessOf(name);
            String as = migrations.isDone(name) ? "applied" : "pending";
            List<Result> repairs = new ArrayList<>();
            // The other run may have the lock just now, until it has come to the same conclusion.
            Eventually.until(
                    "the lock is free for a repair of " + name,
                    REPAIR_LIMIT,
                    () -> repairs.add(repair(name, as)) && last(repairs).exitCode() != 4);
            story.add(last(repairs).toString());
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

    /** The answer names host and pid: before a person decides, that process is made an end of. */
    private void endTheProcessOf(String name) {
        Document entry = project.journal(name);
        long pid = entry.get("by", Document.class).getLong("pid");
        for (List<Run> runs : List.of(awake, asleep)) {
            for (Run run : runs.stream().filter(run -> run.pid() == pid).toList()) {
                tell("end", run);
                send(run, Run::kill);
                runs.remove(run);
            }
        }
        String app = "migopy-" + entry.getString("run");
        Eventually.until(
                "nothing of " + app + " is at work in the server",
                () ->
                        server.client()
                                        .getDatabase("admin")
                                        .aggregate(
                                                List.of(
                                                        new Document("$currentOp", new Document()),
                                                        new Document(
                                                                "$match",
                                                                new Document("appName", app)
                                                                        .append("active", true))))
                                        .first()
                                == null);
    }

    /** What the journal calls applied is done, at any moment. */
    private void appliedOnesAreDone() {
        Map<String, String> states = project.states();
        List<String> applied =
                states.entrySet().stream()
                        .filter(entry -> entry.getValue().equals("applied"))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toList());
        assertThat(project.marks()).as("what is applied").containsAll(applied);
    }
}
