package mongo.fix;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** {@code fix-to-migration}: a fix becomes a migration for the other environments. */
@OnServer
class FixToMigrationTest {
    @Test
    void aClassBecomesAMigration(MongoServer server) {
        var project = project(server).write("fixes/fix.java", marking("fixed"));
        String run = run(project, "fixes/fix.java");
        project.run("fix-to-migration", run, "fix", "totals")
                .exits(0)
                .says("mongomigrations/1_fix_totals.java")
                .neverSays("compile");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("fixed", "fixed");
    }

    @Test
    void jshellLinesBecomeAMigration(MongoServer server) {
        var project = project(server).write("fix.jsh", """
            import java.util.concurrent.TimeUnit;
            record Mark(String text) {}
            Document mark(String text) {
                return new Document("mark", new Mark(text).text());
            }
            var done = db().getCollection("done")
            done.insertOne(mark("lines"))
            1 + 1
            for (int i = 0; i < 2; i++) {
                done.updateOne(eq("mark", "lines"), inc("times", 1));
            }
            """);
        String run = run(project, "fix.jsh");
        project.run("fix-to-migration", run, "fix").exits(0).neverSays("compile");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("lines", "lines");
    }

    @Test
    void theMigrationDoesTheSameAsTheFix(MongoServer server) {
        doesTheSame(server, """
            import java.util.concurrent.atomic.*; // for later
            import static java.lang.Math.*; // as well
            var done = db().getCollection("done"); // the marks
            done.insertOne(new Document("mark", "comment")); // and why
            done.insertOne(new Document("mark", "no semicolon")) // and why
            boolean yes = done.countDocuments() > 0
            yes ? done.insertOne(new Document("mark", "if")) : done.deleteMany(new Document())
            1 + done.insertOne(new Document("mark", "sum")).getInsertedId().hashCode()
            done.countDocuments(eq("mark", "if"))
            done.insertOne(new Document("mark", "count " + $5))
            done.aggregate(List.of(new Document("$out", "copy")))
            """);
        assertThat(server.collection("copy").countDocuments()).isPositive();
    }

    @Test
    void variablesAreSharedWithMethodsAndLambdas(MongoServer server) {
        doesTheSame(server, """
            int count = 0, step = 2
            String[] names = {"a", "b"}
            var done = db().getCollection("done")
            /** Adds one. */
            public static void mark(String text) {
                count += step;
                done.insertOne(new Document("mark", text + count));
            }
            public record Pair(String left, String right) {}
            private static abstract class Base { abstract String text(); }
            for (String name : names) mark(name)
            List.of("c", "d").forEach(each -> { count++; mark(each); })
            mark(new Pair("l", "r").left())
            int unset, seven = 7
            mark("" + unset + seven)
            String text
            int again = 1
            mark("" + again)
            int again = 2
            mark("" + again)
            Supplier<String> given = () -> "first"
            mark(given.get())
            Supplier<String> given = () -> "second"
            mark(given.get())
            mark(text + new Base() { String text() { return "anonymous"; } }.text())
            """);
    }

    @Test
    void aLineInASnippetCanStartWithASlash(MongoServer server) {
        doesTheSame(server, """
            var done = db().getCollection("done")
            for (int i = 4; i < 9; i++) {
                done.insertOne(new Document("mark", "" + (i * 10
                    / 2)));
            }
            done.insertOne(new Document("mark", \"\"\"
                    a
                    /exit
                    b\"\"\"))
            """);
    }

    /** Runs the lines, then the migration made of them, which must leave the same marks. */
    private static void doesTheSame(MongoServer server, String lines) {
        var project = project(server).write("fix.jsh", lines);
        String run = run(project, "fix.jsh");
        List<String> marks = project.marks();
        project.run("fix-to-migration", run, "fix").exits(0);
        server.collection("done").drop();
        server.collection("copy").drop();
        project.run("execute").exits(0);
        assertThat(project.marks()).isEqualTo(marks).hasSizeGreaterThan(4);
    }

    @Test
    void aFixThatRedefinesANameIsRefused(MongoServer server) {
        var project = project(server)
                .write("types.jsh", "var a = 1\nvar a = \"text\"\n")
                .write("methods.jsh", "int a() { return 1; }\na()\nint a() { return 2; }\na()\n");
        project.run("fix-to-migration", run(project, "types.jsh"), "types")
                .exits(3)
                .says("types.jsh:2 redefines a name", "history ");
        project.run("fix-to-migration", run(project, "methods.jsh"), "methods")
                .exits(3)
                .says("methods.jsh:3 redefines a name");
        assertThat(project.migrations().toFile().list()).isNullOrEmpty();
    }

    @Test
    void aFixThatRedeclaresACapturedVariableIsRefused(MongoServer server) {
        var project = project(server)
                .write("lambda.jsh", """
                    int n = 5
                    Runnable r = () -> System.out.println(n);
                    n = 6
                    r.run()
                    int n = 7
                    r.run()
                    """)
                .write(
                        "type.jsh",
                        "int n = 5\nclass Held { int get() { return n; } }\nHeld held = new Held()\nint n = 7\n")
                .write("method.jsh", """
                    int n = 5
                    int read() { return n; }
                    Supplier<Integer> s = () -> read();
                    int n = 7
                    """);
        for (var one : Map.of("lambda", 5, "type", 4, "method", 4).entrySet()) {
            String file = one.getKey() + ".jsh";
            project.run("fix-to-migration", run(project, file), one.getKey())
                    .exits(3)
                    .says(file + ":" + one.getValue() + " redeclares n");
        }
        assertThat(project.migrations().toFile().list()).isNullOrEmpty();
    }

    @Test
    void remainingManualStepsAreReported(MongoServer server) {
        server.db().createCollection("done");
        var project = project(server)
                .write("fix.java", marking("fixed"))
                .write("uses.jsh", "int a = 1\nvoid fix() { a++; }\nfix()\n")
                .write("wrong.jsh", "throw new IllegalStateException()\n");
        String run = run(project, "fix.java", "--transaction");
        project.run("history", run).exits(0).says("in one transaction");
        project.run("fix-to-migration", run, "fix").exits(0).says("ran in one transaction");
        project.run("fix-to-migration", run(project, "uses.jsh"), "uses").exits(0);
        project.run("run", "wrong.jsh", "--reason", "x").exits(1);
        Document failed = server.collection("migrations_fixes")
                .find(new Document("outcome", "failed"))
                .first();
        Document answer = project.run("fix-to-migration", failed.getString("_id"), "wrong", "--json")
                .exits(0)
                .says("outcome of this fix is \"failed\"")
                .json();
        assertThat(answer).containsEntry("name", "3_wrong").containsEntry("number", 3L);
    }

    @Test
    void anUnknownRunIsRefused(MongoServer server) {
        var project = project(server);
        project.run("fix-to-migration", "nothing", "fix").exits(2).complainsBriefly();
        project.run("fix-to-migration").exits(2).complainsBriefly();
    }

    private static String run(Project project, String file, String... more) {
        var arguments = new ArrayList<>(List.of("run", file, "--reason", "x", "--json"));
        arguments.addAll(List.of(more));
        Document answer = project.run(arguments.toArray(String[]::new)).exits(0).json();
        return answer.getString("run");
    }
}
