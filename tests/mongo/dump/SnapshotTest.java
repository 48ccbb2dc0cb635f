package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import migopy.MigopyException;
import migopy.dump.DumpAnswer;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** A dump shows one point in time, or reports that it does not. */
@OnServer
class SnapshotTest {
    private static final int TOO_OLD = 239;
    private static final int UNAVAILABLE = 246;
    private static final int COLLECTIONS = 6;

    @Test
    void allCollectionsShowOnePointInTime(MongoServer server) throws Exception {
        for (int i = 0; i < COLLECTIONS; i++) {
            server.collection("c" + i).insertOne(new Document("_id", 1).append("n", 0));
        }
        AtomicBoolean ended = new AtomicBoolean();
        Thread writer = new Thread(() -> raiseTogetherUntil(server, ended), "writer");
        writer.start();
        try {
            for (int round = 0; round < 5; round++) {
                var dumps = new Dumps(server).to(server.database() + "_seen");
                DumpAnswer dump = dumps.dump();
                assertThat(dump.snapshot()).isTrue();
                dumps.dropping().restore(Path.of(dump.folder()));
                var seen = server.client().getDatabase(server.database() + "_seen");
                int first = seen.getCollection("c0").find().first().getInteger("n");
                for (int i = 1; i < COLLECTIONS; i++) {
                    assertThat(seen.getCollection("c" + i).find().first().getInteger("n"))
                            .isEqualTo(first);
                }
            }
        } finally {
            ended.set(true);
            writer.join();
        }
    }

    /** One transaction increments all of them, so that they are equal at every point in time. */
    private static void raiseTogetherUntil(MongoServer server, AtomicBoolean ended) {
        try (ClientSession session = server.client().startSession()) {
            while (!ended.get()) {
                session.withTransaction(() -> {
                    for (int i = 0; i < COLLECTIONS; i++) {
                        server.collection("c" + i).updateOne(session, Filters.eq(1), Updates.inc("n", 1));
                    }
                    return null;
                });
            }
        }
    }

    @Test
    void ifTheSnapshotIsLostTheDumpStartsOverWithoutOne(MongoServer server) throws Exception {
        fill(server);
        server.failing("large", "getMore").times(1).withError(TOO_OLD);
        var dumps = new Dumps(server);

        DumpAnswer dump = dumps.dump();

        assertThat(dump.snapshot()).isFalse();
        assertThat(dump.documents()).isEqualTo(12_001);
        assertThat(dumps.notices()).anyMatch(notice -> notice.contains("The dump starts over"));
        assertThat(manifest(dump)).contains("\"snapshot\": false").doesNotContain("\"snapshot\": true");
        assertThat(Dumps.files(Path.of(dump.folder()))).hasSize(5);
    }

    /** The server's own error, not one injected by the test. */
    @Test
    void aSnapshotThatTheServerReallyLosesIsHandledTheSameWay(@On(Kind.OWN) MongoServer server) throws Exception {
        fill(server);
        server.admin(new Document("setParameter", 1).append("minSnapshotHistoryWindowInSeconds", 0));
        AtomicBoolean ended = new AtomicBoolean();
        Thread writer = new Thread(
                () -> {
                    while (!ended.get()) {
                        server.collection("other").insertOne(new Document());
                    }
                },
                "writer");
        writer.start();
        var dumps = new Dumps(server);
        try {
            server.failing("large", "getMore").times(1).blocking(Duration.ofSeconds(3));
            assertThat(dumps.dump("large", "small").snapshot()).isFalse();
        } finally {
            ended.set(true);
            writer.join();
        }
        assertThat(dumps.notices()).anyMatch(n -> n.contains("could not be read in one snapshot"));
    }

    @Test
    void ifASnapshotIsRequiredTheDumpFailsAndNamesTheParameter(MongoServer server) {
        fill(server);
        server.failing("large", "getMore").times(1).withError(TOO_OLD);

        assertThatThrownBy(() -> new Dumps(server).requiringSnapshot().dump())
                .isInstanceOfSatisfying(MigopyException.class, e -> {
                    assertThat(e.kind()).isEqualTo(MigopyException.Kind.DUMP);
                    assertThat(e.hint()).contains("minSnapshotHistoryWindowInSeconds");
                });
    }

    @Test
    void aCollectionThatIsNotInTheSnapshotYetIsReadInANewOne(MongoServer server) {
        fill(server);
        server.failing("large", "find").times(1).withError(UNAVAILABLE);
        var dumps = new Dumps(server);

        assertThat(dumps.dump().snapshot()).isTrue();
        assertThat(dumps.notices()).isEmpty();
    }

    @Test
    void aCollectionThatWasJustCreatedIsInTheSnapshot(MongoServer server) {
        for (int round = 0; round < 10; round++) {
            server.collection("new" + round).insertOne(new Document());
            server.collection("new" + round).createIndex(new Document("a", 1));
            DumpAnswer dump = new Dumps(server).requiringSnapshot().dump();
            assertThat(dump.documents()).isEqualTo(round + 1);
        }
    }

    @Test
    void aCappedCollectionIsReadOutsideTheSnapshotAndMarkedSo(MongoServer server) throws Exception {
        fill(server);
        server.db()
                .createCollection(
                        "capped", new CreateCollectionOptions().capped(true).sizeInBytes(4096));
        server.collection("capped").insertOne(new Document());

        DumpAnswer dump = new Dumps(server).requiringSnapshot().dump();

        assertThat(dump.snapshot()).isTrue();
        Document manifest = Document.parse(manifest(dump));
        assertThat(manifest.getBoolean("snapshot")).isTrue();
        for (Document collection : manifest.getList("collections", Document.class)) {
            assertThat(collection.getBoolean("snapshot"))
                    .isEqualTo(!collection.getString("name").equals("capped"));
        }
    }

    @Test
    void aStandaloneHasNoSnapshots(@On(Kind.STANDALONE) MongoServer server) {
        fill(server);
        var dumps = new Dumps(server);
        assertThat(dumps.dump().snapshot()).isFalse();
        assertThat(dumps.notices()).hasSize(1);
        assertThatThrownBy(() -> new Dumps(server).requiringSnapshot().dump()).hasMessageContaining("no snapshots");
        assertThat(dumps.directory()).isNotEmptyDirectory();
    }

    private static void fill(MongoServer server) {
        server.collection("small").insertOne(new Document());
        MongoCollection<Document> large = server.collection("large");
        large.insertMany(
                IntStream.range(0, 12_000).mapToObj(i -> new Document("_id", i)).toList());
    }

    private static String manifest(DumpAnswer dump) throws Exception {
        return Files.readString(Path.of(dump.folder(), "manifest.json"));
    }
}
