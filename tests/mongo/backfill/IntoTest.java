package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import java.util.List;
import java.util.function.Function;
import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext.StopRequested;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** Backfills into another collection, of another database, and bypassing a validator. */
@OnServer
class IntoTest {
    private static final int DOCUMENTS = 100;

    private static Bson audit(Document user) {
        return new Document("user", user.get("_id")).append("n", user.get("n"));
    }

    private static Backfill audits(Backfills backfills) {
        return backfills.of("users").into("audit").each(IntoTest::audit).batch(10);
    }

    @Test
    void newDocumentsGetNewIdsAndAreInsertedOnceAcrossAStop(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", DOCUMENTS);
        backfills.stopAfter(8);
        assertThatThrownBy(() -> audits(backfills).run()).isInstanceOf(StopRequested.class);
        assertThat(backfills.collection("audit").countDocuments()).isBetween(10L, 90L);

        backfills.lease(() -> {});
        assertThat(audits(backfills).run()).isEqualTo(DOCUMENTS);

        assertThat(backfills.collection("audit").distinct("user", Integer.class))
                .hasSize(DOCUMENTS);
        assertThat(backfills.collection("audit").countDocuments()).isEqualTo(DOCUMENTS);
        assertThat(backfills.collection("audit").find().first().get("_id")).isInstanceOf(org.bson.types.ObjectId.class);
        assertThat(backfills.notOnce("users")).hasSize(DOCUMENTS);
    }

    @Test
    void severalWorkersInsertWithoutTransactions(MongoServer server) {
        Backfills backfills = new Backfills(server).withoutTransactions();
        backfills.fill("users", DOCUMENTS);

        assertThat(audits(backfills).parallel(4).run()).isEqualTo(DOCUMENTS);

        assertThat(backfills.collection("audit").countDocuments()).isEqualTo(DOCUMENTS);
    }

    @Test
    void eachToManyInsertsSeveralDocuments(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("orders", 10);
        Function<Document, List<Document>> items = order ->
                List.of(new Document("_id", order.get("_id") + "-0"), new Document("_id", order.get("_id") + "-1"));

        long inserted = backfills
                .of("orders")
                .where(Filters.lt("_id", 5))
                .into("items")
                .eachToMany(items)
                .run();

        assertThat(inserted).isEqualTo(10);
        assertThat(backfills.collection("items").countDocuments()).isEqualTo(10);
    }

    @Test
    void aDocumentOfAnotherWriterIsNeverReplaced(MongoServer server) {
        Document other = new Document("_id", 17).append("other", true);
        for (Backfills backfills : List.of(new Backfills(server), new Backfills(server).withoutTransactions())) {
            backfills.collection("users").drop();
            backfills.collection("copies").drop();
            backfills.fill("users", DOCUMENTS);
            backfills.collection("copies").insertOne(other);

            assertThatThrownBy(() -> backfills
                            .of("users")
                            .into("copies")
                            .each(user -> user)
                            .run())
                    .hasMessageContaining("E11000")
                    .hasMessageContaining("_id: 17")
                    .satisfies(thrown ->
                            assertThat(thrown.getSuppressed()[0]).hasMessageContaining("at the document with _id 17"));

            assertThat(backfills.collection("copies").find(Filters.eq("_id", 17)))
                    .containsExactly(other);
        }
    }

    @Test
    void documentsOfItsOwnWithTheSameIdNeverReplaceEachOther(MongoServer server) {
        for (Backfills backfills : List.of(new Backfills(server), new Backfills(server).withoutTransactions())) {
            backfills.collection("users").drop();
            backfills.collection("copies").drop();
            backfills.fill("users", DOCUMENTS);

            assertThatThrownBy(() -> backfills
                            .of("users")
                            .into("copies")
                            .each(user ->
                                    new Document("_id", user.getInteger("_id") / 10).append("user", user.get("_id")))
                            .run())
                    .hasMessageContaining("E11000");

            assertThat(backfills
                            .collection("copies")
                            .countDocuments(Filters.expr(
                                    Document.parse("{$ne: ['$_id', {$floor: {$divide: ['$user', 10]}}]}"))))
                    .isZero();
        }
    }

