package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import migopy.MigopyException;
import migopy.MigopyException.Kind;
import migopy.console.RestoreAnswer;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.Document;
import org.junit.jupiter.api.Test;

import support.MongoServer;
import support.OnServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
    void theFolderOfTheDatabaseIsAsGoodAsTheDumps(MongoServer server) {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.db().drop();

        RestoreAnswer answer = dumps.restore(folder.resolve(server.database()));

        assertThat(answer.checked()).isTrue();
        assertThat(answer.documents()).isEqualTo(5);
        assertThat(dumps.notices()).isEmpty();
    }

    @Test
    void aDumpWithoutManifestIsTakenWithANotice(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        server.db().drop();

        assertThat(dumps.restore(folder).checked()).isFalse();

        assertThat(dumps.notices()).anyMatch(notice -> notice.contains("no manifest"));
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void aDumpOfAnotherDatabaseIsRefusedUnlessSaid(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        Files.move(folder.resolve(server.database()), folder.resolve("production"));

        assertFails(Kind.USAGE, () -> dumps.restore(folder), "production", server.database());

        server.db().drop();
        dumps.to(server.database()).restore(folder);
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void whatIsNotCompleteIsRefused(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
        Files.move(folder, partial);
        assertFails(Kind.REFUSED, () -> dumps.restore(partial), "not complete");
        assertFails(
                Kind.REFUSED,
                () -> dumps.restore(partial.resolve(server.database())),
                "not complete");

        // Renamed by hand, its manifest still says so.
        Path renamed = Files.move(partial, folder);
        Path manifest = renamed.resolve("manifest.json");
        Files.writeString(
                manifest,
                Files.readString(manifest).replace("\"complete\": true", "\"complete\": false"));
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "not complete");
        Files.writeString(manifest, "{\"format\": 1, ");
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "manifest.json");
        Files.writeString(manifest, "{\"format\": 99}");
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "format 99");
    }

    @Test
    void whatIsNoDumpIsRefusedByName(MongoServer server) throws IOException {
        var dumps = new Dumps(server);
        Path empty = Files.createDirectory(dumps.directory().resolve("empty"));
        assertFails(Kind.USAGE, () -> dumps.restore(empty), "empty", "no dump");
        assertFails(Kind.USAGE, () -> dumps.restore(empty.resolve("nowhere")), "nowhere");
    }

    @Test
    void aFileThatIsMissingOrStrangeIsNamed(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server).dropping();
        Path database = dumps.dumped().resolve(server.database());
        Path strange = Files.copy(database.resolve("users.bson"), database.resolve("more.bson"));
        assertFails(Kind.FAILED, () -> dumps.restore(database), "more.bson");
        Files.delete(strange);
        Files.delete(database.resolve("users.metadata.json"));
        assertFails(Kind.FAILED, () -> dumps.restore(database), "users.metadata.json");
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void onlyItsOwnerCanReadADump(MongoServer server) throws IOException {
        users(server, 5);
        Path folder = new Dumps(server).dumped();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
            }
        }
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

    private static void users(MongoServer server, int count) {
        server.collection("users")
                .insertMany(
                        IntStream.range(0, count)
                                .mapToObj(i -> new Document("_id", i).append("n", i % 3))
                                .toList());
    }

    private static void assertFails(Kind kind, ThrowingCallable call, String... says) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MigopyException.class,
                        e -> {
                            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
                            assertThat(e.getMessage()).contains(says).doesNotContain("\n");
                        });
    }
}
