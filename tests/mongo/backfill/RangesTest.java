package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CollationStrength;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** Whatever type an {@code _id} has, each document is visited once. */
@OnServer
class RangesTest {
    @Test
    void everyTypeOfIdIsVisitedOnceInTheServer(MongoServer server) {
        Backfills backfills = mixed(server);

        long changed = backfills.of("mixed").update(Backfills.addOne()).batch(3).run();

        assertThat(changed).isEqualTo(MixedIds.count());
        assertThat(backfills.notOnce("mixed")).isEmpty();
    }

    @Test
    void everyTypeOfIdIsVisitedOnceWithoutTransactions(MongoServer server) {
        Backfills backfills = mixed(server).withoutTransactions();

        backfills.of("mixed").update(Backfills.addOne()).batch(1).run();

        assertThat(backfills.notOnce("mixed")).isEmpty();
    }

    @Test
    void everyTypeOfIdIsVisitedOnceInTheClient(MongoServer server) {
        Backfills backfills = mixed(server);

        backfills.of("mixed").each(document -> Updates.inc("n", 1)).batch(4).run();

        assertThat(backfills.notOnce("mixed")).isEmpty();
    }

    @Test
    void everyTypeOfIdIsVisitedOnceByParallelWorkers(MongoServer server) {
        Backfills backfills = mixed(server);

        backfills.of("mixed").update(Backfills.addOne()).batch(2).parallel(4).run();

        assertThat(backfills.notOnce("mixed")).isEmpty();
    }

    @Test
    void everyTypeOfIdIsVisitedOnceOnMongoDb5(@On(Kind.MONGODB_5) MongoServer server) {
        Backfills backfills = mixed(server);

        backfills.of("mixed").update(Backfills.addOne()).batch(3).run();
        assertThat(backfills.notOnce("mixed")).isEmpty();

        Backfills again = mixed(server, "again").withoutTransactions();
        again.of("again").each(document -> Updates.inc("n", 1)).batch(5).once();
        assertThat(backfills.collection("again").countDocuments()).isEqualTo(MixedIds.count());
    }

    @Test
    void everyTypeOfIdIsDeleted(MongoServer server) {
        Backfills backfills = mixed(server);

        long deleted = backfills.of("mixed").delete().batch(7).run();

        assertThat(deleted).isEqualTo(MixedIds.count());
        assertThat(backfills.collection("mixed").countDocuments()).isZero();
    }

    @Test
    void aCollectionWithACollationIsVisitedInItsOwnOrder(MongoServer server) {
        Collation ignoringCase = Collation.builder()
                .locale("de")
                .collationStrength(CollationStrength.SECONDARY)
                .build();
        server.db().createCollection("names", new CreateCollectionOptions().collation(ignoringCase));
        MongoCollection<Document> names = server.collection("names");
        for (String name : List.of("a", "B", "c", "D", "ä", "E", "f", "Z", "ö", "10", "9")) {
            names.insertOne(new Document("_id", name).append("n", 0));
        }
        Backfills backfills = new Backfills(server);

        backfills.of("names").update(Backfills.addOne()).batch(2).run();
        assertThat(backfills.notOnce("names")).isEmpty();

        names.updateMany(new Document(), Updates.set("n", 0));
        Backfills client = new Backfills(server).withoutTransactions();
        client.of("names").each(document -> Updates.inc("n", 1)).batch(2).run();
        assertThat(backfills.notOnce("names")).isEmpty();
    }

    @Test
    void documentsInsertedMeanwhileAreChangedBeforeAndBehindThePosition(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        List<Document> inserted = new ArrayList<>(List.of(new Document("_id", -1).append("n", 0)));
        inserted.add(new Document("_id", 1_000).append("n", 0));
        backfills.afterCheckpoints(() -> {
            if (backfills.progress().size() > 3 && !inserted.isEmpty()) {
                backfills.collection("users").insertMany(List.copyOf(inserted));
                inserted.clear();
            }
        });

        backfills
                .of("users")
                .where(Filters.eq("n", 0))
                .each(document -> Updates.inc("n", 1))
                .batch(10)
                .run();

        assertThat(backfills.collection("users").countDocuments()).isEqualTo(102);
        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(backfills.notices()).isEmpty();
    }

    @Test
    void documentsThatStillMatchAreReportedAndNotChangedTwice(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 50);

        long changed = backfills
                .of("users")
                .where(Filters.gte("n", 0)) // also matches changed documents
                .update(Backfills.addOne())
                .batch(20)
                .run();

        assertThat(changed).isEqualTo(50);
        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(backfills.notices())
                .singleElement()
                .asString()
                .contains("50 documents of users still match where()");
    }

    @Test
    void onlyMatchingDocumentsAreChanged(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);

        long changed = backfills
                .of("users")
                .where(Filters.and(Filters.lt("_id", 30), Filters.eq("n", 0)))
                .update(Backfills.addOne())
                .batch(7)
                .run();

        assertThat(changed).isEqualTo(30);
        assertThat(backfills.collection("users").countDocuments(Filters.eq("n", 1)))
                .isEqualTo(30);
    }

    @Test
    void aDocumentIsUnchangedIfTheFunctionReturnsNull(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 10);

        long changed = backfills
                .of("users")
                .each(one -> one.getInteger("_id") % 2 == 0 ? null : Updates.inc("n", 1))
                .run();

        assertThat(changed).isEqualTo(5);
    }

    @Test
    void anIdTooLargeForACheckpointIsRefused(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 3);
        backfills.collection("users").insertOne(new Document("_id", "x".repeat(17_000)).append("n", 0));

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .update(Backfills.addOne())
                        .batch(3)
                        .run())
                .hasMessageContaining("An _id of users has 17005 bytes")
                .hasMessageContaining("at most 16384");
    }

    @Test
    void aCappedCollectionIsRefusedAtOnce(MongoServer server) {
        server.db()
                .createCollection(
                        "log", new CreateCollectionOptions().capped(true).sizeInBytes(10_000));
        Backfills backfills = new Backfills(server);
        backfills.fill("log", 3);

        assertThatThrownBy(() -> backfills.of("log").update(Backfills.addOne()).run())
                .hasMessageContaining("log is a capped collection");
        assertThatThrownBy(() -> backfills.of("log").delete().run()).hasMessageContaining("log is a capped collection");
    }

    @Test
    void aViewIsRefusedAndAMissingCollectionIsReported(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 3);
        server.db().createView("seen", "users", List.of());

        assertThatThrownBy(() -> backfills.of("seen").delete().run()).hasMessageContaining("seen is a view");
        assertThat(backfills.of("usres").delete().run()).isZero();
        assertThat(backfills.notices()).containsExactly("Collection usres does not exist: nothing to change");
    }

    private static Backfills mixed(MongoServer server) {
        return mixed(server, "mixed");
    }

    private static Backfills mixed(MongoServer server, String name) {
        MixedIds.insert(server.db(), name);
        return new Backfills(server);
    }
}
