package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import golden.Manual;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.Json;
import support.MongoServer;
import support.OnServer;
import support.Scratch;

/** The checkout's own files, built and started by the real JBang. */
@OnServer
class JbangRunsTest {
    private static final Path ROOT = Checkout.root();
    private static final String JBANG = ROOT.resolve("jbang").toString();

    private final Map<String, String> environment =
            new HashMap<>(Map.of("MIGOPY_CACHE", Scratch.folder("cache").toString()));

    private Launched in(Path folder, String... command) {
        return Launched.run(folder, environment, command);
    }

    @Test
    void theExampleAndEachOfItsFilesRunByJbangAlone(MongoServer server) {
        environment.put("MONGO_URI", server.uri());
        in(ROOT, JBANG, "migopy.java", "execute", "3_add_users").exits(0).says("applied   3_add_users");
        environment.put("PATH", ROOT + ":" + System.getenv("PATH")); // so that jbang is found
        Launched direct = in(ROOT, "sh", "-c", "./mongomigrations/4_give_users_a_status.java");
        direct.exits(0).says("2 users are active now").says("Nothing is recorded");
        in(ROOT.resolve("mongomigrations"), "../jbang", "6_give_users_a_slug.java")
                .exits(0);
        Path elsewhere = Scratch.folder("elsewhere");
        String file =
                ROOT.resolve("mongomigrations/5_add_lowercase_emails.java").toString();
        in(elsewhere, JBANG, file).exits(2).says("no migopy.java in").says("MIGOPY_HOME");
        environment.put("MIGOPY_HOME", ROOT.toString());
        in(elsewhere, JBANG, file).exits(0).says("2 emails are there in lower case");
        assertThat(server.collection("users")
                        .find(new Document("name", "Grace"))
                        .first())
                .containsEntry("status", "active")
                .containsEntry("emailLower", "grace@example.com")
                .containsEntry("slug", "grace");
        assertThat(server.collection("migrations").find().map(entry -> entry.get("_id")))
                .containsExactly("3_add_users");
    }

