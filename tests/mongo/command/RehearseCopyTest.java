package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Project.project;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;
import support.Run;

/** What the copy of a rehearsal has. */
@OnServer
class RehearseCopyTest {
    private static final String EACH = up(
            "for (Document one : db().getCollection(\"users\").find(FILTER).into(new java.util.ArrayList<Document>()))"
                    + " db().getCollection(\"users\").updateOne(new Document(\"_id\", one.get(\"_id\")), new"
                    + " Document(\"$set\", new Document(\"length\", one.getString(\"name\").length())));");

    /** 12,000 users: three of them have the status "legacy", and the name that is given. */
    private static Project users(MongoServer server, Object rare) {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < 12_000; i++) {
            boolean legacy = i % 4_000 == 1_234;
            users.add(new Document("_id", i)
                    .append("name", legacy ? rare : "Ada")
                    .append("profile", new Document("name", legacy ? rare : "Ada"))
                    .append("status", legacy ? "legacy" : "new"));
        }
        server.collection("users").insertMany(users);
        return project(server);
    }

    private static Document copied(Result result) {
        return result.json().getList("copied", Document.class).get(0);
    }

    @Test
    void documentsOfATypeThatTheSampleMissesAreCopiedToo(MongoServer server) {
        Project project = users(server, null).with("1_length.java", EACH.replace("FILTER", ""));
        project.run("rehearse", "--here", "--sample", "100")
                .exits(7)
                .says(" of 12,000 documents, ", " of them by filters and types", "Cannot invoke \"String.length()\"");
        String nested = EACH.replace("FILTER", "new Document(\"name\", \"Ada\")")
                .replace("one.getString(", "one.get(\"profile\", Document.class).getString(");
        server.collection("users")
                .updateMany(new Document("name", null), new Document("$set", new Document("name", "Ada")));
        project.with("1_length.java", nested)
                .run("rehearse", "--here", "--sample", "100")
                .exits(7)
                .says("Cannot invoke \"String.length()\"");
    }

    @Test
    void documentsThatTheFiltersOfAMigrationSelectAreCopiedToo(MongoServer server) {
        Project project = users(server, "Cher")
                .with("1_length.java", EACH.replace("FILTER", "new Document(\"status\", \"legacy\")"));
        Result result =
                project.run("rehearse", "--here", "--sample", "100", "--json").exits(0);
        assertThat(copied(result)).containsEntry("how", "sample+aim");
        long aimed = copied(result).getLong("aimed"); // the sample may have one of the three by chance
        Document change = result.json()
                .getList("migrations", Document.class)
                .get(0)
                .getList("changes", Document.class)
                .get(0);
        assertThat(change).containsEntry("changed", 3L).containsEntry("unchanged", 97L + aimed);
    }

    @Test
    void theFilterOfABackfillChoosesDocumentsToo(MongoServer server) {
        Project project = users(server, "Cher")
                .with(
                        "1_backfill.java",
                        up("Migration.backfill(\"users\").where(new Document(\"status\", \"legacy\"))"
                                + ".each(one -> new Document(\"$set\", new Document(\"old\", true))).run();"));
        Result result =
                project.run("rehearse", "--here", "--sample", "100", "--json").exits(0);
        assertThat(copied(result)).containsEntry("how", "sample+aim");
    }

    @Test
    void aSampleThatMissesNothingStaysAsItIs(MongoServer server) {
        Project project = users(server, "Cher").with("1_length.java", EACH.replace("FILTER", ""));
        Result result =
                project.run("rehearse", "--here", "--sample", "100", "--json").exits(0);
        assertThat(copied(result)).containsEntry("documents", 100L).containsEntry("how", "sample");
    }

    @Test
    void aDumpCanBeRehearsedWithoutItsDatabase(MongoServer server, @On(Kind.STANDALONE) MongoServer scratch) {
        Project project = users(server, null).with("1_first.java", marking("first"));
        server.collection("users").createIndex(new Document("status", 1));
        project.run("execute").exits(0);
        Path dump = Path.of(project.run("dbdump", "--json").exits(0).json().getString("folder"));
        server.db().drop();
        project.with("2_length.java", EACH.replace("FILTER", "new Document(\"status\", \"legacy\")"))
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/" + server.database());
        Result result = project.run(
                        "rehearse", "--from", dump.toString(), "--on", scratch.uri(), "--sample", "100", "--json")
                .exits(7);
        assertThat(result.json().getString("source")).isEqualTo(server.database() + ", dumped in " + dump);
        assertThat(result.json().getList("migrations", Document.class))
                .extracting(one -> one.getString("name"))
                .containsExactly("2_length");
        assertThat(copied(result)).containsEntry("collection", "users").containsEntry("how", "sample+aim");
        assertThat(scratch.client().listDatabaseNames()).noneMatch(name -> name.endsWith("_rehearsal"));
        project.run("rehearse", "--from", dump.toString(), "--here").exits(2).says("--on URI");
        project.run("rehearse", "--from", dump + "x", "--on", scratch.uri())
                .exits(2)
                .says("not a dump's folder", "--from DIR");
    }

    @Test
    void fieldsAreMaskedInTheCopyAndNamedInTheAnswer(MongoServer server) {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            users.add(new Document("_id", i)
                    .append("email", "user%d@example.com".formatted(i))
                    .append("address", new Document("street", "Main Road " + i))
                    .append("plan", "free"));
        }
        server.collection("users").insertMany(users);
        server.collection("users").createIndex(new Document("email", 1), new IndexOptions().unique(true));
        server.collection("mails").insertOne(new Document("to", "user7@example.com"));
        Project project = project(server).with("1_first.java", marking("first"));
        project.run("execute").exits(0);
        Result result = project.with(
                        "2_x.java",
                        up("db().getCollection(\"users\").find().first();"
                                + " db().getCollection(\"mails\").find().first();"))
                .run("rehearse", "--here", "--keep", "--mask", "email,to,address.*,name", "--json")
                .exits(0);
        assertThat(result.json().getList("masked", String.class)).containsExactly("email", "to", "address.*", "name");
        MongoDatabase copy = server.client().getDatabase(server.database() + "_rehearsal");
        for (Document one : copy.getCollection("users").find()) {
            Document original = users.get(one.getInteger("_id"));
            assertThat(one.getString("email"))
                    .hasSameSizeAs(original.getString("email"))
                    .isNotEqualTo(original.getString("email"));
            assertThat(one.get("address", Document.class)).isNotEqualTo(original.get("address"));
            assertThat(one).containsEntry("plan", "free");
        }
        assertThat(copy.getCollection("users").countDocuments()).isEqualTo(60);
        assertThat(copy.getCollection("users")
                        .find(new Document("_id", 7))
                        .first()
                        .get("email"))
                .isEqualTo(copy.getCollection("mails").find().first().get("to"));
        assertThat(copy.getCollection("migrations")
                        .find(new Document("_id", "1_first"))
                        .first())
                .containsEntry("state", "applied");
        copy.drop();
        project.run("rehearse", "--here", "--mask", "_id").exits(2).says("_id cannot be masked");
    }

    @Test
    void theTimeOfBackfillsAndLoopsIsEstimatedForAllDocuments(MongoServer server) {
        String loop = "for (Document user : db().getCollection(\"users\").find()) {"
                + "db().getCollection(\"users\").updateOne(new Document(\"_id\", user.get(\"_id\")),"
                + " new Document(\"$set\", new Document(\"old\", true)));}";
        users(server, "Cher")
                .with(
                        "1_all.java",
                        up("Migration.backfill(\"users\").update(new Document(\"$set\", new Document(\"a\","
                                + " 1))).run();"))
                .with(
                        "2_new.java",
                        up("Migration.backfill(\"users\").where(new Document(\"status\", \"new\"))"
                                + ".update(new Document(\"$set\", new Document(\"b\", 1))).batch(20).run();"))
                .with("3_loop.java", up(loop))
                .run("rehearse", "--here", "--sample", "100")
                .exits(0)
                .says(
                        "\n      12,000 documents of users now, about ",
                        "\n      11,997 documents of users now, about ",
                        ": 12,000 documents of users now, about ");
    }

    @Test
    void aFilterWithoutAnIndexInALargeCollectionIsAFinding(MongoServer server) {
        String update = "db().getCollection(\"users\").updateMany(new Document(\"status\", \"legacy\"), new"
                + " Document(\"$set\", new Document(\"old\", true)));";
        Project project = users(server, "Cher").with("1_old.java", up(update));
        project.run("rehearse", "--here", "--sample", "100")
                .exits(7)
                .says(
                        "3 documents of users now by COLLSCAN",
                        "error M104",
                        "all 12,000 documents of users",
                        "createIndex(Indexes.ascending(\"status\"))");
        project.with("1_old.java", up("// migopy:allow M104 at night\n" + update))
                .run("rehearse", "--here", "--sample", "100")
                .exits(0);
        project.run("lint").exits(0).neverSays("M604");
        project.with(
                        "1_old.java",
                        up("db().getCollection(\"users\").createIndex(new Document(\"status\", 1));\n" + update))
                .run("rehearse", "--here", "--sample", "100")
                .neverSays("M104", "COLLSCAN");
        server.collection("users").createIndex(new Document("status", 1));
        Result result = project.with("1_old.java", up(update))
                .run("rehearse", "--here", "--sample", "100", "--json")
                .exits(0);
        Document estimate = result.json()
                .getList("migrations", Document.class)
                .get(0)
                .getList("estimates", Document.class)
                .get(0);
        assertThat(estimate).containsEntry("documents", 3L).containsEntry("plan", "IXSCAN status_1");
    }

    @Test
    void aWholeCopyBesideTheOriginalSaysHowMuchItWrites(MongoServer server) {
        Project project = users(server, "Cher")
                .with("1_length.java", EACH.replace("FILTER", "").replace("for (", "if (false) for ("));
        project.run("rehearse", "--here", "--sample", "all", "--read-from", "secondary")
                .exits(0)
                .says("The copy writes ", " kB to " + server.address(), "12,000 of 12,000 documents");
        project.run("rehearse", "--here", "--read-from", "nowhere").exits(2).says("neither primary nor secondary");
    }

    @Test
    void aLargeCollectionIsCopiedWholeWithItsOptionsAndIndexes(MongoServer server) {
        Project project =
                users(server, "Cher").with("1_count.java", up("db().getCollection(\"users\").countDocuments();"));
        server.collection("users").createIndex(new Document("name", 1).append("_id", -1));
        server.db().runCommand(Document.parse("{collMod: 'users', validator: {name: {$ne: 'Cher'}}}"));
        project.run("rehearse", "--here", "--sample", "all", "--keep").exits(0).says("12,000 of 12,000 documents");
        MongoDatabase copy = server.client().getDatabase(server.database() + "_rehearsal");
        assertThat(hash(copy)).isEqualTo(hash(server.db()));
        assertThat(described(copy)).isEqualTo(described(server.db())).contains("Cher", "name_1__id_-1");
        copy.drop();
    }

    private static Object hash(MongoDatabase database) {
        Document hash = database.runCommand(Document.parse("{dbHash: 1, collections: ['users']}"));
        return hash.get("collections", Document.class).get("users");
    }

    private static String described(MongoDatabase database) {
        Document users =
                database.listCollections().filter(new Document("name", "users")).first();
        List<Document> indexes = database.getCollection("users").listIndexes().into(new ArrayList<>());
        return users.get("options") + " " + indexes;
    }

    @Test
    void aSignalEndsTheCopyThatTheServerMakes(MongoServer server) {
        Project project =
                users(server, "Cher").with("1_count.java", up("db().getCollection(\"users\").countDocuments();"));
        Document hang = new Document("configureFailPoint", "outWaitAfterTempCollectionCreation");
        server.admin(new Document(hang).append("mode", "alwaysOn"));
        try (Run run = project.start("rehearse", "--here", "--sample", "all")) {
            MongoDatabase copy = server.client().getDatabase(server.database() + "_rehearsal");
            Eventually.until(
                    "the copy is being made",
                    () -> copy.listCollectionNames().into(new ArrayList<>()).stream()
                            .anyMatch(one -> one.startsWith("tmp.")));
            Result end = interrupted(run, server, hang);
            end.exits(130);
            assertThat(copy.listCollectionNames()).isEmpty();
        } finally {
            server.admin(new Document(hang).append("mode", "off"));
        }
    }

    /** Lets the server continue only after the copy was killed. */
    private static Result interrupted(Run run, MongoServer server, Document hang) {
        Document killed = Document.parse("{aggregate: 1, cursor: {}, pipeline: [{$currentOp: {}},"
                + " {$match: {killPending: true, 'command.aggregate': 'users', ns: {$regex: '^%s_rehearsal'}}}]}"
                        .formatted(server.database()));
        run.interrupt();
        Eventually.until(
                "the copy is killed",
                () -> !server.admin(killed)
                        .get("cursor", Document.class)
                        .getList("firstBatch", Document.class)
                        .isEmpty());
        server.admin(new Document(hang).append("mode", "off"));
        return run.ended();
    }
}
