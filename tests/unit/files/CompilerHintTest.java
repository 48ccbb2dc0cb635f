package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Hints for files that do not compile. */
class CompilerHintTest {
    private static String up(String statement) {
        return "class A {\n    static void up() { " + statement + " }\n}\n";
    }

    static Stream<Arguments> files() {
        return Stream.of(
                arguments(up("db().drop();"), "Add import static migopy.Migration.db;"),
                arguments(up("backfill(\"a\");"), "Add import static migopy.Migration.backfill;"),
                arguments(up("new Document();"), "Add import org.bson.Document;"),
                arguments(up("Filters.eq(1);"), "Add import com.mongodb.client.model.Filters;"),
                arguments(up("List<String> a;"), "Add import java.util.List;"),
                arguments(
                        up("com.acme.Words.say();"),
                        "Add the library that contains com.acme at the top of the file, for example //DEPS"),
                arguments(
                        "// DEPS com.acme:words:1.0\nimport com.acme.Words;\n" + up(""),
                        "without a blank: write //DEPS instead of // DEPS"),
                arguments(
                        "  //DEPS com.acme:words:1.0\nimport com.acme.Words;\n" + up(""),
                        "A directive must be at the start of its line"),
                arguments(
                        "// a class of its own\nstatic void up() { }\nvoid main() { }\n",
                        "A migration needs a class. Put its methods into one, for example class AddUsers"),
                arguments("void down() { }\nstatic void up() { }\nclass A { }\n", "run: {migopy}"),
                arguments(up("int i = 1"), "Fix it, then run: {migopy} validate"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void theHintFitsTheError(String text, String hint) {
        assertThat(Sandbox.problemOf(text).hint()).contains(hint).endsWith("then run: {migopy} validate");
    }

    @Test
    void theHintForSyntaxOfALaterJavaNamesTheRunningOne() {
        int here = Runtime.version().feature();
        String text = here < 21
                ? up("Object o = 1; switch (o) { case String s -> {} default -> {} }")
                : up("Object o = 1; switch (o) { case int i -> {} default -> {} }");
        assertThat(Sandbox.problemOf(text).hint()).contains("This is Java " + here, "set JAVA_HOME to a newer JDK");
    }

    @Test
    void theHintForAMethodThatIsNotStaticIsToMakeItStatic() {
        assertThat(Sandbox.problemOf("class A { static void up() {} void down() {} }")
                        .hint())
                .isEqualTo("Make it static: static void down()");
        assertThat(Sandbox.problemOf("class A { void up() {} }").hint()).isEqualTo("Make it static: static void up()");
    }
}
