package mongo.dump;

import static mongo.dump.Dumps.assertFails;
import static mongo.dump.Dumps.users;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.CreateViewOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.TimeSeriesOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException.Kind;
import migopy.dump.RestoreAnswer;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;
import support.Scratch;

/** What a restore does with existing collections, and what it refuses. */
@OnServer
class RestoreTest {
    @Test
    void aDocumentThatAUniqueIndexRejectsIsNotCountedAsADuplicate(MongoServer server) {
        server.collection("users")
                .insertMany(List.of(
                        new Document("_id", 1).append("email", "ada"), new Document("_id", 2).append("email", "bob")));
        Dumps dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.collection("users").drop();
        server.collection("users").createIndex(new Document("email", 1), new IndexOptions().unique(true));
        server.collection("users").insertOne(new Document("_id", 9).append("email", "ada"));
        server.collection("users").insertOne(new Document("_id", 2).append("email", "bob"));

        RestoreAnswer answer = dumps.restore(folder);

        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.duplicates()).isEqualTo(1);
        assertThat(answer.rejected()).hasSize(1);
        assertThat(answer.rejected().get(0).documents()).isEqualTo(1);
        assertThat(answer.rejected().get(0).message()).contains("email_1");
    }

    @Test
    void addingToACappedCollectionWarnsThatDocumentsMayBeRemoved(MongoServer server) {
        CreateCollectionOptions capped =
                new CreateCollectionOptions().capped(true).sizeInBytes(4096);
        server.db().createCollection("log", capped);
        server.collection("log").insertMany(List.of(new Document("_id", 1), new Document("_id", 2)));
        Dumps dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.collection("log").drop();
        server.db().createCollection("log", capped.maxDocuments(1));

        dumps.restore(folder);

        assertThat(dumps.notices()).contains("log is capped: added documents may remove existing ones");
    }

    @Test
    void aDumpOfMongodumpWithoutTheDocumentsOfACollectionDoesNotReplaceIt(MongoServer server) throws IOException {
        server.collection("bad").insertOne(new Document("_id", 1));
        server.collection("good").insertOne(new Document("_id", 1));
        Dumps dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        Files.delete(folder.resolve(server.database()).resolve("bad.bson"));

        Dumps.assertFails(Kind.REFUSED, () -> dumps.restore(folder), "The dump has no .bson file of bad");

        assertThat(server.collection("bad").countDocuments()).isEqualTo(1);
        dumps.restore(folder, "good");
        server.collection("bad").drop();
        dumps.restore(folder);
        assertThat(server.db().listCollectionNames()).contains("bad");
    }

    @Test
    void existingDocumentsAreCountedAndLeftUnchanged(MongoServer server) {
        users(server, 3000);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.collection("users").deleteMany(new Document("_id", new Document("$gte", 2500)));
        server.collection("users")
                .updateOne(new Document("_id", 7), List.of(new Document("$set", new Document("mine", true))));

        RestoreAnswer answer = dumps.restore(folder);

        assertThat(answer.documents()).isEqualTo(500);
        assertThat(answer.duplicates()).isEqualTo(2500);
        assertThat(server.collection("users").countDocuments()).isEqualTo(3000);
        assertThat(server.collection("users").countDocuments(new Document("mine", true)))
                .isEqualTo(1);
    }

    @Test
    void aDuplicateKeyEndsAStrictRestore(MongoServer server) {
        users(server, 10);
        var dumps = new Dumps(server).strictly();
        Path folder = dumps.dumped();
        assertFails(Kind.FAILED, () -> dumps.restore(folder), "users", "duplicate key");
    }

    @Test
    void anEmptyTimestampIsRestoredDespiteAValidatorThatRefusesIt(MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1));
        server.collection("users")
                .updateOne(
                        new Document("_id", 1),
                        List.of(new Document(
                                "$set", new Document("at", new Document("$literal", new BsonTimestamp(0, 0))))));
        server.db()
                .runCommand(new Document("collMod", "users")
                        .append("validator", new Document("at", new BsonTimestamp(1, 1))));

        new Dumps(server).roundTrip();
    }

    @Test
    void aDumpOfSomeDocumentsDoesNotReplaceTheOthers(MongoServer server) {
        users(server, 10);
        var dumps = new Dumps(server).query("{n: {$lt: 1}}").dropping();
        Path folder = Path.of(dumps.dump("users").folder());

        assertFails(Kind.REFUSED, () -> dumps.restore(folder), "{n: {$lt: 1}}", "--drop");

        assertThat(server.collection("users").countDocuments()).isEqualTo(10);
    }

    @Test
    void viewsAreRestoredWhateverTheExistingViewsAreOn(MongoServer server) {
        var german = new CreateViewOptions()
                .collation(Collation.builder().locale("de").build());
        server.collection("users").insertOne(new Document("_id", 1));
        server.db().createView("above", "below", List.of());
        server.db().createView("below", "users", List.of());
        var dumps = new Dumps(server).exactly();
        Path folder = dumps.dumped();
        Dumps.Look before = Dumps.look(server.db());
        server.collection("above").drop();
        server.collection("below").drop();
        server.db().createView("below", "users", List.of(), german);
        server.db().createView("above", "below", List.of(), german);
        server.db().createView("extra", "below", List.of(), german);

        dumps.restore(folder);

        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
        server.collection("above").drop();
        server.collection("below").drop();
        server.db().createView("below", "above", List.of());
        server.db().createView("above", "users", List.of());

        dumps.restore(folder);

        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void aCollectionStaysIfItsReplacementCannotBeCreated(MongoServer server) throws IOException {
        users(server, 100);
        for (String options : List.of(
                "{\"timeseries\":{\"timeField\":\"at\",\"nonsense\":1}}",
                "{\"viewOn\":\"other\",\"pipeline\":[{\"$nonsense\":1}]}")) {
            Path folder = mongodumps(server, "users", "{\"options\":" + options + ",\"indexes\":[]}");
            Files.move(folder.resolve("users.bson"), folder.resolve("system.buckets.users.bson"));

            assertFails(Kind.FAILED, () -> new Dumps(server).dropping().restore(folder), "users");

            assertThat(server.collection("users").countDocuments()).isEqualTo(100);
            assertThat(server.db().listCollectionNames())
                    .containsOnlyOnce("users")
                    .noneMatch(name -> name.startsWith("migopy_restore"));
        }
    }

    @Test
    void viewsAndTimeSeriesReplaceCollectionsAndViceVersa(MongoServer server) {
        users(server, 3);
        server.db().createView("few", "users", List.of());
        server.db()
                .createCollection(
                        "weather",
                        new CreateCollectionOptions().timeSeriesOptions(new TimeSeriesOptions("at").metaField("of")));
        server.collection("weather")
                .insertOne(new Document("at", new Date(0)).append("of", 1).append("degrees", 7));
        server.collection("weather").createIndex(new Document("of", 1));
        Dumps.Look before = Dumps.look(server.db());
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        for (String name : List.of("few", "weather")) {
            server.collection(name).drop();
            server.collection(name).insertOne(new Document());
        }
        server.collection("users").drop();
        server.db().createView("users", "few", List.of());

        dumps.restore(folder);

        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
        dumps.restore(folder);
        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void collectionsThatTheDumpDoesNotHaveAreNamedAndKeptOrDropped(MongoServer server) {
        users(server, 3);
        Path folder = new Dumps(server).dumped();
        server.collection("orders").insertOne(new Document());
        server.db().createView("more", "orders", List.of());

        assertThat(new Dumps(server).dropping().restore(folder).kept()).containsExactly("more", "orders");
        var exactly = new Dumps(server).exactly();
        assertThat(exactly.restore(folder).dropped()).containsExactly("more", "orders");

        assertThat(exactly.notices()).anyMatch(notice -> notice.contains("more, orders"));
        assertThat(server.db().listCollectionNames()).containsExactlyInAnyOrder("users", "system.views");
    }

    @Test
    void anExactRestoreOfSomeCollectionsDropsNoOthers(MongoServer server) {
        users(server, 3);
        server.collection("orders").insertOne(new Document());
        server.collection("other").insertOne(new Document());
        Path folder = Path.of(new Dumps(server).dump("users", "orders").folder());
        server.collection("orders").drop();

        assertThat(new Dumps(server).exactly().restore(folder).dropped()).isEmpty();

        assertThat(server.db().listCollectionNames()).containsExactlyInAnyOrder("users", "orders", "other");
    }

    @Test
    void oneDamagedCollectionDoesNotBlockTheOthers(MongoServer server) throws IOException {
        for (String damage : List.of("bad.bson", "bad.metadata.json", "cut", "both")) {
            server.collection("good").insertOne(new Document());
            server.collection("bad").insertOne(new Document());
            Project project = project(server);
            Path folder = new Dumps(server).dumped();
            Path database = folder.resolve(server.database());
            if (damage.equals("cut")) {
                Files.writeString(database.resolve("bad.metadata.json"), "{\"options");
                Files.write(database.resolve("bad.bson"), new byte[] {1, 2});
            } else if (damage.equals("both")) {
                Files.delete(database.resolve("bad.bson"));
                Files.delete(database.resolve("bad.metadata.json"));
            } else {
                Files.delete(database.resolve(damage));
            }
            server.db().drop();

            Result failed =
                    project.run("dbrestore", folder.toString(), "--json").exits(1);

            assertThat(server.db().listCollectionNames()).doesNotContain("good", "bad");
            Matcher hint =
                    Pattern.compile("dbrestore .*").matcher(failed.error().getString("hint"));
            assertThat(hint.find()).as(failed.toString()).isTrue();
            project.run(hint.group().split(" ")).exits(0);
            assertThat(server.collection("good").countDocuments()).isEqualTo(1);
            server.db().drop();
        }
    }

    /** A dump of one document as mongodump writes it, without a manifest. */
    static Path mongodumps(MongoServer server, String name, String metadata) throws IOException {
        Path folder = Scratch.folder("mongodump").resolve(server.database());
        Files.createDirectories(folder);
        Files.write(folder.resolve(name + ".bson"), new byte[] {5, 0, 0, 0, 0});
        Files.writeString(folder.resolve(name + ".metadata.json"), metadata);
        return folder;
    }

    @Test
    void anErrorOfTheServerDuringTheBuildChangesNothing(MongoServer server) {
        users(server, 5000);
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        Dumps.Look before = Dumps.look(server.db());
        server.failing("migopy_restore.7f3a92.0", "insert").afterThe(2).withError(14031);

        assertFails(Kind.FAILED, () -> dumps.restore(folder), "users");

        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void anInterruptWhileTheDumpIsCheckedChangesNothing(MongoServer server) {
        users(server, 10);
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        server.collection("users").deleteMany(new Document());

        Thread.currentThread().interrupt();
        assertFails(Kind.FAILED, () -> dumps.restore(folder), "was interrupted");

        assertThat(Thread.interrupted()).isTrue();
        assertThat(server.collection("users").countDocuments()).isZero();
    }

    @Test
    void whatAKilledRestoreLeftIsRemovedAndNeverDumped(MongoServer server) {
        users(server, 5);
        server.collection("migopy_restore.00000001.0").insertOne(new Document());
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        assertThat(Dumps.files(folder)).hasSize(3);

        dumps.restore(folder);

        assertThat(dumps.notices()).anyMatch(n -> n.contains("migopy_restore.00000001.0"));
    }

    @Test
    void onlyTheNamedCollectionsAreDumpedAndRestored(MongoServer server) {
        users(server, 10);
        server.collection("orders").insertOne(new Document());
        server.collection("other").insertOne(new Document());
        var dumps = new Dumps(server);
        Path folder = Path.of(dumps.dump("users", "orders").folder());
        server.db().drop();

        dumps.restore(folder, "orders");

        assertThat(server.db().listCollectionNames()).containsExactly("orders");
        assertFails(Kind.USAGE, () -> dumps.restore(folder, "other"), "other");
        assertFails(Kind.USAGE, () -> dumps.dump("nowhere"), "nowhere");
    }

    @Test
    void aQuerySelectsTheDocuments(MongoServer server) {
        users(server, 10);
        var dumps = new Dumps(server).query("{n: {$lt: 1}}");
        assertThat(dumps.dump("users").documents()).isEqualTo(4);
        assertFails(Kind.USAGE, dumps::dump, "--query");
        assertFails(Kind.USAGE, () -> new Dumps(server).query("{n: ").dump("users"), "not a JSON document");
    }

    @Test
    void theLockIsNeitherDumpedNorRestoredNorDropped(MongoServer server) throws IOException {
        users(server, 1);
        server.collection(Dumps.LOCK).insertOne(new Document("_id", "lock").append("token", 5L));
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        assertThat(Dumps.files(folder)).noneMatch(file -> file.contains("lock"));

        // As mongodump would write it.
        Files.delete(folder.resolve("manifest.json"));
        Path database = folder.resolve(server.database());
        Files.copy(database.resolve("users.bson"), database.resolve(Dumps.LOCK + ".bson"));
        dumps.restore(folder);

        assertThat(server.collection(Dumps.LOCK).find())
                .containsExactly(new Document("_id", "lock").append("token", 5L));
    }

    @Test
    void aViewAndACollectionWithTheSameNameAreNotMixed(MongoServer server) {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.collection("users").drop();
        server.db().createView("users", "other", List.of());
        assertFails(Kind.REFUSED, () -> dumps.restore(folder), "users", "view");
    }
}
