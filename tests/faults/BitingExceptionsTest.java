package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Project.project;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** Exceptions and streams of the user's own that fail while they are read, and unusual texts. */
@OnServer
class BitingExceptionsTest {
    private static final String NEVER = "java.util.concurrent.locks.LockSupport.park()";

    private static String throwing(String method) {
        return source("static class Biting extends RuntimeException { Biting() { super(\"bite\"); }"
                + method
                + " } static void up() { throw new Biting(); }");
    }

    @Test
    void anExceptionWhoseMethodsFailIsRecordedWithWhatCanBeRead(MongoServer server) {
        Map<String, String> files = new TreeMap<>();
        int number = 0;
        for (String method : List.of(
                "String getMessage() { throw new NullPointerException(); }",
                "String getMessage() { return getMessage(); }",
                "String toString() { throw new NullPointerException(); }",
                "Throwable getCause() { throw new NullPointerException(); }",
                "Throwable getCause() { return getCause(); }",
                "Throwable getCause() { return new Biting(); }",
                "StackTraceElement[] getStackTrace() { throw new Error(); }",
                "StackTraceElement[] getStackTrace() { return null; }")) {
            files.put(++number + "_bite", throwing("public " + method));
        }
        var project = project(server);
        files.forEach((name, text) -> project.with(name + ".java", text));

        for (String name : files.keySet()) {
            var result = project.run("execute", name, "--json").exits(1);
            assertThat(result.steps()).extracting("outcome").containsExactly("failed");
            assertThat(project.journal(name)).containsEntry("state", "failed");
            assertThat(project.journal(name).get("error", Document.class).getString("type"))
                    .endsWith("Biting");
        }
        project.lockIsFree();
        for (String withMessage : List.of("3_bite", "4_bite", "5_bite", "6_bite", "7_bite")) {
            assertThat(project.journal(withMessage).get("error", Document.class))
                    .containsEntry("message", "bite");
        }
        assertThat(project.journal("1_bite").get("error", Document.class).getList("frames", String.class))
                .isNotEmpty();
    }

    @Test
    void anExceptionWhoseMessageNeverReturnsStillEndsTheRun(MongoServer server) {
        String never = "while (true) " + NEVER + ";";
        var project = project(server)
                .with("1_bite.java", throwing("public String getMessage() { " + never + " }"))
                .write("bite.java", throwing("public Throwable getCause() { " + never + " }"));
        project.run("execute").exits(1).says("Biting", "1_bite.java:");
        project.run("run", "bite.java", "--reason", "x").exits(1).says("bite");
        assertThat(project.journal("1_bite")).containsEntry("state", "failed");
        project.lockIsFree();
    }

    @Test
    void halfASurrogatePairIsReplacedAndControlCharactersAreShownEscaped(MongoServer server) {
        String half = "a\\ud83d-\\0-\\u001b[31m-b";
        var project = project(server)
                .with(
                        "1_odd.java",
                        up("System.out.println(\"c\\ud83d-d\"); if (true) throw new"
                                + " IllegalStateException(\"%s\");".formatted(half)))
                .write("fix.java", marking("fixed"));

        project.run("execute").exits(1).neverSays("\u001b[31m", "\0").says("a?-");

        Document entry = project.journal("1_odd");
        assertThat(entry.get("error", Document.class)).containsEntry("message", "a?-\0-\u001b[31m-b");
        assertThat(entry.getString("output")).isEqualTo("c?-d\n");
        project.run("status").exits(0).neverSays("\u001b[31m", "\0");
        project.run("run", "fix.java", "--reason", "for \ud83d you").exits(0);
        assertThat(server.collection("migrations_fixes").find().first()).containsEntry("reason", "for ? you");
        project.run("repair", "1_odd", "--as", "applied", "--reason", "\udc00").exits(0);
        assertThat(project.journal("1_odd").getList("attempts", Document.class).get(1))
                .containsEntry("reason", "?");
        project.with("2_odd.java", up("if (true) throw new IllegalStateException(\"a\\ud83d-\");"));
        assertThat(project.run("execute", "--json").exits(1).steps().get(0).get("error", Document.class))
                .containsEntry("message", "a?-");
    }

    @Test
    void aMigrationThatReplacesStandardOutputDoesNotAffectTheNext(MongoServer server) {
        var project = project(server)
                .with("1_null.java", up("System.setOut(null); System.setErr(null);"))
                .with("2_log.java", up("Migration.log(\"logged\");"))
                .with("3_three.java", marking("three"));
        project.run("execute").exits(0).says("logged");
        assertThat(project.states().values()).containsOnly("applied").hasSize(3);
        assertThat(project.journal("2_log")).containsEntry("output", "logged\n");
        project.lockIsFree();
    }

    @Test
    void anErrorInAHookLeavesNothingRunningAndNoLock(MongoServer server) {
        var project = project(server)
                .entry("@Override protected void afterMigration(String name, StepReport"
                        + " report) { throw new AssertionError(\"hook\"); }")
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"));
        project.run("execute").exits(1).says("hook").complainsBriefly();
        assertThat(project.states()).containsEntry("1_one", "applied");
        assertThat(project.states()).doesNotContainValue("running");
        project.lockIsFree();
    }
}
