package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.oneWay;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Project.project;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Result;

/** The journal's documents in docs/reference.md: their fields, types and limits. */
@OnServer
class JournalTest {
    @Test
    void anAppliedMigrationHasEveryFieldWithItsType(MongoServer server) {
        var project = project(server).with("3_add_users.java", marking("users"));
        Date before = Date.from(server.time());
        String run = project.run("execute", "--json").exits(0).json().getString("run");
        Document entry = project.journal("3_add_users");
        assertThat(entry)
                .containsEntry("_id", "3_add_users")
                .containsEntry("name", "3_add_users.java")
                .containsEntry("number", 3L)
                .containsEntry("state", "applied")
                .containsEntry("source", marking("users"))
                .containsEntry("run", run)
                .containsEntry("fence", 1L)
                .containsEntry("transactional", false)
                .containsEntry("reversible", true)
                .doesNotContainKeys("error", "session");
        assertThat(entry.getString("checksum")).matches("sha256:[0-9a-f]{64}");
        assertThat(entry.get("durationMs")).isInstanceOf(Long.class);
        assertThat(entry.getDate("startedAt")).isBetween(before, entry.getDate("finishedAt"), true, true);
        assertThat(entry.getDate("finishedAt")).isBeforeOrEqualTo(Date.from(server.time()));
        Document by = entry.get("by", Document.class);
        assertThat(by)
                .containsOnlyKeys("user", "host", "pid", "migopy")
                .containsEntry("pid", ProcessHandle.current().pid())
                .containsEntry("user", System.getProperty("user.name"))
                .containsEntry("migopy", "0.1.0");
        Document attempt = entry.getList("attempts", Document.class).get(0);
        assertThat(attempt)
                .containsEntry("direction", "up")
                .containsEntry("outcome", "applied")
                .containsEntry("run", run)
                .containsEntry("by", by)
                .containsKeys("startedAt", "finishedAt", "durationMs");
    }

    @Test
    void runningIsWrittenBeforeUpIsCalled(MongoServer server) {
        var project = project(server)
                .with(
                        "1_one.java",
                        up("db().getCollection(\"seen\").insertOne(db()"
                                + ".getCollection(\"migrations\").find().first());"));
        project.run("execute").exits(0);
        assertThat(server.collection("seen").find().first())
                .containsEntry("_id", "1_one")
                .containsEntry("state", "running")
                .containsEntry("fence", 1L)
                .containsKeys("run", "by", "startedAt", "source", "checksum")
                .doesNotContainKey("finishedAt");
    }

    @Test
    void aFailedMigrationHasTheErrorWithTheFramesOfItsFile(MongoServer server) {
        var project = project(server).with("1_one.java", failing("one", "$email is missing"));
        project.run("execute").exits(1);
        Document entry = project.journal("1_one");
        assertThat(entry).containsEntry("state", "failed").containsKeys("finishedAt", "durationMs");
        Document error = entry.get("error", Document.class);
        assertThat(error)
                .containsEntry("type", "java.lang.IllegalStateException")
                .containsEntry("message", "$email is missing");
        assertThat(error.getList("frames", String.class))
                .singleElement()
                .asString()
                .contains("1_one.java:8");
        assertThat(entry.getList("attempts", Document.class).get(0).get("error"))
                .isEqualTo(error);
        project.with("1_one.java", oneWay("one")).run("execute").exits(0);
        assertThat(project.journal("1_one")).containsEntry("reversible", false).doesNotContainKey("error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$email is missing", "$$ROOT", "$$ is missing", "a.b: {$set: 1}"})
    void textsThatLookLikeExpressionsAreStoredUnchanged(String text, MongoServer server) {
        var project = project(server)
                .with(
                        "1_one.java",
                        "// "
                                + text
                                + "\n"
                                + up("System.out.print(\"%s\"); if (true) throw new Error(\"%s\");"
                                        .formatted(text, text)));
        project.run("execute").exits(1);
        Document entry = project.journal("1_one");
        assertThat(entry.getString("source")).startsWith("// " + text + "\n");
        assertThat(entry.getString("output")).isEqualTo(text);
        assertThat(entry.get("error", Document.class)).containsEntry("message", text);
    }

    @Test
    void anErrorWithoutAMessageShowsItsType(MongoServer server) {
        var project = project(server).with("1_one.java", up("if (true) throw new IllegalStateException();"));
        project.run("execute").exits(1);
        assertThat(project.journal("1_one").get("error", Document.class).getString("message"))
                .contains("IllegalStateException");
    }

    @Test
    void aLongMessageIsCutTo4Kilobytes(MongoServer server) {
        var project = project(server)
                .with("1_one.java", up("if (true) throw new" + " IllegalStateException(\"é\".repeat(100_000));"));
        project.run("execute").exits(1);
        String message = project.journal("1_one").get("error", Document.class).getString("message");
        assertThat(message).startsWith("ééé").doesNotContain("\ufffd");
        assertThat(message.getBytes(StandardCharsets.UTF_8).length).isBetween(3_900, 4_096);
    }

