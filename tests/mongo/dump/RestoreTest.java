package mongo.dump;

import static mongo.dump.Dumps.assertFails;
import static mongo.dump.Dumps.users;

import static org.assertj.core.api.Assertions.assertThat;

import migopy.MigopyException;
import migopy.MigopyException.Kind;
import migopy.console.RestoreAnswer;

import org.bson.Document;
import org.junit.jupiter.api.Test;

import support.MongoServer;
import support.OnServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What a restore does with what is there already, and what it refuses. */
@OnServer
class RestoreTest {
    @Test
    void documentsThatAreThereAreCountedAndLeftAsTheyAre(MongoServer server) {
        users(server, 3000);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.collection("users").deleteMany(new Document("_id", new Document("$gte", 2500)));
        server.collection("users")
                .updateOne(
                        new Document("_id", 7),
                        List.of(new Document("$set", new Document("mine", true))));

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
    void whatIsReplacedStandsUntilItsReplacementIsWhole(MongoServer server) throws IOException {
        users(server, 10);
        server.collection("users").createIndex(new Document("n", 1));
        var dumps = new Dumps(server).dropping().strictly();
        Path folder = dumps.dumped();
        Dumps.Look before = Dumps.look(server.db());
        // An index that the documents cannot have: found only when all of them are written.
        Path metadata = folder.resolve(server.database()).resolve("users.metadata.json");
        Files.writeString(
                metadata,
                Files.readString(metadata)
                        .replace("\"name\": \"n_1\"", "\"name\": \"n_1\", \"unique\": true"));
        Files.delete(folder.resolve("manifest.json"));

        assertFails(Kind.FAILED, () -> dumps.restore(folder), "users", "duplicate key");

        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void aServerThatFailsMidwayLeavesWhatWasThere(MongoServer server) {
        users(server, 5000);
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        Dumps.Look before = Dumps.look(server.db());
        server.failing("migopy_restore.7f3a92.0", "insert").afterThe(2).withError(14031);

        assertFails(Kind.FAILED, () -> dumps.restore(folder), "users");

        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void whatAKilledRestoreLeftIsNamedAndNeverDumped(MongoServer server) {
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
    void aQueryChoosesTheDocuments(MongoServer server) {
        users(server, 10);
        var dumps = new Dumps(server).query("{n: {$lt: 1}}");
        assertThat(dumps.dump("users").documents()).isEqualTo(4);
        assertFails(Kind.USAGE, dumps::dump, "--query");
        assertFails(
                Kind.USAGE,
                () -> new Dumps(server).query("{n: ").dump("users"),
                "no JSON document");
    }

    @Test
    void theLockIsNeitherDumpedNorRestoredNorDropped(MongoServer server) throws IOException {
        users(server, 1);
        server.collection(Dumps.LOCK).insertOne(new Document("_id", "lock").append("token", 5L));
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        assertThat(Dumps.files(folder)).noneMatch(file -> file.contains("lock"));

        // As mongodump would have written it.
        Files.delete(folder.resolve("manifest.json"));
        Path database = folder.resolve(server.database());
        Files.copy(database.resolve("users.bson"), database.resolve(Dumps.LOCK + ".bson"));
        dumps.restore(folder);

        assertThat(server.collection(Dumps.LOCK).find())
                .containsExactly(new Document("_id", "lock").append("token", 5L));
    }

    @Test
    void aHeldLockRefusesBeforeAnythingIsWritten(MongoServer server) {
        users(server, 1);
        AtomicInteger asked = new AtomicInteger();
        var dumps =
                new Dumps(server)
                        .refusing(
                                database -> {
                                    assertThat(database.getName()).isEqualTo(server.database());
                                    if (asked.incrementAndGet() == 2) {
                                        throw MigopyException.locked("held", "wait");
                                    }
                                });
        Path folder = dumps.dumped();
        server.db().drop();

        assertFails(Kind.LOCKED, () -> dumps.restore(folder), "held");

        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void aViewAndACollectionOfOneNameAreNotMixed(MongoServer server) {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.collection("users").drop();
        server.db().createView("users", "other", List.of());
        assertFails(Kind.REFUSED, () -> dumps.restore(folder), "users", "view");
    }
}
