package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;

import golden.Manual;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.Eventually;
import support.Json;
import support.Scratch;

/** From nothing to a project, by the library's jar and by a checkout; the jar as an installed command. */
class NewProjectTest {
    private static final Path ROOT = Checkout.root();
    private static final String JBANG = ROOT.resolve("jbang").toString();

    private static LocalRepository repository;

    private final Path folder;
    private final Map<String, String> environment;

    NewProjectTest() throws IOException {
        folder = Scratch.folder("my projects").toRealPath();
        environment = new HashMap<>(repository.ofANewUser());
    }

    @BeforeAll
    static void build() throws IOException {
        repository = LocalRepository.get();
    }

    private static Launched in(Path folder, Map<String, String> environment, String... command) {
        return Launched.run(folder, environment, command);
    }

    @Test
    void anEmptyFolderAndAnEmptyHomeBecomeAProjectWithAnAppliedMigration() throws IOException {
        in(folder, environment, JBANG, repository.coordinates(), "init", "shop")
                .exits(0)
                .says("created  shop/migopy.java")
                .says("Next: cd shop && ./migopy create add users");
        Path shop = folder.resolve("shop");
        in(shop, environment, "./migopy", "create", "add", "users").exits(0);
        in(shop, environment, "./migopy", "execute", "--embedded").exits(0).says("applied   1_add_users");
        in(shop, environment, "./migopy", "status", "--embedded", "--check")
                .exits(0)
                .says("shop on the embedded server");
        in(shop, environment, JBANG, repository.coordinates(), "init").exits(0).says("exists   migopy.java");
    }

    @Test
    void aProjectIsCreatedFromACheckoutAsInTheReadme() throws IOException {
        Path checkout = Files.createDirectory(folder.resolve("migopy"));
        in(
                        ROOT,
                        environment,
                        "cp",
                        "-R",
                        "lib",
                        "jbang",
                        "migopy",
                        "migopy.java",
                        "mongomigrations",
                        checkout.toString())
                .exits(0);
        String shown = Manual.read().all("init").get(0).text();
        String[] parts = shown.split("\n", 2);
        Launched init = in(checkout, environment, "sh", "-c", parts[0].substring("$ ".length()));
        assertThat(init.exits(0).out()).isEqualTo(parts[1]);
        Path shop = folder.resolve("shop");
        assertThat(shop.resolve("migopy.java"))
                .hasContent(Manual.read().all("entry").get(0).text());
        in(shop, environment, "./migopy", "execute", "--embedded").exits(0).says("Nothing to do");
    }

    @Test
    void theInstalledCommandRunsTheProjectOfTheCurrentFolder() throws IOException {
        in(folder, environment, JBANG, "app", "install", "--name", "migopy", repository.coordinates())
                .exits(0);
        String migopy = environment.get("JBANG_DIR") + "/bin/migopy";
        in(folder, environment, migopy, "init", "shop").exits(0);
        Path shop = folder.resolve("shop");
        Path below = Files.createDirectory(shop.resolve("mongomigrations/old"));
        in(below, environment, migopy, "create", "add", "users").exits(0).says("mongomigrations/1_add_users.java");
        Launched json = in(below, environment, migopy, "validate", "--json").exits(0);
        assertThat(Json.object(json.out()).get("files")).isEqualTo(1L);
        in(below, environment, migopy, "excute").exits(2).says("Did you mean ../../migopy execute?");
        Files.delete(shop.resolve("migopy"));
        in(below, environment, migopy, "validate").exits(0).says("1 migration checked");
    }

    @Test
    void aSignalReachesTheRunOfTheInstalledCommand() throws IOException {
        in(folder, environment, JBANG, repository.coordinates(), "init", "shop").exits(0);
        Path shop = folder.resolve("shop");
        Files.writeString(
                shop.resolve("mongomigrations/1_slow.java"),
                "class Slow { static void up() throws Exception { System.out.println(\"in up\");"
                        + " Thread.currentThread().join(); } }");
        List<String> command = List.of(JBANG, repository.coordinates(), "execute", "--embedded");
        var running = Launched.start(shop, environment, "", command);
        Eventually.until(
                "up() runs", Duration.ofSeconds(100), () -> running.outSoFar().contains("in up"), running::errSoFar);
        running.process().destroy();
        running.ended().exits(143).says("stopped by SIGTERM");
        in(shop, environment, "./migopy", "status", "--embedded").exits(0).says("1_slow was interrupted");
    }

    @Test
    void outsideOfAProjectOnlyInitAndHelpWork() throws IOException {
        String jar = repository.coordinates();
        in(folder, environment, JBANG, jar, "help").exits(0).says("jbang " + jar + " [COMMAND]");
        in(folder, environment, JBANG, jar, "--version").exits(0);
        Launched refused =
                in(folder, environment, JBANG, jar, "status", "--json").exits(2);
        assertThat(Json.object(refused.out()).get("error", Document.class).getString("message"))
                .isEqualTo("There is no migopy.java in %s or a folder above it", folder);
        assertThat(refused.err()).doesNotContain("Exception");
        in(folder, environment, JBANG, jar).exits(2).says("create a project: jbang " + jar + " init shop");
    }

    @Test
    void theCatalogsAliasIsTheJar() {
        String alias = "migopy@" + ROOT.resolve("jbang-catalog.json");
        in(folder, environment, JBANG, alias, "--version").exits(0).says("migopy ");
    }
}
