package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import migopy.MigopyException;
import migopy.backfill.BackfillContext;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.backfill.BackfillProgress;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** A backfill continues where it stopped. */
@OnServer
class CheckpointTest {
    @Test
    void aStoppedBackfillContinuesFromItsCheckpoint(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        backfills.stopAfter(4);

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .update(Backfills.addOne())
                        .batch(10)
                        .run())
                .isInstanceOf(StopRequested.class);
        long done = backfills.collection("users").countDocuments(Filters.eq("n", 1));
        assertThat(done).isBetween(10L, 90L);
        assertThat(BackfillProgress.of(backfills.checkpoint()).done()).isEqualTo(done);

        backfills.lease(() -> {});
        long changed =
                backfills.of("users").update(Backfills.addOne()).batch(10).run();

        assertThat(changed).isEqualTo(100);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void parallelWorkersContinueFromTheirOwnPositions(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1_000);
        backfills.stopAfter(20);
        assertThatThrownBy(() -> inParallel(backfills)).isInstanceOf(StopRequested.class);

        backfills.lease(() -> {});
        long changed = inParallel(backfills);

        assertThat(changed).isEqualTo(1_000);
        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("migopy-backfill"));
    }

    private static long inParallel(Backfills backfills) {
        return backfills
                .of("users")
                .each(one -> Updates.inc("n", 1))
                .batch(10)
                .parallel(4)
                .run();
    }

    @Test
    void aFinishedBackfillIsNotRepeated(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 30);
        backfills.of("users").update(Backfills.addOne()).run();

        assertThat(backfills.of("users").update(Backfills.addOne()).run()).isEqualTo(30);

        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(BackfillProgress.of(backfills.checkpoint()).phase()).isEqualTo(BackfillProgress.Phase.DONE);
        assertThat(backfills.checkpoint().getArray("segments")).isEmpty();
    }

    @Test
    void aCheckpointOfAnotherCollectionIsNotUsed(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 30);
        backfills.fill("orders", 20);
        backfills.of("users").update(Backfills.addOne()).run();

        assertThat(backfills.of("orders").update(Backfills.addOne()).run()).isEqualTo(20);

        assertThat(backfills.notOnce("orders")).isEmpty();
    }

    @Test
    void anErrorInABatchFailsTheBackfillWithItsLocation(MongoServer server) {
        Backfills backfills = new Backfills(server);
        for (String name : List.of("users", "people")) {
            backfills.fill(name, 100);
            server.db()
                    .runCommand(new Document("collMod", name).append("validator", Document.parse("{_id: {$ne: 55}}")));
        }

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .each(one -> Updates.inc("n", 1))
                        .batch(10)
                        .run())
                .hasMessageContaining("failed validation")
                .satisfies(thrown -> assertThat(BackfillContext.locationOf(thrown))
                        .isEqualTo("at the document with _id 55, in the batch from _id 50 to _id 60"));
        assertThat(BackfillProgress.of(backfills.checkpoint()).done()).isEqualTo(50);
        assertThatThrownBy(() -> new Backfills(server)
                        .of("people")
                        .update(Backfills.addOne())
                        .batch(10)
                        .run())
                .hasMessageContaining("failed validation");
        backfills.fill("orders", 1);
        assertThatThrownBy(() -> new Backfills(server)
                        .of("orders")
                        .each(CheckpointTest::fail)
                        .run())
                .hasMessage("thrown by the migration")
                .satisfies(e -> assertThat(e.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().startsWith("anErrorInABatch")));
    }

    private static Bson fail(Document document) {
        throw new IllegalStateException("thrown by the migration");
    }

    @Test
    void anOvertakenBackfillFailsAndItsTransactionIsUndone(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        AtomicInteger asked = new AtomicInteger();
        backfills.lease(() -> {
            if (asked.incrementAndGet() == 4) {
                backfills.overtake();
            }
        });

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .update(Backfills.addOne())
                        .batch(10)
                        .once()
                        .run())
                .isInstanceOfSatisfying(
                        MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.UNKNOWN));

        long changed = backfills.collection("users").countDocuments(Filters.eq("n", 1));
        assertThat(changed)
                .isEqualTo(BackfillProgress.of(backfills.checkpoint()).done());
    }

    @Test
    void progressReportsWhatIsDoneOfHowMany(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);

        backfills.of("users").update(Backfills.addOne()).batch(25).run();

        assertThat(backfills.progress())
                .extracting(one -> one.done())
                .containsSubsequence(List.of(25L, 50L, 75L, 100L));
        assertThat(backfills.progress()).allMatch(one -> one.total() == 100);
    }
}
