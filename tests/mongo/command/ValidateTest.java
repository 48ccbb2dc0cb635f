package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Project.project;
import static support.Project.withoutServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

@OnServer
class ValidateTest {
    private static void finds(Project project, String kind, String name) {
        Result result = project.run("validate", "--json").exits(3);
        assertThat(result.problems())
                .as(result.toString())
                .anySatisfy(problem -> assertThat(problem)
                        .containsEntry("kind", kind)
                        .containsEntry("name", name)
                        .containsKeys("message", "hint"));
        project.run("validate").exits(3).says(name);
    }

    @Test
    void itNeedsNoDatabaseAndNoServer() {
        withoutServer().with("1_one.java", marking("one")).run("validate").exits(0);
        withoutServer()
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/app")
                .with("1_one.java", marking("one"))
                .run("validate")
                .exits(0);
    }

    @Test
    void anEmptyDirectoryIsFine() {
        withoutServer().run("validate").exits(0);
    }

    @Test
    void namesAndNumbersAreChecked() {
        finds(withoutServer().with("one.java", marking("one")), "invalid_name", "one.java");
        Result result = withoutServer()
                .with("1_one.java", marking("one"))
                .with("01_two.java", marking("two"))
                .run("validate", "--json")
                .exits(3);
        assertThat(result.problemKinds()).contains("duplicate_number");
        result.says("1_one", "01_two");
    }

    @Test
    void compileErrorsAreShownWithFileAndLine() {
        var project = withoutServer().with("1_one.java", source("static void up() { nonsense }"));
        finds(project, "not_compilable", "1_one");
        project.run("validate").exits(3).says("1_one.java:7: ", "    static void up() { nonsense }\n", "^\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no up at all            | static void down() {}                               |" + " no_up",
                "up is not static        | void up() {}                                        |" + " no_up",
                "up with an int          | static void up(int number) {}                       |" + " no_up",
                "two ways up             | static void up() {} static void up(MongoDatabase d) {} |" + " no_up",
                "the session alone       | static void up(ClientSession session) {}            |" + " no_up",
            })
    void aClassWithoutOneProperUpIsFound(String what, String members, String kind) {
        finds(withoutServer().with("1_one.java", source(members)), kind, "1_one");
    }

    @Test
    void twoClassesWithUpAreFound() {
        String second = "class Other { static void up() {} }\n";
        finds(withoutServer().with("1_one.java", marking("one") + second), "no_up", "1_one");
    }

    @Test
    void aMissingDownIsNotAProblem() {
        withoutServer()
                .with("1_one.java", source("static void up() {}"))
                .run("validate")
                .exits(0);
    }

    @Test
    void allProblemsAreShownAtOnce() {
        Result result = withoutServer()
                .with("1_one.java", "class {")
                .with("2_two.java", "class {")
                .with("three.java", marking("three"))
                .run("validate", "--json")
                .exits(3);
        assertThat(result.problemKinds()).containsExactlyInAnyOrder("not_compilable", "not_compilable", "invalid_name");
    }

    @Test
    void theJournalIsCheckedOnlyWithDatabase(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"));
        project.run("execute").exits(0);
        project.run("validate", "--database").exits(0);
        project.with("1_one.java", marking("uno")).without("2_two.java");
        project.run("validate").exits(0);
        Result result = project.run("validate", "--database", "--json").exits(3);
        assertThat(result.problemKinds()).containsExactlyInAnyOrder("edited", "missing");
    }

    @Test
    void withDatabaseAnUnreachableServerExits6() {
        withoutServer()
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/app")
                .environment("MONGO_CONNECT_TIMEOUT", "1s")
                .run("validate", "--database")
                .exits(6);
    }
}
