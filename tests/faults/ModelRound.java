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

    ModelRound(MongoServer server, long seed) {
        this.server = server;
        this.seed = seed;
        this.random = new Random(seed);
        Runners.awaitPrimary(server);
        server.db().drop();
        this.project =
                project(server).environment("MONGO_URI", server.uriOfSet()).lease("1s");
        this.runners = new Runners(server, project, random);
        this.migrations = new ModelMigrations(server, project, random, MIGRATIONS);
        project.run("validate").exits(0); // compiles them in this JVM, where javac is warm
    }

    void play() {
        try {
            long end = System.nanoTime() + LIMIT.toNanos();
            for (int done = 0; done < DISTURBANCES; ) {
                assertThat(System.nanoTime()).as("finished in time").isLessThan(end);
                while (runners.awake() < RUNNERS) {
                    start();
                }
                Eventually.pause(Duration.ofMillis(50 + random.nextInt(200)));
                if (runners.mayDisturb(migrations.calls(), CALLS_BETWEEN, IDLE)) {
                    disturb();
                    done++;
                }
                runners.ended().forEach(this::handle);
                migrations.compare();
            }
            runners.untilAllHaveEnded().forEach(this::handle);
            migrations.compare();
            // A run that lost its lock may have rolled back a migration below the last applied one.
            bringAllTo("applied", "execute", "--out-of-order", "--wait", "10s");
            bringAllTo("rolled_back", "rollback", "--last", "" + MIGRATIONS, "--wait", "10s");
        } catch (AssertionError | MongoException e) {
            System.out.println("seed " + seed + System.lineSeparator() + runners.log());
            throw new AssertionError("seed %d: %s".formatted(seed, e.getMessage()), e);
        }
    }

    /**
     * Runs the command until all migrations are in this state, and settles open outcomes meanwhile. At least once, because
     * a killed run that left nothing to do left its lock.
     */
    private void bringAllTo(String state, String... command) {
        Eventually.until("all are " + state, REPAIR_LIMIT, () -> {
            Result result;
            synchronized (ModelRound.class) { // one migration at a time in this JVM
                result = project.run(command);
            }
            runners.log(result.toString());
            handle(result);
            return result.exitCode() == 0 && migrations.areAll(state);
        });
        migrations.compare();
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

    private void disturb() {
        int what = random.nextInt(100);
        if (what < 12 && runners.wake()) {
            return;
        }
        if (what < 35) {
            breakTheLock(what);
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

    private void breakTheLock(int what) {
        Document lock = project.lock();
        Object owner = lock == null ? null : lock.get("owner");
        if (owner == null) {
            return;
        }
        if (what < 24) {
            runners.log("unlock, of pid " + lock.get("pid"));
            Result result = project.run("unlock", "--owner", owner.toString());
            assertThat(result.exitCode()).as(result::toString).isIn(0, 4, 6);
        } else if (what < 30) {
            runners.log("delete the lock of pid " + lock.get("pid"));
            server.collection("migrations_lock").deleteOne(new Document("_id", "lock"));
        } else {
            runners.log("drop the lock's collection, of pid " + lock.get("pid"));
            server.collection("migrations_lock").drop();
        }
    }

    /** Does what a user would do after this result. */
    private void handle(Result result) {
        Runners.check(result, EXIT_CODES);
        if (List.of(1, 3, 5).contains(result.exitCode())) {
            runners.settle(migrations::isDone);
        }
    }

    @Override
    public void close() throws IOException {
        runners.close();
    }
}
