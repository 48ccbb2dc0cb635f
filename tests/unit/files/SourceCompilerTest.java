package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.CompiledMigration;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import org.junit.jupiter.api.Test;

class SourceCompilerTest {
    private final Sandbox sandbox = new Sandbox();

    private static void up(CompiledMigration migration) throws Throwable {
        migration.call(Direction.UP, null, null);
    }

    @Test
    void aCompilerErrorNamesFileAndLineAndShowsTheCode() {
        Problem problem = Sandbox.problemOf("class A {\n\tstatic void up() {\n\t\tint i = 1\n\t}\n}\n");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NOT_COMPILABLE);
        assertThat(problem.name()).isEqualTo("9_x");
        assertThat(problem.message()).isEqualTo("9_x.java:3: ';' expected");
        assertThat(problem.details()).containsExactly("            int i = 1", "                     ^");
    }

    @Test
    void furtherRemarksAndErrorsAreDetails() {
        Problem problem = Sandbox.problemOf("class A { static void up() { foo(); \n bar.x(); } }");
        assertThat(problem.message()).isEqualTo("9_x.java:1: cannot find symbol");
        assertThat(problem.details()).contains("    symbol:   method foo()", "9_x.java:2: cannot find symbol");
    }

    @Test
    void messagesAreEnglishWhateverTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.JAPANESE);
            assertThat(Sandbox.problemOf("class A { int i }").message()).isEqualTo("9_x.java:1: ';' expected");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void onlyTheFirstTenErrorsAreShown() {
        Problem problem = Sandbox.problemOf("class A { static void up() {" + "foo();\n".repeat(1000) + "}}");
        assertThat(problem.details()).hasSizeLessThan(60).endsWith("and 990 more");
    }

    @Test
    void aLongLineIsCutAroundTheError() {
        Problem problem = Sandbox.problemOf("class A { /*" + "x".repeat(5000) + "*/ int i } //" + "y".repeat(5000));
        assertThat(problem.details())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.length()).isLessThan(200));
        assertThat(problem.details().get(0)).contains("int i }");
    }

    @Test
    void controlCharactersInASourceDoNotReachTheTerminal() {
        Problem problem = Sandbox.problemOf("class A { int \u001b[2Ji }");
        assertThat(problem.message() + problem.details()).doesNotContain("\u001b");
    }

    @Test
    void anExpressionTooDeepForTheCompilerIsAProblem() {
        Problem problem = Sandbox.problemOf("class A { static void up() { int i = 1" + "+1".repeat(100_000) + "; } }");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NOT_COMPILABLE);
        assertThat(problem.message()).isEqualTo("9_x.java: an expression is too deep for javac: split it");
    }

    @Test
    void theErrorsOfEachFileAreReportedAndValidFilesAreCompiled() {
        sandbox.with("1_syntax.java", "class A { static void up() { int i } }")
                .with("2_good.java", "class B { static void up() {} }")
                .with("3_type.java", "class C { static void up() { String s = 1; } }")
                .with("4_flow.java", "class D { static void up() { int i; i++; } }")
                .with("5_good.java", "class E { static void up() {} }");
        Compilation compilation = sandbox.compile();
        assertThat(compilation.migrations()).extracting(CompiledMigration::name).containsExactly("2_good", "5_good");
        assertThat(compilation.problems()).extracting(Problem::name).containsExactly("1_syntax", "3_type", "4_flow");
    }

    @Test
    void warningsAreNotProblems() {
        sandbox.with(
                "1_a.java",
                "import java.util.*; class A { static void up() { List l = new ArrayList();"
                        + " l.add(1); Thread.currentThread().getId(); new Date(1, 1, 1); } }");
        assertThat(sandbox.compile().problems()).isEmpty();
    }

    @Test
    void aPublicClassNeedNotHaveTheNameOfItsFile() throws Throwable {
        sandbox.with("1_a.java", "public class AddUsers { public static void up() {} }");
        up(sandbox.only());
    }

    @Test
    void namesAndTextsCanBeOutsideOfAscii() {
        sandbox.with("1_a.java", "class Größe { static void up() { throw new RuntimeException(\"日本 é 🎉\"); } }");
        assertThatThrownBy(() -> up(sandbox.only())).hasMessage("日本 é 🎉");
    }

    @Test
    void parametersKeepTheirNames() throws Throwable {
        sandbox.with("1_a.java", """
            class A {
                record Person(String first) {}
                static void helper(int amount) {}
                static void up() throws Exception {
                    var name = A.class.getDeclaredMethod("helper", int.class)
                            .getParameters()[0].getName();
                    if (!name.equals("amount")) throw new IllegalStateException(name);
                }
            }
            """);
        up(sandbox.only());
    }

    @Test
    void compilingWritesOnlyIntoTheCache() throws IOException {
        sandbox.with("1_a.java", "class A { static void up() {} static class Inner {} }");
        sandbox.compile();
        try (Stream<Path> files = Files.walk(sandbox.home)) {
            assertThat(files.filter(Files::isRegularFile).filter(f -> !f.startsWith(sandbox.cache)))
                    .containsExactly(sandbox.migrations.resolve("1_a.java"));
        }
    }

    @Test
    void loadingInitializesNoClass() {
        System.clearProperty("migopy.initialised");
        sandbox.with("1_a.java", """
            class A {
                static { System.setProperty("migopy.initialised", "yes"); }
                static void up() {}
            }
            class B { static { System.setProperty("migopy.initialised", "yes"); } }
            """);
        assertThat(sandbox.compile().migrations()).hasSize(1);
        assertThat(System.getProperty("migopy.initialised")).isNull();
    }

    @Test
    void aTextWithoutAFileIsCompiled() throws Throwable {
        MigrationSource text = Sandbox.source("any name at all", "class Fix { static void up() {} }");
        try (SourceCompiler compiler = sandbox.compiler()) {
            up(compiler.compile(List.of(text)).migrations().get(0));
        }
    }

    @Test
    void sourcesOfAMigrationAreRefused() {
        Problem problem = Sandbox.problemOf("//SOURCES ../Helper.java\nclass A { static void up() {} }");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NOT_COMPILABLE);
        assertThat(problem.message()).isEqualTo("9_x.java has //SOURCES ../Helper.java");
        assertThat(problem.hint()).isEqualTo("Move shared code to migopy.java or its //SOURCES");
    }

    @Test
    void otherJbangDirectivesAreOnlyComments() throws Throwable {
        sandbox.with("1_a.java", """
            ///usr/bin/env jbang "$0" "$@" ; exit $?
            //JAVA 17+
            //DEPS ../migopy.java
            // SOURCES are not this
            //SOURCESS neither
            //DESCRIPTION adds a user
            //MAIN A
            //GAV org.example:users:1
            class A { static void up() { String s = "x //SOURCES y"; } }
            """);
        up(sandbox.only());
    }

    @Test
    void noSourcesGiveNoMigrations() {
        try (SourceCompiler compiler = sandbox.compiler()) {
            assertThat(compiler.compile(List.of())).isEqualTo(new Compilation(List.of(), List.of()));
        }
    }

    @Test
    void anEmptyFileHasNoUp() {
        assertThat(Sandbox.problemOf("").kind()).isEqualTo(Problem.ProblemKind.NO_UP);
        assertThat(Sandbox.problemOf("// later\n").kind()).isEqualTo(Problem.ProblemKind.NO_UP);
    }

    @Test
    void aModuleDeclarationIsAProblem() {
        assertThat(Sandbox.problemOf("module a {}")).isNotNull();
    }
}