    @Test
    void theFirst20FramesAreKept(MongoServer server) {
        StringBuilder members = new StringBuilder("static void up() { deeper0(); }\n");
        for (int i = 0; i < 30; i++) {
            members.append("static void deeper%d() { deeper%d(); }\n".formatted(i, i + 1));
        }
        members.append("static void deeper30() { throw new Error(); }");
        var project = project(server).with("1_one.java", source(members.toString()));
        project.run("execute").exits(1);
        assertThat(project.journal("1_one").get("error", Document.class).getList("frames", String.class))
                .hasSize(20);
    }

    @Test
    void theLast64KilobytesOfTheOutputAreKept(MongoServer server) {
        var project = project(server)
                .with("1_one.java", up("for (int i = 0; i < 50_000; i++) System.out.println(\"é \"" + " + i);"));
        assertThat(project.run("execute").exits(0).out()).contains("é 0\n", "é 49999\n");
        String output = project.journal("1_one").getString("output");
        assertThat(output).endsWith("é 49999\n").doesNotContain("\ufffd");
        assertThat(output.getBytes(StandardCharsets.UTF_8).length).isBetween(65_000, 65_536);
    }

    @Test
    void aSourceOfMoreThanAMegabyteIsRefused(MongoServer server) {
        String filler = "// 0123456789012345678901234567890123456789\n".repeat(25_000);
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", filler + marking("two"));
        project.run("execute").exits(3).complainsBriefly().says("2_two");
        assertThat(project.marks()).isEmpty();
        assertThat(project.states()).isEmpty();
    }

    @Test
    void theLast20AttemptsAreKept(MongoServer server) {
        var project = project(server).with("1_one.java", failing("one", "no"));
        project.run("execute").exits(1);
        List<Document> twenty = new ArrayList<>();
        Document first =
                project.journal("1_one").getList("attempts", Document.class).get(0);
        for (int i = 0; i < 20; i++) {
            twenty.add(new Document(first).append("run", "old-" + i));
        }
        server.collection("migrations")
                .updateOne(new Document("_id", "1_one"), new Document("$set", new Document("attempts", twenty)));
        String run = project.run("execute", "--json").exits(1).json().getString("run");
        List<Document> attempts = project.journal("1_one").getList("attempts", Document.class);
        assertThat(attempts).hasSize(20);
        assertThat(attempts.get(0)).containsEntry("run", "old-1");
        assertThat(attempts.get(19)).containsEntry("run", run);
    }

    @Test
    void aDocumentWithOnlyANameCountsAsApplied(MongoServer server) {
        List<Document> ofPython =
                List.of(new Document("name", "1_add_users.py"), new Document("name", "2_add_orders.py"));
        server.collection("migrations").insertMany(ofPython);
        var project =
                project(server).with("2_add_orders.java", marking("orders")).with("3_more.java", marking("more"));
        Result status = project.run("status", "--json").exits(0);
        assertThat(status.problems()).isEmpty();
        assertThat(status.json().getList("migrations", Document.class))
                .extracting("state")
                .containsExactly("applied", "applied", "pending");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("more");
        assertThat(server.collection("migrations").find(new Document("name", new Document("$regex", "py$"))))
                .containsExactlyElementsOf(ofPython);
    }

    /** Documents as pymongo-migrate and Beanie write them. */
    @Test
    void aDocumentOfAnotherToolIsUnreadableAndNotApplied(MongoServer server) {
        List<Document> others = List.of(
                new Document("_id", 1).append("name", "1_add_users").append("applied", null),
                new Document("_id", 2).append("name", "2_add_orders").append("state", null),
                new Document("_id", 3).append("name", "3_more").append("source", "pass"));
        server.collection("migrations").insertMany(others);
        var project = project(server).with("1_add_users.java", marking("users"));
        assertThat(project.run("status", "--json").exits(0).problemKinds())
                .containsExactly("unreadable", "unreadable", "unreadable");
        project.run("execute").exits(3).complainsBriefly().says("1_add_users", "applied");
        assertThat(server.collection("migrations").find()).containsExactlyElementsOf(others);
    }

    @Test
    void anInvalidSessionMakesOnlyItsOwnDocumentUnreadable(MongoServer server) {
        for (Object session : List.of(new Document(), new Document("id", "x"), "x")) {
            server.collection("migrations").drop();
            server.collection("migrations")
                    .insertOne(new Document("_id", "1_one")
                            .append("name", "1_one.java")
                            .append("state", "running")
                            .append("transactional", true)
                            .append("run", "dead")
                            .append("fence", 1L)
                            .append("session", session));
            var project = project(server).with("1_one.java", marking("one"));
            project.run("execute").exits(3).complainsBriefly().says("1_one", "its session");
            project.run("repair", "1", "--as", "pending", "--reason", "x").exits(3);
        }
    }

    @Test
    void theJournalIsWrittenWithMajorityWhateverTheUriSets(MongoServer server) {
        var project = project(server)
                .environment("MONGO_URI", server.uriWith("w=1&retryWrites=false&readPreference=secondary"))
                .with("1_one.java", up("int nothing = 0;"));
        project.run("execute").exits(0);
        assertThat(project.states()).containsEntry("1_one", "applied");
    }
}
