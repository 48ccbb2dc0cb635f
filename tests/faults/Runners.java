package faults;

import com.mongodb.MongoCommandException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.bson.Document;
import support.Eventually;
import support.MongoServer;
import support.Project;
import support.Result;
import support.Run;
import support.TcpProxy;

/**
 * The runners of a round: commands in JVMs of their own, which are killed, stopped, woken and cut
 * off. What was done to them is the round's story.
 */
final class Runners implements AutoCloseable {
    private static final int MOST_ASLEEP = 2;

    private final MongoServer server;
    private final Project project;
    private final Random random;
    private final TcpProxy proxy;
    private final List<Run> awake = new ArrayList<>();
    private final List<Run> asleep = new ArrayList<>();
    private final List<String> story = new ArrayList<>();

    Runners(MongoServer server, Project project, Random random) {
        this.server = server;
        this.project = project;
        this.random = random;
        this.proxy = TcpProxy.to("127.0.0.1", server.port());
    }

    int awake() {
        return awake.size();
    }

    /**
     * Starts a command, whose connections can be cut in every second case.
     *
     * @param options more of its URI: {@code &retryWrites=false}
     */
    void start(String options, String... command) {
        String uri = random.nextBoolean() ? server.uriOfSet() : server.uriThrough(proxy);
        project.environment("MONGO_URI", uri + options);
        awake.add(project.startBare(command));
        project.environment("MONGO_URI", server.uriOfSet());
    }

    /** Those that have ended since this was last asked. */
    List<Result> ended() {
        List<Run> gone = awake.stream().filter(run -> !run.isRunning()).toList();
        awake.removeAll(gone);
        return results(gone);
    }

    /** Wakes those that sleep, and waits for the end of all. */
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
            tell(results.get(results.size() - 1).toString());
        }
        return results;
    }

    /** Whom to disturb: mostly the one that holds the lock; null if there is nobody. */
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

    /** Whether there was one to wake. */
    boolean wake() {
        if (asleep.isEmpty()) {
            return false;
        }
        Run woken = asleep.remove(random.nextInt(asleep.size()));
        tell("wake " + woken.pid());
        send(woken, Run::resume);
        awake.add(woken);
        return true;
    }

    void kill(Run run) {
        tell("kill " + run.pid());
        send(run, Run::kill);
        awake.remove(run);
    }

    void stop(Run run) {
        if (asleep.size() < MOST_ASLEEP) {
            tell("stop " + run.pid());
            send(run, Run::suspend);
            awake.remove(run);
            asleep.add(run);
        }
    }

    void terminate(Run run) {
        tell("terminate " + run.pid());
        send(run, Run::terminate);
    }

    void cut() {
        tell("cut");
        proxy.cutOnce();
    }

    void stepDown() {
        tell("step down");
        try {
            server.stepDown(1);
        } catch (MongoCommandException e) {
            tell("it has no primary just now");
        }
    }

    /** What a person does who reads host and pid in an answer, before deciding anything. */
    void endTheProcessOf(Document entry) {
        long pid = entry.get("by", Document.class).getLong("pid");
        for (List<Run> runs : List.of(awake, asleep)) {
            for (Run run : runs.stream().filter(run -> run.pid() == pid).toList()) {
                tell("end " + run.pid());
                send(run, Run::kill);
                runs.remove(run);
            }
        }
        String app = "migopy-" + entry.getString("run");
        Eventually.until(
                "nothing of " + app + " is running in the server",
                () -> server.client()
                                .getDatabase("admin")
                                .aggregate(List.of(
                                        new Document("$currentOp", new Document()),
                                        new Document("$match", new Document("appName", app).append("active", true))))
                                .first()
                        == null);
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

    void tell(String what) {
        story.add(what);
    }

    String story() {
        return String.join("\n", story);
    }

    @Override
    public void close() throws IOException {
        awake.forEach(Run::close);
        asleep.forEach(Run::close);
        proxy.close();
    }
}
