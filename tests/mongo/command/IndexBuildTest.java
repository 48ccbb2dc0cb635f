package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.up;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;
import support.Run;

/** An index build continues when the run that started it ends, and the next attempt waits for it. */
@OnServer
class IndexBuildTest {
    private static final String FAIL_POINT = "hangIndexBuildDuringCollectionScanPhaseBeforeInsertion";

    private static final String BUILDING =
            up("db().getCollection(\"users\").createIndex(new Document(\"email\", 1), new"
                    + " com.mongodb.client.model.IndexOptions().name(\"by_email\"));");

    /** Stops each index build of this test's database in the middle of its collection. */
    private static Project building(MongoServer server) {
        String mark = server.database();
        server.collection("users")
                .insertMany(List.of(new Document("of", ""), new Document("of", mark), new Document()));
        hang(server, "alwaysOn");
        server.closeAtEnd(() -> hang(server, "off"));
        return project(server).with("1_index.java", BUILDING).lease("2s");
    }

    private static void hang(MongoServer server, String mode) {
        server.admin(new Document("configureFailPoint", FAIL_POINT)
                .append("mode", mode)
                .append("data", new Document("fieldsToMatch", new Document("of", server.database()))));
    }

    private static int builds(MongoServer server) {
        return server.client()
                .getDatabase("admin")
                .aggregate(List.of(
                        new Document("$currentOp", new Document()),
                        new Document(
                                "$match",
                                new Document("command.createIndexes", "users")
                                        .append("command.$db", server.database()))))
                .into(new ArrayList<>())
                .size();
    }

    private static Run started(Project project, String... options) {
        List<String> arguments = new ArrayList<>(List.of("execute"));
        arguments.addAll(List.of(options));
        Run run = project.start(arguments.toArray(new String[0]));
        Eventually.until("the index is being built", () -> builds(project.server()) == 1);
        return run;
    }

    private static void isBuiltByTheNextAttempt(Project project) {
        assertThat(builds(project.server())).isEqualTo(1);
        Run retry = project.start("execute", "--retry").untilSays("still runs on the server");
        Eventually.until("it waits for the build", () -> builds(project.server()) == 2);
        hang(project.server(), "off");
        retry.exits(0);
        assertThat(project.journal("1_index")).containsEntry("state", "applied");
        assertThat(project.server().collection("users").listIndexes())
                .extracting(index -> index.getString("name"))
                .contains("by_email");
    }

    /** Also used for other versions of the server. */
    static void isStoppedAndJoined(MongoServer server) {
        var project = building(server);
        Result result = started(project).terminate().exits(143);
        result.says("index build by_email of " + server.database() + ".users");
        assertThat(result.err()).containsOnlyOnce("continues on the server");
        isBuiltByTheNextAttempt(project);
    }

    @Test
    void aSignalDoesNotEndItAndTheNextAttemptWaitsForIt(MongoServer server) {
        isStoppedAndJoined(server);
    }

    @Test
    void theBuildOfAKilledRunIsReportedAndRetryDoesNotEndIt(MongoServer server) {
        var project = building(server);
        started(project).kill();
        project.letTheLeaseRunOut();
        project.run("execute")
                .exits(5)
                .says("still runs on the server: index build by_email of", "the next attempt waits for it; to stop it");
        isBuiltByTheNextAttempt(project);
    }

    @Test
    void theTimeLimitDoesNotEndItButTheCommandInTheMessageDoes(MongoServer server) {
        var project = building(server);
        Result result = started(project, "--timeout", "2s").exits(1);
        Matcher hint = Pattern.compile("db\\.getSiblingDB\\('(.*)'\\)\\.runCommand\\((.*)\\)")
                .matcher(result.err());
        assertThat(hint.find()).as(result.err()).isTrue();
        assertThat(hint.group(1)).isEqualTo(server.database());

        var dropped = CompletableFuture.supplyAsync(() -> server.db().runCommand(Document.parse(hint.group(2))));
        Eventually.until("the drop waits for the build", () -> drops(server) == 1);
        hang(server, "off");

        assertThat(dropped.join()).containsKey("nIndexesWas");
        Eventually.until("the build has ended", () -> builds(server) == 0);
        assertThat(server.collection("users").listIndexes()).hasSize(1);
    }

    private static int drops(MongoServer server) {
        return server.client()
                .getDatabase("admin")
                .aggregate(List.of(
                        new Document("$currentOp", new Document()),
                        new Document("$match", new Document("command.dropIndexes", "users"))))
                .into(new ArrayList<>())
                .size();
    }
}
