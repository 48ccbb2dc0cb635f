package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;

import golden.Manual;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.MongoServer;
import support.OnServer;
import support.Scratch;

/** {@code .ci/package}: the library as one jar, and a project whose {@code //DEPS} names it. */
@OnServer
class PackageTest {
    private static final Path ROOT = Checkout.root();
    private static final Path CACHE = Scratch.folder("cache");

    private static LocalRepository repository;
    private static Map<String, String> environment;

    @BeforeAll
    static void build() throws IOException {
        repository = LocalRepository.get();
        environment = Map.of("JBANG_REPO", repository.folder().toString(), "JBANG_CACHE_DIR", CACHE.toString());
    }

    /** A project as the README says. */
    private static Launcher project() throws IOException {
        Path folder = Scratch.folder("a shop").toRealPath();
        Files.createDirectory(folder.resolve("mongomigrations"));
        for (String launcher : List.of("jbang", "migopy")) {
            Files.copy(ROOT.resolve(launcher), folder.resolve(launcher), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.writeString(
                folder.resolve("migopy.java"), Manual.read().all("entry").get(0).text());
        return new Launcher(folder);
    }

    @Test
    void aProjectThatNamesTheJarRunsAndIsBuiltAgainWhenTheJarChanges(MongoServer server) throws IOException {
        var project = project();
        Map<String, String> connected = new HashMap<>(environment);
        connected.put("MONGO_URI", server.uri());
        Path folder = project.folder();
        project.write("mongomigrations/1_add_users.java", """
            //DEPS ../migopy.java
            import static migopy.Migration.db;
            import org.bson.Document;

            class AddUsers {
                static void up() {
                    db().getCollection("users").insertOne(new Document());
                }

                public static void main(String... args) {
                    up();
                }
            }
            """);
        Launched.run(folder, connected, "./jbang", "mongomigrations/1_add_users.java")
                .exits(0)
                .says("Nothing is recorded");
        Launched.run(folder, connected, "./migopy", "execute").exits(0).says("applied   1_add_users");
        project.breakJbang();
        Launched.run(folder, connected, "./migopy", "status", "--check").exits(0);
        try (FileSystem other = FileSystems.newFileSystem(repository.jar())) {
            Files.writeString(other.getPath("other"), "");
        }
        Launched.run(folder, connected, "./migopy", "status").exits(2).says("its SHA-1 differs");
        Path original = repository.built().resolve(repository.folder().relativize(repository.jar()));
        Files.copy(original, repository.jar(), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aPlainProjectIsBuiltWithoutJbangButAsJbangBuildsIt() throws IOException {
        var project = project();
        project.write("mongomigrations/1_one.java", "class One { static void up() {} }");
        Map<String, String> byJbang = new HashMap<>(environment);
        byJbang.put("JBANG_LOCAL_ROOT", "/");
        assertThat(validated(project, byJbang).err()).contains("Building jar");
        List<String> plan = plan(project);
        byte[] compiled = compiled(project);
        Scratch.delete(project.folder().resolve(".migopy"));
        project.breakJbang();
        assertThat(validated(project, environment).err()).isEmpty();
        assertThat(plan(project)).isEqualTo(plan);
        assertThat(compiled(project)).isEqualTo(compiled);
    }

    private static Launched validated(Launcher project, Map<String, String> environment) {
        return Launched.run(project.folder(), environment, "./migopy", "validate")
                .exits(0)
                .says("1 migration checked");
    }

    /** Without the checksum of the project's own jar, which JBang adds a file to. */
    private static List<String> plan(Launcher project) throws IOException {
        try (Stream<String> lines = Files.lines(kept(project, "plan"))) {
            return lines.filter(line -> !line.startsWith("j") || !line.endsWith("app.jar"))
                    .toList();
        }
    }

    private static byte[] compiled(Launcher project) throws IOException {
        try (FileSystem jar = FileSystems.newFileSystem(kept(project, "app.jar"))) {
            return Files.readAllBytes(jar.getPath("migopy.class"));
        }
    }

    private static Path kept(Launcher project, String name) throws IOException {
        try (Stream<Path> all = Files.walk(project.folder().resolve(".migopy/launch"))) {
            return all.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }

    @Test
    void whatALibraryCannotBuildIsBuiltByJbang() throws IOException {
        var project = project();
        Path entry = project.folder().resolve("migopy.java");
        String text = Files.readString(entry);
        Files.writeString(entry, text + "does not compile");
        Launched.run(project.folder(), environment, "./migopy", "validate", "--json")
                .exits(2)
                .says("migopy.java:")
                .says("migopy.java could not be built");
        Files.writeString(entry, "//RUNTIME_OPTIONS -Dx=y\n" + text);
        Launched.run(project.folder(), environment, "./migopy", "validate")
                .exits(0)
                .says("Building jar");
        assertThat(plan(project)).contains("o-Dx=y");
        Files.writeString(entry, text);
        project.breakJbang();
        Launched.run(project.folder(), environment, "./migopy", "validate").exits(0);
        assertThat(plan(project)).doesNotContain("o-Dx=y");
    }

    @Test
    void theJarContainsTheEmbeddedDatabase() throws IOException {
        var project = project();
        project.write("mongomigrations/1_one.java", "class One { static void up() {} }");
        Launched.run(project.folder(), environment, "./migopy", "execute", "--embedded")
                .exits(0)
                .says("applied   1_one");
    }

    @Test
    void aProjectThatNamesTheJarHasTheTemplatesAndTheFolderForEditors() throws IOException {
        var project = project();
        Path folder = project.folder();
        Launched.run(folder, environment, "./migopy", "create", "--from", "unique", "one email")
                .exits(0)
                .says("1_one_email.java");
        Launched.run(folder, environment, "./migopy", "validate").exits(0);
        Launched.run(folder, environment, "./migopy", "edit", "--no-open").exits(0);
        assertThat(folder.resolve(".migopy/ide/migrations/1_one_email/m1_one_email.java"))
                .isSymbolicLink();
        assertThat(folder.resolve(".migopy/ide/migrations/.classpath"))
                .content()
                .contains(repository.jar() + "\" sourcepath=\""
                        + repository.jar().toString().replaceFirst("\\.jar$", "-sources.jar"));
    }

    @Test
    void theSameSourcesGiveTheSameBytesInAnotherFolderAndTimeZone() throws IOException {
        Path copy = Scratch.folder("a copy");
        Path second = Scratch.folder("second");
        Launched.run(ROOT, "cp", "-R", ".ci", "lib", "jbang", "migopy", "LICENSE", copy.toString())
                .exits(0);
        Map<String, String> elsewhere = new HashMap<>(environment);
        elsewhere.put("TZ", "Asia/Tokyo");
        elsewhere.put("LANG", "C");
        Launched.run(copy, elsewhere, ".ci/package", second.toString()).exits(0);
        assertThat(files(second)).hasSize(12).isEqualTo(files(repository.built()));
        for (Path file : files(second)) {
            assertThat(second.resolve(file))
                    .hasSameBinaryContentAs(repository.built().resolve(file));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(folder::relativize)
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thePomListsTheDependenciesOfTheLibrary() throws IOException {
        String pom = Files.readString(Path.of(repository.jar().toString().replaceFirst("jar$", "pom")));
        List<String> listed = Pattern.compile("<dependency>\\s*<groupId>(.*)</groupId>\\s*<artifactId>(.*)</artifactId>"
                        + "\\s*<version>(.*)</version>\\s*</dependency>")
                .matcher(pom)
                .results()
                .map(found -> "//DEPS " + found.group(1) + ":" + found.group(2) + ":" + found.group(3))
                .toList();
        try (Stream<String> lines = Files.lines(ROOT.resolve("lib/migopy/MigrationsManager.java"))) {
            assertThat(listed)
                    .isNotEmpty()
                    .isEqualTo(lines.filter(line -> line.startsWith("//DEPS ")).toList());
        }
    }

    @Test
    void everyDocumentTheTemplateAndTheCatalogNameThisVersion() throws IOException {
        String coordinates = repository.coordinates();
        String unversioned = coordinates.substring(0, coordinates.lastIndexOf(':') + 1);
        List<String> named = new ArrayList<>();
        for (Path file : List.of(Path.of("lib/templates/migopy.java.qute"), Path.of("jbang-catalog.json"))) {
            assertThat(Files.readString(ROOT.resolve(file))).contains(coordinates);
        }
        for (Manual.Page page : Manual.read().pages()) {
            Pattern.compile(Pattern.quote(unversioned) + "[0-9A-Za-z.-]*[0-9A-Za-z]")
                    .matcher(page.text())
                    .results()
                    .forEach(found -> named.add(found.group()));
        }
        assertThat(named).isNotEmpty().containsOnly(coordinates);
    }
}
