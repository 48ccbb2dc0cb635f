package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.waitingFor;
import static support.Project.project;
import static support.Project.withoutServer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Result;

/** {@code status} and {@code history} of a journal that is invalid, large, protected, or being written. */
@OnServer
class ReadOnlyCommandsTest {
    /** Generous: it only has to detect a read for each entry. */
    private static final Duration MANY = Duration.ofSeconds(10);

    @Test
    void aRunningMigrationIsShownWithItsUserAndHost(MongoServer server) {
        var project = project(server).with("1_slow.java", waitingFor("go"));
        var run = project.start("execute").untilInUp();
        project.run("status").exits(0).says("running", "1_slow", "by " + System.getProperty("user.name"));
        project.run("history").exits(0).says("running", "1_slow");
        project.run("repair", "1", "--as", "applied", "--reason", "x").exits(4);
        project.signal("go");
        run.exits(0);
        project.run("history").exits(0).neverSays("running");
    }

    @Test
    void readingALargeJournalMayTakeLongerThanTheLimitOfOneCall(MongoServer server) {
        List<Document> entries = new ArrayList<>();
        for (int i = 0; i < 6_001; i++) {
            entries.add(new Document("_id", "x" + i).append("name", "x.java").append("state", "applied"));
        }
        server.collection("migrations").insertMany(entries);
        // Three replies after the first, which together exceed the limit of 10 s for each.
        server.failing("migrations", "getMore").blocking(Duration.ofMillis(3_500));
        project(server).run("status").exits(0);
    }

    @Test
    void theProgressOfAStoppedBackfillIsShown(MongoServer server) {
        server.collection("migrations")
                .insertOne(CrashedRun.entry("1_one", 1)
                        .append(
                                "checkpoints",
                                new Document(
                                                "0",
                                                new Document("collection", "users")
                                                        .append("state", "running")
                                                        .append("done", 1200L)
                                                        .append("estimate", 5000L)
                                                        .append("changed", 900L))
                                        .append("1", "nonsense")));
        project(server)
                .with("1_one.java", marking("one"))
                .run("status")
                .exits(0)
                .says("backfill of users stopped, 1,200 of about 5,000 visited, 900 changed")
                .says("is unreadable");
    }

    @Test
    void invalidAttemptsAreShownAsFarAsTheyAreValid(MongoServer server) {
        server.collection("migrations")
                .insertMany(List.of(
                        Document.parse("{_id: 1, attempts: 'none'}"),
                        Document.parse("{_id: '2_two', state: 7, attempts: [1, {by: 3}]}"),
                        Document.parse("{_id: '3_three', state: 'applied', attempts: [{outcome:"
                                + " 'applied', run: 4, error: {message: '$odd'}}]}")));
        project(server).run("history").exits(0).says("2_two", "unknown", "3_three", "$odd");
        project(server).run("history", "--json").exits(0).json();
    }

    @Test
    void tenThousandEntriesAreReadInOneGo(MongoServer server) {
        List<Document> many = new ArrayList<>();
        for (int i = 1; i <= 10_000; i++) {
            String name = "%05d_step".formatted(i);
            many.add(new Document("_id", name)
                    .append("name", name + ".java")
                    .append("number", (long) i)
                    .append("state", "applied")
                    .append("fileGone", true)
                    .append("startedAt", new Date())
                    .append("finishedAt", new Date())
                    .append("source", "x".repeat(1000)));
        }
        server.collection("migrations").insertMany(many);
        var project = project(server);
        long start = System.nanoTime();
        Result result = project.run("status", "--all", "--json").exits(0);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(MANY);
        assertThat(result.json().getList("migrations", Document.class)).hasSize(10_000);
        project.run("history").exits(0);
    }

    @Test
    void aUserWithReadOnlyAccessCanRunStatusAndHistory(@On(Kind.AUTH) MongoServer server) {
        server.collection("migrations").insertOne(new Document("_id", "1_one").append("state", "applied"));
        server.createUser("reader", "secret", "read");
        var project = project(server)
                .environment("MONGO_URI", server.uriAs("reader", "secret"))
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"));
        project.run("status").exits(0).says("1_one", "2_two");
        project.run("validate", "--database").exits(0);
        project.run("history").exits(0);
        project.run("unlock").exits(0);
        project.run("repair", "1", "--as", "pending", "--reason", "x")
                .exits(6)
                .complainsBriefly()
                .says("migrations_lock");
    }

    @Test
    void aUserWithoutReadAccessGetsTheMissingPrivilege(@On(Kind.AUTH) MongoServer server) {
        server.createUser("stranger", "secret");
        var project = project(server)
                .environment("MONGO_URI", server.uriAs("stranger", "secret"))
                .with("1_one.java", marking("one"));
        for (String command : List.of("status", "history")) {
            project.run(command).exits(6).complainsBriefly().says("migrations", "find");
        }
    }

    @Test
    void aMissingDirectoryIsReportedBeforeTheServerIsContacted() {
        withoutServer()
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/app")
                .environment("MIGRATIONS_DIRECTORY", "nowhere")
                .run("status")
                .exits(2)
                .complainsBriefly()
                .says("nowhere");
    }
}
