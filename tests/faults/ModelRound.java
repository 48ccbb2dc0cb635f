package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import com.mongodb.MongoException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.bson.Document;
import support.Eventually;
import support.MongoServer;
import support.Project;
import support.Result;
import support.Run;

/** One round of {@link RandomModelTest}, on an empty database. */
final class ModelRound implements AutoCloseable {
    private static final int MIGRATIONS = 8;
    private static final int RUNNERS = 2;
    private static final int DISTURBANCES = 12;
    private static final int CALLS_BETWEEN = 2;
    private static final Duration IDLE = Duration.ofSeconds(2);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration REPAIR_LIMIT = Duration.ofSeconds(60);
    private static final Integer[] EXIT_CODES = {0, 1, 3, 4, 5, 6, 143};

    private final MongoServer server;
    private final long seed;
    private final Random random;
    private final Project project;
    private final ModelMigrations migrations;
    private final Runners runners;
    private long callsBefore;
    private long disturbedAt = System.nanoTime();

    ModelRound(MongoServer server, long seed) {
        this.server = server;
        this.seed = seed;
        this.random = new Random(seed);
        Eventually.until("there is a primary", () -> isPrimary(server));
        server.db().drop();
        this.project =
                project(server).environment("MONGO_URI", server.uriOfSet()).lease("1s");
        this.runners = new Runners(server, project, random);
        this.migrations = new ModelMigrations(server, project, random, MIGRATIONS);
        project.run("validate").exits(0); // compiles them in this JVM, where javac is warm
    }

    private static boolean isPrimary(MongoServer server) {
        return server.admin(new Document("hello", 1)).getBoolean("isWritablePrimary");
    }

    void play() {
        try {
            long end = System.nanoTime() + LIMIT.toNanos();
            for (int done = 0; done < DISTURBANCES; ) {
                assertThat(System.nanoTime()).as("not played in time").isLessThan(end);
                while (runners.awake() < RUNNERS) {
                    start();
                }
                Eventually.pause(Duration.ofMillis(50 + random.nextInt(200)));
                if (gotOn()) {
                    disturb();
                    done++;
                }
                runners.ended().forEach(this::heed);
                migrations.judge();
            }
            runners.untilAllHaveEnded().forEach(this::heed);
            migrations.judge();
            // A run that was robbed of its lock may have rolled one back below another's last.
            bringAllTo("applied", "execute", "--out-of-order", "--wait", "10s");
            bringAllTo("rolled_back", "rollback", "--last", "" + MIGRATIONS, "--wait", "10s");
        } catch (AssertionError | MongoException e) {
            System.out.println("seed " + seed + System.lineSeparator() + runners.story());
            throw new AssertionError("seed %d: %s".formatted(seed, e.getMessage()), e);
        }
    }

    /** With the server's help alone: what is left over from before is settled on the way. */
    private void bringAllTo(String state, String... command) {
        Eventually.until("all are " + state, REPAIR_LIMIT, () -> {
            if (!migrations.areAll(state)) {
                Result result;
                synchronized (ModelRound.class) { // one migration at a time in this JVM
                    result = project.run(command);
                }
                runners.tell(result.toString());
                heed(result);
            }
            return migrations.areAll(state);
        });
        migrations.judge();
        project.lockIsFree();
    }

    private void start() {
        String options = random.nextInt(3) == 0 ? "&retryWrites=false" : "";
        if (random.nextInt(10) < 7) {
            runners.start(options, "execute", "--wait", "5s");
        } else {
            String last = String.valueOf(1 + random.nextInt(3));
            runners.start(options, "rollback", "--last", last, "--wait", "5s");
        }
    }

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
        if (what < 12 && runners.wake()) {
            return;
        }
        if (what < 35) {
            takeTheLockAway(what);
            return;
        }
        Run one = runners.next();
        if (one == null) {
            return;
        }
        if (what < 50) {
            runners.kill(one);
        } else if (what < 63) {
            runners.stop(one);
        } else if (what < 80) {
            runners.cut();
        } else if (what < 86) {
            runners.stepDown();
        } else if (what < 92) {
            runners.terminate(one);
        }
    }

    private void takeTheLockAway(int what) {
        Document lock = project.lock();
        Object owner = lock == null ? null : lock.get("owner");
        if (owner == null) {
            return;
        }
        if (what < 24) {
            runners.tell("unlock, of pid " + lock.get("pid"));
            Result result = project.run("unlock", "--owner", owner.toString());
            assertThat(result.exitCode()).as(result::toString).isIn(0, 4, 6);
        } else if (what < 30) {
            runners.tell("delete the lock of pid " + lock.get("pid"));
            server.collection("migrations_lock").deleteOne(new Document("_id", "lock"));
        } else {
            runners.tell("drop the lock's collection, of pid " + lock.get("pid"));
            server.collection("migrations_lock").drop();
        }
    }

    /** Does what a person would do who reads the answer. */
    private void heed(Result result) {
        assertThat(result.exitCode()).as(result::toString).isIn((Object[]) EXIT_CODES);
        result.neverSays("\tat com.mongodb", "\tat migopy", "Exception in thread");
        if (List.of(1, 3, 5).contains(result.exitCode())) {
            settle();
        }
    }

    private void settle() {
        Result status = project.run("status", "--json");
        if (status.exitCode() == 6) {
            return; // an election; the next run asks again
        }
        for (Document problem : status.exits(0).problems()) {
            String name = problem.getString("name");
            Document entry = project.journal(name);
            if ("interrupted".equals(problem.getString("kind")) || "rollback_failed".equals(entry.getString("state"))) {
                settle(name, entry);
            }
        }
    }

    private void settle(String name, Document entry) {
        runners.endTheProcessOf(entry);
        String as = migrations.isDone(name) ? "applied" : "pending";
        // The other runner may have the lock just now, until it has come to the same conclusion.
        Eventually.until("the lock is free for a repair of " + name, REPAIR_LIMIT, () -> {
            Result repair = project.run("repair", name, "--as", as, "--reason", "random model");
            runners.tell(repair.toString());
            // Settled by now, or in an election: the next run says it once more.
            assertThat(repair.exitCode()).as(repair::toString).isIn(0, 3, 4, 5, 6);
            return repair.exitCode() != 4;
        });
    }

    @Override
    public void close() throws IOException {
        runners.close();
    }
}
