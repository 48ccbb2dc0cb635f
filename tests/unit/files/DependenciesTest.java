package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.CompiledMigration;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import org.junit.jupiter.api.Test;
import support.Checkout;

/** The {@code //DEPS} of a migration, with a script instead of JBang that logs its arguments. */
class DependenciesTest {
    private static final String USES_GREETER = """
        //DEPS ../migopy.java
        //DEPS com.example:greeter:1.0 // says hello
        class A {
            static void up() { throw new RuntimeException(greeter.Greeter.hello()); }
        }
        """;

    private static final String LOGGING_LIBRARY = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";

    private final Sandbox sandbox = new Sandbox();
    private final Path asked = sandbox.home.resolve("asked.txt");

    private Compilation compile(Map<String, String> environment) {
        return SourceCompiler.compileOnce(
                sandbox.home,
                sandbox.cache,
                environment,
                MigrationSource.readAll(sandbox.scan().files()).sources());
    }

    private Compilation compile() {
        return compile(Map.of());
    }

    /** Puts a shell script named jbang next to migopy.java. */
    private void jbang(String shell) throws IOException {
        script(sandbox.home.resolve("jbang"), shell);
    }

    private void script(Path path, String shell) throws IOException {
        Files.writeString(path, """
            #!/bin/sh
            for last; do :; done
            { echo "$@"; cat "$last"; env; } >> '%s'
            %s
            """.formatted(asked, shell));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path greeter(String hello) throws IOException {
        Path folder = Files.createDirectories(sandbox.home.resolve("lib"));
        String text = "package greeter; public class Greeter { public static String hello() { return \"%s\"; } }"
                .formatted(hello);
        var compiler = ToolProvider.getSystemJavaCompiler();
        var source = new SimpleJavaFileObject(URI.create("string:///Greeter.java"), SimpleJavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignore) {
                return text;
            }
        };
        List<String> options = List.of("-d", folder.toString());
        assertThat(compiler.getTask(null, null, null, options, null, List.of(source))
                        .call())
                .isTrue();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            jar.putNextEntry(new JarEntry("greeter/Greeter.class"));
            jar.write(Files.readAllBytes(folder.resolve("greeter/Greeter.class")));
        }
        return Files.write(folder.resolve("greeter-1.0.jar"), bytes.toByteArray());
    }

    private static void says(CompiledMigration migration, String message) {
        assertThatThrownBy(() -> migration.call(Direction.UP, null, null)).hasMessage(message);
    }

    @Test
    void aJarIsVisibleOnlyToTheFileThatNamesIt() throws IOException {
        jbang("echo some noise; echo '" + greeter("hello") + "'");
        sandbox.with("1_a.java", USES_GREETER)
                .with("2_b.java", "class B { static void up() { greeter.Greeter.hello(); } }");
        Compilation compilation = compile();
        says(compilation.migrations().get(0), "hello");
        assertThat(compilation.problems())
                .extracting(Problem::message)
                .containsExactly("2_b.java:1: package greeter does not exist");
    }

    @Test
    void jbangRunsOnceWithTheseLinesOnlyAndWithoutPasswords() throws IOException {
        jbang("echo '" + greeter("hello") + "'");
        sandbox.with("1_a.java", "//REPOS central,acme=https://acme.example/m2\n" + USES_GREETER);
        says(compile().migrations().get(0), "hello");
        assertThat(asked)
                .content()
                .startsWith("--quiet info classpath --deps-only ")
                .contains("""
                    //REPOS central,acme=https://acme.example/m2
                    //DEPS com.example:greeter:1.0
                    class\
                    """)
                .doesNotContain("migopy.java\n", "MONGO_");
        Files.delete(asked);
        says(compile().migrations().get(0), "hello");
        assertThat(asked).doesNotExist();
    }

    @Test
    void aMissingJarIsResolvedAgain() throws IOException {
        Path jar = greeter("hello");
        jbang("echo '" + jar + "'");
        sandbox.with("1_a.java", USES_GREETER);
        compile();
        Files.delete(jar);
        Files.delete(asked);
        assertThat(compile().problems()).hasSize(1);
        assertThat(asked).exists();
    }

    @Test
    void aMigrationIsCompiledAgainWithARebuiltJar() throws IOException {
        jbang("echo '" + greeter("hello") + "'");
        sandbox.with("1_a.java", USES_GREETER);
        says(compile().migrations().get(0), "hello");
        greeter("good morning");
        says(compile().migrations().get(0), "good morning");
    }

    @Test
    void aSnapshotIsResolvedEachTime() throws IOException {
        jbang("echo '" + greeter("hello") + "'");
        sandbox.with("1_a.java", USES_GREETER.replace(":1.0", ":1.0-SNAPSHOT"));
        compile();
        Files.delete(asked);
        compile();
        assertThat(asked).exists();
    }

    @Test
    void aFileWhoseDepsCannotBeResolvedIsNotCompilable() throws IOException {
        jbang("echo '[jbang] [ERROR] Could not resolve dependency' >&2; exit 1");
        sandbox.with("1_a.java", USES_GREETER);
        Problem problem = compile().problems().get(0);
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NOT_COMPILABLE);
        assertThat(problem.message()).isEqualTo("1_a.java has //DEPS that cannot be resolved: com.example:greeter:1.0");
        assertThat(problem.details()).containsExactly("[jbang] [ERROR] Could not resolve dependency");
    }

    @Test
    void theProblemReportsThatJbangIsMissing() {
        sandbox.with("1_a.java", USES_GREETER);
        Problem problem = compile().problems().get(0);
        assertThat(problem.message()).isEqualTo("1_a.java has //DEPS, which need JBang, and JBang was not found");
    }

    @Test
    void theJbangThatStartedTheProgramPrecedesTheOneInThePath() throws IOException {
        Path jar = greeter("hello");
        Path folder = Files.createDirectory(sandbox.home.resolve("bin"));
        script(folder.resolve("jbang"), "exit 1");
        Path launch = sandbox.home.resolve("launch");
        script(launch, "echo '" + jar + "'");
        sandbox.with("1_a.java", USES_GREETER);
        assertThat(compile(Map.of("PATH", folder.toString())).problems()).hasSize(1);
        says(
                compile(Map.of("PATH", folder.toString(), "JBANG_LAUNCH_CMD", launch.toString()))
                        .migrations()
                        .get(0),
                "hello");
    }

    @Test
    void jbangIsNotStartedForJavaFilesInDeps() throws IOException {
        jbang("exit 1");
        sandbox.with(
                "1_a.java",
                "//DEPS ../migopy.java ../other.java\n" + "class A { static void up() {} }\n" + "  //DEPS a:b:1\n");
        assertThat(compile().problems()).isEmpty();
        assertThat(asked).doesNotExist();
    }

    @Test
    void filesWithTheSameDepsAreResolvedOnce() throws IOException {
        jbang("echo '" + greeter("hello") + "'");
        sandbox.with("1_a.java", USES_GREETER.replace(":1.0", ":1.0-SNAPSHOT"))
                .with("2_b.java", USES_GREETER.replace(":1.0", ":1.0-SNAPSHOT"));
        assertThat(compile().migrations()).hasSize(2);
        assertThat(Files.readAllLines(asked))
                .filteredOn(l -> l.startsWith("--quiet"))
                .hasSize(1);
    }

    @Test
    void aLoggingLibraryThatOnlyAMigrationNamesIsUsed() throws Exception {
        assertThat(ClassLoader.getSystemResource(LOGGING_LIBRARY)).isNull();
        String jars = jarsOf("org.slf4j:slf4j-simple:2.0.20");
        jbang("echo '" + jars + "'");
        sandbox.with("1_a.java", """
            //DEPS org.slf4j:slf4j-simple:2.0.20
            class A {
                static void up() { org.slf4j.LoggerFactory.getLogger("a").warn("said by a"); }
            }
            """);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            sandbox.only().call(Direction.UP, null, null);
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        } finally {
            System.setErr(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("WARN a - said by a");
    }

    /** Returns the class path of an artifact, as JBang resolves it. */
    private String jarsOf(String artifact) throws IOException, InterruptedException {
        Path named = Files.writeString(sandbox.home.resolve("Named.java"), "//DEPS " + artifact);
        Process jbang = new ProcessBuilder(
                        Checkout.root().resolve("jbang").toString(),
                        "--quiet",
                        "info",
                        "classpath",
                        "--deps-only",
                        named.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String jars = new String(jbang.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jbang.waitFor()).isZero();
        return jars.strip();
    }
}
