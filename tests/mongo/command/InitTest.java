package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.withoutServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import migopy.command.Init;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import support.Checkout;
import support.Hints;
import support.Project;
import support.Result;
import support.Scratch;

class InitTest {
    private static final Path ROOT = Checkout.root();

    private final Path shop = Scratch.folder("parent").resolve("shop");

    /** A project whose commands find the library in a local Maven repository. */
    private static Project checkout() {
        Path repository = Scratch.folder("repository");
        try {
            Files.createDirectories(repository.resolve(
                    Init.library().replace(":", "/").replace("io.github.migopy", "io/github/migopy")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return withoutServer().environment("JBANG_REPO", repository.toString());
    }

    private Result init(String... arguments) {
        List<String> all = new ArrayList<>(List.of("init", shop.toString()));
        all.addAll(List.of(arguments));
        return checkout().run(all.toArray(String[]::new));
    }

    private String read(String file) throws IOException {
        return Files.readString(shop.resolve(file));
    }

    private Map<Path, String> contents() throws IOException {
        Map<Path, String> contents = new java.util.TreeMap<>();
        try (Stream<Path> files = Files.walk(shop)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(shop.relativize(file), Files.readString(file));
            }
        }
        return contents;
    }

    @Test
    void aNewProjectHasAScriptLaunchersAndAFolderForMigrations() throws IOException {
        init().exits(0).says("created  " + shop + "/migopy.java", "./migopy create add users");
        assertThat(read("migopy.java")).contains("//DEPS " + Init.library(), "mongoDatabase = \"shop\";");
        for (String launcher : List.of("migopy", "jbang")) {
            assertThat(shop.resolve(launcher)).isExecutable().hasSameTextualContentAs(ROOT.resolve(launcher));
        }
        assertThat(shop.resolve("migopy.java")).isExecutable();
        assertThat(shop.resolve("mongomigrations")).isEmptyDirectory();
        assertThat(read(".gitignore").lines()).contains(".migopy/", "mongodumps/");
        assertThat(read(".gitattributes").lines()).contains("migopy text eol=lf", "jbang text eol=lf");
        assertThat(contents()).hasSize(5);
    }

    @Test
    void theSecondTimeItListsWhatExistsAndChangesNothing() throws IOException {
        init().exits(0);
        Files.writeString(shop.resolve("migopy.java"), "// edited");
        Files.delete(shop.resolve("jbang"));
        Map<Path, String> before = contents();
        init("--database", "other")
                .exits(0)
                .says("exists   " + shop + "/migopy.java", "created  " + shop + "/jbang")
                .says("migopy.java is kept as it is, without --database");
        before.put(Path.of("jbang"), Files.readString(ROOT.resolve("jbang")));
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void inThisCheckoutEverythingExists() throws IOException {
        var json = checkout().run("init", ROOT.toString(), "--json").exits(0).json();
        assertThat(json.getList("files", Document.class))
                .hasSize(6)
                .allMatch(file -> file.getString("outcome").equals("exists"));
        assertThat(json.getList("notices", String.class)).isEmpty();
    }

    @Test
    void whatGitsFilesLackIsReported() throws IOException {
        Files.createDirectories(shop);
        Files.writeString(shop.resolve(".gitignore"), "/.migopy/\ntarget/\n");
        Files.writeString(shop.resolve(".gitattributes"), "*.sql text\n");
        init().exits(0)
                .says("/.gitignore lacks: mongodumps/", "/.gitattributes lacks: migopy text eol=lf, jbang text eol=lf")
                .neverSays("lacks: .migopy/");
        assertThat(read(".gitignore")).isEqualTo("/.migopy/\ntarget/\n");
        Files.writeString(shop.resolve(".gitattributes"), "* text=auto eol=lf\n");
        init().exits(0).neverSays(".gitattributes lacks");
    }

    @Test
    void theDatabaseIsTheOptionsOrNamedLikeTheFolder() throws IOException {
        init("--database", "orders").exits(0).says("The database is orders");
        assertThat(read("migopy.java")).contains("mongoDatabase = \"orders\";");
        Path odd = shop.resolveSibling("my.shop");
        var refused = checkout().run("init", odd.toString()).exits(2).complainsBriefly();
        refused.says("The database cannot be named my.shop: it contains one of");
        assertThat(odd).doesNotExist();
        Hints.typeLast(checkout(), refused).exits(0);
        assertThat(Files.readString(odd.resolve("migopy.java"))).contains("mongoDatabase = \"app\";");
        for (String name : List.of("admin", "a b", "x\ny", "a".repeat(64))) {
            refused = checkout()
                    .run(
                            "init",
                            shop.resolveSibling("other" + Integer.toHexString(name.hashCode()))
                                    .toString(),
                            "--database",
                            name)
                    .exits(2)
                    .says("The database cannot be named");
            Hints.typeLast(checkout(), refused).exits(0);
        }
    }

    @Test
    void settingsThatAreNotTheProjectsAreRefused() {
        init("--uri", "mongodb://example.com")
                .exits(2)
                .complainsBriefly()
                .says("init does not take --uri")
                .neverSays("example.com");
        assertThat(shop).doesNotExist();
    }

    @Test
    void aFolderWithTheNameOfALauncherIsRefusedAndNothingIsWritten() throws IOException {
        Files.createDirectories(shop.resolve("migopy"));
        init().exits(2).complainsBriefly().says("shop/migopy is a folder");
        assertThat(contents()).isEmpty();
        Path file = Files.writeString(shop.resolve("file"), "");
        checkout().run("init", file.toString()).exits(2).complainsBriefly().says("is not a folder");
    }

    @Test
    void thePipelineOfGithubCallsCommandsThatExist() throws Exception {
        init("--ci", "github").exits(0).says("created  " + shop + "/.github/workflows/migrations.yml");
        Map<String, Object> job = map(map(yaml(".github/workflows/migrations.yml"), "jobs"), "migrations");
        List<String> commands = new ArrayList<>();
        for (Map<String, Object> step : list(job, "steps")) {
            if (step.containsKey("uses")) {
                assertThat((String) step.get("uses")).matches("actions/[a-z-]+@[0-9a-f]{40}");
            } else {
                commands.add((String) step.get("run"));
            }
        }
        assertThat(commands).contains("./migopy validate", "./migopy execute", "./migopy status --check");
        isShell(String.join("\n", commands));
        assertThat(map(job, "env").get("MONGO_URI")).isEqualTo("mongodb://localhost:27017/?directConnection=true");
    }

    @Test
    void thePipelineOfGitlabCallsCommandsThatExist() throws Exception {
        init("--ci", "gitlab").exits(0).says("created  " + shop + "/.gitlab-ci.yml");
        Map<String, Object> job = map(yaml(".gitlab-ci.yml"), "migrations");
        assertThat(job.get("script"))
                .isEqualTo(List.of("./migopy validate", "./migopy execute", "./migopy status --check"));
        List<?> command = (List<?>) list(job, "services").get(0).get("command");
        isShell((String) command.get(command.size() - 1));
        checkout().run("init", shop.toString(), "--ci", "jenkins").exits(2).says("--ci github");
    }

    @Test
    void aPipelineBelowTheTopOfARepositoryIsReported() throws IOException {
        Files.createDirectory(shop.resolveSibling(".git"));
        init("--ci", "github").exits(0).says("Pipelines are read from the top of the repository", "run in shop");
        init().exits(0).neverSays("top of the repository");
    }

    @Test
    void composeStartsAReplicaSetThatInitiatesItself() throws IOException {
        init("--compose").exits(0).says("created  " + shop + "/compose.yaml");
        Map<String, Object> mongo = map(map(yaml("compose.yaml"), "services"), "mongo");
        assertThat(mongo.get("command")).isEqualTo(List.of("--replSet", "rs0"));
        assertThat(mongo.get("ports")).isEqualTo(List.of("127.0.0.1:27017:27017"));
        assertThat((String) mongo.get("image")).matches("mongo:[0-9.]+");
        assertThat(map(mongo, "healthcheck").get("test").toString()).contains("rs.initiate", "isWritablePrimary");
    }

    @Test
    void anExistingComposeFileIsNotHidden() throws IOException {
        Files.createDirectories(shop);
        Files.writeString(shop.resolve("docker-compose.yml"), "services: {}\n");
        init("--compose").exits(0).says("exists   " + shop + "/docker-compose.yml");
        assertThat(shop.resolve("compose.yaml")).doesNotExist();
    }

    @Test
    void theDockerfileCopiesFilesOfTheProjectAndRunsShellCommands() throws Exception {
        init("--docker").exits(0).says("created  " + shop + "/Dockerfile");
        for (String line : read("Dockerfile").replace("\\\n", " ").lines().toList()) {
            String[] words = line.split(" ");
            if (words[0].equals("COPY")) {
                for (int i = 1; i < words.length - 1; i++) {
                    assertThat(shop.resolve(words[i])).exists();
                }
            } else if (words[0].equals("RUN")) {
                isShell(line.substring(4));
            }
        }
        assertThat(read("Dockerfile")).containsPattern("(?m)^FROM \\S+:[0-9]+\\S*$");
    }

    @Test
    void editorFriendlyMigrationsHaveNamesOfClasses() throws IOException {
        init("--editor-friendly").exits(0);
        assertThat(read("migopy.java")).contains("migrationsFilePattern = \"m(?<number>[0-9]+)_[a-z0-9_]+\\\\.java\";");
        var project = withoutServer()
                .entry(read("migopy.java").replaceFirst("(?s).*extends \\w+ \\{(.*)public static.*", "$1"));
        project.run("create", "add", "users").exits(0).says("mongomigrations/m1_add_users.java");
        project.run("create", "remove", "users").exits(0).says("mongomigrations/m2_remove_users.java");
        project.run("validate").exits(0).says("2 migrations checked");
    }

    @Test
    void otherToolsAreNamedWithTheWayOn() throws IOException {
        Files.createDirectories(shop.resolve("src/main/resources"));
        Files.writeString(shop.resolve("migrate-mongo-config.js"), "module.exports = {};");
        Files.writeString(shop.resolve("src/main/resources/application.yml"), "mongock:\n  enabled: true\n");
        Files.writeString(shop.resolve("package.json"), "{\"dependencies\": {\"express\": \"5\"}}");
        init().exits(0)
                .says("shop/migrate-mongo-config.js names migrate-mongo. To take over its journal, run: ./migopy adopt")
                .says("application.yml names Mongock.")
                .neverSays("package.json");
    }

    @Test
    void aLibraryThatIsNotInstalledIsReported() {
        withoutServer()
                .environment("JBANG_REPO", Scratch.folder("empty").toString())
                .run("init", shop.toString())
                .exits(0)
                .says(Init.library() + " is not in the local Maven repository", ".ci/package --install");
    }

    @Test
    void jsonListsTheFiles() {
        var json = init("--json").exits(0).json();
        assertThat(json)
                .containsOnlyKeys("folder", "database", "files", "notices")
                .containsEntry("database", "shop");
        assertThat(json.getList("files", Document.class))
                .hasSize(6)
                .contains(new Document("path", shop + "/mongomigrations/").append("outcome", "created"));
        assertThat(init("--json").exits(0).json()).containsOnlyKeys("folder", "files", "notices");
    }

    private Map<String, Object> yaml(String file) throws IOException {
        return new Yaml().load(read(file));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> parent, String name) {
        return (Map<String, Object>) parent.get(name);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> parent, String name) {
        return (List<Map<String, Object>>) parent.get(name);
    }

    private static void isShell(String script) throws Exception {
        Process sh = new ProcessBuilder("sh", "-n", "-c", script)
                .redirectErrorStream(true)
                .start();
        String errors = new String(sh.getInputStream().readAllBytes());
        assertThat(sh.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(sh.exitValue()).as(errors).isZero();
    }
}
