package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.CompiledMigration;
import migopy.files.SourceCompiler.Compilation;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Files that use the same class names, or classes of other files. */
class ClassNamesTest {
    private final Sandbox sandbox = new Sandbox();

    private static String throwing(String type, String message) {
        return "class %s { static void up() { throw new RuntimeException(Helper.TEXT); } }\nclass Helper { static final String TEXT = \"%s\"; }"
                .formatted(type, message);
    }

    private static void says(CompiledMigration migration, String message) {
        assertThatThrownBy(() -> migration.call(Direction.UP, null, null)).hasMessage(message);
    }

    @Test
    void twoFilesCanUseTheSameClassNames() {
        sandbox.with("1_a.java", throwing("Change", "one"))
                .with("2_b.java", throwing("Change", "two"))
                .with("3_c.java", throwing("Other", "three"));
        List<CompiledMigration> migrations = sandbox.compile().migrations();
        says(migrations.get(0), "one");
        says(migrations.get(1), "two");
        says(migrations.get(2), "three");
    }

    @Test
    void aHundredFilesCanHaveTheSameClassName() {
        for (int i = 1; i <= 100; i++) {
            sandbox.with(i + "_a.java", throwing("Same", "n" + i));
        }
        List<CompiledMigration> migrations = sandbox.compile().migrations();
        assertThat(migrations).hasSize(100);
        says(migrations.get(41), "n42");
    }

    @Test
    void filesOfOneClassNameKeepTheirNamesAndLines() throws Throwable {
        String text = """
            import java.util.*;
            class Same {
                enum Color { RED, GREEN }
                record Pair<T extends Comparable<T>>(T left, long right) {}
                interface Shape { default String shown() { return getClass().getName(); } }
                static class Inner<T> implements Shape { Map<String, Inner<T>> all; }
                static String name(Color color) {
                    return switch (color) { case RED -> "red"; case GREEN -> "green"; };
                }
                static void up() throws Exception {
                    List<String> names = new ArrayList<>(List.of(Same.class.getName(), new Inner<String>().shown()));
                    names.add(new Pair<>("a", 5L).toString());
                    names.add(name(Color.GREEN) + Class.forName("Same$Color").getSimpleName());
                    names.add(Inner.class.getDeclaredField("all").getGenericType().toString());
                    Runnable lambda = () -> { throw new IllegalStateException("%d " + names); };
                    lambda.run();
                }
            }
            """;
        for (int i = 1; i <= 3; i++) {
            sandbox.with(i + "_a.java", text.formatted(i));
        }
        List<CompiledMigration> migrations = sandbox.compile().migrations();
        assertThat(migrations).hasSize(3);
        for (int i = 1; i <= 3; i++) {
            CompiledMigration migration = migrations.get(i - 1);
            Throwable thrown = catchThrowable(() -> migration.call(Direction.UP, null, null));
            assertThat(thrown)
                    .hasMessage(i + " [Same, Same$Inner, Pair[left=a, right=5], greenColor,"
                            + " java.util.Map<java.lang.String, Same$Inner<T>>]");
            assertThat(migration.framesOf(thrown))
                    .containsExactly(
                            i + "_a.java:15    Runnable lambda = () -> { throw new IllegalStateException(\"" + i
                                    + " \" + names); };",
                            i + "_a.java:16    lambda.run();");
        }
    }

