package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import migopy.backfill.Backfill;
import migopy.backfill.EstimateAnswer.BackfillEstimate;
import migopy.backfill.EstimateAnswer.MigrationEstimate;
import migopy.backfill.EstimateRun;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** An estimate reports what a migration would do, without a write. */
@OnServer
class EstimateTest {
    @Test
    void aBackfillIsCountedAndTimedAndNothingIsWritten(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 2_500);
        EstimateRun run = run(server, true);

        MigrationEstimate estimate = run.of(
                "7_change",
                () -> run.backfill("users")
                        .where(Filters.lt("_id", 2_000))
                        .update(Backfills.addOne())
                        .run());

        BackfillEstimate one = estimate.backfills().get(0);
        assertThat(one.documents()).isEqualTo(2_000);
        assertThat(one.plan()).isEqualTo("_id_");
        assertThat(one.timedDocuments()).isEqualTo(1_000);
        assertThat(one.visited()).isEqualTo(2_500);
        assertThat(one.predictedMs()).isGreaterThanOrEqualTo(2 * one.timedMs());
        assertThat(estimate.error()).isNull();
        assertThat(estimate.firstWrite()).isNull();
        assertNothingWritten(backfills);
    }

    @Test
    void theTimeOfASelectiveFilterIncludesVisitingAllDocuments(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 40_000);
        server.collection("users").createIndex(Indexes.ascending("n"));
        server.collection("users").updateMany(Filters.lt("_id", 10), Updates.set("n", -1));
        EstimateRun run = run(server, true);
        BackfillEstimate one = run.of("7_change", () -> selective(run.backfill("users")))
                .backfills()
                .get(0);

        long start = System.nanoTime();
        selective(backfills.of("users"));
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertThat(one.documents()).isEqualTo(10);
        assertThat(one.plan()).isEqualTo("_id_");
        assertThat(one.notes()).contains("visits all 40,000 documents of the collection to find them");
        // Other load may slow down one of the two; without the visits the estimate is 80 times too small.
        assertThat(one.predictedMs()).as("it took " + took).isGreaterThan(took / 20);
    }

    private static void selective(Backfill users) {
        users.where(Filters.eq("n", -1)).each(one -> Updates.inc("n", 1)).run();
    }

    @Test
    void theFirstWriteEndsTheEstimateAndIsNamed(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 10);
        List<Consumer<MongoDatabase>> writes = List.of(
                db -> db.getCollection("users").insertOne(new Document()),
                db -> db.getCollection("users")
                        .withReadPreference(com.mongodb.ReadPreference.nearest())
                        .drop(),
                db -> db.runCommand(new Document("drop", "users")),
                db -> db.getCollection("users")
                        .aggregate(List.of(new Document("$out", "copy")))
                        .first(),
                db -> db.runCommand(
                        Document.parse("{aggregate: 'users', cursor: {}, pipeline:" + " [{$merge: 'copy'}]}")),
                db -> db.createCollection("other"),
                MongoDatabase::drop);
        List<String> named = new ArrayList<>();
        for (Consumer<MongoDatabase> write : writes) {
            EstimateRun run = run(server, true);
            MigrationEstimate estimate = run.of("7_change", () -> {
                run.database().getCollection("users").countDocuments();
                run.backfill("users").delete().run();
                write.accept(run.database());
                throw new AssertionError("continued after a write");
            });
            assertThat(estimate.backfills()).hasSize(1);
            assertThat(estimate.error()).isNull();
            named.add(estimate.firstWrite());
        }

        assertThat(named)
                .containsExactly(
                        "users.insertOne",
                        "users.drop",
                        "db().runCommand {drop}",
                        "users.aggregate",
                        "db().runCommand {aggregate}",
                        "db().createCollection",
                        "db().drop");
        assertNothingWritten(backfills);
        assertThat(server.db().listCollectionNames()).doesNotContain("copy", "other");
    }

    @Test
    void readsAreAllowed(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 10);
        EstimateRun run = run(server, true);

        MigrationEstimate estimate = run.of("7_change", () -> {
            MongoDatabase db = run.database();
            assertThat(db.getCollection("users").find().first()).isNotNull();
            assertThat(db.getCollection("users").distinct("n", Integer.class)).containsExactly(0);
            assertThat(db.listCollectionNames()).contains("users");
            assertThat(db.runCommand(new Document("ping", 1))).isNotEmpty();
            assertThat(run.client()
                            .getDatabase(db.getName())
                            .getCollection("users")
                            .countDocuments())
                    .isEqualTo(10);
        });

        assertThat(estimate.error()).isNull();
        assertThat(estimate.firstWrite()).isNull();
    }

    @Test
    void aMigrationThatCatchesTheRefusalCannotContinue(MongoServer server) {
        EstimateRun run = run(server, true);
        run.of("7_change", () -> {
            assertThatThrownBy(() -> run.database().drop()).hasMessageContaining("db().drop");
            assertThatThrownBy(() -> run.database().getName()).hasMessageContaining("db().drop");
        });
    }

    @Test
    void withoutTransactionsNothingIsTimed(@On(Kind.STANDALONE) MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 10);
        EstimateRun run = run(server, false);

        BackfillEstimate one = run.of(
                        "7_change",
                        () -> run.backfill("users").update(Backfills.addOne()).run())
                .backfills()
                .get(0);

        assertThat(one.documents()).isEqualTo(10);
        assertThat(one.timedMs()).isNull();
        assertThat(one.notes()).anyMatch(note -> note.startsWith("not timed"));
        assertNothingWritten(backfills);
    }

    private static EstimateRun run(MongoServer server, boolean transactions) {
        return new EstimateRun(server.client(), server.db(), transactions, false);
    }

    private static void assertNothingWritten(Backfills backfills) {
        assertThat(backfills.collection("users").countDocuments(Filters.ne("n", 0)))
                .isZero();
        assertThat(backfills.collection("users").countDocuments()).isPositive();
    }
}
