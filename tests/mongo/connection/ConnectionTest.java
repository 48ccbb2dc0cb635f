package mongo.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

@OnServer
class ConnectionTest {
    @Test
    void aReplicaSetHasTransactions(MongoServer server) {
        Connection connection = Connections.open(server, server.uri());
        assertThat(connection.topology()).isEqualTo(Topology.REPLICA_SET);
        assertThat(connection.supportsTransactions()).isTrue();
        assertThat(connection.describe()).isEqualTo(server.database() + " on " + server.address());
    }

    @Test
    void aStandaloneHasNone(@On(Kind.STANDALONE) MongoServer server) {
        Connection connection = Connections.open(server, server.uri());
        assertThat(connection.topology()).isEqualTo(Topology.STANDALONE);
        assertThat(connection.supportsTransactions()).isFalse();
        connection.journalDatabase().getCollection("x").insertOne(new Document("_id", 1));
        assertThat(server.collection("x").countDocuments()).isEqualTo(1);
    }

    @Test
    void anOlderServerIsRecognizedToo(@On(Kind.MONGODB_5) MongoServer server) {
        Connection connection = Connections.open(server, server.uri());
        assertThat(connection.topology()).isEqualTo(Topology.REPLICA_SET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "w=1&readPreference=secondary&readConcernLevel=local&retryWrites=false",
                "w=2&retryReads=false&maxPoolSize=1&timeoutMS=60000&appName=mine",
            })
    void theJournalIsStrictWhateverTheUriSays(String options, MongoServer server) {
        Connection connection = Connections.open(server, server.uriWith(options));
        MongoDatabase journal = connection.journalDatabase();
        assertThat(journal.getWriteConcern()).isEqualTo(WriteConcern.MAJORITY);
        assertThat(journal.getReadConcern()).isEqualTo(ReadConcern.MAJORITY);
        assertThat(journal.getReadPreference()).isEqualTo(ReadPreference.primary());
        assertThat(journal.getTimeout(TimeUnit.SECONDS)).isEqualTo(10);
        server.failing("migrations", "insert").times(1).closingTheConnection();
        journal.getCollection("migrations").insertOne(new Document("_id", 1));
        assertThat(server.collection("migrations").countDocuments()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "retryWrites=false&maxPoolSize=1&readPreference=secondary"})
    void theJournalCanBeWrittenInTheUsersTransaction(String options, MongoServer server) {
        server.db().createCollection("migrations");
        Connection connection = Connections.open(server, server.uriWith(options));
        try (ClientSession session = connection.client().startSession()) {
            session.startTransaction(TransactionOptions.builder()
                    .readPreference(ReadPreference.primary())
                    .writeConcern(WriteConcern.MAJORITY)
                    .build());
            connection.transactionDatabase().getCollection("migrations").insertOne(session, new Document("_id", 1));
            session.commitTransaction();
        }
        assertThat(server.collection("migrations").countDocuments()).isEqualTo(1);
    }

    @Test
    void theUsersWritesUseMajorityUnlessTheUriSaysOtherwise(MongoServer server) {
        assertThat(concern(server, "")).isEqualTo(WriteConcern.MAJORITY);
        assertThat(concern(server, "wtimeoutMS=300"))
                .isEqualTo(WriteConcern.MAJORITY.withWTimeout(300, TimeUnit.MILLISECONDS));
        assertThat(concern(server, "w=1")).isEqualTo(WriteConcern.W1);
        assertThat(concern(server, "journal=true")).isEqualTo(WriteConcern.JOURNALED);
    }

    private static WriteConcern concern(MongoServer server, String options) {
        Connection connection = Connections.open(server, server.uriWith(options));
        return connection.database().getWriteConcern();
    }

    @Test
    void theServerShowsARunsApplicationName(MongoServer server) {
        String uri = server.uriWith("appName=mine");
        Connection connection = Connections.open(server, "7f3a91", uri, new String[0]);
        Document shown = connection
                .client()
                .getDatabase("admin")
                .aggregate(List.of(
                        new Document("$currentOp", new Document()),
                        new Document("$match", new Document("appName", "migopy-7f3a91"))))
                .first();
        assertThat(shown).isNotNull();
    }

    @Test
    void aUuidIsWrittenInTheStandardForm(MongoServer server) {
        Connection connection = Connections.open(server, server.uri());
        UUID id = UUID.randomUUID();
        connection.database().getCollection("x").insertOne(new Document("_id", id));
        assertThat(connection.database().getCollection("x").find().first()).containsEntry("_id", id);
    }

