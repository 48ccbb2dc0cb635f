package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import support.Scratch;

/** {@code ./jbang}: JBang for users who have not installed it. */
class JbangLauncherTest {
    private static Launcher project;

    @BeforeAll
    static void fetchOnce() {
        project = Launcher.create();
        Launched.run(project.folder(), withoutInstalled(Map.of()), "./jbang", "version")
                .exits(0);
    }

    @Test
    void argumentsStandardInputAndExitCodeArePassedThrough() {
        Launched run = Launched.start(
                        project.folder(),
                        withoutInstalled(Map.of()),
                        "typed\n",
                        List.of(
                                "./jbang",
                                "migopy.java",
                                "a b",
                                "it's",
                                "$HOME `id` \"x\" *",
                                "",
                                "line\nline",
                                "é",
                                "seven",
                                ""))
                .ended();
        run.exits(7).says("arguments [a b, it's, $HOME `id` \"x\" *, , line\nline, é, seven, ] of 8");
        assertThat(run.out()).endsWith("typed\n").contains("property a b\n");
        assertThat(run.out()).as("exec: one process only").contains("pid " + run.pid() + "\n");
    }

    @Test
    void aLocaleWithoutUtf8IsReplaced() {
        Launched.run(project.folder(), withoutInstalled(Map.of("LANG", "C")), "./jbang", "migopy.java", "é")
                .exits(0)
                .says("arguments [é] of 1")
                .says("LC_ALL C.UTF-8\n")
                .says("file names UTF-8\n");
    }

    @Test
    void aJarWithAnotherChecksumIsNeitherRunNorKept() throws IOException {
        Path folder = Scratch.folder("jbang-dir");
        Path other = Files.writeString(folder.resolve("other.jar"), "not JBang");
        String sum = "a6633cfbcdf3bdb0c83bd5e5cedf7917a2da921d67c7355f0866488a23566a19";
        Path dir = folder.resolve("new");
        Launched.run(
                        project.folder(),
                        withoutInstalled(Map.of(
                                "JBANG_DIR",
                                dir.toString(),
                                "JBANG_JAR_URL",
                                other.toUri().toString())),
                        "./jbang",
                        "version")
                .exits(1)
                .says("f977075849cff866f45b27997f5671ab8a336a5dd3cf9e702b3479128338f3a7")
                .says("SHA-256 received: " + sum);
        assertThat(names(dir)).isEmpty();
    }

    @Test
    void twoConcurrentFetchesKeepOneCompleteJar() throws IOException {
        Path dir = Scratch.folder("jbang-dir").resolve("new");
        Map<String, String> environment = withoutInstalled(Map.of(
                "JBANG_DIR",
                dir.toString(),
                "JBANG_JAR_URL",
                Launcher.jbangsJar().toUri().toString()));
        List<String> command = List.of("./jbang", "version");
        var first = Launched.start(project.folder(), environment, "", command);
        var second = Launched.start(project.folder(), environment, "", command);
        first.ended().exits(0).says("0.132.1");
        second.ended().exits(0).says("0.132.1");
        assertThat(names(dir))
                .filteredOn(name -> name.startsWith("jbang-cli"))
                .containsExactly(Launcher.jbangsJar().getFileName().toString());
    }

    @Test
    void withoutAConnectionTheUrlIsNamed() {
        Path dir = Scratch.folder("jbang-dir");
        Launched.run(
                        project.folder(),
                        withoutInstalled(
                                Map.of("JBANG_DIR", dir.toString(), "JBANG_JAR_URL", "http://127.0.0.1:1/jbang.jar")),
                        "./jbang",
                        "version")
                .exits(1)
                .says("cannot be fetched from http://127.0.0.1:1/jbang.jar");
    }

    @Test
    void anInstalledJbangIsPreferredButNeverACopyOfItself() throws IOException {
        Path bin = Scratch.folder("bin");
        Path copies = Scratch.folder("copies");
        Files.copy(project.folder().resolve("jbang"), copies.resolve("jbang"));
        Path installed = Files.writeString(bin.resolve("jbang"), "#!/bin/sh\necho installed \"$@\"\n");
        Files.setPosixFilePermissions(installed, PosixFilePermissions.fromString("rwxr-xr-x"));
        String path = copies + ":" + bin + ":" + System.getenv("PATH");
        Launched.run(project.folder(), Map.of("PATH", path), "./jbang", "a b")
                .exits(0)
                .says("installed a b");
    }

