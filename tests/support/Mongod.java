package support;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bson.Document;

/**
 * A mongod process of the tests: small, on a free port of 127.0.0.1, and ended with this JVM, however that ends.
 *
 * <p>Its parent is a shell that waits for the end of an input, which this JVM holds open, then kills the mongod and
 * deletes its data.
 */
public final class Mongod implements AutoCloseable {
    static final String SET = "rs0";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 3; // another process may take the free port before mongod does

    // The defaults suit separate machines: heartbeats every 2 s, elections after 10 s of silence. Secondaries sync from
    // the primary, so that one which a test delays does not delay another.
    private static final Document QUICK = new Document("heartbeatIntervalMillis", 500)
            .append("electionTimeoutMillis", 2000)
            .append("chainingAllowed", false);

    // $1 is the data folder, the rest the command. Prints the mongod's process id, then waits for the end of its input.
    private static final String KEEPER = "data=$1; shift; \"$@\" >/dev/null 2>&1 & child=$!; echo $child;"
            + " cat >/dev/null; kill -9 $child 2>/dev/null; wait $child 2>/dev/null;"
            + " rm -rf \"$data\"";

    private final Path binary;
    private final List<String> options;
    private final Path data;
    private final int port;
    private Process keeper;
    private ProcessHandle process;

    private Mongod(Path binary, List<String> options, Path data, int port) {
        this.binary = binary;
        this.options = options;
        this.data = data;
        this.port = port;
    }

    static Mongod start(Path binary, Kind kind, List<String> more) {
        List<String> options = new ArrayList<>(more);
        if (kind.members() > 0) {
            options.addAll(List.of("--replSet", SET, "--oplogSize", "128"));
        }
        AssertionError last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Mongod mongod = new Mongod(binary, options, Scratch.folder("mongod"), freePort());
            try {
                mongod.launch();
                return mongod;
            } catch (AssertionError e) {
                mongod.close();
                last = e;
            }
        }
        throw last;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void launch() {
        List<String> command = new ArrayList<>(List.of("sh", "-c", KEEPER, "keeper", data.toString()));
        command.addAll(List.of(binary.toString(), "--dbpath", data.toString()));
        command.addAll(List.of("--port", String.valueOf(port), "--bind_ip", "127.0.0.1"));
        command.addAll(List.of("--nounixsocket", "--logpath", log().toString(), "--logappend"));
        command.addAll(List.of("--wiredTigerCacheSizeGB", "0.25"));
        command.addAll(List.of("--setParameter", "enableTestCommands=1"));
        command.addAll(List.of("--setParameter", "diagnosticDataCollectionEnabled=false"));
        command.addAll(options);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
            keeper = builder.start();
            var answer = new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.US_ASCII));
            long pid = Long.parseLong(answer.readLine());
            process = ProcessHandle.of(pid).orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Eventually.until(
                "mongod listens on " + address(),
                START_LIMIT,
                () -> {
                    if (process == null || !process.isAlive()) {
                        throw new AssertionError("mongod ended at its start: " + endOfLog());
                    }
                    return listens();
                },
                this::endOfLog);
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Path log() {
        return data.resolve("mongod.log");
    }

    private String endOfLog() {
        try {
            List<String> lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }

    /** Returns the port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Returns host and port: {@code 127.0.0.1:40123}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Kills the process; its data stay. */
    public void kill() {
        process.destroyForcibly();
        Eventually.until("mongod is gone", () -> !process.isAlive());
    }

    /**
     * Starts it again after {@link #kill()}, on the same port, with the same data; waits until it
     * listens.
     */
    public void startAgain() {
        launch();
    }

    /** Returns the process id, for {@code kill -STOP}. */
    public long pid() {
        return process.pid();
    }

    void initiate(List<Mongod> members) {
        initiate(members, settings -> {});
    }

    /** Makes a replica set of the members, and waits until this one is the primary and the others follow it. */
    void initiate(List<Mongod> members, Consumer<MongoClientSettings.Builder> more) {
        List<Document> configuration = new ArrayList<>();
        for (Mongod member : members) {
            // Tests connect to the first member, so it wins the first election.
            configuration.add(new Document("_id", configuration.size())
                    .append("host", member.address())
                    .append("priority", configuration.isEmpty() ? 2 : 1));
        }
        try (MongoClient client = client(more)) {
            client.getDatabase("admin")
                    .runCommand(new Document(
                            "replSetInitiate",
                            new Document("_id", SET)
                                    .append("members", configuration)
                                    .append("settings", QUICK)));
            Eventually.until(
                    "the replica set has a primary",
                    START_LIMIT,
                    () -> client.getDatabase("admin")
                            .runCommand(new Document("hello", 1))
                            .getBoolean("isWritablePrimary"));
            // A member in its initial sync acknowledges no write.
            Eventually.until(
                    "all other members are secondaries", START_LIMIT, () -> secondaries(client) == members.size() - 1);
        }
    }

    private static long secondaries(MongoClient client) {
        return client
                .getDatabase("admin")
                .runCommand(new Document("replSetGetStatus", 1))
                .getList("members", Document.class)
                .stream()
                .filter(member -> member.getString("stateStr").equals("SECONDARY"))
                .count();
    }

    /** Creates the first user, which a mongod with a key file allows from localhost while there is no user. */
    void createRoot(String user, String password) {
        try (MongoClient client = client(settings -> {})) {
            client.getDatabase("admin")
                    .runCommand(new Document("createUser", user)
                            .append("pwd", password)
                            .append("roles", List.of("root")));
        } catch (MongoCommandException e) {
            throw new IllegalStateException("cannot create the first user on " + address(), e);
        }
    }

    private MongoClient client(Consumer<MongoClientSettings.Builder> more) {
        MongoClientSettings.Builder settings = MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString("mongodb://%s/?directConnection=true".formatted(address())))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(30, TimeUnit.SECONDS));
        more.accept(settings);
        return MongoClients.create(settings.build());
    }

    @Override
    public void close() {
        try {
            keeper.getOutputStream().close();
            if (!keeper.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("mongod on " + address() + " does not end");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
