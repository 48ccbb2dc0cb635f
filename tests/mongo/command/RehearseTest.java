package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;
import support.Scratch;

@OnServer
class RehearseTest {
    private static final String SPLIT = upAndDown(
            "var users = db().getCollection(\"users\");"
                    + "for (Document one : users.find().into(new java.util.ArrayList<Document>())) {"
                    + "  String[] words = one.getString(\"name\").split(\" \", 2);"
                    + "  users.updateOne(new Document(\"_id\", one.get(\"_id\")), new Document(\"$set\","
                    + "    new Document(\"first\", words[0]).append(\"last\", words.length < 2 ? null : words[1]))"
                    + "    .append(\"$unset\", new Document(\"name\", \"\")));"
                    + "}",
            "db().getCollection(\"users\").updateMany(new Document(), java.util.List.of("
                    + "new Document(\"$set\", new Document(\"name\", new Document(\"$cond\", java.util.List.of("
                    + "  new Document(\"$eq\", java.util.Arrays.asList(\"$last\", null)), \"$first\","
                    + "  new Document(\"$concat\", java.util.List.of(\"$first\", \" \", \"$last\")))))),"
                    + "new Document(\"$unset\", java.util.List.of(\"first\", \"last\"))));");

    private static Project users(MongoServer server) {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            users.add(new Document("_id", i)
                    .append("name", i % 10 == 0 ? "Cher" : "Ada L" + i)
                    .append("n", i));
        }
        server.collection("users").insertMany(users);
        server.collection("users").createIndex(new Document("n", 1));
        return project(server);
    }

    private static Document migration(Result result, int index) {
        return result.json().getList("migrations", Document.class).get(index);
    }

    private static List<String> shapes(Document migration) {
        return texts(migration.getList("changes", Document.class).get(0).getList("shapes", Document.class));
    }

    private static List<String> texts(List<Document> documents) {
        return documents.stream().map(Document::toJson).toList();
    }

    private static String json(String text) {
        return Document.parse(text).toJson();
    }

    private static List<String> databases(MongoServer server) {
        return server.client().listDatabaseNames().into(new ArrayList<>());
    }

    @Test
    void theChangesOfAMigrationAreShownByFieldAndType(MongoServer server) {
        Result result = users(server)
                .with("1_split.java", SPLIT)
                .run("rehearse", "--here", "--json")
                .exits(0);
        Document split = migration(result, 0);
        assertThat(split.getList("changes", Document.class).get(0).toJson())
                .contains("\"collection\": \"users\"", "\"changed\": 50", "\"inserted\": 0");
        assertThat(shapes(split))
                .contains(
                        json("{path: 'name', was: 'string', is: null, count: 50}"),
                        json("{path: 'first', was: null, is: 'string', count: 50}"),
                        json("{path: 'last', was: null, is: 'string', count: 45}"),
                        json("{path: 'last', was: null, is: 'null', count: 5}"));
        assertThat(split.get("down", Document.class)).containsEntry("outcome", "same_order_differs");
        assertThat(split.getList("calls", Document.class)).extracting("command").contains("find", "update");
    }

    @Test
    void nothingOfTheDatabaseIsChangedAndTheCopyIsDropped(MongoServer server) {
        Project project = users(server).with("1_split.java", SPLIT);
        project.run("rehearse", "--here").exits(0).says("rehearsed", "1_split", "50 changed", "execute");
        assertThat(server.collection("users").countDocuments(new Document("name", new Document("$exists", true))))
                .isEqualTo(50);
        assertThat(server.db().listCollectionNames().into(new ArrayList<>())).containsExactly("users");
        assertThat(databases(server)).doesNotContain(server.database() + "_rehearsal");
    }

    @Test
    void aCopyThatIsKeptIsReplacedByTheNextRehearsal(MongoServer server) {
        Project project = users(server).with("1_split.java", SPLIT);
        project.run("rehearse", "--here", "--keep").exits(0).says("kept");
        assertThat(databases(server)).contains(server.database() + "_rehearsal");
        project.run("rehearse", "--here").exits(0);
        assertThat(databases(server)).doesNotContain(server.database() + "_rehearsal");
    }

    @Test
    void aDatabaseThatNoRehearsalCreatedIsNeverDropped(MongoServer server) {
        var other = server.client().getDatabase(server.database() + "_rehearsal");
        other.getCollection("own").insertOne(new Document("_id", 1));
        users(server)
                .with("1_split.java", SPLIT)
                .run("rehearse", "--here")
                .exits(3)
                .says("not created by a rehearsal");
        assertThat(other.getCollection("own").countDocuments()).isEqualTo(1);
        other.drop();
    }

    @Test
    void aDownThatDoesNotUndoItsUpIsAFinding(MongoServer server) {
        Result result = users(server)
                .with(
                        "1_rename.java",
                        upAndDown(
                                "db().getCollection(\"users\").updateMany(new Document(), new Document(\"$rename\","
                                        + " new Document(\"name\", \"fullName\")));",
                                "db().getCollection(\"users\").updateMany(new Document(), new Document(\"$rename\","
                                        + " new Document(\"fullname\", \"name\")));"))
                .run("rehearse", "--here", "--json")
                .exits(7);
        Document rename = migration(result, 0);
        Document change = rename.getList("changes", Document.class).get(0);
        assertThat(texts(change.getList("renames", Document.class)))
                .containsExactly(json("{from: 'name', to: 'fullName', count: 50}"));
        assertThat(change.getList("shapes", Document.class)).isEmpty();
        assertThat(rename.get("down", Document.class)).containsEntry("outcome", "differs");
    }

    @Test
    void aMigrationThatFailsIsAFindingAndTheNextOnesAreNotRehearsed(MongoServer server) {
        Result result = users(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", failing("two", "this is wrong"))
                .with("3_three.java", marking("three"))
                .run("rehearse", "--here")
                .exits(7)
                .says("this is wrong", "1 not rehearsed");
        assertThat(result.out()).contains("1_one", "leads back to the same state");
    }

    @Test
    void indexesAndCollectionsAreComparedToo(MongoServer server) {
        Result result = users(server)
                .with(
                        "1_definitions.java",
                        upAndDown(
                                "db().getCollection(\"users\").createIndex(new Document(\"name\", 1));"
                                        + "db().createCollection(\"plans\");"
                                        + "db().getCollection(\"users\").dropIndex(\"n_1\");",
                                "db().getCollection(\"users\").dropIndex(\"name_1\");"
                                        + "db().getCollection(\"plans\").drop();"))
                .run("rehearse", "--here", "--json")
                .exits(7);
        Document one = migration(result, 0);
        assertThat(one.getList("definitions", Document.class))
                .extracting(each -> each.getString("collection") + " " + each.getString("op"))
                .containsExactlyInAnyOrder("users createIndex", "users dropIndex", "plans create");
        assertThat(one.get("down", Document.class).getList("definitions", Document.class))
                .extracting(each -> each.getString("op") + " " + each.getString("name"))
                .containsExactly("dropIndex n_1");
    }

    @Test
    void documentsThatANewIndexOrAnOldValidatorRejectsDoNotStopARehearsal(MongoServer server) {
        Project project = users(server)
                .with("1_first.java", marking("first"))
                .with(
                        "2_unique.java",
                        up("var users = db().getCollection(\"users\");"
                                + "users.deleteMany(new Document(\"name\", \"Cher\").append(\"_id\", new"
                                + " Document(\"$gt\", 0)));"
                                + "users.createIndex(new Document(\"name\", 1), new"
                                + " com.mongodb.client.model.IndexOptions().unique(true));"));
        project.run("rehearse", "--here").exits(0).says("4 deleted, 46 unchanged", "createIndex name_1");
        server.db()
                .runCommand(new Document("collMod", "users")
                        .append("validator", new Document("email", new Document("$exists", true))));
        project.with(
                        "2_unique.java",
                        upAndDown("db().getCollection(\"users\").deleteOne(new Document(\"_id\", 1));", ""))
                .run("rehearse", "--here")
                .exits(7)
                .says("1 deleted, 49 unchanged", "leads back to the same state");
    }

    @Test
    void transactionsAndBackfillsAreRehearsed(MongoServer server) {
        Project project = users(server)
                .with("1_one.java", transactional("one"))
                .with(
                        "2_two.java",
                        upAndDown(
                                        "migopy.Migration.backfill(\"users\").where(new Document(\"lower\", null))"
                                                + ".update(new Document(\"$set\", new Document(\"lower\","
                                                + " new Document(\"$toLower\", \"$name\")))).run();",
                                        "db().getCollection(\"users\").updateMany(new Document(), new"
                                                + " Document(\"$unset\", new Document(\"lower\", \"\")));")
                                .replace("migopy.Migration.backfill", "backfill")
                                .replace(
                                        "import static migopy.Migration.db;",
                                        "import static migopy.Migration.backfill;\n"
                                                + "import static migopy.Migration.db;"));
        Result result = project.run("rehearse", "--here", "--json").exits(0);
        assertThat(migration(result, 0).get("down", Document.class)).containsEntry("outcome", "same");
        assertThat(migration(result, 1).get("down", Document.class)).containsEntry("outcome", "same");
        assertThat(shapes(migration(result, 1)))
                .containsExactly(json("{path: 'lower', was: null, is: 'string', count: 50}"));
        project.run("rehearse", "--here").exits(0).says("\n      50 documents of users now");
    }

    @Test
    void aSecondUpThatChangesSomethingIsAFinding(MongoServer server) {
        String increment = up("db().getCollection(\"users\").updateMany(new Document(), new Document(\"$inc\","
                + " new Document(\"n\", 1)));");
        Result result = users(server)
                .with("1_inc.java", increment)
                .run("rehearse", "--here", "--twice", "--json")
                .exits(7);
        assertThat(migration(result, 0).get("twice", Document.class)).containsEntry("outcome", "differs");
    }

    @Test
    void anErrorThatLintFindsIsAFinding(MongoServer server) {
        users(server)
                .with("1_drop.java", up("db().getCollection(\"users\").drop();"))
                .run("rehearse", "--here")
                .exits(7)
                .says("users  drop", "error", "line 8");
    }

    @Test
    void aLargeCollectionIsSampled(MongoServer server) {
        Result result = users(server)
                .with("1_split.java", SPLIT)
                .run("rehearse", "--here", "--sample", "20", "--json")
                .exits(0);
        assertThat(texts(result.json().getList("copied", Document.class)))
                .containsExactly(
                        json("{collection: 'users', documents: 20, of: 50, how: 'sample', aimed: 0, indexes: 1}"));
    }

    @Test
    void anotherServerCanHoldTheCopy(MongoServer server, @On(Kind.STANDALONE) MongoServer scratch) {
        users(server)
                .with("1_split.java", SPLIT)
                .environment("MIGOPY_SCRATCH_URI", scratch.uri())
                .run("rehearse")
                .exits(0)
                .says(server.database() + "_rehearsal on " + scratch.address());
        assertThat(databases(scratch)).doesNotContain(server.database() + "_rehearsal");
    }

    @Test
    void aUserWhoMayOnlyReadTheDatabaseCanRehearse(@On(Kind.AUTH) MongoServer server) {
        Project project = users(server).with("1_split.java", SPLIT);
        server.createUser("reader", "secret", "read");
        server.admin(new Document("updateUser", "reader")
                .append(
                        "roles",
                        List.of(
                                new Document("role", "read").append("db", server.database()),
                                new Document("role", "dbOwner").append("db", server.database() + "_rehearsal"))));
        project.environment("MONGO_URI", server.uriAs("reader", "secret"))
                .run("rehearse", "--here")
                .exits(0)
                .says("50 changed");
    }

    @Test
    void aSignalDropsTheCopyAndEndsTheRehearsal(MongoServer server) {
        var run = users(server)
                .with("1_slow.java", waitingFor("never"))
                .start("rehearse", "--here")
                .untilInUp();
        run.interrupt().exits(130);
        assertThat(databases(server)).doesNotContain(server.database() + "_rehearsal");
        assertThat(server.db().listCollectionNames().into(new ArrayList<>())).containsExactly("users");
    }

    @Test
    void aKilledRehearsalLeavesOnlyACopyThatTheNextOneDrops(MongoServer server) {
        Project project = users(server).with("1_slow.java", waitingFor("never"));
        String before = server.hash();
        project.start("rehearse", "--here").untilInUp().kill();
        assertThat(databases(server)).contains(server.database() + "_rehearsal");
        assertThat(server.hash()).isEqualTo(before);
        project.with("1_slow.java", SPLIT).run("rehearse", "--here").exits(0);
        assertThat(databases(server)).doesNotContain(server.database() + "_rehearsal");
        assertThat(server.hash()).isEqualTo(before);
    }

    @Test
    void aReportIsWrittenAsPageCommentAndJson(MongoServer server) throws IOException {
        Project project = users(server).with("1_split.java", SPLIT);
        Path folder = Scratch.folder("report");
        project.run("rehearse", "--here", "--report", folder.toString()).exits(0);
        assertThat(folder.resolve("report.html"))
                .content()
                .startsWith("<!doctype html>")
                .contains("1_split", "50 changed", "<td>last</td>")
                .doesNotContain("<script", "Ada");
        assertThat(folder.resolve("report.md"))
                .content()
                .startsWith("<!-- migopy-rehearsal -->")
                .contains("users: 50 changed");
        assertThat(support.Json.object(Files.readString(folder.resolve("report.json"))))
                .containsEntry("exitCode", 0L);
    }

    @Test
    void valuesOfDocumentsAreShownOnlyOnRequest(MongoServer server) {
        server.collection("users").insertMany(List.of(new Document("mail", "ada@x"), new Document("mail", "ada@x")));
        Project project = project(server)
                .with(
                        "1_unique.java",
                        up("db().getCollection(\"users\").createIndex(new Document(\"mail\", 1),"
                                + " new com.mongodb.client.model.IndexOptions().unique(true));"));
        project.run("rehearse", "--here").exits(7).says("E11000").neverSays("ada@x");
        project.run("rehearse", "--here", "--values", "plain").exits(7).says("ada@x");
    }

    @Test
    void withoutAPlaceForTheCopyBothWaysAreNamed(MongoServer server) {
        users(server).with("1_split.java", SPLIT).run("rehearse").exits(2).says("--on URI", "--here");
    }

    @Test
    void aVerifyThatDoesNotHoldIsAFindingAndUpIsUndone(MongoServer server) {
        String checked = SPLIT.replace(
                "static void up()",
                "static boolean verify() { return db().getCollection(\"users\").countDocuments(new Document(\"last\","
                        + " null)) == 0; }\n    static void up()");
        Project project = users(server).with("1_split.java", checked).with("2_two.java", marking("two"));
        Document split = migration(project.run("rehearse", "--here", "--json").exits(7), 0);
        assertThat(split.get("up", Document.class)).containsEntry("outcome", "applied");
        assertThat(split.get("verify", Document.class)).containsEntry("outcome", "broken");
        assertThat(split.get("down", Document.class)).containsEntry("outcome", "same_order_differs");
        project.run("rehearse", "--here")
                .exits(7)
                .says("      verify() failed: verify() returned false", "1 not rehearsed")
                .neverSays("stays applied");
        Document holds = migration(
                project.with("1_split.java", checked.replace("== 0", "== 5")).run("rehearse", "--here", "--json"), 0);
        assertThat(holds.get("verify", Document.class)).containsExactly(Map.entry("outcome", "holds"));
    }

    @Test
    void aBeforeThatDoesNotHoldIsAFindingAndUpIsNotCalled(MongoServer server) {
        Project project = users(server)
                .with(
                        "1_one.java",
                        marking("one")
                                .replace(
                                        "static void up()",
                                        "static boolean before() { return false; }\n    static" + " void up()"));
        Document one = migration(project.run("rehearse", "--here", "--json").exits(7), 0);
        assertThat(one.get("up", Document.class).get("error", Document.class)).containsEntry("type", "not_started");
        assertThat(one).doesNotContainKeys("verify", "down");
        project.run("rehearse", "--here")
                .exits(7)
                .says("was not started: before() returned false")
                .neverSays("down");
    }
}
