package mongo.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Updates;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import migopy.mongo.Connection;
import migopy.mongo.ServerOperations;
import migopy.mongo.ServerOperations.ServerOperation;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

@OnServer
class ServerOperationsTest {
    private static final String[] NOTHING_ELSE = {};
    private final String dead = "dead" + UUID.randomUUID();

    @Test
    void theOperationsOfARunAreFoundByItsApplicationNameAndKilled(MongoServer server) throws Exception {
        Connection run = Connections.open(server, dead, server.uri(), NOTHING_ELSE);
        FutureTask<?> update = slowUpdate(run.database().getCollection("users"));
        ServerOperations operations = operations(Connections.open(server, server.uri()));
        Eventually.until("the update is seen", () -> !operations.ofRun(dead).isEmpty());
        ServerOperation found = operations.ofRun(dead).get(0);
        assertThat(found.namespace()).isEqualTo(server.database() + ".users");
        assertThat(found.describe()).startsWith("update of " + found.namespace() + ", opid ");
        operations.kill(operations.ofRun(dead));
        assertInterrupted(update);
        Eventually.until("it is gone", () -> operations.ofRun(dead).isEmpty());
        operations.kill(List.of(found)); // it has ended already: no error
    }

    @Test
    void aRunFindsNeitherItsOwnQueryNorItsLocksOperations(MongoServer server) throws Exception {
        Connection run = Connections.open(server, dead, server.uri(), NOTHING_ELSE);
        ServerOperations operations = operations(run);
        assertThat(operations.ofRun(dead)).isEmpty();
        FutureTask<?> renewal = slowUpdate(run.journalDatabase().getCollection("migrations_lock"));
        String journal = dead + "-journal";
        Eventually.until("it is running", () -> !operations.ofRun(journal).isEmpty());
        assertThat(operations.ofRun(dead)).isEmpty();
        operations.kill(operations.ofRun(journal));
        assertInterrupted(renewal);
    }

    @Test
    void anOpenTransactionIsFoundAndItsSessionKilled(MongoServer server) {
        Connection run = Connections.open(server, dead, server.uri(), NOTHING_ELSE);
        MongoCollection<Document> users = run.database().getCollection("users");
        users.insertOne(new Document("_id", 1));
        ServerOperations operations = operations(Connections.open(server, server.uri()));
        try (ClientSession session = run.client().startSession()) {
            session.startTransaction();
            users.updateOne(session, new Document("_id", 1), Updates.set("a", 1));
            List<ServerOperation> found = operations.ofRun(dead);
            assertThat(found).hasSize(1);
            assertThat(found.get(0).what()).isEqualTo("open transaction");
            operations.kill(found);
            assertThat(operations.ofRun(dead)).isEmpty();
            assertThatThrownBy(session::commitTransaction).isInstanceOf(MongoException.class);
        }
    }

    @Test
    void aSessionIsKilledByItsIdAlone(MongoServer server) {
        Connection run = Connections.open(server, dead, server.uri(), NOTHING_ELSE);
        MongoCollection<Document> users = run.database().getCollection("users");
        users.insertOne(new Document("_id", 1));
        try (ClientSession session = run.client().startSession()) {
            session.startTransaction();
            users.updateOne(session, new Document("_id", 1), Updates.set("a", 1));
            BsonDocument lsid = session.getServerSession().getIdentifier();
            operations(Connections.open(server, server.uri())).killSession(lsid);
            // no longer blocked by the transaction
            server.collection("users").updateOne(new Document("_id", 1), Updates.set("a", 2));
            assertThatThrownBy(session::commitTransaction).isInstanceOf(MongoException.class);
        }
    }

    @Test
    void withoutThePrivilegeToSeeAllOperationsTheResultIsIncomplete(@On(Kind.AUTH) MongoServer server)
            throws Exception {
        server.createUser("one", "pass-one", "readWrite");
        server.createUser("two", "pass-two", "readWrite");
        Connection run = Connections.open(server, dead, server.uriAs("one", "pass-one"), NOTHING_ELSE);
        FutureTask<?> update = slowUpdate(run.database().getCollection("users"));
        ServerOperations ofTheSame = operations(Connections.open(server, server.uriAs("one", "pass-one")));
        Eventually.until("the update is seen", () -> !ofTheSame.ofRun(dead).isEmpty());
        assertThat(ofTheSame.find(dead).complete()).isFalse();
        ServerOperations ofAnother = operations(Connections.open(server, server.uriAs("two", "pass-two")));
        assertThat(ofAnother.find(dead)).isEqualTo(new ServerOperations.FoundOperations(List.of(), false));
        ServerOperations ofRoot = operations(Connections.open(server, server.uri()));
        assertThat(ofRoot.find(dead).operations()).hasSize(1);
        assertThat(ofRoot.find(dead).complete()).isTrue();
        ofTheSame.kill(ofTheSame.ofRun(dead));
        assertInterrupted(update);
    }

    private static ServerOperations operations(Connection connection) {
        return new ServerOperations(connection);
    }

    /** An update that runs until it is killed. */
    private static FutureTask<?> slowUpdate(MongoCollection<Document> collection) {
        collection.insertMany(
                IntStream.range(0, 200).mapToObj(i -> new Document("_id", i)).toList());
        Document slow = new Document("$where", "var end = Date.now() + 500; while (Date.now() < end); return true");
        FutureTask<?> update = new FutureTask<>(() -> collection.updateMany(slow, Updates.set("a", 1)));
        Thread thread = new Thread(update, "slow-update");
        thread.setDaemon(true);
        thread.start();
        return update;
    }

    private static void assertInterrupted(FutureTask<?> update) {
        assertThatThrownBy(() -> update.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("11601");
    }
}
