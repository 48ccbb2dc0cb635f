import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bson.Document;

/**
 * The server that a benchmark measures: the one whose URI is among the arguments, or else a new
 * mongod, a replica set of one with 0.5 GB of cache on a free port. That mongod ends with this JVM,
 * however that ends, and its data is deleted.
 */
public final class BenchServer implements AutoCloseable {
    private static final int START_SECONDS = 60;

    // $1 is the data folder, the rest the command. Prints the mongod's process id, then waits for its
    // own input to end, which happens when this JVM ends.
    private static final String KEEPER = "data=$1; shift; \"$@\" >/dev/null 2>&1 & child=$!; echo $child;"
            + " cat >/dev/null; kill -9 $child 2>/dev/null; wait $child 2>/dev/null;"
            + " rm -rf \"$data\"";

    // Beyond 2,000 open files, mongod closes those that were idle for seconds: thousands of collections
    // would otherwise need more than the system allows a process.
    private static final String FILES =
            "file_manager=(close_handle_minimum=2000,close_idle_time=3,close_scan_interval=1)";

    private final String uri;
    private final List<String> arguments;
    private final Process keeper;

    private BenchServer(String uri, List<String> arguments, Process keeper) {
        this.uri = uri;
        this.arguments = arguments;
        this.keeper = keeper;
    }

    /** Returns the server for a benchmark with these arguments. */
    public static BenchServer of(String... args) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(Arrays.asList(args));
        for (String argument : args) {
            if (argument.startsWith("mongodb")) {
                arguments.remove(argument);
                return new BenchServer(argument, List.copyOf(arguments), null);
            }
        }
        return started(List.copyOf(arguments));
    }

    public String uri() {
        return uri;
    }

    /** Returns the benchmark's arguments without the URI. */
    public List<String> arguments() {
        return arguments;
    }

    /** Returns the day, the machine, the Java version and the server version in one line. */
    public String circumstances() throws IOException {
        try (MongoClient client = MongoClients.create(uri)) {
            String server = client.getDatabase("admin")
                    .runCommand(new Document("buildInfo", 1))
                    .getString("version");
            return "%s, %d cores (%s), Java %s, MongoDB %s%s"
                    .formatted(
                            LocalDate.now(),
                            Runtime.getRuntime().availableProcessors(),
                            processor(),
                            System.getProperty("java.version"),
                            server,
                            keeper == null ? "" : ", a replica set of one on the same machine");
        }
    }

    private static String processor() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.exists(file)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }

    private static BenchServer started(List<String> arguments) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("bench-mongod-");
        int port = freePort();
        List<String> command = new ArrayList<>(List.of("sh", "-c", KEEPER, "keeper", data.toString(), mongod()));
        command.addAll(List.of("--dbpath", data.toString(), "--port", String.valueOf(port)));
        command.addAll(List.of("--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", "rs0"));
        command.addAll(List.of("--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "1024"));
        command.addAll(List.of("--wiredTigerEngineConfigString", FILES));
        command.addAll(List.of("--logpath", data.resolve("mongod.log").toString()));
        Process keeper = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String uri = "mongodb://127.0.0.1:%d/?directConnection=true".formatted(port);
        BenchServer server = new BenchServer(uri, arguments, keeper);
        try {
            initiate(uri, port);
            return server;
        } catch (MongoException | InterruptedException e) {
            server.close();
            throw e;
        }
    }

    /** Initiates a replica set of one, and waits until it accepts writes. */
    private static void initiate(String uri, int port) throws InterruptedException {
        Document member = new Document("_id", 0).append("host", "127.0.0.1:" + port);
        Document set = new Document("_id", "rs0").append("members", List.of(member));
        try (MongoClient client = MongoClients.create(uri)) {
            var admin = client.getDatabase("admin");
            admin.runCommand(new Document("replSetInitiate", set));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
            while (!admin.runCommand(new Document("hello", 1)).getBoolean("isWritablePrimary")) {
                if (System.nanoTime() > end) {
                    throw new MongoException("mongod accepts no writes after " + START_SECONDS + " s");
                }
                Thread.sleep(20);
            }
        }
    }

    /** Returns the path that tests/get-mongod.sh prints, which downloads mongod 6.0.5 once. */
    private static String mongod() throws IOException, InterruptedException {
        Path script = Stream.iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
                .map(folder -> folder.resolve("tests/get-mongod.sh"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "Run the benchmark inside the repository, or pass the URI of a replica set"));
        Process fetch = new ProcessBuilder("sh", script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(fetch.getInputStream(), StandardCharsets.UTF_8))) {
            String path = lines.readLine();
            if (fetch.waitFor() != 0 || path == null) {
                throw new IllegalStateException("No mongod found: start one and pass its URI");
            }
            return path;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        if (keeper == null) {
            return;
        }
        keeper.getOutputStream().close();
        try {
            keeper.waitFor(START_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
