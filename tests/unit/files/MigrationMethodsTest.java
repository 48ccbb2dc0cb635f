package unit.files;

import static org.assertj.core.api.Assertions.assertThat;

import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.CompiledMigration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationMethodsTest {
    private static final String IMPORTS = "import com.mongodb.client.*;\n";

    private static CompiledMigration migration(String text) {
        return new Sandbox().with("9_x.java", IMPORTS + text).only();
    }

    private static Problem problem(String text) {
        return Sandbox.problemOf(IMPORTS + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "public", "private", "protected", "synchronized", "final"})
    void theVisibilityOfUpDoesNotMatter(String modifiers) throws Throwable {
        migration("class A { %s static void up() {} }".formatted(modifiers)).call(Direction.UP, null, null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "class A { static void up() {} }",
                "public class A { static void up() {} }",
                "interface A { static void up() {} }",
                "enum A { ; static void up() {} }",
                "record A() { static void up() {} }",
                "class A { static int up() { return 1; } }",
                "class A { static void up() throws Exception {} void up(int i) {} }",
                "class A { static void up() { Runnable r = () -> {}; } static class B { static void" + " up() {} } }",
                "class B {} class A { static void up() {} static void down() {} } class C {}"
            })
    void anyKindOfClassCanHaveUp(String text) throws Throwable {
        migration(text).call(Direction.UP, null, null);
    }

    @Test
    void aSessionMakesItTransactional() {
        CompiledMigration one = migration("class A { static void up(MongoDatabase d, ClientSession s) {}"
                + " static void down(MongoDatabase d) {} }");
        assertThat(one.transactional(Direction.UP)).isTrue();
        assertThat(one.transactional(Direction.DOWN)).isFalse();
        assertThat(one.reversible()).isTrue();
        assertThat(migration("class A { static void up(MongoDatabase d) {} }")).satisfies(other -> {
            assertThat(other.transactional(Direction.UP)).isFalse();
            assertThat(other.transactional(Direction.DOWN)).isFalse();
            assertThat(other.reversible()).isFalse();
            assertThat(other.resumable()).isFalse();
        });
    }

    @Test
    void theAnnotationResumableIsFound() {
        assertThat(migration("@migopy.Resumable class A { static void up() {} }")
                        .resumable())
                .isTrue();
    }

    @Test
    void aFileWithoutUpIsAProblem() {
        Problem problem = problem("class A { static void down() {} }");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NO_UP);
        assertThat(problem.message()).isEqualTo("9_x.java has no static up()");
        assertThat(problem.hint()).isEqualTo("Add one to its class: static void up() { ... }");
    }

    @Test
    void anUpThatIsNotStaticIsAProblem() {
        Problem problem = problem("class A { void up() {} }");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NO_UP);
        assertThat(problem.message()).isEqualTo("9_x.java has an up() that cannot be called: A.up() is not static");
        assertThat(problem.hint()).isEqualTo("Make it static: static void up()");
    }

    @Test
    void anUpWithOtherParametersIsAProblem() {
        Problem problem = problem("class A { static void up(ClientSession s) {} }");
        assertThat(problem.message())
                .isEqualTo(
                        "9_x.java has an up() that cannot be called: A.up(ClientSession) takes" + " other parameters");
        assertThat(problem.hint()).isEqualTo("Use no parameters, (MongoDatabase), or (MongoDatabase, ClientSession)");
    }

    @Test
    void twoClassesWithUpAreAProblem() {
        Problem problem = problem("class B { static void up() {} } class A { static void up() {} }");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NO_UP);
        assertThat(problem.message()).isEqualTo("9_x.java has more than one static up(): A.up(), B.up()");
    }

    @Test
    void twoUpsInOneClassAreAProblem() {
        Problem problem = problem("class A { static void up() {} static void up(MongoDatabase d) {} }");
        assertThat(problem.message()).isEqualTo("9_x.java has more than one static up(): A.up(), A.up(MongoDatabase)");
    }

    @Test
    void anUpInANestedClassIsAProblem() {
        Problem problem = problem("class A { static class B { static void up() {} } }");
        assertThat(problem.message()).isEqualTo("9_x.java has its up() in a nested class: A$B.up()");
    }

    @Test
    void aDownThatCannotBeCalledIsAProblem() {
        Problem problem = problem("class A { static void up() {} void down() {} }");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NO_DOWN);
        assertThat(problem.message()).isEqualTo("9_x.java has a down() that cannot be called: A.down() is not static");
        assertThat(problem("class A { static void up() {} static void down(int i) {} }")
                        .kind())
                .isEqualTo(Problem.ProblemKind.NO_DOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.util.concurrent.CompletableFuture<Void>",
                "java.util.concurrent.Future<?>",
                "java.util.concurrent.Flow.Publisher<String>",
                "java.util.stream.IntStream",
                "FindIterable<org.bson.Document>"
            })
    void aResultThatStandsForUnfinishedWorkIsAProblem(String type) {
        Problem up = problem("class A { static %s up() { return null; } }".formatted(type));
        assertThat(up.kind()).isEqualTo(Problem.ProblemKind.NO_UP);
        assertThat(up.message()).contains("up() whose result would be lost: A.up() returns a ");
        assertThat(problem("class A { static void up() {} static %s down() { return null; } }".formatted(type))
                        .kind())
                .isEqualTo(Problem.ProblemKind.NO_DOWN);
    }

    @Test
    void aDownInAnotherClassThanUpIsAProblem() {
        Problem problem = problem("class A { static void up() {} } class B { static void down() {} }");
        assertThat(problem.kind()).isEqualTo(Problem.ProblemKind.NO_DOWN);
        assertThat(problem.message()).isEqualTo("9_x.java has its down() in B and its up() in A");
    }
}
