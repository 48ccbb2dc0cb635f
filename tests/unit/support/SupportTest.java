package unit.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static support.Project.project;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.ClassArchive;
import support.Eventually;
import support.Json;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** Tests of the tests' own tools: a fault that is not injected would make its test worthless. */
@OnServer
class SupportTest {
    @Test
    void aFailingCommandFailsInItsOwnCollectionOnly(MongoServer server) {
        server.failing("broken", "insert").withError(14031);
        assertThatThrownBy(() -> server.collection("broken").insertOne(new Document()))
                .isInstanceOf(MongoException.class)
                .hasMessageContaining("14031");
        server.collection("whole").insertOne(new Document());
    }

    @Test
    void aCutProxyBreaksAConnectionAndAPassingOneRestoresIt(MongoServer server) {
        var proxy = server.proxy();
        String uri = server.uriThrough(proxy) + "&serverSelectionTimeoutMS=500&connectTimeoutMS=500";
        try (var client = MongoClients.create(uri)) {
            var admin = client.getDatabase("admin");
            admin.runCommand(new Document("ping", 1));
            proxy.cut();
            assertThatThrownBy(() -> admin.runCommand(new Document("ping", 1))).isInstanceOf(MongoException.class);
            proxy.pass();
            Eventually.until("the driver is back", () -> pings(uri));
        }
    }

    private static boolean pings(String uri) {
        try (var client = MongoClients.create(uri)) {
            client.getDatabase("admin").runCommand(new Document("ping", 1));
            return true;
        } catch (MongoException e) {
            return false;
        }
    }

    @Test
    void aDelayingProxyDelaysEachCommand(MongoServer server) {
        var proxy = server.proxy();
        try (var client = MongoClients.create(server.uriThrough(proxy))) {
            client.getDatabase("admin").runCommand(new Document("ping", 1));
            proxy.delay(Duration.ofMillis(150));
            long start = System.nanoTime();
            client.getDatabase("admin").runCommand(new Document("ping", 1));
            assertThat(System.nanoTime() - start).isGreaterThan(150_000_000L);
        }
    }

    @Test
    void aStandaloneHasNoTransactions(@On(Kind.STANDALONE) MongoServer server) {
        assertThat(server.admin(new Document("hello", 1))).doesNotContainKey("setName");
    }

    @Test
    void aServerWithUsersAcceptsOnlyThem(@On(Kind.AUTH) MongoServer server) {
        server.createUser("reader", "secret", "read");
        try (var client = MongoClients.create(server.uriAs("reader", "secret"))) {
            var done = client.getDatabase(server.database()).getCollection("done");
            assertThat(done.countDocuments()).isZero();
            assertThatThrownBy(() -> done.insertOne(new Document()))
                    .isInstanceOf(MongoException.class)
                    .hasMessageContaining("not authorized");
        }
    }

    @Test
    void aServerWithTlsIsReached(@On(Kind.TLS) MongoServer server) {
        server.collection("done").insertOne(new Document());
    }

    @Test
    void threeMembersElectAnotherPrimary(@On(Kind.THREE_MEMBERS) MongoServer server) {
        server.collection("done").insertOne(new Document());
        String before = primary(server);
        server.stepDown(5);
        Eventually.until("another is primary", () -> !before.equals(primary(server)));
    }

    private static String primary(MongoServer server) {
        try {
            return server.admin(new Document("hello", 1)).getString("primary");
        } catch (MongoCommandException e) {
            return "";
        }
    }

    @Test
    void anOwnServerIsKilledAndStartedAgainWithItsData(@On(Kind.OWN) MongoServer server) {
        server.collection("done").insertOne(new Document("_id", 1));
        server.members().get(0).kill();
        server.members().get(0).startAgain();
        Eventually.until(
                "it is primary again",
                () -> server.admin(new Document("hello", 1)).getBoolean("isWritablePrimary"));
        assertThat(server.collection("done").countDocuments()).isEqualTo(1);
    }

    @Test
    void olderVersionsReportTheirVersion(
            @On(Kind.MONGODB_5) MongoServer five, @On(Kind.MONGODB_6_LATE) MongoServer late) {
        assertThat(List.of(version(five), version(late))).containsExactly("5.0.4", "6.0.27");
    }

    private static String version(MongoServer server) {
        return server.admin(new Document("buildInfo", 1)).getString("version");
    }

    @Test
    void jvmsThatTestsStartUseTheClassArchive(MongoServer server) {
        assertThat(ClassArchive.command(Map.of("MONGO_URI", server.uri())))
                .as("its training run failed")
                .anyMatch(option -> option.endsWith("classes.jsa"));
        boolean newer = Runtime.version().feature() >= 25;
        project(server)
                .start(List.of(newer ? "-XX:AOTMode=on" : "-Xshare:on"), "help")
                .exits(0);
    }

    @Test
    void theJsonReaderAcceptsOneStrictDocumentOnly() {
        assertThat(Json.object("{\"a\": [1, {\"b\": null}], \"c\": \"\\u0041\"}\n"))
                .isEqualTo(new Document("a", java.util.Arrays.asList(1L, new Document("b", null))).append("c", "A"));
        for (String wrong : List.of("", "{} {}", "{a: 1}", "{\"a\": 01}", "[]", "{\"a\":1,\"a\":2}")) {
            assertThatThrownBy(() -> Json.object(wrong)).as(wrong).isInstanceOf(AssertionError.class);
        }
    }
}
