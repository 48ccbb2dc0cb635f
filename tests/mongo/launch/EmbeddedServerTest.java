package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClients;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.mongo.EmbeddedServer;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.Eventually;
import support.Scratch;

/** The embedded database. */
class EmbeddedServerTest {
    private final Path cache = Scratch.folder("cache").resolve(".migopy");

    @Test
    void dataIsKeptUntilTheNextStart() {
        try (var server = start()) {
            insert(server, "Ada");
        }
        try (var server = start()) {
            assertThat(count(server)).isEqualTo(1);
        }
    }

    @Test
    void aSecondRunAtTheSameTimeIsRefused() {
        try (var server = start()) {
            assertThatThrownBy(this::start)
                    .isInstanceOfSatisfying(
                            MigopyException.class,
                            e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.UNREACHABLE))
                    .hasMessage("The embedded database is in use by another run");
            insert(server, "still served");
        }
    }

    @Test
    void itEndsWithAKilledParentAndTheNextOneCanStart() throws IOException {
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddedMain.class.getName(),
                        cache.toString())
                .directory(Checkout.root().toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = owner.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            assertThat(line).startsWith("port ");
            int port = Integer.parseInt(line.substring("port ".length()));
            assertThat(listens(port)).isTrue();
            owner.destroyForcibly();
            try (var next = start()) {
                assertThat(next.port()).isNotEqualTo(port);
            }
            Eventually.until("the killed one's server is gone", () -> !listens(port));
        }
    }

    @Test
    void twoConcurrentFirstStartsBothFindAllClasses() throws Exception {
        List<FutureTask<String>> starts = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            FutureTask<String> start = new FutureTask<>(this::answer);
            starts.add(start);
            new Thread(start, "start-" + i).start();
        }
        List<String> answers = new ArrayList<>();
        for (FutureTask<String> start : starts) {
            answers.add(start.get());
        }
        assertThat(answers).contains("served").isSubsetOf("served", "The embedded database is in use by another run");
        try (Stream<Path> files = Files.list(cache.resolve("embedded"))) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("classes")))
                    .hasSize(1);
        }
        assertThat(cache.resolve(".gitignore")).hasContent("*");
    }

    private String answer() {
        try (var server = start()) {
            insert(server, "Ada");
            return "served";
        } catch (MigopyException e) {
            return e.getMessage();
        }
    }

    private EmbeddedServer start() {
        return EmbeddedServer.start(Checkout.root(), cache);
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void insert(EmbeddedServer server, String name) {
        try (var client = MongoClients.create("mongodb://127.0.0.1:" + server.port())) {
            client.getDatabase("app").getCollection("users").insertOne(new Document("name", name));
        }
    }

    private static long count(EmbeddedServer server) {
        try (var client = MongoClients.create("mongodb://127.0.0.1:" + server.port())) {
            return client.getDatabase("app").getCollection("users").countDocuments();
        }
    }
}