    @Test
    void aMissingJdkIsReported() throws IOException {
        Path none = Scratch.folder("no-jdk");
        Launched.run(project.folder(), withoutInstalled(Map.of("JAVA_HOME", none.toString())), "./jbang")
                .exits(1)
                .says("JAVA_HOME (" + none + ") is not a JDK");
        Path bin = Scratch.folder("bin");
        for (String tool : List.of("sh", "sed", "grep", "env")) {
            Files.createSymbolicLink(
                    bin.resolve(tool), Path.of("/bin").resolve(tool).toRealPath());
        }
        Launched.run(project.folder(), Map.of("JAVA_HOME", "", "PATH", bin.toString()), "./jbang", "version")
                .exits(1)
                .says("No JDK found");
    }

    @Test
    void anOldJdkIsNamedWithItsVersion() throws IOException {
        Path old = Scratch.folder("old-jdk");
        Files.createDirectories(old.resolve("bin"));
        for (String name : List.of("java", "javac")) {
            Path tool = Files.writeString(old.resolve("bin").resolve(name), "#!/bin/sh\nexit 1\n");
            Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        Launched.run(project.folder(), withoutInstalled(Map.of("JAVA_HOME", old.toString())), "./jbang")
                .exits(1)
                .says("is Java 11.0.2, too old")
                .says("17 or newer");
    }

    @Test
    void theVersionOfAJdkWithoutAReleaseFileIsFoundWhateverElseJavaPrints() throws IOException {
        Path jdk = Files.createDirectories(Scratch.folder("conda").resolve("bin"));
        for (String tool : List.of("java", "javac")) {
            Path real = Path.of(System.getProperty("java.home"), "bin", tool);
            Files.createSymbolicLink(jdk.resolve(tool), real);
        }
        Launched.run(
                        project.folder(),
                        withoutInstalled(Map.of(
                                "JAVA_HOME", jdk.getParent().toString(), "JAVA_TOOL_OPTIONS", "-Dsome.version=\"1\"")),
                        "./jbang",
                        "version")
                .exits(0)
                .says("0.132.1");
    }

    @Test
    void aDamagedJarOfJbangIsFetchedAgain() throws IOException {
        Path dir = Scratch.folder("jbang-dir");
        Path jar = dir.resolve(Launcher.jbangsJar().getFileName());
        Files.writeString(jar, "not JBang");
        Launched.run(
                        project.folder(),
                        withoutInstalled(Map.of(
                                "JBANG_DIR",
                                dir.toString(),
                                "JBANG_JAR_URL",
                                Launcher.jbangsJar().toUri().toString())),
                        "./jbang",
                        "version")
                .exits(0)
                .says(jar + " is damaged")
                .says("0.132.1");
        assertThat(jar).hasSameBinaryContentAs(Launcher.jbangsJar());
    }

    @Test
    void aUserWithoutAnEntryInTheSystemHasTheHomeFolderOfItsEnvironment() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can change the user");
        Path home = Scratch.folder("home");
        Path jbangs = Files.createDirectory(home.resolve(".jbang"));
        Files.copy(Launcher.jbangsJar(), jbangs.resolve(Launcher.jbangsJar().getFileName()));
        new ProcessBuilder("chown", "-R", "4711:0", home.toString())
                .start()
                .onExit()
                .join();
        Map<String, String> environment =
                withoutInstalled(Map.of("HOME", home.toString(), "JBANG_DIR", "", "JBANG_REPO", ""));
        String script = "umask 022; exec setpriv --reuid=4711 --regid=4711 --clear-groups \"$@\"";
        Files.setPosixFilePermissions(Scratch.root(), PosixFilePermissions.fromString("rwx--x--x"));
        Files.setPosixFilePermissions(project.folder(), PosixFilePermissions.fromString("rwx--x--x"));
        Launched.run(
                        home,
                        environment,
                        "sh",
                        "-c",
                        script,
                        "sh",
                        project.folder() + "/jbang",
                        "info",
                        "classpath",
                        project.folder() + "/migopy.java")
                .exits(0);
        assertThat(names(home)).as("no folder called ?").doesNotContain("?");
    }

    /** The environment without a jbang on PATH, so that the launcher needs its jar. */
    private static Map<String, String> withoutInstalled(Map<String, String> changes) {
        var all = new HashMap<>(changes);
        StringBuilder path = new StringBuilder();
        for (String folder : System.getenv("PATH").split(":")) {
            if (!Files.exists(Path.of(folder, "jbang"))) {
                path.append(path.isEmpty() ? "" : ":").append(folder);
            }
        }
        all.put("PATH", path.toString());
        return all;
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
