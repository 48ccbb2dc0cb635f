package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** What hooks and tasks do is observed as what migrations do. */
@OnServer
class HooksObservedTest {
    private static final String THREAD =
            "Thread t = new Thread(() -> { throw new IllegalStateException(\"in a thread\"); }); t.start(); t.join();";

    private static final String UNACKNOWLEDGED =
            "db().getCollection(\"users\").withWriteConcern(com.mongodb.WriteConcern.UNACKNOWLEDGED)"
                    + ".insertOne(new org.bson.Document());";

    private static final String IN_REPLY =
            "db().runCommand(org.bson.Document.parse(\"{insert: 'users', documents: [{_id: 1}]}\"));";

    private static final String UNCOMMITTED =
            "var s = client().startSession(); s.startTransaction(); db().getCollection(\"users\").insertOne(s, new"
                    + " org.bson.Document());";

    private static final String CAUGHT =
            "try { db().getCollection(\"users\").insertMany(java.util.List.of(new org.bson.Document(), new"
                    + " org.bson.Document())); } catch (RuntimeException e) { }";

    private static Project with(String hook, String statements, MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1));
        return project(server)
                .with("1_one.java", marking("one"))
                .entry("%s throws Exception { %s }".formatted(hook, statements));
    }

    private static final String BEFORE_RUN = "@Override protected void beforeRun()";

    @ParameterizedTest
    @ValueSource(strings = {THREAD, UNACKNOWLEDGED, IN_REPLY, UNCOMMITTED})
    void whatABeforeRunHidesEndsTheRun(String statements, MongoServer server) {
        var project = with(BEFORE_RUN, statements, server);
        Result run = project.run("execute").exits(1).says("beforeRun()");
        assertThat(run.err()).containsAnyOf("in a thread", "w: 0", "E11000", "never committed");
        assertThat(project.states()).isEmpty();
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
        project.lockIsFree();
    }

    @ParameterizedTest
    @ValueSource(strings = {THREAD, UNACKNOWLEDGED, IN_REPLY, UNCOMMITTED})
    void whatATaskHidesFailsIt(String statements, MongoServer server) {
        var project = with("@Command void task()", statements, server);
        Result run = project.run("task").exits(1).says("task");
        assertThat(run.err()).containsAnyOf("in a thread", "w: 0", "E11000", "never committed");
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@Override protected void beforeMigration(String name)",
                "@Override protected void afterMigration(String name, StepReport step)",
                "@Override protected void afterRun()",
                "@Override protected void doDump()",
            })
    void everyHookIsObserved(String hook, MongoServer server) {
        var project = with(hook, THREAD, server);
        project.run("execute", "--dump").exits(1).says("in a thread", hook.replaceAll(".* (\\w+)\\(.*", "$1"));
        project.lockIsFree();
    }

    @Test
    void aLostAnswerInAHookIsUnknownEvenIfItIsCaught(MongoServer server) {
        var project = with(BEFORE_RUN, CAUGHT, server).environment("MONGO_URI", server.uriWith("retryWrites=false"));
        server.failing("users", "insert").times(1).closingTheConnection();
        Result run = project.run("execute", "--json").exits(5);
        assertThat(run.error()).containsEntry("kind", "unknown");
        assertThat(run.error().getString("message")).startsWith("beforeRun(): what the server did is unknown");
        assertThat(project.states()).isEmpty();
        project.lockIsFree();
    }

    @Test
    void aLostAnswerInATaskIsUnknownToo(MongoServer server) {
        var project = with("@Command void task()", CAUGHT, server)
                .environment("MONGO_URI", server.uriWith("retryWrites=false"));
        server.failing("users", "insert").times(1).closingTheConnection();
        project.run("task").exits(5).says("The task task: what the server did is unknown");
    }

    @Test
    void aFailingBeforeMigrationIsNamedWithItsFile(MongoServer server) {
        var project = with(
                "@Override protected void beforeMigration(String name)",
                "throw new IllegalStateException(\"no\");",
                server);
        project.run("execute")
                .exits(1)
                .says("beforeMigration(): no", "Fix beforeMigration() in migopy.java, then run: ")
                .neverSays("Fix 1_one.java");
        project.entry("").run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void whatIsDoneProperlyIsNotReported(MongoServer server) {
        var project = with(
                BEFORE_RUN,
                "Thread t = new Thread(() -> { }); t.start(); t.join();"
                        + "try (var s = client().startSession()) { s.withTransaction(() -> "
                        + "client().getDatabase(db().getName()).getCollection(\"users\").insertOne(s, new"
                        + " org.bson.Document())); }",
                server);
        project.run("execute").exits(0);
        assertThat(server.collection("users").countDocuments()).isEqualTo(2);
    }
}