    @Test
    void anErrorInAFileOfASharedClassNameKeepsItsPlace() {
        sandbox.with("1_a.java", "class Same { static void up() {} }")
                .with("2_b.java", "class Same { static void up() { int i = \"\"; } }")
                .with("3_c.java", "class Same { static void up() {} }");
        assertThat(sandbox.compile().migrations()).hasSize(2);
        assertThat(sandbox.compile().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.message()).startsWith("2_b.java:1: incompatible types");
            assertThat(problem.details().get(1)).isEqualTo(" ".repeat(44) + "^");
        });
    }

    @Test
    void filesOfOneClassNameCanUseClassesWithoutAPackage() throws IOException, InterruptedException {
        Path library = Files.createDirectory(sandbox.home.resolve("library"));
        Path source = library.resolve("Helper.java");
        Files.writeString(source, "class Helper { static int help() { return 1; } }");
        var compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, "-d", library.toString(), source.toString()))
                .isZero();
        for (int i = 1; i <= 3; i++) {
            sandbox.with(i + "_a.java", "class Same { static void up() { Helper.help(); } }");
        }
        assertThat(CompileInChild.of(sandbox.home, List.of(library))).isZero();
    }

    @Test
    void aFileThatUsesAClassOfAnotherFileDoesNotCompile() {
        sandbox.with("1_a.java", "class A { static void up() {} static void help() {} }")
                .with("2_b.java", "class B { static void up() { A.help(); } }")
                .with("3_c.java", "class C { static void up() {} }");
        Compilation compilation = sandbox.compile();
        assertThat(compilation.migrations()).extracting(CompiledMigration::name).containsExactly("1_a", "3_c");
        assertThat(compilation.problems())
                .extracting(Problem::message)
                .containsExactly("2_b.java:1: cannot find symbol");
    }

    @Test
    void aFileThatUsesAConstantOfAnotherFileDoesNotCompile() {
        sandbox.with("1_a.java", "class A { static final int N = 5; static void up() {} }")
                .with("2_b.java", "class B { static void up() { int n = A.N; } }")
                .with("3_c.java", "import static A.N; class C { static void up() {} }");
        assertThat(sandbox.compile().problems()).extracting(Problem::name).containsExactly("2_b", "3_c");
    }

    @Test
    void aClassNameInACommentOrImportDoesNotMatter() {
        sandbox.with("1_a.java", "class Document { static void up() {} }")
                .with("2_b.java", "import org.bson.Document; class B { static void up() { new Document(); }" + " }")
                .with("3_c.java", "/* class B */ class C { String s = \"class B {\"; static void up() {} }")
                .with("4_d.java", "class D { char c = '\"'; class B {} static void up() {} }");
        assertThat(sandbox.compile().problems()).isEmpty();
    }

    @Test
    void namesInUnicodeEscapesAreFound() {
        sandbox.with("1_a.java", "cl\\u0061ss Same { static void up() {} }")
                .with("2_b.java", "class Same { static void up() {} }")
                .with("3_c.java", "class C { static void up() { new \\u0053ame(); } }");
        Compilation compilation = sandbox.compile();
        assertThat(compilation.migrations()).hasSize(2);
        assertThat(compilation.problems()).extracting(Problem::name).containsExactly("3_c");
    }

    @Test
    void everyKindOfTypeDeclarationIsFound() {
        sandbox.with("1_a.java", "class A { static void up() { new X(1); } } record X(int i) {}")
                .with("2_b.java", "class B { static void up() { X.ONE.name(); } } enum X { ONE }")
                .with("3_c.java", "class C implements X { static void up() {} } interface X {}")
                .with("4_d.java", "@X class D { static void up() {} } @interface X {}")
                .with(
                        "5_e.java",
                        "@interface Y { Class<?>[] value(); } @Y({String.class, X.class})\n"
                                + "final class E { static void up() {} }\n"
                                + "sealed class X permits Z {} final class Z extends X {}");
        assertThat(sandbox.compile().problems()).isEmpty();
        assertThat(sandbox.compile().migrations()).hasSize(5);
    }

    @Test
    void aMigrationsOwnClassPrecedesOneOnTheClassPath() {
        sandbox.with(
                "1_a.java",
                "package migopy.files; class FileStamp { static void up() {"
                        + " throw new RuntimeException(\"own\"); } }");
        says(sandbox.only(), "own");
    }

    @Test
    void otherFilesUseTheClassOnTheClassPath() throws IOException, InterruptedException {
        Path library = Files.createDirectory(sandbox.home.resolve("library"));
        Path source = library.resolve("Helper.java");
        Files.writeString(
                source,
                "class Helper { static Same same() { return null; } }" + " class Same { int here() { return 1; } }");
        var compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, "-d", library.toString(), source.toString()))
                .isZero();
        sandbox.with("1_a.java", "class Same { static void up() {} void here() {} }")
                .with("2_b.java", "class B { static void up() { Helper.same().here(); } }");
        assertThat(CompileInChild.of(sandbox.home, List.of(library))).isZero();
        List<String> classes = new ArrayList<>();
        for (Path file : sandbox.cached()) {
            classes.add(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
        assertThat(classes)
                .filteredOn(bytes -> bytes.contains("Helper"))
                .singleElement(InstanceOfAssertFactories.STRING)
                .as("calls the method that returns an int")
                .contains("()I");
    }

    @Test
    void filesInDifferentPackagesCanHaveTheSameClassName() {
        sandbox.with("1_a.java", "package a; class Same { static void up() {} }")
                .with("2_b.java", "package b; class Same { static void up() {} }");
        assertThat(sandbox.compile().migrations()).hasSize(2);
    }
}