    @Test
    void aProjectCanCompileTheLibraryFromACheckout() throws IOException {
        Path parent = Scratch.folder("my projects");
        Files.createSymbolicLink(parent.resolve("migopy"), ROOT);
        Path mine = parent.resolve("mine");
        Files.createDirectories(mine.resolve("mongomigrations"));
        for (String launcher : List.of("jbang", "migopy")) {
            Files.copy(ROOT.resolve(launcher), mine.resolve(launcher), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.writeString(mine.resolve("migopy.java"), entryFrom("../migopy/lib"));
        environment.remove("MIGOPY_CACHE");
        in(mine, "./migopy", "create", "add", "users").exits(0).says("mongomigrations/1_add_users");
        in(mine, "./migopy", "execute", "--embedded").exits(0).says("applied   1_add_users");
        Files.writeString(
                mine.resolve("mongomigrations/2_child.java"),
                "class Child { static void up() throws Exception { new ProcessBuilder(\"echo\","
                        + " \"from a child\").inheritIO().start().waitFor(); } }");
        Launched child = in(mine, "./migopy", "execute", "--embedded", "--json").exits(0);
        assertThat(Json.object(child.out()).getList("steps", Document.class)).hasSize(1);
        assertThat(child.err()).contains("from a child");
        // From a subfolder, which Migopy ignores.
        Path below = Files.createDirectory(mine.resolve("mongomigrations/é"));
        Launched status =
                in(below, "../../migopy", "status", "--embedded", "--json").exits(0);
        assertThat(Json.object(status.out()).getList("problems", Document.class))
                .isEmpty();
        assertThat(mine.resolve(".migopy/.gitignore")).hasContent("*");
        List<String> left = new ArrayList<>();
        try (var files = Files.list(mine)) {
            files.forEach(each -> left.add(each.getFileName().toString()));
        }
        assertThat(left).containsExactlyInAnyOrder(".migopy", "jbang", "migopy", "migopy.java", "mongomigrations");
    }

    @Test
    void theEntryScriptOfAnotherProjectIsRefused() throws IOException {
        Path own = project("shop");
        Path other = project("bank");
        environment.put("MIGOPY_CACHE", "");
        environment.put("MONGO_PORT", "1");
        environment.put("MONGO_CONNECT_TIMEOUT", "50ms");

        Launched refused = in(own, JBANG, other.resolve("migopy.java").toString(), "status");
        refused.exits(2)
                .says("was not built from " + own.resolve("migopy.java"))
                .says("Run the project's script: jbang " + own.resolve("migopy.java"));

        in(own, JBANG, "migopy.java", "status").exits(6);
        in(own, JBANG, "--deps", "org.slf4j:slf4j-api:2.0.20", "migopy.java", "status")
                .exits(6);
        Path linked = Scratch.folder("linked").resolve("shop");
        Files.createSymbolicLink(linked, own);
        in(linked, JBANG, linked.resolve("migopy.java").toString(), "status").exits(6);
        environment.put("MIGOPY_HOME", other.toString());
        in(own, JBANG, "migopy.java", "status").exits(2).says("was not built from " + other.resolve("migopy.java"));
    }

    private static Path project(String database) throws IOException {
        Path folder = Scratch.folder("entry").toRealPath().resolve(database);
        Files.createDirectories(folder.resolve("mongomigrations"));
        // The library that runs here, because JBang would compile all of it for each project.
        String library = Stream.of(System.getProperty("java.class.path").split(":"))
                .map(jar -> "//DEPS " + jar)
                .collect(Collectors.joining("\n"));
        Files.writeString(
                folder.resolve("migopy.java"),
                Files.readString(ROOT.resolve("migopy.java"))
                        .replace("\"app\"", '"' + database + '"')
                        .replaceFirst("//SOURCES .*", library));
        return folder;
    }

    @Test
    void theCatalogsTemplateIsTheEntryScriptOfTheReadme() throws IOException {
        Path mine = Scratch.folder("mine");
        String template = "migopy@" + ROOT.resolve("jbang-catalog.json");
        in(mine, JBANG, "init", "-t", template, "migopy.java").exits(0);
        assertThat(Files.readString(mine.resolve("migopy.java")).replace("\"app\"", "\"shop\""))
                .isEqualTo(Manual.read().all("entry").get(0).text());
        in(ROOT, JBANG, "alias", "list").exits(0).says("migopy").says("test");
    }

    @Test
    void theLibraryCanBeFetchedFromAUrl() throws IOException {
        HttpServer web = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        web.createContext("/v0/", JbangRunsTest::sendFile);
        web.start();
        try {
            Path mine = Scratch.folder("mine");
            Path jbangs = Scratch.folder("jbang-dir"); // with what it fetched
            if (Files.exists(Launcher.jbangsJar())) {
                Files.copy(
                        Launcher.jbangsJar(),
                        jbangs.resolve(Launcher.jbangsJar().getFileName()));
            }
            environment.put("JBANG_DIR", jbangs.toString());
            environment.put("MIGOPY_HOME", mine.toString());
            String url = "http://127.0.0.1:%d/v0/lib".formatted(web.getAddress().getPort());
            Files.writeString(mine.resolve("migopy.java"), entryFrom(url));
            Files.createDirectory(mine.resolve("mongomigrations"));
            in(mine, JBANG, "migopy.java", "create", "one").exits(0);
            in(mine, JBANG, "migopy.java", "execute", "--embedded").exits(0).says("applied   1_one");
        } finally {
            web.stop(0);
        }
    }

    /** The entry script of the README, with the library's sources in this folder or below this URL instead of its jar. */
    private static String entryFrom(String library) {
        return Manual.read()
                .all("entry")
                .get(0)
                .text()
                .replaceFirst("(?m)^//DEPS .*$", "//SOURCES " + library + "/migopy/MigrationsManager.java");
    }

    private static void sendFile(HttpExchange exchange) throws IOException {
        try (exchange) {
            Path file = ROOT.resolve(exchange.getRequestURI().getPath().substring("/v0/".length()));
            if (!Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] bytes = Files.readAllBytes(file);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
