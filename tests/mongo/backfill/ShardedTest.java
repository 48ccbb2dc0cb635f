package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

/**
 * Backfills of sharded collections. There is no mongos here: the entry that a cluster would have in
 * {@code config.collections} is written to a replica set.
 */
@OnServer
class ShardedTest {
    private static final int DOCUMENTS = 300;

    private final List<BsonDocument> updates = new CopyOnWriteArrayList<>();

    /** Fills a collection that is sharded according to the entry. */
    private static void shard(MongoServer server) {
        String namespace = server.database() + ".users";
        MongoCollection<Document> config = server.client().getDatabase("config").getCollection("collections");
        config.insertOne(
                new Document("_id", namespace).append("key", new Document("region", 1).append("home.city", 1)));
        server.closeAtEnd(() -> config.deleteOne(Filters.eq("_id", namespace)));
        for (int i = 0; i < DOCUMENTS; i++) {
            Document user = new Document("_id", i).append("n", 0).append("region", "r" + i % 3);
            if (i % 2 == 0) {
                user.append("home", new Document("city", i));
            }
            server.collection("users").insertOne(user);
        }
    }

    @Test
    void eachFiltersByTheShardKey(MongoServer server) {
        shard(server);
        Backfills backfills = new Backfills(listening(server), server.database());

        backfills.of("users").each(one -> Updates.inc("n", 1)).batch(100).run();

        assertThat(backfills.notOnce("users")).isEmpty();
        List<BsonDocument> filters = updates.stream()
                .flatMap(command -> command.getArray("updates").stream())
                .map(one -> one.asDocument().getDocument("q"))
                .toList();
        assertThat(filters)
                .hasSize(DOCUMENTS)
                .contains(
                        BsonDocument.parse("{_id: 4, region: 'r1', 'home.city': 4}"),
                        BsonDocument.parse("{_id: 5, region: 'r2', 'home.city': null}"));
    }

    @Test
    void updateGoesToAllShardsWithoutATransaction(MongoServer server) {
        shard(server);
        Backfills backfills = new Backfills(listening(server), server.database());

        backfills.of("users").update(Backfills.addOne()).batch(100).run();

        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(updates).hasSize(DOCUMENTS / 100);
        assertThat(updates).noneMatch(command -> command.containsKey("autocommit"));
    }

    @Test
    void aDryRunAndAnEstimateNameTheShardKey(MongoServer server) {
        shard(server);
        Project project = project(server).with("1_change.java", """
            import static migopy.Migration.backfill;

            class Change {
                static void up() {
                    backfill("users").delete().run();
                    backfill("other").delete().run();
                }
            }
            """);

        project.run("execute", "--dry-run")
                .exits(0)
                .says("1_change: users is sharded by region, home.city")
                .neverSays("other");
        project.run("execute", "--dry-run", "--json").exits(0).json();
        project.run("execute", "--estimate").exits(0).says("sharded by region, home.city");
        assertThat(server.collection("users").countDocuments()).isEqualTo(DOCUMENTS);
    }

    /** A client that records its updates of the collection. */
    private MongoClient listening(MongoServer server) {
        CommandListener listener = new CommandListener() {
            @Override
            public void commandStarted(CommandStartedEvent event) {
                BsonValue collection = event.getCommand().get("update");
                if (collection != null && collection.asString().getValue().equals("users")) {
                    updates.add(event.getCommand().clone());
                }
            }
        };
        return server.heardBy(listener);
    }
}
