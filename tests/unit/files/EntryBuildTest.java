package unit.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import migopy.files.EntryBuild;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Scratch;

/** What is built without JBang: an entry script that JBang would build in the same way. */
class EntryBuildTest {
    private static final String LIBRARY = "//DEPS io.github.migopy:migopy:0.1.0";
    private static final String PLAIN = """
        ///usr/bin/env jbang "$0" "$@" ; exit $?
        //JAVA 17+
        %s
        // A comment, and another: //DEPS none
        import migopy.MigrationsManager;

        public class migopy extends MigrationsManager {
            public static void main(String... args) {}
        }
        """.formatted(LIBRARY);

    private final Path folder = Scratch.folder("entry");

    @Test
    void aScriptThatOnlyNamesTheLibraryIsPlain() {
        assertThat(EntryBuild.isPlain(PLAIN, LIBRARY)).isTrue();
        assertThat(EntryBuild.isPlain(PLAIN.replace("\n", "\r\n"), LIBRARY)).isTrue();
        assertThat(EntryBuild.isPlain(PLAIN, LIBRARY + ".1")).isFalse();
        assertThat(EntryBuild.isPlain(PLAIN.replace("//JAVA 17+\n", ""), LIBRARY))
                .isFalse();
        assertThat(EntryBuild.isPlain(PLAIN.replace(LIBRARY, ""), LIBRARY)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//DEPS io.github.migopy:migopy:0.1.0",
                "//DEPS org.slf4j:slf4j-simple:2.0.20",
                "//DEPS\torg.slf4j:slf4j-simple:2.0.20",
                "@Grab(\"org.slf4j:slf4j-simple:2.0.20\")",
                "//REPOS central",
                "//SOURCES Helper.java",
                "//FILES seed.json",
                "//JAVA 17",
                "//JAVA 17+",
                "//JAVA 99+",
                "//JAVA_OPTIONS -Xmx64m",
                "//RUNTIME_OPTIONS -Xmx64m",
                "//JAVAC_OPTIONS -Xlint",
                "//COMPILE_OPTIONS -Xlint",
                "//JAVAAGENT",
                "//MAIN other",
                "//MANIFEST Built-By=me",
                "//MODULE",
                "//PREVIEW",
                "//CDS",
                "//Q:CONFIG a=b",
                "    /* in a comment:\n//NOINTEGRATIONS */"
            })
    void aScriptWithAnotherDirectiveIsLeftToJbang(String line) {
        assertThat(EntryBuild.isPlain(PLAIN + line + "\n", LIBRARY)).isFalse();
    }

    @Test
    void settingsOfJbangAndMavenLeaveTheBuildToJbang() throws IOException {
        Path project = Files.createDirectories(folder.resolve("a/b"));
        Path home = Files.createDirectories(folder.resolve("home"));
        Map<String, String> folders =
                Map.of("JBANG_DIR", folder.resolve("jbang").toString(), "JBANG_REPO", "/repo");
        assertThat(EntryBuild.isConfigured(folders, project, home)).isFalse();
        assertThat(EntryBuild.isConfigured(Map.of(), project, home)).isFalse();
        for (String name : List.of("JBANG_APP_JAVA_OPTIONS", "JBANG_DEFAULT_JAVA_VERSION", "JDK_JAVAC_OPTIONS")) {
            assertThat(EntryBuild.isConfigured(Map.of(name, "x"), project, home))
                    .as(name)
                    .isTrue();
        }
        for (String file : List.of(
                "a/b/jbang.properties",
                "a/.jbang/jbang.properties",
                "home/.jbang/jbang.properties",
                "home/.jbang/currentjdk/release",
                "home/.m2/settings.xml")) {
            Path made = folder.resolve(file);
            Files.createDirectories(made.getParent());
            Files.writeString(made, "<localRepository>/elsewhere</localRepository>");
            assertThat(EntryBuild.isConfigured(Map.of(), project, home))
                    .as(file)
                    .isTrue();
            Scratch.delete(file.startsWith("home") ? home : made);
            Files.createDirectories(home);
        }
        Files.createDirectories(folder.resolve("jbang/currentjdk"));
        assertThat(EntryBuild.isConfigured(folders, project, home)).isTrue();
    }

    @Test
    void theJarContainsAClassThatRuns() throws Exception {
        Path jar = folder.resolve("it's a\ttab, [x]*.jar");
        assertThat(built(PLAIN.replace("main(", "other("), jar)).isFalse();
        assertThat(built(PLAIN, jar)).as("the jar is replaced").isTrue();
        try (var loader =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> built = Class.forName("migopy", true, loader);
            assertThat(built.getProtectionDomain().getCodeSource().getLocation())
                    .isEqualTo(jar.toUri().toURL());
            built.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "class migopy { public static void main(String[] args) { does not compile } }",
                "public class Shop { public static void main(String... args) {} }",
                "class Shop { public static void main(String... args) {} }",
                "package shop; public class migopy { public static void main(String... args) {} }",
                "class migopy { static void main(int number) {} }",
                "class migopy { { Thread.currentThread().stop(); } public static void main(String... args) {} }"
            })
    void whatJbangWouldReportIsLeftToIt(String text) throws IOException {
        assertThat(built(text, folder.resolve("app.jar"))).isFalse();
    }

    private boolean built(String text, Path jar) throws IOException {
        Path script = Files.writeString(folder.resolve("migopy.java"), text);
        List<Path> libraries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        return EntryBuild.build(script, libraries, jar);
    }
}