    @Test
    void withoutTransactionsAnEqualDocumentIsAlreadyInsertedAndNotCounted(MongoServer server) {
        Backfills backfills = new Backfills(server).withoutTransactions();
        backfills.fill("users", DOCUMENTS);
        backfills.collection("copies").insertOne(new Document("_id", 3).append("n", 0));

        long inserted = backfills
                .of("users")
                .into("copies")
                .each(user -> new Document("n", user.get("n")).append("_id", user.get("_id")))
                .run();

        assertThat(inserted).isEqualTo(DOCUMENTS - 1);
        assertThat(backfills.collection("copies").countDocuments()).isEqualTo(DOCUMENTS);
    }

    @Test
    void anotherUniqueIndexFailsWithoutTransactionsToo(MongoServer server) {
        Backfills backfills = new Backfills(server).withoutTransactions();
        backfills.fill("users", 2);
        backfills.collection("audit").createIndex(Indexes.ascending("n"), new IndexOptions().unique(true));

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .into("audit")
                        .each(IntoTest::audit)
                        .run())
                .hasMessageContaining("E11000");
    }

    @Test
    void anotherDatabaseCanBeChangedReadAndInsertedInto(MongoServer server) {
        MongoDatabase legacy = server.client().getDatabase(server.database() + "_legacy");
        server.closeAtEnd(legacy::drop);
        legacy.getCollection("users").insertOne(new Document("_id", 1).append("n", 0));
        Backfills backfills = new Backfills(server);

        backfills
                .of("users")
                .inDatabase(legacy.getName())
                .update(Backfills.addOne())
                .run();
        backfills
                .of("users")
                .inDatabase(legacy.getName())
                .into("users")
                .each(user -> user.append("copied", true))
                .run();
        backfills
                .of("users")
                .into(legacy.getName(), "copies")
                .each(user -> user.append("twice", true))
                .run();

        assertThat(legacy.getCollection("copies").find())
                .containsExactly(new Document("_id", 1)
                        .append("n", 1)
                        .append("copied", true)
                        .append("twice", true));
    }

    @Test
    void theValidatorIsBypassedAndArrayFiltersSelectElements(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.collection("orders").insertOne(Document.parse("{_id: 1, items: [{state: 'old'}, {state: 'new'}]}"));
        server.db().runCommand(new Document("collMod", "orders").append("validator", Document.parse("{never: 1}")));
        Backfill change = backfills
                .of("orders")
                .each(order -> Updates.set("items.$[old].state", "closed"))
                .arrayFilters(Filters.eq("old.state", "old"));
        assertThatThrownBy(change::run).hasMessageContaining("failed validation");

        assertThat(change.named("again").bypassDocumentValidation().run()).isEqualTo(1);

        assertThat(backfills.collection("orders").find().first().toJson())
                .contains("\"closed\"", "\"new\"")
                .doesNotContain("\"old\"");
        Document stage = new Document("$set", new Document("x", 1));
        assertThat(backfills
                        .of("orders")
                        .update(stage)
                        .bypassDocumentValidation()
                        .run())
                .isEqualTo(1);
    }

    @Test
    void contradictoryCallsAreRefused(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1);

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .into("users")
                        .each(IntoTest::audit)
                        .run())
                .hasMessageContaining("cannot insert into the collection that it reads");
        assertThatThrownBy(() -> backfills.of("users").into("audit").delete().run())
                .hasMessageContaining("needs each(...) or eachToMany(...)");
        assertThatThrownBy(() ->
                        backfills.of("users").eachToMany(one -> List.of(one)).run())
                .hasMessageContaining("needs into(...)");
        assertThatThrownBy(() -> backfills
                        .of("users")
                        .update(Backfills.addOne())
                        .arrayFilters(Filters.eq("a", 1))
                        .run())
                .hasMessageContaining("arrayFilters(...)");
    }
}
