package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoNamespace;
import com.mongodb.client.ClientSession;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.RenameCollectionOptions;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import migopy.dump.DumpAnswer;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.DocumentCodec;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** Collections that are created, dropped, renamed or indexed while a dump reads. */
@OnServer
class ChangingCatalogTest {
    private static final int ACCOUNTS = 20;
    private static final int CENTS = 1_000;

    @Test
    void aCollectionRenamedBeforeItIsReadIsDumpedUnderItsNewName(MongoServer server) throws Exception {
        Dumps dumps = new Dumps(server).requiringSnapshot();
        DumpAnswer dump = dumpMeanwhile(server, dumps, () -> rename(server, "small", "renamed"));

        assertThat(dump.snapshot()).isTrue();
        assertThat(names(dump)).containsExactly("a", "renamed");
        assertThat(dump.documents()).isEqualTo(2);
    }

    @Test
    void aCollectionDroppedBeforeItIsReadIsNotDumped(MongoServer server) throws Exception {
        Dumps dumps = new Dumps(server).requiringSnapshot();
        DumpAnswer dump =
                dumpMeanwhile(server, dumps, () -> server.collection("small").drop());

        assertThat(dump.snapshot()).isTrue();
        assertThat(names(dump)).containsExactly("a");
    }

    @Test
    void aCollectionReplacedBeforeItIsReadHasTheDocumentsOfOneVersion(MongoServer server) throws Exception {
        DumpAnswer dump = dumpMeanwhile(server, new Dumps(server), () -> {
            server.collection("new").insertMany(EveryKind.documents(5));
            rename(server, "new", "small");
        });

        assertThat(dump.snapshot()).isTrue();
        assertThat(names(dump)).containsExactly("a", "small");
        assertThat(dump.documents()).isIn(2L, 6L);
    }

    @Test
    void withoutASnapshotTheNewNameIsDumpedToo(@On(Kind.STANDALONE) MongoServer server) throws Exception {
        DumpAnswer dump = dumpMeanwhile(server, new Dumps(server), () -> rename(server, "small", "renamed"));

        assertThat(names(dump)).containsExactly("a", "renamed");
        assertThat(dump.documents()).isEqualTo(2);
        assertThat(Dumps.files(Path.of(dump.folder()))).hasSize(5);
    }

    private interface Change {
        void make();
    }

    /** Dumps, and makes the change when the dump reads {@code small}. */
    private static DumpAnswer dumpMeanwhile(MongoServer server, Dumps dumps, Change change)
            throws InterruptedException, ExecutionException {
        server.collection("a").insertOne(new Document());
        server.collection("small").insertOne(new Document());
        try (var slow = server.failing("small", "find").times(1).blocking(Duration.ofMillis(700))) {
            CompletableFuture<DumpAnswer> dump = CompletableFuture.supplyAsync(dumps::dump);
            slow.awaitEntered();
            change.make();
            return dump.get();
        }
    }

    /** At any time the accounts of both collections, whatever their names, contain all the money. */
    @Test
    void noCentIsLostInDumpsDuringTransfersDropsAndRenames(MongoServer server) throws Exception {
        for (String name : List.of("checking", "savings")) {
            server.collection(name)
                    .insertMany(IntStream.range(0, ACCOUNTS)
                            .mapToObj(i -> new Document("_id", i).append("cents", CENTS))
                            .toList());
        }
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Void> bank = CompletableFuture.runAsync(() -> transfer(server, ended));
        int atOneTime = 0;
        try {
            for (int i = 0; i < 15; i++) {
                DumpAnswer dump = new Dumps(server).dump();
                if (dump.snapshot()) {
                    atOneTime++;
                    assertThat(cents(dump, server)).isEqualTo(2L * ACCOUNTS * CENTS);
                }
            }
        } finally {
            ended.set(true);
            bank.get();
        }
        assertThat(atOneTime).isPositive();
    }

    private static void transfer(MongoServer server, AtomicBoolean ended) {
        Random random = new Random(7);
        String savings = "savings";
        try (ClientSession session = server.client().startSession()) {
            for (int i = 0; !ended.get(); i++) {
                String to = savings;
                int cents = random.nextInt(100);
                session.withTransaction(() -> {
                    give(server, session, "checking", random.nextInt(ACCOUNTS), -cents);
                    give(server, session, to, random.nextInt(ACCOUNTS), cents);
                    return null;
                });
                if (i % 50 == 25) {
                    String name = savings.equals("savings") ? "funds" : "savings";
                    rename(server, savings, name);
                    savings = name;
                }
                if (i % 20 == 0) {
                    server.collection("empty" + i).insertOne(new Document());
                    server.collection("empty" + i).drop();
                }
            }
        }
    }

    private static void give(MongoServer server, ClientSession session, String to, int account, int cents) {
        server.collection(to).updateOne(session, Filters.eq(account), Updates.inc("cents", cents));
    }

    private static long cents(DumpAnswer dump, MongoServer server) throws IOException {
        long cents = 0;
        for (String name : names(dump)) {
            Path file = Path.of(dump.folder(), server.database(), name + ".bson");
            for (Document account : documents(file)) {
                cents += account.getInteger("cents", 0);
            }
        }
        return cents;
    }

    private static List<Document> documents(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Document> documents = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] one = new byte[bytes.getInt(bytes.position())];
            bytes.get(one);
            documents.add(new RawBsonDocument(one).decode(new DocumentCodec()));
        }
        return documents;
    }

    /** Uses the server's own fail point in the middle of an index build. */
    @Test
    void anUnfinishedIndexIsNamedAndNotDumped(@On(Kind.OWN) MongoServer server) throws Exception {
        server.collection("users").insertMany(EveryKind.documents(10));
        server.collection("users").createIndex(new Document("text", 1));
        Document pause = new Document("configureFailPoint", "hangAfterStartingIndexBuild");
        server.admin(new Document(pause).append("mode", "alwaysOn"));
        CompletableFuture<String> build =
                CompletableFuture.supplyAsync(() -> server.collection("users").createIndex(new Document("n", 1)));
        Dumps dumps = new Dumps(server);
        try {
            Eventually.until(
                    "the index is being built",
                    () -> server.collection("users")
                                    .listIndexes()
                                    .into(new ArrayList<>())
                                    .size()
                            == 3);
            Path folder = dumps.dumped();

            assertThat(folder.resolve(server.database()).resolve("users.metadata.json"))
                    .content()
                    .contains("text_1")
                    .doesNotContain("n_1");
            assertThat(dumps.notices()).anyMatch(n -> n.contains("The index n_1 of users"));
        } finally {
            server.admin(new Document(pause).append("mode", "off"));
            build.get();
        }
    }

    private static void rename(MongoServer server, String from, String to) {
        server.collection(from)
                .renameCollection(
                        new MongoNamespace(server.database(), to), new RenameCollectionOptions().dropTarget(true));
    }

    private static List<String> names(DumpAnswer dump) {
        return dump.collections().stream().map(DumpAnswer.CollectionSize::name).toList();
    }
}
