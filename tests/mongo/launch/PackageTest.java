package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;

import golden.Manual;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    private static final Path FIRST = Scratch.folder("first");
    private static final Path REPOSITORY = Scratch.folder("repository");
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "JBANG_REPO", REPOSITORY.toString(),
            "JBANG_CACHE_DIR", Scratch.folder("cache").toString());

    private static String directive;
    private static Path jar;

    @BeforeAll
    static void buildOnce() throws IOException {
        linkTheUsersRepository();
        Launched built = Launched.run(ROOT, ENVIRONMENT, ".ci/package", "--install", FIRST.toString());
        List<String> lines = built.exits(0).out().lines().toList();
        directive = lines.get(0);
        jar = REPOSITORY.resolve(FIRST.relativize(Path.of(lines.get(1))));
    }

    /** Links to all that the user's local repository contains, so that nothing is installed there or fetched again. */
    private static void linkTheUsersRepository() throws IOException {
        String repository = System.getenv("JBANG_REPO");
        Path theirs = repository == null ? Path.of(System.getenv("HOME"), ".m2/repository") : Path.of(repository);
        Path own = REPOSITORY;
        for (String group : List.of("io", "github", "migopy")) {
            try (DirectoryStream<Path> others = Files.newDirectoryStream(theirs, each -> !each.endsWith(group))) {
                for (Path other : others) {
                    Files.createSymbolicLink(own.resolve(other.getFileName()), other);
                }
            }
            theirs = theirs.resolve(group);
            own = Files.createDirectory(own.resolve(group));
        }
    }

    /** A project as the README says, with the library's jar instead of its sources. */
    private static Launcher project() throws IOException {
        Path folder = Scratch.folder("a shop").toRealPath();
        Files.createDirectory(folder.resolve("mongomigrations"));
        for (String launcher : List.of("jbang", "migopy")) {
            Files.copy(ROOT.resolve(launcher), folder.resolve(launcher), StandardCopyOption.COPY_ATTRIBUTES);
        }
        String entry = Manual.read().all("entry").get(0).text();
        Files.writeString(folder.resolve("migopy.java"), entry.replaceFirst("//SOURCES .*", directive));
        return new Launcher(folder);
    }

    @Test
    void aProjectThatNamesTheJarRunsAndIsBuiltAgainWhenTheJarChanges(MongoServer server) throws IOException {
        var project = project();
        Map<String, String> environment = new HashMap<>(ENVIRONMENT);
        environment.put("MONGO_URI", server.uri());
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
        Launched.run(folder, environment, "./jbang", "mongomigrations/1_add_users.java")
                .exits(0)
                .says("Nothing is recorded");
        Launched.run(folder, environment, "./migopy", "execute").exits(0).says("applied   1_add_users");
        project.breakJbang();
        Launched.run(folder, environment, "./migopy", "status", "--check").exits(0);
        try (FileSystem other = FileSystems.newFileSystem(jar)) {
            Files.writeString(other.getPath("other"), "");
        }
        Launched.run(folder, environment, "./migopy", "status").exits(2).says("its SHA-1 differs");
        Files.copy(FIRST.resolve(REPOSITORY.relativize(jar)), jar, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aPlainProjectIsBuiltWithoutJbangButAsJbangBuildsIt() throws IOException {
        var project = project();
        project.write("mongomigrations/1_one.java", "class One { static void up() {} }");
        Map<String, String> byJbang = new HashMap<>(ENVIRONMENT);
        byJbang.put("JBANG_LOCAL_ROOT", "/");
        assertThat(validated(project, byJbang).err()).contains("Building jar");
        List<String> plan = plan(project);
        byte[] compiled = compiled(project);
        Scratch.delete(project.folder().resolve(".migopy"));
        project.breakJbang();
        assertThat(validated(project, ENVIRONMENT).err()).isEmpty();
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
        Launched.run(project.folder(), ENVIRONMENT, "./migopy", "validate", "--json")
                .exits(2)
                .says("migopy.java:")
                .says("migopy.java could not be built");
        Files.writeString(entry, "//RUNTIME_OPTIONS -Dx=y\n" + text);
        Launched.run(project.folder(), ENVIRONMENT, "./migopy", "validate")
                .exits(0)
                .says("Building jar");
        assertThat(plan(project)).contains("o-Dx=y");
        Files.writeString(entry, text);
        project.breakJbang();
        Launched.run(project.folder(), ENVIRONMENT, "./migopy", "validate").exits(0);
        assertThat(plan(project)).doesNotContain("o-Dx=y");
    }

    @Test
    void theJarContainsTheEmbeddedDatabase() throws IOException {
        var project = project();
        project.write("mongomigrations/1_one.java", "class One { static void up() {} }");
        Launched.run(project.folder(), ENVIRONMENT, "./migopy", "execute", "--embedded")
                .exits(0)
                .says("applied   1_one");
    }

    @Test
    void aProjectThatNamesTheJarHasTheTemplatesAndTheFolderForEditors() throws IOException {
        var project = project();
        Path folder = project.folder();
        Launched.run(folder, ENVIRONMENT, "./migopy", "create", "--from", "unique", "one email")
                .exits(0)
                .says("1_one_email.java");
        Launched.run(folder, ENVIRONMENT, "./migopy", "validate").exits(0);
        Launched.run(folder, ENVIRONMENT, "./migopy", "edit", "--no-open").exits(0);
        assertThat(folder.resolve(".migopy/ide/migrations/1_one_email/m1_one_email.java"))
                .isSymbolicLink();
        assertThat(folder.resolve(".migopy/ide/migrations/.classpath"))
                .content()
                .contains(jar + "\" sourcepath=\"" + jar.toString().replaceFirst("\\.jar$", "-sources.jar"));
    }

    @Test
    void theSameSourcesGiveTheSameBytesInAnotherFolderAndTimeZone() throws IOException {
        Path copy = Scratch.folder("a copy");
        Path second = Scratch.folder("second");
        Launched.run(ROOT, "cp", "-R", ".ci", "lib", "jbang", "LICENSE", copy.toString())
                .exits(0);
        Map<String, String> environment = new HashMap<>(ENVIRONMENT);
        environment.put("TZ", "Asia/Tokyo");
        environment.put("LANG", "C");
        Launched.run(copy, environment, ".ci/package", second.toString()).exits(0);
        assertThat(files(second)).hasSize(12).isEqualTo(files(FIRST));
        for (Path file : files(second)) {
            assertThat(second.resolve(file)).hasSameBinaryContentAs(FIRST.resolve(file));
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
        String pom = Files.readString(Path.of(jar.toString().replaceFirst("jar$", "pom")));
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
    void theReadmeNamesThisVersion() throws IOException {
        assertThat(Files.readString(ROOT.resolve("README.md"))).contains("`" + directive + "`");
    }
}
