package unit.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import migopy.Problem;
import migopy.StepReport.Direction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JBang directives in a migration, which are followed, have no effect, or are refused. */
class DirectivesTest {
    private final Sandbox sandbox = new Sandbox();

    private void file(String name, String text) throws IOException {
        Path path = sandbox.migrations.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** Returns what a migration with a line of //FILES reads from a resource, or "none". */
    private String read(String line, String resource) throws Throwable {
        sandbox.with("1_a.java", """
            %s
            class A {
                static void up() throws Exception {
                    try (var in = A.class.getResourceAsStream("/%s")) {
                        System.out.print(in == null ? "none" : new String(in.readAllBytes()));
                    }
                    var loader = Thread.currentThread().getContextClassLoader();
                    System.out.print(loader.getResources("%s").hasMoreElements());
                }
            }
            """.formatted(line, resource, resource));
        PrintStream before = System.out;
        var printed = new ByteArrayOutputStream();
        try (var out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            sandbox.only().call(Direction.UP, null, null);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    /** The names that {@code jbang build} of JBang 0.132.1 gives them. */
    @ParameterizedTest
    @CsvSource({
        "//FILES seed.json, seed.json",
        "//FILES data/seed.json, seed.json",
        "//FILES x/y.json=data/seed.json // the seed, x/y.json",
        "//FILES x/=data/seed.json, x/seed.json",
        "//FILES data, seed.json",
        "//FILES data, sub/seed.json",
        "//FILES x/=data, x/sub/seed.json",
        "//FILES data/*.json, seed.json",
        "//FILES x=data/*.json, x/seed.json",
        "//FILES data/**/*.json, sub/seed.json",
        "//FILES 'two words.json', two words.json",
    })
    void filesAreResourcesWithTheNamesThatJbangGives(String line, String resource) throws Throwable {
        for (String name : new String[] {"seed.json", "data/seed.json", "data/sub/seed.json", "two words.json"}) {
            file(name, "text");
        }
        assertThat(read(line, resource)).isEqualTo("texttrue");
    }

    @Test
    void aResourceThatIsNotNamedIsNotFound() throws Throwable {
        file("seed.json", "text");
        assertThat(read("//FILES seed.json", "other.json")).isEqualTo("nonefalse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere.json", "x=nowhere.json", "*.nowhere", "/etc/hosts", "https://a/b"})
    void filesThatCannotBeUsedAreAProblem(String word) {
        Problem problem = Sandbox.problemOf("//FILES %s\nclass A {}".formatted(word));
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NOT_COMPILABLE);
        assertThat(problem.message()).startsWith("9_x.java has //FILES " + word);
        assertThat(problem.hint()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//PREVIEW",
                "//JAVAC_OPTIONS -Xlint:all",
                "//COMPILE_OPTIONS --release 17",
                "//JAVA_OPTIONS -Xmx4g",
                "//RUNTIME_OPTIONS -Dx=y",
                "//JAVAAGENT org.example:agent:1",
                "//MANIFEST Add-Opens=java.base/java.lang",
                "//MODULE users",
                "//JAVA abc",
                "//REPOS https://repo.example/maven",
            })
    void directivesThatCannotBeFollowedAreRefused(String line) {
        Problem problem = Sandbox.problemOf(line + " // note\nclass A { static void up() {} }");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NOT_COMPILABLE);
        assertThat(problem.message()).isEqualTo("9_x.java has " + line);
        assertThat(problem.hint()).contains("remove the line");
    }

    @Test
    void aLaterJavaThanTheRunningOneIsAProblem() {
        int above = Runtime.version().feature() + 1;
        Problem problem = Sandbox.problemOf("//JAVA %d+\nclass A { static void up() {} }".formatted(above));
        assertThat(problem.message()).isEqualTo("9_x.java has //JAVA %d, but this is Java %d", above, above - 1);
        assertThat(problem.hint()).contains("JAVA_HOME");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//JAVA 17",
                "//JAVA 17+",
                "//NOINTEGRATIONS",
                "//CDS",
                "//NATIVE_OPTIONS -O3",
                "//DOCS readme.md",
                "//PREVIEWS",
                "// PREVIEW"
            })
    void otherDirectivesHaveNoEffect(String line) {
        sandbox.with("1_a.java", line + "\nclass A { static void up() {} }");
        assertThat(sandbox.compile().problems()).isEmpty();
    }
}
