package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import migopy.backfill.Backfill;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** Concurrent changes of other writers are neither overwritten nor missed. */
@OnServer
class OtherWritersTest {
    private static final int DOCUMENTS = 100;

    @Test
    void eachLeavesADocumentUnchangedThatNoLongerMatches(MongoServer server) {
        MongoCollection<Document> users = server.collection("users");
        Backfills backfills = new Backfills(server);
        backfills.fill("users", DOCUMENTS);

        long changed = backfills
                .of("users")
                .where(Filters.eq("n", 0))
                .each(user -> {
                    if (user.getInteger("_id") % 10 == 0) {
                        users.updateOne(user, Updates.set("n", 9));
                    }
                    return Updates.set("n", 1);
                })
                .run();

        assertThat(changed).isEqualTo(90);
        assertThat(users.countDocuments(Filters.eq("n", 9))).isEqualTo(10);
    }

    @Test
    void eachFindsItsDocumentsDespiteAnIndexOfTheFiltersFields(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", DOCUMENTS);
        server.collection("users").createIndex(new Document("n", 1));

        backfills
                .of("users")
                .where(Filters.and(Filters.eq("n", 0), Filters.gte("_id", 10)))
                .each(user -> Updates.inc("n", 1))
                .run();

        assertThat(backfills.notOnce("users")).hasSize(10);
    }

    @Test
    void documentsInsertedIntoAFinishedRangeAreSweptInTheServer(MongoServer server) {
        inserted(server, backfill -> backfill.update(Backfills.addOne()));
    }

    @Test
    void documentsInsertedIntoAFinishedRangeAreSweptInTheClient(MongoServer server) {
        inserted(server, backfill -> backfill.each(user -> Updates.inc("n", 1)));
    }

    @Test
    void documentsInsertedIntoAFinishedRangeAreSweptAfterParallelWorkers(MongoServer server) {
        inserted(server, backfill -> backfill.update(Backfills.addOne()).parallel(2));
    }

    /** Without transactions, since a check of a range then sees what others have inserted into it. */
    private static void inserted(MongoServer server, UnaryOperator<Backfill> change) {
        Backfills backfills = new Backfills(server).withoutTransactions();
        backfills.fill("users", DOCUMENTS);
        Deque<Double> ids = new ArrayDeque<>(List.of(0.5, 10.5, 20.5, 55.5, 65.5));
        backfills.afterCheckpoints(() -> {
            Double id = backfills.progress().size() < 2 ? null : ids.poll();
            if (id != null) {
                server.collection("users").insertOne(new Document("_id", id).append("n", 0));
            }
        });
        Bson unchanged = Filters.eq("n", 0);

        change.apply(backfills.of("users").where(unchanged)).batch(10).run();

        assertThat(ids).isEmpty();
        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(backfills.notices()).isEmpty();
    }
}