    @Test
    void openingAndClosingDoNotWaitForTheServer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            String uri = "mongodb://127.0.0.1:" + silent.getLocalPort();
            long start = System.nanoTime();
            Connection connection = Connection.open(Connections.settings(uri), "x");
            connection.close();
            connection.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void aServerThatDoesNotRespondIsUnreachableAfterTheConnectTimeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            String uri = "mongodb://127.0.0.1:" + silent.getLocalPort();
            MigopyException refusal = unreachable(uri, "MONGO_CONNECT_TIMEOUT", "700ms");
            assertThat(refusal).hasMessageContaining("no response");
        }
    }

    @Test
    void aClosedPortIsNamedInOneLine() {
        MigopyException refusal = unreachable("mongodb://127.0.0.1:1", "MONGO_CONNECT_TIMEOUT", "300ms");
        assertThat(refusal).hasMessage("Connecting to 127.0.0.1:1: Connection refused");
    }

    @Test
    void theUrisServerSelectionTimeoutLimitsTheFirstContact() {
        unreachable("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300");
    }

    @Test
    void anUnknownHostIsNamed() {
        assertThat(unreachable("mongodb://no-such-host.invalid", "MONGO_CONNECT_TIMEOUT", "2s"))
                .hasMessageContainingAll("no-such-host.invalid", "unknown host");
    }

    @Test
    void optionsThatTheDriverRejectsWhenItStartsAreAUsageError(MongoServer server) {
        Connection connection = Connections.open(server, "mongodb://127.0.0.1:1/?minPoolSize=5&maxPoolSize=1");
        MigopyException refusal = catchThrowableOfType(MigopyException.class, connection::topology);
        assertThat(refusal.kind()).isEqualTo(MigopyException.Kind.USAGE);
        assertThat(refusal).hasMessageContaining("The driver rejects the options of the MongoDB URI");
    }

    @Test
    void theNameOfAnotherReplicaSetIsCorrected(MongoServer server) {
        String uri = "mongodb://" + server.members().get(0).address() + "/?replicaSet=wrong";
        assertThat(unreachable(uri, "MONGO_CONNECT_TIMEOUT", "1s"))
                .hasMessageContaining("it belongs to the replica set rs")
                .hasMessageContaining("the URI says replicaSet=wrong");
    }

    @Test
    void aStandaloneIsNotReportedAsAReplicaSetThatDoesNotRespond(@On(Kind.STANDALONE) MongoServer server) {
        String uri = "mongodb://" + server.members().get(0).address() + "/?replicaSet=rs0";
        assertThat(unreachable(uri, "MONGO_CONNECT_TIMEOUT", "1s"))
                .hasMessageContaining("it is not a member of a replica set");
    }

    @Test
    void aServerThatStartsLaterIsAwaited(MongoServer server) {
        var proxy = server.proxy();
        proxy.cut();
        Connection connection = Connections.open(server, server.uriThrough(proxy), "MONGO_CONNECT_TIMEOUT", "60s");
        Eventually.until("it was refused at first", () -> proxy.connections() > 0);
        assertThat(connection.isMade()).isFalse();
        proxy.pass();
        assertThat(connection.supportsTransactions()).isTrue();
    }

    @Test
    void anElectionIsAwaited(@On(Kind.OWN) MongoServer server) {
        Connection connection = Connections.open(server, server.uriOfSet());
        connection.journalDatabase().getCollection("x").insertOne(new Document("_id", 1));
        server.stepDown(1);
        connection.journalDatabase().getCollection("x").insertOne(new Document("_id", 2));
        connection.database().getCollection("x").insertOne(new Document("_id", 3));
        assertThat(connection.database().getCollection("x").countDocuments()).isEqualTo(3);
    }

    private static MigopyException unreachable(String uri, String... environment) {
        try (Connection connection = Connection.open(Connections.settings(uri, environment), "x")) {
            long start = System.nanoTime();
            MigopyException refusal = catchThrowableOfType(MigopyException.class, connection::topology);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
            assertThat(refusal.kind()).isEqualTo(MigopyException.Kind.UNREACHABLE);
            assertThat(refusal.getMessage()).doesNotContain("cluster", "servers=[", "\n");
            return refusal;
        }
    }
}
