package faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoCommandException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bson.Document;
import support.Eventually;
import support.MongoServer;
import support.Project;
import support.Result;
import support.Run;
import support.TcpProxy;

/** The runners of a round: commands in separate JVMs, which are killed, stopped, woken and cut off. Keeps a log of that. */
final class Runners implements AutoCloseable {
    private static final int MOST_ASLEEP = 2;
    private static final Duration REPAIR_LIMIT = Duration.ofSeconds(60);

    private final MongoServer server;
    private final Project project;
    private final Random random;
    private final TcpProxy proxy;
    private final List<Run> awake = new ArrayList<>();
    private final List<Run> asleep = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private long callsBefore;
    private long disturbedAt = System.nanoTime();

    Runners(MongoServer server, Project project, Random random) {
        this.server = server;
        this.project = project;
        this.random = random;
        this.proxy = TcpProxy.to("127.0.0.1", server.port());
    }

    static void awaitPrimary(MongoServer server) {
        Eventually.until(
                "there is a primary",
                () -> server.admin(new Document("hello", 1)).getBoolean("isWritablePrimary"));
    }

    /** Asserts an expected exit code, and that no exception of the library or the driver is printed. */
    static void check(Result result, Integer... exitCodes) {
        assertThat(result.exitCode()).as(result::toString).isIn((Object[]) exitCodes);
        result.neverSays("\tat com.mongodb", "\tat migopy", "Exception in thread");
    }

    int awake() {
        return awake.size();
    }

    /**
     * Starts a command whose connections can be cut in half of all cases.
     *
     * @param options more options for its URI: {@code &retryWrites=false}
     */
    void start(String options, String... command) {
        String uri = random.nextBoolean() ? server.uriOfSet() : server.uriThrough(proxy);
        project.environment("MONGO_URI", uri + options);
        awake.add(project.startBare(command));
        project.environment("MONGO_URI", server.uriOfSet());
    }

    /** Returns the results of runs that have ended since the last call. */
    List<Result> ended() {
        List<Run> gone = awake.stream().filter(run -> !run.isRunning()).toList();
        awake.removeAll(gone);
        return results(gone);
    }

    /** Wakes all suspended runs, and waits until all have ended. */
    List<Result> untilAllHaveEnded() {
        asleep.forEach(run -> send(run, Run::resume));
        awake.addAll(asleep);
        asleep.clear();
        List<Run> all = List.copyOf(awake);
        awake.clear();
        return results(all);
    }

    private List<Result> results(List<Run> runs) {
        List<Result> results = new ArrayList<>();
        for (Run run : runs) {
            results.add(run.ended());
            log(results.get(results.size() - 1).toString());
        }
        return results;
    }

    /**
     * Returns whether the next disturbance may come: after {@code callsBetween} calls, so that slow machines make progress too,
     * or after the time {@code idle}.
     */
    boolean mayDisturb(long calls, int callsBetween, Duration idle) {
        if (calls < callsBefore + callsBetween && System.nanoTime() - disturbedAt <= idle.toNanos()) {
            return false;
        }
        callsBefore = calls;
        disturbedAt = System.nanoTime();
        return true;
    }

    /** Returns the run to disturb, mostly the lock's owner, or null. */
    Run next() {
        if (awake.isEmpty()) {
            return null;
        }
        Run one = random.nextInt(10) == 0 ? awake.get(0) : holder();
        return one != null && one.isRunning() ? one : null;
    }

    private Run holder() {
        Document lock = project.lock();
        Object pid = lock == null ? null : lock.get("pid");
        return awake.stream()
                .filter(run -> Long.valueOf(run.pid()).equals(pid))
                .findFirst()
                .orElse(null);
    }

    /** Wakes a suspended run; returns false if there is none. */
    boolean wake() {
        if (asleep.isEmpty()) {
            return false;
        }
        Run woken = asleep.remove(random.nextInt(asleep.size()));
        log("wake " + woken.pid());
        send(woken, Run::resume);
        awake.add(woken);
        return true;
    }

    void kill(Run run) {
        log("kill " + run.pid());
        send(run, Run::kill);
        awake.remove(run);
    }

    void stop(Run run) {
        if (asleep.size() < MOST_ASLEEP) {
            log("stop " + run.pid());
            send(run, Run::suspend);
            awake.remove(run);
            asleep.add(run);
        }
    }

    void terminate(Run run) {
        log("terminate " + run.pid());
        send(run, Run::terminate);
    }

    void cut() {
        log("cut");
        proxy.cutOnce();
    }

    void stepDown() {
        log("step down");
        try {
            server.stepDown(1);
        } catch (MongoCommandException e) {
            log("there is no primary");
        }
    }

    /** Repairs interrupted migrations and failed rollbacks according to what they did. */
    void settle(Predicate<String> isDone) {
        Result status = project.run("status", "--json");
        if (status.exitCode() == 6) {
            return; // during an election; the next run reports them again
        }
        for (Document problem : status.exits(0).problems()) {
            String name = problem.getString("name");
            Document entry = project.journal(name);
            if ("interrupted".equals(problem.getString("kind")) || isFailedRollback(entry)) {
                endTheProcessOf(entry);
                repair(name, isDone.test(name) ? "applied" : "pending");
            }
        }
    }

    private static boolean isFailedRollback(Document entry) {
        return entry != null && "rollback_failed".equals(entry.getString("state"));
    }

    private void repair(String name, String as) {
        // Another runner may hold the lock until it has reported the same problem.
        Eventually.until("the lock is free for a repair of " + name, REPAIR_LIMIT, () -> {
            Result repair = project.run("repair", name, "--as", as, "--reason", "random test");
            log(repair.toString());
            // 3: settled meanwhile; 5, 6: an election; the next run reports it again.
            assertThat(repair.exitCode()).as(repair::toString).isIn(0, 3, 4, 5, 6);
            return repair.exitCode() != 4;
        });
    }

    /** Kills the process of an attempt and waits for the end of its operations, as a user would before a repair. */
    private void endTheProcessOf(Document entry) {
        long pid = entry.get("by", Document.class).getLong("pid");
        for (List<Run> runs : List.of(awake, asleep)) {
            for (Run run : runs.stream().filter(run -> run.pid() == pid).toList()) {
                log("end " + run.pid());
                send(run, Run::kill);
                runs.remove(run);
            }
        }
        String app = "migopy-" + entry.getString("run");
        Eventually.until(
                "no operation of " + app + " is running on the server",
                () -> server.client()
                                .getDatabase("admin")
                                .aggregate(List.of(
                                        new Document("$currentOp", new Document()),
                                        new Document("$match", new Document("appName", app).append("active", true))))
                                .first()
                        == null);
    }

    /** Sends a signal to a run, which may have ended already. */
    private static void send(Run run, Consumer<Run> signal) {
        try {
            signal.accept(run);
        } catch (AssertionError e) {
            if (run.isRunning()) {
                throw e;
            }
        }
    }

    void log(String event) {
        log.add(event);
    }

    String log() {
        return String.join("\n", log);
    }

    @Override
    public void close() throws IOException {
        awake.forEach(Run::close);
        asleep.forEach(Run::close);
        proxy.close();
    }
}
