package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;

import migopy.MigopyException;
import migopy.backfill.Control;
import migopy.backfill.Standing;
import migopy.backfill.Stopped;

import org.bson.Document;
import org.junit.jupiter.api.Test;

import support.Eventually;
import support.MongoServer;
import support.OnServer;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A backfill goes on where it stopped, and does what another terminal asks for. */
@OnServer
class CheckpointTest {
    private static final long LIMIT_SECONDS = 60;

    @Test
    void aStoppedBackfillKeepsItsCheckpointAndGoesOnFromThere(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        AtomicInteger asked = new AtomicInteger();
        backfills.lease(
                () -> {
                    if (asked.incrementAndGet() > 4) {
                        throw new Stopped("SIGTERM");
                    }
                });

        assertThatThrownBy(() -> backfills.of("users").update(Backfills.addOne()).batch(10).run())
                .isInstanceOf(Stopped.class);
        long done = backfills.collection("users").countDocuments(Filters.eq("n", 1));
        assertThat(done).isBetween(10L, 90L);
        assertThat(Standing.of(backfills.checkpoint()).done()).isEqualTo(done);

        backfills.lease(() -> {});
        long changed = backfills.of("users").update(Backfills.addOne()).batch(10).run();

        assertThat(changed).isEqualTo(100);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void workersSideBySideGoOnFromTheirOnePlaceEach(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1_000);
        AtomicInteger asked = new AtomicInteger();
        backfills.lease(
                () -> {
                    if (asked.incrementAndGet() > 20) {
                        throw new Stopped("SIGTERM");
                    }
                });
        assertThatThrownBy(
                        () ->
                                backfills
                                        .of("users")
                                        .each(one -> Updates.inc("n", 1))
                                        .batch(10)
                                        .parallel(4)
                                        .run())
                .isInstanceOf(Stopped.class);

        backfills.lease(() -> {});
        long changed =
                backfills.of("users").each(one -> Updates.inc("n", 1)).batch(10).parallel(4).run();

        assertThat(changed).isEqualTo(1_000);
        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("migopy-backfill"));
    }

    @Test
    void aFinishedBackfillIsNotDoneAgain(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 30);
        backfills.of("users").update(Backfills.addOne()).run();

        assertThat(backfills.of("users").update(Backfills.addOne()).run()).isEqualTo(30);

        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(Standing.of(backfills.checkpoint()).state()).isEqualTo(Standing.State.DONE);
    }

    @Test
    void aCheckpointOfAnotherCollectionIsNotTakenForOnesOwn(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 30);
        backfills.fill("orders", 20);
        backfills.of("users").update(Backfills.addOne()).run();

        assertThat(backfills.of("orders").update(Backfills.addOne()).run()).isEqualTo(20);

        assertThat(backfills.notices()).hasSize(1);
        assertThat(backfills.notOnce("orders")).isEmpty();
    }

    @Test
    void anErrorInABatchIsNeverTakenForTheEnd(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        server.db()
                .runCommand(
                        new Document("collMod", "users")
                                .append("validator", Document.parse("{_id: {$ne: 55}}")));

        assertThatThrownBy(
                        () ->
                                backfills
                                        .of("users")
                                        .each(one -> Updates.inc("n", 1))
                                        .batch(10)
                                        .run())
                .hasMessageContaining("failed validation");
        assertThat(Standing.of(backfills.checkpoint()).done()).isEqualTo(50);
        assertThatThrownBy(() -> new Backfills(server).of("users").each(CheckpointTest::fail).run())
                .hasMessage("of the migration's own")
                .satisfies(
                        e ->
                                assertThat(e.getStackTrace())
                                        .anyMatch(
                                                frame ->
                                                        frame.getMethodName()
                                                                .startsWith("anErrorInABatch")));
    }

    private static org.bson.conversions.Bson fail(Document document) {
        throw new IllegalStateException("of the migration's own");
    }

    @Test
    void anOvertakenBackfillEndsAndItsTransactionIsUndone(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        AtomicInteger asked = new AtomicInteger();
        backfills.lease(
                () -> {
                    if (asked.incrementAndGet() == 4) {
                        backfills.overtake();
                    }
                });

        assertThatThrownBy(
                        () ->
                                backfills
                                        .of("users")
                                        .update(Backfills.addOne())
                                        .batch(10)
                                        .once()
                                        .run())
                .isInstanceOfSatisfying(
                        MigopyException.class,
                        e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.UNKNOWN));

        long changed = backfills.collection("users").countDocuments(Filters.eq("n", 1));
        assertThat(changed).isEqualTo(Standing.of(backfills.checkpoint()).done());
    }

    @Test
    void aPausedBackfillWaitsSaysSoAndGoesOn(MongoServer server) throws Exception {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        backfills.ask(Control.PAUSE);
        CompletableFuture<Long> run =
                CompletableFuture.supplyAsync(
                        () -> backfills.of("users").update(Backfills.addOne()).batch(10).run());
        Eventually.until(
                "it is paused",
                () ->
                        backfills.checkpoint() != null
                                && Standing.of(backfills.checkpoint()).state()
                                        == Standing.State.PAUSED);
        assertThat(backfills.collection("users").countDocuments(Filters.eq("n", 1))).isZero();

        backfills.ask(Control.GO);

        assertThat(run.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(100);
        assertThat(backfills.notices())
                .containsExactly(
                        "The backfill of users is paused by another terminal; to go on: {migopy}"
                                + " backfill resume 7_change");
    }

    @Test
    void aCancelledBackfillFailsAndKeepsItsCheckpoint(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        backfills.afterCheckpoints(
                () -> {
                    if (backfills.progress().size() == 4) {
                        backfills.ask(Control.CANCEL);
                    }
                });

        assertThatThrownBy(
                        () ->
                                backfills
                                        .of("users")
                                        .each(one -> Updates.inc("n", 1))
                                        .batch(10)
                                        .run())
                .hasMessageContaining("cancelled from another terminal");
        assertThat(Standing.of(backfills.checkpoint()).done()).isBetween(10L, 90L);
    }

    @Test
    void progressTellsWhatIsDoneOfHowMany(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);

        backfills.of("users").update(Backfills.addOne()).batch(25).run();

        assertThat(backfills.progress())
                .extracting(one -> one.done())
                .containsSubsequence(List.of(25L, 50L, 75L, 100L));
        assertThat(backfills.progress()).allMatch(one -> one.total() == 100);
    }
}
